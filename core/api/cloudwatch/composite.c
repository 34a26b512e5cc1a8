/* PutCompositeAlarm: the rules that need no state. */
#include "core/api/cloudwatch/cloudwatch.h"
#include "core/base/json.h"

int cw_parse_rule(const char *rule, const char *region, struct alarm_rule **out, struct error *err)
{
	char *own = cw_alarm_arn("", region);
	struct error why = ERROR_INIT;
	int rc = alarm_rule_parse(rule, own, out, &why);

	free(own);
	return rc ? cw_error_validation(err, "AlarmRule is not valid %s.", why.message) : 0;
}

/* A suppressor may be given by name or ARN; the name is kept. */
static int read_suppressor(const cJSON *in, const char *region, struct metric_alarm *a, struct error *err)
{
	bool wait = cJSON_HasObjectItem(in, "ActionsSuppressorWaitPeriod"),
	     extension = cJSON_HasObjectItem(in, "ActionsSuppressorExtensionPeriod");

	if (!a->suppressor) {
		if (!wait && !extension)
			return 0;
		return cw_error_validation(err, "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod need an "
		                           "ActionsSuppressor.");
	}
	if (!wait || !extension)
		return cw_error_validation(err, "An ActionsSuppressor needs ActionsSuppressorWaitPeriod and "
		                           "ActionsSuppressorExtensionPeriod.");
	if (a->wait_s < 0 || a->extension_s < 0)
		return cw_error_validation(err, "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be 0 "
		                           "or more seconds.");
	if (strncmp(a->suppressor, "arn:", 4))
		return 0;
	const char *name = cw_arn_alarm(a->suppressor, region);
	if (!name)
		return cw_error_validation(err, "ActionsSuppressor %.200s is not an alarm of this account and region.",
		                           a->suppressor);
	char *plain = xstrdup(name);
	free(a->suppressor);
	a->suppressor = plain;
	return 0;
}

static int check_topics(const struct str_list *l, struct error *err)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strncmp(l->items[i], "arn:", 4) && strncmp(l->items[i], "arn:aws:sns:", 12))
			return cw_error_validation(err, "A composite alarm cannot take the action %.200s: its actions are topics "
			                           "(arn:aws:sns:…).", l->items[i]);
	return cw_check_actions(l, err);
}

static int check(const cJSON *in, const char *region, struct metric_alarm *a, struct error *err)
{
	struct alarm_rule *rule = NULL;
	int rc = cw_check_name(a->name, "AlarmName", err);

	if (!rc)
		rc = cw_parse_rule(a->rule, region, &rule, err);
	alarm_rule_free(rule);
	if (!rc)
		rc = read_suppressor(in, region, a, err);
	if (!rc)
		rc = check_topics(&a->ok_actions, err);
	if (!rc)
		rc = check_topics(&a->alarm_actions, err);
	return rc ? rc : check_topics(&a->insufficient_actions, err);
}

int cw_decode_composite(const cJSON *in, const char *region, struct metric_alarm **out, struct error *err)
{
	struct metric_alarm *a = cw_read_alarm(in);
	int rc;

	text_set(&a->owner, NULL); /* not for clients to say */
	a->hold = ALARM_HOLD_NONE;
	a->hold_until = 0;
	rc = check(in, region, a, err);
	if (rc)
		metric_alarm_free(a);
	else
		*out = a;
	return rc;
}
