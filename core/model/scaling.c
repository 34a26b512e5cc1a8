/* Custom policies, the utilisation tree and scheduled sizes. Managed scaling has a file of its own. */
#include "core/model/scaling.h"

#include <math.h>
#include <stdio.h>

#define NAMES(id, ...) \
	static const char *const id##_items[] = { __VA_ARGS__ }; \
	const struct names id##_names = { id##_items, sizeof id##_items / sizeof *id##_items }

NAMES(scaling_adjustment, "CHANGE_IN_CAPACITY", "PERCENT_CHANGE_IN_CAPACITY", "EXACT_CAPACITY");
NAMES(scaling_comparison, "GREATER_THAN_OR_EQUAL", "GREATER_THAN", "LESS_THAN", "LESS_THAN_OR_EQUAL");
NAMES(scaling_statistic, "SAMPLE_COUNT", "AVERAGE", "SUM", "MINIMUM", "MAXIMUM");
NAMES(scaling_unit, "NONE", "SECONDS", "MICRO_SECONDS", "MILLI_SECONDS", "BYTES", "KILO_BYTES", "MEGA_BYTES",
      "GIGA_BYTES", "TERA_BYTES", "BITS", "KILO_BITS", "MEGA_BITS", "GIGA_BITS", "TERA_BITS", "PERCENT",
      "COUNT", "BYTES_PER_SECOND", "KILO_BYTES_PER_SECOND", "MEGA_BYTES_PER_SECOND",
      "GIGA_BYTES_PER_SECOND", "TERA_BYTES_PER_SECOND", "BITS_PER_SECOND", "KILO_BITS_PER_SECOND",
      "MEGA_BITS_PER_SECOND", "GIGA_BITS_PER_SECOND", "TERA_BITS_PER_SECOND", "COUNT_PER_SECOND");
NAMES(scaling_state, "PENDING", "ATTACHING", "ATTACHED", "DETACHING", "DETACHED", "FAILED");
NAMES(scaling_reason, "", "USER_REQUEST", "PROVISION_FAILURE", "CLEANUP_FAILURE");
NAMES(scaling_outcome, "applied", "held", "cool_down", "at_limit", "failed");

#define DAY_S 86400
#define RULES_LIMIT 100           /* each has an alarm */
#define NODES_LIMIT 4096          /* more nodes than this is a slip of the keyboard */

/* ---- custom policies ---- */

void scaling_policy_free(struct scaling_policy *p)
{
	for (size_t i = 0; i < p->rules.len; i++) {
		struct scaling_rule *r = &p->rules.items[i];
		free(r->name);
		free(r->description);
		free(r->alarm.metric);
		free(r->alarm.namespace_);
		pair_list_free(&r->alarm.dimensions);
	}
	vec_free(&p->rules);
	free(p->reason_message);
	p->reason_message = NULL;
}

const struct scaling_rule *scaling_policy_rule(const struct scaling_policy *p, const char *name)
{
	for (size_t i = 0; i < p->rules.len; i++)
		if (!strcmp(p->rules.items[i].name, name))
			return &p->rules.items[i];
	return NULL;
}

const char *scaling_alarm_namespace(const struct scaling_alarm *a)
{
	return a->namespace_ ? a->namespace_ : "AWS/ElasticMapReduce";
}

enum scaling_statistic scaling_alarm_statistic(const struct scaling_alarm *a)
{
	return a->statistic == SCALING_NOT_GIVEN ? SCALING_AVERAGE : (enum scaling_statistic)a->statistic;
}

int scaling_alarm_periods(const struct scaling_alarm *a)
{
	return a->evaluation_periods == SCALING_NOT_GIVEN ? 1 : a->evaluation_periods;
}

enum scaling_adjustment scaling_rule_adjustment(const struct scaling_rule *r)
{
	return r->adjustment == SCALING_NOT_GIVEN ? SCALING_CHANGE : (enum scaling_adjustment)r->adjustment;
}

int scaling_rule_cool_down(const struct scaling_rule *r)
{
	return r->cool_down_s == SCALING_NOT_GIVEN ? 0 : r->cool_down_s;
}

static int check_limits(int min, int max, enum instance_role role, struct error *err)
{
	if (role == ROLE_MASTER)
		return error_set(err, ERR_INVALID, "Automatic scaling is available for core and task instance groups "
		                 "only, not for the master instance group.");
	if (min < 0 || max < 0)
		return error_set(err, ERR_INVALID, "MinCapacity and MaxCapacity must not be negative.");
	if (min > max)
		return error_set(err, ERR_INVALID, "MinCapacity (%d) must not be greater than MaxCapacity (%d).", min,
		                 max);
	if (max > NODES_LIMIT)
		return error_set(err, ERR_INVALID, "MaxCapacity (%d) must not be greater than %d.", max, NODES_LIMIT);
	if (role == ROLE_CORE && min < 1)
		return error_set(err, ERR_INVALID, "MinCapacity of a core instance group must be at least 1.");
	return 0;
}

static int check_alarm(const struct scaling_rule *r, struct error *err)
{
	const struct scaling_alarm *a = &r->alarm;
	int periods = scaling_alarm_periods(a);

	if (!a->metric || !*a->metric)
		return error_set(err, ERR_INVALID, "Rule '%.100s': the alarm definition names no metric.", r->name);
	if (a->period_s != 10 && a->period_s != 30 && (a->period_s < 60 || a->period_s % 60))
		return error_set(err, ERR_INVALID, "Rule '%.100s': Period must be 10, 30 or a multiple of 60 seconds, "
		                 "not %d.", r->name, a->period_s);
	if (periods < 1)
		return error_set(err, ERR_INVALID, "Rule '%.100s': EvaluationPeriods must be at least 1.", r->name);
	if ((int64_t)a->period_s * periods > DAY_S)
		return error_set(err, ERR_INVALID, "Rule '%.100s': Period times EvaluationPeriods must not exceed one "
		                 "day (%d seconds).", r->name, DAY_S);
	if (!isfinite(a->threshold) || a->threshold < 0)
		return error_set(err, ERR_INVALID, "Rule '%.100s': Threshold must not be negative.", r->name);
	return 0;
}

static int check_rule(const struct scaling_policy *p, size_t i, struct error *err)
{
	const struct scaling_rule *r = &p->rules.items[i];

	if (!r->name || !*r->name)
		return error_set(err, ERR_INVALID, "Every scaling rule must have a name.");
	for (size_t k = 0; k < i; k++)
		if (!strcmp(p->rules.items[k].name, r->name))
			return error_set(err, ERR_INVALID, "Scaling rule names must be unique within a policy: '%.100s' "
			                 "is there twice.", r->name);
	if (r->cool_down_s != SCALING_NOT_GIVEN && r->cool_down_s < 0)
		return error_set(err, ERR_INVALID, "Rule '%.100s': CoolDown must not be negative.", r->name);
	if (scaling_rule_adjustment(r) == SCALING_EXACT && r->amount < 0)
		return error_set(err, ERR_INVALID, "Rule '%.100s': ScalingAdjustment must not be negative with "
		                 "EXACT_CAPACITY.", r->name);
	return check_alarm(r, err);
}

int scaling_policy_check(const struct scaling_policy *p, enum instance_role role, struct error *err)
{
	int rc = check_limits(p->min, p->max, role, err);

	if (!rc && !p->rules.len)
		rc = error_set(err, ERR_INVALID, "An automatic scaling policy must have at least one rule.");
	if (!rc && p->rules.len > RULES_LIMIT)
		rc = error_set(err, ERR_INVALID, "An automatic scaling policy must have at most %d rules.", RULES_LIMIT);
	for (size_t i = 0; i < p->rules.len && !rc; i++)
		rc = check_rule(p, i, err);
	return rc;
}

char *scaling_substitute(const char *text, const char *cluster_id)
{
	static const char name[] = "${emr.clusterId}";
	size_t n = 0, id = strlen(cluster_id);

	for (const char *p = text; (p = strstr(p, name)); p += sizeof name - 1)
		n++;
	char *out = xmalloc(strlen(text) + n * id + 1), *to = out;
	while (*text) {
		if (!strncmp(text, name, sizeof name - 1)) {
			memcpy(to, cluster_id, id);
			to += id;
			text += sizeof name - 1;
		} else {
			*to++ = *text++;
		}
	}
	*to = 0;
	return out;
}

int scaling_adjust(enum scaling_adjustment kind, int amount, int current)
{
	double to = current;

	if (kind == SCALING_EXACT) {
		to = amount;
	} else if (kind == SCALING_CHANGE) {
		to = (double)current + amount;
	} else {
		double by = trunc((double)current * amount / 100.0);
		if (by == 0 && current && amount)
			by = amount > 0 ? 1 : -1;
		to = (double)current + by;
	}
	return to < 0 ? 0 : to > NODES_LIMIT ? NODES_LIMIT : (int)to;
}

enum scaling_outcome scaling_clamp(enum scaling_adjustment kind, int amount, int current, int min, int max,
                                   int *target)
{
	int asked = scaling_adjust(kind, amount, current);
	int to = asked < min ? min : asked > max ? max : asked;
	bool wrong_way = (asked > current && to < current) || (asked < current && to > current);

	if (wrong_way && kind != SCALING_EXACT)
		to = current;
	*target = to;
	if (to != current)
		return SCALING_APPLIED;
	return asked == current ? SCALING_HELD : SCALING_AT_LIMIT;
}

/* ---- the utilisation tree ---- */

void utilization_policy_free(struct utilization_policy *p)
{
	free(p->topic_arn);
	p->topic_arn = NULL;
}

int utilization_policy_check(const struct utilization_policy *p, enum instance_role role, struct error *err)
{
	int rc = check_limits(p->min, p->max, role, err);

	if (rc)
		return rc;
	if (!(p->low >= 0) || !(p->high <= 100) || !(p->low < p->high))
		return error_set(err, ERR_INVALID, "LowCpu (%g) must be below HighCpu (%g), both between 0 and 100 per "
		                 "cent.", p->low, p->high);
	if (p->out_by < 1 || p->in_by < 1 || p->out_by > NODES_LIMIT || p->in_by > NODES_LIMIT)
		return error_set(err, ERR_INVALID, "ScaleOutBy and ScaleInBy must be between 1 and %d.", NODES_LIMIT);
	if (p->periods < 1 || p->periods > 60)
		return error_set(err, ERR_INVALID, "Periods must be between 1 and 60 (of 60 seconds each).");
	if (p->cool_down_s < 0 || p->cool_down_s > DAY_S)
		return error_set(err, ERR_INVALID, "CoolDown must be between 0 and %d seconds.", DAY_S);
	return 0;
}

/* Every one of the periods must be known and beyond the mark. */
static enum utilization_branch branch_of(const struct utilization_policy *p, const double *cpu, size_t n)
{
	int high = 0, low = 0;

	for (int i = 0; i < p->periods; i++) {
		if ((size_t)i >= n || isnan(cpu[i]))
			return UTILIZATION_UNKNOWN;
		high += cpu[i] > p->high;
		low += cpu[i] < p->low;
	}
	return high == p->periods ? UTILIZATION_OUT : low == p->periods ? UTILIZATION_IN : UTILIZATION_NORMAL;
}

static void over_periods(const struct utilization_policy *p, char *out, size_t size)
{
	if (p->periods == 1)
		snprintf(out, size, "in the last minute");
	else
		snprintf(out, size, "in each of the last %d minutes", p->periods);
}

static void act_on_branch(const struct utilization_policy *p, int current, struct utilization_decision *out)
{
	bool grow = out->branch == UTILIZATION_OUT;
	double mark = grow ? p->high : p->low;
	char when[64];

	over_periods(p, when, sizeof when);
	out->outcome = scaling_clamp(SCALING_CHANGE, grow ? p->out_by : -p->in_by, current, p->min, p->max,
	                             &out->target);
	out->alert = grow && out->outcome == SCALING_AT_LIMIT;
	if (out->outcome == SCALING_AT_LIMIT)
		snprintf(out->reason, sizeof out->reason, "CPU %.1f %% is %s %g %% %s, but the %s is %d", out->cpu,
		         grow ? "above" : "below", mark, when, grow ? "maximum" : "minimum", grow ? p->max : p->min);
	else
		snprintf(out->reason, sizeof out->reason, "CPU %.1f %% is %s %g %% %s", out->cpu,
		         grow ? "above" : "below", mark, when);
}

void utilization_decide(const struct utilization_policy *p, int current, const double *cpu, size_t n,
                        struct utilization_decision *out)
{
	*out = (struct utilization_decision){ .branch = branch_of(p, cpu, n), .outcome = SCALING_HELD,
	                                      .target = current, .cpu = n ? cpu[0] : NAN };
	switch (out->branch) {
	case UTILIZATION_OUT:
	case UTILIZATION_IN:
		act_on_branch(p, current, out);
		break;
	case UTILIZATION_NORMAL:
		snprintf(out->reason, sizeof out->reason, "CPU %.1f %% is between %g %% and %g %%, or not for long "
		         "enough beyond them", out->cpu, p->low, p->high);
		break;
	case UTILIZATION_UNKNOWN:
		snprintf(out->reason, sizeof out->reason, "the CPU of %d full minutes is not known yet", p->periods);
	}
}

/* ---- scheduled sizes ---- */

void scheduled_scaling_free(struct scheduled_scaling *s)
{
	free(s->name);
	free(s->expression);
	free(s->timezone);
	s->name = s->expression = s->timezone = NULL;
}
