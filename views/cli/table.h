/* Tables for people: columns as wide as their longest cell, in terminal cells, not bytes. On a terminal
 * that is too narrow the columns marked `give` are cut with "…"; elsewhere nothing is ever cut. Foreign
 * text is cleaned, so that a name cannot move the cursor. */
#ifndef VIEWS_CLI_TABLE_H
#define VIEWS_CLI_TABLE_H

#include <stdbool.h>

#include "core/base/buf.h"

struct text_table;

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct text_table *text_table_new(void);
void text_table_free(struct text_table *t);                 /* NULL is allowed */
/* Columns first, then cells, row by row. */
void text_table_column(struct text_table *t, const char *title, enum table_align align, bool give);
/* The next cell. color is SGR text or "" (text_table_render ends it itself). */
void text_table_cell(struct text_table *t, const char *color, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A line under the row that was just completed, indented, not in columns: a reason, a hint. */
void text_table_note(struct text_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t text_table_rows(const struct text_table *t);
/* Text of the table. width 0: no limit. color: whether SGR is written; titles are then bold. */
void text_table_render(const struct text_table *t, int width, bool color, struct buf *out);

#endif
