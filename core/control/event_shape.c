/* Events as Amazon EventBridge sends EMR's: what a resource was like is kept with the event when it happens, the
 * envelope is made when somebody asks. Shapes: the EMR guide's samples (detail-type, numbers as strings,
 * stateChangeReason as a JSON text). */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/ops.h"
#include "core/model/fleet.h"

/* ---- when it happens ---- */

static void add_count(cJSON *o, const char *name, int n)
{
	char text[16];

	snprintf(text, sizeof text, "%d", n);
	json_add_str(o, name, text);
}

static void add_cluster(cJSON *o, const struct cluster *c)
{
	cJSON *why = json_add_str(cJSON_CreateObject(), "code", names_get(&cluster_reason_names, (int)c->reason));

	json_add_str(why, "message", c->reason_message ? c->reason_message : "");
	char *text = json_print(why);
	json_add_str(o, "stateChangeReason", text);
	json_add_str(o, "name", c->name);
	json_add_str(o, "state", names_get(&cluster_state_names, (int)c->state));
	free(text);
	cJSON_Delete(why);
}

static void add_step(cJSON *o, const struct step *s)
{
	json_add_str(o, "actionOnFailure", names_get(&step_on_failure_names, (int)s->on_failure));
	json_add_str(o, "stepId", s->id);
	json_add_str(o, "name", s->name);
	json_add_str(o, "state", names_get(&step_state_names, (int)s->state));
}

static void add_group(cJSON *o, const struct instance_group *g)
{
	json_add_str(o, "market", names_get(&market_names, (int)g->market));
	add_count(o, "requestedInstanceCount", g->requested);
	add_count(o, "runningInstanceCount", g->running);
	json_add_str(o, "instanceType", g->type);
	json_add_str(o, "instanceGroupType", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "instanceGroupId", g->id);
	json_add_str(o, "state", names_get(&group_state_names, (int)g->state));
}

static void add_fleet(cJSON *o, const struct instance_group *g)
{
	add_count(o, "targetOnDemandCapacity", g->fleet->target_on_demand);
	add_count(o, "targetSpotCapacity", g->fleet->target_spot);
	add_count(o, "provisionedOnDemandCapacity", g->fleet->provisioned_on_demand);
	add_count(o, "provisionedSpotCapacity", g->fleet->provisioned_spot);
	json_add_str(o, "instanceFleetType", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "instanceFleetId", g->id);
	json_add_str(o, "state", names_get(&group_state_names, (int)g->state));
}

static void add_instance(cJSON *o, const struct instance *i)
{
	json_add_str(o, "instanceId", i->id);
	json_add_str(o, "ec2InstanceId", i->ec2_id);
	json_add_str(o, "instanceType", i->type);
	json_add_str(o, "market", names_get(&market_names, (int)i->market));
	json_add_str(o, "instanceGroupId", i->group_id);
	json_add_str(o, "instanceGroupType", names_get(&instance_role_names, (int)i->role));
	json_add_str(o, "state", names_get(&instance_state_names, (int)i->state));
}

/* The newest things are at the end of their lists, and events are about the newest. */
static const struct step *find_step(const struct cluster *c, const char *id)
{
	for (size_t i = c->steps.len; i-- > 0;)
		if (!strcmp(c->steps.items[i]->id, id))
			return c->steps.items[i];
	return NULL;
}

static const struct instance *find_instance(const struct control *ctl, const struct cluster *c,
                                            const char *id)
{
	const struct node *live = map_get(ctl->nodes, id);

	if (live && live->c == c)
		return live->m;
	for (size_t i = c->instances.len; i-- > 0;)
		if (!strcmp(c->instances.items[i]->id, id))
			return c->instances.items[i];
	return NULL;
}

char *event_detail(const struct control *ctl, const struct event *e)
{
	const struct cluster *c = e->cluster_id[0] ? find_cluster(ctl, e->cluster_id) : NULL;
	cJSON *o = c ? cJSON_CreateObject() : NULL;

	if (!c)
		return NULL;
	const struct instance_group *g = strncmp(e->resource_id, "i", 1) ? NULL : cluster_group(c, e->resource_id);
	const struct step *s = strncmp(e->resource_id, "s-", 2) ? NULL : find_step(c, e->resource_id);
	const struct instance *i = strncmp(e->resource_id, "ci-", 3) ? NULL : find_instance(ctl, c, e->resource_id);
	if (s)
		add_step(o, s);
	else if (g && g->fleet)
		add_fleet(o, g);
	else if (g)
		add_group(o, g);
	else if (i)
		add_instance(o, i);
	else if (!strcmp(e->resource_id, c->id))
		add_cluster(o, c);
	char *text = o->child ? json_print(o) : NULL;
	cJSON_Delete(o);
	return text;
}

/* ---- when it is asked for ---- */

cJSON *event_bridge(const struct event *e)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "version", "0");
	cJSON *detail = e->detail ? json_parse(e->detail, strlen(e->detail), NULL) : NULL;
	char id[48], time[32], *dot;

	snprintf(id, sizeof id, "00000000-0000-4000-8000-%012llx", (unsigned long long)e->seq);
	if ((dot = strchr(clock_iso8601(e->time, time, sizeof time), '.')))
		strcpy(dot, "Z");
	json_add_str(o, "id", id);
	json_add_str(o, "detail-type", e->type);
	json_add_str(o, "source", !strncmp(e->type, "EMR ", 4) ? "aws.emr" : !strncmp(e->type, "CloudWatch ", 11)
	             ? "aws.cloudwatch" : "stoker");
	json_add_str(o, "account", EMR_ACCOUNT);
	json_add_str(o, "time", time);
	json_add_str(o, "region", e->region);
	json_add(o, "resources", cJSON_CreateArray());
	if (!detail)
		detail = cJSON_CreateObject();
	json_add_str(detail, "severity", names_get(&severity_names, (int)e->severity));
	json_add_str(detail, "clusterId", e->cluster_id[0] ? e->cluster_id : NULL);
	if (e->resource_id[0] && strcmp(e->resource_id, e->cluster_id))
		json_add_str(detail, "resourceId", e->resource_id);
	json_add_str(detail, "message", e->message);
	json_add_str(detail, "actor", e->actor);
	json_add_str(detail, "cause", e->cause);
	json_add(o, "detail", detail);
	return o;
}
