/* Budgets: an amount for a day or a month, and the per cents of it at which somebody wants to be told, once
 * each in a period. A budget is a document ("budget"); what was told is another ("budget-state"), so that a
 * new amount does not tell again what is known. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/inner.h"
#include "core/control/notify/notify.h"

#define LOOK_MS 60000
#define THRESHOLDS 10
#define NAME_SIZE 129
#define EVENT_BUDGET "Stoker Budget Threshold"

struct budget {
	char region[MODEL_REGION_SIZE], name[NAME_SIZE];
	double amount;
	bool daily;
	char cluster_id[MODEL_ID_SIZE];
	char *tag_key, *tag_value;               /* both or neither */
	double thresholds[THRESHOLDS];           /* %, ascending */
	size_t n;
	char *topic_arn;
	int64_t period;                          /* that the rest is of: its start */
	double told;                             /* the highest threshold that was told; 0: none */
	int64_t since;                           /* when the first one was crossed */
};

static void free_budget(void *p)
{
	struct budget *b = p;

	free(b->tag_key);
	free(b->tag_value);
	free(b->topic_arn);
	free(b);
}

void budgets_free(struct cost_state *st)
{
	if (st->budgets)
		map_free(st->budgets, free_budget);
	st->budgets = NULL;
}

static char *key_of(const char *region, const char *name)
{
	return xasprintf("%s\n%s", region, name);
}

static struct budget *find_budget(struct cost_state *st, const char *region, const char *name)
{
	char *key = key_of(region, name);
	struct budget *b = st->budgets ? map_get(st->budgets, key) : NULL;

	free(key);
	return b;
}

/* ---- documents ---- */

static struct budget *read_budget(const char *region, const char *name, const cJSON *body)
{
	struct budget *b = xcalloc(1, sizeof *b);
	const cJSON *scope = json_obj(body, "Scope"), *t;

	snprintf(b->region, sizeof b->region, "%s", region);
	snprintf(b->name, sizeof b->name, "%s", name);
	b->amount = json_num(body, "Amount", 0);
	b->daily = !strcmp(json_str(body, "Period", ""), "DAILY");
	snprintf(b->cluster_id, sizeof b->cluster_id, "%s", json_str(scope, "ClusterId", ""));
	b->tag_key = xstrdup(json_str(scope, "TagKey", NULL));
	b->tag_value = xstrdup(json_str(scope, "TagValue", NULL));
	b->topic_arn = xstrdup(json_str(body, "TopicArn", NULL));
	cJSON_ArrayForEach(t, json_arr(body, "Thresholds"))
		if (b->n < THRESHOLDS)
			b->thresholds[b->n++] = t->valuedouble;
	return b;
}

static void load_budget(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	char *key = key_of(region, id);
	struct budget *old = map_set(cost_state(ctl)->budgets, key, read_budget(region, id, body));

	(void)ctx;
	if (old)
		free_budget(old);
	free(key);
}

static void load_told(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct budget *b = find_budget(cost_state(ctl), region, id);

	(void)ctx;
	if (!b)
		return;
	b->period = json_int(body, "Period", 0);
	b->told = json_num(body, "Percent", 0);
	b->since = json_int(body, "Since", 0);
}

int budgets_load(struct control *ctl, struct error *err)
{
	struct cost_state *st = cost_state(ctl);

	budgets_free(st);
	st->budgets = map_new();
	int ret = docs_each(ctl, "budget", load_budget, NULL, err);
	if (!ret)
		ret = docs_each(ctl, "budget-state", load_told, NULL, err);
	st->budgets_due = 1; /* as soon as may be */
	return ret;
}

/* ---- sums ---- */

static int64_t period_start(const struct budget *b, int64_t now)
{
	return b->daily ? day_start(now) : month_start(now);
}

static bool within(const struct budget *b, const struct cluster *c)
{
	if (strcmp(c->region, b->region))
		return false;
	if (b->cluster_id[0])
		return !strcmp(c->id, b->cluster_id);
	if (!b->tag_key)
		return true;
	const char *value = pair_list_get(&c->tags, b->tag_key);
	return value && !strcmp(value, b->tag_value);
}

/* What was spent in the period, and (forecast not NULL) what its end will say at the present size. */
static void spent(struct control *ctl, const struct budget *b, int64_t now, struct money *sum,
                  struct money *forecast)
{
	int64_t from = period_start(b, now), until = b->daily ? day_next(now) : month_next(now);
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		if (!within(b, c) || (cluster_state_ended(c->state) && c->timeline.ended + DAY_MS < from))
			continue;
		cost_of(ctl, c, NULL, from, INT64_MAX, now, sum);
		if (forecast)
			forecast_until(ctl, c, now, until, forecast);
	}
	if (forecast)
		money_add(forecast, sum);
}

static double crossed(const struct budget *b, double total)
{
	double percent = 100 * total / b->amount, highest = 0;

	for (size_t i = 0; i < b->n; i++)
		if (percent + 1e-9 >= b->thresholds[i])
			highest = b->thresholds[i];
	return highest;
}

/* ---- looking ---- */

static void remember(struct control *ctl, const struct budget *b)
{
	cJSON *o = json_add_int(cJSON_CreateObject(), "Period", b->period);

	json_add_num(o, "Percent", b->told);
	json_add_int(o, "Since", b->since);
	doc_put(ctl, "budget-state", b->region, b->name, o);
	cJSON_Delete(o);
}

static enum severity severity_of(const struct budget *b, const struct money *sum)
{
	return money_total(sum) >= b->amount ? SEVERITY_ERROR : SEVERITY_WARN;
}

/* "at least $1.24 of $2.00 are spent this month"; free(). */
static char *spent_text(const struct budget *b, const struct money *sum)
{
	int digits = b->amount < 1 ? 4 : 2;

	return xasprintf("%s$%.*f of $%.*f are spent this %s", sum->unknown ? "at least " : "", digits,
	                 money_total(sum), digits, b->amount, b->daily ? "day" : "month");
}

static void send_notice(struct control *ctl, const struct budget *b, const struct money *sum,
                        const char *text)
{
	cJSON *body = json_add_str(cJSON_CreateObject(), "BudgetName", b->name);
	char *subject = xasprintf("Budget %s has reached %g %%", b->name, b->told);

	json_add_str(body, "Region", b->region);
	json_add_num(json_add_num(body, "Amount", b->amount), "Spent", money_total(sum));
	json_add_bool(body, "Unknown", sum->unknown);
	json_add_str(body, "Period", b->daily ? "DAILY" : "MONTHLY");
	json_add_num(body, "Threshold", b->told);
	json_add_time(body, "PeriodStart", b->period);
	json_add_str(body, "Message", text);
	notify_send(ctl, b->region, b->topic_arn, subject, body);
	cJSON_Delete(body);
	free(subject);
}

static void tell(struct control *ctl, const struct budget *b, const struct money *sum)
{
	char *text = spent_text(b, sum);

	event_add(ctl, severity_of(b, sum), b->cluster_id[0] ? b->cluster_id : NULL, b->name, EVENT_BUDGET,
	          "Budget %s has reached %g %%: %s", b->name, b->told, text);
	struct event *e = &ctl->events.items[ctl->events.len - 1];
	snprintf(e->region, sizeof e->region, "%s", b->region);
	if (b->topic_arn)
		send_notice(ctl, b, sum, text);
	free(text);
}

static void look(struct control *ctl, struct budget *b, int64_t now)
{
	int64_t period = period_start(b, now);
	double before = b->period == period ? b->told : 0;
	struct money sum = { 0 };

	spent(ctl, b, now, &sum, NULL);
	double mark = crossed(b, money_total(&sum));
	if (mark == before)
		return;
	if (b->period != period || !before)
		b->since = now;
	b->period = period;
	b->told = mark;
	if (!mark)
		b->since = 0;
	if (mark > before)
		tell(ctl, b, &sum);
	remember(ctl, b);
}

int64_t budgets_due(struct control *ctl)
{
	const struct cost_state *st = cost_state(ctl);
	bool moves = st->budgets && map_len(st->budgets) && (map_len(ctl->nodes) || st->budgets_due == 1);

	return moves ? st->budgets_due : 0;
}

void budgets_run(struct control *ctl, int64_t now)
{
	struct cost_state *st = cost_state(ctl);
	struct acting before = actor_begin(ctl, "stoker:cost", NULL);
	size_t it = 0;
	void *v;

	if (now >= st->budgets_due || now < st->budgets_due - LOOK_MS) {
		while (st->budgets && map_next(st->budgets, &it, NULL, &v))
			look(ctl, v, now);
		st->budgets_due = now + LOOK_MS;
	}
	actor_end(ctl, &before);
}

void budgets_alarms(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out)
{
	struct cost_state *st = cost_state(ctl);
	size_t it = 0;
	void *v;

	while (st->budgets && map_next(st->budgets, &it, NULL, &v)) {
		const struct budget *b = v;
		if (b->period != period_start(b, now) || !b->told ||
		    (ctl->call && strcmp(b->region, ctl->call->region)) ||
		    (cluster_id && strcmp(cluster_id, b->cluster_id)))
			continue;
		struct money sum = { 0 };
		spent(ctl, b, now, &sum, NULL);
		char *text = spent_text(b, &sum);
		struct alarm a = { .id = xasprintf("budget/%s", b->name), .kind = "budget", .name = xstrdup(b->name),
		                   .severity = severity_of(b, &sum), .since = b->since };
		snprintf(a.cluster_id, sizeof a.cluster_id, "%s", b->cluster_id);
		a.title = xasprintf("Budget %s has reached %g %%", b->name, b->told);
		a.detail = xasprintf("%c%s.", text[0] == 'a' ? 'A' : text[0], text + 1);
		free(text);
		a.hint = xstrdup(
		    "See what costs (stoker cost --by cluster); end what is not needed, or raise the budget.");
		vec_push(out, a);
	}
}

/* ---- operations ---- */

static int read_scope(struct control *ctl, const cJSON *in, cJSON *doc, struct error *err)
{
	const cJSON *scope = json_obj(in, "Scope");
	const char *cluster = json_str(scope, "ClusterId", NULL), *key = json_str(scope, "TagKey", NULL);
	const char *value = json_str(scope, "TagValue", NULL);

	if (!scope || (!cluster && !key && !value))
		return 0;
	if (cluster && (key || value))
		return emr_error_validation(err, "Scope is either a ClusterId, or TagKey with TagValue");
	if (cluster && !op_find(ctl, cluster))
		return emr_error_no_cluster(err, cluster);
	if (!cluster && (!key || !*key || !value))
		return emr_error_validation(err, "Scope.TagKey and Scope.TagValue go together");
	cJSON *o = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	json_add_str(json_add_str(o, "TagKey", key), "TagValue", value);
	json_add(doc, "Scope", o);
	return 0;
}

static int read_thresholds(const cJSON *in, cJSON *doc, struct error *err)
{
	static const double usual[] = { 50, 80, 100 };
	const cJSON *given = json_arr(in, "Thresholds"), *t;
	double last = 0;
	cJSON *out;

	if (!given) {
		json_add(doc, "Thresholds", cJSON_CreateDoubleArray(usual, 3));
		return 0;
	}
	if (!given->child || cJSON_GetArraySize(given) > THRESHOLDS)
		return emr_error_validation(err, "Thresholds must be 1 to %d per cents", THRESHOLDS);
	out = cJSON_AddArrayToObject(doc, "Thresholds");
	cJSON_ArrayForEach(t, given) {
		if (!cJSON_IsNumber(t) || t->valuedouble <= last || t->valuedouble > 1000)
			return emr_error_validation(err,
			                            "Thresholds must be per cents of the amount, ascending, above 0 and "
			                            "at most 1000");
		last = t->valuedouble;
		cJSON_AddItemToArray(out, cJSON_CreateNumber(last));
	}
	return 0;
}

static int read_name(const cJSON *in, const char **out, struct error *err)
{
	const char *s = *out = json_str(in, "BudgetName", "");
	bool plain = *s;

	for (; *s; s++)
		plain = plain && (unsigned char)*s >= ' ' && *s != 127;
	if (!plain || strlen(*out) >= NAME_SIZE)
		return emr_error_validation(err,
		                            "BudgetName must have 1 to %d characters, without control characters",
		                            NAME_SIZE - 1);
	return 0;
}

static int read_request(struct control *ctl, const cJSON *in, cJSON *doc, struct error *err)
{
	const char *period = json_str(in, "Period", "MONTHLY"), *topic = json_str(in, "TopicArn", NULL);
	double amount = json_num(in, "Amount", 0);
	int ret;

	if (!(amount > 0) || amount > 1e12)
		return emr_error_validation(err, "Amount must be a number of US dollars above 0");
	if (strcmp(period, "DAILY") && strcmp(period, "MONTHLY"))
		return emr_error_validation(err, "Period must be DAILY or MONTHLY, not '%s'", period);
	if (topic && !notify_exists(ctl, ctl->call->region, topic))
		return emr_error_validation(err, "There is no topic '%s'; PutTopic makes one", topic);
	json_add_num(doc, "Amount", amount);
	json_add_str(doc, "Period", period);
	json_add_str(doc, "TopicArn", topic);
	ret = read_scope(ctl, in, doc, err);
	return ret ? ret : read_thresholds(in, doc, err);
}

int op_put_budget(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	cJSON *doc = cJSON_CreateObject();
	const char *name;
	int ret = read_name(in, &name, err);

	(void)out;
	if (!ret)
		ret = read_request(ctl, in, doc, err);
	if (!ret) {
		struct budget *old = find_budget(st, call->region, name), *b = read_budget(call->region, name, doc);
		if (old) {
			b->period = old->period;
			b->told = old->told;
			b->since = old->since;
		}
		char *key = key_of(call->region, name);
		old = map_set(st->budgets, key, b);
		if (old)
			free_budget(old);
		free(key);
		doc_put(ctl, "budget", call->region, name, doc);
		st->budgets_due = 1;
	}
	cJSON_Delete(doc);
	return ret;
}

int op_delete_budget(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	const char *name;
	int ret = read_name(in, &name, err);

	(void)out;
	if (ret)
		return ret;
	if (!find_budget(st, call->region, name))
		return emr_error_validation(err, "There is no budget '%s'", name);
	char *key = key_of(call->region, name);
	free_budget(map_remove(st->budgets, key));
	free(key);
	doc_drop(ctl, "budget", call->region, name);
	doc_drop(ctl, "budget-state", call->region, name);
	return 0;
}

static cJSON *budget_row(struct control *ctl, const struct budget *b, int64_t now)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "BudgetName", b->name), *scope;
	struct money sum = { 0 }, forecast = { 0 };
	double mark;

	spent(ctl, b, now, &sum, &forecast);
	mark = crossed(b, money_total(&sum));
	json_add_num(o, "Amount", b->amount);
	json_add_str(o, "Period", b->daily ? "DAILY" : "MONTHLY");
	if (b->cluster_id[0] || b->tag_key) {
		scope = json_add_str(cJSON_CreateObject(), "ClusterId", b->cluster_id[0] ? b->cluster_id : NULL);
		json_add(o, "Scope",
		         json_add_str(json_add_str(scope, "TagKey", b->tag_key), "TagValue", b->tag_value));
	}
	json_add(o, "Thresholds", cJSON_CreateDoubleArray(b->thresholds, (int)b->n));
	json_add_str(o, "TopicArn", b->topic_arn);
	json_add_num(o, "Spent", money_total(&sum));
	json_add_num(o, "Forecast", money_total(&forecast));
	json_add_str(o, "State", mark > 0 ? "ALARM" : "OK");
	if (mark > 0)
		json_add_time(o, "Since", b->period == period_start(b, now) && b->since ? b->since : now);
	json_add_bool(o, "Unknown", sum.unknown || forecast.unknown);
	return json_add_bool(o, "Estimate", sum.estimate || forecast.estimate);
}

int op_list_budgets(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	cJSON *a = cJSON_CreateArray();
	int64_t now = clock_now_ms();
	size_t it = 0;
	void *v;

	(void)in;
	(void)err;
	rates_refresh(ctl);
	while (st->budgets && map_next(st->budgets, &it, NULL, &v))
		if (!strcmp(((struct budget *)v)->region, call->region))
			cJSON_AddItemToArray(a, budget_row(ctl, v, now));
	json_add(out, "Budgets", a);
	return 0;
}
