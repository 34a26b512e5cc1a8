/* PIVOT, UNPIVOT and TABLESAMPLE. */
#include "core/sql/parse.h"

static struct sql_name *parse_name_parens(struct parser *p, size_t *n)
{
	struct sql_name *out;
	VEC(struct sql_name) list = {0};
	expect_op(p, '(');
	do
		vec_push(&list, parse_name(p));
	while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, out, *n);
	return out;
}

/* One name, or several in brackets. */
static struct sql_name *parse_names(struct parser *p, size_t *n)
{
	if (is_op(p, '('))
		return parse_name_parens(p, n);
	struct sql_name *out = arena_new_of(p->arena, struct sql_name);
	*out = parse_name(p);
	*n = 1;
	return out;
}

static const char *parse_value_alias(struct parser *p)
{
	if (take_kw(p, KW_AS) || is_word(p->tok))
		return is_string(p) ? parse_string(p, NULL) : parse_ident(p).name;
	return NULL;
}

static void parse_pivot_values(struct parser *p, struct sql_rel *r)
{
	VEC(struct sql_pivot_value) list = {0};
	expect_op(p, '(');
	do {
		struct sql_pivot_value v = {.value = parse_expr(p)};
		v.alias = parse_value_alias(p);
		vec_push(&list, v);
	} while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, r->pivot.values, r->pivot.n_values);
}

struct sql_rel *parse_pivot(struct parser *p, struct sql_rel *child)
{
	struct sql_rel *r = new_rel(p, SQL_REL_PIVOT, child->pos);
	VEC(struct sql_expr *) list = {0};
	expect_kw(p, KW_PIVOT);
	expect_op(p, '(');
	r->pivot.child = child;
	do
		vec_push(&list, parse_named_expr(p));
	while (take_op(p, ','));
	TAKE_LIST(p, &list, r->pivot.aggregates, r->pivot.n_aggregates);
	expect_kw(p, KW_FOR);
	r->pivot.columns = parse_names(p, &r->pivot.n_columns);
	expect_kw(p, KW_IN);
	parse_pivot_values(p, r);
	expect_op(p, ')');
	if (is_kw(p, KW_AS) || may_alias(p, true))
		r->alias = parse_table_alias(p);
	int height = height_of_list(r->pivot.aggregates, r->pivot.n_aggregates);
	for (size_t i = 0; i < r->pivot.n_values; i++)
		if (height_of(r->pivot.values[i].value) > height)
			height = r->pivot.values[i].value->height;
	return finish_rel(p, r, height > child->height ? height : child->height);
}

static void parse_unpivot_values(struct parser *p, struct sql_rel *r)
{
	VEC(struct sql_unpivot_value) list = {0};
	expect_op(p, '(');
	do {
		struct sql_unpivot_value v = {0};
		struct sql_pos pos = p->tok->pos;
		v.columns = parse_names(p, &v.n_columns);
		if (v.n_columns != r->unpivot.n_value_columns)
			fail_at(p, pos, "UNPIVOT_VALUE_SIZE_MISMATCH", "428C4",
			        "All unpivot value columns must have the same size as there are value column names (%zu).",
			        r->unpivot.n_value_columns);
		v.alias = parse_value_alias(p);
		vec_push(&list, v);
	} while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, r->unpivot.values, r->unpivot.n_values);
}

struct sql_rel *parse_unpivot(struct parser *p, struct sql_rel *child)
{
	struct sql_rel *r = new_rel(p, SQL_REL_UNPIVOT, child->pos);
	expect_kw(p, KW_UNPIVOT);
	r->unpivot.child = child;
	r->unpivot.include_nulls = take_kw2(p, KW_INCLUDE, KW_NULLS);
	if (!r->unpivot.include_nulls)
		take_kw2(p, KW_EXCLUDE, KW_NULLS);
	expect_op(p, '(');
	if (is_op(p, '(')) {
		r->unpivot.value_columns = parse_ident_parens(p, &r->unpivot.n_value_columns);
	} else {
		r->unpivot.value_columns = arena_new_of(p->arena, struct sql_ident);
		r->unpivot.value_columns[0] = parse_ident(p);
		r->unpivot.n_value_columns = 1;
	}
	expect_kw(p, KW_FOR);
	r->unpivot.name_column = parse_ident(p);
	expect_kw(p, KW_IN);
	parse_unpivot_values(p, r);
	expect_op(p, ')');
	r->alias = parse_table_alias(p);
	return finish_rel(p, r, child->height);
}

/* ---- TABLESAMPLE ---- */

static void parse_sample_size(struct parser *p, struct sql_rel *r)
{
	if (take_kw(p, KW_BUCKET)) {
		r->sample.by = SQL_SAMPLE_BUCKET;
		r->sample.bucket = parse_int64(p);
		expect_kw(p, KW_OUT);
		expect_kw(p, KW_OF);
		r->sample.buckets = parse_int64(p);
		if (is_kw(p, KW_ON))
			fail_unsupported(p, p->tok->pos, "TABLESAMPLE (BUCKET … ON …)");
		return;
	}
	struct sql_expr *e = parse_value(p);
	if (take_kw(p, KW_ROWS)) {
		r->sample.by = SQL_SAMPLE_ROWS;
		r->sample.rows = e;
		return;
	}
	r->sample.by = SQL_SAMPLE_PERCENT;
	if (!take_kw(p, KW_PERCENT) || !e || e->kind != SQL_EX_LITERAL || e->lit.kind == SQL_LIT_STRING)
		fail_here(p);
	else
		r->sample.percent = e->lit.text;
}

struct sql_rel *parse_sample(struct parser *p, struct sql_rel *child)
{
	if (!child)
		return NULL;
	struct sql_rel *r = new_rel(p, SQL_REL_SAMPLE, child->pos);
	expect_kw(p, KW_TABLESAMPLE);
	r->sample.child = child;
	expect_op(p, '(');
	parse_sample_size(p, r);
	expect_op(p, ')');
	if (take_kw(p, KW_REPEATABLE)) {
		expect_op(p, '(');
		r->sample.has_seed = true;
		r->sample.seed = parse_int64(p);
		expect_op(p, ')');
	}
	return finish_rel(p, r, child->height > height_of(r->sample.rows) ? child->height : height_of(r->sample.rows));
}
