/* Forms about money: budgets, and what another type, market or size would cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/forms.h"
#include "views/sheet.h"

static const char *const per[] = { "month", "day", NULL };
static const char *const scopes[] = { "everything", "one cluster", "a tag", NULL };

/* ---- budgets ---- */

static bool for_cluster(void *ctx, const struct form *f)
{
	(void)ctx;
	return !strcmp(form_text(f, "scope"), scopes[1]);
}

static bool for_tag(void *ctx, const struct form *f)
{
	(void)ctx;
	return !strcmp(form_text(f, "scope"), scopes[2]);
}

/* "50 80 100" → numbers; NULL when one is none. */
static cJSON *thresholds_of(const char *text)
{
	cJSON *list = cJSON_CreateArray();
	const char *p = text;
	for (;;) {
		char *end;
		p += strspn(p, " ,%");
		if (!*p)
			break;
		double v = strtod(p, &end);
		if (end == p || v <= 0 || v > 1000) {
			cJSON_Delete(list);
			return NULL;
		}
		cJSON_AddItemToArray(list, cJSON_CreateNumber(v));
		p = end;
	}
	return list;
}

static const char *check_thresholds(void *ctx, const char *v)
{
	cJSON *list = thresholds_of(v);
	int n = cJSON_GetArraySize(list);
	(void)ctx;
	cJSON_Delete(list);
	return !list || n < 1 ? "per cents between 1 and 1000, as 50 80 100" : n > 10 ? "at most ten" : NULL;
}

static void budget_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	const struct sheet *s = ctx;
	const struct model *m = s->con->model;
	double amount = form_double(f, "amount");
	bool day = !strcmp(form_text(f, "period"), per[1]);
	double run = m->cost_per_hour * (day ? 24 : 730);
	snprintf(out, size, "at $%.2f/h%s, as now, a %s comes to $%.2f: %.0f%%", m->cost_per_hour,
	         m->cost_unknown_rate ? " or more" : "", day ? "day" : "month", run, amount > 0 ? run / amount * 100 : 0);
}

static const char *budget_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	cJSON *in = json_add_str(cJSON_CreateObject(), "BudgetName", form_text(f, "name")), *scope = NULL;
	const char *id = sheet_cluster_id(s, form_text(f, "cluster"));
	json_add_num(in, "Amount", form_double(f, "amount"));
	json_add_str(in, "Period", strcmp(form_text(f, "period"), per[1]) ? "MONTHLY" : "DAILY");
	if (for_cluster(s, f))
		scope = json_add_str(cJSON_CreateObject(), "ClusterId", id);
	if (for_tag(s, f))
		scope = json_add_str(json_add_str(cJSON_CreateObject(), "TagKey", form_text(f, "key")), "TagValue",
		                     form_text(f, "value"));
	if ((for_cluster(s, f) && !id) || (for_tag(s, f) && !*form_text(f, "key"))) {
		cJSON_Delete(in);
		cJSON_Delete(scope);
		*field = for_tag(s, f) ? "key" : "cluster";
		return for_tag(s, f) ? "name the tag" : "that cluster has gone";
	}
	json_add(in, "Scope", scope);
	json_add(in, "Thresholds", thresholds_of(form_text(f, "thresholds")));
	json_add_str(in, "TopicArn", sheet_topic_arn(s, form_text(f, "topic")));
	return sheet_done(s, f, act_put_budget(in, s->was));
}

static void list_text(const cJSON *list, char *out, size_t size)
{
	const cJSON *x;
	size_t n = 0;
	*out = 0;
	cJSON_ArrayForEach(x, list)
		if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%g", n ? " " : "", x->valuedouble);
}

void form_budget_open(struct console *con, const cJSON *was)
{
	struct sheet *s = sheet_new(con, was, json_str(was, "BudgetName", ""));
	const cJSON *scope = json_obj(was, "Scope");
	const char *cluster = json_str(scope, "ClusterId", con->cluster);
	char amount[32], thresholds[128];
	snprintf(amount, sizeof amount, "%g", json_num(was, "Amount", 100));
	list_text(json_arr(was, "Thresholds"), thresholds, sizeof thresholds);
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "a budget with this name is replaced", .required = true,
		  .value = json_str(was, "BudgetName", "") },
		{ FIELD_TEXT, "amount", "amount, $", .help = "US dollars at list prices", .value = amount,
		  .check = check_positive },
		{ FIELD_CHOICE, "period", "per", .help = "begins anew with each, in UTC", .choices = per,
		  .value = strcmp(json_str(was, "Period", ""), "DAILY") ? per[0] : per[1] },
		{ FIELD_CHOICE, "scope", "for", .help = "whose cost counts", .choices = scopes,
		  .value = json_str(scope, "ClusterId", NULL) ? scopes[1] : scope ? scopes[2] : scopes[0] },
		{ FIELD_CHOICE, "cluster", "cluster", .help = "this one", .choices = sheet_clusters(s, NULL),
		  .value = model_cluster_name(con->model, cluster), .shown = for_cluster },
		{ FIELD_TEXT, "key", "tag", .help = "clusters that have this tag", .shown = for_tag,
		  .value = json_str(scope, "TagKey", "team") },
		{ FIELD_TEXT, "value", "value", .help = "with this value", .shown = for_tag,
		  .value = json_str(scope, "TagValue", "") },
		{ FIELD_TEXT, "thresholds", "alarms at, %", .help = "shares of the amount at which it warns",
		  .value = *thresholds ? thresholds : "50 80 100", .check = check_thresholds },
		{ FIELD_CHOICE, "topic", "tells", .help = "topic that hears of it", .choices = sheet_topics(s),
		  .value = sheet_topic_name(s, json_str(was, "TopicArn", NULL)) },
	};
	form_open(con->app, &(struct form_spec){ .title = was ? "Change a budget" : "New budget", .fields = fields,
		.n = sizeof fields / sizeof *fields, .verb = "show the plan", .summary = budget_summary,
		.submit = budget_submit, .cancel = sheet_free, .ctx = s });
}

/* ---- what if ---- */

static const char *const markets[] = { "as it is", "ON_DEMAND", "SPOT", NULL };

static void money_line(struct buf *b, const char *label, const cJSON *side)
{
	const char *bound = json_bool(side, "Unknown", false) ? ">= " : "";
	buf_addf(b, "%-12s %s$%.2f an hour, %s$%.2f a month\n", label, bound, json_num(side, "PerHour", 0), bound,
	         json_num(side, "PerMonth", 0));
}

static void group_lines(struct buf *b, const cJSON *groups)
{
	const cJSON *g;
	char before[200], after[200];
	cJSON_ArrayForEach(g, groups) {
		record_text(g, "Before", before, sizeof before);
		record_text(g, "After", after, sizeof after);
		buf_addf(b, "\n%s: %s -> %s", json_str(g, "InstanceGroupId", ""), before, after);
	}
}

static void on_answer(void *arg, const cJSON *reply, const struct error *err, double ms)
{
	struct console *con = arg;
	struct buf b = BUF_INIT;
	const cJSON *note;
	(void)ms;
	if (err) {
		app_error(con->app, err);
		return;
	}
	double change = json_num(reply, "Difference", 0);
	money_line(&b, "before", json_obj(reply, "Before"));
	money_line(&b, "after", json_obj(reply, "After"));
	buf_addf(&b, "%-12s %s$%.2f an hour, %s$%.2f a month\n", "difference", change < 0 ? "-" : "+",
	         change < 0 ? -change : change, change < 0 ? "-" : "+", (change < 0 ? -change : change) * 730);
	group_lines(&b, json_arr(reply, "Groups"));
	cJSON_ArrayForEach(note, json_arr(reply, "Notes"))
		if (cJSON_IsString(note))
			buf_addf(&b, "\n\n%s", note->valuestring);
	buf_adds(&b, "\n\nAn estimate at list prices; nothing was changed.");
	text_open(con->app, "What if", buf_str(&b));
	buf_free(&b);
	console_touch(con);
}

static const char *what_if_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	struct console *con = s->con;
	struct error err = ERROR_INIT;
	cJSON *in = json_add_str(cJSON_CreateObject(), "ClusterId", s->cluster), *list = cJSON_CreateArray();
	cJSON *change = json_add_str(cJSON_CreateObject(), "InstanceGroupId",
	                             sheet_group_id(s, form_text(f, "group")));
	(void)field;
	json_add_str(change, "InstanceType", form_text(f, "type"));
	json_add_str(change, "Market", strcmp(form_text(f, "market"), markets[0]) ? form_text(f, "market") : NULL);
	json_add_int(change, "InstanceCount", form_number(f, "count"));
	cJSON_AddItemToArray(list, change);
	json_add(in, "Changes", list);
	if (!client_send(con->client, "Stoker.WhatIf", in, 20000, on_answer, con, &err))
		app_error(con->app, &err);
	cJSON_Delete(in);
	sheet_free(s);
	return NULL;
}

/* The other fields follow the group that is chosen. */
static void what_if_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	struct sheet *s = ctx;
	const struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "group"));
	const struct instance_group *g = mc && id ? cluster_group(mc->c, id) : NULL;
	bool unknown = false;
	*out = 0;
	if (!g)
		return;
	if (strcmp(s->id, id)) {
		char n[16];
		snprintf(n, sizeof n, "%d", g->requested);
		snprintf(s->id, sizeof s->id, "%s", id);
		form_set((struct form *)f, "count", n);
		form_set((struct form *)f, "type", g->type);
	}
	double now = model_price(mc->c->region, g->type, g->requested, &unknown);
	double then = model_price(mc->c->region, form_text(f, "type"), (int)form_number(f, "count"), &unknown);
	snprintf(out, size, "on demand: this group $%.2f/h -> $%.2f/h%s", now, then, unknown ? " or more" : "");
}

void form_what_if_open(struct console *con)
{
	struct sheet *s = sheet_new(con, NULL, "");
	const struct mcluster *mc = sheet_cluster(s);
	const char **groups = sheet_groups(s, true);
	char title[300], count[16];
	if (!mc || !mc->c->groups.len) {
		app_message(con->app, MESSAGE_INFO, "this cluster has no groups yet");
		sheet_free(s);
		return;
	}
	const struct instance_group *g = mc->c->groups.items[mc->c->groups.len > 1 ? 1 : 0];
	snprintf(s->id, sizeof s->id, "%s", g->id);
	snprintf(count, sizeof count, "%d", g->requested);
	snprintf(title, sizeof title, "What if: %s", cluster_label(mc->c));
	const struct form_field fields[] = {
		{ FIELD_CHOICE, "group", "group", .help = "which would be another", .choices = groups,
		  .value = sheet_group_label(s, g->id) },
		{ FIELD_CHOICE, "type", "type", .help = "its nodes would be of this type", .choices = type_names(),
		  .value = g->type },
		{ FIELD_CHOICE, "market", "market", .help = "and bought on this market", .choices = markets },
		{ FIELD_NUMBER, "count", "nodes", .help = "and so many", .value = count, .min = 0, .max = 1000 },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 4, .verb = "work it out",
		.summary = what_if_summary, .submit = what_if_submit, .cancel = sheet_free, .ctx = s });
}
