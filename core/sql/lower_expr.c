/* Expressions, but for operators, casts and calls. */
#include <stdlib.h>
#include <string.h>

#include "core/sql/datetime.h"
#include "core/sql/lower.h"
#include "core/sql/quote.h"

char *lower_sql(const struct tx *e)
{
	struct buf b = BUF_INIT;
	lower_expr(&b, e);
	if (!b.data)
		buf_adds(&b, "");
	return buf_steal(&b);
}

void lower_type(struct buf *out, const struct sql_type *t)
{
	sql_type_kernel(out, t);
}

void lower_error(struct buf *out, const char *class_name, const char *sqlstate, const char *message)
{
	struct buf text = BUF_INIT;
	buf_addf(&text, "[%s] %s SQLSTATE: %s", class_name, message, sqlstate);
	buf_adds(out, "error(");
	sql_quote_str(out, buf_str(&text));
	buf_addc(out, ')');
	buf_free(&text);
}

static void cast_text(struct buf *out, const char *text, const struct sql_type *t)
{
	buf_adds(out, "CAST(");
	sql_quote_str(out, text);
	buf_adds(out, " AS ");
	lower_type(out, t);
	buf_addc(out, ')');
}

static void date_literal(struct buf *out, const struct sql_literal *l)
{
	int32_t days = 0;
	int y, m, d;
	sql_parse_date(l->text, strlen(l->text), &days);
	sql_civil_from_days(days, &y, &m, &d);
	if (y > 0)
		buf_addf(out, "DATE '%04d-%02d-%02d'", y, m, d);
	else
		buf_addf(out, "DATE '%04d-%02d-%02d (BC)'", 1 - y, m, d);
}

static void timestamp_literal(struct buf *out, const struct sql_literal *l, const struct sql_type *t)
{
	struct sql_datetime dt;
	char text[128];
	sql_parse_timestamp(l->text, strlen(l->text), &dt);
	cast_text(out, sql_datetime_text(&dt, t->id == SQL_T_TIMESTAMP, text, sizeof text), t);
}

static void interval_literal(struct buf *out, const struct sql_interval *i)
{
	buf_addf(out, i->year_month ? "to_months(%lld)" : "to_microseconds(%lld)", (long long)i->value);
}

static void literal(struct buf *out, const struct tx *e)
{
	const struct sql_literal *l = &e->lit;
	switch (l->kind) {
	case SQL_LIT_NULL:
		buf_adds(out, "CAST(NULL AS ");
		lower_type(out, e->type);
		buf_addc(out, ')');
		return;
	case SQL_LIT_BOOL:
		buf_adds(out, l->b ? "TRUE" : "FALSE");
		return;
	case SQL_LIT_STRING:
		sql_quote_string(out, l->text, l->len);
		return;
	case SQL_LIT_BINARY:
		sql_quote_blob(out, l->text, l->len);
		return;
	case SQL_LIT_DATE:
		date_literal(out, l);
		return;
	case SQL_LIT_TIMESTAMP:
	case SQL_LIT_TIMESTAMP_NTZ:
		timestamp_literal(out, l, e->type);
		return;
	case SQL_LIT_INTERVAL:
		interval_literal(out, &l->interval);
		return;
	default:
		cast_text(out, l->text, e->type);
	}
}

static void variable(struct buf *out, const struct tx *e)
{
	if (e->id == TX_BOUND)
		buf_adds(out, e->name);
	else if (e->id & TX_COUNTER)
		buf_addf(out, "CAST(v%d - 1 AS INTEGER)", e->id & ~TX_COUNTER);
	else
		buf_addf(out, "v%d", e->id);
}

static void in_list(struct buf *out, const struct tx *e)
{
	buf_addc(out, '(');
	lower_expr(out, e->args[0]);
	buf_adds(out, " IN (");
	for (size_t i = 1; i < e->n; i++) {
		buf_adds(out, i > 1 ? ", " : "");
		lower_expr(out, e->args[i]);
	}
	buf_adds(out, "))");
}

static void like(struct buf *out, const struct tx *e)
{
	const char *escape = e->escape ? e->escape : "\\";
	buf_addc(out, '(');
	lower_expr(out, e->args[0]);
	buf_adds(out, e->like == SQL_ILIKE ? " ILIKE " : " LIKE ");
	lower_expr(out, e->args[1]);
	buf_adds(out, " ESCAPE ");
	sql_quote_str(out, escape);
	buf_addc(out, ')');
}

static void cases(struct buf *out, const struct tx *e)
{
	buf_adds(out, "CASE");
	for (size_t i = 0; i + 1 < e->n; i += 2) {
		buf_adds(out, " WHEN ");
		lower_expr(out, e->args[i]);
		buf_adds(out, " THEN ");
		lower_expr(out, e->args[i + 1]);
	}
	if (e->n % 2) {
		buf_adds(out, " ELSE ");
		lower_expr(out, e->args[e->n - 1]);
	}
	buf_adds(out, " END");
}

static void lambda(struct buf *out, const struct tx *e)
{
	buf_adds(out, "lambda ");
	for (size_t i = 0; i < 4 && e->vars[i]; i++)
		buf_addf(out, "%sv%d", i ? ", " : "", e->vars[i]);
	buf_adds(out, ": ");
	lower_expr(out, e->args[0]);
}

static void field(struct buf *out, const struct tx *e)
{
	bool list = e->args[0]->type->id == SQL_T_ARRAY;
	buf_adds(out, list ? "list_transform(" : "struct_extract(");
	lower_expr(out, e->args[0]);
	buf_adds(out, list ? ", lambda d_f: struct_extract(d_f, " : ", ");
	sql_quote_str(out, e->name);
	buf_adds(out, list ? "))" : ")");
}

static void array_index(struct buf *out, const struct tx *e)
{
	char *a = lower_sql(e->args[0]), *i = lower_sql(e->args[1]);
	if (e->ansi)
		buf_addf(out, "CASE WHEN %s < 0 OR %s >= len(%s) THEN error(concat("
		         "'[INVALID_ARRAY_INDEX] The index ', %s, ' is out of bounds. The array has ', len(%s), "
		         "' elements. Use the SQL function `get()` to tolerate accessing element at invalid index and "
		         "return NULL instead. SQLSTATE: 22003')) ELSE list_extract(%s, %s + 1) END", i, i, a, i, a, a, i);
	else
		buf_addf(out, "CASE WHEN %s >= 0 THEN list_extract(%s, %s + 1) END", i, a, i);
	free(a);
	free(i);
}

static void item_of(struct buf *out, const struct tx *e)
{
	if (e->args[0]->type->id == SQL_T_ARRAY) {
		array_index(out, e);
		return;
	}
	buf_adds(out, "map_extract_value(");
	lower_expr(out, e->args[0]);
	buf_adds(out, ", ");
	lower_expr(out, e->args[1]);
	buf_addc(out, ')');
}

static void structure(struct buf *out, const struct tx *e)
{
	buf_adds(out, "struct_pack(");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? ", " : "");
		sql_quote_ident(out, e->type->fields[i].name);
		buf_adds(out, " := ");
		lower_expr(out, e->args[i]);
	}
	buf_addc(out, ')');
}

static void in_query(struct buf *out, const struct tx *e)
{
	buf_adds(out, e->n > 1 ? "((" : "(");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? ", " : "");
		lower_expr(out, e->args[i]);
	}
	buf_adds(out, e->n > 1 ? ") IN (" : " IN (");
	lower_select(out, e->rel);
	buf_adds(out, "))");
}

static void cast(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	lower_cast(out, x, e->args[0]->type, e->type, e->mode, 0);
	free(x);
}

void lower_expr(struct buf *out, const struct tx *e)
{
	switch (e->kind) {
	case TX_LITERAL: literal(out, e); return;
	case TX_COLUMN: buf_addf(out, "c%d", e->id); return;
	case TX_VAR: variable(out, e); return;
	case TX_CAST: cast(out, e); return;
	case TX_OP: lower_op(out, e); return;
	case TX_IN_LIST: in_list(out, e); return;
	case TX_LIKE: like(out, e); return;
	case TX_CASE: cases(out, e); return;
	case TX_CALL: lower_call(out, e); return;
	case TX_LAMBDA: lambda(out, e); return;
	case TX_FIELD: field(out, e); return;
	case TX_INDEX: item_of(out, e); return;
	case TX_STRUCT: structure(out, e); return;
	case TX_IN_QUERY: in_query(out, e); return;
	case TX_GENERATOR: return; /* replaced by its columns */
	case TX_IS_NULL:
		buf_addc(out, '(');
		lower_expr(out, e->args[0]);
		buf_adds(out, " IS NULL)");
		return;
	case TX_SUBQUERY:
	case TX_EXISTS:
		buf_adds(out, e->kind == TX_EXISTS ? "EXISTS (" : "(");
		lower_select(out, e->rel);
		buf_addc(out, ')');
		return;
	}
}
