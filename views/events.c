/* What has happened, newest first: severity, who and why; of all clusters or of the one at hand, searched here
 * (the filter) or by the server (words, also in older ones). */
#include <stdio.h>
#include <string.h>

#include "views/board.h"
#include "views/cause.h"

/* board.mode: the least severity that is shown. */
static const char *const levels[] = { "INFO", "WARN", "ERROR" };

static int level_of(const cJSON *row)
{
	const char *s = json_str(row, "Severity", "INFO");
	return !strcmp(s, "CRITICAL") || !strcmp(s, "ERROR") ? 2 : !strcmp(s, "WARN") ? 1 : 0;
}

static void events_collect(struct board *b)
{
	const struct records *r = board_records(b, PART_EVENTS);
	for (size_t i = 0; i < r->rows.len; i++)
		if (level_of(r->rows.items[i].o) >= b->mode)
			board_add(b, r->rows.items[i].id, r->rows.items[i].o);
}

/* Length of an id such as "s-1UB6H2IKFSTOS" or "i-0a1b…" at p; 0: none. */
static size_t id_length(const char *p)
{
	static const char *const kinds[] = { "j-", "s-", "ig-", "if-", "ci-", "i-" };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i]);
		if (strncmp(p, kinds[i], n))
			continue;
		size_t rest = strspn(p + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789");
		if (rest >= 8)
			return n + rest;
	}
	return 0;
}

/* The message as people read it: "s-1UB… (load) of cluster j-8GJ…" is "load". Ids without a name stay. */
static void say_short(const char *s, char *out, size_t size)
{
	static const char of_cluster[] = " of cluster ";
	size_t n = 0;
	while (*s && n + 1 < size) {
		size_t id = id_length(s), of = strlen(of_cluster);
		if (!strncmp(s, of_cluster, of) && id_length(s + of)) {
			s += of + id_length(s + of);
			continue;
		}
		const char *end = id && !strncmp(s + id, " (", 2) ? strchr(s + id, ')') : NULL;
		if (!end) {
			out[n++] = *s++;
			continue;
		}
		size_t label = (size_t)(end - (s + id + 2));
		label = label < size - 1 - n ? label : size - 1 - n;
		memcpy(out + n, s + id + 2, label);
		n += label;
		s = end + 1;
	}
	out[n] = '\0';
}

static void events_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	struct state_look look = look_severity(o->glyphs, json_str(row, "Severity", "INFO"));
	char message[400];
	switch (col) {
	case 0:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case 1:
		cell_date(o, record_ms(row, "Time"));
		break;
	case 2:
		cell_cluster(o, board_model(b), row);
		break;
	case 3:
		say_short(json_str(row, "Message", ""), message, sizeof message);
		cell_set(o, look.style == ROLE_DIM ? ROLE_TEXT : look.style, "%s", message);
		break;
	case 4:
		cell_text(o, ROLE_DIM, row, "Actor");
		break;
	case 5:
		cell_text(o, ROLE_DIM, row, "Cause");
		break;
	case 6:
		cell_text(o, ROLE_DIM, row, "Type");
		break;
	case 7:
		cell_text(o, look.style, row, "Severity");
		break;
	}
}

static void events_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	struct state_look look = look_severity(draw_glyphs(f->d), json_str(row, "Severity", "INFO"));
	f->label = 11;
	facts_text(f, look.style == ROLE_DIM ? ROLE_STRONG : look.style, json_str(row, "Message", ""));
	facts_gap(f);
	fact(f, "when", ROLE_TEXT, text_when(record_ms(row, "Time"), console_now(), when, sizeof when));
	fact(f, "severity", look.style, json_str(row, "Severity", ""));
	fact(f, "who", ROLE_STRONG, json_str(row, "Actor", ""));
	fact(f, "why", ROLE_TEXT, json_str(row, "Cause", ""));
	fact(f, "type", ROLE_TEXT, json_str(row, "Type", ""));
	fact(f, "cluster", ROLE_TEXT, model_cluster_name(board_model(b), json_str(row, "ClusterId", "")));
	fact(f, "about", ROLE_DIM, json_str(row, "ResourceId", ""));
	fact(f, "region", ROLE_DIM, json_str(row, "Region", ""));
}

static bool events_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	switch (action) {
	case VA_OPEN:
		if (row && !cause_open_resource(b->view.con, json_str(row, "ClusterId", ""), json_str(row, "ResourceId", "")))
			app_message(b->view.con->app, MESSAGE_INFO, "it is about no cluster that is still listed");
		return true;
	case VA_ONE_CLUSTER:
		b->one_cluster = !b->one_cluster;
		return true;
	case VA_SEVERITY:
		b->mode = (b->mode + 1) % 3;
		board_changed(&b->view);
		return true;
	case VA_SEARCH:
		board_search(b, arg);
		return true;
	}
	return false;
}

static void events_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	(void)g;
	snprintf(out, size, "%s%s%s%s", b->mode ? levels[b->mode] : "", b->mode ? " and worse" : "",
	         *b->query ? b->mode ? ", searched: " : "searched: " : "", b->query);
}

static const char *events_copy(struct board *b, const cJSON *row)
{
	(void)b;
	return json_str(row, "ResourceId", "");
}

static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "CLUSTER", .min = 11, .max = 18, .flex = 1, .priority = 1 },
	{ "MESSAGE", .min = 40, .flex = 6 },
	{ "WHO", .min = 8, .max = 16, .flex = 1, .priority = 2 },
	{ "WHY", .min = 16, .max = 40, .flex = 2, .priority = 4 },
	{ "TYPE", .min = 20, .max = 34, .priority = 6 },
	{ "SEVERITY", .min = 8, .max = 8, .priority = 5 },
};

static const struct board_page pages[] = {
	{ "Events", "Event", "Nothing has happened yet.", columns, sizeof columns / sizeof *columns, PART_EVENTS,
	  events_collect, events_cell, events_facts, NULL, 1 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_events, .action = events_action, .note = events_note,
	.copy = events_copy,
};

static struct view *events_open(struct console *con, const char *arg)
{
	(void)arg;
	return board_open(con, &kind, arg);
}

const struct view_ops view_events = BOARD_VIEW("events", events_open);
