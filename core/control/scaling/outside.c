/* What scaling asks of CloudWatch: one alarm per rule. */
#include <stdio.h>

#include "core/control/cloudwatch/cloudwatch.h"
#include "core/control/scaling/inside.h"

/* ---- alarms ---- */

static char *alarm_name(const char *cluster, const char *group, const char *rule)
{
	return xasprintf("EMR-%s-%s-%s", cluster, group, rule);
}

/* The action of an alarm of ours: …:autoscaling/CLUSTER/GROUP/RULE */
static char *alarm_action(const struct cluster *c, const char *group, const char *rule)
{
	char *arn = emr_cluster_arn(c->id, c->region), *tail = strstr(arn, ":cluster/");
	char *action = xasprintf("%.*s:autoscaling/%s/%s/%s", (int)(tail ? tail - arn : 0), arn, c->id, group, rule);

	free(arn);
	return action;
}

bool rule_of_alarm(const struct metric_alarm *a, char cluster[MODEL_ID_SIZE], char group[MODEL_ID_SIZE],
                   const char **rule)
{
	for (size_t i = 0; i < a->alarm_actions.len; i++) {
		const char *p = strstr(a->alarm_actions.items[i], ":autoscaling/");
		const char *g = p ? strchr(p + 13, '/') : NULL, *r = g ? strchr(g + 1, '/') : NULL;
		if (!r || g - p - 13 >= MODEL_ID_SIZE || r - g - 1 >= MODEL_ID_SIZE)
			continue;
		snprintf(cluster, MODEL_ID_SIZE, "%.*s", (int)(g - p - 13), p + 13);
		snprintf(group, MODEL_ID_SIZE, "%.*s", (int)(r - g - 1), g + 1);
		*rule = r + 1;
		return true;
	}
	return false;
}

/* EMR's COUNT, MEGA_BYTES … are CloudWatch's Count, Megabytes … in the same order; NONE is last there. */
static const char *unit_of(const struct scaling_alarm *a)
{
	if (a->unit == SCALING_NOT_GIVEN)
		return NULL;
	return names_get(&metric_unit_names, a->unit ? a->unit - 1 : metric_unit_names.n - 1);
}

static void fill_ref(struct metric_ref *ref, const struct cluster *c, const struct scaling_alarm *a)
{
	ref->ns = xstrdup(scaling_alarm_namespace(a));
	ref->name = xstrdup(a->metric);
	ref->period = a->period_s;
	ref->stat = xstrdup(names_get(&metric_statistic_names, (int)scaling_alarm_statistic(a)));
	ref->unit = xstrdup(unit_of(a));
	for (size_t i = 0; i < a->dimensions.len; i++) {
		char *value = scaling_substitute(a->dimensions.items[i].value, c->id);
		pair_list_set(&ref->dims, a->dimensions.items[i].key, value);
		free(value);
	}
	if (!a->dimensions.len)
		pair_list_set(&ref->dims, "JobFlowId", c->id);
	metric_dims_sort(&ref->dims);
}

static void set_one(struct control *ctl, struct cluster *c, const char *group, const struct scaling_rule *r)
{
	static const enum alarm_compare compares[] = { ALARM_GE, ALARM_GT, ALARM_LT, ALARM_LE };
	struct metric_alarm *a = metric_alarm_new();
	char *action = alarm_action(c, group, r->name);

	a->name = alarm_name(c->id, group, r->name);
	a->description = xasprintf("Automatic scaling of instance group %s of cluster %s, rule %s", group, c->id,
	                           r->name);
	a->owner = xstrdup(SCALING_ALARM_OWNER);
	a->periods = scaling_alarm_periods(&r->alarm);
	a->threshold = r->alarm.threshold;
	a->compare = compares[r->alarm.comparison];
	fill_ref(&a->ref, c, &r->alarm);
	str_list_add(&a->alarm_actions, action);
	cw_alarm_set(ctl, c->region, a);
	free(action);
}

void rule_alarms_set(struct control *ctl, struct cluster *c, const struct scaled_group *sg)
{
	for (size_t i = 0; i < sg->policy.rules.len; i++)
		set_one(ctl, c, sg->id, &sg->policy.rules.items[i]);
}

void rule_alarms_drop(struct control *ctl, const struct scaled *s, const char *group_id,
                      const struct scaling_policy *p)
{
	for (size_t i = 0; i < p->rules.len; i++) {
		char *name = alarm_name(s->cluster_id, group_id, p->rules.items[i].name);
		cw_alarm_drop(ctl, s->region, name);
		free(name);
	}
}
