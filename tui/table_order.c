/* Which rows are shown, in which order, and where the selection is. Cell texts are asked for only here in
 * the sort column (all columns when a filter without a column is set), once per change of the rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/table_impl.h"

void table_fetch(const struct table *t, size_t row, size_t col, int width, const struct glyphs *g,
                 struct table_cell *out)
{
	out->text[0] = '\0';
	out->style = ROLE_TEXT;
	out->num = out->bar = NAN;
	out->width = width;
	out->glyphs = g ? g : glyphs_get(GLYPHS_ASCII);
	t->src.cell(t->ctx, row, col, out);
	out->text[sizeof out->text - 1] = '\0';
}

struct asking {
	const struct table *t;
	size_t row;
	struct table_cell cell;
};

static const char *ask(void *ctx, size_t col, double *num)
{
	struct asking *a = ctx;
	table_fetch(a->t, a->row, col, 0, NULL, &a->cell);
	*num = a->cell.num;
	return a->cell.text;
}

static bool passes(const struct table *t, size_t row)
{
	if (filter_is_empty(t->filter))
		return true;
	struct asking a = { .t = t, .row = row };
	return filter_match(t->filter, ask, &a);
}

struct sort_key {
	size_t row;
	double num;
	char *text;
};

/* Numbers stand before texts; "2" before "10" inside texts, as people count. */
static int compare_keys(const void *pa, const void *pb, void *arg)
{
	const struct sort_key *a = pa, *b = pb;
	int c, flip = *(const bool *)arg ? -1 : 1;
	bool an = !isnan(a->num), bn = !isnan(b->num);
	if (an && bn)
		c = a->num < b->num ? -1 : a->num > b->num;
	else if (an || bn)
		return an ? -1 : 1;             /* without a value: last, in either direction */
	else
		c = strverscmp(a->text, b->text);
	if (c)
		return c * flip;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void sort_rows(struct table *t)
{
	size_t n = t->order.len;
	if (t->sort < 0 || n < 2)
		return;
	struct sort_key *keys = xcalloc(n, sizeof *keys);
	struct arena *texts = arena_new();
	for (size_t i = 0; i < n; i++) {
		struct table_cell cell;
		table_fetch(t, t->order.items[i], (size_t)t->sort, 0, NULL, &cell);
		keys[i].row = t->order.items[i];
		keys[i].num = cell.num;
		keys[i].text = isnan(cell.num) ? arena_strdup(texts, cell.text) : NULL;
	}
	qsort_r(keys, n, sizeof *keys, compare_keys, &t->descending);
	for (size_t i = 0; i < n; i++)
		t->order.items[i] = keys[i].row;
	arena_free(texts);
	free(keys);
}

/* Keep the rows that were shown where they are; new ones go to the end. True when that differs from
 * the right order in t->order. */
static bool keep_order(struct table *t)
{
	struct map *rank = map_new();        /* id → position in the right order + 1 */
	size_t n = t->order.len, k = 0;
	size_t *kept = xcalloc(n, sizeof *kept);
	bool *taken = xcalloc(n, sizeof *taken);
	for (size_t i = 0; i < n; i++)
		map_set(rank, t->src.id(t->ctx, t->order.items[i]), (void *)(i + 1));
	for (size_t i = 0; i < t->order_ids.len && k < n; i++) {
		size_t pos = (size_t)map_get(rank, t->order_ids.items[i]);
		if (pos && !taken[pos - 1]) {
			taken[pos - 1] = true;
			kept[k++] = t->order.items[pos - 1];
		}
	}
	for (size_t i = 0; i < n && k < n; i++)
		if (!taken[i])
			kept[k++] = t->order.items[i];
	bool differs = n > 0 && memcmp(kept, t->order.items, n * sizeof *kept) != 0;
	if (n > 0)
		memcpy(t->order.items, kept, n * sizeof *kept);
	free(kept);
	free(taken);
	map_free(rank, NULL);
	return differs;
}

static void remember_ids(struct table *t)
{
	arena_reset(t->ids);
	t->order_ids.len = 0;
	for (size_t i = 0; i < t->order.len; i++)
		vec_push(&t->order_ids, arena_strdup(t->ids, t->src.id(t->ctx, t->order.items[i])));
}

/* The selection stays on its id; when that is gone, on what stands in its place. */
static void find_selection(struct table *t)
{
	size_t n = t->order.len;
	for (size_t i = 0; t->selected && i < n; i++) {
		/* Most often nothing moved: look near the old place first. */
		size_t pos = (t->at + i) % n;
		if (strcmp(t->order_ids.items[pos], t->selected) == 0) {
			t->at = pos;
			return;
		}
	}
	if (n == 0)
		return;
	t->at = t->at >= n ? n - 1 : t->at;
	free(t->selected);
	t->selected = xstrdup(t->order_ids.items[t->at]);
}

bool table_update(struct table *t, bool hold)
{
	if (t->waiting && !hold)
		t->stale = true;
	if (!t->stale)
		return t->waiting;
	size_t n = t->src.rows(t->ctx);
	bool waits = false, keep = hold && t->rows_changed && !t->reorder && t->order_ids.len > 0;
	t->order.len = 0;
	for (size_t i = 0; i < n; i++)
		if (passes(t, i))
			vec_push(&t->order, i);
	sort_rows(t);
	if (keep)
		waits = keep_order(t);
	remember_ids(t);
	find_selection(t);
	t->stale = t->reorder = false;
	t->waiting = waits;
	if (!waits)
		t->rows_changed = false;
	return waits;
}
