#include "core/sql/typed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct tx *tx_new(struct arena *a, enum tx_kind kind, const struct sql_type *type, struct sql_pos pos,
                  size_t n_args)
{
	struct tx *e = arena_new_of(a, struct tx);
	e->kind = kind;
	e->type = type;
	e->pos = pos;
	e->n = n_args;
	e->args = n_args ? arena_alloc(a, n_args * sizeof *e->args) : NULL;
	return e;
}

struct tx *tx_column(struct arena *a, const struct col *c, struct sql_pos pos)
{
	struct tx *e = tx_new(a, TX_COLUMN, c->type, pos, 0);
	e->id = c->id;
	e->name = c->name;
	return e;
}

struct tx *tx_string(struct arena *a, const char *s, struct sql_pos pos)
{
	struct tx *e = tx_new(a, TX_LITERAL, sql_type_of(SQL_T_STRING), pos, 0);
	e->lit.kind = SQL_LIT_STRING;
	e->lit.text = arena_strdup(a, s);
	e->lit.len = strlen(s);
	return e;
}

struct tx *tx_int(struct arena *a, int64_t v, enum sql_type_id type, struct sql_pos pos)
{
	struct tx *e = tx_new(a, TX_LITERAL, sql_type_of(type), pos, 0);
	e->lit.kind = type == SQL_T_BIGINT ? SQL_LIT_BIGINT : SQL_LIT_INT;
	e->lit.text = arena_printf(a, "%" PRId64, v);
	e->lit.len = strlen(e->lit.text);
	return e;
}

struct tx *tx_null(struct arena *a, struct sql_pos pos)
{
	struct tx *e = tx_new(a, TX_LITERAL, sql_type_of(SQL_T_VOID), pos, 0);
	e->lit.kind = SQL_LIT_NULL;
	return e;
}

struct tx *tx_bool(struct arena *a, bool v, struct sql_pos pos)
{
	struct tx *e = tx_new(a, TX_LITERAL, sql_type_of(SQL_T_BOOLEAN), pos, 0);
	e->lit.kind = SQL_LIT_BOOL;
	e->lit.b = v;
	return e;
}

bool tx_const_int(const struct tx *e, int64_t *v)
{
	if (e->kind == TX_CAST)
		return sql_type_numeric(e->type) && tx_const_int(e->args[0], v);
	if (e->kind == TX_OP && e->op == SQL_OP_NEG) {
		if (!tx_const_int(e->args[0], v))
			return false;
		*v = -*v;
		return true;
	}
	if (e->kind != TX_LITERAL || e->lit.kind < SQL_LIT_TINYINT || e->lit.kind > SQL_LIT_BIGINT)
		return false;
	errno = 0;
	*v = strtoll(e->lit.text, NULL, 10);
	return errno == 0;
}

const char *tx_const_string(const struct tx *e)
{
	return e->kind == TX_LITERAL && e->lit.kind == SQL_LIT_STRING ? e->lit.text : NULL;
}

bool tx_is_null_literal(const struct tx *e)
{
	while (e->kind == TX_CAST)
		e = e->args[0];
	return e->kind == TX_LITERAL && e->lit.kind == SQL_LIT_NULL;
}

static bool walk_sorts(const struct tx_sort *s, size_t n, tx_visit *visit, void *ctx)
{
	for (size_t i = 0; i < n; i++)
		if (!tx_walk(s[i].expr, visit, ctx))
			return false;
	return true;
}

static bool walk_window(const struct tx_window *w, tx_visit *visit, void *ctx)
{
	for (size_t i = 0; i < w->n_partition; i++)
		if (!tx_walk(w->partition[i], visit, ctx))
			return false;
	return walk_sorts(w->order, w->n_order, visit, ctx);
}

bool tx_walk(const struct tx *e, tx_visit *visit, void *ctx)
{
	if (!visit(ctx, e))
		return false;
	for (size_t i = 0; i < e->n; i++)
		if (e->args[i] && !tx_walk(e->args[i], visit, ctx))
			return false;
	if (e->kind != TX_CALL && e->kind != TX_GENERATOR)
		return true;
	if (e->call.filter && !tx_walk(e->call.filter, visit, ctx))
		return false;
	if (!walk_sorts(e->call.order, e->call.n_order, visit, ctx))
		return false;
	return !e->call.over || walk_window(e->call.over, visit, ctx);
}

struct rewriter {
	struct arena *a;
	tx_map *map;
	void *ctx;
	bool *failed;
};

static struct tx *rewrite(const struct rewriter *r, const struct tx *e);

static struct tx **rewrite_list(const struct rewriter *r, struct tx **list, size_t n)
{
	struct tx **out = n ? arena_alloc(r->a, n * sizeof *out) : NULL;
	for (size_t i = 0; i < n; i++)
		out[i] = rewrite(r, list[i]);
	return out;
}

static struct tx_sort *rewrite_sorts(const struct rewriter *r, const struct tx_sort *s, size_t n)
{
	struct tx_sort *out = n ? arena_alloc(r->a, n * sizeof *out) : NULL;
	for (size_t i = 0; i < n; i++) {
		out[i] = s[i];
		out[i].expr = rewrite(r, s[i].expr);
	}
	return out;
}

static struct tx *rewrite(const struct rewriter *r, const struct tx *e)
{
	if (!e || *r->failed)
		return NULL;
	struct tx *mapped = r->map(r->ctx, e, r->failed);
	if (mapped || *r->failed)
		return mapped;
	struct tx *copy = arena_new_of(r->a, struct tx);
	*copy = *e;
	copy->args = rewrite_list(r, e->args, e->n);
	if (e->kind != TX_CALL && e->kind != TX_GENERATOR)
		return copy;
	copy->call.filter = rewrite(r, e->call.filter);
	copy->call.order = rewrite_sorts(r, e->call.order, e->call.n_order);
	if (e->call.over) {
		struct tx_window *w = arena_new_of(r->a, struct tx_window);
		*w = *e->call.over;
		w->partition = rewrite_list(r, w->partition, w->n_partition);
		w->order = rewrite_sorts(r, w->order, w->n_order);
		copy->call.over = w;
	}
	return copy;
}

struct tx *tx_rewrite(struct arena *a, const struct tx *e, tx_map *map, void *ctx, bool *failed)
{
	struct rewriter r = { a, map, ctx, failed };
	struct tx *out = rewrite(&r, e);
	return *failed ? NULL : out;
}

static bool not_aggregate(void *ctx, const struct tx *e)
{
	(void)ctx;
	return !(e->kind == TX_CALL && e->call.fn->kind == SQL_FN_AGGREGATE && !e->call.over);
}

static bool not_generator(void *ctx, const struct tx *e)
{
	(void)ctx;
	return e->kind != TX_GENERATOR;
}

bool tx_has_aggregate(const struct tx *e)
{
	return !tx_walk(e, not_aggregate, NULL);
}

bool tx_has_generator(const struct tx *e)
{
	return !tx_walk(e, not_generator, NULL);
}

void cols_copy(struct col *to, const struct col *from, size_t n)
{
	if (n)
		memcpy(to, from, n * sizeof *to);
}

struct rel *rel_new(struct arena *a, enum rel_kind kind, struct rel *child, size_t n_cols)
{
	struct rel *r = arena_new_of(a, struct rel);
	r->kind = kind;
	r->child = child;
	r->n_cols = n_cols;
	r->cols = n_cols ? arena_alloc(a, n_cols * sizeof *r->cols) : NULL;
	return r;
}
