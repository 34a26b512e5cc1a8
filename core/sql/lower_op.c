/* Operators. Integers overflow with an error as in the kernel itself, or wrap when ANSI is off; decimals
 * take the precision and scale that Spark gives; intervals are months or microseconds. */
#include <stdlib.h>
#include <string.h>

#include "core/sql/lower.h"
#include "core/sql/print.h"
#include "core/sql/quote.h"

static void infix(struct buf *out, const char *x, const char *op, const char *y)
{
	buf_addf(out, "(%s %s %s)", x, op, y);
}

static void as_type(struct buf *out, const struct sql_type *t)
{
	buf_adds(out, " AS ");
	lower_type(out, t);
	buf_addc(out, ')');
}

static void add_cast(struct buf *out, const char *x, const struct sql_type *t)
{
	buf_addf(out, "CAST(%s", x);
	as_type(out, t);
}

/* ---- integers ---- */

static void wrapped(struct buf *out, const struct tx *e, const char *x, const char *op, const char *y)
{
	static const struct { enum sql_type_id id; const char *wide, *half, *mask; } W[] = {
		{ SQL_T_TINYINT, "INTEGER", "128", "255" },
		{ SQL_T_SMALLINT, "INTEGER", "32768", "65535" },
		{ SQL_T_INT, "BIGINT", "2147483648", "4294967295" },
		{ SQL_T_BIGINT, "HUGEINT", "9223372036854775808", "18446744073709551615" },
	};
	for (size_t i = 0; i < sizeof W / sizeof *W; i++)
		if (W[i].id == e->type->id) {
			buf_addf(out, "CAST(((CAST(%s AS %s) %s CAST(%s AS %s) + %s) & %s) - %s", x, W[i].wide, op, y,
			         W[i].wide, W[i].half, W[i].mask, W[i].half);
			as_type(out, e->type);
		}
}

static bool nonzero_literal(const struct tx *e)
{
	int64_t v;
	if (tx_const_int(e, &v))
		return v != 0;
	while (e->kind == TX_CAST)
		e = e->args[0];
	return e->kind == TX_LITERAL && e->lit.text && (e->lit.kind == SQL_LIT_DOUBLE || e->lit.kind == SQL_LIT_DECIMAL) &&
	       strtod(e->lit.text, NULL) != 0;
}

/* The divisor y: an error or NULL when it is zero. */
static char *divisor(const struct tx *e, char *y, const char *check, const struct sql_type *t)
{
	if (nonzero_literal(e->args[1]))
		return y;
	struct buf b = BUF_INIT;
	if (e->ansi)
		buf_addf(&b, "%s_%s(%s)", check, t->id == SQL_T_DOUBLE || t->id == SQL_T_FLOAT ? "f" : "i", y);
	else
		buf_addf(&b, "nullif(%s, 0)", y);
	free(y);
	return buf_steal(&b);
}

static void integer_op(struct buf *out, const struct tx *e, const char *x, char **y)
{
	static const char *const names[] = { [SQL_OP_ADD] = "+", [SQL_OP_SUB] = "-", [SQL_OP_MUL] = "*" };
	if (e->op == SQL_OP_MOD || e->op == SQL_OP_INTDIV) {
		*y = divisor(e, *y, e->op == SQL_OP_MOD ? "spark_rem" : "spark_div", e->type);
		struct buf b = BUF_INIT;
		infix(&b, x, e->op == SQL_OP_MOD ? "%" : "//", *y);
		add_cast(out, buf_str(&b), e->type);
		buf_free(&b);
	} else if (e->ansi)
		infix(out, x, names[e->op], *y);
	else
		wrapped(out, e, x, names[e->op], *y);
}

static void float_op(struct buf *out, const struct tx *e, const char *x, char **y)
{
	if (e->op == SQL_OP_DIV)
		*y = divisor(e, *y, "spark_div", e->type);
	if (e->op == SQL_OP_MOD)
		*y = divisor(e, *y, "spark_rem", e->type);
	bool single = e->type->id == SQL_T_FLOAT && (e->op == SQL_OP_DIV || e->op == SQL_OP_MOD);
	buf_adds(out, single ? "CAST(" : "");
	infix(out, x, sql_op_text(e->op), *y);
	buf_adds(out, single ? " AS FLOAT)" : "");
}

/* ---- decimals ---- */

static void decimal_call(struct buf *out, const struct tx *e, const char *name, const char *x, const char *y)
{
	buf_addf(out, "%s(spark_dec_%s_%d(%s, %s, %s)", e->ansi ? "CAST" : "TRY_CAST", name, e->type->scale, x, y,
	         e->ansi ? "FALSE" : "TRUE");
	as_type(out, e->type);
}

static void decimal_sum(struct buf *out, const struct tx *e, const char *x, const char *y)
{
	buf_addf(out, "%s(", e->ansi ? "CAST" : "TRY_CAST");
	buf_addc(out, '(');
	add_cast(out, x, e->type);
	buf_addf(out, " %c ", e->op == SQL_OP_ADD ? '+' : '-');
	add_cast(out, y, e->type);
	buf_addc(out, ')');
	as_type(out, e->type);
}

static void decimal_product(struct buf *out, const struct tx *e, const char *x, const char *y)
{
	const struct sql_type *a = e->args[0]->type, *b = e->args[1]->type;
	if (a->precision + b->precision > 38 || a->scale + b->scale != e->type->scale) {
		decimal_call(out, e, "mul", x, y);
		return;
	}
	buf_addf(out, "%s(CAST(%s AS DECIMAL(38,%d)) * %s", e->ansi ? "CAST" : "TRY_CAST", x, a->scale, y);
	as_type(out, e->type);
}

static void decimal_op(struct buf *out, const struct tx *e, const char *x, const char *y)
{
	switch (e->op) {
	case SQL_OP_ADD:
	case SQL_OP_SUB:
		decimal_sum(out, e, x, y);
		return;
	case SQL_OP_MUL:
		decimal_product(out, e, x, y);
		return;
	case SQL_OP_DIV:
		decimal_call(out, e, "div", x, y);
		return;
	case SQL_OP_MOD:
		decimal_call(out, e, "mod", x, y);
		return;
	default:
		buf_addf(out, "spark_dec_intdiv(%s, %s, %s)", x, y, e->ansi ? "FALSE" : "TRUE");
	}
}

/* ---- dates and intervals ---- */

static bool interval(const struct sql_type *t)
{
	return sql_type_ansi_interval(t) || t->id == SQL_T_INTERVAL;
}

static void scaled(struct buf *out, const struct tx *e, const char *x, char **y)
{
	bool months = e->type->id == SQL_T_INTERVAL_YM;
	if (e->op == SQL_OP_DIV)
		*y = divisor(e, *y, "spark_div", sql_type_of(SQL_T_DOUBLE));
	buf_addf(out, months ? "to_months(CAST(round(spark_months(%s) %c %s) AS INTEGER))" :
	                       "to_microseconds(CAST(round(spark_micros(%s) %c %s) AS BIGINT))",
	         x, e->op == SQL_OP_MUL ? '*' : '/', *y);
}

static void difference(struct buf *out, const struct tx *e, const char *x, const char *y)
{
	if (e->args[0]->type->id == SQL_T_DATE)
		buf_addf(out, "to_microseconds(CAST(%s - %s AS BIGINT) * 86400000000)", x, y);
	else
		buf_addf(out, "to_microseconds(epoch_us(%s) - epoch_us(%s))", x, y);
}

/* Anything with a date, timestamp or interval in it; false: not this. */
static bool calendar_op(struct buf *out, const struct tx *e, const char *x, char **y)
{
	const struct sql_type *a = e->args[0]->type, *b = e->args[1]->type;
	if (interval(a) && !interval(b) && !sql_type_datetime(b)) {
		scaled(out, e, x, y);
		return true;
	}
	if (interval(a) && interval(b) && e->op == SQL_OP_INTDIV) {
		const char *f = a->id == SQL_T_INTERVAL_YM ? "spark_months" : "spark_micros";
		buf_addf(out, "(CAST(%s(%s) AS BIGINT) // spark_div_i(CAST(%s(%s) AS BIGINT)))", f, x, f, *y);
		return true;
	}
	if (sql_type_datetime(a) && sql_type_datetime(b)) {
		difference(out, e, x, *y);
		return true;
	}
	if (a->id == SQL_T_DATE && interval(b)) {
		buf_addf(out, "CAST(%s %c %s AS DATE)", x, e->op == SQL_OP_ADD ? '+' : '-', *y);
		return true;
	}
	if (!sql_type_datetime(a) && !interval(a))
		return false;
	infix(out, x, e->op == SQL_OP_ADD ? "+" : "-", *y);
	return true;
}

static void arithmetic(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]), *y = lower_sql(e->args[1]);
	if (!calendar_op(out, e, x, &y)) {
		if (e->args[0]->type->id == SQL_T_DECIMAL)
			decimal_op(out, e, x, y);
		else if (sql_type_integral(e->type))
			integer_op(out, e, x, &y);
		else
			float_op(out, e, x, &y);
	}
	free(x);
	free(y);
}

static void unary(struct buf *out, const struct tx *e)
{
	char *x = lower_sql(e->args[0]);
	if (e->op == SQL_OP_NOT)
		buf_addf(out, "(NOT %s)", x);
	else if (e->op == SQL_OP_BITNOT)
		buf_addf(out, "(~%s)", x);
	else if (!e->ansi && sql_type_integral(e->type)) {
		struct buf zero = BUF_INIT;
		add_cast(&zero, "0", e->type);
		wrapped(out, e, buf_str(&zero), "-", x);
		buf_free(&zero);
	} else
		buf_addf(out, "(-%s)", x);
	free(x);
}

void lower_op(struct buf *out, const struct tx *e)
{
	static const char *const names[] = {
		[SQL_OP_BITAND] = "&", [SQL_OP_BITOR] = "|", [SQL_OP_EQ] = "=", [SQL_OP_NE] = "<>",
		[SQL_OP_LT] = "<", [SQL_OP_LE] = "<=", [SQL_OP_GT] = ">", [SQL_OP_GE] = ">=",
		[SQL_OP_AND] = "AND", [SQL_OP_OR] = "OR", [SQL_OP_NULLSAFE_EQ] = "IS NOT DISTINCT FROM",
	};
	if (e->n == 1) {
		unary(out, e);
		return;
	}
	if (e->op == SQL_OP_BITXOR) {
		buf_adds(out, "xor(");
		lower_expr(out, e->args[0]);
		buf_adds(out, ", ");
		lower_expr(out, e->args[1]);
		buf_addc(out, ')');
		return;
	}
	if (e->op >= SQL_OP_ADD && e->op <= SQL_OP_INTDIV) {
		arithmetic(out, e);
		return;
	}
	buf_addc(out, '(');
	lower_expr(out, e->args[0]);
	buf_addf(out, " %s ", names[e->op]);
	lower_expr(out, e->args[1]);
	buf_addc(out, ')');
}
