/* CREATE VIEW, TABLE, DATABASE. */
#include "core/sql/parse.h"

struct create_words { bool or_replace, temporary, global, external; };

/* ---- views ---- */

static void parse_view_clauses(struct parser *p, struct sql_create_view *v)
{
	for (;;) {
		if (take_kw(p, KW_COMMENT))
			v->comment = parse_string(p, NULL);
		else if (take_kw(p, KW_TBLPROPERTIES))
			v->properties = parse_properties(p, &v->n_properties);
		else if (is_kw(p, KW_PARTITIONED) || (is_kw(p, KW_WITH) && is_word(peek(p, 1))))
			fail_unsupported(p, p->tok->pos, "This clause of CREATE VIEW");
		else
			break;
	}
}

/* CREATE TEMP VIEW v (a int) USING csv OPTIONS (…): the columns have types there, and none with AS. */
static bool view_has_provider(const struct parser *p)
{
	size_t n = 0, depth = 0;
	if (!is_op(p, '('))
		return is_kw(p, KW_USING);
	do {
		if (peek_op(p, n, '('))
			depth++;
		if (peek_op(p, n, ')'))
			depth--;
		n++;
	} while (depth && peek(p, n)->kind != SQL_TOK_END);
	return peek_kw(p, n, KW_USING);
}

static struct sql_stmt *parse_create_view(struct parser *p, struct sql_stmt *s, struct create_words w)
{
	struct sql_create_view *v = &s->create_view;
	s->kind = SQL_ST_CREATE_VIEW;
	v->or_replace = w.or_replace;
	v->temporary = w.temporary;
	v->global = w.global;
	v->if_not_exists = take_if_not_exists(p);
	v->name = parse_name(p);
	bool provider = view_has_provider(p);
	if (take_op(p, '(')) {
		v->columns = parse_columns(p, &v->n_columns, provider);
		expect_op(p, ')');
	}
	if (provider) {
		if (!v->temporary)
			return fail_here(p);
		expect_kw(p, KW_USING);
		v->provider = parse_provider(p);
		if (take_kw(p, KW_OPTIONS))
			v->options = parse_properties(p, &v->n_options);
		return s;
	}
	parse_view_clauses(p, v);
	expect_kw(p, KW_AS);
	v->query_text = rest_of_text(p);
	v->query = parse_query(p);
	return s;
}

/* ---- tables ---- */

/* (a, b) or (a int, b string); a transform such as years(ts) is not known yet. */
static void parse_partitioned_by(struct parser *p, struct sql_create_table *t)
{
	VEC(struct sql_field_ast) list = {0};
	expect_op(p, '(');
	do {
		struct sql_field_ast f = {.pos = p->tok->pos};
		if (is_word(p->tok) && peek_op(p, 1, '('))
			fail_unsupported(p, f.pos, "A partition transform");
		f.name = parse_ident(p).name;
		if (!is_op(p, ',') && !is_op(p, ')')) {
			take_op(p, ':');
			f.type = parse_type(p);
			f.not_null = take_kw2(p, KW_NOT, KW_NULL);
			if (take_kw(p, KW_COMMENT))
				f.comment = parse_string(p, NULL);
		}
		vec_push(&list, f);
	} while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, t->partition_by, t->n_partition_by);
}

static void parse_clustered_by(struct parser *p, struct sql_create_table *t)
{
	t->cluster_by = parse_ident_parens(p, &t->n_cluster_by);
	if (is_kw(p, KW_SORTED))
		fail_unsupported(p, p->tok->pos, "SORTED BY");
	expect_kw(p, KW_INTO);
	t->buckets = parse_int64(p);
	expect_kw(p, KW_BUCKETS);
}

static bool parse_table_clause(struct parser *p, struct sql_create_table *t)
{
	if (take_kw(p, KW_USING)) {
		t->provider = parse_provider(p);
	} else if (take_kw(p, KW_OPTIONS)) {
		t->options = parse_properties(p, &t->n_options);
	} else if (take_kw2(p, KW_PARTITIONED, KW_BY)) {
		parse_partitioned_by(p, t);
	} else if (take_kw2(p, KW_CLUSTERED, KW_BY)) {
		parse_clustered_by(p, t);
	} else if (take_kw(p, KW_LOCATION)) {
		t->location = parse_string(p, NULL);
	} else if (take_kw(p, KW_COMMENT)) {
		t->comment = parse_string(p, NULL);
	} else if (take_kw(p, KW_TBLPROPERTIES)) {
		t->properties = parse_properties(p, &t->n_properties);
	} else if (take_kw2(p, KW_STORED, KW_AS)) {
		if (is_word(peek(p, 1)) || peek(p, 1)->kind == SQL_TOK_STRING)
			if (!peek_kw(p, 1, KW_AS) && !peek_kw(p, 1, KW_LOCATION) && !peek_kw(p, 1, KW_TBLPROPERTIES))
				fail_unsupported(p, p->tok->pos, "STORED AS INPUTFORMAT … OUTPUTFORMAT");
		t->provider = parse_provider(p);
		t->stored_as = true;
	} else if (is_kw(p, KW_ROW) || is_kw(p, KW_SKEWED) || is_kw(p, KW_STORED) || is_kw(p, KW_CLUSTER)) {
		fail_unsupported(p, p->tok->pos, "ROW FORMAT, SKEWED BY, STORED BY or CLUSTER BY of CREATE TABLE");
	} else {
		return false;
	}
	return !p->failed;
}

static struct sql_stmt *parse_create_table(struct parser *p, struct sql_stmt *s, struct create_words w)
{
	struct sql_create_table *t = &s->create_table;
	s->kind = SQL_ST_CREATE_TABLE;
	t->or_replace = w.or_replace;
	t->external = w.external;
	t->temporary = w.temporary;
	t->if_not_exists = take_if_not_exists(p);
	t->name = parse_name(p);
	if (take_kw(p, KW_LIKE))
		t->like = parse_name(p);
	if (is_op(p, '(') && !at_query(&(struct parser){.tokens = p->tokens, .tok = p->tok + 1})) {
		advance(p);
		t->columns = parse_columns(p, &t->n_columns, true);
		expect_op(p, ')');
	}
	while (parse_table_clause(p, t))
		continue;
	if (take_kw(p, KW_AS) || at_query(p) || is_op(p, '('))
		t->query = parse_query(p);
	if (t->query && t->n_columns)
		return fail_at(p, t->columns[0].pos, "PARSE_SYNTAX_ERROR", "42601",
		               "A schema must not be given with CREATE TABLE … AS SELECT.");
	if (t->temporary)
		return fail_unsupported(p, s->pos, "CREATE TEMPORARY TABLE (use CREATE TEMPORARY VIEW)");
	return s;
}

static struct sql_stmt *parse_create_database(struct parser *p, struct sql_stmt *s)
{
	s->kind = SQL_ST_CREATE_DATABASE;
	s->create_database.if_not_exists = take_if_not_exists(p);
	s->target = parse_name(p);
	for (;;) {
		if (take_kw(p, KW_COMMENT))
			s->create_database.comment = parse_string(p, NULL);
		else if (take_kw(p, KW_LOCATION))
			s->create_database.location = parse_string(p, NULL);
		else if (take_kw2(p, KW_WITH, KW_DBPROPERTIES))
			s->create_database.properties = parse_properties(p, &s->create_database.n_properties);
		else
			return s;
	}
}

struct sql_stmt *parse_create(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_CREATE_VIEW);
	struct create_words w = {0};
	advance(p);
	w.or_replace = take_kw2(p, KW_OR, KW_REPLACE);
	w.global = take_kw(p, KW_GLOBAL);
	w.temporary = take_kw(p, KW_TEMPORARY) || take_kw(p, KW_TEMP);
	w.external = take_kw(p, KW_EXTERNAL);
	if (take_kw(p, KW_VIEW))
		return w.global && !w.temporary ? fail_here(p) : parse_create_view(p, s, w);
	if (take_kw(p, KW_TABLE))
		return parse_create_table(p, s, w);
	if (!w.or_replace && !w.temporary &&
	    (take_kw(p, KW_DATABASE) || take_kw(p, KW_SCHEMA) || take_kw(p, KW_NAMESPACE)))
		return parse_create_database(p, s);
	if (is_kw(p, KW_FUNCTION) || is_kw(p, KW_INDEX) || (is_word(p->tok) && peek_kw(p, 1, KW_VIEW)))
		return fail_unsupported(p, s->pos, "This form of CREATE");
	return fail_here(p);
}
