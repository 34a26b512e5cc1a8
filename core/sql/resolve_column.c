/* What a name means: a lambda's parameter, a column with its qualifiers and fields, an earlier alias, a
 * column of the enclosing query, or a function that is called without parentheses. */
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "core/sql/resolve.h"

void *resolve_fail(struct resolver *r, struct sql_pos pos, const char *class_name, const char *sqlstate,
                   const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	error_vset(r->err, ERR_INVALID, fmt, ap);
	va_end(ap);
	if (r->err) {
		error_class(r->err, class_name, sqlstate);
		error_at(r->err, pos.line, pos.column);
	}
	return NULL;
}

static bool eq(const char *x, const char *y)
{
	return x && y && !strcasecmp(x, y);
}

/* Does column c answer to parts[0, qualifiers] (the last of them its own name)? */
static bool answers(const struct col *c, const struct sql_name *n, size_t qualifiers)
{
	if (n->n <= qualifiers || !eq(c->name, n->parts[qualifiers]))
		return false;
	if (qualifiers == 0)
		return !c->hidden;
	if (!eq(c->table, n->parts[qualifiers - 1]))
		return false;
	if (qualifiers >= 2 && !eq(c->database, n->parts[qualifiers - 2]))
		return false;
	return qualifiers < 3 || eq(n->parts[0], "spark_catalog");
}

/* The longest qualifier that finds something wins. Gives the number of matches. */
static size_t find(const struct col *cols, size_t n_cols, const struct sql_name *n, const struct col **found,
                   size_t *used)
{
	for (size_t q = 4; q-- > 0;) {
		size_t hits = 0;
		for (size_t i = 0; i < n_cols; i++)
			if (answers(&cols[i], n, q)) {
				if (hits && (*found)->id == cols[i].id)
					continue;
				*found = &cols[i];
				hits++;
			}
		*used = q + 1;
		if (hits)
			return hits;
	}
	return 0;
}

static bool is_map_step(const struct tx *e)
{
	return e->kind == TX_INDEX && e->args[0]->type->id == SQL_T_MAP;
}

/* "a", "s.f", "m[k]". */
static const char *text_of(struct resolver *r, const char *base, const struct sql_name *n, size_t from,
                           const struct tx *e)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, base);
	const struct tx *steps[64];
	size_t k = 0;
	for (const struct tx *p = e; k < n->n - from && k < 64; p = p->args[0])
		steps[k++] = p;
	for (size_t i = from; i < n->n && k > 0; i++)
		buf_addf(&b, is_map_step(steps[--k]) ? "[%s]" : ".%s", n->parts[i]);
	const char *text = arena_strdup(r->a, buf_str(&b));
	buf_free(&b);
	return text;
}

static struct tx *with_fields(struct resolver *r, struct tx *base, const char *shown, const struct sql_expr *e,
                              size_t used)
{
	const struct sql_name *n = &e->column.name;
	struct tx *out = base;
	for (size_t i = used; i < n->n && out; i++)
		out = resolve_field(r, out, n->parts[i], e->pos);
	if (out)
		shown_set(r, (struct shown){ .expr = e, .text = text_of(r, shown, n, used, out) });
	return out;
}

static struct tx *lambda_variable(struct resolver *r, const struct lambda_scope *l, const struct sql_expr *e)
{
	for (; l; l = l->outer)
		for (size_t i = 0; i < l->n; i++)
			if (eq(l->param[i].name, e->column.name.parts[0])) {
				struct tx *v = tx_new(r->a, TX_VAR, l->param[i].type, e->pos, 0);
				v->id = l->param[i].id;
				v->name = l->param[i].name;
				return with_fields(r, v, "namedlambdavariable()", e, 1);
			}
	return NULL;
}

static struct tx *alias_of(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	const struct named_tx *hit = NULL;
	for (size_t i = 0; i < s->n_aliases; i++)
		if (eq(s->aliases[i].name, e->column.name.parts[0])) {
			if (hit && !resolve_same_text(hit->expr, s->aliases[i].expr))
				return resolve_fail(r, e->pos, "AMBIGUOUS_REFERENCE", "42704",
				                    "Reference `%s` is ambiguous, could be: [`%s`, `%s`].", hit->name,
				                    hit->name, hit->name);
			hit = &s->aliases[i];
		}
	return hit ? with_fields(r, hit->expr, e->column.name.parts[0], e, 1) : NULL;
}

static struct tx *ambiguous(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	const struct sql_name *n = &e->column.name;
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < s->n_cols; i++)
		if (answers(&s->cols[i], n, 0) || (n->n > 1 && answers(&s->cols[i], n, 1))) {
			buf_adds(&b, b.len ? ", " : "");
			if (s->cols[i].table)
				buf_addf(&b, "`%s`.", s->cols[i].table);
			buf_addf(&b, "`%s`", s->cols[i].name);
		}
	resolve_fail(r, e->pos, "AMBIGUOUS_REFERENCE", "42704", "Reference %s is ambiguous, could be: [%s].",
	             resolve_name_text(r->a, n), buf_str(&b));
	buf_free(&b);
	return NULL;
}

/* NULL without an error (*failed false): not a name of this scope. */
static struct tx *in_scope(struct resolver *r, const struct scope *s, const struct sql_expr *e, bool *failed)
{
	const struct col *c = NULL;
	size_t used = 0;
	struct tx *out = NULL;
	int before = r->err ? r->err->code : 0;
	if (s->aliases_first)
		out = alias_of(r, s, e);
	if (!out && !(r->err && r->err->code != before)) {
		size_t hits = find(s->cols, s->n_cols, &e->column.name, &c, &used);
		if (hits > 1)
			out = ambiguous(r, s, e);
		else if (hits == 1)
			out = with_fields(r, tx_column(r->a, c, e->pos), e->column.name.parts[used - 1], e, used);
		else if (!s->aliases_first)
			out = alias_of(r, s, e);
	}
	*failed = !out && r->err && r->err->code != before;
	return out;
}

static bool function_without_parens(const char *name)
{
	static const char *const names[] = { "current_date", "current_timestamp", "current_user", "user",
		                             "session_user", "localtimestamp", "grouping__id", "current_catalog",
		                             "current_schema", "current_database" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(names[i], name))
			return true;
	return false;
}

static struct tx *unresolved(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	const char *name = resolve_name_text(r->a, &e->column.name);
	const char *near = resolve_suggest(r, e->column.name.parts[e->column.name.n - 1], s->cols, s->n_cols);
	if (!*near)
		return resolve_fail(r, e->pos, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
		                    "A column, variable, or function parameter with name %s cannot be resolved.",
		                    name);
	return resolve_fail(r, e->pos, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
	                    "A column, variable, or function parameter with name %s cannot be resolved. "
	                    "Did you mean one of the following? [%s].", name, near);
}

struct tx *resolve_column(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *out = lambda_variable(r, s->lambdas, e);
	bool failed = false;
	if (r->err)
		r->err->code = 0;
	for (const struct scope *at = s; at && !out && !failed; at = at->outer)
		out = in_scope(r, at, e, &failed);
	if (out || failed)
		return out;
	const char *name = e->column.name.parts[0];
	if (e->column.name.n == 1 && function_without_parens(name)) {
		const char *shown = name;
		sql_function_find(name, &shown);
		shown_set(r, (struct shown){ .expr = e, .text = arena_printf(r->a, "%s()", shown) });
		return resolve_named_call(r, name, NULL, 0, e->pos);
	}
	return unresolved(r, s, e);
}

static const struct sql_type *field_type(const struct sql_type *t, const char *name, const char **real)
{
	for (size_t i = 0; i < t->n_fields; i++)
		if (eq(t->fields[i].name, name)) {
			*real = t->fields[i].name;
			return t->fields[i].type;
		}
	return NULL;
}

struct tx *resolve_field(struct resolver *r, struct tx *base, const char *name, struct sql_pos pos)
{
	const struct sql_type *t = base->type, *f = NULL;
	const char *real = name;
	if (t->id == SQL_T_MAP)
		return resolve_index(r, base, tx_string(r->a, name, pos), pos);
	bool list = t->id == SQL_T_ARRAY && t->element->id == SQL_T_STRUCT;
	if (!list && t->id != SQL_T_STRUCT)
		return resolve_fail(r, pos, "INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
		                    "Can't extract a value from \"%s\". Need a complex type [STRUCT, ARRAY, MAP] "
		                    "but got \"%s\".", name, sql_type_sql(r->a, t));
	f = field_type(list ? t->element : t, name, &real);
	if (!f)
		return resolve_fail(r, pos, "FIELD_NOT_FOUND", "42704", "No such struct field `%s` in %s.", name,
		                    sql_type_sql(r->a, t));
	struct tx *e = tx_new(r->a, TX_FIELD, list ? sql_type_array(r->a, f) : f, pos, 1);
	e->args[0] = base;
	e->id = 0;
	e->name = real;
	return e;
}

struct tx *resolve_index(struct resolver *r, struct tx *base, struct tx *index, struct sql_pos pos)
{
	const struct sql_type *t = base->type;
	struct tx *key = NULL;
	if (t->id == SQL_T_STRUCT && tx_const_string(index))
		return resolve_field(r, base, tx_const_string(index), pos);
	if (t->id == SQL_T_ARRAY && (sql_type_integral(index->type) || index->type->id == SQL_T_VOID ||
	                             (r->ansi && index->type->id == SQL_T_STRING)))
		key = resolve_cast(r, index, sql_type_of(index->type->id == SQL_T_BIGINT ? SQL_T_BIGINT : SQL_T_INT));
	else if (t->id == SQL_T_MAP)
		key = resolve_implicit(r, index, t->key);
	else if (t->id != SQL_T_ARRAY)
		return resolve_fail(r, pos, "INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
		                    "Can't extract a value from an expression of type \"%s\". Need a complex type "
		                    "[STRUCT, ARRAY, MAP].", sql_type_sql(r->a, t));
	if (!key)
		return resolve_fail(r, pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
		                    "Cannot take an element of \"%s\" by a key of type \"%s\".",
		                    sql_type_sql(r->a, t), sql_type_sql(r->a, index->type));
	struct tx *e = tx_new(r->a, TX_INDEX, t->element, pos, 2);
	e->args[0] = base;
	e->args[1] = key;
	e->ansi = r->ansi;
	return e;
}
