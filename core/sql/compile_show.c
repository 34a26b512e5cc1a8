/* Statements that answer from the session and the catalogue, without a kernel: SET, SHOW, DESCRIBE. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/compile.h"

struct rows {
	VEC(const char **) list;
	size_t width;
};

static void add_row(struct compiling *c, struct rows *r, const char *a, const char *b, const char *d)
{
	const char **row = arena_alloc(c->plan->arena, 3 * sizeof *row);
	row[0] = a;
	row[1] = b;
	row[2] = d;
	vec_push(&r->list, row);
}

static int finish(struct compiling *c, struct rows *r, const char *const *names)
{
	struct arena *a = c->plan->arena;
	struct sql_plan *p = c->plan;
	p->kind = SQL_PLAN_ROWS;
	p->schema.n = r->width;
	p->schema.columns = arena_alloc(a, (r->width + 1) * sizeof *p->schema.columns);
	for (size_t i = 0; i < r->width; i++)
		p->schema.columns[i] = (struct sql_column){ .name = names[i], .type = "string" };
	p->n_rows = r->list.len;
	p->rows = arena_alloc(a, (r->list.len + 1) * sizeof *p->rows);
	for (size_t i = 0; i < r->list.len; i++)
		p->rows[i] = r->list.items[i];
	vec_free(&r->list);
	return 0;
}

/* Spark's patterns: * for any text, | between alternatives, any case. */
static bool matches(const char *pattern, const char *name)
{
	if (!pattern)
		return true;
	while (*pattern) {
		char one[256];
		size_t n = strcspn(pattern, "|");
		snprintf(one, sizeof one, "%.*s", (int)n, pattern);
		if (!fnmatch(one, name, FNM_CASEFOLD))
			return true;
		pattern += n + (pattern[n] == '|');
	}
	return false;
}

static const char *const KEY_VALUE[] = { "key", "value" };

static int set_statement(struct compiling *c)
{
	const char *key = c->stmt->set.key, *value = c->stmt->set.value, *k;
	struct rows r = { .width = 2 };
	void *v;
	size_t it = 0;
	if (!key || !strcmp(key, "-v")) {
		while (map_next(c->s->conf, &it, &k, &v))
			add_row(c, &r, arena_strdup(c->plan->arena, k), arena_strdup(c->plan->arena, v), NULL);
		return finish(c, &r, KEY_VALUE);
	}
	if (value)
		sql_session_set(c->s, key, value);
	else
		value = arena_strdup(c->plan->arena, sql_session_conf(c->s, key, "<undefined>"));
	add_row(c, &r, key, value, NULL);
	return finish(c, &r, KEY_VALUE);
}

static int show_tables(struct compiling *c, bool views_only)
{
	static const char *const names[] = { "namespace", "tableName", "isTemporary" };
	struct arena *a = c->plan->arena;
	const struct sql_name *db = &c->stmt->target;
	const char *database = db->n ? db->parts[db->n - 1] : session_database(c->s), **list = NULL, *k;
	struct rows r = { .width = 3 };
	size_t n = 0, it = 0;
	void *v;
	int rc = views_only ? 0 : c->s->env->table_list(c->s->env->ctx, database, a, &list, &n, c->r.err);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		if (matches(c->stmt->pattern, list[i]))
			add_row(c, &r, database, list[i], "false");
	while (map_next(c->s->views, &it, &k, &v))
		if (matches(c->stmt->pattern, ((struct sql_view *)v)->name))
			add_row(c, &r, "", arena_strdup(a, ((struct sql_view *)v)->name), "true");
	/* the command line prints the name alone */
	for (size_t i = 0; i < r.list.len; i++)
		r.list.items[i][0] = r.list.items[i][1];
	r.width = 1;
	return finish(c, &r, names + 1);
}

static int show_functions(struct compiling *c)
{
	static const char *const names[] = { "function" };
	struct rows r = { .width = 1 };
	size_t n;
	const char *const *list = sql_function_names(&n);
	for (size_t i = 0; i < n; i++)
		if (matches(c->stmt->pattern, list[i]))
			add_row(c, &r, list[i], NULL, NULL);
	return finish(c, &r, names);
}

static int show_databases(struct compiling *c)
{
	static const char *const names[] = { "namespace" };
	struct rows r = { .width = 1 };
	if (matches(c->stmt->pattern, "default"))
		add_row(c, &r, "default", NULL, NULL);
	return finish(c, &r, names);
}

static void padded(struct compiling *c, struct rows *r, const char *name, const char *type, const char *comment)
{
	struct arena *a = c->plan->arena;
	add_row(c, r, arena_printf(a, "%-20s", name), arena_printf(a, "%-20s", type), comment ? comment : "");
}

/* The schema of a table, view or file set; false with an error. */
static bool described(struct compiling *c, const struct sql_name *n, struct sql_schema *out)
{
	const char *name = n->parts[n->n - 1];
	bool global = n->n == 2 && !strcasecmp(n->parts[0], "global_temp");
	struct sql_view *v = n->n == 1 || global ? session_view(c->s, name, global) : NULL;
	struct sql_table t;
	if (v && !v->text) {
		*out = v->schema;
		return true;
	}
	if (v) {
		struct rel *rel = resolve_view(&c->r, n, v);
		if (rel)
			compile_schema(c, rel, out);
		return rel != NULL;
	}
	if (!compile_table(c, n, &t))
		return false;
	*out = t.schema;
	return true;
}

static void describe_schema(struct compiling *c, struct rows *r, const struct sql_schema *s)
{
	bool parts = false;
	for (size_t i = 0; i < s->n; i++) {
		padded(c, r, s->columns[i].name, s->columns[i].type, s->columns[i].comment);
		parts |= s->columns[i].partition;
	}
	if (!parts)
		return;
	padded(c, r, "# Partition Information", "", "");
	padded(c, r, "# col_name", "data_type", "comment");
	for (size_t i = 0; i < s->n; i++)
		if (s->columns[i].partition)
			padded(c, r, s->columns[i].name, s->columns[i].type, s->columns[i].comment);
}

static const char *const DESCRIBE[] = { "col_name", "data_type", "comment" };

static void describe_details(struct compiling *c, struct rows *r, const struct sql_table *t)
{
	padded(c, r, "", "", "");
	padded(c, r, "# Detailed Table Information", "", "");
	padded(c, r, "Database", t->database ? t->database : "default", "");
	padded(c, r, "Table", t->name, "");
	padded(c, r, "Type", t->managed ? "MANAGED" : "EXTERNAL", "");
	padded(c, r, "Provider", t->source.format, "");
	padded(c, r, "Location", t->source.n_paths ? t->source.paths[0] : "", "");
}

static int describe_table(struct compiling *c)
{
	struct rows r = { .width = 3 };
	struct sql_schema s = { 0 };
	struct sql_table t;
	const struct sql_name *n = &c->stmt->target;
	if (!described(c, n, &s))
		return compile_fail(c);
	if (c->stmt->column) {
		for (size_t i = 0; i < s.n; i++)
			if (!strcasecmp(s.columns[i].name, c->stmt->column)) {
				static const char *const names[] = { "info_name", "info_value" };
				r.width = 2;
				add_row(c, &r, "col_name", s.columns[i].name, NULL);
				add_row(c, &r, "data_type", s.columns[i].type, NULL);
				add_row(c, &r, "comment", s.columns[i].comment ? s.columns[i].comment : "NULL", NULL);
				return finish(c, &r, names);
			}
		resolve_fail(&c->r, n->pos, "COLUMN_NOT_FOUND", "42703", "The column `%s` cannot be found.",
		             c->stmt->column);
		return compile_fail(c);
	}
	describe_schema(c, &r, &s);
	if (c->stmt->extended && !session_view(c->s, n->parts[n->n - 1], false) && compile_table(c, n, &t))
		describe_details(c, &r, &t);
	return finish(c, &r, DESCRIBE);
}

static int describe_query(struct compiling *c)
{
	struct rows r = { .width = 3 };
	struct sql_schema s;
	struct rel *rel = resolve_query(&c->r, NULL, NULL, c->stmt->query);
	if (!rel)
		return compile_fail(c);
	compile_schema(c, rel, &s);
	describe_schema(c, &r, &s);
	return finish(c, &r, DESCRIBE);
}

static int describe_function(struct compiling *c)
{
	static const char *const names[] = { "function_desc" };
	static const char *const kinds[] = { "scalar", "aggregate", "window", "generator" };
	struct rows r = { .width = 1 };
	const struct sql_name *n = &c->stmt->target;
	const struct sql_function *f = sql_function_find(n->parts[n->n - 1], NULL);
	if (!f) {
		resolve_fail(&c->r, n->pos, "UNRESOLVED_ROUTINE", "42883", "Cannot resolve routine %s.",
		             resolve_name_text(c->plan->arena, n));
		return compile_fail(c);
	}
	add_row(c, &r, arena_printf(c->plan->arena, "Function: %s", f->name), NULL, NULL);
	add_row(c, &r, arena_printf(c->plan->arena, "Kind: %s", kinds[f->kind]), NULL, NULL);
	add_row(c, &r, arena_printf(c->plan->arena, "Arguments: %s", *f->args ? f->args : "none"), NULL, NULL);
	return finish(c, &r, names);
}

static int show_columns(struct compiling *c)
{
	static const char *const names[] = { "col_name" };
	struct rows r = { .width = 1 };
	struct sql_schema s = { 0 };
	if (!described(c, &c->stmt->target, &s))
		return compile_fail(c);
	for (size_t i = 0; i < s.n; i++)
		add_row(c, &r, s.columns[i].name, NULL, NULL);
	return finish(c, &r, names);
}

static int show_create_table(struct compiling *c)
{
	static const char *const names[] = { "createtab_stmt" };
	struct rows r = { .width = 1 };
	struct sql_table t;
	struct buf b = BUF_INIT;
	bool parts = false;
	if (!compile_table(c, &c->stmt->target, &t))
		return compile_fail(c);
	buf_addf(&b, "CREATE TABLE spark_catalog.%s.%s (\n", t.database, t.name);
	for (size_t i = 0; i < t.schema.n; i++) {
		const struct sql_type *ty = sql_type_parse(c->plan->arena, t.schema.columns[i].type);
		buf_addf(&b, "  %s %s%s", t.schema.columns[i].name,
		         ty ? sql_type_sql(c->plan->arena, ty) : t.schema.columns[i].type,
		         i + 1 < t.schema.n ? ",\n" : ")\n");
	}
	buf_addf(&b, "USING %s\n", t.source.format);
	for (size_t i = 0; i < t.schema.n; i++)
		if (t.schema.columns[i].partition) {
			buf_addf(&b, "%s%s", parts ? ", " : "PARTITIONED BY (", t.schema.columns[i].name);
			parts = true;
		}
	buf_adds(&b, parts ? ")\n" : "");
	if (!t.managed && t.source.n_paths)
		buf_addf(&b, "LOCATION '%s'\n", t.source.paths[0]);
	add_row(c, &r, arena_strdup(c->plan->arena, buf_str(&b)), NULL, NULL);
	buf_free(&b);
	return finish(c, &r, names);
}

static void explain_node(struct buf *out, const cJSON *node, int depth)
{
	const cJSON *text = cJSON_GetObjectItem(node, "simpleString"), *child;
	buf_addf(out, "%*s%s%s\n", depth ? (depth - 1) * 3 : 0, "", depth ? "+- " : "",
	         text ? text->valuestring : "?");
	cJSON_ArrayForEach(child, cJSON_GetObjectItem(node, "children"))
		explain_node(out, child, depth + 1);
}

static int explain(struct compiling *c)
{
	static const char *const names[] = { "plan" };
	const struct sql_stmt *inner = c->stmt->explain.stmt;
	struct rows r = { .width = 1 };
	struct buf b = BUF_INIT;
	const struct sql_query *q = inner->kind == SQL_ST_INSERT || inner->kind == SQL_ST_INSERT_DIR ?
	                            inner->insert.query :
	                            inner->kind == SQL_ST_CREATE_TABLE ? inner->create_table.query : inner->query;
	if (!q)
		return compile_unsupported(c, "EXPLAIN of this statement");
	struct rel *rel = resolve_query(&c->r, NULL, NULL, q);
	if (!rel)
		return compile_fail(c);
	cJSON *tree = compile_tree(rel);
	buf_adds(&b, "== Physical Plan ==\n");
	explain_node(&b, tree, 0);
	cJSON_Delete(tree);
	if (c->stmt->explain.mode != SQL_EXPLAIN_SIMPLE) {
		compile_rel(c, rel);
		buf_addf(&b, "\n== Kernel SQL ==\n%s\n", c->plan->kernel_sql);
		c->plan->kernel_sql = NULL;
	}
	add_row(c, &r, arena_strdup(c->plan->arena, buf_str(&b)), NULL, NULL);
	buf_free(&b);
	return finish(c, &r, names);
}

static int use_database(struct compiling *c)
{
	const char *db = c->stmt->target.parts[c->stmt->target.n - 1];
	c->plan->kind = SQL_PLAN_NOTHING;
	if (strcasecmp(db, "default") && strcasecmp(db, "spark_catalog")) {
		resolve_fail(&c->r, c->stmt->target.pos, "SCHEMA_NOT_FOUND", "42704",
		             "The schema `%s` cannot be found. There is one schema here: `default`.", db);
		return compile_fail(c);
	}
	return 0;
}

static int reset(struct compiling *c)
{
	c->plan->kind = SQL_PLAN_NOTHING;
	if (c->stmt->set.key) {
		sql_session_set(c->s, c->stmt->set.key, NULL);
		return 0;
	}
	const char *k;
	void *v;
	size_t it = 0;
	while (map_next(c->s->conf, &it, &k, &v))
		free(map_remove(c->s->conf, k));
	return 0;
}

int compile_show(struct compiling *c)
{
	switch (c->stmt->kind) {
	case SQL_ST_SET: return set_statement(c);
	case SQL_ST_RESET: return reset(c);
	case SQL_ST_SHOW_TABLES: return show_tables(c, false);
	case SQL_ST_SHOW_VIEWS: return show_tables(c, true);
	case SQL_ST_SHOW_DATABASES: return show_databases(c);
	case SQL_ST_SHOW_FUNCTIONS: return show_functions(c);
	case SQL_ST_SHOW_COLUMNS: return show_columns(c);
	case SQL_ST_SHOW_CREATE_TABLE: return show_create_table(c);
	case SQL_ST_DESCRIBE_TABLE: return describe_table(c);
	case SQL_ST_DESCRIBE_QUERY: return describe_query(c);
	case SQL_ST_DESCRIBE_FUNCTION: return describe_function(c);
	case SQL_ST_EXPLAIN: return explain(c);
	case SQL_ST_USE: return use_database(c);
	case SQL_ST_CACHE:
		if (c->stmt->query)
			return compile_unsupported(c, "CACHE TABLE … AS");
		c->plan->kind = SQL_PLAN_NOTHING;
		return 0;
	case SQL_ST_UNCACHE:
	case SQL_ST_CLEAR_CACHE:
	case SQL_ST_REFRESH_TABLE:
	case SQL_ST_ANALYZE:
	case SQL_ST_MSCK: /* partitions are found in the folders each time a table is read */
		c->plan->kind = SQL_PLAN_NOTHING;
		return 0;
	default: return compile_unsupported(c, "This statement");
	}
}
