/* Spark's text of an expression. */
#include "core/sql/print.h"

#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/sql/print_parts.h"

const char *sql_op_text(enum sql_op op)
{
	static const char *const texts[] = {
		"-", "+", "~", "NOT", "+", "-", "*", "/", "%", "div", "||", "<<", ">>", ">>>", "&", "^", "|",
		"=", "<=>", "!=", "<", "<=", ">", ">=", "AND", "OR",
	};
	return texts[op];
}

void print_list(struct sql_printer *p, struct sql_expr *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_adds(p->out, i ? ", " : "");
		sql_print_expr(p, list[i]);
	}
}

/* "name(a, b)" */
static void print_as_call(struct sql_printer *p, const char *name, struct sql_expr *const *args, size_t n)
{
	buf_addf(p->out, "%s(", name);
	print_list(p, args, n);
	buf_addc(p->out, ')');
}

/* ---- operators ---- */

static void print_unary(struct sql_printer *p, const struct sql_expr *e)
{
	bool not_op = e->unary.op == SQL_OP_NOT, bare = e->unary.op == SQL_OP_BITNOT;
	buf_addf(p->out, "%s%s%s", bare ? "" : "(", sql_op_text(e->unary.op), bare ? "" : " ");
	sql_print_expr(p, e->unary.arg);
	buf_adds(p->out, bare && !not_op ? "" : ")");
}

static void print_binary(struct sql_printer *p, const struct sql_expr *e)
{
	enum sql_op op = e->binary.op;
	if (op == SQL_OP_CONCAT) {
		print_as_call(p, "concat", (struct sql_expr *[]){e->binary.left, e->binary.right}, 2);
		return;
	}
	buf_adds(p->out, op == SQL_OP_NE ? "(NOT (" : "(");
	sql_print_expr(p, e->binary.left);
	buf_addf(p->out, " %s ", op == SQL_OP_NE ? "=" : sql_op_text(op));
	sql_print_expr(p, e->binary.right);
	buf_adds(p->out, op == SQL_OP_NE ? "))" : ")");
}

static void print_is(struct sql_printer *p, const struct sql_expr *e)
{
	if (e->is.test == SQL_IS_NULL || e->is.test == SQL_IS_UNKNOWN) {
		buf_addc(p->out, '(');
		sql_print_expr(p, e->is.arg);
		buf_adds(p->out, e->is.negated ? " IS NOT NULL)" : " IS NULL)");
		return;
	}
	/* IS DISTINCT FROM is the negation of <=>; IS TRUE is <=> itself */
	bool negated = (e->is.test == SQL_IS_DISTINCT) != e->is.negated;
	buf_adds(p->out, negated ? "(NOT (" : "(");
	sql_print_expr(p, e->is.arg);
	buf_adds(p->out, " <=> ");
	if (e->is.other)
		sql_print_expr(p, e->is.other);
	else
		buf_adds(p->out, e->is.test == SQL_IS_TRUE ? "true" : "false");
	buf_adds(p->out, negated ? "))" : ")");
}

static void print_between(struct sql_printer *p, const struct sql_expr *e)
{
	buf_adds(p->out, e->between.negated ? "(NOT " : "");
	print_as_call(p, "between", (struct sql_expr *[]){e->between.arg, e->between.low, e->between.high}, 3);
	buf_adds(p->out, e->between.negated ? ")" : "");
}

static void print_in(struct sql_printer *p, const struct sql_expr *e)
{
	buf_adds(p->out, e->in.negated ? "(NOT (" : "(");
	sql_print_expr(p, e->in.arg);
	buf_adds(p->out, " IN (");
	if (e->in.query)
		buf_adds(p->out, "listquery()");
	else
		print_list(p, e->in.list, e->in.n_list);
	buf_adds(p->out, e->in.negated ? ")))" : "))");
}

/* LIKE ANY and ALL: Spark's names show the tested value only. */
static void print_like_many(struct sql_printer *p, const struct sql_expr *e)
{
	bool lower = e->like.op == SQL_ILIKE;
	buf_addf(p->out, "%slike%s(%s", e->like.negated ? "not" : "", e->like.quantifier == SQL_QUANT_ANY ? "any" : "all",
	         lower ? "lower(" : "");
	sql_print_expr(p, e->like.arg);
	buf_adds(p->out, lower ? "))" : ")");
}

static void print_like(struct sql_printer *p, const struct sql_expr *e)
{
	if (e->like.quantifier != SQL_QUANT_NONE) {
		print_like_many(p, e);
		return;
	}
	struct sql_expr *args[] = {e->like.arg, e->like.patterns[0]};
	buf_adds(p->out, e->like.negated ? "(NOT " : "");
	if (e->like.op == SQL_LIKE) {
		sql_print_expr(p, args[0]);
		buf_adds(p->out, " LIKE ");
		sql_print_expr(p, args[1]);
		if (e->like.escape && strcmp(e->like.escape, "\\") != 0)
			buf_addf(p->out, " ESCAPE '%s'", e->like.escape);
	} else {
		print_as_call(p, e->like.op == SQL_ILIKE ? "ilike" : "RLIKE", args, 2);
	}
	buf_adds(p->out, e->like.negated ? ")" : "");
}

static void print_case(struct sql_printer *p, const struct sql_expr *e)
{
	buf_adds(p->out, "CASE");
	for (size_t i = 0; i < e->cases.n_whens; i++) {
		buf_adds(p->out, " WHEN ");
		if (e->cases.operand) {
			buf_addc(p->out, '(');
			sql_print_expr(p, e->cases.operand);
			buf_adds(p->out, " = ");
		}
		sql_print_expr(p, e->cases.whens[i].cond);
		buf_adds(p->out, e->cases.operand ? ") THEN " : " THEN ");
		sql_print_expr(p, e->cases.whens[i].value);
	}
	if (e->cases.otherwise) {
		buf_adds(p->out, " ELSE ");
		sql_print_expr(p, e->cases.otherwise);
	}
	buf_adds(p->out, " END");
}

/* A cast to an array, map or struct does not show. */
static void print_cast(struct sql_printer *p, const struct sql_expr *e)
{
	enum sql_type_kind kind = e->cast.type->kind;
	if (kind == SQL_TY_ARRAY || kind == SQL_TY_MAP || kind == SQL_TY_STRUCT) {
		sql_print_expr(p, e->cast.arg);
		return;
	}
	buf_adds(p->out, e->cast.try_cast ? "TRY_CAST(" : "CAST(");
	sql_print_expr(p, e->cast.arg);
	buf_adds(p->out, " AS ");
	sql_print_type(p->out, e->cast.type);
	buf_addc(p->out, ')');
}

/* ---- names ---- */

static bool is_lambda_variable(const struct sql_printer *p, const char *name)
{
	for (int i = p->depth - 1; i >= 0; i--)
		for (size_t j = 0; j < p->lambdas[i]->lambda.n_params; j++)
			if (strcasecmp(p->lambdas[i]->lambda.params[j].name, name) == 0)
				return true;
	return false;
}

static void print_column(struct sql_printer *p, const struct sql_name *name)
{
	if (!is_lambda_variable(p, name->parts[0])) {
		buf_adds(p->out, name->parts[name->n - 1]);
		return;
	}
	buf_adds(p->out, "namedlambdavariable()");
	for (size_t i = 1; i < name->n; i++)
		buf_addf(p->out, ".%s", name->parts[i]);
}

static void print_star(struct sql_printer *p, const struct sql_expr *e)
{
	for (size_t i = 0; i < e->star.target.n; i++)
		buf_addf(p->out, "%s.", e->star.target.parts[i]);
	buf_addc(p->out, '*');
}

static void print_lambda(struct sql_printer *p, const struct sql_expr *e)
{
	bool deep = p->depth >= (int)(sizeof p->lambdas / sizeof *p->lambdas);
	if (!deep)
		p->lambdas[p->depth++] = e;
	buf_adds(p->out, "lambdafunction(");
	sql_print_expr(p, e->lambda.body);
	for (size_t i = 0; i < e->lambda.n_params; i++)
		buf_adds(p->out, ", namedlambdavariable()");
	buf_addc(p->out, ')');
	if (!deep)
		p->depth--;
}

/* The name that a part of (a, b) gives its struct field. */
static void print_field_name(struct sql_printer *p, const struct sql_expr *e, size_t i)
{
	if (e->kind == SQL_EX_ALIAS)
		buf_adds(p->out, e->alias.names[0].name);
	else if (e->kind == SQL_EX_COLUMN)
		buf_adds(p->out, e->column.name.parts[e->column.name.n - 1]);
	else
		buf_addf(p->out, "col%zu", i + 1);
}

static void print_row(struct sql_printer *p, const struct sql_expr *e)
{
	buf_adds(p->out, "named_struct(");
	for (size_t i = 0; i < e->row.n_items; i++) {
		buf_adds(p->out, i ? ", " : "");
		print_field_name(p, e->row.items[i], i);
		buf_adds(p->out, ", ");
		sql_print_expr(p, e->row.items[i]);
	}
	buf_addc(p->out, ')');
}

static void print_alias(struct sql_printer *p, const struct sql_expr *e)
{
	sql_print_expr(p, e->alias.arg);
	buf_adds(p->out, " AS ");
	for (size_t i = 0; i < e->alias.n_names; i++)
		buf_addf(p->out, "%s%s", i ? ", " : "", e->alias.names[i].name);
}

static void print_node(struct sql_printer *p, const struct sql_expr *e)
{
	switch (e->kind) {
	case SQL_EX_LITERAL: print_literal(p->out, &e->lit); break;
	case SQL_EX_COLUMN: print_column(p, &e->column.name); break;
	case SQL_EX_STAR: print_star(p, e); break;
	case SQL_EX_UNARY: print_unary(p, e); break;
	case SQL_EX_BINARY: print_binary(p, e); break;
	case SQL_EX_IS: print_is(p, e); break;
	case SQL_EX_BETWEEN: print_between(p, e); break;
	case SQL_EX_IN: print_in(p, e); break;
	case SQL_EX_LIKE: print_like(p, e); break;
	case SQL_EX_EXISTS: buf_adds(p->out, "exists()"); break;
	case SQL_EX_SUBQUERY: buf_adds(p->out, "scalarsubquery()"); break;
	case SQL_EX_CASE: print_case(p, e); break;
	case SQL_EX_CAST: print_cast(p, e); break;
	case SQL_EX_FUNCTION: print_call(p, e); break;
	case SQL_EX_LAMBDA: print_lambda(p, e); break;
	case SQL_EX_INDEX:
		sql_print_expr(p, e->index.base);
		buf_addc(p->out, '[');
		sql_print_expr(p, e->index.index);
		buf_addc(p->out, ']');
		break;
	case SQL_EX_FIELD:
		sql_print_expr(p, e->field.base);
		buf_addf(p->out, ".%s", e->field.field.name);
		break;
	case SQL_EX_ROW: print_row(p, e); break;
	case SQL_EX_ALIAS: print_alias(p, e); break;
	case SQL_EX_NAMED_ARG: sql_print_expr(p, e->named_arg.value); break;
	case SQL_EX_TABLE_ARG: buf_adds(p->out, "table()"); break;
	}
}

void sql_print_expr(struct sql_printer *p, const struct sql_expr *e)
{
	if (!p->hook || !p->hook(p, e))
		print_node(p, e);
}

const char *sql_column_name(struct arena *a, const struct sql_expr *e, sql_print_hook *hook, void *ctx)
{
	struct buf out = BUF_INIT;
	struct sql_printer p = {.out = &out, .hook = hook, .ctx = ctx};
	/* CAST(column AS …) keeps the column's name */
	const struct sql_expr *named = e->kind == SQL_EX_CAST && e->cast.arg->kind == SQL_EX_COLUMN ? e->cast.arg : e;
	if (named != e && hook && hook(&p, e))
		named = NULL;
	if (named)
		sql_print_expr(&p, named);
	const char *text = arena_strdup(a, buf_str(&out));
	buf_free(&out);
	return text;
}
