/* Functions that take a lambda: the types of its parameters come from the other arguments. */
#include <string.h>

#include "core/sql/coercion.h"
#include "core/sql/resolve_special.h"

struct tx *resolve_lambda(struct resolver *r, const struct scope *s, const struct sql_expr *e,
                          const struct sql_type **types, size_t n, bool counts)
{
	if (e->kind != SQL_EX_LAMBDA)
		return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
		                    "A lambda function is required here.");
	if (e->lambda.n_params > n || e->lambda.n_params == 0)
		return resolve_fail(r, e->pos, "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D",
		                    "A higher order function expects %zu arguments, but got %zu.", n,
		                    e->lambda.n_params);
	struct lambda_scope l = { .outer = s->lambdas, .n = e->lambda.n_params };
	struct scope inner = *s;
	inner.lambdas = &l;
	struct tx *x = tx_new(r->a, TX_LAMBDA, NULL, e->pos, 1);
	for (size_t i = 0; i < 4; i++)
		x->vars[i] = 0;
	for (size_t i = 0; i < l.n; i++) {
		l.param[i].name = e->lambda.params[i].name;
		l.param[i].type = types[i];
		l.param[i].id = x->vars[i] = ++r->next_id;
		if (i == 1 && counts)
			l.param[i].id |= TX_COUNTER;
	}
	if (!(x->args[0] = resolve_expr(r, &inner, e->lambda.body)))
		return NULL;
	x->type = x->args[0]->type;
	return x;
}

struct lambdas {
	struct resolver *r;
	const struct scope *s;
	struct tx *x;
	const struct sql_expr *e;
	bool counts;                  /* the second parameter is the element's place */
};

static bool bind(const struct lambdas *l, size_t i, const struct sql_type **types, size_t n)
{
	if (!l->e || i >= l->e->call.n_args)
		return special_mismatch(l->r, l->x, "a lambda function");
	l->x->args[i] = resolve_lambda(l->r, l->s, l->e->call.args[i], types, n, l->counts);
	return l->x->args[i] != NULL;
}

static bool bind_boolean(const struct lambdas *l, size_t i, const struct sql_type **types, size_t n)
{
	if (!bind(l, i, types, n))
		return false;
	struct tx *body = resolve_implicit(l->r, l->x->args[i]->args[0], sql_type_of(SQL_T_BOOLEAN));
	if (!body)
		return special_mismatch(l->r, l->x, "a lambda function that gives a BOOLEAN");
	l->x->args[i]->args[0] = body;
	return true;
}

static struct tx *over_array(const struct lambdas *l)
{
	const struct sql_type *t[2] = { l->x->args[0]->type->element, sql_type_of(SQL_T_INT) };
	enum sql_special sp = l->x->call.fn->special;
	if (sp == SP_TRANSFORM) {
		if (!bind(l, 1, t, 2))
			return NULL;
		l->x->type = sql_type_array(l->r->a, l->x->args[1]->type);
		return l->x;
	}
	return bind_boolean(l, 1, t, sp == SP_FILTER ? 2 : 1) ? l->x : NULL;
}

/* The accumulator has the start value's type; what merge gives is cast to it. */
static struct tx *aggregate(const struct lambdas *l)
{
	struct tx *x = l->x;
	const struct sql_type *acc = x->args[1]->type, *t[2] = { acc, x->args[0]->type->element };
	if (!bind(l, 2, t, 2))
		return NULL;
	struct tx *merged = x->args[2]->args[0];
	if (!sql_type_equal(merged->type, acc)) {
		merged = resolve_implicit(l->r, merged, acc);
		if (!merged)
			return resolve_fail(l->r, x->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
			                    "The merge function of `aggregate` must give the type of its start "
			                    "value, \"%s\".", sql_type_sql(l->r->a, acc));
		x->args[2]->args[0] = merged;
	}
	x->type = acc;
	if (x->n == 4) {
		if (!bind(l, 3, t, 1))
			return NULL;
		x->type = x->args[3]->type;
	} else if (l->e) {
		struct shown s = { .expr = l->e };
		sql_function_find(l->e->call.name.parts[0], &s.name);
		s.more = arena_alloc(l->r->a, sizeof *s.more);
		s.more[0] = "lambdafunction(namedlambdavariable(), namedlambdavariable())";
		s.n_more = 1;
		shown_set(l->r, s);
	}
	return x;
}

static struct tx *zip_with(const struct lambdas *l)
{
	const struct sql_type *t[2] = { l->x->args[0]->type->element, l->x->args[1]->type->element };
	if (!bind(l, 2, t, 2))
		return NULL;
	l->x->type = sql_type_array(l->r->a, l->x->args[2]->type);
	return l->x;
}

static struct tx *over_map(const struct lambdas *l)
{
	struct tx *x = l->x;
	const struct sql_type *m = x->args[0]->type, *t[2] = { m->key, m->element };
	if (x->call.fn->special == SP_MAP_FILTER)
		return bind_boolean(l, 1, t, 2) ? x : NULL;
	if (!bind(l, 1, t, 2))
		return NULL;
	bool keys = x->call.fn->special == SP_TRANSFORM_KEYS;
	x->type = keys ? sql_type_map(l->r->a, x->args[1]->type, m->element) :
	                 sql_type_map(l->r->a, m->key, x->args[1]->type);
	return x;
}

static struct tx *map_zip_with(const struct lambdas *l)
{
	struct tx *x = l->x;
	const struct sql_type *m = x->args[0]->type, *o = x->args[1]->type;
	const struct sql_type *key = sql_coerce_common(l->r->a, m->key, o->key, l->r->ansi);
	if (!key)
		return special_mismatch(l->r, x, "maps with keys of one type");
	x->args[0] = resolve_cast(l->r, x->args[0], sql_type_map(l->r->a, key, m->element));
	x->args[1] = resolve_cast(l->r, x->args[1], sql_type_map(l->r->a, key, o->element));
	const struct sql_type *t[3] = { key, m->element, o->element };
	if (!bind(l, 2, t, 3))
		return NULL;
	x->type = sql_type_map(l->r->a, key, x->args[2]->type);
	return x;
}

static const char DEFAULT_ORDER[] =
	"lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, "
	"(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, "
	"(IF((namedlambdavariable() < namedlambdavariable()), -1, "
	"(IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), "
	"namedlambdavariable())";

static struct tx *array_sort(const struct lambdas *l)
{
	struct tx *x = l->x;
	if (x->n == 1) {
		if (l->e) {
			struct shown s = { .expr = l->e, .name = "array_sort" };
			s.more = arena_alloc(l->r->a, sizeof *s.more);
			s.more[0] = DEFAULT_ORDER;
			s.n_more = 1;
			shown_set(l->r, s);
		}
		return x;
	}
	const struct sql_type *t[2] = { x->args[0]->type->element, x->args[0]->type->element };
	if (!bind(l, 1, t, 2))
		return NULL;
	struct tx *body = resolve_implicit(l->r, x->args[1]->args[0], sql_type_of(SQL_T_INT));
	if (!body)
		return special_mismatch(l->r, x, "a lambda function that gives an INT");
	x->args[1]->args[0] = body;
	return x;
}

struct tx *special_lambda(struct resolver *r, const struct scope *s, struct tx *x, const struct sql_expr *e,
                          bool *handled)
{
	enum sql_special sp = x->call.fn->special;
	struct lambdas l = { r, s, x, e, sp == SP_TRANSFORM || sp == SP_FILTER };
	*handled = true;
	switch (sp) {
	case SP_TRANSFORM:
	case SP_FILTER:
	case SP_EXISTS:
	case SP_FORALL:
		return over_array(&l);
	case SP_AGGREGATE:
		return aggregate(&l);
	case SP_ZIP_WITH:
		return zip_with(&l);
	case SP_TRANSFORM_KEYS:
	case SP_TRANSFORM_VALUES:
	case SP_MAP_FILTER:
		return over_map(&l);
	case SP_MAP_ZIP_WITH:
		return map_zip_with(&l);
	case SP_ARRAY_SORT:
		return array_sort(&l);
	default:
		*handled = false;
		return NULL;
	}
}
