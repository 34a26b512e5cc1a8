/* Rows that need no kernel: SET, SHOW, DESCRIBE. */
#include <string.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/engine/runner_inner.h"

static void put_csv(struct buf *b, const char *s)
{
	if (!s)
		return;
	if (*s && !strpbrk(s, ",\"\r\n")) {
		buf_adds(b, s);
		return;
	}
	buf_addc(b, '"');
	for (; *s; s++)
		buf_addf(b, "%s%c", *s == '"' ? "\"" : "", *s);
	buf_addc(b, '"');
}

static void put_json_row(struct buf *b, const struct sql_schema *s, const char **cells)
{
	buf_addc(b, '{');
	for (size_t i = 0; i < s->n; i++) {
		if (i)
			buf_addc(b, ',');
		json_quote(b, s->columns[i].name);
		buf_addc(b, ':');
		if (cells[i])
			json_quote(b, cells[i]);
		else
			buf_adds(b, "null");
	}
	buf_adds(b, "}\n");
}

static void put_line(struct buf *b, const char *format, const struct sql_schema *s, const char **cells)
{
	bool csv = !strcmp(format, "csv");
	for (size_t i = 0; i < s->n; i++) {
		if (i)
			buf_addc(b, csv ? ',' : '\t');
		if (csv)
			put_csv(b, cells[i]);
		else
			buf_adds(b, cells[i] ? cells[i] : "NULL");
	}
	buf_addc(b, '\n');
}

static void put_header(struct buf *b, const char *format, const struct sql_schema *s)
{
	bool csv = !strcmp(format, "csv");
	for (size_t i = 0; i < s->n; i++) {
		if (i)
			buf_addc(b, csv ? ',' : '\t');
		if (csv)
			put_csv(b, s->columns[i].name);
		else
			buf_adds(b, s->columns[i].name);
	}
	buf_addc(b, '\n');
}

int runner_show_rows(const struct sql_plan *p, const struct runner_output *out, struct runner_result *res,
                     struct error *err)
{
	struct buf b = BUF_INIT;
	bool json = !strcmp(out->format, "json");
	if (out->header && !json)
		put_header(&b, out->format, &p->schema);
	for (size_t i = 0; i < p->n_rows; i++) {
		if (json)
			put_json_row(&b, &p->schema, p->rows[i]);
		else
			put_line(&b, out->format, &p->schema, p->rows[i]);
	}
	int rc = b.len ? out->rows(out->ctx, b.data, b.len, p->n_rows) : 0;
	buf_free(&b);
	res->rows = p->n_rows;
	res->shows_rows = true;
	return rc ? error_set(err, ERR_IO, "the rows could not be passed on") : 0;
}
