/* Views, tables, and writing into them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/compile.h"

static char *lowered(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);
	for (char *p = out; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return out;
}

/* Keys in lower case; path is taken out of the list. */
struct sql_option *compile_options(struct compiling *c, const struct sql_property *p, size_t n, size_t *out_n,
                                   const char **path)
{
	struct sql_option *o = arena_alloc(c->plan->arena, (n + 1) * sizeof *o);
	*out_n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *key = lowered(c->plan->arena, p[i].key);
		if (!strcmp(key, "path")) {
			if (path)
				*path = p[i].value;
			continue;
		}
		o[(*out_n)++] = (struct sql_option){ key, p[i].value ? p[i].value : "" };
	}
	return o;
}

static bool columns_of(struct compiling *c, const struct sql_field_ast *f, size_t n, struct sql_schema *out)
{
	out->columns = arena_alloc(c->plan->arena, (n + 1) * sizeof *out->columns);
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct sql_type *t = f[i].type ? sql_type_from_ast(c->plan->arena, f[i].type) : NULL;
		if (!t)
			return resolve_fail(&c->r, f[i].pos, "UNSUPPORTED_DATATYPE", "0A000",
			                    "Column `%s` has no supported data type.", f[i].name);
		out->columns[out->n++] = (struct sql_column){ f[i].name, sql_type_text(c->plan->arena, t),
			                                      f[i].comment, false };
	}
	return true;
}

static bool known_format(struct compiling *c, const char *format, struct sql_pos pos)
{
	static const char *const formats[] = { "parquet", "csv", "json", "text" };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcasecmp(format, formats[i]))
			return true;
	resolve_fail(&c->r, pos, "DATA_SOURCE_NOT_FOUND", "42K02",
	             "Failed to find the data source: %s. Known are csv, json, parquet and text.", format);
	return false;
}

/* ---- views ---- */

static void copy_schema(struct arena *a, const struct sql_schema *from, struct sql_schema *to)
{
	to->n = from->n;
	to->columns = arena_alloc(a, (from->n + 1) * sizeof *to->columns);
	for (size_t i = 0; i < from->n; i++) {
		to->columns[i].name = arena_strdup(a, from->columns[i].name);
		to->columns[i].type = arena_strdup(a, from->columns[i].type);
		to->columns[i].comment = arena_strdup(a, from->columns[i].comment);
		to->columns[i].partition = from->columns[i].partition;
	}
}

static void copy_source(struct arena *a, const struct sql_source *from, struct sql_source *to)
{
	to->format = arena_strdup(a, from->format);
	to->n_paths = from->n_paths;
	to->paths = arena_alloc(a, (from->n_paths + 1) * sizeof *to->paths);
	for (size_t i = 0; i < from->n_paths; i++)
		to->paths[i] = arena_strdup(a, from->paths[i]);
	to->n_options = from->n_options;
	to->options = arena_alloc(a, (from->n_options + 1) * sizeof *to->options);
	for (size_t i = 0; i < from->n_options; i++) {
		to->options[i].key = arena_strdup(a, from->options[i].key);
		to->options[i].value = arena_strdup(a, from->options[i].value);
	}
	if (from->declared) {
		struct sql_schema *d = arena_new_of(a, struct sql_schema);
		copy_schema(a, from->declared, d);
		to->declared = d;
	}
}

static struct sql_view *view_new(const struct compiling *c, const char *name)
{
	struct arena *a = arena_new();
	struct sql_view *v = arena_new_of(a, struct sql_view);
	v->arena = a;
	v->name = arena_strdup(a, name);
	v->global = c->stmt->create_view.global;
	v->ansi = session_ansi(c->s);
	return v;
}

static int view_of_files(struct compiling *c, const char *name)
{
	const struct sql_create_view *cv = &c->stmt->create_view;
	struct sql_source src = { .format = cv->provider };
	struct sql_schema declared, schema = { 0 };
	const char *path = NULL;
	if (!known_format(c, cv->provider, c->stmt->pos))
		return compile_fail(c);
	src.options = compile_options(c, cv->options, cv->n_options, &src.n_options, &path);
	src.paths = &path;
	src.n_paths = path != NULL;
	if (!path) {
		resolve_fail(&c->r, c->stmt->pos, "PATH_NOT_FOUND", "42K03",
		             "The view needs a path: OPTIONS (path '…').");
		return compile_fail(c);
	}
	if (cv->n_columns) {
		if (!columns_of(c, cv->columns, cv->n_columns, &declared))
			return compile_fail(c);
		src.declared = &declared;
	}
	int rc = c->s->env->describe(c->s->env->ctx, &src, c->plan->arena, &schema, c->r.err);
	if (rc) {
		if (!c->r.err->line)
			error_at(c->r.err, c->stmt->pos.line, c->stmt->pos.column);
		return rc;
	}
	struct sql_view *v = view_new(c, name);
	copy_source(v->arena, &src, &v->source);
	copy_schema(v->arena, &schema, &v->schema);
	session_view_set(c->s, v);
	return 0;
}

static int view_of_query(struct compiling *c, const char *name)
{
	const struct sql_create_view *cv = &c->stmt->create_view;
	struct rel *rel = resolve_query(&c->r, NULL, NULL, cv->query);
	if (!rel)
		return compile_fail(c);
	if (cv->n_columns && cv->n_columns != rel->n_cols) {
		resolve_fail(&c->r, c->stmt->pos, "CREATE_VIEW_COLUMN_ARITY_MISMATCH", "21S01",
		             "Cannot create view `%s`: the number of columns does not match the query's output "
		             "(%zu and %zu).", name, cv->n_columns, rel->n_cols);
		return compile_fail(c);
	}
	struct sql_view *v = view_new(c, name);
	v->text = arena_strdup(v->arena, cv->query_text);
	v->n_columns = cv->n_columns;
	v->column_names = arena_alloc(v->arena, (cv->n_columns + 1) * sizeof *v->column_names);
	for (size_t i = 0; i < cv->n_columns; i++)
		v->column_names[i] = arena_strdup(v->arena, cv->columns[i].name);
	session_view_set(c->s, v);
	return 0;
}

int compile_create_view(struct compiling *c)
{
	const struct sql_create_view *cv = &c->stmt->create_view;
	const char *name = cv->name.parts[cv->name.n - 1];
	c->plan->kind = SQL_PLAN_NOTHING;
	if (!cv->temporary && !cv->global)
		return compile_unsupported(c, "A permanent view (use CREATE TEMPORARY VIEW)");
	bool exists = session_view(c->s, name, cv->global) != NULL;
	if (exists && cv->if_not_exists)
		return 0;
	if (exists && !cv->or_replace) {
		resolve_fail(&c->r, cv->name.pos, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
		             "Cannot create the temporary view `%s` because it already exists. Choose a different "
		             "name, drop or replace the existing view.", name);
		return compile_fail(c);
	}
	return cv->provider ? view_of_files(c, name) : view_of_query(c, name);
}

/* ---- tables ---- */

bool compile_table(struct compiling *c, const struct sql_name *name, struct sql_table *t)
{
	const char *table = name->parts[name->n - 1];
	memset(t, 0, sizeof *t);
	int rc = c->s->env->table_get(c->s->env->ctx, compile_database(c, name), table, c->plan->arena, t, c->r.err);
	if (rc == ERR_NOTFOUND)
		resolve_fail(&c->r, name->pos, "TABLE_OR_VIEW_NOT_FOUND", "42P01",
		             "The table or view %s cannot be found. Verify the spelling and correctness of the schema "
		             "and catalog.", resolve_name_text(c->plan->arena, name));
	return rc == 0;
}

static struct sql_column *find_column(struct sql_schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcasecmp(s->columns[i].name, name))
			return &s->columns[i];
	return NULL;
}

/* Partition columns go last, in the order of PARTITIONED BY. */
static bool partition_schema(struct compiling *c, const struct sql_create_table *ct, struct sql_schema *s)
{
	struct sql_column *out = arena_alloc(c->plan->arena, (s->n + ct->n_partition_by + 1) * sizeof *out);
	size_t n = 0;
	struct sql_schema parts = { arena_alloc(c->plan->arena, (ct->n_partition_by + 1) * sizeof *parts.columns), 0 };
	for (size_t i = 0; i < ct->n_partition_by; i++) {
		const struct sql_field_ast *f = &ct->partition_by[i];
		struct sql_column *known = find_column(s, f->name), col = { .name = f->name, .partition = true };
		if (f->type) {
			struct sql_schema one;
			if (!columns_of(c, f, 1, &one))
				return false;
			col = one.columns[0];
		} else if (known)
			col = *known;
		else
			return resolve_fail(&c->r, f->pos, "COLUMN_NOT_DEFINED_IN_TABLE", "42703",
			                    "The partition column `%s` is not defined in the table.", f->name);
		col.partition = true;
		parts.columns[parts.n++] = col;
	}
	for (size_t i = 0; i < s->n; i++)
		if (!find_column(&parts, s->columns[i].name))
			out[n++] = s->columns[i];
	for (size_t i = 0; i < parts.n; i++)
		out[n++] = parts.columns[i];
	s->columns = out;
	s->n = n;
	return true;
}

static void partition_names(struct compiling *c, const struct sql_schema *s, struct sql_insert *ins)
{
	ins->partition_by = arena_alloc(c->plan->arena, (s->n + 1) * sizeof *ins->partition_by);
	ins->n_partition_by = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->columns[i].partition)
			ins->partition_by[ins->n_partition_by++] = s->columns[i].name;
}

/* Bring the query's columns into the order of the table's: partition columns last. */
static struct rel *reorder(struct compiling *c, struct rel *rel, const struct sql_schema *s)
{
	struct rel *p = rel_new(c->plan->arena, REL_PROJECT, rel, s->n);
	p->exprs = arena_alloc(c->plan->arena, (s->n + 1) * sizeof *p->exprs);
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < rel->n_cols; k++)
			if (!strcasecmp(rel->cols[k].name, s->columns[i].name) && !rel->cols[k].hidden) {
				p->exprs[i] = tx_column(c->plan->arena, &rel->cols[k], c->stmt->pos);
				p->cols[i] = rel->cols[k];
			}
	return p;
}

static bool duplicate_names(struct compiling *c, const struct sql_schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = i + 1; k < s->n; k++)
			if (!strcasecmp(s->columns[i].name, s->columns[k].name)) {
				resolve_fail(&c->r, c->stmt->pos, "COLUMN_ALREADY_EXISTS", "42711",
				             "The column `%s` already exists. Choose another name or rename the existing "
				             "column.", s->columns[i].name);
				return true;
			}
	return false;
}

static int table_target(struct compiling *c, const struct sql_create_table *ct, struct sql_table *t)
{
	struct arena *a = c->plan->arena;
	const char *path = NULL;
	t->database = compile_database(c, &ct->name);
	t->name = ct->name.parts[ct->name.n - 1];
	t->comment = ct->comment;
	t->source.format = ct->provider ? ct->provider : "parquet";
	if (!known_format(c, t->source.format, c->stmt->pos))
		return compile_fail(c);
	t->source.options = compile_options(c, ct->options, ct->n_options, &t->source.n_options, &path);
	if (ct->location)
		path = ct->location;
	t->managed = !path && !ct->external;
	if (!path) {
		int rc = c->s->env->table_path(c->s->env->ctx, t->database, t->name, a, &path, c->r.err);
		if (rc)
			return rc;
	}
	t->source.paths = arena_alloc(a, sizeof *t->source.paths);
	t->source.paths[0] = path;
	t->source.n_paths = 1;
	return 0;
}

static int create_as(struct compiling *c, const struct sql_create_table *ct, struct sql_table *t)
{
	struct rel *rel = resolve_query(&c->r, NULL, NULL, ct->query);
	if (!rel)
		return compile_fail(c);
	const struct sql_type **types = arena_alloc(c->plan->arena, (rel->n_cols + 1) * sizeof *types);
	for (size_t i = 0; i < rel->n_cols; i++)
		types[i] = rel->cols[i].type->id == SQL_T_VOID ? sql_type_of(SQL_T_STRING) : rel->cols[i].type;
	rel = resolve_project_cast(&c->r, rel, types);
	compile_schema(c, rel, &t->schema);
	if (duplicate_names(c, &t->schema) || !partition_schema(c, ct, &t->schema))
		return compile_fail(c);
	compile_rel(c, ct->n_partition_by ? reorder(c, rel, &t->schema) : rel);
	c->plan->insert.to = t->source;
	c->plan->insert.overwrite = true;
	partition_names(c, &t->schema, &c->plan->insert);
	return 0;
}

static int create_empty(struct compiling *c, const struct sql_create_table *ct, struct sql_table *t)
{
	struct sql_table like;
	if (ct->like.n) {
		if (!compile_table(c, &ct->like, &like))
			return compile_fail(c);
		t->schema = like.schema;
		t->source.format = ct->provider ? ct->provider : like.source.format;
		return 0;
	}
	if (ct->n_columns) {
		if (!columns_of(c, ct->columns, ct->n_columns, &t->schema))
			return compile_fail(c);
	} else if (ct->location) {
		int rc = c->s->env->describe(c->s->env->ctx, &t->source, c->plan->arena, &t->schema, c->r.err);
		if (rc)
			return rc;
	} else if (!ct->n_partition_by) {
		resolve_fail(&c->r, c->stmt->pos, "UNABLE_TO_INFER_SCHEMA", "42KD9",
		             "Unable to infer the schema of the table `%s`. It must be specified manually.", t->name);
		return compile_fail(c);
	}
	return duplicate_names(c, &t->schema) || !partition_schema(c, ct, &t->schema) ? compile_fail(c) : 0;
}

int compile_create_table(struct compiling *c)
{
	const struct sql_create_table *ct = &c->stmt->create_table;
	struct sql_table *t = &c->plan->table, old;
	if (ct->temporary)
		return compile_unsupported(c, "A temporary table (use CREATE TEMPORARY VIEW)");
	if (ct->n_cluster_by)
		return compile_unsupported(c, "A bucketed table");
	c->plan->kind = SQL_PLAN_CREATE_TABLE;
	c->plan->if_not_exists = ct->if_not_exists;
	c->plan->or_replace = ct->or_replace;
	int rc = table_target(c, ct, t);
	if (rc)
		return rc;
	if (!ct->or_replace && !c->s->env->table_get(c->s->env->ctx, t->database, t->name, c->plan->arena, &old,
	                                             c->r.err)) {
		if (ct->if_not_exists) {
			c->plan->kind = SQL_PLAN_NOTHING;
			return 0;
		}
		resolve_fail(&c->r, ct->name.pos, "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
		             "Cannot create table or view `%s`.`%s` because it already exists. Choose a different name, "
		             "drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate "
		             "pre-existing objects.", t->database, t->name);
		return compile_fail(c);
	}
	return ct->query ? create_as(c, ct, t) : create_empty(c, ct, t);
}

/* ---- insert ---- */

static const struct sql_property *static_value(const struct sql_insert_ast *in, const char *column)
{
	for (size_t i = 0; i < in->n_partition; i++)
		if (!strcasecmp(in->partition[i].key, column) && (in->partition[i].value || in->partition[i].expr))
			return &in->partition[i];
	return NULL;
}

static struct tx *static_cell(struct compiling *c, const struct sql_property *p)
{
	struct scope none = { 0 };
	if (p->expr)
		return resolve_expr(&c->r, &none, p->expr);
	return tx_string(c->plan->arena, p->value, p->pos);
}

/* Which column of the query feeds column i of the table: by name, by the column list, or by place. */
static struct tx *fed_by(struct compiling *c, const struct sql_insert_ast *in, const struct rel *rel,
                         const char *column, size_t *next)
{
	struct arena *a = c->plan->arena;
	for (size_t k = 0; in->by_name && k < rel->n_cols; k++)
		if (!strcasecmp(rel->cols[k].name, column))
			return tx_column(a, &rel->cols[k], c->stmt->pos);
	for (size_t k = 0; in->n_columns && k < in->n_columns && k < rel->n_cols; k++)
		if (!strcasecmp(in->columns[k].name, column))
			return tx_column(a, &rel->cols[k], c->stmt->pos);
	if (in->by_name || in->n_columns)
		return tx_null(a, c->stmt->pos);
	return *next < rel->n_cols ? tx_column(a, &rel->cols[(*next)++], c->stmt->pos) : NULL;
}

static struct tx *stored(struct compiling *c, struct tx *e, const struct sql_column *col)
{
	const struct sql_type *t = sql_type_parse(c->plan->arena, col->type);
	bool constant = e->kind == TX_LITERAL;
	if (!t || (!sql_store_allowed(e->type, t) && !(constant && sql_cast_allowed(e->type, t, true))))
		return resolve_fail(&c->r, c->stmt->pos, "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", "KD000",
		                    "Cannot write incompatible data for the table: cannot safely cast `%s` \"%s\" to "
		                    "\"%s\".", col->name, sql_type_sql(c->plan->arena, e->type), col->type);
	return resolve_cast(&c->r, e, t);
}

static bool check_insert(struct compiling *c, const struct sql_insert_ast *in, const struct sql_table *t,
                         const struct rel *rel)
{
	size_t fixed = 0, wanted = in->n_columns;
	for (size_t i = 0; i < in->n_partition; i++) {
		struct sql_column *col = find_column((struct sql_schema *)&t->schema, in->partition[i].key);
		if (!col || !col->partition)
			return resolve_fail(&c->r, in->partition[i].pos, "NON_PARTITION_COLUMN", "42000",
			                    "PARTITION clause cannot contain the non-partition column: `%s`.",
			                    in->partition[i].key);
		fixed += static_value(in, in->partition[i].key) != NULL;
	}
	for (size_t i = 0; i < in->n_columns; i++)
		if (!find_column((struct sql_schema *)&t->schema, in->columns[i].name))
			return resolve_fail(&c->r, in->columns[i].pos, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
			                    "A column with name `%s` cannot be resolved.", in->columns[i].name);
	if (!in->n_columns)
		wanted = t->schema.n - fixed;
	if (!in->by_name && rel->n_cols != wanted)
		return resolve_fail(&c->r, c->stmt->pos, rel->n_cols < wanted ?
		                    "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS" :
		                    "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01",
		                    "Cannot write to `%s`, the reason is %s data columns: table columns: %zu, data "
		                    "columns: %zu.", t->name, rel->n_cols < wanted ? "not enough" : "too many", wanted,
		                    rel->n_cols);
	return true;
}

static struct rel *insert_rows(struct compiling *c, const struct sql_insert_ast *in, const struct sql_table *t,
                               struct rel *rel)
{
	struct arena *a = c->plan->arena;
	struct rel *p = rel_new(a, REL_PROJECT, rel, t->schema.n);
	size_t next = 0;
	p->exprs = arena_alloc(a, (t->schema.n + 1) * sizeof *p->exprs);
	for (size_t i = 0; i < t->schema.n; i++) {
		const struct sql_column *col = &t->schema.columns[i];
		const struct sql_property *fixed = col->partition ? static_value(in, col->name) : NULL;
		struct tx *e = fixed ? static_cell(c, fixed) : fed_by(c, in, rel, col->name, &next);
		if (!e || !(e = stored(c, e, col)))
			return NULL;
		p->exprs[i] = e;
		p->cols[i] = (struct col){ .id = ++c->r.next_id, .name = col->name, .type = e->type };
	}
	return p;
}

static void static_spec(struct compiling *c, const struct sql_insert_ast *in, struct sql_insert *ins)
{
	ins->static_spec = arena_alloc(c->plan->arena, (in->n_partition + 1) * sizeof *ins->static_spec);
	for (size_t i = 0; i < ins->n_partition_by; i++) {
		const struct sql_property *p = static_value(in, ins->partition_by[i]);
		if (!p || !p->value)
			break; /* only a prefix names one folder */
		ins->static_spec[ins->n_static_spec++] = (struct sql_option){ ins->partition_by[i], p->value };
	}
}

int compile_insert(struct compiling *c)
{
	const struct sql_insert_ast *in = &c->stmt->insert;
	struct sql_table *t = &c->plan->table;
	struct sql_insert *ins = &c->plan->insert;
	if (!compile_table(c, &in->table, t))
		return compile_fail(c);
	struct rel *rel = resolve_query(&c->r, NULL, NULL, in->query);
	if (!rel || !check_insert(c, in, t, rel) || !(rel = insert_rows(c, in, t, rel)))
		return compile_fail(c);
	c->plan->kind = SQL_PLAN_INSERT;
	compile_rel(c, rel);
	ins->to = t->source;
	ins->overwrite = in->overwrite;
	ins->dynamic_partitions = !strcasecmp(sql_session_conf(c->s, "spark.sql.sources.partitionOverwriteMode",
	                                                       "static"), "dynamic");
	partition_names(c, &t->schema, ins);
	static_spec(c, in, ins);
	return 0;
}

int compile_insert_dir(struct compiling *c)
{
	const struct sql_insert_ast *in = &c->stmt->insert;
	struct sql_insert *ins = &c->plan->insert;
	const char *path = in->path;
	struct rel *rel = resolve_query(&c->r, NULL, NULL, in->query);
	if (!rel)
		return compile_fail(c);
	ins->to.format = in->provider ? in->provider : "text";
	if (!known_format(c, ins->to.format, c->stmt->pos))
		return compile_fail(c);
	ins->to.options = compile_options(c, in->options, in->n_options, &ins->to.n_options, in->path ? NULL : &path);
	ins->to.paths = arena_alloc(c->plan->arena, sizeof *ins->to.paths);
	ins->to.paths[0] = path;
	ins->to.n_paths = 1;
	if (!path) {
		resolve_fail(&c->r, c->stmt->pos, "PARSE_SYNTAX_ERROR", "42601",
		             "INSERT OVERWRITE DIRECTORY needs a path.");
		return compile_fail(c);
	}
	ins->overwrite = true;
	c->plan->kind = SQL_PLAN_INSERT;
	compile_rel(c, rel);
	return duplicate_names(c, &c->plan->schema) ? compile_fail(c) : 0;
}
