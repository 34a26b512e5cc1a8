/* Statements as S-expressions. */
#include <inttypes.h>
#include <string.h>

#include "core/sql/dump_parts.h"

static void dump_flag(struct buf *out, const char *word, bool on)
{
	if (on)
		buf_addf(out, " :%s", word);
}

static void dump_string(struct buf *out, const char *word, const char *value)
{
	if (!value)
		return;
	buf_addf(out, " :%s ", word);
	dump_text(out, value, strlen(value));
}

static void dump_properties(struct buf *out, const char *word, const struct sql_property *list, size_t n)
{
	if (!n)
		return;
	buf_addf(out, " (%s", word);
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, " %s", list[i].key);
		if (!list[i].expr)
			continue;
		buf_addc(out, '=');
		sql_dump_expr(out, list[i].expr);
	}
	buf_addc(out, ')');
}

static void dump_fields(struct buf *out, const char *word, const struct sql_field_ast *list, size_t n)
{
	if (!n)
		return;
	buf_addf(out, " (%s", word);
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, " (%s", list[i].name);
		if (list[i].type) {
			buf_addc(out, ' ');
			sql_dump_type(out, list[i].type);
		}
		dump_flag(out, "not-null", list[i].not_null);
		dump_string(out, "comment", list[i].comment);
		if (list[i].dflt) {
			buf_adds(out, " :default ");
			sql_dump_expr(out, list[i].dflt);
		}
		buf_addc(out, ')');
	}
	buf_addc(out, ')');
}

static void dump_query_of(struct buf *out, const struct sql_query *q)
{
	if (!q)
		return;
	buf_addc(out, ' ');
	sql_dump_query(out, q);
}

static void dump_create_view(struct buf *out, const struct sql_create_view *v)
{
	buf_addc(out, ' ');
	dump_name(out, &v->name);
	dump_flag(out, "or-replace", v->or_replace);
	dump_flag(out, "if-not-exists", v->if_not_exists);
	dump_flag(out, "global", v->global);
	dump_flag(out, "temp", v->temporary);
	dump_fields(out, "columns", v->columns, v->n_columns);
	dump_string(out, "using", v->provider);
	dump_properties(out, "options", v->options, v->n_options);
	dump_string(out, "comment", v->comment);
	dump_properties(out, "properties", v->properties, v->n_properties);
	dump_query_of(out, v->query);
}

static void dump_create_table(struct buf *out, const struct sql_create_table *t)
{
	buf_addc(out, ' ');
	dump_name(out, &t->name);
	dump_flag(out, "or-replace", t->or_replace);
	dump_flag(out, "if-not-exists", t->if_not_exists);
	dump_flag(out, "external", t->external);
	if (t->like.n) {
		buf_adds(out, " :like ");
		dump_name(out, &t->like);
	}
	dump_fields(out, "columns", t->columns, t->n_columns);
	dump_string(out, t->stored_as ? "stored-as" : "using", t->provider);
	dump_properties(out, "options", t->options, t->n_options);
	dump_fields(out, "partitioned", t->partition_by, t->n_partition_by);
	if (t->n_cluster_by) {
		buf_adds(out, " (clustered");
		dump_idents(out, t->cluster_by, t->n_cluster_by);
		buf_addf(out, " %" PRId64 ")", t->buckets);
	}
	dump_string(out, "location", t->location);
	dump_string(out, "comment", t->comment);
	dump_properties(out, "properties", t->properties, t->n_properties);
	dump_query_of(out, t->query);
}

static void dump_insert(struct buf *out, const struct sql_insert_ast *in)
{
	dump_flag(out, "overwrite", in->overwrite);
	if (in->table.n) {
		buf_addc(out, ' ');
		dump_name(out, &in->table);
	}
	dump_flag(out, "local", in->local);
	dump_string(out, "path", in->path);
	dump_string(out, "using", in->provider);
	dump_properties(out, "options", in->options, in->n_options);
	dump_properties(out, "partition", in->partition, in->n_partition);
	dump_flag(out, "if-not-exists", in->if_not_exists);
	dump_flag(out, "by-name", in->by_name);
	dump_idents(out, in->columns, in->n_columns);
	dump_query_of(out, in->query);
}

static void dump_alter(struct buf *out, const struct sql_stmt *s)
{
	dump_flag(out, "if-not-exists", s->alter.if_not_exists);
	for (size_t i = 0; i < s->alter.n_specs; i++) {
		dump_properties(out, "spec", s->alter.specs[i].items, s->alter.specs[i].n_items);
		dump_string(out, "location", s->alter.specs[i].location);
	}
	if (s->alter.new_name.n) {
		buf_adds(out, " :to ");
		dump_name(out, &s->alter.new_name);
	}
}

static const char *const words[] = {
	[SQL_ST_QUERY] = "query", [SQL_ST_SET] = "set", [SQL_ST_RESET] = "reset", [SQL_ST_CREATE_VIEW] = "create-view",
	[SQL_ST_CREATE_TABLE] = "create-table", [SQL_ST_INSERT] = "insert", [SQL_ST_INSERT_DIR] = "insert-dir",
	[SQL_ST_DROP_TABLE] = "drop-table", [SQL_ST_DROP_VIEW] = "drop-view", [SQL_ST_SHOW_TABLES] = "show-tables",
	[SQL_ST_SHOW_VIEWS] = "show-views", [SQL_ST_SHOW_DATABASES] = "show-databases",
	[SQL_ST_SHOW_FUNCTIONS] = "show-functions", [SQL_ST_SHOW_COLUMNS] = "show-columns",
	[SQL_ST_SHOW_CREATE_TABLE] = "show-create-table", [SQL_ST_SHOW_PARTITIONS] = "show-partitions",
	[SQL_ST_SHOW_TBLPROPERTIES] = "show-tblproperties", [SQL_ST_DESCRIBE_TABLE] = "describe-table",
	[SQL_ST_DESCRIBE_FUNCTION] = "describe-function", [SQL_ST_DESCRIBE_DATABASE] = "describe-database",
	[SQL_ST_DESCRIBE_QUERY] = "describe-query", [SQL_ST_EXPLAIN] = "explain", [SQL_ST_USE] = "use",
	[SQL_ST_CREATE_DATABASE] = "create-database", [SQL_ST_DROP_DATABASE] = "drop-database",
	[SQL_ST_TRUNCATE] = "truncate", [SQL_ST_CACHE] = "cache", [SQL_ST_UNCACHE] = "uncache",
	[SQL_ST_CLEAR_CACHE] = "clear-cache", [SQL_ST_REFRESH_TABLE] = "refresh-table", [SQL_ST_MSCK] = "msck",
	[SQL_ST_ANALYZE] = "analyze", [SQL_ST_ADD_PARTITION] = "add-partition",
	[SQL_ST_DROP_PARTITION] = "drop-partition", [SQL_ST_RENAME_TABLE] = "rename-table",
};

static void dump_shared(struct buf *out, const struct sql_stmt *s)
{
	if (s->target.n) {
		buf_addc(out, ' ');
		dump_name(out, &s->target);
	}
	dump_flag(out, "if-exists", s->if_exists);
	dump_flag(out, "extended", s->extended);
	dump_flag(out, "cascade", s->cascade);
	dump_flag(out, "lazy", s->lazy);
	dump_flag(out, "purge", s->purge);
	dump_string(out, "scope", s->scope);
	dump_string(out, "like", s->pattern);
	dump_string(out, "column", s->column);
	dump_properties(out, "spec", s->spec, s->n_spec);
	dump_query_of(out, s->query);
}

void sql_dump_stmt(struct buf *out, const struct sql_stmt *s)
{
	static const char *const modes[] = {"", " :extended", " :codegen", " :cost", " :formatted"};
	if (s->kind == SQL_ST_QUERY) {
		sql_dump_query(out, s->query);
		return;
	}
	buf_addf(out, "(%s", words[s->kind]);
	dump_shared(out, s);
	switch (s->kind) {
	case SQL_ST_SET: case SQL_ST_RESET:
		dump_string(out, "key", s->set.key);
		dump_string(out, "value", s->set.value);
		break;
	case SQL_ST_CREATE_VIEW: dump_create_view(out, &s->create_view); break;
	case SQL_ST_CREATE_TABLE: dump_create_table(out, &s->create_table); break;
	case SQL_ST_INSERT: case SQL_ST_INSERT_DIR: dump_insert(out, &s->insert); break;
	case SQL_ST_EXPLAIN:
		buf_addf(out, "%s ", modes[s->explain.mode]);
		sql_dump_stmt(out, s->explain.stmt);
		break;
	case SQL_ST_CREATE_DATABASE:
		dump_flag(out, "if-not-exists", s->create_database.if_not_exists);
		dump_string(out, "comment", s->create_database.comment);
		dump_string(out, "location", s->create_database.location);
		dump_properties(out, "properties", s->create_database.properties, s->create_database.n_properties);
		break;
	case SQL_ST_ADD_PARTITION: case SQL_ST_DROP_PARTITION: case SQL_ST_RENAME_TABLE: dump_alter(out, s); break;
	default: break;
	}
	buf_addc(out, ')');
}
