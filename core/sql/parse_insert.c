/* INSERT INTO | OVERWRITE a table or a directory; ALTER TABLE, as far as partitions and names go. */
#include "core/sql/parse.h"

/* WITH before INSERT belongs to its query; a query that has a WITH of its own becomes a body within. */
static struct sql_query *add_with(struct parser *p, struct sql_query *q, const struct sql_with *with)
{
	if (!q || !with->n)
		return q;
	if (!q->n_ctes) {
		q->ctes = with->ctes;
		q->n_ctes = with->n;
		q->recursive = with->recursive;
		return q;
	}
	struct sql_query *outer = arena_new_of(p->arena, struct sql_query);
	outer->pos = q->pos;
	outer->ctes = with->ctes;
	outer->n_ctes = with->n;
	outer->recursive = with->recursive;
	outer->body = new_rel(p, SQL_REL_QUERY, q->pos);
	outer->body->query = q;
	finish_rel(p, outer->body, q->height);
	outer->height = limit_height(p, outer->body->height + 1, q->pos);
	return outer;
}

static void parse_directory(struct parser *p, struct sql_stmt *s)
{
	struct sql_insert_ast *in = &s->insert;
	s->kind = SQL_ST_INSERT_DIR;
	in->local = take_kw(p, KW_LOCAL);
	expect_kw(p, KW_DIRECTORY);
	if (is_string(p))
		in->path = parse_string(p, NULL);
	if (is_kw(p, KW_ROW))
		fail_unsupported(p, p->tok->pos, "ROW FORMAT of INSERT OVERWRITE DIRECTORY");
	if (take_kw2(p, KW_STORED, KW_AS)) {
		in->provider = parse_provider(p);
		return;
	}
	if (!is_kw(p, KW_USING) && !p->failed && (at_query(p) || is_op(p, '(')))
		fail_at(p, p->tok->pos, "NOT_SUPPORTED_COMMAND_WITHOUT_HIVE_SUPPORT", "0A000",
		        "INSERT OVERWRITE DIRECTORY needs a format here: USING parquet, for example.");
	expect_kw(p, KW_USING);
	in->provider = parse_provider(p);
	if (take_kw(p, KW_OPTIONS))
		in->options = parse_properties(p, &in->n_options);
}

static bool at_column_list(const struct parser *p)
{
	struct parser inside = {.tokens = p->tokens, .tok = p->tok + 1};
	return is_op(p, '(') && is_word(peek(p, 1)) && !at_query(&inside);
}

static void parse_table_target(struct parser *p, struct sql_stmt *s)
{
	struct sql_insert_ast *in = &s->insert;
	take_kw(p, KW_TABLE);
	in->table = parse_name(p);
	if (is_kw(p, KW_WITH) && peek_op(p, 1, '('))
		fail_unsupported(p, p->tok->pos, "INSERT … WITH (options)");
	if (take_kw(p, KW_PARTITION)) {
		in->partition = parse_partition_spec(p, &in->n_partition);
		in->if_not_exists = take_if_not_exists(p);
	}
	if (is_kw(p, KW_REPLACE))
		fail_unsupported(p, p->tok->pos, "INSERT INTO … REPLACE WHERE");
	if (take_kw2(p, KW_BY, KW_NAME))
		in->by_name = true;
	else if (at_column_list(p))
		in->columns = parse_ident_parens(p, &in->n_columns);
}

struct sql_stmt *parse_insert(struct parser *p, const struct sql_with *with)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_INSERT);
	expect_kw(p, KW_INSERT);
	s->insert.overwrite = take_kw(p, KW_OVERWRITE);
	if (!s->insert.overwrite)
		expect_kw(p, KW_INTO);
	if (s->insert.overwrite && (is_kw(p, KW_DIRECTORY) || (is_kw(p, KW_LOCAL) && peek_kw(p, 1, KW_DIRECTORY))))
		parse_directory(p, s);
	else
		parse_table_target(p, s);
	s->insert.query = add_with(p, parse_query(p), with);
	return s;
}

/* ---- ALTER TABLE ---- */

static void parse_alter_specs(struct parser *p, struct sql_stmt *s, bool locations)
{
	VEC(struct sql_partition_spec) list = {0};
	do {
		struct sql_partition_spec spec = {0};
		expect_kw(p, KW_PARTITION);
		spec.items = parse_partition_spec(p, &spec.n_items);
		if (locations && take_kw(p, KW_LOCATION))
			spec.location = parse_string(p, NULL);
		vec_push(&list, spec);
	} while (locations ? is_kw(p, KW_PARTITION) : take_op(p, ','));
	TAKE_LIST(p, &list, s->alter.specs, s->alter.n_specs);
}

struct sql_stmt *parse_alter(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_RENAME_TABLE);
	advance(p);
	if (!take_kw(p, KW_TABLE))
		return is_word(p->tok) ? fail_unsupported(p, s->pos, "This form of ALTER") : fail_here(p);
	s->target = parse_name(p);
	if (take_kw2(p, KW_RENAME, KW_TO)) {
		s->alter.new_name = parse_name(p);
	} else if (take_kw2(p, KW_RECOVER, KW_PARTITIONS)) {
		s->kind = SQL_ST_MSCK;
	} else if (is_kw(p, KW_ADD) && (peek_kw(p, 1, KW_PARTITION) || peek_kw(p, 1, KW_IF))) {
		advance(p);
		s->kind = SQL_ST_ADD_PARTITION;
		s->alter.if_not_exists = take_if_not_exists(p);
		parse_alter_specs(p, s, true);
	} else if (is_kw(p, KW_DROP) && (peek_kw(p, 1, KW_PARTITION) || peek_kw(p, 1, KW_IF))) {
		advance(p);
		s->kind = SQL_ST_DROP_PARTITION;
		s->if_exists = take_if_exists(p);
		parse_alter_specs(p, s, false);
		s->purge = take_kw(p, KW_PURGE);
	} else {
		return is_word(p->tok) ? fail_unsupported(p, s->pos, "This form of ALTER TABLE") : fail_here(p);
	}
	return s;
}
