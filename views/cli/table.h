/* Tables for people: columns as wide as their longest cell, in terminal cells, not bytes. On a terminal
 * that is too narrow the columns marked `give` are cut with "…"; elsewhere nothing is ever cut. Foreign
 * text is cleaned, so that a name cannot move the cursor. */
#ifndef VIEWS_CLI_TABLE_H
#define VIEWS_CLI_TABLE_H

#include <stdbool.h>

#include "core/base/buf.h"

struct table;

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table *table_new(void);
void table_free(struct table *t);                 /* NULL is allowed */
/* Columns first, then cells, row by row. */
void table_column(struct table *t, const char *title, enum table_align align, bool give);
/* The next cell. color is SGR text or "" (table_render ends it itself). */
void table_cell(struct table *t, const char *color, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A line under the row that was just completed, indented, not in columns: a reason, a hint. */
void table_note(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t table_rows(const struct table *t);
/* Text of the table. width 0: no limit. color: whether SGR is written; titles are then bold. */
void table_render(const struct table *t, int width, bool color, struct buf *out);

#endif
