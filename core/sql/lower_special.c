/* Functions whose lowering depends on their arguments' types or values. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/lower.h"
#include "core/sql/quote.h"

static void put_args(struct buf *out, const struct tx *e, size_t from)
{
	for (size_t i = from; i < e->n; i++) {
		buf_adds(out, i > from ? ", " : "");
		lower_expr(out, e->args[i]);
	}
}

static void concat(struct buf *out, const struct tx *e)
{
	if (e->n == 0) {
		buf_adds(out, "''");
		return;
	}
	buf_addc(out, '(');
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? " || " : "");
		lower_expr(out, e->args[i]);
	}
	buf_addc(out, ')');
}

static void concat_ws(struct buf *out, const struct tx *e)
{
	bool arrays = false;
	for (size_t i = 1; i < e->n; i++)
		arrays |= e->args[i]->type->id == SQL_T_ARRAY;
	if (!arrays) {
		buf_adds(out, "concat_ws(");
		put_args(out, e, 0);
		buf_adds(out, e->n == 1 ? ", NULL)" : ")");
		return;
	}
	buf_adds(out, "array_to_string(flatten([");
	for (size_t i = 1; i < e->n; i++) {
		bool list = e->args[i]->type->id == SQL_T_ARRAY;
		buf_adds(out, i > 1 ? ", " : "");
		buf_adds(out, list ? "coalesce(" : "[");
		lower_expr(out, e->args[i]);
		buf_adds(out, list ? ", [])" : "]");
	}
	buf_adds(out, "]), ");
	lower_expr(out, e->args[0]);
	buf_addc(out, ')');
}

static void length_of(struct buf *out, const struct tx *e)
{
	const char *name = e->call.fn->name;
	bool binary = e->args[0]->type->id == SQL_T_BINARY, chars = *name == 'l';
	buf_adds(out, binary ? "CAST(octet_length(" : chars ? "CAST(length(" : "CAST(strlen(");
	lower_expr(out, e->args[0]);
	buf_adds(out, *name == 'b' ? ") * 8 AS INTEGER)" : ") AS INTEGER)");
}

static void substring(struct buf *out, const struct tx *e)
{
	buf_adds(out, e->type->id == SQL_T_BINARY ? "spark_subbin(" : "spark_substr(");
	put_args(out, e, 0);
	buf_addc(out, ')');
}

static void trim(struct buf *out, const struct tx *e)
{
	buf_addf(out, "%s(", e->call.fn->name);
	put_args(out, e, 0);
	buf_adds(out, e->n == 1 ? ", ' ')" : ")");
}

static void hex(struct buf *out, const struct tx *e)
{
	enum sql_type_id id = e->args[0]->type->id;
	const char *f = id == SQL_T_BIGINT ? "spark_hex_long(" : id == SQL_T_BINARY ? "hex(" : "hex(encode(";
	buf_adds(out, f);
	lower_expr(out, e->args[0]);
	buf_adds(out, id == SQL_T_STRING ? "))" : ")");
}

static void decode(struct buf *out, const struct tx *e)
{
	buf_adds(out, "spark_decode(");
	put_args(out, e, 0);
	buf_addc(out, ')');
}

static void format_number(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	buf_addf(out, e->args[1]->type->id == SQL_T_STRING ? "spark_format_pattern(" : "spark_format_number(");
	lower_cast(out, x, e->args[0]->type, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, 0);
	buf_adds(out, ", ");
	lower_expr(out, e->args[1]);
	buf_addc(out, ')');
	free(x);
}

/* Each argument as text with a letter in front that tells its kind: i, f, s, b, c. */
static void format_string(struct buf *out, const struct tx *e)
{
	buf_adds(out, "spark_format_string(");
	lower_expr(out, e->args[0]);
	buf_adds(out, ", CAST([");
	for (size_t i = 1; i < e->n; i++) {
		const struct sql_type *t = e->args[i]->type;
		char kind = sql_type_integral(t) ? 'i' : sql_type_fractional(t) ? 'f' : t->id == SQL_T_BOOLEAN ? 'b' : 's';
		char *x = lower_sql(e->args[i]);
		buf_addf(out, "%s('%c' || ", i > 1 ? ", " : "", kind);
		lower_cast(out, x, t, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, 0);
		buf_addc(out, ')');
		free(x);
	}
	buf_adds(out, "] AS VARCHAR[]))");
}

/* ---- numbers ---- */

static void absolute(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	if (sql_type_ansi_interval(e->type))
		buf_addf(out, e->type->id == SQL_T_INTERVAL_YM ? "to_months(CAST(abs(spark_months(%s)) AS INTEGER))" :
		                                                  "to_microseconds(CAST(abs(spark_micros(%s)) AS BIGINT))", x);
	else
		buf_addf(out, "abs(%s)", x);
	free(x);
}

static void rounding(struct buf *out, const struct tx *e, bool even)
{
	int64_t scale = 0;
	char *x = lower_sql(e->args[0]);
	tx_const_int(e->args[1], &scale);
	const struct sql_type *t = e->args[0]->type;
	if (t->id == SQL_T_DECIMAL && !even && scale >= 0) {
		buf_adds(out, "CAST(");
		/* the kernel's cast to a smaller scale rounds half away from zero */
		buf_addf(out, "CAST(%s AS DECIMAL(38,%d)) AS ", x, e->type->scale);
		lower_type(out, e->type);
		buf_addc(out, ')');
	} else if (t->id == SQL_T_DECIMAL) {
		buf_addf(out, "CAST(spark_round_decimal(%s, %" PRId64 ", %d) AS ", x, scale, even);
		lower_type(out, e->type);
		buf_addc(out, ')');
	} else if (sql_type_integral(t)) {
		buf_addf(out, "CAST(spark_round_long(CAST(%s AS BIGINT), %" PRId64 ", %d) AS ", x, scale, even);
		lower_type(out, t);
		buf_addc(out, ')');
	} else {
		buf_addf(out, "CAST(spark_round_double(CAST(%s AS DOUBLE), %" PRId64 ", %d) AS ", x, scale, even);
		lower_type(out, t);
		buf_addc(out, ')');
	}
	free(x);
}

static void ceil_floor(struct buf *out, const struct tx *e)
{
	bool up = e->call.fn->special == SP_CEIL;
	char *x = lower_sql(e->args[0]);
	int64_t scale = 0;
	if (e->n == 2) {
		tx_const_int(e->args[1], &scale);
		buf_addf(out, "CAST(spark_round_decimal(%s, %" PRId64 ", %d) AS ", x, scale, up ? 3 : 2);
	} else
		buf_addf(out, "CAST(%s(%s) AS ", up ? "ceil" : "floor", x);
	lower_type(out, e->type);
	buf_addc(out, ')');
	free(x);
}

static void pmod(struct buf *out, const struct tx *e)
{
	struct tx op = { .kind = TX_OP, .type = e->type, .args = e->args, .n = 2 };
	op.op = SQL_OP_MOD;
	op.ansi = e->call.ansi;
	char *r = lower_sql(&op), *y = lower_sql(e->args[1]);
	buf_adds(out, "CAST(CASE WHEN ");
	buf_addf(out, "%s < 0 THEN (%s + %s) %% %s ELSE %s END AS ", r, r, y, y, r);
	lower_type(out, e->type);
	buf_addc(out, ')');
	free(r);
	free(y);
}

static void logarithm(struct buf *out, const struct tx *e)
{
	if (e->n == 1) {
		buf_adds(out, "spark_ln(");
		lower_expr(out, e->args[0]);
		buf_addc(out, ')');
		return;
	}
	buf_adds(out, "(spark_ln(");
	lower_expr(out, e->args[1]);
	buf_adds(out, ") / spark_ln(");
	lower_expr(out, e->args[0]);
	buf_adds(out, "))");
}

static void operator_call(struct buf *out, const struct tx *e)
{
	if (!strcmp(e->call.fn->name, "log"))
		logarithm(out, e);
	else
		pmod(out, e);
}

static void shift(struct buf *out, const struct tx *e)
{
	buf_addf(out, "spark_%s_%s(", e->call.fn->name, e->type->id == SQL_T_BIGINT ? "long" : "int");
	put_args(out, e, 0);
	buf_addc(out, ')');
}

/* ---- hashes: each column is hashed with the hash of those before it as seed ---- */

static void hash_value(struct buf *out, const char *f, const char *x, const struct sql_type *t, const char *seed,
                       int depth);

static void hash_nested(struct buf *out, const char *f, const char *x, const struct sql_type *t, const char *seed,
                        int depth)
{
	char v[24], acc[24];
	if (t->id == SQL_T_STRUCT) {
		char *s = xstrdup(seed);
		for (size_t i = 0; i < t->n_fields; i++) {
			struct buf part = BUF_INIT, next = BUF_INIT;
			buf_addf(&part, "struct_extract(%s, ", x);
			sql_quote_str(&part, t->fields[i].name);
			buf_addc(&part, ')');
			hash_value(&next, f, buf_str(&part), t->fields[i].type, s, depth);
			free(s);
			s = buf_steal(&next);
			buf_free(&part);
		}
		buf_adds(out, s);
		free(s);
		return;
	}
	const char *type = *f == 'x' ? "BIGINT" : "INTEGER";
	snprintf(v, sizeof v, "h%d", depth);
	snprintf(acc, sizeof acc, "g%d", depth);
	struct buf px = BUF_INIT, pa = BUF_INIT;
	buf_addf(&px, "%s.x", v);
	buf_addf(&pa, "%s.h", acc);
	buf_addf(out, "coalesce(list_reduce([struct_pack(h := CAST(%s AS %s), x := NULL)] || list_transform(%s, "
	         "lambda %s: struct_pack(h := NULL, x := %s)), lambda %s, %s: struct_pack(h := ", seed, type, x, v, v,
	         acc, v);
	hash_value(out, f, buf_str(&px), t->element, buf_str(&pa), depth + 1);
	buf_addf(out, ", x := NULL)).h, %s)", seed);
	buf_free(&px);
	buf_free(&pa);
}

static const char *hash_kind(const struct sql_type *t)
{
	switch (t->id) {
	case SQL_T_BIGINT:
	case SQL_T_TIMESTAMP:
	case SQL_T_TIMESTAMP_NTZ: return "long";
	case SQL_T_FLOAT: return "float";
	case SQL_T_DOUBLE: return "double";
	case SQL_T_STRING:
	case SQL_T_BINARY: return "bytes";
	case SQL_T_DECIMAL: return "decimal";
	default: return "int";
	}
}

static void hash_value(struct buf *out, const char *f, const char *x, const struct sql_type *t, const char *seed,
                       int depth)
{
	if (t->id == SQL_T_STRUCT || t->id == SQL_T_ARRAY) {
		hash_nested(out, f, x, t, seed, depth);
		return;
	}
	buf_addf(out, "spark_%shash_%s(", *f == 'x' ? "xx" : "", hash_kind(t));
	switch (t->id) {
	case SQL_T_STRING:
		buf_addf(out, "encode(%s)", x);
		break;
	case SQL_T_TIMESTAMP:
	case SQL_T_TIMESTAMP_NTZ:
		buf_addf(out, "epoch_us(%s)", x);
		break;
	case SQL_T_DATE:
		buf_addf(out, "CAST(%s - DATE '1970-01-01' AS INTEGER)", x);
		break;
	case SQL_T_BIGINT:
	case SQL_T_FLOAT:
	case SQL_T_DOUBLE:
	case SQL_T_BINARY:
	case SQL_T_DECIMAL:
		buf_adds(out, x);
		break;
	default:
		buf_addf(out, "CAST(%s AS INTEGER)", x);
	}
	buf_addf(out, ", %s)", seed);
}

void lower_hash(struct buf *out, const struct tx *e)
{
	const char *f = e->call.fn->special == SP_XXHASH ? "x" : "m";
	char *seed = xstrdup(*f == 'x' ? "CAST(42 AS BIGINT)" : "CAST(42 AS INTEGER)");
	for (size_t i = 0; i < e->n; i++) {
		struct buf b = BUF_INIT;
		char *x = lower_sql(e->args[i]);
		hash_value(&b, f, x, e->args[i]->type, seed, 0);
		free(x);
		free(seed);
		seed = buf_steal(&b);
	}
	buf_adds(out, seed);
	free(seed);
}

/* ---- aggregates ---- */

static void sum(struct buf *out, const struct tx *e, bool try_it)
{
	enum sql_type_id id = e->args[0]->type->id;
	if (id == SQL_T_DOUBLE || id == SQL_T_FLOAT) {
		lower_template(out, "{sum(@)}", e);
		return;
	}
	if (sql_type_ansi_interval(e->type)) {
		bool months = id == SQL_T_INTERVAL_YM;
		lower_template(out, months ? "to_months(CAST({sum(spark_months($1))} AS INTEGER))" :
		                             "to_microseconds(CAST({sum(spark_micros($1))} AS BIGINT))", e);
		return;
	}
	if (!e->call.ansi && !try_it && id != SQL_T_DECIMAL) {
		lower_template(out, "spark_wrap_hugeint({sum(@)})", e);
		return;
	}
	if (id == SQL_T_DECIMAL && e->type->precision == 38) { /* the kernel's 38 digits may hold a 39th */
		buf_addf(out, "spark_dec_mul_%d(", e->type->scale);
		lower_template(out, "{sum(@)}", e);
		buf_addf(out, ", 1, %s)", try_it || !e->call.ansi ? "TRUE" : "FALSE");
		return;
	}
	lower_template(out, try_it || !e->call.ansi ? "TRY_CAST({sum(@)} AS $0)" : "CAST({sum(@)} AS $0)", e);
}

static void avg(struct buf *out, const struct tx *e)
{
	if (sql_type_ansi_interval(e->type)) {
		bool months = e->type->id == SQL_T_INTERVAL_YM;
		lower_template(out, months ? "to_months(CAST(round({avg(spark_months($1))}) AS INTEGER))" :
		                             "to_microseconds(CAST(round({avg(spark_micros($1))}) AS BIGINT))", e);
		return;
	}
	if (e->args[0]->type->id != SQL_T_DECIMAL) {
		lower_template(out, "{avg(@)}", e);
		return;
	}
	buf_addf(out, "CAST(spark_dec_div_%d(", e->type->scale);
	lower_template(out, "{sum(@)}, {count(@)}, TRUE) AS $0)", e);
}

/* Tuples with a NULL in them do not count. */
static void count(struct buf *out, const struct tx *e)
{
	if (e->n == 1) {
		lower_template(out, "{count(@)}", e);
		return;
	}
	buf_adds(out, "count(");
	buf_adds(out, e->call.distinct ? "DISTINCT " : "");
	buf_adds(out, "CASE WHEN ");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? " AND " : "");
		lower_expr(out, e->args[i]);
		buf_adds(out, " IS NOT NULL");
	}
	buf_adds(out, " THEN row(");
	put_args(out, e, 0);
	buf_adds(out, ") END)");
	lower_template(out, "}", e);
}

static void first_last(struct buf *out, const struct tx *e)
{
	bool first = e->call.fn->special == SP_FIRST;
	if (e->call.over) {
		buf_adds(out, first ? "first_value(" : "last_value(");
		lower_expr(out, e->args[0]);
		buf_adds(out, e->call.ignore_nulls ? " IGNORE NULLS)" : ")");
		lower_template(out, "}", e);
		return;
	}
	if (!e->call.ignore_nulls) {
		lower_template(out, first ? "{first(@)}" : "{last(@)}", e);
		return;
	}
	if (first) {
		lower_template(out, "{any_value(@)}", e);
		return;
	}
	lower_template(out, "last($1) FILTER (WHERE $1 IS NOT NULL", e);
	if (e->call.filter) {
		buf_adds(out, " AND ");
		lower_expr(out, e->call.filter);
	}
	buf_addc(out, ')');
}

static void grouping(struct buf *out, const struct tx *e)
{
	buf_adds(out, "CAST(GROUPING(");
	put_args(out, e, 0);
	buf_adds(out, ") AS ");
	lower_type(out, e->type);
	buf_addc(out, ')');
}

static void percentile(struct buf *out, const struct tx *e)
{
	bool approx = e->call.fn->special == SP_PERCENTILE_APPROX;
	lower_template(out, approx ? "{quantile_disc($1, $2)}" : "{quantile_cont($1, $2)}", e);
}

static void percentile_within(struct buf *out, const struct tx *e)
{
	bool disc = strstr(e->call.fn->name, "disc") != NULL;
	if (!e->call.n_order) {
		buf_adds(out, "NULL");
		return;
	}
	char *x = lower_sql(e->call.order[0].expr);
	buf_addf(out, "CAST(quantile_%s(CAST(%s AS DOUBLE), ", disc ? "disc" : "cont", x);
	buf_adds(out, e->call.order[0].desc ? "1 - " : "");
	lower_expr(out, e->args[0]);
	buf_addc(out, ')');
	lower_template(out, "} AS $0)", e);
	free(x);
}

static void listagg(struct buf *out, const struct tx *e)
{
	buf_adds(out, "string_agg(");
	buf_adds(out, e->call.distinct ? "DISTINCT " : "");
	lower_expr(out, e->args[0]);
	buf_adds(out, ", ");
	if (tx_is_null_literal(e->args[1]))
		buf_adds(out, "''");
	else
		lower_expr(out, e->args[1]);
	if (e->call.n_order) {
		buf_adds(out, " ORDER BY ");
		lower_sorts(out, e->call.order, e->call.n_order);
	}
	buf_addc(out, ')');
	lower_template(out, "}", e);
}

/* The kernel's skewness is that of a sample; Spark's is that of the population. */
static void skewness(struct buf *out, const struct tx *e)
{
	lower_template(out, "CASE WHEN {count($1)} > 2 THEN {skewness($1)} * ({count($1)} - 2) / "
	               "sqrt(CAST({count($1)} AS DOUBLE) * ({count($1)} - 1)) WHEN {count($1)} = 2 THEN 0.0::DOUBLE "
	               "WHEN {count($1)} = 1 THEN NULL END", e);
}

static void offset_value(struct buf *out, const struct tx *e)
{
	bool lag = e->call.fn->special == SP_LAG;
	buf_adds(out, lag ? "lag(" : "lead(");
	put_args(out, e, 0);
	buf_adds(out, e->call.ignore_nulls ? " IGNORE NULLS)" : ")");
	lower_template(out, "}", e);
}

/* ---- errors on purpose ---- */

static void raise_error(struct buf *out, const struct tx *e)
{
	buf_adds(out, "CAST(CASE WHEN TRUE THEN error('[USER_RAISED_EXCEPTION] ' || ");
	lower_expr(out, e->args[0]);
	buf_adds(out, " || ' SQLSTATE: P0001') END AS INTEGER)");
}

static void assert_true(struct buf *out, const struct tx *e)
{
	buf_adds(out, "CAST(CASE WHEN ");
	lower_expr(out, e->args[0]);
	buf_adds(out, " THEN NULL ELSE error('[USER_RAISED_EXCEPTION] ' || ");
	if (e->n > 1)
		lower_expr(out, e->args[1]);
	else
		buf_adds(out, "'The condition is not true!'");
	buf_adds(out, " || ' SQLSTATE: P0001') END AS INTEGER)");
}

static void levenshtein(struct buf *out, const struct tx *e)
{
	char *d = NULL;
	struct buf b = BUF_INIT;
	lower_template(&b, "spark_levenshtein($1, $2)", e);
	d = buf_steal(&b);
	if (e->n == 2)
		buf_adds(out, d);
	else {
		buf_addf(out, "CASE WHEN %s > ", d);
		lower_expr(out, e->args[2]);
		buf_addf(out, " THEN -1 ELSE %s END", d);
	}
	free(d);
}

static void to_char(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	buf_adds(out, "spark_to_char(");
	lower_cast(out, x, e->args[0]->type, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, 0);
	buf_adds(out, ", ");
	lower_expr(out, e->args[1]);
	buf_addc(out, ')');
	free(x);
}

static void to_number(struct buf *out, const struct tx *e)
{
	bool try_it = !strncmp(e->call.fn->name, "try", 3);
	buf_adds(out, "CAST(spark_to_number(");
	put_args(out, e, 0);
	buf_addf(out, ", %d) AS ", try_it);
	lower_type(out, e->type);
	buf_addc(out, ')');
}

static bool special_aggregate(struct buf *out, const struct tx *e)
{
	switch (e->call.fn->special) {
	case SP_SUM: sum(out, e, false); return true;
	case SP_TRY_SUM: sum(out, e, true); return true;
	case SP_AVG:
	case SP_TRY_AVG: avg(out, e); return true;
	case SP_COUNT: count(out, e); return true;
	case SP_FIRST:
	case SP_LAST: first_last(out, e); return true;
	case SP_GROUPING:
	case SP_GROUPING_ID: grouping(out, e); return true;
	case SP_PERCENTILE:
	case SP_PERCENTILE_APPROX: percentile(out, e); return true;
	case SP_PERCENTILE_CONT: percentile_within(out, e); return true;
	case SP_LISTAGG: listagg(out, e); return true;
	case SP_SKEWNESS: skewness(out, e); return true;
	case SP_LAG:
	case SP_LEAD: offset_value(out, e); return true;
	default: return false;
	}
}

bool lower_special(struct buf *out, const struct tx *e)
{
	switch (e->call.fn->special) {
	case SP_CONCAT: concat(out, e); return true;
	case SP_CONCAT_WS: concat_ws(out, e); return true;
	case SP_LENGTH: length_of(out, e); return true;
	case SP_SUBSTR: substring(out, e); return true;
	case SP_TRIM: trim(out, e); return true;
	case SP_HEX: hex(out, e); return true;
	case SP_DECODE: decode(out, e); return true;
	case SP_FORMAT_NUMBER: format_number(out, e); return true;
	case SP_FORMAT_STRING: format_string(out, e); return true;
	case SP_TO_CHAR: to_char(out, e); return true;
	case SP_TO_NUMBER: to_number(out, e); return true;
	case SP_LEVENSHTEIN: levenshtein(out, e); return true;
	case SP_ABS: absolute(out, e); return true;
	case SP_ROUND:
	case SP_BROUND: rounding(out, e, e->call.fn->special == SP_BROUND); return true;
	case SP_CEIL:
	case SP_FLOOR: ceil_floor(out, e); return true;
	case SP_OPERATOR: operator_call(out, e); return true;
	case SP_SHIFT: shift(out, e); return true;
	case SP_TRY_OP:
		buf_adds(out, "TRY(");
		lower_expr(out, e->args[0]);
		buf_addc(out, ')');
		return true;
	case SP_HASH:
	case SP_XXHASH: lower_hash(out, e); return true;
	case SP_RAISE_ERROR: raise_error(out, e); return true;
	case SP_ASSERT_TRUE: assert_true(out, e); return true;
	default: return special_aggregate(out, e);
	}
}
