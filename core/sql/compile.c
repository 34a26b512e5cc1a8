/* The door: a statement's text becomes a plan. */
#include "core/sql/compile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/lower.h"
#include "core/sql/parser.h"

int compile_fail(struct compiling *c)
{
	return c->r.err->code ? c->r.err->code : ERR_INVALID;
}

int compile_unsupported(struct compiling *c, const char *what)
{
	error_set(c->r.err, ERR_UNSUPPORTED, "%s is not supported.", what);
	error_class(c->r.err, "UNSUPPORTED_FEATURE", "0A000");
	error_at(c->r.err, c->stmt->pos.line, c->stmt->pos.column);
	return ERR_UNSUPPORTED;
}

void compile_schema(struct compiling *c, const struct rel *rel, struct sql_schema *out)
{
	struct arena *a = c->plan->arena;
	out->columns = arena_alloc(a, (rel->n_cols + 1) * sizeof *out->columns);
	out->n = 0;
	for (size_t i = 0; i < rel->n_cols; i++)
		if (!rel->cols[i].hidden) {
			out->columns[out->n].name = rel->cols[i].name;
			out->columns[out->n++].type = sql_type_text(a, rel->cols[i].type);
		}
}

/* ---- the plan's tree, as the event log shows it ---- */

static const char *node_name(const struct rel *rel)
{
	static const char *const names[] = {
		[REL_ONE_ROW] = "Scan OneRowRelation", [REL_SCAN] = "Scan", [REL_VALUES] = "LocalTableScan",
		[REL_RANGE] = "Range", [REL_PROJECT] = "Project", [REL_FILTER] = "Filter",
		[REL_AGGREGATE] = "HashAggregate", [REL_JOIN] = "Join", [REL_SETOP] = "Union",
		[REL_DISTINCT] = "Deduplicate", [REL_SORT] = "Sort", [REL_LIMIT] = "CollectLimit",
		[REL_GENERATE] = "Generate", [REL_CTE] = "CTERelationRef", [REL_SAMPLE] = "Sample",
	};
	return names[rel->kind];
}

static void node_text(struct buf *out, const struct rel *rel)
{
	buf_adds(out, node_name(rel));
	if (rel->kind == REL_SCAN && rel->what)
		buf_addf(out, " %s", rel->what);
	if (rel->kind == REL_CTE)
		buf_addf(out, " %s", rel->cte->name);
	buf_adds(out, " [");
	for (size_t i = 0; i < rel->n_cols && i < 25; i++)
		buf_addf(out, "%s%s#%d", i ? ", " : "", rel->cols[i].name, rel->cols[i].id);
	buf_adds(out, rel->n_cols > 25 ? ", …]" : "]");
}

cJSON *compile_tree(const struct rel *rel)
{
	cJSON *node = cJSON_CreateObject(), *children = cJSON_CreateArray();
	struct buf text = BUF_INIT;
	node_text(&text, rel);
	cJSON_AddStringToObject(node, "nodeName", node_name(rel));
	cJSON_AddStringToObject(node, "simpleString", buf_str(&text));
	buf_free(&text);
	if (rel->child)
		cJSON_AddItemToArray(children, compile_tree(rel->child));
	if (rel->right)
		cJSON_AddItemToArray(children, compile_tree(rel->right));
	if (rel->kind == REL_CTE && rel->cte->rel && !rel->cte->recursive)
		cJSON_AddItemToArray(children, compile_tree(rel->cte->rel));
	cJSON_AddItemToObject(node, "children", children);
	return node;
}

void compile_rel(struct compiling *c, struct rel *rel)
{
	struct buf b = BUF_INIT;
	const struct rel *top = rel->kind == REL_LIMIT ? rel->child : rel;
	lower_root(&b, rel, c->r.ctes.items, c->r.ctes.len);
	c->plan->kernel_sql = arena_strdup(c->plan->arena, buf_str(&b));
	c->plan->ordered = top->kind == REL_SORT && top->sort.n_keys;
	buf_free(&b);
	compile_schema(c, rel, &c->plan->schema);
	c->plan->tree = compile_tree(rel);
}

static int compile_query(struct compiling *c)
{
	struct rel *rel = resolve_query(&c->r, NULL, NULL, c->stmt->query);
	if (!rel)
		return compile_fail(c);
	c->plan->kind = SQL_PLAN_QUERY;
	compile_rel(c, rel);
	return 0;
}

const char *compile_database(struct compiling *c, const struct sql_name *name)
{
	return name->n > 1 ? name->parts[name->n - 2] : session_database(c->s);
}

static int compile_drop_view(struct compiling *c)
{
	const struct sql_name *n = &c->stmt->target;
	bool global = n->n > 1 && !strcasecmp(n->parts[0], "global_temp");
	c->plan->kind = SQL_PLAN_NOTHING;
	if (session_view_drop(c->s, n->parts[n->n - 1], global) || c->stmt->if_exists)
		return 0;
	resolve_fail(&c->r, n->pos, "TABLE_OR_VIEW_NOT_FOUND", "42P01", "The table or view %s cannot be found.",
	             resolve_name_text(c->plan->arena, n));
	return compile_fail(c);
}

static int compile_drop_table(struct compiling *c)
{
	const struct sql_name *n = &c->stmt->target;
	const char *name = n->parts[n->n - 1];
	struct sql_table t;
	if (n->n == 1 && session_view_drop(c->s, name, false)) {
		c->plan->kind = SQL_PLAN_NOTHING;
		return 0;
	}
	int rc = c->s->env->table_get(c->s->env->ctx, compile_database(c, n), name, c->plan->arena, &t, c->r.err);
	if (rc == ERR_NOTFOUND && c->stmt->if_exists) {
		c->plan->kind = SQL_PLAN_NOTHING;
		return 0;
	}
	if (rc) {
		if (rc == ERR_NOTFOUND)
			resolve_fail(&c->r, n->pos, "TABLE_OR_VIEW_NOT_FOUND", "42P01",
			             "The table or view %s cannot be found.", resolve_name_text(c->plan->arena, n));
		return compile_fail(c);
	}
	c->plan->kind = SQL_PLAN_DROP_TABLE;
	c->plan->table = t;
	c->plan->if_exists = c->stmt->if_exists;
	return 0;
}

static int dispatch(struct compiling *c)
{
	switch (c->stmt->kind) {
	case SQL_ST_QUERY: return compile_query(c);
	case SQL_ST_CREATE_VIEW: return compile_create_view(c);
	case SQL_ST_CREATE_TABLE: return compile_create_table(c);
	case SQL_ST_INSERT: return compile_insert(c);
	case SQL_ST_INSERT_DIR: return compile_insert_dir(c);
	case SQL_ST_DROP_TABLE: return compile_drop_table(c);
	case SQL_ST_DROP_VIEW: return compile_drop_view(c);
	default: return compile_show(c);
	}
}

static const char *variable(void *ctx, const char *prefix, const char *name)
{
	const struct sql_session *s = ctx;
	if (!strcasecmp(prefix, "env"))
		return getenv(name);
	if (!*prefix || !strcasecmp(prefix, "hivevar")) {
		const char *v = map_get(s->vars, name);
		return v || *prefix ? v : sql_session_conf(s, name, NULL);
	}
	if (!strcasecmp(prefix, "hiveconf") || !strcasecmp(prefix, "spark") || !strcasecmp(prefix, "sparkconf")) {
		const char *v = sql_session_conf(s, name, NULL);
		if (v || strcasecmp(prefix, "spark"))
			return v;
		struct buf key = BUF_INIT;
		buf_addf(&key, "spark.%s", name);
		v = sql_session_conf(s, buf_str(&key), NULL);
		buf_free(&key);
		return v;
	}
	return NULL;
}

static struct sql_plan *plan_new(const char *script, size_t begin, size_t end)
{
	struct arena *a = arena_new();
	struct sql_plan *p = arena_new_of(a, struct sql_plan);
	p->arena = a;
	p->text = arena_strndup(a, script + begin, end - begin);
	p->line = p->column = 1;
	return p;
}

static void compiling_end(struct compiling *c)
{
	vec_free(&c->r.ctes);
	vec_free(&c->r.shown);
	map_free(c->r.views_used, NULL);
}

int sql_compile(struct sql_session *s, const char *script, size_t begin, size_t end, struct sql_plan **out,
                struct error *err)
{
	struct error local = ERROR_INIT;
	struct sql_stmt *stmt = NULL;
	struct compiling c = { .s = s, .plan = plan_new(script, begin, end) };
	bool substitute = strcasecmp(sql_session_conf(s, "spark.sql.variable.substitute", "true"), "false") != 0;
	*out = NULL;
	err = err ? err : &local;
	memset(err, 0, sizeof *err);
	int rc = sql_parse_statement(c.plan->arena, script, begin, end, substitute ? variable : NULL, s, &stmt, err);
	if (!rc) {
		c.stmt = stmt;
		c.plan->line = stmt->pos.line;
		c.plan->column = stmt->pos.column;
		c.r = (struct resolver){ .session = s, .env = s->env, .a = c.plan->arena, .err = err };
		c.r.ansi = session_ansi(s);
		c.r.views_used = map_new();
		rc = dispatch(&c);
		compiling_end(&c);
	}
	if (rc) {
		sql_plan_free(c.plan);
		return rc;
	}
	memset(err, 0, sizeof *err);
	*out = c.plan;
	return 0;
}

void sql_plan_free(struct sql_plan *p)
{
	if (!p)
		return;
	cJSON_Delete(p->tree);
	arena_free(p->arena); /* p lies in it */
}
