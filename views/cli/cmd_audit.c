/* stoker audit: who changed what, from where, and what came of it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/cli/ask.h"
#include "views/cli/stream.h"
#include "views/cli/table.h"

/* A refused request may name anything, and must not move the cursor with it. */
static void add_clean(struct buf *b, const cJSON *x, const char *member, const char *none, int width)
{
	const char *text = json_str(x, member, none);
	size_t from = b->len;

	utf8_clean(b, text, strlen(text));
	while ((int)(b->len - from) < width)
		buf_addc(b, ' ');
}

static void follow_people(struct cli *c, const cJSON *items)
{
	const cJSON *x;
	char time[64];

	cJSON_ArrayForEach(x, items) {
		bool failed = strcmp(json_str(x, "Outcome", ""), "Success") != 0;
		struct buf text = BUF_INIT;
		add_clean(&text, x, "Actor", "-", 18);
		add_clean(&text, x, "Source", "-", 14);
		add_clean(&text, x, "EventName", "", 26);
		add_clean(&text, x, "ClusterId", "-", 18);
		fprintf(c->out, "%s  %s%s%s%s\n", cli_time(json_num(x, "Time", 0), time, sizeof time), buf_str(&text),
		        failed ? cli_state_color(c, "FAILED") : "", failed ? json_str(x, "ErrorCode", "Failure") : "Success",
		        cli_plain(c));
		buf_clear(&text);
		add_clean(&text, x, "ErrorMessage", "", 0);
		if (failed)
			fprintf(c->out, "    %s\n", buf_str(&text));
		buf_free(&text);
	}
}

static void people(struct cli *c, const cJSON *items, bool following)
{
	struct text_table *t;
	const cJSON *x;
	char buf[64];

	if (following) {
		follow_people(c, items);
		return;
	}
	t = text_table_new();
	static const char *const titles[] = { "TIME", "ACTOR", "FROM", "EVENT", "CLUSTER", "OUTCOME" };
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		text_table_column(t, titles[i], TABLE_LEFT, i == 5);
	cJSON_ArrayForEach(x, items) {
		bool failed = strcmp(json_str(x, "Outcome", ""), "Success") != 0;
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Time", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "Actor", "-"));
		text_table_cell(t, cli_dim(c), "%s", json_str(x, "Source", "-"));
		text_table_cell(t, cli_bold(c), "%s", json_str(x, "EventName", ""));
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", "-"));
		text_table_cell(t, failed ? cli_state_color(c, "FAILED") : "", "%s",
		                failed ? json_str(x, "ErrorCode", "Failure") : "Success");
		if (failed)
			text_table_note(t, "%s", json_str(x, "ErrorMessage", ""));
	}
	cli_print_table(c, t);
}

static void as_cloudtrail(struct cli *c, const cJSON *items, bool following)
{
	if (following)
		stream_lines(c, items, true);
	else
		cli_print_json(c, json_add(cJSON_CreateObject(), "Records", cJSON_Duplicate(items, true)));
}

static int64_t number(const cJSON *x)
{
	const cJSON *more = json_obj(x, "additionalEventData");

	return json_int(x, "Number", json_int(more, "number", 0));
}

/* The whole chain, a stretch at a time. */
static int verify(struct cli *c)
{
	cJSON *reply = NULL;
	struct error err = ERROR_INIT;
	char *token = NULL;
	int64_t checked = 0;

	do {
		cJSON_Delete(reply);
		cJSON *req = json_add_str(cJSON_CreateObject(), "NextToken", token);
		if (ask(c, "Stoker.VerifyAudit", req, &reply, &err)) {
			free(token);
			return cli_fail(c, &err);
		}
		checked += json_int(reply, "Checked", 0);
		free(token);
		token = json_str(reply, "NextToken", NULL) ? xstrdup(json_str(reply, "NextToken", "")) : NULL;
	} while (token);
	bool intact = json_bool(reply, "Intact", false);
	if (c->json) {
		cJSON_DeleteItemFromObjectCaseSensitive(reply, "Checked");
		cli_print_json(c, json_add_int(reply, "Checked", checked));
		return intact ? CLI_OK : CLI_FAILED;
	}
	if (intact)
		fprintf(c->out, "intact: %lld records; the newest is number %lld with the hash\n%s\n", (long long)checked,
		        (long long)json_int(reply, "Number", 0), json_str(reply, "Head", ""));
	else
		fprintf(c->out, "NOT INTACT: %s\n", json_str(reply, "Broken", "?"));
	cJSON_Delete(reply);
	return intact ? CLI_OK : CLI_FAILED;
}

static int exec_audit(struct cli *c, const struct cli_args *a)
{
	bool trail = cli_flag(a, "cloudtrail");
	struct stream s = { .op = "Stoker.ListAuditEvents", .list = trail ? "Records" : "AuditEvents", .number = number,
	                    .request = cJSON_CreateObject(),
	                    .show = trail ? as_cloudtrail : c->json ? stream_lines : people };
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];
	int status;

	if (cli_flag(a, "verify")) {
		cJSON_Delete(s.request);
		return verify(c);
	}
	json_add_str(s.request, "Actor", cli_opt(a, "actor"));
	json_add_str(s.request, "EventName", cli_opt(a, "event"));
	json_add_str(s.request, "Outcome", cli_flag(a, "failed") ? "Failure" : NULL);
	json_add_str(s.request, "Format", trail ? "cloudtrail" : NULL);
	if (stream_options(a, c->json || trail, &s, &err)) {
		status = cli_usage(c, NULL, "%s", err.message);
	} else if (cli_opt(a, "cluster") && ask_cluster(c, cli_opt(a, "cluster"), id, &err)) {
		status = cli_fail(c, &err);
	} else {
		json_add_str(s.request, "ClusterId", cli_opt(a, "cluster") ? id : NULL);
		status = stream_run(c, &s);
	}
	cJSON_Delete(s.request);
	return status;
}

static const struct cli_option options[] = {
	STREAM_OPTIONS,
	{ "actor", 0, "USER", "only what this user did (owner: over this machine's socket)" },
	{ "event", 0, "NAME", "only this operation, such as TerminateJobFlows" },
	{ "cluster", 0, "CLUSTER", "only of this cluster" },
	{ "failed", 0, NULL, "only what was refused or failed" },
	{ "cloudtrail", 0, NULL, "JSON as AWS CloudTrail writes it" },
	{ "verify", 0, NULL, "prove that no record was changed or removed" },
	{ 0 },
};

const struct cli_command cli_cmd_audit = {
	.name = "audit", .args = "",
	.summary = "show who changed what, from where, and what came of it",
	.about = "Every call that would change something has a record, refused ones too. Records form a chain: each "
	         "holds the SHA-256 of the one before. --verify checks all of it and prints the hash of the newest "
	         "record: kept elsewhere, it proves later that nothing before it was changed. With --json each "
	         "record is a line of JSON.",
	.options = options, .words = "", .exec = exec_audit,
};
