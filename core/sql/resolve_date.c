/* Date and time functions that depend on a constant unit or format, and generators' columns. */
#include <string.h>
#include <strings.h>

#include "core/sql/resolve_special.h"

static struct tx *to_moment(struct resolver *r, struct tx *x, enum sql_type_id plain)
{
	const struct sql_type *t = x->args[0]->type;
	if (t->id == SQL_T_DATE || t->id == SQL_T_TIMESTAMP || t->id == SQL_T_TIMESTAMP_NTZ || t->id == SQL_T_STRING ||
	    t->id == SQL_T_VOID)
		return x;
	if (plain == SQL_T_TIMESTAMP && sql_type_numeric(t))
		return x;
	if (!(x->args[0] = resolve_implicit(r, x->args[0], sql_type_of(SQL_T_STRING))))
		return special_mismatch(r, x, "a date, timestamp or string");
	return x;
}

static const struct { const char *name; enum sql_unit unit; int count; } UNITS[] = {
	{ "YEAR", SQL_UNIT_YEAR, 1 },     { "QUARTER", SQL_UNIT_MONTH, 3 }, { "MONTH", SQL_UNIT_MONTH, 1 },
	{ "WEEK", SQL_UNIT_DAY, 7 },      { "DAY", SQL_UNIT_DAY, 1 },       { "DAYOFYEAR", SQL_UNIT_DAY, 1 },
	{ "HOUR", SQL_UNIT_HOUR, 1 },     { "MINUTE", SQL_UNIT_MINUTE, 1 }, { "SECOND", SQL_UNIT_SECOND, 1 },
	{ "MILLISECOND", SQL_UNIT_SECOND, 1 }, { "MICROSECOND", SQL_UNIT_SECOND, 1 },
};

static struct tx *unit_of(struct resolver *r, struct tx *x)
{
	const char *u = tx_const_string(x->args[0]);
	for (size_t i = 0; u && i < sizeof UNITS / sizeof *UNITS; i++)
		if (!strcasecmp(UNITS[i].name, u))
			return x;
	return resolve_fail(r, x->pos, "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023",
	                    "The value of parameter(s) `unit` in `%s` is invalid: expects one of the units without "
	                    "quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, "
	                    "MICROSECOND, but got '%s'.", x->call.fn->name, u ? u : "?");
}

static struct tx *timestampadd(struct resolver *r, struct tx *x)
{
	const struct sql_type *t = x->args[2]->type;
	if (!unit_of(r, x))
		return NULL;
	if (t->id != SQL_T_TIMESTAMP_NTZ)
		x->args[2] = resolve_implicit(r, x->args[2], sql_type_of(SQL_T_TIMESTAMP));
	if (!x->args[2])
		return special_mismatch(r, x, "a timestamp as its third parameter");
	x->type = x->args[2]->type;
	return x;
}

static const struct { const char *field, *function; } FIELDS[] = {
	{ "YEAR", "year" }, { "Y", "year" }, { "YEARS", "year" }, { "YR", "year" }, { "YRS", "year" },
	{ "QUARTER", "quarter" }, { "QTR", "quarter" }, { "MONTH", "month" }, { "MON", "month" },
	{ "MONS", "month" }, { "MONTHS", "month" }, { "WEEK", "weekofyear" }, { "W", "weekofyear" },
	{ "WEEKS", "weekofyear" }, { "DAY", "dayofmonth" }, { "D", "dayofmonth" }, { "DAYS", "dayofmonth" },
	{ "DAYOFWEEK", "dayofweek" }, { "DOW", "dayofweek" }, { "DOY", "dayofyear" }, { "HOUR", "hour" },
	{ "H", "hour" }, { "HOURS", "hour" }, { "HR", "hour" }, { "HRS", "hour" }, { "MINUTE", "minute" },
	{ "M", "minute" }, { "MIN", "minute" }, { "MINS", "minute" }, { "MINUTES", "minute" },
};

static bool is_any(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (!strcasecmp(s, *list))
			return true;
	return false;
}

/* Months, hours and minutes are tinyint in Spark; years and days int. */
static struct tx *part_of_interval(struct tx *x, char field)
{
	bool months = x->args[1]->type->id == SQL_T_INTERVAL_YM;
	if (months ? field == 'm' : field != 'd')
		x->type = sql_type_of(SQL_T_TINYINT);
	return x;
}

static struct tx *date_part(struct resolver *r, struct tx *x)
{
	static const char *const seconds[] = { "SECOND", "S", "SEC", "SECONDS", "SECS", NULL };
	static const char *const iso_day[] = { "DAYOFWEEK_ISO", "DOW_ISO", NULL };
	static const char *const iso_year[] = { "YEAROFWEEK", NULL };
	const char *f = tx_const_string(x->args[0]);
	struct tx *from = x->args[1];
	bool interval = sql_type_ansi_interval(from->type);
	if (!interval && !sql_type_datetime(from->type) &&
	    !(from = resolve_implicit(r, from, sql_type_of(SQL_T_TIMESTAMP))))
		return special_mismatch(r, x, "a date, timestamp or interval");
	x->args[1] = from;
	x->type = sql_type_of(SQL_T_INT);
	if (f && is_any(f, seconds)) {
		x->type = sql_type_decimal(r->a, 8, 6);
		return x;
	}
	if (f && !interval && (is_any(f, iso_day) || is_any(f, iso_year)))
		return x;
	for (size_t i = 0; f && i < sizeof FIELDS / sizeof *FIELDS; i++)
		if (!strcasecmp(FIELDS[i].field, f))
			return interval ? part_of_interval(x, *f | 0x20)
			                : resolve_named_call(r, FIELDS[i].function, &from, 1, x->pos);
	return resolve_fail(r, x->pos, "INVALID_EXTRACT_FIELD", "42601",
	                    "Cannot extract `%s` from an expression of type \"%s\".", f ? f : "?",
	                    sql_type_sql(r->a, from->type));
}

struct tx *special_date(struct resolver *r, struct tx *x, bool *handled)
{
	*handled = true;
	switch (x->call.fn->special) {
	case SP_TO_DATE:
		return to_moment(r, x, SQL_T_DATE);
	case SP_TO_TIMESTAMP:
		return to_moment(r, x, SQL_T_TIMESTAMP);
	case SP_UNIX_TIMESTAMP:
		return to_moment(r, x, SQL_T_BIGINT);
	case SP_TIMESTAMPADD:
		return timestampadd(r, x);
	case SP_TIMESTAMPDIFF:
		return unit_of(r, x);
	case SP_DATE_PART:
		return date_part(r, x);
	default:
		*handled = false;
		return NULL;
	}
}

/* ---- generators ---- */

static struct col column(struct resolver *r, const char *name, const struct sql_type *type)
{
	return (struct col){ .id = ++r->next_id, .name = name, .type = type };
}

static bool explode_columns(struct resolver *r, const struct tx *g, struct col *out, size_t *n)
{
	const struct sql_type *t = g->args[0]->type;
	*n = 0;
	if (t->id != SQL_T_ARRAY && t->id != SQL_T_MAP) {
		resolve_fail(r, g->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
		             "`%s` requires an array or a map, however it has the type \"%s\".", g->call.fn->name,
		             sql_type_sql(r->a, t));
		return false;
	}
	if (g->call.fn->special == SP_POSEXPLODE)
		out[(*n)++] = column(r, "pos", sql_type_of(SQL_T_INT));
	if (t->id == SQL_T_ARRAY)
		out[(*n)++] = column(r, "col", t->element);
	else {
		out[(*n)++] = column(r, "key", t->key);
		out[(*n)++] = column(r, "value", t->element);
	}
	return true;
}

static bool inline_columns(struct resolver *r, const struct tx *g, struct col **out, size_t *n)
{
	const struct sql_type *t = g->args[0]->type->element;
	if (t->id != SQL_T_STRUCT) {
		special_mismatch(r, g, "an array of structs");
		return false;
	}
	*out = arena_alloc(r->a, (t->n_fields + 1) * sizeof **out);
	*n = t->n_fields;
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = column(r, t->fields[i].name, t->fields[i].type);
	return true;
}

/* stack(n, …): columns of the n rows are brought to common types. */
static bool stack_columns(struct resolver *r, const struct tx *g, struct col **out, size_t *n)
{
	int64_t rows;
	if (!tx_const_int(g->args[0], &rows) || rows <= 0 || g->n < 2) {
		resolve_fail(r, g->pos, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09",
		             "The number of rows of `stack` must be a positive constant.");
		return false;
	}
	size_t cells = g->n - 1, k = (size_t)rows;
	*n = (cells + k - 1) / k;
	*out = arena_alloc(r->a, *n * sizeof **out);
	for (size_t c = 0; c < *n; c++) {
		struct tx **list = arena_alloc(r->a, k * sizeof *list);
		size_t m = 0;
		for (size_t i = c; i < cells; i += *n)
			list[m++] = g->args[1 + i];
		if (!resolve_common(r, list, m)) {
			resolve_fail(r, g->pos, "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES", "42K09",
			             "The data types of column %zu of `stack` do not match.", c);
			return false;
		}
		for (size_t i = 0; i < m; i++)
			g->args[1 + c + i * *n] = list[i];
		(*out)[c] = column(r, arena_printf(r->a, "col%zu", c), list[0]->type);
	}
	return true;
}

bool resolve_generator_columns(struct resolver *r, const struct tx *g, struct col **cols, size_t *n)
{
	switch (g->call.fn->special) {
	case SP_INLINE:
		return inline_columns(r, g, cols, n);
	case SP_STACK:
		return stack_columns(r, g, cols, n);
	case SP_JSON_TUPLE:
		*n = g->n - 1;
		*cols = arena_alloc(r->a, *n * sizeof **cols);
		for (size_t i = 0; i < *n; i++)
			(*cols)[i] = column(r, arena_printf(r->a, "c%zu", i), sql_type_of(SQL_T_STRING));
		return true;
	default:
		*cols = arena_alloc(r->a, 3 * sizeof **cols);
		return explode_columns(r, g, *cols, n);
	}
}
