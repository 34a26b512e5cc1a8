/* The audit trail: every call that changed something or tried to, by whom, from where, with what, and how it
 * ended. Nothing here can be changed. */
#include <stdio.h>
#include <string.h>

#include "views/board.h"
#include "views/cause.h"

static bool failed(const cJSON *row)
{
	return strcmp(json_str(row, "Outcome", "Success"), "Success") != 0;
}

/* board.mode 1: only calls that were refused. */
static bool audit_keep(struct board *b, const cJSON *row)
{
	return !b->mode || failed(row);
}

static struct state_look audit_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
	return (struct state_look){ failed(row) ? g->fail : g->ok, failed(row) ? ROLE_ERROR : ROLE_OK };
}

/* What a call was about, in a word: the name or id in its request, else the end of its ARN. */
static const char *subject_of(const cJSON *row)
{
	static const char *const members[] = { "AlarmName", "BudgetName", "ScheduleName", "TopicName", "PolicyName",
	                                       "InstanceGroupId", "DeadLetterId", "AlarmId", "UserName", "AccessKeyId",
	                                       "InstanceType", "Name" };
	const cJSON *in = json_obj(row, "Request"), *x;
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (json_str(in, members[i], NULL))
			return json_str(in, members[i], "");
	cJSON_ArrayForEach(x, json_arr(in, "Steps"))
		return json_str(x, "Name", "");
	const char *arn = json_str(row, "Resource", ""), *end = strrchr(arn, '/');
	return end ? end + 1 : arn;
}

static void audit_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	(void)b;
	if (col == 3)
		cell_text(o, failed(row) ? ROLE_ERROR : ROLE_TEXT, row, "EventName");
	else if (failed(row))
		cell_text(o, ROLE_ERROR, row, "ErrorMessage");
	else
		cell_set(o, ROLE_DIM, "%s", subject_of(row));
}

static void audit_facts(struct board *b, const cJSON *row, struct facts *f)
{
	static const struct board_fact who[] = {
		{ "when", "Time", 0, FACT_WHEN }, { "who", "Actor", ROLE_STRONG, FACT_TEXT },
		{ "key", "AccessKeyId", 0, FACT_TEXT },
	};
	static const struct board_fact what[] = {
		{ "with", "UserAgent", 0, FACT_TEXT }, { "region", "Region", 0, FACT_TEXT },
		{ "cluster", "ClusterId", 0, FACT_CLUSTER }, { "resource", "Resource", 0, FACT_TEXT },
	};
	const char *from = json_str(row, "Source", "");
	f->label = 12;
	factf(f, "call", ROLE_STRONG, "%s  %s", json_str(row, "EventName", ""), json_str(row, "EventSource", ""));
	factf(f, "outcome", failed(row) ? ROLE_ERROR : ROLE_OK, "%s %s", json_str(row, "Outcome", ""),
	      json_str(row, "ErrorCode", ""));
	fact(f, "why", ROLE_ERROR, json_str(row, "ErrorMessage", ""));
	BOARD_FACTS(b, row, who, f);
	factf(f, "from", ROLE_TEXT, strncmp(from, "unix", 4) ? "%s" : "%s: a process of the server's machine", from);
	BOARD_FACTS(b, row, what, f);
	if (json_obj(row, "Request")) {
		facts_head(f, "Request");
		facts_json(f, json_obj(row, "Request"));
	}
}

static bool audit_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	(void)arg;
	if (action == VA_OPEN)
		cause_open_row(b->view.con, row);
	return action == VA_OPEN;
}

static const char *audit_copy(struct board *b, const cJSON *row)
{
	(void)b;
	return json_str(row, "EventId", "");
}

static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "WHO", .min = 8, .max = 18, .flex = 1 },
	{ "CALL", .min = 22, .max = 32, .flex = 1 },
	{ "CLUSTER", .min = 11, .max = 24, .flex = 1, .priority = 1 },
	{ "FROM", .min = 12, .max = 24, .flex = 1, .priority = 2 },
	{ "WHAT", .min = 20, .flex = 6 },
};
static const struct board_cell cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_DATE, "Time", 0 }, { CELL_TEXT, "Actor", ROLE_STRONG }, { CELL_OWN, NULL, 0 },
	{ CELL_CLUSTER, NULL, 0 }, { CELL_TEXT, "Source", ROLE_DIM }, { CELL_OWN, NULL, 0 },
};

static const char *const modes[] = { "", "refused or failed", NULL };

static const struct board_page pages[] = {
	{ "Audit", "Call", "Nobody has changed anything yet: every call that does stands here for good.",
	  BOARD_COLUMNS(columns), PART_AUDIT, .cells = cells, .keep = audit_keep, .look = audit_look, .cell = audit_cell,
	  .facts = audit_facts, .scoped = true, .elsewhere = "on Amazon, CloudTrail keeps who did what" },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_audit, .action = audit_action, .copy = audit_copy, .long_rows = true,
	.mode_action = VA_FAILURES, .modes = modes,
};

BOARD_VIEW(view_audit, "audit", kind);
