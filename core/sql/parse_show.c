/* SHOW, DESCRIBE, SET and RESET. */
#include <ctype.h>
#include <strings.h>

#include "core/sql/parse.h"

/* ---- SHOW ---- */

static void parse_in_database(struct parser *p, struct sql_stmt *s)
{
	if (take_kw(p, KW_FROM) || take_kw(p, KW_IN))
		s->target = parse_name(p);
}

static void parse_like_pattern(struct parser *p, struct sql_stmt *s)
{
	if (take_kw(p, KW_LIKE) || is_string(p))
		s->pattern = parse_string(p, NULL);
}

static struct sql_stmt *parse_show_columns(struct parser *p, struct sql_stmt *s)
{
	s->kind = SQL_ST_SHOW_COLUMNS;
	if (!take_kw(p, KW_FROM))
		expect_kw(p, KW_IN);
	s->target = parse_name(p);
	if (!take_kw(p, KW_FROM) && !take_kw(p, KW_IN))
		return s;
	struct sql_name database = parse_name(p);
	const char **parts = arena_alloc(p->arena, (database.n + 1) * sizeof *parts);
	memcpy(parts, database.parts, database.n * sizeof *parts);
	if (!p->failed)
		parts[database.n] = s->target.parts[s->target.n - 1];
	s->target.parts = parts;
	s->target.n = database.n + 1;
	return s;
}

static struct sql_stmt *parse_show_functions(struct parser *p, struct sql_stmt *s)
{
	s->kind = SQL_ST_SHOW_FUNCTIONS;
	s->scope = "all";
	if (!is_kw(p, KW_FUNCTIONS)) {
		s->scope = lower_text(p, parse_ident(p).name);
		if (strcmp(s->scope, "all") != 0 && strcmp(s->scope, "user") != 0 && strcmp(s->scope, "system") != 0)
			return fail_here(p);
	}
	expect_kw(p, KW_FUNCTIONS);
	parse_in_database(p, s);
	parse_like_pattern(p, s);
	if (!s->pattern && is_word(p->tok)) {
		struct sql_name name = parse_name(p);
		s->pattern = name.n ? name.parts[name.n - 1] : NULL;
	}
	return s;
}

static struct sql_stmt *parse_show_create(struct parser *p, struct sql_stmt *s)
{
	s->kind = SQL_ST_SHOW_CREATE_TABLE;
	expect_kw(p, KW_CREATE);
	expect_kw(p, KW_TABLE);
	s->target = parse_name(p);
	if (is_kw(p, KW_AS))
		return fail_unsupported(p, s->pos, "SHOW CREATE TABLE … AS SERDE");
	return s;
}

struct sql_stmt *parse_show(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_SHOW_TABLES);
	advance(p);
	if (is_kw(p, KW_FUNCTIONS) || (is_word(p->tok) && peek_kw(p, 1, KW_FUNCTIONS)))
		return parse_show_functions(p, s);
	if (is_kw(p, KW_CREATE))
		return parse_show_create(p, s);
	if (take_kw(p, KW_COLUMNS))
		return parse_show_columns(p, s);
	if (take_kw(p, KW_PARTITIONS)) {
		s->kind = SQL_ST_SHOW_PARTITIONS;
		s->target = parse_name(p);
		if (take_kw(p, KW_PARTITION))
			s->spec = parse_partition_spec(p, &s->n_spec);
		return s;
	}
	if (take_kw(p, KW_TBLPROPERTIES)) {
		s->kind = SQL_ST_SHOW_TBLPROPERTIES;
		s->target = parse_name(p);
		if (take_op(p, '(')) {
			s->pattern = is_string(p) ? parse_string(p, NULL) : parse_provider(p);
			expect_op(p, ')');
		}
		return s;
	}
	if (take_kw(p, KW_DATABASES) || take_kw(p, KW_SCHEMAS) || take_kw(p, KW_NAMESPACES))
		s->kind = SQL_ST_SHOW_DATABASES;
	else if (take_kw(p, KW_VIEWS))
		s->kind = SQL_ST_SHOW_VIEWS;
	else if (!take_kw(p, KW_TABLES))
		return is_word(p->tok) ? fail_unsupported(p, s->pos, "This form of SHOW") : fail_here(p);
	parse_in_database(p, s);
	parse_like_pattern(p, s);
	return s;
}

/* ---- DESCRIBE ---- */

static struct sql_stmt *parse_describe_named(struct parser *p, struct sql_stmt *s, enum sql_stmt_kind kind)
{
	s->kind = kind;
	advance(p);
	s->extended = is_word(peek(p, 1)) && take_kw(p, KW_EXTENDED);
	if (is_string(p)) {
		s->target = (struct sql_name){.pos = p->tok->pos, .n = 1};
		s->target.parts = arena_alloc(p->arena, sizeof *s->target.parts);
		s->target.parts[0] = parse_string(p, NULL);
	} else if (kind == SQL_ST_DESCRIBE_FUNCTION && p->tok->kind == SQL_TOK_OP && !at_end(p)) {
		s->target = (struct sql_name){.pos = p->tok->pos, .n = 1};
		s->target.parts = arena_alloc(p->arena, sizeof *s->target.parts);
		s->target.parts[0] = token_text(p, p->tok); /* DESCRIBE FUNCTION + */
		advance(p);
	} else {
		s->target = parse_name(p);
	}
	return s;
}

struct sql_stmt *parse_describe(struct parser *p)
{
	struct sql_stmt *s = new_stmt(p, SQL_ST_DESCRIBE_TABLE);
	advance(p);
	bool more = peek(p, 1)->kind != SQL_TOK_END && !peek_op(p, 1, ';') && !peek_op(p, 1, '.');
	if (more && is_kw(p, KW_FUNCTION))
		return parse_describe_named(p, s, SQL_ST_DESCRIBE_FUNCTION);
	if (more && (is_kw(p, KW_DATABASE) || is_kw(p, KW_SCHEMA) || is_kw(p, KW_NAMESPACE)))
		return parse_describe_named(p, s, SQL_ST_DESCRIBE_DATABASE);
	if ((more && take_kw(p, KW_QUERY)) || (at_query(p) && !is_kw(p, KW_TABLE))) {
		s->kind = SQL_ST_DESCRIBE_QUERY;
		s->query = parse_query(p);
		return s;
	}
	if (more)
		take_kw(p, KW_TABLE);
	if (is_word(peek(p, 1)))
		s->extended = take_kw(p, KW_EXTENDED) || take_kw(p, KW_FORMATTED);
	s->target = parse_name(p);
	if (take_kw(p, KW_PARTITION))
		s->spec = parse_partition_spec(p, &s->n_spec);
	if (is_word(p->tok) && !is_kw(p, KW_AS))
		s->column = parse_provider(p);
	if (is_kw(p, KW_AS))
		return fail_unsupported(p, s->pos, "DESCRIBE … AS JSON");
	return s;
}

/* ---- SET: its text is not SQL but key = value ---- */

static bool is_key_char(char c)
{
	return isalnum((unsigned char)c) || strchr("_.:-", c);
}

/* Reads `key` or key at *s; NULL when there is none. */
static const char *read_key(struct parser *p, const char **s)
{
	const char *c = *s;
	size_t n = 0;
	if (*c == '`') {
		const char *end = strchr(c + 1, '`');
		if (!end)
			return NULL;
		*s = end + 1;
		return arena_strndup(p->arena, c + 1, (size_t)(end - c - 1));
	}
	while (c[n] && is_key_char(c[n]))
		n++;
	*s = c + n;
	return n ? arena_strndup(p->arena, c, n) : NULL;
}

static const char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static struct sql_stmt *bad_set(struct parser *p, struct sql_stmt *s)
{
	return fail_at(p, s->pos, "INVALID_SET_SYNTAX", "42000",
	               "Expected is SET, SET key, or SET key=value; write a key with other characters as `key`.");
}

static struct sql_stmt *parse_time_zone(struct parser *p, struct sql_stmt *s)
{
	advance(p);
	advance(p);
	if (!is_string(p))
		return fail_unsupported(p, p->tok->pos, "SET TIME ZONE with anything but a name in quotes");
	s->set.key = "spark.sql.session.timeZone";
	s->set.value = parse_string(p, NULL);
	return s;
}

static bool is_text(const struct sql_token *t, const char *word)
{
	return t->kind == SQL_TOK_WORD && t->len == strlen(word) && strncasecmp(t->text, word, t->len) == 0;
}

struct sql_stmt *parse_set(struct parser *p)
{
	bool reset = is_kw(p, KW_RESET);
	struct sql_stmt *s = new_stmt(p, reset ? SQL_ST_RESET : SQL_ST_SET);
	advance(p);
	if (!reset && is_text(p->tok, "time") && is_text(peek(p, 1), "zone"))
		return parse_time_zone(p, s);
	bool other = is_text(p->tok, "variable") || is_text(p->tok, "var") || is_text(p->tok, "role") ||
	             is_kw(p, KW_CATALOG);
	if (!reset && other && is_word(peek(p, 1)))
		return fail_unsupported(p, s->pos, "SET VARIABLE, CATALOG or ROLE");
	const char *text = p->tok->kind == SQL_TOK_END ? "" : rest_of_text(p);
	p->tok = p->tokens.items + p->tokens.len - 1;
	if (!*text)
		return s;
	if (!reset && strcmp(text, "-v") == 0) {
		s->set.key = "-v";
		return s;
	}
	s->set.key = read_key(p, &text);
	text = skip_spaces(text);
	if (!s->set.key || (*text && (*text != '=' || reset)))
		return bad_set(p, s);
	if (!*text)
		return s;
	text = skip_spaces(text + 1);
	const char *quoted = text;
	s->set.value = *text == '`' ? read_key(p, &quoted) : text;
	if (*text == '`' && (!s->set.value || *skip_spaces(quoted)))
		return bad_set(p, s);
	return s;
}
