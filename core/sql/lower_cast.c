/* Casts. The kernel's own casts are used where they agree with Spark's; the rest are C functions of the
 * executor (spark_…), which take the mode as their last argument: 0 ANSI, 1 TRY, 2 ANSI off. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sql/lower.h"
#include "core/sql/quote.h"

struct casting {
	const char *x;
	const struct sql_type *from, *to;
	enum tx_cast_mode mode;
	int depth;
};

/* Not the kernel's casts between its two timestamps: those ask ICU for every row. */
void lower_wall(struct buf *out, const char *x, const struct sql_type *t)
{
	if (t->id == SQL_T_TIMESTAMP)
		buf_addf(out, "spark_wall(epoch_us(%s), current_setting('TimeZone'))", x);
	else
		buf_addf(out, "CAST(%s AS TIMESTAMP)", x);
}

void lower_instant(struct buf *out, const char *wall)
{
	buf_addf(out, "make_timestamptz(spark_instant(%s, current_setting('TimeZone')))", wall);
}

static void kernel_cast(struct buf *out, const struct casting *c, const char *x)
{
	buf_addf(out, "%s(%s AS ", c->mode == TX_CAST_ANSI ? "CAST" : "TRY_CAST", x);
	lower_type(out, c->to);
	buf_addc(out, ')');
}

static void plain_cast(struct buf *out, const char *x, const struct sql_type *to)
{
	buf_addf(out, "CAST(%s AS ", x);
	lower_type(out, to);
	buf_addc(out, ')');
}

/* name(x, mode), then to the exact type. */
static void call_cast(struct buf *out, const struct casting *c, const char *name)
{
	buf_addf(out, "%s(%s, %d)", name, c->x, (int)c->mode);
}

static const char *short_name(const struct sql_type *t)
{
	static const char *const names[] = { [SQL_T_TINYINT] = "tinyint", [SQL_T_SMALLINT] = "smallint",
		                             [SQL_T_INT] = "int", [SQL_T_BIGINT] = "bigint" };
	return names[t->id];
}

/* ---- to strings ---- */

static void nested_string(struct buf *out, const char *x, const struct sql_type *t, int depth)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "coalesce(");
	lower_cast(&b, x, t, sql_type_of(SQL_T_STRING), TX_CAST_ANSI, depth);
	buf_adds(&b, ", 'null')");
	buf_adds(out, buf_str(&b));
	buf_free(&b);
}

static void array_string(struct buf *out, const struct casting *c)
{
	char v[24];
	snprintf(v, sizeof v, "k%d", c->depth);
	buf_addf(out, "('[' || array_to_string(list_transform(%s, lambda %s: ", c->x, v);
	nested_string(out, v, c->from->element, c->depth + 1);
	buf_adds(out, "), ', ') || ']')");
}

static void map_string(struct buf *out, const struct casting *c)
{
	char v[24], part[32];
	snprintf(v, sizeof v, "k%d", c->depth);
	buf_addf(out, "('{' || array_to_string(list_transform(map_entries(%s), lambda %s: ", c->x, v);
	snprintf(part, sizeof part, "%s.key", v);
	nested_string(out, part, c->from->key, c->depth + 1);
	buf_adds(out, " || ' -> ' || ");
	snprintf(part, sizeof part, "%s.value", v);
	nested_string(out, part, c->from->element, c->depth + 1);
	buf_adds(out, "), ', ') || '}')");
}

static char *field_text(const char *x, const char *name)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "struct_extract(%s, ", x);
	sql_quote_str(&b, name);
	buf_addc(&b, ')');
	return buf_steal(&b);
}

static void struct_string(struct buf *out, const struct casting *c)
{
	buf_addf(out, "CASE WHEN %s IS NOT NULL THEN '{'", c->x);
	for (size_t i = 0; i < c->from->n_fields; i++) {
		char *f = field_text(c->x, c->from->fields[i].name);
		buf_adds(out, i ? " || ', ' || " : " || ");
		nested_string(out, f, c->from->fields[i].type, c->depth);
		free(f);
	}
	buf_adds(out, " || '}' END");
}

static void to_string(struct buf *out, const struct casting *c)
{
	switch (c->from->id) {
	case SQL_T_FLOAT:
		buf_addf(out, "spark_string_float(%s)", c->x);
		return;
	case SQL_T_DOUBLE:
		buf_addf(out, "spark_string(%s)", c->x);
		return;
	case SQL_T_TIMESTAMP:
		buf_adds(out, "CAST(");
		lower_wall(out, c->x, c->from);
		buf_adds(out, " AS VARCHAR)");
		return;
	case SQL_T_BINARY:
		buf_addf(out, "spark_utf8(%s)", c->x);
		return;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		buf_addf(out, "spark_interval_string(%s, %d, %d)", c->x, (int)c->from->from, (int)c->from->to);
		return;
	case SQL_T_ARRAY:
		array_string(out, c);
		return;
	case SQL_T_MAP:
		map_string(out, c);
		return;
	case SQL_T_STRUCT:
		struct_string(out, c);
		return;
	default:
		plain_cast(out, c->x, c->to);
	}
}

/* ---- to numbers ---- */

static void seconds_of(struct buf *out, const struct casting *c)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "spark_floor_div(epoch_us(%s), 1000000)", c->x);
	if (c->to->id == SQL_T_BIGINT)
		buf_adds(out, buf_str(&b));
	else
		kernel_cast(out, c, buf_str(&b));
	buf_free(&b);
}

static void interval_number(struct buf *out, const struct casting *c)
{
	static const char *const per[] = { "12", "1", "86400000000", "3600000000", "60000000", "1000000" };
	struct buf b = BUF_INIT;
	buf_addf(&b, "(CAST(%s(%s) AS BIGINT) // %s)", c->from->id == SQL_T_INTERVAL_YM ? "spark_months" : "spark_micros",
	         c->x, per[c->from->to]);
	kernel_cast(out, c, buf_str(&b));
	buf_free(&b);
}

static void to_integral(struct buf *out, const struct casting *c)
{
	struct buf b = BUF_INIT;
	switch (c->from->id) {
	case SQL_T_STRING:
		buf_addf(&b, "spark_to_%s", short_name(c->to));
		call_cast(out, c, buf_str(&b));
		break;
	case SQL_T_FLOAT:
	case SQL_T_DOUBLE:
		if (c->mode == TX_CAST_LEGACY) {
			buf_addf(out, "spark_saturate_%s(%s)", short_name(c->to), c->x);
			break;
		}
		buf_addf(&b, "trunc(%s)", c->x);
		kernel_cast(out, c, buf_str(&b));
		break;
	case SQL_T_DECIMAL:
		buf_addf(&b, "trunc(%s)", c->x);
		kernel_cast(out, c, buf_str(&b));
		break;
	case SQL_T_TIMESTAMP:
		seconds_of(out, c);
		break;
	case SQL_T_DATE:
		plain_cast(out, "NULL", c->to);
		break;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		interval_number(out, c);
		break;
	default:
		if (c->mode == TX_CAST_LEGACY && sql_type_integral(c->from) && c->from->id > c->to->id)
			buf_addf(out, "spark_wrap_%s(CAST(%s AS BIGINT))", short_name(c->to), c->x);
		else
			kernel_cast(out, c, c->x);
	}
	buf_free(&b);
}

static void to_floating(struct buf *out, const struct casting *c)
{
	struct buf b = BUF_INIT;
	if (c->from->id == SQL_T_STRING) {
		buf_addf(&b, "spark_to_double(%s, %d)", c->x, (int)c->mode);
		if (c->to->id == SQL_T_FLOAT)
			buf_addf(out, "spark_to_float(%s)", buf_str(&b));
		else
			buf_adds(out, buf_str(&b));
	} else if (c->from->id == SQL_T_DOUBLE && c->to->id == SQL_T_FLOAT)
		buf_addf(out, "spark_to_float(%s)", c->x);
	else if (c->from->id == SQL_T_TIMESTAMP) {
		buf_addf(&b, "(epoch_us(%s) / CAST(1000000 AS DOUBLE))", c->x);
		plain_cast(out, buf_str(&b), c->to);
	} else if (c->from->id == SQL_T_BOOLEAN) {
		buf_addf(&b, "CAST(%s AS INTEGER)", c->x);
		plain_cast(out, buf_str(&b), c->to);
	} else if (c->from->id == SQL_T_DATE)
		plain_cast(out, "NULL", c->to);
	else
		plain_cast(out, c->x, c->to);
	buf_free(&b);
}

static void to_decimal(struct buf *out, const struct casting *c)
{
	struct buf b = BUF_INIT;
	switch (c->from->id) {
	case SQL_T_STRING:
		buf_addf(&b, "spark_decimal_text(%s, %d)", c->x, (int)c->mode);
		break;
	case SQL_T_FLOAT:
	case SQL_T_DOUBLE:
		buf_addf(&b, "spark_decimal_string(%s)", c->x);
		break;
	case SQL_T_BOOLEAN:
		buf_addf(&b, "CAST(%s AS INTEGER)", c->x);
		break;
	case SQL_T_TIMESTAMP:
		buf_addf(&b, "(CAST(epoch_us(%s) AS DECIMAL(20,0)) * CAST(0.000001 AS DECIMAL(7,6)))", c->x);
		break;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		interval_number(out, c);
		return;
	case SQL_T_DATE:
		buf_adds(&b, "NULL");
		break;
	default:
		buf_adds(&b, c->x);
	}
	kernel_cast(out, c, buf_str(&b));
	buf_free(&b);
}

static void to_boolean(struct buf *out, const struct casting *c)
{
	if (c->from->id == SQL_T_STRING)
		call_cast(out, c, "spark_to_boolean");
	else if (sql_type_numeric(c->from))
		buf_addf(out, "(%s <> 0)", c->x);
	else if (c->from->id == SQL_T_TIMESTAMP)
		buf_addf(out, "(epoch_us(%s) <> 0)", c->x);
	else
		buf_adds(out, "CAST(NULL AS BOOLEAN)");
}

/* ---- to dates, timestamps, intervals ---- */

static void to_timestamp(struct buf *out, const struct casting *c)
{
	if (c->from->id == SQL_T_STRING)
		buf_addf(out, "make_timestamptz(spark_to_timestamp(%s, current_setting('TimeZone'), %d))", c->x,
		         (int)c->mode);
	else if (sql_type_integral(c->from))
		buf_addf(out, "make_timestamptz(CAST(%s AS BIGINT) * 1000000)", c->x);
	else if (c->from->id == SQL_T_DECIMAL)
		buf_addf(out, "make_timestamptz(CAST(trunc(CAST(%s AS DECIMAL(32,6)) * 1000000) AS BIGINT))", c->x);
	else if (sql_type_numeric(c->from))
		buf_addf(out, "make_timestamptz(CAST(trunc(CAST(%s AS DOUBLE) * 1000000) AS BIGINT))", c->x);
	else if (c->from->id == SQL_T_BOOLEAN)
		buf_addf(out, "make_timestamptz(CAST(%s AS BIGINT))", c->x);
	else {
		struct buf b = BUF_INIT;
		lower_wall(&b, c->x, c->from);
		lower_instant(out, buf_str(&b));
		buf_free(&b);
	}
}

static void to_wall_clock(struct buf *out, const struct casting *c)
{
	if (c->from->id == SQL_T_STRING)
		buf_addf(out, "CAST(spark_timestamp_text(%s, FALSE, %d) AS TIMESTAMP)", c->x, (int)c->mode);
	else
		lower_wall(out, c->x, c->from);
}

static void to_interval(struct buf *out, const struct casting *c)
{
	static const char *const per[] = { "12", "1", "86400000000", "3600000000", "60000000", "1000000" };
	bool months = c->to->id == SQL_T_INTERVAL_YM;
	if (c->from->id == SQL_T_STRING)
		buf_addf(out, "spark_to_interval(%s, %d, %d, %d)", c->x, (int)c->to->from, (int)c->to->to, (int)c->mode);
	else if (sql_type_numeric(c->from))
		buf_addf(out, months ? "to_months(CAST(%s * %s AS INTEGER))" : "to_microseconds(CAST(%s * %s AS BIGINT))",
		         c->x, per[c->to->to]);
	else
		buf_adds(out, c->x);
}

/* ---- nested ---- */

static void to_array(struct buf *out, const struct casting *c)
{
	char v[24];
	snprintf(v, sizeof v, "k%d", c->depth);
	buf_addf(out, "list_transform(%s, lambda %s: ", c->x, v);
	lower_cast(out, v, c->from->element, c->to->element, c->mode, c->depth + 1);
	buf_addc(out, ')');
}

static void to_map(struct buf *out, const struct casting *c)
{
	char v[24], part[32];
	snprintf(v, sizeof v, "k%d", c->depth);
	snprintf(part, sizeof part, "%s.key", v);
	buf_addf(out, "map_from_entries(list_transform(map_entries(%s), lambda %s: struct_pack(\"key\" := ", c->x, v);
	lower_cast(out, part, c->from->key, c->to->key, c->mode, c->depth + 1);
	buf_adds(out, ", \"value\" := ");
	snprintf(part, sizeof part, "%s.value", v);
	lower_cast(out, part, c->from->element, c->to->element, c->mode, c->depth + 1);
	buf_adds(out, ")))");
}

static void to_struct(struct buf *out, const struct casting *c)
{
	buf_addf(out, "CASE WHEN %s IS NOT NULL THEN struct_pack(", c->x);
	for (size_t i = 0; i < c->to->n_fields; i++) {
		char *f = field_text(c->x, c->from->fields[i].name);
		buf_adds(out, i ? ", " : "");
		sql_quote_ident(out, c->to->fields[i].name);
		buf_adds(out, " := ");
		lower_cast(out, f, c->from->fields[i].type, c->to->fields[i].type, c->mode, c->depth);
		free(f);
	}
	buf_adds(out, ") END");
}

void lower_cast(struct buf *out, const char *x, const struct sql_type *from, const struct sql_type *to,
                enum tx_cast_mode mode, int depth)
{
	struct casting c = { x, from, to, mode, depth };
	if (from->id == SQL_T_VOID) {
		plain_cast(out, from == to ? x : "NULL", to);
		return;
	}
	if (sql_type_equal(from, to) && to->id != SQL_T_STRUCT) {
		buf_adds(out, x);
		return;
	}
	switch (to->id) {
	case SQL_T_STRING: to_string(out, &c); return;
	case SQL_T_BOOLEAN: to_boolean(out, &c); return;
	case SQL_T_TINYINT:
	case SQL_T_SMALLINT:
	case SQL_T_INT:
	case SQL_T_BIGINT: to_integral(out, &c); return;
	case SQL_T_FLOAT:
	case SQL_T_DOUBLE: to_floating(out, &c); return;
	case SQL_T_DECIMAL: to_decimal(out, &c); return;
	case SQL_T_BINARY:
		buf_addf(out, from->id == SQL_T_STRING ? "encode(%s)" : "spark_big_endian(%s)", x);
		return;
	case SQL_T_DATE:
		if (from->id == SQL_T_STRING)
			call_cast(out, &c, "spark_to_date");
		else {
			buf_adds(out, "CAST(");
			lower_wall(out, x, from);
			buf_adds(out, " AS DATE)");
		}
		return;
	case SQL_T_TIMESTAMP: to_timestamp(out, &c); return;
	case SQL_T_TIMESTAMP_NTZ: to_wall_clock(out, &c); return;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT: to_interval(out, &c); return;
	case SQL_T_ARRAY: to_array(out, &c); return;
	case SQL_T_MAP: to_map(out, &c); return;
	case SQL_T_STRUCT: to_struct(out, &c); return;
	default: plain_cast(out, x, to);
	}
}
