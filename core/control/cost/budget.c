/* Budgets: an amount for a day or a month, and the per cents of it at which somebody wants to be told, once
 * each in a period. A budget is a document ("budget"); what was told is another ("budget-state"), so that a
 * new amount does not tell again what is known. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/budget.h"
#include "core/control/notify/notify.h"

#define LOOK_MS 60000
#define EVENT_BUDGET "Stoker Budget Threshold"

void budget_free(void *p)
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
		map_free(st->budgets, budget_free);
	st->budgets = NULL;
}

char *budget_key(const char *region, const char *name)
{
	return xasprintf("%s\n%s", region, name);
}

struct budget *budget_find(struct cost_state *st, const char *region, const char *name)
{
	char *key = budget_key(region, name);
	struct budget *b = st->budgets ? map_get(st->budgets, key) : NULL;

	free(key);
	return b;
}

/* ---- documents ---- */

struct budget *budget_read(const char *region, const char *name, const cJSON *body)
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
	char *key = budget_key(region, id);
	struct budget *old = map_set(cost_state(ctl)->budgets, key, budget_read(region, id, body));

	(void)ctx;
	if (old)
		budget_free(old);
	free(key);
}

static void load_told(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct budget *b = budget_find(cost_state(ctl), region, id);

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

int64_t budget_period(const struct budget *b, int64_t now)
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
void budget_spent(struct control *ctl, const struct budget *b, int64_t now, struct money *sum,
                  struct money *forecast)
{
	int64_t from = budget_period(b, now), until = b->daily ? day_next(now) : month_next(now);
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

double budget_crossed(const struct budget *b, double total)
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
	const char *before = ctl->acting_region;
	char *text = spent_text(b, sum);

	ctl->acting_region = b->region;
	event_add(ctl, severity_of(b, sum), b->cluster_id[0] ? b->cluster_id : NULL, b->name, EVENT_BUDGET,
	          "Budget %s has reached %g %%: %s", b->name, b->told, text);
	ctl->acting_region = before;
	if (b->topic_arn)
		send_notice(ctl, b, sum, text);
	free(text);
}

static void look(struct control *ctl, struct budget *b, int64_t now)
{
	int64_t period = budget_period(b, now);
	double before = b->period == period ? b->told : 0;
	struct money sum = { 0 };

	budget_spent(ctl, b, now, &sum, NULL);
	double mark = budget_crossed(b, money_total(&sum));
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
		if (b->period != budget_period(b, now) || !b->told ||
		    (ctl->call && strcmp(b->region, ctl->call->region)) ||
		    (cluster_id && strcmp(cluster_id, b->cluster_id)))
			continue;
		struct money sum = { 0 };
		budget_spent(ctl, b, now, &sum, NULL);
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
