/* Tables for people. Cells are kept as text until all widths are known. */
#include "views/cli/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

#define GAP 2
#define GIVE_LEAST 8   /* a column that gives way keeps so many cells */

struct column {
	const char *title;
	enum table_align align;
	bool give;
};

struct cell {
	char *text;
	const char *color;
};

struct note {
	size_t row;        /* below this row, counted from 0 */
	char *text;
};

struct text_table {
	VEC(struct column) columns;
	VEC(struct cell) cells;
	VEC(struct note) notes;
};

struct text_table *text_table_new(void)
{
	return xcalloc(1, sizeof(struct text_table));
}

void text_table_free(struct text_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->cells.len; i++)
		free(t->cells.items[i].text);
	for (size_t i = 0; i < t->notes.len; i++)
		free(t->notes.items[i].text);
	vec_free(&t->columns);
	vec_free(&t->cells);
	vec_free(&t->notes);
	free(t);
}

void text_table_column(struct text_table *t, const char *title, enum table_align align, bool give)
{
	vec_push(&t->columns, ((struct column){ title, align, give }));
}

static char *clean_text(const char *fmt, va_list ap)
{
	struct buf raw = BUF_INIT, out = BUF_INIT;

	buf_vaddf(&raw, fmt, ap);
	for (size_t i = 0; i < raw.len; i++)
		if (raw.data[i] == '\n')
			raw.data[i] = ' ';
	utf8_clean(&out, buf_str(&raw), raw.len);
	buf_free(&raw);
	return out.data ? buf_steal(&out) : xstrdup("");
}

void text_table_cell(struct text_table *t, const char *color, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vec_push(&t->cells, ((struct cell){ clean_text(fmt, ap), color }));
	va_end(ap);
}

size_t text_table_rows(const struct text_table *t)
{
	return t->columns.len ? t->cells.len / t->columns.len : 0;
}

/* A note of several lines stays several lines. */
void text_table_note(struct text_table *t, const char *fmt, ...)
{
	size_t rows = text_table_rows(t);
	struct buf b = BUF_INIT;
	char *line, *save = NULL;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	for (line = b.data ? strtok_r(b.data, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		struct buf clean = BUF_INIT;
		utf8_clean(&clean, line, strlen(line));
		vec_push(&t->notes, ((struct note){ rows ? rows - 1 : 0, xstrdup(buf_str(&clean)) }));
		buf_free(&clean);
	}
	buf_free(&b);
}

static int *column_widths(const struct text_table *t)
{
	int *w = xcalloc(t->columns.len + 1, sizeof *w);

	for (size_t c = 0; c < t->columns.len; c++)
		w[c] = utf8_width(t->columns.items[c].title);
	for (size_t i = 0; i < t->cells.len; i++) {
		int n = utf8_width(t->cells.items[i].text);
		if (n > w[i % t->columns.len])
			w[i % t->columns.len] = n;
	}
	return w;
}

/* Take from the widest column that gives way, one cell at a time, until the row fits. */
static void columns_squeeze(const struct text_table *t, int *w, int width)
{
	int total = GAP * ((int)t->columns.len - 1);

	for (size_t c = 0; c < t->columns.len; c++)
		total += w[c];
	while (width > 0 && total > width) {
		int widest = -1;
		for (size_t c = 0; c < t->columns.len; c++)
			if (t->columns.items[c].give && w[c] > GIVE_LEAST && (widest < 0 || w[c] > w[widest]))
				widest = (int)c;
		if (widest < 0)
			return;
		w[widest]--;
		total--;
	}
}

static void pad(struct buf *out, int n)
{
	for (; n > 0; n--)
		buf_addc(out, ' ');
}

static void render_cell(struct buf *out, const char *text, int width, enum table_align align,
                        const char *color, bool last)
{
	int cells = utf8_width(text), used;
	size_t n = strlen(text);
	bool cut = cells > width;

	if (cut) {
		n = utf8_fit(text, width - 1, &used);
		cells = used + 1;
	}
	if (align == TABLE_RIGHT)
		pad(out, width - cells);
	buf_adds(out, color);
	buf_add(out, text, n);
	if (cut)
		buf_adds(out, "…");
	if (*color)
		buf_adds(out, "\033[0m");
	if (align == TABLE_LEFT && !last)
		pad(out, width - cells);
	if (!last)
		pad(out, GAP);
}

void text_table_render(const struct text_table *t, int width, bool color, struct buf *out)
{
	size_t n = t->columns.len, rows = text_table_rows(t), note = 0;
	int *w = column_widths(t);

	columns_squeeze(t, w, width);
	for (size_t c = 0; c < n; c++)
		render_cell(out, t->columns.items[c].title, w[c], t->columns.items[c].align,
		            color ? "\033[1m" : "", c + 1 == n);
	buf_addc(out, '\n');
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < n; c++) {
			const struct cell *x = &t->cells.items[r * n + c];
			render_cell(out, x->text, w[c], t->columns.items[c].align,
			            color && x->color ? x->color : "", c + 1 == n);
		}
		buf_addc(out, '\n');
		for (; note < t->notes.len && t->notes.items[note].row == r; note++)
			buf_addf(out, "    %s\n", t->notes.items[note].text);
	}
	free(w);
}
