/* Operators: which types their operands are cast to, and what comes out; casts themselves. */
#include <string.h>

#include "core/sql/coercion.h"
#include "core/sql/print.h"
#include "core/sql/resolve.h"

struct tx *resolve_cast(struct resolver *r, struct tx *e, const struct sql_type *to)
{
	if (!e || sql_type_equal(e->type, to))
		return e;
	if (e->kind == TX_LITERAL && e->lit.kind == SQL_LIT_NULL) {
		struct tx *n = tx_null(r->a, e->pos);
		n->type = to;
		return n;
	}
	struct tx *c = tx_new(r->a, TX_CAST, to, e->pos, 1);
	c->args[0] = e;
	c->mode = r->ansi ? TX_CAST_ANSI : TX_CAST_LEGACY;
	return c;
}

static bool implicit_allowed(const struct sql_type *from, const struct sql_type *to)
{
	if (from->id == SQL_T_VOID)
		return true;
	if (sql_type_numeric(to))
		return sql_type_numeric(from) || from->id == SQL_T_STRING;
	switch (to->id) {
	case SQL_T_STRING:
		return sql_type_atomic(from);
	case SQL_T_BOOLEAN:
	case SQL_T_BINARY:
		return from->id == SQL_T_STRING;
	case SQL_T_DATE:
	case SQL_T_TIMESTAMP:
	case SQL_T_TIMESTAMP_NTZ:
		return from->id == SQL_T_STRING || sql_type_datetime(from);
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		return from->id == to->id;
	case SQL_T_ARRAY:
		return from->id == SQL_T_ARRAY && implicit_allowed(from->element, to->element);
	case SQL_T_MAP:
		return from->id == SQL_T_MAP && implicit_allowed(from->key, to->key) &&
		       implicit_allowed(from->element, to->element);
	default:
		return false;
	}
}

struct tx *resolve_implicit(struct resolver *r, struct tx *e, const struct sql_type *to)
{
	if (sql_type_equal(e->type, to))
		return e;
	return implicit_allowed(e->type, to) ? resolve_cast(r, e, to) : NULL;
}

bool resolve_common(struct resolver *r, struct tx **list, size_t n)
{
	if (n == 0)
		return true;
	const struct sql_type *t = list[0]->type;
	for (size_t i = 1; i < n && t; i++)
		t = sql_coerce_common(r->a, t, list[i]->type, r->ansi);
	for (size_t i = 0; i < n && t; i++)
		list[i] = resolve_cast(r, list[i], t);
	return t != NULL;
}

static struct tx *make_op(struct resolver *r, enum sql_op op, struct tx *left, struct tx *right,
                          const struct sql_type *type, struct sql_pos pos)
{
	struct tx *e = tx_new(r->a, TX_OP, type, pos, right ? 2 : 1);
	e->op = op;
	e->ansi = r->ansi;
	e->args[0] = left;
	if (right)
		e->args[1] = right;
	return e;
}

static struct tx *mismatch(struct resolver *r, enum sql_op op, const struct tx *x, const struct tx *y,
                           struct sql_pos pos)
{
	const char *sub = sql_type_equal(x->type, y->type) ? "BINARY_OP_WRONG_TYPE" : "BINARY_OP_DIFF_TYPES";
	return resolve_fail(r, pos, arena_printf(r->a, "DATATYPE_MISMATCH.%s", sub), "42K09",
	                    "Cannot resolve the operator \"%s\" due to data type mismatch: the left and right "
	                    "operands have incompatible types (\"%s\" and \"%s\").", sql_op_text(op),
	                    sql_type_sql(r->a, x->type), sql_type_sql(r->a, y->type));
}

struct tx *resolve_not(struct resolver *r, struct tx *e)
{
	return make_op(r, SQL_OP_NOT, e, NULL, sql_type_of(SQL_T_BOOLEAN), e->pos);
}

static struct tx *compare(struct resolver *r, enum sql_op op, struct tx *x, struct tx *y, struct sql_pos pos)
{
	bool equality = op == SQL_OP_EQ || op == SQL_OP_NE || op == SQL_OP_NULLSAFE_EQ;
	if (x->type->id == SQL_T_MAP || y->type->id == SQL_T_MAP)
		return resolve_fail(r, pos, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09",
		                    "The operator \"%s\" does not support ordering on type \"%s\".",
		                    sql_op_text(op), sql_type_sql(r->a, x->type));
	const struct sql_type *t = sql_coerce_compare(r->a, x->type, y->type, equality, r->ansi);
	if (!t)
		return mismatch(r, op, x, y, pos);
	return make_op(r, op, resolve_cast(r, x, t), resolve_cast(r, y, t), sql_type_of(SQL_T_BOOLEAN), pos);
}

static struct tx *logic(struct resolver *r, enum sql_op op, struct tx *x, struct tx *y, struct sql_pos pos)
{
	struct tx *l = resolve_implicit(r, x, sql_type_of(SQL_T_BOOLEAN));
	struct tx *o = resolve_implicit(r, y, sql_type_of(SQL_T_BOOLEAN));
	if (!l || !o)
		return mismatch(r, op, x, y, pos);
	return make_op(r, op, l, o, sql_type_of(SQL_T_BOOLEAN), pos);
}

static struct tx *bits(struct resolver *r, enum sql_op op, struct tx *x, struct tx *y, struct sql_pos pos)
{
	struct tx *list[2] = { x, y };
	if (x->type->id == SQL_T_STRING && r->ansi)
		list[0] = resolve_cast(r, x, sql_type_of(SQL_T_BIGINT));
	if (y->type->id == SQL_T_STRING && r->ansi)
		list[1] = resolve_cast(r, y, sql_type_of(SQL_T_BIGINT));
	if (!resolve_common(r, list, 2) || !sql_type_integral(list[0]->type))
		return mismatch(r, op, x, y, pos);
	return make_op(r, op, list[0], list[1], list[0]->type, pos);
}

static void show_form(struct resolver *r, const struct sql_expr *e, char form)
{
	if (e && e->kind == SQL_EX_BINARY)
		shown_set(r, (struct shown){ .expr = e, .form = form });
}

static bool is_days(const struct sql_type *t)
{
	return t->id == SQL_T_INTERVAL_DT && t->from == SQL_UNIT_DAY && t->to == SQL_UNIT_DAY;
}

/* date or timestamp ± interval. */
static struct tx *moved(struct resolver *r, enum sql_op op, struct tx *when, struct tx *by, struct sql_pos pos,
                        const struct sql_expr *e)
{
	if (when->type->id == SQL_T_DATE && is_days(by->type))
		show_form(r, e, op == SQL_OP_SUB ? 'D' : 'd');
	else
		show_form(r, e, 'p');
	if (when->type->id == SQL_T_DATE && by->type->id == SQL_T_INTERVAL_DT && !is_days(by->type))
		when = resolve_cast(r, when, sql_type_of(SQL_T_TIMESTAMP));
	return make_op(r, op, when, by, when->type, pos);
}

static struct tx *date_days(struct resolver *r, enum sql_op op, struct tx *date, struct tx *days,
                            struct sql_pos pos, const struct sql_expr *e)
{
	show_form(r, e, op == SQL_OP_SUB ? 's' : 'a');
	return make_op(r, op, date, resolve_cast(r, days, sql_type_of(SQL_T_INT)), date->type, pos);
}

static bool small_int(const struct sql_type *t)
{
	return t->id >= SQL_T_TINYINT && t->id <= SQL_T_INT;
}

static bool interval(const struct sql_type *t)
{
	return sql_type_ansi_interval(t) || t->id == SQL_T_INTERVAL;
}

static struct tx *difference(struct resolver *r, struct tx *x, struct tx *y, struct sql_pos pos)
{
	bool dates = (x->type->id == SQL_T_DATE || x->type->id == SQL_T_STRING || x->type->id == SQL_T_VOID) &&
	             (y->type->id == SQL_T_DATE || y->type->id == SQL_T_STRING || y->type->id == SQL_T_VOID);
	if (dates) {
		x = resolve_implicit(r, x, sql_type_of(SQL_T_DATE));
		y = resolve_implicit(r, y, sql_type_of(SQL_T_DATE));
		return make_op(r, SQL_OP_SUB, x, y, sql_type_interval(r->a, SQL_UNIT_DAY, SQL_UNIT_DAY), pos);
	}
	bool wall = x->type->id == SQL_T_TIMESTAMP_NTZ && y->type->id == SQL_T_TIMESTAMP_NTZ;
	const struct sql_type *t = sql_type_of(wall ? SQL_T_TIMESTAMP_NTZ : SQL_T_TIMESTAMP);
	x = resolve_implicit(r, x, t);
	y = resolve_implicit(r, y, t);
	if (!x || !y)
		return NULL;
	return make_op(r, SQL_OP_SUB, x, y, sql_type_of(SQL_T_INTERVAL_DT), pos);
}

/* + and - where a date, timestamp or interval takes part; NULL without an error: not one of these. */
static struct tx *calendar_sum(struct resolver *r, enum sql_op op, struct tx *x, struct tx *y, struct sql_pos pos,
                               const struct sql_expr *e)
{
	const struct sql_type *a = x->type, *b = y->type;
	if (sql_type_datetime(a) && b->id == SQL_T_VOID && op == SQL_OP_ADD)
		return resolve_cast(r, tx_null(r->a, pos), a->id == SQL_T_DATE ? sql_type_of(SQL_T_TIMESTAMP) : a);
	if (sql_type_datetime(b) && a->id == SQL_T_VOID && op == SQL_OP_ADD)
		return resolve_cast(r, tx_null(r->a, pos), b->id == SQL_T_DATE ? sql_type_of(SQL_T_TIMESTAMP) : b);
	if (a->id == SQL_T_DATE && small_int(b))
		return date_days(r, op, x, y, pos, e);
	if (b->id == SQL_T_DATE && small_int(a) && op == SQL_OP_ADD)
		return date_days(r, op, y, x, pos, e);
	if (sql_type_datetime(a) && interval(b))
		return moved(r, op, x, y, pos, e);
	if (sql_type_datetime(b) && interval(a) && op == SQL_OP_ADD)
		return moved(r, op, y, x, pos, e);
	if (a->id == SQL_T_STRING && interval(b))
		return resolve_cast(r, moved(r, op, resolve_cast(r, x, sql_type_of(SQL_T_TIMESTAMP)), y, pos, e), a);
	if (b->id == SQL_T_STRING && interval(a) && op == SQL_OP_ADD)
		return resolve_cast(r, moved(r, op, resolve_cast(r, y, sql_type_of(SQL_T_TIMESTAMP)), x, pos, e), b);
	if (op == SQL_OP_SUB && (sql_type_datetime(a) || sql_type_datetime(b)))
		return difference(r, x, y, pos);
	if (interval(a) || interval(b)) {
		const struct sql_type *t = sql_coerce_common(r->a, a, b, r->ansi);
		if (t && interval(t))
			return make_op(r, op, resolve_cast(r, x, t), resolve_cast(r, y, t), t, pos);
	}
	return NULL;
}

/* interval * number, number * interval, interval / number. */
static struct tx *interval_scale(struct resolver *r, enum sql_op op, struct tx *x, struct tx *y,
                                 struct sql_pos pos)
{
	struct tx *i = sql_type_ansi_interval(x->type) ? x : y, *n = i == x ? y : x;
	if (!sql_type_ansi_interval(i->type) || (op == SQL_OP_DIV && i != x) ||
	    (op != SQL_OP_MUL && op != SQL_OP_DIV))
		return NULL;
	if (!sql_type_numeric(n->type) && n->type->id != SQL_T_STRING && n->type->id != SQL_T_VOID)
		return NULL;
	n = resolve_cast(r, n, sql_type_of(SQL_T_DOUBLE));
	return make_op(r, op, i, n, sql_type_of(i->type->id), pos);
}

/* Beside a decimal an integer literal counts with the digits it has, not with those of its type. */
static struct tx *own_digits(struct resolver *r, struct tx *e, const struct tx *other)
{
	if (other->type->id != SQL_T_DECIMAL || e->kind != TX_LITERAL || !sql_type_integral(e->type))
		return e;
	const char *digits = e->lit.text + (*e->lit.text == '-');
	return resolve_cast(r, e, sql_type_decimal(r->a, (int)strlen(digits), 0));
}

static struct tx *arithmetic(struct resolver *r, enum sql_op op, struct tx *x, struct tx *y, struct sql_pos pos,
                             const struct sql_expr *e)
{
	struct sql_arith t;
	struct tx *out = NULL;
	int before = r->err->code;
	if (op == SQL_OP_ADD || op == SQL_OP_SUB)
		out = calendar_sum(r, op, x, y, pos, e);
	if (!out && r->err->code == before)
		out = interval_scale(r, op, x, y, pos);
	if (!out && op == SQL_OP_INTDIV && interval(x->type) && x->type->id == y->type->id)
		out = make_op(r, op, x, y, sql_type_of(SQL_T_BIGINT), pos);
	if (out || r->err->code != before)
		return out;
	x = own_digits(r, x, y);
	y = own_digits(r, y, x);
	if (!sql_coerce_arith(r->a, op, x->type, y->type, r->ansi, &t))
		return mismatch(r, op, x, y, pos);
	return make_op(r, op, resolve_cast(r, x, t.left), resolve_cast(r, y, t.right), t.result, pos);
}

struct tx *resolve_op(struct resolver *r, enum sql_op op, struct tx *left, struct tx *right, struct sql_pos pos,
                      const struct sql_expr *e)
{
	struct tx *args[2] = { left, right };
	switch (op) {
	case SQL_OP_ADD:
	case SQL_OP_SUB:
	case SQL_OP_MUL:
	case SQL_OP_DIV:
	case SQL_OP_MOD:
	case SQL_OP_INTDIV:
		return arithmetic(r, op, left, right, pos, e);
	case SQL_OP_CONCAT:
		return resolve_named_call(r, "concat", args, 2, pos);
	case SQL_OP_SHL:
		return resolve_named_call(r, "shiftleft", args, 2, pos);
	case SQL_OP_SHR:
		return resolve_named_call(r, "shiftright", args, 2, pos);
	case SQL_OP_USHR:
		return resolve_named_call(r, "shiftrightunsigned", args, 2, pos);
	case SQL_OP_BITAND:
	case SQL_OP_BITOR:
	case SQL_OP_BITXOR:
		return bits(r, op, left, right, pos);
	case SQL_OP_AND:
	case SQL_OP_OR:
		return logic(r, op, left, right, pos);
	default:
		return compare(r, op, left, right, pos);
	}
}
