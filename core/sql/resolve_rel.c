/* Relations: names, values, set operations, table functions, CTEs. Joins are in resolve_join.c, SELECT in
 * resolve_select.c. */
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/parser.h"
#include "core/sql/resolve.h"

static struct col new_col(struct resolver *r, const char *name, const struct sql_type *type)
{
	return (struct col){ .id = ++r->next_id, .name = name, .type = type };
}

struct rel *resolve_filter(struct resolver *r, struct rel *child, struct tx *cond)
{
	struct rel *f = rel_new(r->a, REL_FILTER, child, 0);
	f->cols = child->cols;
	f->n_cols = child->n_cols;
	f->cond = cond;
	return f;
}

struct rel *resolve_project_cast(struct resolver *r, struct rel *rel, const struct sql_type **types)
{
	bool same = true;
	for (size_t i = 0; i < rel->n_cols; i++)
		same &= sql_type_equal(rel->cols[i].type, types[i]);
	if (same)
		return rel;
	struct rel *p = rel_new(r->a, REL_PROJECT, rel, rel->n_cols);
	p->exprs = arena_alloc(r->a, rel->n_cols * sizeof *p->exprs);
	for (size_t i = 0; i < rel->n_cols; i++) {
		p->exprs[i] = resolve_cast(r, tx_column(r->a, &rel->cols[i], (struct sql_pos){ 0 }), types[i]);
		p->cols[i] = rel->cols[i];
		p->cols[i].id = ++r->next_id;
		p->cols[i].type = types[i];
	}
	return p;
}

struct rel *resolve_alias(struct resolver *r, struct rel *rel, const struct sql_alias *alias)
{
	if (!alias->name && !alias->n_columns)
		return rel;
	size_t visible = 0, k = 0;
	for (size_t i = 0; i < rel->n_cols; i++)
		visible += !rel->cols[i].hidden;
	if (alias->n_columns && alias->n_columns != visible)
		return resolve_fail(r, alias->pos, "ASSIGNMENT_ARITY_MISMATCH", "42802",
		                    "The number of columns or variables assigned or aliased: %zu does not match the "
		                    "number of source expressions: %zu.", alias->n_columns, visible);
	struct col *cols = arena_alloc(r->a, (rel->n_cols + 1) * sizeof *cols);
	for (size_t i = 0; i < rel->n_cols; i++) {
		cols[i] = rel->cols[i];
		if (alias->name) {
			cols[i].table = alias->name;
			cols[i].database = NULL;
		}
		if (alias->n_columns && !cols[i].hidden)
			cols[i].name = alias->columns[k++].name;
	}
	rel->cols = cols;
	return rel;
}

/* ---- names ---- */

static bool schema_cols(struct resolver *r, const struct sql_schema *schema, struct rel *rel, struct sql_pos pos)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct sql_column *c = &schema->columns[i];
		const struct sql_type *t = sql_type_parse(r->a, c->type);
		if (!t)
			return resolve_fail(r, pos, "UNSUPPORTED_DATATYPE", "0A000",
			                    "Column `%s` has the unsupported data type \"%s\".", c->name, c->type);
		rel->cols[i] = new_col(r, arena_strdup(r->a, c->name), t);
		rel->cols[i].partition = c->partition;
	}
	return true;
}

static struct rel *scan_source(struct resolver *r, const struct sql_source *src, const struct sql_schema *schema,
                               const char *what, struct sql_pos pos)
{
	struct rel *rel = rel_new(r->a, REL_SCAN, NULL, schema->n);
	if (!schema_cols(r, schema, rel, pos))
		return NULL;
	if (r->env->scan(r->env->ctx, src, schema, r->a, &rel->scan, r->err)) {
		if (r->err && !r->err->line)
			error_at(r->err, pos.line, pos.column);
		return NULL;
	}
	rel->what = arena_strdup(r->a, what);
	return rel;
}

static struct rel *qualified(struct rel *rel, const char *database, const char *table)
{
	if (rel)
		for (size_t i = 0; i < rel->n_cols; i++) {
			rel->cols[i].table = table;
			rel->cols[i].database = database;
		}
	return rel;
}

static struct rel *cte_reference(struct resolver *r, struct cte *c)
{
	struct rel *rel = rel_new(r->a, REL_CTE, NULL, c->n_cols);
	rel->cte = c;
	c->uses++;
	for (size_t i = 0; i < c->n_cols; i++)
		rel->cols[i] = new_col(r, c->cols[i].name, c->cols[i].type);
	return rel;
}

static struct cte *cte_new(struct resolver *r, const char *name)
{
	struct cte *c = arena_new_of(r->a, struct cte);
	c->number = ++r->next_cte;
	c->name = name;
	return c;
}

static void cte_define(struct resolver *r, struct cte *c, struct rel *rel)
{
	c->rel = rel;
	c->cols = rel->cols;
	c->n_cols = rel->n_cols;
	vec_push(&r->ctes, c);
}

static const char *view_var(void *ctx, const char *prefix, const char *name)
{
	(void)ctx, (void)prefix, (void)name;
	return "";
}

static struct cte *view_cte(struct resolver *r, struct sql_view *v, struct sql_pos pos)
{
	struct sql_stmt *stmt;
	const char *text = arena_strdup(r->a, v->text);
	if (r->view_depth > 50)
		return resolve_fail(r, pos, "VIEW_EXCEED_MAX_NESTED_DEPTH", "54K00",
		                    "The depth of view `%s` exceeds the maximum view resolution depth.", v->name);
	if (sql_parse_statement(r->a, text, 0, strlen(text), view_var, NULL, &stmt, r->err))
		return NULL;
	bool ansi = r->ansi;
	r->ansi = v->ansi;
	r->view_depth++;
	struct rel *rel = resolve_query(r, NULL, NULL, stmt->query);
	r->view_depth--;
	r->ansi = ansi;
	if (!rel)
		return NULL;
	struct cte *c = cte_new(r, v->name);
	for (size_t i = 0; i < rel->n_cols && i < v->n_columns; i++)
		rel->cols[i].name = v->column_names[i];
	cte_define(r, c, rel);
	return c;
}

struct rel *resolve_view(struct resolver *r, const struct sql_name *name, struct sql_view *v)
{
	if (!v->text)
		return scan_source(r, &v->source, &v->schema, v->name, name->pos);
	const char *key = arena_printf(r->a, "%d.%s", v->global, v->name);
	struct cte *c = map_get(r->views_used, key);
	if (!c) {
		if (!(c = view_cte(r, v, name->pos)))
			return NULL;
		map_set(r->views_used, key, c);
	}
	return cte_reference(r, c);
}

static struct rel *file_table(struct resolver *r, const struct sql_name *name)
{
	struct sql_source *src = arena_new_of(r->a, struct sql_source);
	struct sql_schema schema = { 0 };
	src->format = arena_strdup(r->a, name->parts[0]);
	src->paths = arena_alloc(r->a, sizeof *src->paths);
	src->paths[0] = name->parts[1];
	src->n_paths = 1;
	if (r->env->describe(r->env->ctx, src, r->a, &schema, r->err)) {
		if (r->err && !r->err->line)
			error_at(r->err, name->pos.line, name->pos.column);
		return NULL;
	}
	return scan_source(r, src, &schema, name->parts[1], name->pos);
}

static bool is_format(const char *s)
{
	static const char *const formats[] = { "parquet", "csv", "json", "text" };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcasecmp(s, formats[i]))
			return true;
	return false;
}

static struct rel *catalogue_table(struct resolver *r, const struct sql_name *name)
{
	struct sql_table *t = arena_new_of(r->a, struct sql_table);
	const char *table = name->parts[name->n - 1];
	const char *db = name->n > 1 ? name->parts[name->n - 2] : session_database(r->session);
	int rc = name->n > 3 ? ERR_NOTFOUND : r->env->table_get(r->env->ctx, db, table, r->a, t, r->err);
	if (rc == ERR_NOTFOUND)
		return resolve_fail(r, name->pos, "TABLE_OR_VIEW_NOT_FOUND", "42P01",
		                    "The table or view %s cannot be found. Verify the spelling and correctness of the "
		                    "schema and catalog.", resolve_name_text(r->a, name));
	if (rc)
		return NULL;
	return qualified(scan_source(r, &t->source, &t->schema, table, name->pos), db, table);
}

static const struct cte *find_cte(const struct cte_scope *s, const char *name)
{
	for (; s; s = s->outer)
		if (!strcasecmp(s->cte->name, name))
			return s->cte;
	return NULL;
}

static struct rel *table(struct resolver *r, const struct cte_scope *ctes, const struct sql_name *name)
{
	const char *last = name->parts[name->n - 1];
	struct cte *c = name->n == 1 ? (struct cte *)find_cte(ctes, last) : NULL;
	if (c && c->n_cols)
		return qualified(cte_reference(r, c), NULL, last);
	bool global = name->n == 2 && !strcasecmp(name->parts[0], "global_temp");
	struct sql_view *v = name->n == 1 || global ? session_view(r->session, last, global) : NULL;
	if (v)
		return qualified(resolve_view(r, name, v), NULL, last);
	if (name->n == 2 && is_format(name->parts[0]) && strpbrk(name->parts[1], "/.*"))
		return file_table(r, name);
	return catalogue_table(r, name);
}

/* ---- values, range ---- */

static struct rel *values(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                          const struct sql_rel *v)
{
	size_t width = v->values.n_rows ? v->values.widths[0] : 0, n = v->values.n_rows;
	struct scope s = { .outer = outer, .ctes = ctes };
	struct rel *rel = rel_new(r->a, REL_VALUES, NULL, width);
	struct tx **column = arena_alloc(r->a, (n + 1) * sizeof *column);
	rel->n_rows = n;
	rel->rows = arena_alloc(r->a, (n + 1) * sizeof *rel->rows);
	for (size_t i = 0; i < n; i++) {
		if (v->values.widths[i] != width)
			return resolve_fail(r, v->pos, "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "42000",
			                    "Invalid inline table. Inline table expected %zu columns but found %zu "
			                    "columns in row %zu.", width, v->values.widths[i], i);
		rel->rows[i] = arena_alloc(r->a, (width + 1) * sizeof **rel->rows);
		for (size_t j = 0; j < width; j++)
			if (!(rel->rows[i][j] = resolve_expr(r, &s, v->values.rows[i][j])))
				return NULL;
	}
	for (size_t j = 0; j < width; j++) {
		for (size_t i = 0; i < n; i++)
			column[i] = rel->rows[i][j];
		if (!resolve_common(r, column, n))
			return resolve_fail(r, v->pos, "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
			                    "42000", "Invalid inline table. Found incompatible types in the column "
			                    "`col%zu` for inline table.", j + 1);
		for (size_t i = 0; i < n; i++)
			rel->rows[i][j] = column[i];
		rel->cols[j] = new_col(r, arena_printf(r->a, "col%zu", j + 1), column[0]->type);
	}
	return rel;
}

struct rel *resolve_range(struct resolver *r, struct tx **args, size_t n, struct sql_pos pos)
{
	struct rel *rel = rel_new(r->a, REL_RANGE, NULL, 1);
	const struct sql_type *big = sql_type_of(SQL_T_BIGINT);
	if (n == 0 || n > 4)
		return resolve_fail(r, pos, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
		                    "The `range` requires [1, 4] parameters but the actual number is %zu.", n);
	for (size_t i = 0; i < n; i++)
		if (!(args[i] = resolve_implicit(r, args[i], big)))
			return resolve_fail(r, pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
			                    "`range` requires \"BIGINT\" parameters.");
	rel->range.args[0] = n == 1 ? tx_int(r->a, 0, SQL_T_BIGINT, pos) : args[0];
	rel->range.args[1] = n == 1 ? args[0] : args[1];
	rel->range.args[2] = n >= 3 ? args[2] : tx_int(r->a, 1, SQL_T_BIGINT, pos);
	rel->cols[0] = new_col(r, "id", big);
	return rel;
}

/* Rows of a generator over child (which may have no columns); names rename the generator's columns. */
static struct rel *generate(struct resolver *r, struct rel *child, struct tx *call, bool outer)
{
	struct col *cols;
	size_t n = 0;
	if (!resolve_generator_columns(r, call, &cols, &n))
		return NULL;
	struct rel *g = rel_new(r->a, REL_GENERATE, child, child->n_cols + n);
	for (size_t i = 0; i < child->n_cols; i++)
		g->cols[i] = child->cols[i];
	for (size_t i = 0; i < n; i++)
		g->cols[child->n_cols + i] = cols[i];
	g->gen.call = call;
	g->gen.outer = outer || strstr(call->call.fn->name, "_outer");
	return g;
}

struct rel *resolve_table_function(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                            const struct sql_rel *f, struct rel *left)
{
	struct scope s = { .outer = outer, .ctes = ctes };
	const char *name = f->function.name.parts[f->function.name.n - 1];
	if (left) {
		s.cols = left->cols;
		s.n_cols = left->n_cols;
	}
	if (!strcasecmp(name, "range")) {
		struct tx **args = arena_alloc(r->a, (f->function.n_args + 1) * sizeof *args);
		for (size_t i = 0; i < f->function.n_args; i++)
			if (!(args[i] = resolve_expr(r, &s, f->function.args[i])))
				return NULL;
		return resolve_range(r, args, f->function.n_args, f->pos);
	}
	struct tx *call = resolve_generator(r, &s, &f->function.name, f->function.args, f->function.n_args, f->pos);
	if (!call)
		return NULL;
	return generate(r, left ? left : rel_new(r->a, REL_ONE_ROW, NULL, 0), call, false);
}

/* Rename and qualify the last n columns of g, those of the generator. */
bool resolve_generated_names(struct resolver *r, struct rel *g, size_t first, const char *table,
                           const struct sql_ident *names, size_t n_names, struct sql_pos pos)
{
	size_t n = g->n_cols - first;
	if (n_names && n_names != n)
		return resolve_fail(r, pos, "UDTF_ALIAS_NUMBER_MISMATCH", "42802",
		                    "The number of aliases supplied in the AS clause does not match the number of "
		                    "columns output by the UDTF. Expected %zu aliases, but got %zu.", n, n_names);
	for (size_t i = 0; i < n; i++) {
		if (n_names)
			g->cols[first + i].name = names[i].name;
		g->cols[first + i].table = table;
	}
	return true;
}

static struct rel *lateral_view(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                                const struct sql_rel *v)
{
	struct rel *child = v->view.child ? resolve_rel(r, outer, ctes, v->view.child, NULL) :
	                                    rel_new(r->a, REL_ONE_ROW, NULL, 0);
	if (!child)
		return NULL;
	struct scope s = { .outer = outer, .ctes = ctes, .cols = child->cols, .n_cols = child->n_cols };
	struct tx *call = resolve_generator(r, &s, &v->view.function, v->view.args, v->view.n_args, v->pos);
	struct rel *g = call ? generate(r, child, call, v->view.outer) : NULL;
	if (!g || !resolve_generated_names(r, g, child->n_cols, v->view.table, v->view.columns, v->view.n_columns, v->pos))
		return NULL;
	return g;
}

/* ---- set operations ---- */

static struct rel *set_operation(struct resolver *r, enum sql_setop op, bool all, struct rel *l, struct rel *o,
                                 struct sql_pos pos, bool left_rules)
{
	static const char *const names[] = { "UNION", "INTERSECT", "EXCEPT" };
	if (l->n_cols != o->n_cols)
		return resolve_fail(r, pos, "NUM_COLUMNS_MISMATCH", "42826",
		                    "%s can only be performed on inputs with the same number of columns, but the "
		                    "first input has %zu columns and the second input has %zu columns.", names[op],
		                    l->n_cols, o->n_cols);
	const struct sql_type **types = arena_alloc(r->a, (l->n_cols + 1) * sizeof *types);
	for (size_t i = 0; i < l->n_cols; i++) {
		types[i] = left_rules ? l->cols[i].type :
		           sql_coerce_common(r->a, l->cols[i].type, o->cols[i].type, r->ansi);
		if (!types[i])
			return resolve_fail(r, pos, "INCOMPATIBLE_COLUMN_TYPE", "42825",
			                    "%s can only be performed on tables with compatible column types. The column "
			                    "%zu of the second table is \"%s\" type which is not compatible with \"%s\" at "
			                    "the same column of the first table.", names[op], i + 1,
			                    sql_type_sql(r->a, o->cols[i].type), sql_type_sql(r->a, l->cols[i].type));
	}
	struct rel *s = rel_new(r->a, REL_SETOP, resolve_project_cast(r, l, types), l->n_cols);
	s->right = resolve_project_cast(r, o, types);
	s->set.op = op;
	s->set.all = all;
	for (size_t i = 0; i < l->n_cols; i++)
		s->cols[i] = new_col(r, l->cols[i].name, types[i]);
	return s;
}

static struct rel *setop(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                         const struct sql_rel *ast)
{
	struct rel *l = resolve_rel(r, outer, ctes, ast->setop.left, NULL);
	struct rel *o = l ? resolve_rel(r, outer, ctes, ast->setop.right, NULL) : NULL;
	return o ? set_operation(r, ast->setop.op, ast->setop.all, l, o, ast->pos, false) : NULL;
}

/* ---- samples ---- */

static struct rel *sample(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                          const struct sql_rel *ast)
{
	struct rel *child = resolve_rel(r, outer, ctes, ast->sample.child, NULL);
	if (!child)
		return NULL;
	struct rel *s = rel_new(r->a, REL_SAMPLE, child, 0);
	s->cols = child->cols;
	s->n_cols = child->n_cols;
	s->sample.has_seed = ast->sample.has_seed;
	s->sample.seed = ast->sample.seed;
	if (ast->sample.by == SQL_SAMPLE_PERCENT)
		s->sample.percent = ast->sample.percent;
	else if (ast->sample.by == SQL_SAMPLE_BUCKET)
		s->sample.percent = arena_printf(r->a, "%.17g", 100.0 / (double)ast->sample.buckets);
	else {
		struct scope none = { .outer = outer, .ctes = ctes };
		if (!(s->sample.rows = resolve_expr(r, &none, ast->sample.rows)))
			return NULL;
	}
	return s;
}

struct rel *resolve_rel(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                        const struct sql_rel *ast, const struct scope *lateral)
{
	struct rel *rel = NULL;
	switch (ast->kind) {
	case SQL_REL_SELECT:
		return resolve_select(r, outer, ctes, ast, NULL);
	case SQL_REL_TABLE:
		rel = table(r, ctes, &ast->table);
		break;
	case SQL_REL_QUERY:
		rel = resolve_query(r, lateral ? lateral : outer, ctes, ast->query);
		if (rel && !ast->alias.name)
			qualified(rel, NULL, NULL);
		break;
	case SQL_REL_VALUES:
		rel = values(r, outer, ctes, ast);
		break;
	case SQL_REL_FUNCTION:
		rel = resolve_table_function(r, outer, ctes, ast, NULL);
		break;
	case SQL_REL_JOIN:
		rel = resolve_join(r, outer, ctes, ast);
		break;
	case SQL_REL_LATERAL_VIEW:
		return lateral_view(r, outer, ctes, ast);
	case SQL_REL_PIVOT:
		rel = resolve_pivot(r, outer, ctes, ast);
		break;
	case SQL_REL_UNPIVOT:
		rel = resolve_unpivot(r, outer, ctes, ast);
		break;
	case SQL_REL_SAMPLE:
		rel = sample(r, outer, ctes, ast);
		break;
	case SQL_REL_SETOP:
		return setop(r, outer, ctes, ast);
	}
	return rel ? resolve_alias(r, rel, &ast->alias) : NULL;
}

/* ---- queries ---- */

static bool mentions(const struct sql_rel *rel, const char *name);

static bool query_mentions(const struct sql_query *q, const char *name)
{
	return q && mentions(q->body, name);
}

/* Does the relation read the table `name`? Enough to tell the recursive member of a recursive CTE. */
static bool mentions(const struct sql_rel *rel, const char *name)
{
	if (!rel)
		return false;
	switch (rel->kind) {
	case SQL_REL_TABLE:
		return rel->table.n == 1 && !strcasecmp(rel->table.parts[0], name);
	case SQL_REL_SELECT:
		return mentions(rel->select.from, name);
	case SQL_REL_QUERY:
		return query_mentions(rel->query, name);
	case SQL_REL_JOIN:
		return mentions(rel->join.left, name) || mentions(rel->join.right, name);
	case SQL_REL_SETOP:
		return mentions(rel->setop.left, name) || mentions(rel->setop.right, name);
	case SQL_REL_LATERAL_VIEW:
		return mentions(rel->view.child, name);
	case SQL_REL_SAMPLE:
		return mentions(rel->sample.child, name);
	default:
		return false;
	}
}

static bool cte_names(struct resolver *r, const struct sql_cte *ast, struct rel *rel)
{
	struct sql_alias a = { .pos = ast->name.pos, .columns = ast->columns, .n_columns = ast->n_columns };
	return resolve_alias(r, rel, &a) != NULL;
}

/* base UNION ALL step, where step reads the CTE itself. */
static struct cte *recursive_cte(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                                 const struct sql_cte *ast)
{
	const struct sql_rel *body = ast->query->body;
	struct cte *c = cte_new(r, ast->name.name);
	struct rel *base = resolve_rel(r, outer, ctes, body->setop.left, NULL);
	if (!base || !cte_names(r, ast, base))
		return NULL;
	c->recursive = true;
	c->base = base;
	c->cols = base->cols;
	c->n_cols = base->n_cols;
	struct cte_scope self = { ctes, c };
	struct rel *step = resolve_rel(r, outer, &self, body->setop.right, NULL);
	struct rel *all = step ? set_operation(r, SQL_SET_UNION, body->setop.all, base, step, body->pos, true) : NULL;
	if (!all)
		return NULL;
	for (size_t i = 0; i < all->n_cols; i++)
		all->cols[i].name = base->cols[i].name;
	cte_define(r, c, all);
	return c;
}

static struct cte *plain_cte(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                             const struct sql_cte *ast)
{
	(void)outer; /* a CTE cannot be correlated */
	struct rel *rel = resolve_query(r, NULL, ctes, ast->query);
	if (!rel || !cte_names(r, ast, rel))
		return NULL;
	struct cte *c = cte_new(r, ast->name.name);
	cte_define(r, c, rel);
	return c;
}

static const struct cte_scope *resolve_ctes(struct resolver *r, const struct scope *outer,
                                            const struct cte_scope *ctes, const struct sql_query *q)
{
	static const struct cte_scope none;
	const struct cte_scope *s = ctes;
	for (size_t i = 0; i < q->n_ctes; i++) {
		const struct sql_cte *ast = &q->ctes[i];
		const struct sql_rel *b = ast->query->body;
		bool self = q->recursive && b->kind == SQL_REL_SETOP && b->setop.op == SQL_SET_UNION &&
		            mentions(b->setop.right, ast->name.name);
		struct cte *c = self ? recursive_cte(r, outer, s, ast) : plain_cte(r, outer, s, ast);
		if (!c)
			return &none;
		struct cte_scope *next = arena_new_of(r->a, struct cte_scope);
		next->outer = s;
		next->cte = c;
		s = next;
	}
	return s;
}

struct rel *resolve_query(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                          const struct sql_query *q)
{
	const struct cte_scope *inner = resolve_ctes(r, outer, ctes, q);
	if (inner && !inner->cte)
		return NULL;
	if (q->body->kind == SQL_REL_SELECT)
		return resolve_select(r, outer, inner, q->body, q);
	struct rel *rel = resolve_rel(r, outer, inner, q->body, NULL);
	if (!rel)
		return NULL;
	struct scope s = { .outer = outer, .ctes = inner, .cols = rel->cols, .n_cols = rel->n_cols,
		           .windows = q->windows, .n_windows = q->n_windows };
	const struct sql_sort *keys = q->n_order_by ? q->order_by : q->sort_by;
	size_t n = q->n_order_by ? q->n_order_by : q->n_sort_by;
	if (n && !(rel = resolve_sort(r, rel, &s, keys, n)))
		return NULL;
	return resolve_limit(r, &s, rel, q);
}
