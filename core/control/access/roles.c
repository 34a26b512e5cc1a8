/* Which operation needs which role. What reads is open to a viewer, what is listed to an operator; everything
 * else, and so every operation that is new, to an admin only. */
#include "core/control/access/access.h"

static const char *const role_items[] = { "none", "viewer", "operator", "admin" };
const struct names role_names = { role_items, 4 };

static const struct service {
	const char *prefix, *name, *source;
} services[] = {
	{ EMR_TARGET_PREFIX, "elasticmapreduce", "elasticmapreduce.amazonaws.com" },
	{ "GraniteServiceVersion20100801.", "cloudwatch", "monitoring.amazonaws.com" },
	{ "Stoker.", "stoker", "stoker" },
	{ "AWSGlue.", "glue", "glue.amazonaws.com" },
};

/* Reads whose names do not begin as reads do. */
static const char *const reads[] = { "WatchState", "ReadStepLog", "WhatIf", "VerifyAudit", NULL };

/* Begin as reads do, and give a credential. */
static const char *const gives_credentials[] = {
	"GetClusterSessionCredentials", "GetPersistentAppUIPresignedURL", "GetOnClusterAppUIPresignedURL", NULL
};

static const char *const data[] = { "PutMetricData", NULL };

static const char *const of_operators[] = {
	/* clusters, their sizes and their steps */
	"RunJobFlow", "AddJobFlowSteps", "CancelSteps", "TerminateJobFlows", "ModifyCluster",
	"SetTerminationProtection", "SetVisibleToAllUsers", "SetKeepJobFlowAliveWhenNoSteps",
	"SetUnhealthyNodeReplacement", "AddInstanceGroups", "ModifyInstanceGroups", "AddInstanceFleet",
	"ModifyInstanceFleet", "PutAutoScalingPolicy", "RemoveAutoScalingPolicy", "PutManagedScalingPolicy",
	"RemoveManagedScalingPolicy", "PutAutoTerminationPolicy", "RemoveAutoTerminationPolicy", "AddTags",
	"RemoveTags", "StartNotebookExecution", "StopNotebookExecution", "InterruptSpot",
	"PutUtilizationScaling", "RemoveUtilizationScaling", "PutScheduledScaling", "RemoveScheduledScaling",
	"PutRetryPolicy", "RemoveRetryPolicy",
	/* metrics, alarms, budgets */
	"PutMetricData", "PutMetricAlarm", "PutCompositeAlarm", "DeleteAlarms", "SetAlarmState", "EnableAlarmActions",
	"DisableAlarmActions", "TagResource", "UntagResource", "AcknowledgeAlarm", "UnacknowledgeAlarm", "PutBudget",
	"DeleteBudget",
	/* schedules, dead letters */
	"PutSchedule", "DeleteSchedule", "RunScheduleNow", "ReplayDeadLetter", "DiscardDeadLetter",
	/* tables */
	"CreateDatabase", "UpdateDatabase", "DeleteDatabase", "CreateTable", "UpdateTable", "DeleteTable",
	"BatchDeleteTable", "DeleteTableVersion", "CreatePartition", "UpdatePartition", "DeletePartition",
	"BatchCreatePartition", "BatchUpdatePartition", "BatchDeletePartition",
	NULL
};

static bool listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

static bool begins_as_read(const char *name)
{
	static const char *const verbs[] = { "Describe", "List", "Get", "BatchGet", "Search" };

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (!strncmp(name, verbs[i], strlen(verbs[i])))
			return true;
	return false;
}

bool operation_find(const char *target, struct operation *out)
{
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		size_t n = strlen(services[i].prefix);
		if (strncmp(target, services[i].prefix, n))
			continue;
		const char *name = target + n;
		bool credentials = listed(gives_credentials, name);
		*out = (struct operation){ .service = services[i].name, .source = services[i].source, .name = name };
		out->reads = !credentials && (begins_as_read(name) || listed(reads, name));
		out->data = listed(data, name);
		out->role = out->reads ? ROLE_VIEWER :
		            credentials || listed(of_operators, name) ? ROLE_OPERATOR : ROLE_ADMIN;
		return true;
	}
	return false;
}
