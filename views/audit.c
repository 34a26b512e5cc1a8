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

/* board.mode: only calls that were refused. */
static void audit_collect(struct board *b)
{
	const struct records *r = board_records(b, PART_AUDIT);
	for (size_t i = 0; i < r->rows.len; i++)
		if (!b->mode || failed(r->rows.items[i].o))
			board_add(b, r->rows.items[i].id, r->rows.items[i].o);
}

static void audit_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	style_t st = failed(row) ? ROLE_ERROR : ROLE_OK;
	switch (col) {
	case 0:
		cell_set(o, st, "%s", failed(row) ? o->glyphs->fail : o->glyphs->ok);
		break;
	case 1:
		cell_date(o, record_ms(row, "Time"));
		break;
	case 2:
		cell_text(o, ROLE_STRONG, row, "Actor");
		break;
	case 3:
		cell_text(o, failed(row) ? ROLE_ERROR : ROLE_TEXT, row, "EventName");
		break;
	case 4:
		cell_cluster(o, board_model(b), row);
		break;
	case 5:
		cell_text(o, ROLE_DIM, row, "Source");
		break;
	case 6:
		cell_text(o, failed(row) ? ROLE_ERROR : ROLE_DIM, row, failed(row) ? "ErrorMessage" : "Resource");
		break;
	}
}

static void audit_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	f->label = 12;
	factf(f, "call", ROLE_STRONG, "%s  %s", json_str(row, "EventName", ""), json_str(row, "EventSource", ""));
	fact(f, "when", ROLE_TEXT, text_when(record_ms(row, "Time"), console_now(), when, sizeof when));
	const char *key = json_str(row, "AccessKeyId", "");
	factf(f, "who", ROLE_STRONG, "%s%s%s", json_str(row, "Actor", ""), *key ? "  key " : "", key);
	fact(f, "from", ROLE_TEXT, json_str(row, "Source", ""));
	fact(f, "with", ROLE_TEXT, json_str(row, "UserAgent", ""));
	fact(f, "region", ROLE_TEXT, json_str(row, "Region", ""));
	fact(f, "cluster", ROLE_TEXT, model_cluster_name(board_model(b), json_str(row, "ClusterId", "")));
	fact(f, "resource", ROLE_TEXT, json_str(row, "Resource", ""));
	factf(f, "outcome", failed(row) ? ROLE_ERROR : ROLE_OK, "%s %s", json_str(row, "Outcome", ""),
	      json_str(row, "ErrorCode", ""));
	fact(f, "why", ROLE_ERROR, json_str(row, "ErrorMessage", ""));
	if (json_obj(row, "Request")) {
		facts_head(f, "Request");
		facts_json(f, json_obj(row, "Request"));
	}
}

static bool audit_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	switch (action) {
	case VA_OPEN:
		if (row && !cause_open_resource(b->view.con, json_str(row, "ClusterId", ""), ""))
			app_message(b->view.con->app, MESSAGE_INFO, "it is about no cluster that is still listed");
		return true;
	case VA_ONE_CLUSTER:
		b->one_cluster = !b->one_cluster;
		return true;
	case VA_FAILURES:
		b->mode = !b->mode;
		board_changed(&b->view);
		return true;
	case VA_SEARCH:
		board_search(b, arg);
		return true;
	}
	return false;
}

static void audit_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	(void)g;
	snprintf(out, size, "%s%s%s", b->mode ? "refused or failed" : "", *b->query ? " searched: " : "", b->query);
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
	{ "CLUSTER", .min = 10, .max = 20, .flex = 1 },
	{ "FROM", .min = 12, .max = 22, .priority = 2 },
	{ "WHAT", .min = 20, .flex = 3, .priority = 1 },
};

static const struct board_page pages[] = {
	{ "Audit", "Call", "Nobody has changed anything yet.", columns, sizeof columns / sizeof *columns, PART_AUDIT,
	  audit_collect, audit_cell, audit_facts, NULL, 1 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_audit, .action = audit_action, .note = audit_note,
	.copy = audit_copy,
};

static struct view *audit_open(struct console *con, const char *arg)
{
	(void)arg;
	return board_open(con, &kind, arg);
}

const struct view_ops view_audit = BOARD_VIEW("audit", audit_open);
