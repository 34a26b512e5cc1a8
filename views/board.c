#include "views/board.h"

#include <stdio.h>
#include <string.h>

#define WIDE 132               /* columns from which facts stand beside the lists */
#define TALL 40                /* lines from which all lists are shown */
#define FACTS 20               /* lines of the facts below the list of a tall screen */

struct board *board_of(struct view *v)
{
	return (struct board *)v;
}

struct model *board_model(struct board *b)
{
	return b->view.con->model;
}

static struct board_list *list_at(struct board *b)
{
	return &b->lists[b->at];
}

/* ---- rows ---- */

static const struct part *part_at(struct board *b, int part)
{
	struct mcluster *mc = console_cluster(b->view.con);
	if (part >= 0)
		return &board_model(b)->parts[part];
	return mc ? &mc->parts[-1 - part] : NULL;
}

/* The part that a page's rows come from: another one where its own is not offered. */
static const struct part *part_of(struct board *b, const struct board_page *page)
{
	const struct part *p = part_at(b, page->part);
	return p && p->unsupported && page->instead ? part_at(b, page->instead) : p;
}

const struct records *board_records(struct board *b, int part)
{
	static const struct records none;
	struct mcluster *mc = console_cluster(b->view.con);
	if (part >= 0)
		return &board_model(b)->records[part];
	return mc ? &mc->records[-1 - part] : &none;
}

void board_add(struct board *b, const char *id, const cJSON *o)
{
	struct record r = { .o = o };
	snprintf(r.id, sizeof r.id, "%s", id);
	vec_push(&b->filling->rows, r);
}

static void collect(struct board *b, struct board_list *l)
{
	l->rows.len = 0;
	b->filling = l;
	if (l->page->collect) {
		l->page->collect(b);
	} else {
		const struct records *r = board_records(b, l->page->part);
		for (size_t i = 0; i < r->rows.len; i++)
			if (!l->page->keep || l->page->keep(b, r->rows.items[i].o))
				board_add(b, r->rows.items[i].id, r->rows.items[i].o);
	}
	b->filling = NULL;
	table_changed(l->table);
}

void board_changed(struct view *v)
{
	struct board *b = board_of(v);
	for (size_t i = 0; i < b->kind->n; i++)
		collect(b, &b->lists[i]);
}

static size_t rows_of(void *ctx)
{
	return ((struct board_list *)ctx)->rows.len;
}

static const char *id_of(void *ctx, size_t row)
{
	return ((struct board_list *)ctx)->rows.items[row].id;
}

static void cell_of(void *ctx, size_t row, size_t col, struct table_cell *o)
{
	struct board_list *l = ctx;
	board_cell(l->board, l->page, l->rows.items[row].o, (int)col, o);
}

static const char *empty_of(void *ctx)
{
	struct board_list *l = ctx;
	struct board *b = l->board;
	const struct part *p = part_of(b, l->page);
	const char *why = p ? pane_reason(b->view.con, p, b->text, sizeof b->text)
	                    : "there is no cluster yet: c creates one";
	if (p && p->unsupported && l->page->elsewhere) {
		size_t n = strlen(b->text);
		snprintf(b->text + n, sizeof b->text - n, ": %s", l->page->elsewhere);
	}
	return why ? why : l->page->nothing;
}

static const struct table_source source = { rows_of, id_of, cell_of, empty_of };

const cJSON *board_row(struct board *b)
{
	struct board_list *l = list_at(b);
	long row = table_selected_row(l->table);
	return row >= 0 && (size_t)row < l->rows.len ? l->rows.items[row].o : NULL;
}

const char *board_id(struct board *b)
{
	return table_selected(list_at(b)->table);
}

void board_select(struct board *b, size_t page, const char *id)
{
	b->at = page;
	table_select(b->lists[page].table, id);
}

/* ---- life ---- */

struct view *board_open(struct console *con, const struct board_kind *kind, const char *arg)
{
	struct board *b = xcalloc(1, sizeof *b);
	b->view.con = con;
	b->kind = kind;
	for (size_t i = 0; i < kind->n; i++) {
		struct board_list *l = &b->lists[i];
		l->board = b;
		l->page = &kind->pages[i];
		l->table = table_new(l->page->name, l->page->columns, l->page->n, &source, l);
	}
	board_changed(&b->view);
	if (kind->opened)
		kind->opened(b, arg);
	return &b->view;
}

void board_close(struct view *v)
{
	struct board *b = board_of(v);
	for (size_t i = 0; i < b->kind->n; i++) {
		table_free(b->lists[i].table);
		vec_free(&b->lists[i].rows);
	}
	cJSON_Delete(b->own);
	free(b);
}

/* ---- drawing ---- */

static void list_title(struct board *b, const struct board_list *l, const struct glyphs *g, char *out,
                       size_t size)
{
	const struct mcluster *mc = console_cluster(b->view.con);
	bool of = (b->kind->of_cluster ? !l->page->scoped || b->one_cluster : l->page->scoped && b->one_cluster) && mc;
	snprintf(out, size, "%s%s%s%s%s", l->page->name, of ? " " : "", of ? g->bullet : "", of ? " " : "",
	         of ? cluster_label(mc->c) : "");
}

static void note_add(char *out, size_t size, const char *before, const char *text)
{
	size_t n = strlen(out);
	if (text && *text)
		snprintf(out + n, size - n, "%s%s%s", n ? "  " : "", before, text);
}

/* What of everything is shown, and how to see more: mode, scope, words searched for, filter, older rows. */
static void list_note(struct board *b, const struct board_list *l, const struct glyphs *g, char *out,
                      size_t size)
{
	char own[128] = "";
	*out = 0;
	if (b->kind->note && l == list_at(b))
		b->kind->note(b, g, own, sizeof own);
	note_add(out, size, "", own);
	if (b->kind->modes)
		note_add(out, size, "", b->kind->modes[b->mode]);
	if (l->page->scoped && console_cluster(b->view.con))
		note_add(out, size, "v: ", b->one_cluster ? "all clusters" : "this cluster");
	note_add(out, size, "searched: ", l->page->scoped ? b->query : "");
	note_add(out, size, "", table_filter_text(l->table));
	note_add(out, size, "", board_records(b, l->page->part)->token ? "m: older" : "");
}

/* One tab per page, the one at hand pressed. */
static void draw_tabs(struct board *b, struct draw d)
{
	int x = 1;
	for (size_t i = 0; i < b->kind->n; i++) {
		bool on = i == b->at;
		int n = draw_textf(draw_on(d, on ? SURF_PRESS : d.surface), x, 0, on ? ROLE_STRONG : ROLE_DIM,
		                   " %zu %s ", i + 1, b->kind->pages[i].name);
		draw_hit(d, (struct rect){ x, 0, n, 1 }, VA_PAGE_1 + (int)i, 0);
		x += n + 1;
	}
}

static void draw_list(struct board *b, struct board_list *l, struct draw d, bool tabs)
{
	const struct part *p = part_of(b, l->page);
	char title[160], note[400];
	bool focus = l == list_at(b);
	if (draw_w(d) < 3 || draw_h(d) < 2)
		return;
	list_title(b, l, draw_glyphs(d), title, sizeof title);
	list_note(b, l, draw_glyphs(d), note, sizeof note);
	struct draw in = pane_open(d, b->view.con, title, note, focus, p);
	int top = tabs && draw_h(in) > 3 ? 1 : 0;
	table_draw(l->table, draw_sub(in, (struct rect){ 0, top, draw_w(in), draw_h(in) - top }), focus);
	pane_close(in, b->view.con, p);
	if (top)
		draw_tabs(b, in);
}

static void draw_lists(struct board *b, struct draw d)
{
	struct layout_item it[BOARD_PAGES];
	size_t n = b->kind->n;
	b->stacked = n > 1 && draw_h(d) >= TALL;
	if (!b->stacked) {
		draw_list(b, list_at(b), d, n > 1);
		return;
	}
	for (size_t i = 0; i < n; i++)
		it[i] = (struct layout_item){ .min = 5, .flex = b->kind->pages[i].share ? b->kind->pages[i].share : 1 };
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, n);
	for (size_t i = 0; i < n; i++)
		draw_list(b, &b->lists[i], draw_sub(d, it[i].out), false);
}

static void draw_facts(struct board *b, const cJSON *row, struct draw d, int width)
{
	struct facts f = { .d = d, .x = 1, .w = width - 1, .scroll = b->scroll.top };
	list_at(b)->page->facts(b, row, &f);
	b->scroll.lines = f.y;
}

static void draw_detail(struct board *b, const cJSON *row, struct draw d)
{
	const struct board_page *page = list_at(b)->page;
	const struct part *p = part_of(b, page);
	const char *id = board_id(b);
	char note[64];
	if (draw_w(d) < 8 || draw_h(d) < 3)
		return;
	if (strcmp(b->shown, id ? id : "")) {
		snprintf(b->shown, sizeof b->shown, "%s", id ? id : "");
		b->scroll.top = 0;
	}
	struct rect inner = { 1, 1, draw_w(d) - 2, draw_h(d) - 2 };
	int top = page->picture ? page->picture(b, row, draw_sub(d, (struct rect){ 1, 1, inner.w, 0 })) : 0;
	/* Counted in a window without height, so that the frame can say how much there is. */
	draw_facts(b, row, draw_sub(d, (struct rect){ 1, 1, inner.w, 0 }), inner.w);
	if (top > inner.h - 3)
		top = inner.h - 3 > 4 ? inner.h - 3 : 0;
	b->scroll.rows = inner.h - top;
	scroller_limit(&b->scroll);
	scroller_note(&b->scroll, note, sizeof note);
	struct draw in = pane_open(d, b->view.con, page->detail, note, false, p);
	if (top)
		page->picture(b, row, draw_sub(in, (struct rect){ 0, 0, draw_w(in), top }));
	draw_facts(b, row, draw_sub(in, (struct rect){ 0, top, draw_w(in), draw_h(in) - top }), draw_w(in));
	pane_close(in, b->view.con, p);
}

static void draw_head(struct board *b, struct draw d)
{
	const struct part *p = part_at(b, b->kind->head_part);
	struct draw in = pane_open(d, b->view.con, b->kind->head_title, NULL, false, p);
	b->kind->head(b, in);
	pane_close(in, b->view.con, p);
}

void board_draw(struct view *v, struct draw d)
{
	struct board *b = board_of(v);
	int w = draw_w(d), h = draw_h(d);
	const cJSON *row = board_row(b);
	int head = b->kind->head && h >= 14 ? b->kind->head_rows + 2 : 0;
	if (head)
		draw_head(b, draw_sub(d, (struct rect){ 0, 0, w, head }));
	struct draw rest = draw_sub(d, (struct rect){ 0, head, w, h - head });
	bool beside = w >= WIDE && !b->kind->long_rows;
	/* A short list leaves its room to the facts; a long one of a tall screen leaves them what they mostly need. */
	int rows = (int)table_visible(list_at(b)->table) + 3 + (b->kind->n > 1);
	int half = h - head >= TALL ? h - head - FACTS : (h - head) / 2;
	rows = rows < 6 ? 6 : rows;
	struct layout_item it[] = { { .min = beside ? 60 : rows < half ? rows : half, .flex = 1,
	                              .max = beside ? 0 : rows },
	                            { .min = beside ? 50 : 6, .flex = 1, .priority = 1 } };
	layout_split((struct rect){ 0, 0, w, h - head }, beside ? LAYOUT_ROW : LAYOUT_COLUMN, 0, it,
	             row && list_at(b)->page->facts ? 2 : 1);
	if (!row)
		it[0].out.h = beside ? it[0].out.h : h - head;
	draw_lists(b, draw_sub(rest, it[0].out));
	if (row && list_at(b)->page->facts && it[1].out.h && it[1].out.w)
		draw_detail(b, row, draw_sub(rest, it[1].out));
}

/* ---- actions ---- */

static void more(struct board *b)
{
	const struct board_page *page = list_at(b)->page;
	if (page->part < 0 || !live_more(b->view.con->live, (enum global_part)page->part))
		app_message(b->view.con->app, MESSAGE_INFO, "that is all there is");
}

static void searched(void *ctx, const char *text)
{
	struct board *b = ctx;
	snprintf(b->query, sizeof b->query, "%s", text);
	console_touch(b->view.con);
}

/* A prompt for words that the server shall look for; focus.query follows. */
static void search(struct board *b, const char *arg)
{
	if (arg && *arg)
		searched(b, arg);
	else
		prompt_open(b->view.con->app, &(struct prompt){ .label = "search ", .initial = b->query,
			.history = "search", .submit = searched, .ctx = b });
}

static void next_mode(struct board *b)
{
	if (!b->kind->modes[++b->mode])
		b->mode = 0;
	board_changed(&b->view);
}

static bool own_action(struct board *b, int action, const char *arg)
{
	size_t n = b->kind->n;
	if (b->kind->mode_action && action == b->kind->mode_action) {
		next_mode(b);
		return true;
	}
	if (action >= VA_PAGE_1 && action < VA_PAGE_1 + (int)n) {
		b->at = (size_t)(action - VA_PAGE_1);
		return true;
	}
	switch (action) {
	case VA_NEXT_PANE:
		b->at = (b->at + 1) % n;
		return true;
	case VA_PREV_PANE:
		b->at = (b->at + n - 1) % n;
		return true;
	case VA_DETAIL_DOWN:
	case VA_DETAIL_UP:
		b->scroll.top += action == VA_DETAIL_DOWN ? 1 : -1;
		scroller_limit(&b->scroll);
		return true;
	case VA_MORE:
		more(b);
		return true;
	case VA_ONE_CLUSTER:
		b->one_cluster = !b->one_cluster;
		return true;
	case VA_SEARCH:
		search(b, arg);
		return true;
	case ACT_BACK:
		if (!*b->query || *table_filter_text(list_at(b)->table))
			return false;
		*b->query = 0;
		return true;
	}
	return false;
}

bool board_action(struct view *v, int action, const char *arg)
{
	struct board *b = board_of(v);
	struct error err = ERROR_INIT;
	if (b->kind->action && b->kind->action(b, board_row(b), action, arg))
		return true;
	if (own_action(b, action, arg))
		return true;
	if (!table_action(list_at(b)->table, action, arg, &err))
		return false;
	if (err.code)
		app_error(v->con->app, &err);
	return true;
}

bool board_event(struct view *v, const struct event *ev)
{
	struct board *b = board_of(v);
	for (size_t i = 0; i < b->kind->n; i++) {
		bool activated = false;
		if ((!b->stacked && i != b->at) || !table_mouse(b->lists[i].table, ev, &activated))
			continue;
		b->at = i;
		if (activated)
			board_action(v, VA_OPEN, NULL);
		return true;
	}
	if (ev->mouse != MOUSE_WHEEL_UP && ev->mouse != MOUSE_WHEEL_DOWN)
		return false;
	b->scroll.top += ev->mouse == MOUSE_WHEEL_UP ? -2 : 2;
	scroller_limit(&b->scroll);
	return true;
}

const char *board_disabled(struct view *v, int action)
{
	struct board *b = board_of(v);
	if (action == VA_MORE && !board_records(b, list_at(b)->page->part)->token)
		return "that is all there is";
	return b->kind->disabled ? b->kind->disabled(b, board_row(b), action) : NULL;
}

size_t board_scopes(struct view *v, const struct bind_scope **out)
{
	out[0] = board_of(v)->kind->scope;
	out[1] = &bind_board;
	out[2] = &bind_table;
	return 3;
}

void board_want(struct view *v, struct live_interest *want)
{
	struct board *b = board_of(v);
	for (size_t i = 0; i < b->kind->n; i++) {
		int part = b->kind->pages[i].part;
		if (part >= 0)
			want->globals |= 1u << part;
		else
			want->parts |= 1u << (-1 - part);
	}
	for (size_t i = 0; i < b->kind->n; i++)
		if (b->kind->pages[i].instead < 0)
			want->parts |= 1u << (-1 - b->kind->pages[i].instead);
	if (b->kind->head)
		want->globals |= 1u << b->kind->head_part;
	if (b->one_cluster)
		snprintf(want->focus.cluster, sizeof want->focus.cluster, "%s", v->con->cluster);
	snprintf(want->focus.query, sizeof want->focus.query, "%s", b->query);
	if (b->kind->want)
		b->kind->want(b, board_row(b), want);
}

struct table *board_table(struct view *v)
{
	return list_at(board_of(v))->table;
}

const char *board_selected(struct view *v)
{
	struct board *b = board_of(v);
	const cJSON *row = board_row(b);
	const char *id = row && b->kind->copy ? b->kind->copy(b, row) : NULL;
	return id && *id ? id : board_id(b);
}
