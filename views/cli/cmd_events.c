/* stoker events: what happened. */
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/ask.h"
#include "views/cli/table.h"

/* An optional CLUSTER word becomes the request's ClusterId. */
static int add_cluster(struct cli *c, const struct cli_args *a, cJSON *req, struct error *err)
{
	char id[MODEL_ID_SIZE];
	int rc = a->argc ? ask_cluster(c, a->argv[0], id, err) : 0;

	if (!rc && a->argc)
		json_add_str(req, "ClusterId", id);
	return rc;
}

/* The server gives the newest first, and those of one millisecond as they came: no sorting by time could. */
static void events_people(struct cli *c, const cJSON *events)
{
	struct text_table *t = text_table_new();
	const cJSON *last = events ? events->child : NULL;
	char buf[64];

	text_table_column(t, "TIME", TABLE_LEFT, false);
	text_table_column(t, "SEVERITY", TABLE_LEFT, false);
	text_table_column(t, "CLUSTER", TABLE_LEFT, false);
	text_table_column(t, "MESSAGE", TABLE_LEFT, true);
	while (last && last->next)
		last = last->next;
	for (const cJSON *x = last; x; x = x == events->child ? NULL : x->prev) {
		const char *severity = json_str(x, "Severity", "");
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Time", 0), buf, sizeof buf));
		text_table_cell(t, cli_state_color(c, severity), "%s", severity);
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", "-"));
		text_table_cell(t, "", "%s", json_str(x, "Message", ""));
	}
	cli_print_table(c, t);
}

static int exec_events(struct cli *c, const struct cli_args *a)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	const char *since = cli_opt(a, "since");
	int64_t span = since ? cli_parse_span(since) : 86400000;
	struct error err = ERROR_INIT;
	int limit;

	if (span < 0)
		error_set(&err, ERR_INVALID, "--since: \"%s\" is not a time such as 90s, 5m, 2h or 7d", since);
	if (span < 0 || cli_opt_int(a, "limit", 50, 1, 10000, &limit, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	json_add_time(req, "Since", clock_now_ms() - span);
	json_add_int(req, "MaxResults", limit);
	if (add_cluster(c, a, req, &err)) {
		cJSON_Delete(req);
		return cli_fail(c, &err);
	}
	if (ask(c, "Stoker.ListEvents", req, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	events_people(c, json_arr(reply, "Events"));
	cJSON_Delete(reply);
	return CLI_OK;
}

static const struct cli_option event_options[] = {
	{ "since", 0, "TIME", "how far back (default 1d)" },
	{ "limit", 'n', "N", "the newest N events (default 50)" },
	{ 0 },
};

const struct cli_command cli_cmd_events = {
	.name = "events", .args = "[CLUSTER]", .max = 1,
	.summary = "list what happened, oldest first", .about = "",
	.options = event_options, .words = "cluster", .exec = exec_events,
};
