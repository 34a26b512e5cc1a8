/* Expressions and types as S-expressions. */
#include "core/sql/dump.h"

#include <string.h>

#include "core/sql/dump_parts.h"
#include "core/sql/print.h"

void dump_text(struct buf *out, const char *s, size_t len)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20)
			buf_addf(out, "\\x%02x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

void dump_name(struct buf *out, const struct sql_name *n)
{
	for (size_t i = 0; i < n->n; i++)
		buf_addf(out, "%s%s", i ? "." : "", n->parts[i]);
}

void dump_exprs(struct buf *out, struct sql_expr *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_addc(out, ' ');
		sql_dump_expr(out, list[i]);
	}
}

void dump_idents(struct buf *out, const struct sql_ident *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s%s", i ? " " : " (", list[i].name, i + 1 == n ? ")" : "");
}

void dump_sorts(struct buf *out, const char *word, const struct sql_sort *list, size_t n)
{
	static const char *const nulls[] = {"", " nulls-first", " nulls-last"};
	if (!n)
		return;
	buf_addf(out, " (%s", word);
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, list[i].desc ? " (desc " : " (asc ");
		if (list[i].expr)
			sql_dump_expr(out, list[i].expr);
		else
			buf_adds(out, "all");
		buf_addf(out, "%s)", nulls[list[i].nulls]);
	}
	buf_addc(out, ')');
}

static void dump_bound(struct buf *out, const struct sql_bound *b)
{
	static const char *const kinds[] = {"unbounded-preceding", "preceding", "current-row", "following",
	                                    "unbounded-following"};
	if (b->offset) {
		buf_addf(out, " (%s ", kinds[b->kind]);
		sql_dump_expr(out, b->offset);
		buf_addc(out, ')');
	} else {
		buf_addf(out, " %s", kinds[b->kind]);
	}
}

void dump_window(struct buf *out, const struct sql_window *w)
{
	if (w->ref) {
		buf_addf(out, "(window %s)", w->ref);
		return;
	}
	buf_adds(out, "(window");
	if (w->n_partition) {
		buf_adds(out, " (partition");
		dump_exprs(out, w->partition, w->n_partition);
		buf_addc(out, ')');
	}
	dump_sorts(out, "order", w->order, w->n_order);
	if (w->has_frame) {
		buf_adds(out, w->range ? " (range" : " (rows");
		dump_bound(out, &w->start);
		dump_bound(out, &w->end);
		buf_addc(out, ')');
	}
	buf_addc(out, ')');
}

/* ---- literals and calls ---- */

static void dump_literal(struct buf *out, const struct sql_literal *l)
{
	static const char *const kinds[] = {"null", "bool", "tinyint", "smallint", "int", "bigint", "decimal", "float",
	                                    "double", "string", "binary", "date", "timestamp", "timestamp_ntz", "time",
	                                    "interval"};
	if (l->kind == SQL_LIT_INT || l->kind == SQL_LIT_NULL || l->kind == SQL_LIT_BOOL) {
		buf_adds(out, l->text);
	} else if (l->kind == SQL_LIT_STRING) {
		dump_text(out, l->text, l->len);
	} else if (l->kind == SQL_LIT_INTERVAL) {
		buf_addc(out, '(');
		sql_print_interval(out, &l->interval);
		buf_addc(out, ')');
	} else if (l->kind == SQL_LIT_DECIMAL) {
		buf_addf(out, "(decimal(%d,%d) %s)", l->precision, l->scale, l->text);
	} else {
		bool number = l->kind <= SQL_LIT_DOUBLE;
		buf_addf(out, "(%s%s ", kinds[l->kind], l->ltz ? "_ltz" : "");
		if (number)
			buf_add(out, l->text, l->len);
		else
			dump_text(out, l->text, l->len);
		buf_addc(out, ')');
	}
}

static void dump_call(struct buf *out, const struct sql_call *c)
{
	static const char *const syntaxes[] = {"", " :extract", " :substring", " :trim", " :position", " :overlay",
	                                       " :date-unit"};
	static const char *const sides[] = {"", " :leading", " :trailing"};
	static const char *const nulls[] = {"", " :ignore-nulls", " :respect-nulls"};
	buf_adds(out, "(call ");
	dump_name(out, &c->name);
	buf_addf(out, "%s%s%s%s", syntaxes[c->syntax], sides[c->trim_side], c->distinct ? " :distinct" : "",
	         nulls[c->nulls]);
	dump_exprs(out, c->args, c->n_args);
	dump_sorts(out, "within", c->within, c->n_within);
	if (c->filter) {
		buf_adds(out, " (filter ");
		sql_dump_expr(out, c->filter);
		buf_addc(out, ')');
	}
	if (c->over) {
		buf_addc(out, ' ');
		dump_window(out, c->over);
	}
	buf_addc(out, ')');
}

/* ---- the other nodes ---- */

static void dump_pair(struct buf *out, const char *word, const struct sql_expr *a, const struct sql_expr *b)
{
	buf_addf(out, "(%s ", word);
	sql_dump_expr(out, a);
	if (b) {
		buf_addc(out, ' ');
		sql_dump_expr(out, b);
	}
	buf_addc(out, ')');
}

static void dump_star(struct buf *out, const struct sql_expr *e)
{
	buf_adds(out, "(star");
	if (e->star.target.n) {
		buf_addc(out, ' ');
		dump_name(out, &e->star.target);
	}
	for (size_t i = 0; i < e->star.n_except; i++) {
		buf_adds(out, i ? " " : " (except ");
		dump_name(out, &e->star.except[i]);
	}
	buf_adds(out, e->star.n_except ? "))" : ")");
}

static void dump_is(struct buf *out, const struct sql_expr *e)
{
	static const char *const tests[] = {"null", "true", "false", "unknown", "distinct"};
	char word[40] = "is-";
	strcat(word, e->is.negated ? "not-" : "");
	dump_pair(out, strcat(word, tests[e->is.test]), e->is.arg, e->is.other);
}

static void dump_in(struct buf *out, const struct sql_expr *e)
{
	buf_adds(out, e->in.negated ? "(not-in " : "(in ");
	sql_dump_expr(out, e->in.arg);
	dump_exprs(out, e->in.list, e->in.n_list);
	if (e->in.query) {
		buf_addc(out, ' ');
		sql_dump_query(out, e->in.query);
	}
	buf_addc(out, ')');
}

static void dump_like(struct buf *out, const struct sql_expr *e)
{
	static const char *const ops[] = {"like", "ilike", "rlike"};
	static const char *const quantifiers[] = {"", "-any", "-all"};
	buf_addf(out, "(%s%s%s ", e->like.negated ? "not-" : "", ops[e->like.op], quantifiers[e->like.quantifier]);
	sql_dump_expr(out, e->like.arg);
	dump_exprs(out, e->like.patterns, e->like.n_patterns);
	if (e->like.escape) {
		buf_adds(out, " :escape ");
		dump_text(out, e->like.escape, strlen(e->like.escape));
	}
	buf_addc(out, ')');
}

static void dump_case(struct buf *out, const struct sql_expr *e)
{
	buf_adds(out, "(case");
	if (e->cases.operand)
		dump_exprs(out, &e->cases.operand, 1);
	for (size_t i = 0; i < e->cases.n_whens; i++) {
		buf_addc(out, ' ');
		dump_pair(out, "when", e->cases.whens[i].cond, e->cases.whens[i].value);
	}
	if (e->cases.otherwise) {
		buf_addc(out, ' ');
		dump_pair(out, "else", e->cases.otherwise, NULL);
	}
	buf_addc(out, ')');
}

static void dump_cast(struct buf *out, const struct sql_expr *e)
{
	buf_adds(out, e->cast.try_cast ? "(try-cast " : "(cast ");
	sql_dump_expr(out, e->cast.arg);
	buf_addc(out, ' ');
	sql_dump_type(out, e->cast.type);
	buf_addc(out, ')');
}

static void dump_subquery(struct buf *out, const char *word, const struct sql_query *q)
{
	buf_addf(out, "(%s ", word);
	sql_dump_query(out, q);
	buf_addc(out, ')');
}

static void dump_list(struct buf *out, const char *word, struct sql_expr *const *list, size_t n)
{
	buf_addf(out, "(%s", word);
	dump_exprs(out, list, n);
	buf_addc(out, ')');
}

static void dump_between(struct buf *out, const struct sql_expr *e)
{
	struct sql_expr *list[] = {e->between.arg, e->between.low, e->between.high};
	dump_list(out, e->between.negated ? "not-between" : "between", list, 3);
}

static void dump_alias(struct buf *out, const struct sql_expr *e)
{
	buf_adds(out, "(as ");
	sql_dump_expr(out, e->alias.arg);
	if (e->alias.n_names == 1)
		buf_addf(out, " %s", e->alias.names[0].name);
	else
		dump_idents(out, e->alias.names, e->alias.n_names);
	buf_addc(out, ')');
}

void sql_dump_expr(struct buf *out, const struct sql_expr *e)
{
	switch (e->kind) {
	case SQL_EX_LITERAL: dump_literal(out, &e->lit); break;
	case SQL_EX_COLUMN: dump_name(out, &e->column.name); break;
	case SQL_EX_STAR: dump_star(out, e); break;
	case SQL_EX_UNARY:
		dump_pair(out, e->unary.op == SQL_OP_NEG ? "neg" : e->unary.op == SQL_OP_PLUS ? "plus"
		          : e->unary.op == SQL_OP_NOT ? "not" : "~", e->unary.arg, NULL);
		break;
	case SQL_EX_BINARY:
		dump_pair(out, e->binary.op == SQL_OP_AND ? "and" : e->binary.op == SQL_OP_OR ? "or"
		          : sql_op_text(e->binary.op), e->binary.left, e->binary.right);
		break;
	case SQL_EX_IS: dump_is(out, e); break;
	case SQL_EX_BETWEEN: dump_between(out, e); break;
	case SQL_EX_IN: dump_in(out, e); break;
	case SQL_EX_LIKE: dump_like(out, e); break;
	case SQL_EX_EXISTS: dump_subquery(out, "exists", e->subquery); break;
	case SQL_EX_SUBQUERY: dump_subquery(out, "scalar", e->subquery); break;
	case SQL_EX_TABLE_ARG: dump_subquery(out, "table", e->subquery); break;
	case SQL_EX_CASE: dump_case(out, e); break;
	case SQL_EX_CAST: dump_cast(out, e); break;
	case SQL_EX_FUNCTION: dump_call(out, &e->call); break;
	case SQL_EX_LAMBDA:
		buf_adds(out, "(lambda");
		dump_idents(out, e->lambda.params, e->lambda.n_params);
		dump_exprs(out, &e->lambda.body, 1);
		buf_addc(out, ')');
		break;
	case SQL_EX_INDEX: dump_pair(out, "index", e->index.base, e->index.index); break;
	case SQL_EX_FIELD:
		buf_adds(out, "(field ");
		sql_dump_expr(out, e->field.base);
		buf_addf(out, " %s)", e->field.field.name);
		break;
	case SQL_EX_ROW: dump_list(out, "row", e->row.items, e->row.n_items); break;
	case SQL_EX_ALIAS: dump_alias(out, e); break;
	case SQL_EX_NAMED_ARG:
		buf_addf(out, "(=> %s", e->named_arg.name.name);
		dump_exprs(out, &e->named_arg.value, 1);
		buf_addc(out, ')');
		break;
	}
}

void sql_dump_type(struct buf *out, const struct sql_type_ast *t)
{
	static const char *const units[] = {"year", "month", "day", "hour", "minute", "second"};
	buf_adds(out, t->name);
	if (t->kind == SQL_TY_DECIMAL)
		buf_addf(out, "(%d,%d)", t->precision, t->scale);
	if (t->kind == SQL_TY_CHAR || t->kind == SQL_TY_VARCHAR)
		buf_addf(out, "(%d)", t->precision);
	if (t->kind == SQL_TY_INTERVAL)
		buf_addf(out, t->from == t->to ? " %s" : " %s to %s", units[t->from], units[t->to]);
	if (t->kind != SQL_TY_ARRAY && t->kind != SQL_TY_MAP && t->kind != SQL_TY_STRUCT)
		return;
	buf_addc(out, '<');
	if (t->key) {
		sql_dump_type(out, t->key);
		buf_addc(out, ',');
	}
	if (t->element)
		sql_dump_type(out, t->element);
	for (size_t i = 0; i < t->n_fields; i++) {
		buf_addf(out, "%s%s:", i ? "," : "", t->fields[i].name);
		sql_dump_type(out, t->fields[i].type);
		buf_adds(out, t->fields[i].not_null ? " not null" : "");
	}
	buf_addc(out, '>');
}
