/* stoker events: what happened. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/ask.h"
#include "views/cli/stream.h"
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

static void events_people(struct cli *c, const cJSON *events, bool first, void *ctx)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	(void)ctx;
	text_table_column(t, first ? "TIME" : "", TABLE_LEFT, false);
	text_table_column(t, first ? "SEVERITY" : "", TABLE_LEFT, false);
	text_table_column(t, first ? "CLUSTER" : "", TABLE_LEFT, false);
	text_table_column(t, first ? "ACTOR" : "", TABLE_LEFT, false);
	text_table_column(t, first ? "MESSAGE" : "", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, events) {
		const char *severity = json_str(x, "Severity", ""), *cause = json_str(x, "Cause", NULL);
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Time", 0), buf, sizeof buf));
		text_table_cell(t, cli_state_color(c, severity), "%-8s", severity);
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", "-"));
		text_table_cell(t, cli_dim(c), "%s", json_str(x, "Actor", "-"));
		text_table_cell(t, "", "%s", json_str(x, "Message", ""));
		if (cause)
			text_table_note(t, "because %s", cause);
	}
	cli_print_table(c, t);
}

/* EventBridge's id ends with the number in hexadecimal digits. */
static int64_t event_number(const cJSON *event)
{
	const char *id = json_str(event, "EventId", NULL), *bridge = json_str(event, "id", "");

	return id ? strtoll(id, NULL, 10) : strlen(bridge) > 24 ? strtoll(bridge + 24, NULL, 16) : 0;
}

static int exec_events(struct cli *c, const struct cli_args *a)
{
	bool bridge = cli_flag(a, "eventbridge"), lines = c->json || bridge;
	struct stream s = { .op = "Stoker.ListEvents", .list = bridge ? "Records" : "Events", .number = event_number,
	                    .request = cJSON_CreateObject(), .show = lines ? stream_lines : events_people };
	struct error err = ERROR_INIT;
	int status;

	json_add_str(s.request, "Severity", cli_opt(a, "severity"));
	json_add_str(s.request, "Type", cli_opt(a, "type"));
	json_add_str(s.request, "ResourceId", cli_opt(a, "resource"));
	json_add_str(s.request, "Format", bridge ? "eventbridge" : NULL);
	if (stream_options(a, lines, &s, &err))
		status = cli_usage(c, NULL, "%s", err.message);
	else if (add_cluster(c, a, s.request, &err))
		status = cli_fail(c, &err);
	else
		status = stream_run(c, &s);
	cJSON_Delete(s.request);
	return status;
}

static const struct cli_option event_options[] = {
	STREAM_OPTIONS,
	{ "severity", 0, "LEVEL", "at least INFO, WARN, ERROR or CRITICAL" },
	{ "type", 0, "TYPE", "only this type, as in \"EMR Step Status Change\"" },
	{ "resource", 0, "ID", "only of this step, group, instance, key …" },
	{ "eventbridge", 0, NULL, "lines of JSON as Amazon EventBridge sends events" },
	{ 0 },
};

const struct cli_command cli_cmd_events = {
	.name = "events", .args = "[CLUSTER]", .max = 1,
	.summary = "list what happened, oldest first",
	.about = "With --json each event is a line of JSON: time, severity, what happened, who made it happen and why.",
	.options = event_options, .words = "cluster", .exec = exec_events,
};
