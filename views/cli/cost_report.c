/* stoker cost --by …, forecast, recommendations, prices. */
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "views/cli/cost.h"

/* ---- --by ---- */

/* The start of a day given as 2026-11-26, `days` later; -1 when it is none. */
static int64_t day_of(const char *s, int days)
{
	struct tm tm = { .tm_isdst = -1 };
	int n = 0;

	if (sscanf(s, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &n) != 3 || s[n])
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	tm.tm_mday += days;
	return (int64_t)mktime(&tm) * 1000;
}

/* A day, an instant, or a time ago. A day as the end of a period is in it. */
static int moment(const struct cost_words *w, const char *option, bool end, cJSON *req, const char *member,
                  struct error *err)
{
	const char *s = cli_opt(w->options, option);
	int64_t t = s ? day_of(s, end) : 0;

	if (s && t < 0)
		t = clock_parse(s);
	if (s && t < 0)
		t = cli_parse_span(s) < 0 ? -1 : clock_now_ms() - cli_parse_span(s);
	if (t < 0)
		return error_set(err, ERR_INVALID, "--%s: \"%s\" is no day (2026-11-26), instant "
		                 "(2026-11-26T08:00:00Z) or time ago (7d)", option, s);
	json_add_time(req, member, t);
	return 0;
}

static void report_people(struct cli *c, const cJSON *reply, const char *by)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	bool named = !strcmp(by, "cluster") || !strcmp(by, "step") || !strcmp(by, "group");

	text_table_column(t, "WHAT", TABLE_LEFT, true);
	text_table_column(t, "HOURS", TABLE_RIGHT, false);
	text_table_column(t, "EC2", TABLE_RIGHT, false);
	text_table_column(t, "EMR", TABLE_RIGHT, false);
	text_table_column(t, "EBS", TABLE_RIGHT, false);
	text_table_column(t, "TOTAL", TABLE_RIGHT, false);
	cJSON_ArrayForEach(x, json_arr(reply, "Rows")) {
		bool unknown = json_bool(x, "Unknown", false), estimate = json_bool(x, "Estimate", false);
		const char *key = json_str(x, "Key", ""), *name = json_str(x, "Name", "");
		text_table_cell(t, "", "%s%s%s", named ? key : name, named && *name ? " " : "", named ? name : "");
		text_table_cell(t, cli_dim(c), "%.1f", json_num(x, "InstanceHours", 0));
		cost_cell(t, cli_dim(c), json_num(x, "Ec2", 0), false, false);
		cost_cell(t, cli_dim(c), json_num(x, "Emr", 0), unknown, estimate);
		cost_cell(t, cli_dim(c), json_num(x, "Ebs", 0), false, false);
		cost_cell(t, "", json_num(x, "Total", 0), unknown, estimate);
	}
	text_table_cell(t, cli_bold(c), "all");
	for (int i = 0; i < 4; i++)
		text_table_cell(t, "", " ");
	cost_cell(t, cli_bold(c), json_num(reply, "Total", 0), json_bool(reply, "Unknown", false),
	          json_bool(reply, "Estimate", false));
	cli_print_table(c, t);
	char from[32], to[32];
	fprintf(c->out, "%s%s to %s\n%s", cli_dim(c), cli_time(json_num(reply, "From", 0), from, sizeof from),
	        cli_time(json_num(reply, "To", 0), to, sizeof to), cli_plain(c));
	cost_footer(c, reply, json_bool(reply, "Unknown", false), json_bool(reply, "Estimate", false));
}

int cost_report(struct cli *c, const struct cost_words *w)
{
	const char *by = cli_opt(w->options, "by");
	cJSON *req = json_add_str(cJSON_CreateObject(), "GroupBy", by ? by : "cluster"), *reply = NULL;
	struct error err = ERROR_INIT;
	int status;

	if (moment(w, "from", false, req, "From", &err) || moment(w, "to", true, req, "To", &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if ((status = cost_clusters(c, w, req)) || (status = cost_ask(c, "Stoker.GetCostReport", req, &reply)))
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	report_people(c, reply, by ? by : "cluster");
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- forecast ---- */

static void line(struct text_table *t, const char *what, double v, bool unknown, bool estimate)
{
	text_table_cell(t, "", "%s", what);
	cost_cell(t, "", v, unknown, estimate);
}

static void queues(struct cli *c, const cJSON *reply)
{
	struct text_table *t = text_table_new();
	const cJSON *q;
	char buf[64];

	text_table_column(t, "QUEUE OF", TABLE_LEFT, false);
	text_table_column(t, "ENDS", TABLE_LEFT, false);
	text_table_column(t, "COST", TABLE_RIGHT, false);
	text_table_column(t, "BASIS", TABLE_LEFT, true);
	cJSON_ArrayForEach(q, json_arr(reply, "Queues")) {
		double ends = json_num(q, "EndsAt", 0);
		text_table_cell(t, "", "%s", json_str(q, "ClusterId", ""));
		text_table_cell(t, "", "%s", ends > 0 ? cli_time(ends, buf, sizeof buf) : "unknown");
		cost_cell(t, "", json_num(q, "Cost", -1), ends > 0 && json_bool(q, "Unknown", false), false);
		text_table_cell(t, cli_dim(c), "%s", json_str(q, "Basis", ""));
	}
	fputc('\n', c->out);
	cli_print_table(c, t);
}

int cost_forecast(struct cli *c, const struct cost_words *w)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	struct text_table *t;
	int status;

	if ((status = cost_clusters(c, w, req)) || (status = cost_ask(c, "Stoker.GetCostForecast", req, &reply)))
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	bool unknown = json_bool(reply, "Unknown", false), estimate = json_bool(reply, "Estimate", false);
	t = text_table_new();
	text_table_column(t, "FORECAST", TABLE_LEFT, false);
	text_table_column(t, "COST", TABLE_RIGHT, false);
	line(t, "now, per hour", json_num(reply, "PerHour", 0), unknown, estimate);
	line(t, "today so far", json_num(reply, "Today", 0), unknown, estimate);
	line(t, "this month so far", json_num(reply, "MonthToDate", 0), unknown, estimate);
	line(t, "this month, projected", json_num(reply, "MonthProjected", 0), unknown, estimate);
	line(t, "idle now, per hour", json_num(reply, "IdlePerHour", 0), unknown, estimate);
	line(t, "idle today", json_num(reply, "IdleToday", 0), unknown, estimate);
	cli_print_table(c, t);
	if (cJSON_GetArraySize(json_arr(reply, "Queues")))
		queues(c, reply);
	fprintf(c->out, "%s%s%s\n", cli_dim(c), json_str(reply, "Basis", ""), cli_plain(c));
	cost_footer(c, NULL, unknown, estimate);
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- recommendations ---- */

int cost_recommendations(struct cli *c, const struct cost_words *w)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	struct text_table *t;
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];
	const cJSON *x;
	int status;

	if (w->argc > 1 || (w->argc && ask_cluster(c, w->argv[0], id, &err))) {
		cJSON_Delete(req);
		return w->argc > 1 ? cli_usage(c, NULL, "\"%s\" is one word too many", w->argv[1])
		                   : cli_fail(c, &err);
	}
	json_add_str(req, "ClusterId", w->argc ? id : NULL);
	if ((status = cost_ask(c, "Stoker.ListRecommendations", req, &reply)))
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	t = text_table_new();
	text_table_column(t, "SAVES A MONTH", TABLE_RIGHT, false);
	text_table_column(t, "CLUSTER", TABLE_LEFT, false);
	text_table_column(t, "WHAT", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, json_arr(reply, "Recommendations")) {
		cost_cell(t, cli_bold(c), json_num(x, "SavingPerMonth", 0), json_bool(x, "Unknown", false),
		          json_bool(x, "Estimate", false));
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", ""));
		text_table_cell(t, "", "%s", json_str(x, "Title", ""));
		text_table_note(t, "%s", json_str(x, "Evidence", ""));
	}
	if (text_table_rows(t)) {
		cli_print_table(c, t);
	} else {
		text_table_free(t);
		fprintf(c->out, "nothing to recommend: what was observed so far gives no reason\n");
	}
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- prices ---- */

static void rate_cell(struct text_table *t, const cJSON *x, const char *name, bool estimate)
{
	double v = json_num(x, name, -1);

	if (v < 0)
		text_table_cell(t, "", "unknown");
	else
		text_table_cell(t, "", "%s%.4f", estimate ? "~" : "", v);
}

/* Gives whether one of them is an estimate. */
static bool print_prices(struct cli *c, const cJSON *prices)
{
	struct text_table *t = text_table_new();
	bool estimate = false;
	const cJSON *x;

	text_table_column(t, "TYPE", TABLE_LEFT, false);
	text_table_column(t, "REGION", TABLE_LEFT, false);
	text_table_column(t, "VCPU", TABLE_RIGHT, false);
	text_table_column(t, "GIB", TABLE_RIGHT, false);
	text_table_column(t, "EC2 $/H", TABLE_RIGHT, false);
	text_table_column(t, "EMR $/H", TABLE_RIGHT, false);
	text_table_column(t, "AS OF", TABLE_LEFT, false);
	text_table_column(t, "SOURCE", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, prices) {
		bool guess = json_bool(x, "EmrEstimate", false);
		estimate |= guess;
		text_table_cell(t, "", "%s%s", json_str(x, "InstanceType", ""),
		                json_bool(x, "Own", false) ? " *" : "");
		text_table_cell(t, "", "%s", json_str(x, "Region", ""));
		text_table_cell(t, "", "%d", (int)json_int(x, "Vcpu", 0));
		text_table_cell(t, "", "%g", json_num(x, "MemoryGiB", 0));
		rate_cell(t, x, "Ec2PerHour", false);
		rate_cell(t, x, "EmrPerHour", guess);
		text_table_cell(t, "", "%s", json_str(x, "Date", ""));
		text_table_cell(t, cli_dim(c), "%s", json_str(x, "Source", ""));
	}
	cli_print_table(c, t);
	return estimate;
}

int cost_prices(struct cli *c, const struct cost_words *w)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	int status;

	for (int i = 0; i < w->argc; i++) {
		cJSON *list =
		    i ? cJSON_GetObjectItem(req, "InstanceTypes") : cJSON_AddArrayToObject(req, "InstanceTypes");
		cJSON_AddItemToArray(list, cJSON_CreateString(w->argv[i]));
	}
	if ((status = cost_ask(c, "Stoker.ListPrices", req, &reply)))
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	bool estimate = print_prices(c, json_arr(reply, "Prices"));
	fprintf(c->out, "%s* from %s%s%s\n", cli_dim(c), json_str(reply, "File", "prices.csv"),
	        estimate ? "; ~ marks an estimate" : "", cli_plain(c));
	if (json_str(reply, "Error", NULL))
		fprintf(c->err, "stoker: the list is not used: %s\n", json_str(reply, "Error", ""));
	status = json_str(reply, "Error", NULL) ? CLI_FAILED : CLI_OK;
	cJSON_Delete(reply);
	return status;
}
