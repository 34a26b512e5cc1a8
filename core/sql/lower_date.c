/* Dates and times: patterns, units. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/lower.h"
#include "core/sql/quote.h"

/* A timestamp by a Java pattern; the zone's offset is worked out only when the pattern may ask for it. */
static void format_time(struct buf *out, const char *ts, const struct tx *pattern)
{
	const char *p = tx_const_string(pattern);
	bool zone = !p || strpbrk(p, "XxZOVvz");
	buf_adds(out, "spark_date_format(");
	lower_wall(out, ts, sql_type_of(SQL_T_TIMESTAMP));
	buf_adds(out, ", ");
	lower_expr(out, pattern);
	if (zone)
		buf_addf(out, ", current_setting('TimeZone'), CAST(date_part('timezone', %s) AS INTEGER))", ts);
	else
		buf_adds(out, ", '', 0)");
}

static void date_format(struct buf *out, const struct tx *e)
{
	char *ts = lower_sql(e->args[0]);
	format_time(out, ts, e->args[1]);
	free(ts);
}

static void from_unixtime(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	struct buf b = BUF_INIT;
	buf_addf(&b, "make_timestamptz(%s * 1000000)", x);
	format_time(out, buf_str(&b), e->args[1]);
	buf_free(&b);
	free(x);
}

static enum tx_cast_mode mode_of(const struct tx *e)
{
	return !strncmp(e->call.fn->name, "try", 3) ? TX_CAST_TRY : e->call.ansi ? TX_CAST_ANSI : TX_CAST_LEGACY;
}

/* args[0] as a timestamp: by a pattern when it is a string and there is one. */
static void as_moment(struct buf *out, const struct tx *e, const struct sql_type *to)
{
	const struct tx *x = e->args[0];
	char *s = lower_sql(x);
	if (x->type->id == SQL_T_STRING && e->n > 1) {
		bool zone = to->id == SQL_T_TIMESTAMP;
		buf_addf(out, zone ? "make_timestamptz(spark_parse_instant(%s, " : "CAST(spark_parse_wall(%s, ", s);
		lower_expr(out, e->args[1]);
		buf_addf(out, zone ? ", %d, current_setting('TimeZone')))" : ", %d) AS ", (int)mode_of(e));
		if (!zone) {
			lower_type(out, to);
			buf_addc(out, ')');
		}
	} else
		lower_cast(out, s, x->type, to, mode_of(e), 0);
	free(s);
}

static void to_moment(struct buf *out, const struct tx *e)
{
	as_moment(out, e, e->type);
}

static void unix_timestamp(struct buf *out, const struct tx *e)
{
	buf_adds(out, "(epoch_us("); /* towards zero, before 1970 as well */
	if (e->args[0]->type->id == SQL_T_TIMESTAMP)
		lower_expr(out, e->args[0]);
	else
		as_moment(out, e, sql_type_of(SQL_T_TIMESTAMP));
	buf_adds(out, ") // 1000000)");
}

static const struct { const char *name, *add, *diff; } UNITS[] = {
	{ "YEAR", "to_months(12 * %s)", "(spark_months_diff(%s, %s) // 12)" },
	{ "QUARTER", "to_months(3 * %s)", "(spark_months_diff(%s, %s) // 3)" },
	{ "MONTH", "to_months(%s)", "spark_months_diff(%s, %s)" },
	{ "WEEK", "to_days(7 * %s)", "(spark_wall_diff(%s, %s) // 604800000000)" },
	{ "DAY", "to_days(%s)", "(spark_wall_diff(%s, %s) // 86400000000)" },
	{ "DAYOFYEAR", "to_days(%s)", "(spark_wall_diff(%s, %s) // 86400000000)" },
	{ "HOUR", "to_microseconds(CAST(%s AS BIGINT) * 3600000000)", "(spark_wall_diff(%s, %s) // 3600000000)" },
	{ "MINUTE", "to_microseconds(CAST(%s AS BIGINT) * 60000000)", "(spark_wall_diff(%s, %s) // 60000000)" },
	{ "SECOND", "to_microseconds(CAST(%s AS BIGINT) * 1000000)", "(spark_wall_diff(%s, %s) // 1000000)" },
	{ "MILLISECOND", "to_microseconds(CAST(%s AS BIGINT) * 1000)", "(spark_wall_diff(%s, %s) // 1000)" },
	{ "MICROSECOND", "to_microseconds(CAST(%s AS BIGINT))", "spark_wall_diff(%s, %s)" },
};

static size_t unit_of(const struct tx *e)
{
	const char *u = tx_const_string(e->args[0]);
	for (size_t i = 0; u && i < sizeof UNITS / sizeof *UNITS; i++)
		if (!strcasecmp(u, UNITS[i].name))
			return i;
	return 0;
}

static void timestampadd(struct buf *out, const struct tx *e)
{
	char *n = lower_sql(e->args[1]);
	buf_addc(out, '(');
	lower_expr(out, e->args[2]);
	buf_adds(out, " + ");
	buf_addf(out, UNITS[unit_of(e)].add, n);
	buf_addc(out, ')');
	free(n);
}

static void timestampdiff(struct buf *out, const struct tx *e)
{
	char *a = lower_sql(e->args[1]), *b = lower_sql(e->args[2]);
	struct buf x = BUF_INIT, y = BUF_INIT;
	lower_wall(&x, a, e->args[1]->type);
	lower_wall(&y, b, e->args[2]->type);
	buf_addf(out, UNITS[unit_of(e)].diff, buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
	free(a);
	free(b);
}

/* Fields that no function of its own gives: seconds with a fraction, ISO parts, parts of an interval. */
static void date_part(struct buf *out, const struct tx *e)
{
	const char *f = tx_const_string(e->args[0]);
	const struct sql_type *t = e->args[1]->type;
	char *x = lower_sql(e->args[1]);
	struct buf wall = BUF_INIT;
	lower_wall(&wall, x, t);
	bool months = t->id == SQL_T_INTERVAL_YM;
	char c = *f | 0x20;
	if (sql_type_ansi_interval(t) && e->type->id != SQL_T_DECIMAL) {
		static const char *const day_time = "CAST(spark_micros(%s) // %s AS INTEGER)";
		if (months && c == 'y')
			buf_addf(out, "CAST(spark_months(%s) // 12 AS INTEGER)", x);
		else if (months)
			buf_addf(out, "CAST(spark_months(%s) %% 12 AS TINYINT)", x);
		else if (c == 'd')
			buf_addf(out, day_time, x, "86400000000");
		else
			buf_addf(out, "CAST(spark_micros(%s) %% %s // %s AS TINYINT)", x,
			         c == 'h' ? "86400000000" : "3600000000", c == 'h' ? "3600000000" : "60000000");
	} else if (sql_type_ansi_interval(t))
		buf_addf(out, "CAST(spark_micros(%s) %% 60000000 / 1000000 AS DECIMAL(8,6))", x);
	else if (e->type->id == SQL_T_DECIMAL)
		buf_addf(out, "CAST(CAST(date_part('microseconds', %s) AS DECIMAL(14,0)) * "
		         "CAST(0.000001 AS DECIMAL(7,6)) AS DECIMAL(8,6))", buf_str(&wall));
	else
		buf_addf(out, "CAST(date_part('%s', %s) AS INTEGER)", c == 'y' ? "isoyear" : "isodow", buf_str(&wall));
	buf_free(&wall);
	free(x);
}

bool lower_date_call(struct buf *out, const struct tx *e)
{
	switch (e->call.fn->special) {
	case SP_DATE_FORMAT: date_format(out, e); return true;
	case SP_FROM_UNIXTIME: from_unixtime(out, e); return true;
	case SP_TO_DATE:
	case SP_TO_TIMESTAMP: to_moment(out, e); return true;
	case SP_UNIX_TIMESTAMP: unix_timestamp(out, e); return true;
	case SP_TIMESTAMPADD: timestampadd(out, e); return true;
	case SP_TIMESTAMPDIFF: timestampdiff(out, e); return true;
	case SP_DATE_PART: date_part(out, e); return true;
	default: return false;
	}
}
