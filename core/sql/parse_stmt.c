/* Statements: the first words decide. What Spark knows and stoker does not is named in the error. */
#include <ctype.h>

#include "core/sql/parse.h"

struct sql_stmt *new_stmt(struct parser *p, enum sql_stmt_kind kind)
{
	struct sql_stmt *s = arena_new_of(p->arena, struct sql_stmt);
	s->kind = kind;
	s->pos = p->tok->pos;
	return s;
}

bool take_if_exists(struct parser *p)
{
	return take_kw2(p, KW_IF, KW_EXISTS);
}

bool take_if_not_exists(struct parser *p)
{
	if (!is_kw(p, KW_IF) || !peek_kw(p, 1, KW_NOT))
		return false;
	advance(p);
	advance(p);
	return expect_kw(p, KW_EXISTS);
}

const char *parse_provider(struct parser *p)
{
	struct sql_name name = parse_name(p);
	const char *text = "";
	for (size_t i = 0; i < name.n; i++)
		text = arena_printf(p->arena, "%s%s%s", text, i ? "." : "", name.parts[i]);
	return lower_text(p, text);
}

const char *rest_of_text(struct parser *p)
{
	const char *end = p->tokens.text + p->tokens.text_len;
	/* a quoted name's text lies elsewhere: begin behind the token before it */
	const char *begin = p->tokens.text;
	if (p->tok->kind != SQL_TOK_QUOTED)
		begin = p->tok->text;
	else if (p->tok > p->tokens.items && p->tok[-1].kind != SQL_TOK_QUOTED)
		begin = p->tok[-1].text + p->tok[-1].len;
	while (begin < end && isspace((unsigned char)*begin))
		begin++;
	while (end > begin && (isspace((unsigned char)end[-1]) || end[-1] == ';'))
		end--;
	char *out = arena_alloc(p->arena, (size_t)(end - begin) + 1);
	return memcpy(out, begin, (size_t)(end - begin));
}

/* ---- property lists ---- */

/* The text of a plain literal, as a property keeps it. */
static const char *literal_text(struct parser *p, const struct sql_expr *e)
{
	if (!e)
		return NULL;
	if (e->kind != SQL_EX_LITERAL || e->lit.kind == SQL_LIT_INTERVAL)
		return fail_at(p, e->pos, "PARSE_SYNTAX_ERROR", "42601", "A plain value is expected here.");
	return e->lit.kind == SQL_LIT_NULL ? NULL : e->lit.text;
}

static struct sql_property parse_property(struct parser *p)
{
	struct sql_property prop = {.pos = p->tok->pos};
	if (is_string(p)) {
		size_t len; /* one string only: the value may follow without '=' */
		prop.key = sql_token_string(p->arena, p->tok, &len);
		advance(p);
	} else {
		struct sql_name name = parse_name(p);
		prop.key = "";
		for (size_t i = 0; i < name.n; i++)
			prop.key = arena_printf(p->arena, "%s%s%s", prop.key, i ? "." : "", name.parts[i]);
	}
	take_op(p, '=');
	prop.expr = parse_value(p);
	prop.value = literal_text(p, prop.expr);
	return prop;
}

struct sql_property *parse_properties(struct parser *p, size_t *n)
{
	struct sql_property *out;
	VEC(struct sql_property) list = {0};
	expect_op(p, '(');
	do
		vec_push(&list, parse_property(p));
	while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, out, *n);
	return out;
}

struct sql_property *parse_partition_spec(struct parser *p, size_t *n)
{
	struct sql_property *out;
	VEC(struct sql_property) list = {0};
	expect_op(p, '(');
	do {
		struct sql_property prop = {.pos = p->tok->pos, .key = parse_ident(p).name};
		if (take_op(p, '=')) {
			prop.expr = parse_value(p);
			prop.value = literal_text(p, prop.expr);
		}
		vec_push(&list, prop);
	} while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, out, *n);
	return out;
}

static void take_partition(struct parser *p, struct sql_stmt *s)
{
	if (take_kw(p, KW_PARTITION))
		s->spec = parse_partition_spec(p, &s->n_spec);
}

/* ---- small statements ---- */

static bool take_database_word(struct parser *p)
{
	return take_kw(p, KW_DATABASE) || take_kw(p, KW_SCHEMA) || take_kw(p, KW_NAMESPACE);
}

static struct sql_stmt *parse_drop(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_DROP_TABLE);
	advance(p);
	bool table = take_kw(p, KW_TABLE);
	if (!table && take_kw(p, KW_VIEW))
		s->kind = SQL_ST_DROP_VIEW;
	else if (!table && take_database_word(p))
		s->kind = SQL_ST_DROP_DATABASE;
	else if (!table)
		return is_word(p->tok) ? fail_unsupported(p, s->pos, "This form of DROP") : fail_here(p);
	s->if_exists = take_if_exists(p);
	s->target = parse_name(p);
	if (s->kind == SQL_ST_DROP_TABLE)
		s->purge = take_kw(p, KW_PURGE);
	if (s->kind == SQL_ST_DROP_DATABASE && !take_kw(p, KW_RESTRICT))
		s->cascade = take_kw(p, KW_CASCADE);
	return s;
}

static struct sql_stmt *parse_use(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_USE);
	advance(p);
	if (is_word(peek(p, 1)))
		take_database_word(p);
	s->target = parse_name(p);
	return s;
}

static struct sql_stmt *parse_truncate(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_TRUNCATE);
	advance(p);
	expect_kw(p, KW_TABLE);
	s->target = parse_name(p);
	take_partition(p, s);
	return s;
}

static struct sql_stmt *parse_cache(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_CACHE);
	size_t n;
	advance(p);
	s->lazy = take_kw(p, KW_LAZY);
	expect_kw(p, KW_TABLE);
	s->target = parse_name(p);
	if (take_kw(p, KW_OPTIONS))
		parse_properties(p, &n); /* the storage level: caching is the kernel's matter */
	if (take_kw(p, KW_AS) || at_query(p))
		s->query = parse_query(p);
	return s;
}

static struct sql_stmt *parse_uncache(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_UNCACHE);
	advance(p);
	expect_kw(p, KW_TABLE);
	s->if_exists = take_if_exists(p);
	s->target = parse_name(p);
	return s;
}

static struct sql_stmt *parse_clear(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_CLEAR_CACHE);
	advance(p);
	expect_kw(p, KW_CACHE);
	return s;
}

static struct sql_stmt *parse_refresh(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_REFRESH_TABLE);
	advance(p);
	if (is_string(p) || is_kw(p, KW_FUNCTION))
		return fail_unsupported(p, s->pos, "REFRESH of a path or a function");
	if (is_word(peek(p, 1)))
		expect_kw(p, KW_TABLE);
	s->target = parse_name(p);
	return s;
}

static struct sql_stmt *parse_msck(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_MSCK);
	advance(p);
	expect_kw(p, KW_REPAIR);
	expect_kw(p, KW_TABLE);
	s->target = parse_name(p);
	if ((is_kw(p, KW_DROP) || is_kw(p, KW_SYNC)) && peek_kw(p, 1, KW_PARTITIONS))
		return fail_unsupported(p, s->pos, "MSCK REPAIR TABLE … DROP|SYNC PARTITIONS");
	take_kw2(p, KW_ADD, KW_PARTITIONS);
	return s;
}

static struct sql_stmt *parse_analyze(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_ANALYZE);
	size_t n;
	advance(p);
	if (is_kw(p, KW_TABLES))
		return fail_unsupported(p, s->pos, "ANALYZE TABLES");
	expect_kw(p, KW_TABLE);
	s->target = parse_name(p);
	take_partition(p, s);
	expect_kw(p, KW_COMPUTE);
	expect_kw(p, KW_STATISTICS);
	if (take_kw(p, KW_FOR)) {
		bool all = take_kw(p, KW_ALL);
		expect_kw(p, KW_COLUMNS);
		if (!all)
			parse_ident_list(p, &n);
	} else if (is_word(p->tok)) {
		parse_ident(p); /* NOSCAN */
	}
	return s;
}

static struct sql_stmt *parse_explain(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_EXPLAIN);
	advance(p);
	if (take_kw(p, KW_EXTENDED) || take_kw(p, KW_LOGICAL))
		s->explain.mode = SQL_EXPLAIN_EXTENDED;
	else if (take_kw(p, KW_FORMATTED))
		s->explain.mode = SQL_EXPLAIN_FORMATTED;
	else if (take_kw(p, KW_CODEGEN))
		s->explain.mode = SQL_EXPLAIN_CODEGEN;
	else if (take_kw(p, KW_COST))
		s->explain.mode = SQL_EXPLAIN_COST;
	if (!enter(p))
		return NULL;
	s->explain.stmt = parse_statement(p);
	leave(p);
	return s;
}

/* WITH … may stand before a query or an INSERT. */
static struct sql_stmt *parse_query_stmt(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_QUERY);
	struct sql_with with = {0};
	if (is_kw(p, KW_WITH))
		parse_with(p, &with);
	if (is_kw(p, KW_INSERT)) {
		struct sql_stmt *insert = parse_insert(p, &with);
		if (insert)
			insert->pos = s->pos;
		return insert;
	}
	s->query = parse_query_with(p, s->pos, &with);
	return s;
}

/* ---- what Spark has and stoker has not ---- */

static struct sql_stmt *parse_unknown(struct parser *p)
{
	static const struct { enum sql_kw kw; const char *name; } known[] = {
		{KW_MERGE, "MERGE"}, {KW_UPDATE, "UPDATE"}, {KW_DELETE, "DELETE"}, {KW_LOAD, "LOAD DATA"},
		{KW_EXPORT, "EXPORT"}, {KW_IMPORT, "IMPORT"}, {KW_GRANT, "GRANT"}, {KW_REVOKE, "REVOKE"},
		{KW_ADD, "ADD"}, {KW_LIST, "LIST"}, {KW_COMMENT, "COMMENT ON"}, {KW_DECLARE, "DECLARE"},
		{KW_BEGIN, "A BEGIN … END script"}, {KW_CALL, "CALL"}, {KW_EXECUTE, "EXECUTE IMMEDIATE"},
		{KW_LOCK, "LOCK"}, {KW_UNLOCK, "UNLOCK"}, {KW_MAP, "MAP"}, {KW_REDUCE, "REDUCE"}, {KW_DFS, "DFS"},
		{KW_REPLACE, "REPLACE TABLE"},
	};
	bool goes_on = peek(p, 1)->kind != SQL_TOK_END;
	for (size_t i = 0; goes_on && i < sizeof known / sizeof *known; i++)
		if (is_kw(p, known[i].kw))
			return fail_unsupported(p, p->tok->pos, arena_printf(p->arena, "The statement %s", known[i].name));
	return fail_here(p);
}

struct sql_stmt *parse_statement(struct parser *p)
{
	if (is_op(p, '(') || at_query(p))
		return parse_query_stmt(p);
	switch (p->tok->kind == SQL_TOK_WORD ? p->tok->kw : KW_NONE) {
	case KW_SET: case KW_RESET: return parse_set(p);
	case KW_CREATE: return parse_create(p);
	case KW_INSERT: return parse_insert(p, &(struct sql_with){0});
	case KW_DROP: return parse_drop(p);
	case KW_SHOW: return parse_show(p);
	case KW_DESC: case KW_DESCRIBE: return parse_describe(p);
	case KW_EXPLAIN: return parse_explain(p);
	case KW_USE: return parse_use(p);
	case KW_TRUNCATE: return parse_truncate(p);
	case KW_CACHE: return parse_cache(p);
	case KW_UNCACHE: return parse_uncache(p);
	case KW_CLEAR: return parse_clear(p);
	case KW_REFRESH: return parse_refresh(p);
	case KW_MSCK: return parse_msck(p);
	case KW_ANALYZE: return parse_analyze(p);
	case KW_ALTER: return parse_alter(p);
	default: return parse_unknown(p);
	}
}
