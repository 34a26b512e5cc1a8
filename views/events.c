/* What has happened, newest first: severity, who and why; of all clusters or of the one at hand, searched here
 * (the filter) or by the server (words, also in older ones). */
#include <stdio.h>
#include <string.h>

#include "views/board.h"
#include "views/cause.h"

/* board.mode: the least severity that is shown. */
static const char *const levels[] = { "", "WARN and worse", "ERROR and worse", NULL };

static int level_of(const cJSON *row)
{
	const char *s = json_str(row, "Severity", "INFO");
	return !strcmp(s, "CRITICAL") || !strcmp(s, "ERROR") ? 2 : !strcmp(s, "WARN") ? 1 : 0;
}

static bool events_keep(struct board *b, const cJSON *row)
{
	return level_of(row) >= b->mode;
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

/* What people call the thing behind an id: a cluster's name, a group's role; the id itself when neither is known. */
static size_t known_as(struct board *b, const char *id, size_t n, char *out, size_t size)
{
	static const char *const roles[] = { "master", "core", "task" };
	char text[MODEL_ID_SIZE];
	snprintf(text, sizeof text, "%.*s", (int)n, id);
	const struct model *m = board_model(b);
	const char *word = model_cluster_name(m, text);
	for (size_t i = 0; i < m->clusters.len; i++) {
		const struct instance_group *g = cluster_group(m->clusters.items[i]->c, text);
		word = g ? roles[g->role] : word;
	}
	snprintf(out, size, "%s", word);
	return strlen(out);
}

/* The message as people read it: "s-1UB… (load) of cluster j-8GJ…" is "load". */
static void say_short(struct board *b, const char *s, char *out, size_t size)
{
	static const char of_cluster[] = " of cluster ";
	size_t n = 0, of = strlen(of_cluster);
	while (*s && n + 1 < size) {
		size_t id = id_length(s);
		const char *end = id && !strncmp(s + id, " (", 2) ? strchr(s + id, ')') : NULL;
		if (!strncmp(s, of_cluster, of) && id_length(s + of)) {
			s += of + id_length(s + of);
		} else if (end) {
			n += (size_t)snprintf(out + n, size - n, "%.*s", (int)(end - (s + id + 2)), s + id + 2);
			s = end + 1;
		} else if (id) {
			n += known_as(b, s, id, out + n, size - n);
			s += id;
		} else {
			out[n++] = *s++;
		}
	}
	out[n < size ? n : size - 1] = '\0';
}

static struct state_look events_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
	return look_severity(g, json_str(row, "Severity", "INFO"));
}

static void events_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	style_t st = events_look(b, o->glyphs, row).style;
	char message[sizeof o->text];
	(void)col;
	say_short(b, json_str(row, "Message", ""), message, sizeof message);
	cell_set(o, st == ROLE_DIM ? ROLE_TEXT : st, "%s", message);
}

static void events_facts(struct board *b, const cJSON *row, struct facts *f)
{
	style_t st = events_look(b, draw_glyphs(f->d), row).style;
	const struct board_fact list[] = {
		{ NULL, "Message", st == ROLE_DIM ? ROLE_STRONG : st, FACT_TEXT }, { .kind = FACT_GAP },
		{ "when", "Time", 0, FACT_WHEN }, { "severity", "Severity", st, FACT_TEXT },
		{ "who", "Actor", ROLE_STRONG, FACT_TEXT }, { "why", "Cause", 0, FACT_TEXT }, { "type", "Type", 0, FACT_TEXT },
		{ "cluster", "ClusterId", 0, FACT_CLUSTER }, { "about", "ResourceId", ROLE_DIM, FACT_TEXT },
		{ "region", "Region", ROLE_DIM, FACT_TEXT },
	};
	f->label = 11;
	BOARD_FACTS(b, row, list, f);
}

static bool events_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	(void)arg;
	if (action == VA_OPEN)
		cause_open_row(b->view.con, row);
	return action == VA_OPEN;
}

static const char *events_copy(struct board *b, const cJSON *row)
{
	(void)b;
	return json_str(row, "ResourceId", "");
}

static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "CLUSTER", .min = 11, .max = 20, .flex = 1, .priority = 1 },
	{ "MESSAGE", .min = 40, .flex = 6 },
	{ "WHO", .min = 8, .max = 18, .flex = 1, .priority = 2 },
	{ "WHY", .min = 16, .max = 60, .flex = 3, .priority = 4 },
	{ "TYPE", .min = 24, .max = 34, .flex = 2, .priority = 6 },
	{ "SEVERITY", .min = 8, .max = 8, .priority = 5 },
};
static const struct board_cell cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_DATE, "Time", 0 }, { CELL_CLUSTER, NULL, 0 }, { CELL_OWN, NULL, 0 },
	{ CELL_TEXT, "Actor", ROLE_DIM }, { CELL_TEXT, "Cause", ROLE_DIM }, { CELL_TEXT, "Type", ROLE_DIM },
	{ CELL_LOOK, "Severity", 0 },
};

static const struct board_page pages[] = {
	{ "Events", "Event", "Nothing has happened yet.",
	  BOARD_COLUMNS(columns), PART_EVENTS, .cells = cells, .keep = events_keep, .look = events_look,
	  .cell = events_cell, .facts = events_facts, .scoped = true,
	  .elsewhere = "Amazon sends them to EventBridge; states and reasons are on the cluster's screen (i)" },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_events, .action = events_action, .copy = events_copy, .long_rows = true,
	.mode_action = VA_SEVERITY, .modes = levels,
};

BOARD_VIEW(view_events, "events", kind);
