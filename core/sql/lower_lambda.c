/* Arrays, maps, lambdas, JSON and CSV of typed values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sql/lower.h"
#include "core/sql/quote.h"

static void array(struct buf *out, const struct tx *e)
{
	bool typed = e->n == 0;
	buf_adds(out, typed ? "CAST([" : "[");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? ", " : "");
		lower_expr(out, e->args[i]);
	}
	buf_addc(out, ']');
	if (typed) {
		buf_adds(out, " AS ");
		lower_type(out, e->type);
		buf_addc(out, ')');
	}
}

static void map(struct buf *out, const struct tx *e)
{
	if (e->n == 0) {
		buf_adds(out, "CAST(MAP {} AS ");
		lower_type(out, e->type);
		buf_addc(out, ')');
		return;
	}
	for (size_t half = 0; half < 2; half++) {
		buf_adds(out, half ? "], [" : "map([");
		for (size_t i = half; i < e->n; i += 2) {
			buf_adds(out, i > 1 ? ", " : "");
			lower_expr(out, e->args[i]);
		}
	}
	buf_adds(out, "])");
}

static void over_list(struct buf *out, const struct tx *e, const char *f)
{
	buf_addf(out, "%s(", f);
	lower_expr(out, e->args[0]);
	buf_adds(out, ", ");
	lower_expr(out, e->args[1]);
	buf_addc(out, ')');
}

/* Three-valued: a NULL among the answers leaves the question open. */
static void exists(struct buf *out, const struct tx *e, bool all)
{
	struct buf b = BUF_INIT;
	over_list(&b, e, "list_transform");
	const char *t = buf_str(&b);
	buf_addf(out, "CASE WHEN %s IS NULL THEN NULL WHEN list_contains(%s, %s) THEN %s "
	         "WHEN list_position(%s, NULL) IS NOT NULL THEN NULL ELSE %s END", t, t, all ? "FALSE" : "TRUE",
	         all ? "FALSE" : "TRUE", t, all ? "TRUE" : "FALSE");
	buf_free(&b);
}

/* The body of a lambda with its parameters replaced by what stands for them in the kernel. */
struct binding {
	struct arena *a;
	const struct tx *lambda;
	const char *const *texts;
	size_t n;
};

static struct tx *bind_variable(void *ctx, const struct tx *e, bool *failed)
{
	const struct binding *b = ctx;
	(void)failed;
	for (size_t i = 0; e->kind == TX_VAR && i < b->n; i++)
		if (b->lambda->vars[i] == (e->id & ~TX_COUNTER)) {
			struct tx *v = tx_new(b->a, TX_VAR, e->type, e->pos, 0);
			v->id = TX_BOUND;
			v->name = b->texts[i];
			return v;
		}
	return NULL;
}

static void body_with(struct buf *out, const struct tx *lambda, const char *const *texts, size_t n)
{
	struct binding b = { arena_new(), lambda, texts, n };
	bool failed = false;
	struct tx *body = tx_rewrite(b.a, lambda->args[0], bind_variable, &b, &failed);
	if (body)
		lower_expr(out, body);
	arena_free(b.a);
}

/* A fold over pairs of accumulator and element, because the kernel's has one type for both. */
static void aggregate(struct buf *out, const struct tx *e)
{
	const struct tx *merge = e->args[2];
	int id = merge->vars[0];
	char p[16], q[16], pa[24], qx[24];
	snprintf(p, sizeof p, "p%d", id);
	snprintf(q, sizeof q, "q%d", id);
	snprintf(pa, sizeof pa, "p%d.a", id);
	snprintf(qx, sizeof qx, "q%d.x", id);
	struct buf b = BUF_INIT;
	buf_adds(&b, "list_reduce([struct_pack(a := ");
	lower_expr(&b, e->args[1]);
	buf_adds(&b, ", x := NULL)] || list_transform(");
	lower_expr(&b, e->args[0]);
	buf_addf(&b, ", lambda %s: struct_pack(a := NULL, x := %s)), lambda %s, %s: struct_pack(a := ", q, q, p, q);
	const char *texts[2] = { pa, qx };
	body_with(&b, merge, texts, 2);
	buf_adds(&b, ", x := NULL)).a");
	char *a = lower_sql(e->args[0]);
	buf_addf(out, "CASE WHEN %s IS NOT NULL THEN ", a);
	if (e->n == 4) {
		const char *one[1] = { buf_str(&b) };
		body_with(out, e->args[3], one, 1);
	} else
		buf_adds(out, buf_str(&b));
	buf_adds(out, " END");
	free(a);
	buf_free(&b);
}

static void zip_with(struct buf *out, const struct tx *e)
{
	char x[24], y[24];
	int id = e->args[2]->vars[0];
	snprintf(x, sizeof x, "z%d[1]", id);
	snprintf(y, sizeof y, "z%d[2]", id);
	const char *texts[2] = { x, y };
	buf_adds(out, "list_transform(list_zip(");
	lower_expr(out, e->args[0]);
	buf_adds(out, ", ");
	lower_expr(out, e->args[1]);
	buf_addf(out, "), lambda z%d: ", id);
	body_with(out, e->args[2], texts, 2);
	buf_addc(out, ')');
}

static void over_map(struct buf *out, const struct tx *e)
{
	enum sql_special sp = e->call.fn->special;
	char k[24], v[24];
	int id = e->args[1]->vars[0];
	snprintf(k, sizeof k, "m%d.key", id);
	snprintf(v, sizeof v, "m%d.value", id);
	const char *texts[2] = { k, v };
	buf_addf(out, "map_from_entries(%s(map_entries(", sp == SP_MAP_FILTER ? "list_filter" : "list_transform");
	lower_expr(out, e->args[0]);
	buf_addf(out, "), lambda m%d: ", id);
	if (sp == SP_MAP_FILTER)
		body_with(out, e->args[1], texts, 2);
	else {
		buf_adds(out, "struct_pack(\"key\" := ");
		if (sp == SP_TRANSFORM_KEYS)
			body_with(out, e->args[1], texts, 2);
		else
			buf_adds(out, k);
		buf_adds(out, ", \"value\" := ");
		if (sp == SP_TRANSFORM_KEYS)
			buf_adds(out, v);
		else
			body_with(out, e->args[1], texts, 2);
		buf_addc(out, ')');
	}
	buf_adds(out, "))");
}

static void map_zip_with(struct buf *out, const struct tx *e)
{
	char *a = lower_sql(e->args[0]), *b = lower_sql(e->args[1]);
	int id = e->args[2]->vars[0];
	char k[24];
	struct buf x = BUF_INIT, y = BUF_INIT;
	snprintf(k, sizeof k, "m%d", id);
	buf_addf(&x, "map_extract_value(%s, %s)", a, k);
	buf_addf(&y, "map_extract_value(%s, %s)", b, k);
	const char *texts[3] = { k, buf_str(&x), buf_str(&y) };
	buf_addf(out, "map_from_entries(list_transform(list_concat(map_keys(%s), list_filter(map_keys(%s), lambda d_k: "
	         "NOT list_contains(map_keys(%s), d_k))), lambda %s: struct_pack(\"key\" := %s, \"value\" := ", a, b, a,
	         k, k);
	body_with(out, e->args[2], texts, 3);
	buf_adds(out, ")))");
	buf_free(&x);
	buf_free(&y);
	free(a);
	free(b);
}

/* With an order of one's own: insertion into an ordered list, element by element. */
static void array_sort(struct buf *out, const struct tx *e)
{
	if (e->n == 1) {
		buf_adds(out, "list_sort(");
		lower_expr(out, e->args[0]);
		buf_adds(out, ", 'ASC', 'NULLS LAST')");
		return;
	}
	int id = e->args[1]->vars[0];
	char s[16], x[24], y[16];
	snprintf(s, sizeof s, "s%d", id);
	snprintf(x, sizeof x, "t%d[1]", id);
	snprintf(y, sizeof y, "y%d", id);
	const char *texts[2] = { y, x };
	struct buf less = BUF_INIT;
	body_with(&less, e->args[1], texts, 2);
	char *a = lower_sql(e->args[0]);
	buf_addf(out, "CASE WHEN len(%s) < 2 THEN %s ELSE list_reduce(list_transform(%s, lambda e%d: [e%d]), "
	         "lambda %s, t%d: list_concat(list_filter(%s, lambda %s: (%s) <= 0), t%d, "
	         "list_filter(%s, lambda %s: (%s) > 0))) END", a, a, a, id, id, s, id, s, y, buf_str(&less), id, s, y,
	         buf_str(&less));
	free(a);
	buf_free(&less);
}

static void arrays_zip(struct buf *out, const struct tx *e)
{
	if (e->n == 0) {
		buf_adds(out, "[]");
		return;
	}
	buf_adds(out, "list_transform(list_zip(");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? ", " : "");
		lower_expr(out, e->args[i]);
	}
	buf_adds(out, "), lambda d_z: struct_pack(");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? ", " : "");
		sql_quote_ident(out, e->type->element->fields[i].name);
		buf_addf(out, " := d_z[%zu]", i + 1);
	}
	buf_adds(out, "))");
}

static void element_at(struct buf *out, const struct tx *e)
{
	bool quiet = !strncmp(e->call.fn->name, "try", 3) || !e->call.ansi;
	char *a = lower_sql(e->args[0]), *i = lower_sql(e->args[1]);
	if (e->args[0]->type->id == SQL_T_MAP)
		buf_addf(out, "map_extract_value(%s, %s)", a, i);
	else {
		buf_addf(out, "CASE WHEN %s = 0 THEN ", i);
		lower_error(out, "INVALID_INDEX_OF_ZERO", "22003",
		            "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).");
		if (!quiet)
			buf_addf(out, " WHEN abs(%s) > len(%s) THEN error(concat('[INVALID_ARRAY_INDEX_IN_ELEMENT_AT] The "
			         "index ', %s, ' is out of bounds. The array has ', len(%s), ' elements. Use "
			         "`try_element_at` to tolerate accessing element at invalid index and return NULL "
			         "instead. SQLSTATE: 22003'))", i, a, i, a);
		buf_addf(out, " ELSE list_extract(%s, %s) END", a, i);
	}
	free(a);
	free(i);
}

static void size_of(struct buf *out, const struct tx *e)
{
	if (e->args[0]->type->id == SQL_T_VOID) {
		buf_adds(out, e->call.ansi ? "CAST(NULL AS INTEGER)" : "-1");
		return;
	}
	buf_adds(out, e->call.ansi ? "" : "coalesce(");
	buf_adds(out, e->args[0]->type->id == SQL_T_MAP ? "CAST(cardinality(" : "CAST(len(");
	lower_expr(out, e->args[0]);
	buf_adds(out, e->call.ansi ? ") AS INTEGER)" : ") AS INTEGER), -1)");
}

static void reverse(struct buf *out, const struct tx *e)
{
	buf_adds(out, e->type->id == SQL_T_ARRAY ? "list_reverse(" : "reverse(");
	lower_expr(out, e->args[0]);
	buf_addc(out, ')');
}

/* Every element is the start and so many months: a series would go on from a shortened last day of a month. */
static void months_sequence(struct buf *out, const struct tx *e, const char *a, const char *b)
{
	char *step = lower_sql(e->args[2]);
	buf_addf(out, "CAST(list_filter(list_transform(generate_series(0, date_diff('month', %s, %s) // "
	         "spark_months(%s) + 1), lambda m_k: %s + to_months(CAST(m_k * spark_months(%s) AS INTEGER))), "
	         "lambda m_d: CASE WHEN spark_months(%s) > 0 THEN m_d <= %s ELSE m_d >= %s END) AS ",
	         a, b, step, a, step, step, b, b);
	lower_type(out, e->type);
	buf_addc(out, ')');
	free(step);
}

static void sequence(struct buf *out, const struct tx *e)
{
	char *a = lower_sql(e->args[0]), *b = lower_sql(e->args[1]);
	struct buf cast = BUF_INIT;
	bool integral = sql_type_integral(e->type->element);
	if (e->n == 3 && e->args[2]->type->id == SQL_T_INTERVAL_YM) {
		months_sequence(out, e, a, b);
		goto out;
	}
	buf_addf(&cast, "generate_series(%s, %s, ", a, b);
	if (e->n == 3)
		lower_expr(&cast, e->args[2]);
	else if (integral)
		buf_addf(&cast, "CASE WHEN %s <= %s THEN 1 ELSE -1 END", a, b);
	else
		buf_addf(&cast, "CASE WHEN %s <= %s THEN to_days(1) ELSE to_days(-1) END", a, b);
	buf_addc(&cast, ')');
	buf_addf(out, "CAST(%s AS ", buf_str(&cast));
	lower_type(out, e->type);
	buf_addc(out, ')');
out:
	buf_free(&cast);
	free(a);
	free(b);
}

/* ---- JSON ---- */

static void json_field(struct buf *out, const char *x, const char *name, const struct sql_type *t, int depth)
{
	struct buf key = BUF_INIT;
	buf_addc(&key, '"');
	for (const char *p = name; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(&key, '\\');
		buf_addc(&key, *p);
	}
	buf_adds(&key, "\":");
	sql_quote_str(out, buf_str(&key));
	buf_adds(out, " || ");
	lower_json(out, x, t, depth);
	buf_free(&key);
}

static void json_struct(struct buf *out, const char *x, const struct sql_type *t, int depth)
{
	buf_addf(out, "CASE WHEN %s IS NOT NULL THEN '{' || concat_ws(','", x);
	for (size_t i = 0; i < t->n_fields; i++) {
		struct buf f = BUF_INIT;
		buf_addf(&f, "struct_extract(%s, ", x);
		sql_quote_str(&f, t->fields[i].name);
		buf_addc(&f, ')');
		buf_adds(out, ", ");
		json_field(out, buf_str(&f), t->fields[i].name, t->fields[i].type, depth);
		buf_free(&f);
	}
	buf_adds(out, ") || '}' END");
}

static void json_list(struct buf *out, const char *x, const struct sql_type *t, int depth)
{
	char v[24], part[32];
	bool is_map = t->id == SQL_T_MAP;
	snprintf(v, sizeof v, "j%d", depth);
	buf_addf(out, "('%c' || array_to_string(list_transform(%s%s%s, lambda %s: ", is_map ? '{' : '[',
	         is_map ? "map_entries(" : "", x, is_map ? ")" : "", v);
	if (is_map) {
		snprintf(part, sizeof part, "%s.key", v);
		buf_adds(out, "CAST(to_json(");
		lower_cast(out, part, t->key, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, depth + 50);
		buf_adds(out, ") AS VARCHAR) || ':' || ");
		snprintf(part, sizeof part, "%s.value", v);
	} else
		snprintf(part, sizeof part, "%s", v);
	buf_adds(out, "coalesce(");
	lower_json(out, part, t->element, depth + 1);
	buf_addf(out, ", 'null')), ',') || '%c')", is_map ? '}' : ']');
}

void lower_json(struct buf *out, const char *x, const struct sql_type *t, int depth)
{
	switch (t->id) {
	case SQL_T_STRUCT:
		json_struct(out, x, t, depth);
		return;
	case SQL_T_ARRAY:
	case SQL_T_MAP:
		json_list(out, x, t, depth);
		return;
	case SQL_T_STRING:
		buf_addf(out, "CAST(to_json(%s) AS VARCHAR)", x);
		return;
	case SQL_T_DATE:
		buf_addf(out, "('\"' || CAST(%s AS VARCHAR) || '\"')", x);
		return;
	case SQL_T_TIMESTAMP:
	case SQL_T_TIMESTAMP_NTZ:
		buf_adds(out, "spark_json_time(");
		lower_wall(out, x, t);
		buf_adds(out, t->id == SQL_T_TIMESTAMP ? ", TRUE)" : ", FALSE)");
		return;
	case SQL_T_BINARY:
		buf_addf(out, "('\"' || to_base64(%s) || '\"')", x);
		return;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		buf_adds(out, "('\"' || ");
		lower_cast(out, x, t, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, depth + 50);
		buf_adds(out, " || '\"')");
		return;
	default:
		lower_cast(out, x, t, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, depth + 50);
	}
}

/* The kernel's description of a type for json_transform. */
static void json_shape(struct buf *out, const struct sql_type *t)
{
	struct buf k = BUF_INIT;
	switch (t->id) {
	case SQL_T_ARRAY:
		buf_addc(out, '[');
		json_shape(out, t->element);
		buf_addc(out, ']');
		break;
	case SQL_T_STRUCT:
		buf_addc(out, '{');
		for (size_t i = 0; i < t->n_fields; i++) {
			buf_addf(out, "%s\"%s\":", i ? "," : "", t->fields[i].name);
			json_shape(out, t->fields[i].type);
		}
		buf_addc(out, '}');
		break;
	default:
		lower_type(&k, t);
		buf_addf(out, "\"%s\"", buf_str(&k));
	}
	buf_free(&k);
}

static void from_json(struct buf *out, const struct tx *e)
{
	struct buf shape = BUF_INIT;
	char *x = lower_sql(e->args[0]);
	json_shape(&shape, e->type);
	buf_addf(out, "CASE WHEN json_valid(%s) THEN json_transform(%s, ", x, x);
	sql_quote_str(out, buf_str(&shape));
	buf_adds(out, ") ");
	if (e->type->id == SQL_T_STRUCT) {
		buf_addf(out, "WHEN %s IS NOT NULL THEN json_transform('{}', ", x);
		sql_quote_str(out, buf_str(&shape));
		buf_adds(out, ") ");
	}
	buf_adds(out, "END");
	free(x);
	buf_free(&shape);
}

static void from_csv(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	buf_addf(out, "CASE WHEN %s IS NOT NULL THEN struct_pack(", x);
	for (size_t i = 0; i < e->type->n_fields; i++) {
		struct buf cell = BUF_INIT;
		buf_addf(&cell, "list_extract(spark_csv_cells(%s), %zu)", x, i + 1);
		buf_adds(out, i ? ", " : "");
		sql_quote_ident(out, e->type->fields[i].name);
		buf_adds(out, " := ");
		lower_cast(out, buf_str(&cell), sql_type_of(SQL_T_STRING), e->type->fields[i].type, TX_CAST_TRY, 0);
		buf_free(&cell);
	}
	buf_adds(out, ") END");
	free(x);
}

static void to_csv(struct buf *out, const struct tx *e)
{
	const struct sql_type *t = e->args[0]->type;
	char *x = lower_sql(e->args[0]);
	buf_adds(out, "concat_ws(','");
	for (size_t i = 0; i < t->n_fields; i++) {
		struct buf f = BUF_INIT;
		buf_addf(&f, "struct_extract(%s, ", x);
		sql_quote_str(&f, t->fields[i].name);
		buf_addc(&f, ')');
		buf_adds(out, ", coalesce(spark_csv_cell(");
		lower_cast(out, buf_str(&f), t->fields[i].type, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, 0);
		buf_adds(out, "), '')");
		buf_free(&f);
	}
	buf_addc(out, ')');
	free(x);
}

static void to_json(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	lower_json(out, x, e->args[0]->type, 0);
	free(x);
}

static bool by_name(struct buf *out, const struct tx *e)
{
	const char *name = e->call.fn->name;
	if (!strcmp(name, "array_join")) {
		char *a = lower_sql(e->args[0]);
		if (e->n == 3) {
			buf_addf(out, "array_to_string(list_transform(%s, lambda d_x: coalesce(d_x, ", a);
			lower_expr(out, e->args[2]);
			buf_adds(out, ")), ");
		} else
			buf_addf(out, "array_to_string(%s, ", a);
		lower_expr(out, e->args[1]);
		buf_addc(out, ')');
		free(a);
		return true;
	}
	if (strcmp(name, "array_insert"))
		return false;
	char *a = lower_sql(e->args[0]), *i = lower_sql(e->args[1]), *x = lower_sql(e->args[2]);
	buf_addf(out, "CASE WHEN %s = 0 THEN ", i);
	lower_error(out, "INVALID_INDEX_OF_ZERO", "22003",
	            "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).");
	buf_addf(out, " WHEN %s > 0 THEN list_concat(list_resize(list_slice(%s, 1, %s - 1), %s - 1), [%s], "
	         "list_slice(%s, %s, len(%s))) ELSE list_concat(list_slice(%s, 1, len(%s) + %s + 1), [%s], "
	         "list_slice(%s, len(%s) + %s + 2, len(%s))) END", i, a, i, i, x, a, i, a, a, a, i, x, a, a, i, a);
	free(a);
	free(i);
	free(x);
	return true;
}

bool lower_lambda_call(struct buf *out, const struct tx *e)
{
	switch (e->call.fn->special) {
	case SP_ARRAY: array(out, e); return true;
	case SP_MAP: map(out, e); return true;
	case SP_TRANSFORM: over_list(out, e, "list_transform"); return true;
	case SP_FILTER: over_list(out, e, "list_filter"); return true;
	case SP_EXISTS: exists(out, e, false); return true;
	case SP_FORALL: exists(out, e, true); return true;
	case SP_AGGREGATE: aggregate(out, e); return true;
	case SP_ZIP_WITH: zip_with(out, e); return true;
	case SP_TRANSFORM_KEYS:
	case SP_TRANSFORM_VALUES:
	case SP_MAP_FILTER: over_map(out, e); return true;
	case SP_MAP_ZIP_WITH: map_zip_with(out, e); return true;
	case SP_ARRAY_SORT: array_sort(out, e); return true;
	case SP_ARRAYS_ZIP: arrays_zip(out, e); return true;
	case SP_ELEMENT_AT: element_at(out, e); return true;
	case SP_SIZE: size_of(out, e); return true;
	case SP_REVERSE: reverse(out, e); return true;
	case SP_SEQUENCE: sequence(out, e); return true;
	case SP_FROM_JSON: from_json(out, e); return true;
	case SP_TO_JSON: to_json(out, e); return true;
	case SP_FROM_CSV: from_csv(out, e); return true;
	case SP_TO_CSV: to_csv(out, e); return true;
	case SP_SCHEMA_OF_JSON: lower_template(out, "spark_schema_of_json($1)", e); return true;
	case SP_SCHEMA_OF_CSV: lower_template(out, "spark_schema_of_csv($1)", e); return true;
	default: return by_name(out, e);
	}
}
