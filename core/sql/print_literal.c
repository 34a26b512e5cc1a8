/* Literals, types and numbers as Spark prints them. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sql/datetime.h"
#include "core/sql/print_parts.h"

/* ---- numbers ---- */

/* Shortest digits that read back; gives the count and the decimal exponent of the first digit. */
static int shortest_digits(double v, bool is_float, char *digits, int *exponent)
{
	char text[40];
	for (int precision = 1; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision - 1, v);
		if (is_float ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v)
			break;
	}
	int n = 0;
	char *c = text;
	for (; *c && *c != 'e'; c++)
		if (*c != '.')
			digits[n++] = *c;
	*exponent = *c ? atoi(c + 1) : 0;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	digits[n] = '\0';
	return n;
}

static void print_plain(struct buf *out, const char *digits, int n, int exponent)
{
	int at = 0;
	if (exponent < 0)
		buf_addc(out, '0');
	for (; at <= exponent; at++)
		buf_addc(out, at < n ? digits[at] : '0');
	buf_addc(out, '.');
	for (int i = -1; i > exponent; i--)
		buf_addc(out, '0');
	buf_adds(out, at < n ? digits + at : exponent < 0 ? "" : "0");
}

/* Java writes plain digits from 10^-3 up to 10^7 and "d.dE±x" beyond. */
void sql_print_double(struct buf *out, double v, bool is_float)
{
	if (isnan(v) || isinf(v)) {
		buf_adds(out, isnan(v) ? "NaN" : v < 0 ? "-Infinity" : "Infinity");
		return;
	}
	if (signbit(v))
		buf_addc(out, '-');
	v = fabs(v);
	if (v == 0) {
		buf_adds(out, "0.0");
		return;
	}
	char digits[32];
	int exponent, n = shortest_digits(v, is_float, digits, &exponent);
	if (exponent >= -3 && exponent < 7)
		print_plain(out, digits, n, exponent);
	else
		buf_addf(out, "%c.%sE%d", digits[0], n > 1 ? digits + 1 : "0", exponent);
}

/* ---- intervals ---- */

static const char *const unit_names[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};

static void print_year_month(struct buf *out, uint64_t months, const struct sql_interval *v)
{
	if (v->from == SQL_UNIT_MONTH)
		buf_addf(out, "%" PRIu64, months);
	else if (v->to == SQL_UNIT_YEAR)
		buf_addf(out, "%" PRIu64, months / 12);
	else
		buf_addf(out, "%" PRIu64 "-%" PRIu64, months / 12, months % 12);
}

/* The leading field takes all that the others leave; hours and finer have two digits. */
static void print_day_time(struct buf *out, uint64_t micros, const struct sql_interval *v)
{
	static const uint64_t sizes[] = {0, 0, 86400000000u, 3600000000u, 60000000u, 1000000u};
	static const char before[] = "    ::";
	for (unsigned unit = v->from; unit <= (unsigned)v->to; unit++) {
		if (unit > (unsigned)v->from)
			buf_addc(out, before[unit]);
		buf_addf(out, unit == SQL_UNIT_DAY ? "%" PRIu64 : "%02" PRIu64, micros / sizes[unit]);
		micros %= sizes[unit];
	}
	if (v->to != SQL_UNIT_SECOND || micros == 0)
		return;
	char text[16];
	int n = snprintf(text, sizeof text, ".%06" PRIu64, micros);
	while (text[n - 1] == '0')
		text[--n] = '\0';
	buf_adds(out, text);
}

void sql_print_interval(struct buf *out, const struct sql_interval *v)
{
	uint64_t size = v->value < 0 ? 0 - (uint64_t)v->value : (uint64_t)v->value;
	buf_addf(out, "INTERVAL '%s", v->value < 0 ? "-" : "");
	if (v->year_month)
		print_year_month(out, size, v);
	else
		print_day_time(out, size, v);
	buf_addf(out, "' %s", unit_names[v->from]);
	if (v->to != v->from)
		buf_addf(out, " TO %s", unit_names[v->to]);
}

/* ---- literals ---- */

static void print_binary_literal(struct buf *out, const struct sql_literal *lit)
{
	buf_adds(out, "X'");
	for (size_t i = 0; i < lit->len; i++)
		buf_addf(out, "%02X", (unsigned char)lit->text[i]);
	buf_addc(out, '\'');
}

/* In full, as Spark shows what it read; a zone can only be worked in by who knows the session's. */
static void print_datetime(struct buf *out, const char *word, const struct sql_literal *lit)
{
	struct sql_datetime t = {0};
	char text[96];
	int32_t days;
	int year, month, day;
	buf_addf(out, "%s '", word);
	if (lit->kind == SQL_LIT_DATE && sql_parse_date(lit->text, lit->len, &days)) {
		sql_civil_from_days(days, &year, &month, &day);
		buf_addf(out, "%04d-%02d-%02d", year, month, day);
	} else if (lit->kind != SQL_LIT_DATE && sql_parse_timestamp(lit->text, lit->len, &t) && !t.zone[0] &&
	           !t.time_only) {
		size_t n = strlen(sql_datetime_text(&t, false, text, sizeof text));
		while (t.micros && text[n - 1] == '0')
			n--;
		buf_add(out, text, n);
	} else {
		buf_adds(out, lit->text);
	}
	buf_addc(out, '\'');
}

void print_literal(struct buf *out, const struct sql_literal *lit)
{
	switch (lit->kind) {
	case SQL_LIT_FLOAT: sql_print_double(out, strtof(lit->text, NULL), true); break;
	case SQL_LIT_DOUBLE: sql_print_double(out, strtod(lit->text, NULL), false); break;
	case SQL_LIT_BINARY: print_binary_literal(out, lit); break;
	case SQL_LIT_DATE: print_datetime(out, "DATE", lit); break;
	case SQL_LIT_TIMESTAMP: print_datetime(out, "TIMESTAMP", lit); break;
	case SQL_LIT_TIMESTAMP_NTZ: print_datetime(out, "TIMESTAMP_NTZ", lit); break;
	case SQL_LIT_TIME: buf_addf(out, "TIME '%s'", lit->text); break;
	case SQL_LIT_INTERVAL: sql_print_interval(out, &lit->interval); break;
	default: buf_add(out, lit->text, lit->len); break;
	}
}

/* ---- types ---- */

static void print_fields(struct buf *out, const struct sql_type_ast *t)
{
	buf_adds(out, "STRUCT<");
	for (size_t i = 0; i < t->n_fields; i++) {
		buf_addf(out, "%s%s: ", i ? ", " : "", t->fields[i].name);
		sql_print_type(out, t->fields[i].type);
		buf_adds(out, t->fields[i].not_null ? " NOT NULL" : "");
	}
	buf_addc(out, '>');
}

static void print_capitals(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addc(out, *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
}

void sql_print_type(struct buf *out, const struct sql_type_ast *t)
{
	switch (t->kind) {
	case SQL_TY_SIMPLE: print_capitals(out, t->name); break;
	case SQL_TY_DECIMAL: buf_addf(out, "DECIMAL(%d,%d)", t->precision, t->scale); break;
	case SQL_TY_CHAR: case SQL_TY_VARCHAR: buf_adds(out, "STRING"); break; /* what a cast makes of them */
	case SQL_TY_ARRAY:
		buf_adds(out, "ARRAY<");
		sql_print_type(out, t->element);
		buf_addc(out, '>');
		break;
	case SQL_TY_MAP:
		buf_adds(out, "MAP<");
		sql_print_type(out, t->key);
		buf_adds(out, ", ");
		sql_print_type(out, t->element);
		buf_addc(out, '>');
		break;
	case SQL_TY_STRUCT: print_fields(out, t); break;
	case SQL_TY_INTERVAL:
		buf_addf(out, "INTERVAL %s", unit_names[t->from]);
		if (t->to != t->from)
			buf_addf(out, " TO %s", unit_names[t->to]);
		break;
	}
}
