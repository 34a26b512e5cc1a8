/* Calls: find the row of the function table, bring the arguments to what it says, decide the type. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/resolve.h"

struct calling {
	struct resolver *r;
	const struct scope *scope;
	const struct sql_function *fn;
	const char *name;             /* as it is printed */
	struct sql_pos pos;
	struct tx **args;
	size_t n;
};

static struct tx *bad_type(const struct calling *c, size_t i, const char *wanted)
{
	return resolve_fail(c->r, c->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
	                    "Cannot resolve \"%s\" due to data type mismatch: parameter %zu requires the %s type, "
	                    "however it has the type \"%s\".", c->fn->name, i + 1, wanted,
	                    sql_type_sql(c->r->a, c->args[i]->type));
}

/* One word of the argument pattern, without its suffix. */
struct word {
	char text[64];
	const char *dflt;             /* of "=text"; points into the row */
	size_t n_dflt;
	bool optional, repeats;
};

static const char *next_word(const char *p, struct word *w)
{
	memset(w, 0, sizeof *w);
	size_t n = strcspn(p, " "), k = n;
	const char *eq = memchr(p, '=', n);
	if (eq) {
		w->dflt = eq + 1;
		w->n_dflt = n - (size_t)(eq + 1 - p);
		w->optional = true;
		k = (size_t)(eq - p);
	} else if (n > 3 && !strncmp(p + n - 3, "...", 3)) {
		w->repeats = true;
		k = n - 3;
	} else if (p[n - 1] == '?') {
		w->optional = true;
		k = n - 1;
	}
	memcpy(w->text, p, k);
	return p + n + strspn(p + n, " ");
}

static struct tx *default_value(const struct calling *c, const struct word *w, const char **shown)
{
	struct arena *a = c->r->a;
	char *text = arena_strndup(a, w->dflt, w->n_dflt);
	for (char *p = text; *p; p++)
		if (*p == '_')
			*p = ' ';
	*shown = text;
	if (!strcmp(text, "NULL"))
		return tx_null(a, c->pos);
	if (!strcmp(text, "now")) {
		*shown = "current_timestamp()";
		return resolve_named_call(c->r, "current_timestamp", NULL, 0, c->pos);
	}
	if (!strcmp(w->text, "boolean"))
		return tx_bool(a, !strcmp(text, "true"), c->pos);
	if (!strncmp(w->text, "decimal", 7)) {
		struct tx *e = tx_int(a, 0, SQL_T_INT, c->pos);
		return resolve_cast(c->r, e, sql_type_parse(a, w->text));
	}
	bool number = *text && (isdigit((unsigned char)*text) || (*text == '-' && text[1]));
	if (number && strcmp(w->text, "string"))
		return tx_int(a, atoll(text), !strcmp(w->text, "bigint") ? SQL_T_BIGINT : SQL_T_INT, c->pos);
	return tx_string(a, text, c->pos);
}

static bool to_number(const struct calling *c, size_t i, bool integral)
{
	struct tx *e = c->args[i];
	if (integral ? sql_type_integral(e->type) : sql_type_numeric(e->type))
		return true;
	if (e->type->id == SQL_T_STRING || e->type->id == SQL_T_VOID) {
		bool wide = e->type->id == SQL_T_STRING;
		c->args[i] = resolve_cast(c->r, e, sql_type_of(!integral ? SQL_T_DOUBLE : wide ? SQL_T_BIGINT : SQL_T_INT));
		return true;
	}
	if (!integral && sql_type_ansi_interval(e->type) &&
	    (c->fn->special == SP_SUM || c->fn->special == SP_AVG || c->fn->special == SP_TRY_SUM ||
	     c->fn->special == SP_TRY_AVG || c->fn->special == SP_NEGATIVE || c->fn->special == SP_POSITIVE ||
	     c->fn->special == SP_ABS))
		return true;
	bad_type(c, i, integral ? "\"INTEGRAL\"" : "\"NUMERIC\"");
	return false;
}

static bool to_type(const struct calling *c, size_t i, const struct sql_type *t)
{
	struct tx *e = resolve_implicit(c->r, c->args[i], t);
	if (!e) {
		bad_type(c, i, arena_printf(c->r->a, "\"%s\"", sql_type_sql(c->r->a, t)));
		return false;
	}
	c->args[i] = e;
	return true;
}

/* Argument i is an element (or array) that meets the first argument's elements. */
static bool to_element(const struct calling *c, size_t i, bool whole)
{
	const struct sql_type *first = c->args[0]->type, *t;
	if (first->id != SQL_T_ARRAY || (whole && c->args[i]->type->id != SQL_T_ARRAY)) {
		bad_type(c, first->id != SQL_T_ARRAY ? 0 : i, "\"ARRAY\"");
		return false;
	}
	const struct sql_type *other = whole ? c->args[i]->type->element : c->args[i]->type;
	if (!(t = sql_coerce_common(c->r->a, first->element, other, c->r->ansi))) {
		resolve_fail(c->r, c->pos, "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", "42K09",
		             "Input to `%s` should have been \"ARRAY\" followed by a value with same element type, "
		             "but it's [\"%s\", \"%s\"].", c->fn->name, sql_type_sql(c->r->a, first),
		             sql_type_sql(c->r->a, c->args[i]->type));
		return false;
	}
	const struct sql_type *list = sql_type_array(c->r->a, t);
	c->args[0] = resolve_cast(c->r, c->args[0], list);
	c->args[i] = resolve_cast(c->r, c->args[i], whole ? list : t);
	return true;
}

static bool to_nested(const struct calling *c, size_t i, enum sql_type_id id, const char *name)
{
	if (c->args[i]->type->id == id)
		return true;
	bad_type(c, i, name);
	return false;
}

/* "ts": timestamps of either kind stay; "dt": dates too. */
static bool to_clock(const struct calling *c, size_t i, bool dates)
{
	const struct sql_type *t = c->args[i]->type;
	if (t->id == SQL_T_TIMESTAMP || t->id == SQL_T_TIMESTAMP_NTZ || (dates && t->id == SQL_T_DATE))
		return true;
	return to_type(c, i, sql_type_of(SQL_T_TIMESTAMP));
}

static bool coerce_arg(const struct calling *c, size_t i, const struct word *w)
{
	const char *t = w->text;
	if (!strcmp(t, "any") || !strcmp(t, "same") || !strncmp(t, "fn", 2) || c->args[i]->kind == TX_LAMBDA)
		return true;
	if (!strcmp(t, "numi") && c->args[i]->type->id == SQL_T_VOID)
		return to_type(c, i, sql_type_of(SQL_T_INT));
	if (!strcmp(t, "num") || !strcmp(t, "numi") || !strcmp(t, "intg"))
		return to_number(c, i, *t == 'i');
	if (!strcmp(t, "strbin"))
		return c->args[i]->type->id == SQL_T_BINARY || to_type(c, i, sql_type_of(SQL_T_STRING));
	if (!strcmp(t, "ts") || !strcmp(t, "dt"))
		return to_clock(c, i, *t == 'd');
	if (!strcmp(t, "array"))
		return to_nested(c, i, SQL_T_ARRAY, "\"ARRAY\"");
	if (!strcmp(t, "map"))
		return to_nested(c, i, SQL_T_MAP, "\"MAP\"");
	if (!strcmp(t, "struct"))
		return to_nested(c, i, SQL_T_STRUCT, "\"STRUCT\"");
	if (!strcmp(t, "elem") || !strcmp(t, "elems"))
		return to_element(c, i, t[4] == 's');
	if (!strcmp(t, "elemof")) {
		struct tx *pair[2] = { c->args[0], c->args[i] };
		bool ok = resolve_common(c->r, pair, 2);
		c->args[0] = pair[0];
		c->args[i] = pair[1];
		return ok || bad_type(c, i, "input's");
	}
	if (!strcmp(t, "key"))
		return to_type(c, i, c->args[0]->type->key);
	return to_type(c, i, sql_type_parse(c->r->a, t));
}

static bool coerce_same(const struct calling *c, const bool *same)
{
	struct tx **list = arena_alloc(c->r->a, (c->n + 1) * sizeof *list);
	size_t k = 0;
	for (size_t i = 0; i < c->n; i++)
		if (same[i])
			list[k++] = c->args[i];
	if (!resolve_common(c->r, list, k))
		return resolve_fail(c->r, c->pos, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
		                    "Cannot resolve \"%s\" due to data type mismatch: input should all be the same "
		                    "type.", c->name);
	k = 0;
	for (size_t i = 0; i < c->n; i++)
		if (same[i])
			c->args[i] = list[k++];
	return true;
}

static bool arity(const struct calling *c)
{
	int min, max;
	sql_function_arity(c->fn, &min, &max);
	if ((int)c->n >= min && (max < 0 || (int)c->n <= max))
		return true;
	const char *wanted = max < 0 ? arena_printf(c->r->a, "> %d", min - 1) :
	                     min == max ? arena_printf(c->r->a, "%d", min) :
	                     arena_printf(c->r->a, "[%d, %d]", min, max);
	return resolve_fail(c->r, c->pos, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
	                    "The `%s` requires %s parameters but the actual number is %zu.", c->name, wanted, c->n);
}

/* Cast what is there, add the defaults of what is not. */
static bool coerce_args(struct calling *c, struct shown *shown)
{
	struct word w = { 0 };
	const char *p = c->fn->args;
	bool *same = arena_alloc(c->r->a, (c->n + 8) * sizeof *same);
	struct tx **args = arena_alloc(c->r->a, (c->n + 8) * sizeof *args);
	if (c->n)
		memcpy(args, c->args, c->n * sizeof *args);
	c->args = args;
	size_t given = c->n;
	shown->more = arena_alloc(c->r->a, 8 * sizeof *shown->more);
	for (size_t i = 0; *p || (w.repeats && i < given); i++) {
		if (*p)
			p = next_word(p, &w);
		if (i >= given) {
			if (!w.dflt)
				break;
			args[i] = default_value(c, &w, &shown->more[shown->n_more++]);
			c->n = i + 1;
		}
		same[i] = !strcmp(w.text, "same");
		if (!coerce_arg(c, i, &w))
			return false;
	}
	return coerce_same(c, same);
}

/* "$2", "$1.e", "array<$1>", or a plain type. */
static const struct sql_type *result_type(const struct calling *c)
{
	const char *s = c->fn->result;
	const char *d = strchr(s, '$');
	if (!d)
		return sql_type_parse(c->r->a, s);
	size_t i = (size_t)(d[1] - '1');
	const struct sql_type *t = i < c->n ? c->args[i]->type : sql_type_of(SQL_T_VOID);
	if (d[2] == '.' && (t->id == SQL_T_ARRAY || t->id == SQL_T_MAP))
		t = d[3] == 'k' ? t->key : t->element;
	return *s == 'a' ? sql_type_array(c->r->a, t) : t;
}

static struct tx *make_call(struct calling *c, const struct sql_expr *e, struct shown *shown)
{
	struct resolver *r = c->r;
	if (!arity(c) || !coerce_args(c, shown))
		return NULL;
	struct tx *x = tx_new(r->a, c->fn->kind == SQL_FN_GENERATOR ? TX_GENERATOR : TX_CALL, NULL, c->pos, 0);
	x->args = c->args;
	x->n = c->n;
	x->call.fn = c->fn;
	x->call.ansi = r->ansi;
	if (*c->fn->result != '!')
		x->type = result_type(c);
	return c->fn->special == SP_NONE ? x : resolve_special(r, c->scope, x, e);
}

struct tx *resolve_named_call(struct resolver *r, const char *name, struct tx **args, size_t n,
                              struct sql_pos pos)
{
	struct shown shown = { 0 };
	struct calling c = { .r = r, .pos = pos, .args = args, .n = n };
	c.fn = sql_function_find(name, &c.name);
	if (!c.fn)
		return resolve_fail(r, pos, "UNRESOLVED_ROUTINE", "42883", "Cannot resolve routine `%s`.", name);
	return make_call(&c, NULL, &shown);
}

/* ---- windows ---- */

static const struct sql_window *window_of(struct resolver *r, const struct scope *s, const struct sql_window *w)
{
	if (!w->ref)
		return w;
	for (size_t i = 0; i < s->n_windows; i++)
		if (!strcasecmp(s->windows[i].name.name, w->ref))
			return s->windows[i].window;
	return resolve_fail(r, w->pos, "MISSING_WINDOW_SPECIFICATION", "42P20",
	                    "Window specification is not defined in the WINDOW clause for `%s`.", w->ref);
}

static bool resolve_keys(struct resolver *r, const struct scope *s, const struct sql_sort *keys, size_t n,
                         struct tx_sort **out)
{
	*out = n ? arena_alloc(r->a, n * sizeof **out) : NULL;
	for (size_t i = 0; i < n; i++) {
		if (!((*out)[i].expr = resolve_expr(r, s, keys[i].expr)))
			return false;
		(*out)[i].desc = keys[i].desc;
		(*out)[i].nulls_first = keys[i].nulls == SQL_NULLS_UNSET ? !keys[i].desc :
		                        keys[i].nulls == SQL_NULLS_FIRST;
	}
	return true;
}

static bool resolve_bound(struct resolver *r, const struct scope *s, const struct sql_bound *b,
                          enum sql_bound_kind *kind, struct tx **offset)
{
	*kind = b->kind;
	if (!b->offset)
		return true;
	return (*offset = resolve_expr(r, s, b->offset)) != NULL;
}

static struct tx_window *resolve_window(struct resolver *r, const struct scope *s, const struct sql_window *spec)
{
	const struct sql_window *w = window_of(r, s, spec);
	if (!w)
		return NULL;
	struct tx_window *out = arena_new_of(r->a, struct tx_window);
	out->n_partition = w->n_partition;
	out->partition = arena_alloc(r->a, (w->n_partition + 1) * sizeof *out->partition);
	for (size_t i = 0; i < w->n_partition; i++)
		if (!(out->partition[i] = resolve_expr(r, s, w->partition[i])))
			return NULL;
	out->n_order = w->n_order;
	if (!resolve_keys(r, s, w->order, w->n_order, &out->order))
		return NULL;
	out->has_frame = w->has_frame;
	out->range = w->range;
	if (!w->has_frame)
		return out;
	if (!resolve_bound(r, s, &w->start, &out->start, &out->start_offset) ||
	    !resolve_bound(r, s, &w->end, &out->end, &out->end_offset))
		return NULL;
	return out;
}

/* ---- whole calls ---- */

static bool is_lambda(const struct sql_expr *e)
{
	return e->kind == SQL_EX_LAMBDA;
}

static bool star_args(struct resolver *r, const struct scope *s, const struct sql_call *call,
                      const struct sql_expr *e, struct tx **args, size_t *n)
{
	struct col *cols;
	size_t k;
	if (!strcasecmp(call->name.parts[call->name.n - 1], "count") && e->star.target.n == 0 && call->n_args == 1 &&
	    !call->distinct) {
		args[(*n)++] = tx_int(r->a, 1, SQL_T_INT, e->pos);
		return true;
	}
	if (!resolve_star(r, s, e, &cols, &k))
		return false;
	for (size_t i = 0; i < k; i++)
		args[(*n)++] = tx_column(r->a, &cols[i], e->pos);
	return true;
}

/* Lambdas stay NULL: their parameters' types are known once the other arguments are. */
static bool resolve_args(struct resolver *r, const struct scope *s, const struct sql_call *call,
                         struct tx ***args, size_t *n)
{
	size_t room = call->n_args + 1;
	for (size_t i = 0; i < call->n_args; i++)
		room += call->args[i]->kind == SQL_EX_STAR ? s->n_cols : 0;
	*args = arena_alloc(r->a, room * sizeof **args);
	*n = 0;
	for (size_t i = 0; i < call->n_args; i++) {
		const struct sql_expr *e = call->args[i];
		if (e->kind == SQL_EX_STAR) {
			if (!star_args(r, s, call, e, *args, n))
				return false;
			continue;
		}
		struct tx *x = is_lambda(e) ? tx_new(r->a, TX_LAMBDA, sql_type_of(SQL_T_VOID), e->pos, 0) :
		                              resolve_expr(r, s, e);
		if (!x)
			return false;
		(*args)[(*n)++] = x;
	}
	return true;
}

static bool modifiers(struct resolver *r, const struct scope *s, const struct sql_call *call, struct tx *x)
{
	struct tx_call *c = &x->call;
	c->distinct = call->distinct;
	c->ignore_nulls |= call->nulls == SQL_NULLS_IGNORE;
	if (call->filter && !(c->filter = resolve_boolean(r, s, call->filter)))
		return false;
	if (call->n_within) {
		c->n_order = call->n_within;
		if (!resolve_keys(r, s, call->within, call->n_within, &c->order))
			return false;
	}
	return !call->over || (c->over = resolve_window(r, s, call->over));
}

static bool nested_aggregate(const struct tx *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (tx_has_aggregate(x->args[i]))
			return true;
	return false;
}

static bool allowed(struct resolver *r, const struct scope *s, const struct sql_function *fn, const char *name,
                    const struct sql_expr *e)
{
	const struct sql_call *call = &e->call;
	if (fn->kind == SQL_FN_WINDOW && !call->over)
		return resolve_fail(r, e->pos, "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "42601",
		                    "Window function %s() requires an OVER clause.", name);
	if (call->over && (fn->kind == SQL_FN_SCALAR || fn->kind == SQL_FN_GENERATOR))
		return resolve_fail(r, e->pos, "UNSUPPORTED_EXPR_FOR_WINDOW", "42P20",
		                    "Expression \"%s\" not supported within a window function.", name);
	if (fn->kind == SQL_FN_AGGREGATE && !call->over && s->clause)
		return resolve_fail(r, e->pos, !strcmp(s->clause, "WHERE") ? "INVALID_WHERE_CONDITION" :
		                    "GROUP_BY_AGGREGATE", !strcmp(s->clause, "WHERE") ? "42903" : "42903",
		                    "Aggregate function %s() is not allowed in %s.", name, s->clause);
	if (call->distinct && fn->kind == SQL_FN_SCALAR)
		return resolve_fail(r, e->pos, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "42000",
		                    "The function `%s` does not support DISTINCT.", name);
	return true;
}

static bool lambda_bound(const struct tx *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->args[i]->kind == TX_LAMBDA && x->args[i]->n == 0)
			return false;
	return true;
}

struct tx *resolve_call(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	const struct sql_call *call = &e->call;
	const char *written = call->name.parts[call->name.n - 1];
	struct shown shown = { .expr = e };
	struct calling c = { .r = r, .scope = s, .pos = e->pos };
	c.fn = sql_function_find(written, &c.name);
	if (!c.fn || (call->name.n > 1 && strcasecmp(call->name.parts[0], "builtin") &&
	              strcasecmp(call->name.parts[0], "system")))
		return resolve_fail(r, e->pos, "UNRESOLVED_ROUTINE", "42883",
		                    "Cannot resolve routine %s on search path [`system`.`builtin`, `system`.`session`, "
		                    "`spark_catalog`.`%s`].", resolve_name_text(r->a, &call->name),
		                    session_database(r->session));
	/* inside of an aggregate an input column wins over an output's alias, also in HAVING and ORDER BY */
	struct scope inner = *s;
	if (c.fn->kind == SQL_FN_AGGREGATE) {
		inner.aliases_first = false;
		c.scope = s = &inner;
	}
	if (!allowed(r, s, c.fn, c.name, e) || !resolve_args(r, s, call, &c.args, &c.n))
		return NULL;
	shown.name = c.name;
	shown.rows = c.fn->flags & SQL_FN_ROWS;
	struct tx *x = make_call(&c, e, &shown);
	if (!x)
		return NULL;
	/* special rows may have shown the call in their own way */
	struct shown *own = shown_get(r, e);
	if (!own && (call->syntax == SQL_CALL_PLAIN || call->syntax == SQL_CALL_SUBSTRING ||
	             call->syntax == SQL_CALL_POSITION || call->syntax == SQL_CALL_OVERLAY ||
	             call->syntax == SQL_CALL_DATE_UNIT))
		shown_set(r, shown);
	else if (own && own->name && !own->more) {
		own->more = shown.more;
		own->n_more = shown.n_more;
	}
	if (!lambda_bound(x))
		return resolve_fail(r, e->pos, "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", "42K0D",
		                    "A lambda function should only be used in a higher order function.");
	if (x->kind != TX_CALL || c.fn->kind == SQL_FN_SCALAR)
		return x;
	if (c.fn->kind == SQL_FN_AGGREGATE && !call->over && nested_aggregate(x))
		return resolve_fail(r, e->pos, "NESTED_AGGREGATE_FUNCTION", "42607",
		                    "It is not allowed to use an aggregate function in the argument of another "
		                    "aggregate function.");
	return modifiers(r, s, call, x) ? x : NULL;
}

struct tx *resolve_generator(struct resolver *r, const struct scope *s, const struct sql_name *name,
                             struct sql_expr **args, size_t n, struct sql_pos pos)
{
	struct shown shown = { 0 };
	const char *written = name->parts[name->n - 1];
	struct calling c = { .r = r, .scope = s, .pos = pos, .n = n };
	c.fn = sql_function_find(written, &c.name);
	if (!c.fn)
		return resolve_fail(r, pos, "UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883",
		                    "Could not resolve `%s` to a table-valued function.", written);
	if (c.fn->kind != SQL_FN_GENERATOR)
		return resolve_fail(r, pos, "UNSUPPORTED_GENERATOR.NOT_GENERATOR", "42K0E",
		                    "The generator is not supported: `%s` is expected to be a generator.", written);
	c.args = arena_alloc(r->a, (n + 1) * sizeof *c.args);
	for (size_t i = 0; i < n; i++)
		if (!(c.args[i] = resolve_expr(r, s, args[i])))
			return NULL;
	return make_call(&c, NULL, &shown);
}
