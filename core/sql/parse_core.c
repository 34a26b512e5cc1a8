/* The cursor, errors and names: what every part of the parser stands on. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/sql/parse.h"

const struct sql_token *peek(const struct parser *p, size_t n)
{
	const struct sql_token *last = p->tokens.items + p->tokens.len - 1;
	return n < (size_t)(last - p->tok) ? p->tok + n : last;
}

bool peek_op(const struct parser *p, size_t n, int op)
{
	const struct sql_token *t = peek(p, n);
	return t->kind == SQL_TOK_OP && t->op == op;
}

bool peek_kw(const struct parser *p, size_t n, enum sql_kw kw)
{
	const struct sql_token *t = peek(p, n);
	return t->kind == SQL_TOK_WORD && t->kw == kw;
}

bool is_op(const struct parser *p, int op)
{
	return peek_op(p, 0, op);
}

bool is_kw(const struct parser *p, enum sql_kw kw)
{
	return peek_kw(p, 0, kw);
}

void advance(struct parser *p)
{
	if (p->tok->kind != SQL_TOK_END)
		p->tok++;
}

bool take_op(struct parser *p, int op)
{
	if (!is_op(p, op))
		return false;
	advance(p);
	return true;
}

bool take_kw(struct parser *p, enum sql_kw kw)
{
	if (!is_kw(p, kw))
		return false;
	advance(p);
	return true;
}

bool take_kw2(struct parser *p, enum sql_kw first, enum sql_kw second)
{
	if (!is_kw(p, first) || !peek_kw(p, 1, second))
		return false;
	advance(p);
	advance(p);
	return true;
}

bool expect_op(struct parser *p, int op)
{
	if (take_op(p, op))
		return true;
	fail_here(p);
	return false;
}

bool expect_kw(struct parser *p, enum sql_kw kw)
{
	if (take_kw(p, kw))
		return true;
	fail_here(p);
	return false;
}

bool at_end(const struct parser *p)
{
	size_t n = 0;
	while (peek_op(p, n, ';'))
		n++;
	return peek(p, n)->kind == SQL_TOK_END;
}

/* ---- errors ---- */

/* The rest of the statement is not looked at any more. */
static void *stop(struct parser *p)
{
	p->failed = true;
	p->tok = p->tokens.items + p->tokens.len - 1;
	return NULL;
}

void *fail_at(struct parser *p, struct sql_pos pos, const char *class_name, const char *sqlstate,
              const char *fmt, ...)
{
	if (p->failed)
		return NULL;
	va_list ap;
	va_start(ap, fmt);
	error_vset(p->err, ERR_INVALID, fmt, ap);
	va_end(ap);
	error_class(p->err, class_name, sqlstate);
	error_at(p->err, pos.line, pos.column);
	return stop(p);
}

void *fail_here(struct parser *p)
{
	const struct sql_token *t = p->tok;
	if (p->failed)
		return NULL;
	if (t->kind == SQL_TOK_END)
		return fail_at(p, t->pos, "PARSE_SYNTAX_ERROR", "42601", "Syntax error at or near end of input.");
	/* A quoted name's text has lost its quotes. */
	const char *quote = t->kind == SQL_TOK_QUOTED ? "`" : "";
	int len = t->len > 100 ? 100 : (int)t->len;
	return fail_at(p, t->pos, "PARSE_SYNTAX_ERROR", "42601", "Syntax error at or near '%s%.*s%s'.", quote, len,
	               t->text, quote);
}

void *fail_unsupported(struct parser *p, struct sql_pos pos, const char *what)
{
	if (p->failed)
		return NULL;
	error_set(p->err, ERR_UNSUPPORTED, "%s is not supported.", what);
	error_class(p->err, "UNSUPPORTED_FEATURE", "0A000");
	error_at(p->err, pos.line, pos.column);
	return stop(p);
}

static void *fail_complex(struct parser *p, struct sql_pos pos)
{
	return fail_at(p, pos, "FAILED_TO_PARSE_TOO_COMPLEX", "54001",
	               "The statement was too complex to parse: it nests too deeply here.");
}

bool enter(struct parser *p)
{
	if (p->depth >= SQL_MAX_NESTING) {
		fail_complex(p, p->tok->pos);
		return false;
	}
	p->depth++;
	return true;
}

void leave(struct parser *p)
{
	p->depth--;
}

int limit_height(struct parser *p, int height, struct sql_pos pos)
{
	if (height > SQL_MAX_HEIGHT)
		fail_complex(p, pos);
	return height;
}

/* ---- words ---- */

struct sql_pos last_end(const struct parser *p)
{
	return p->tok > p->tokens.items ? p->tok[-1].end : p->tok->pos;
}

bool is_word(const struct sql_token *t)
{
	return t->kind == SQL_TOK_WORD || t->kind == SQL_TOK_QUOTED;
}

const char *token_text(struct parser *p, const struct sql_token *t)
{
	char *s = arena_alloc(p->arena, t->len + 1);
	return memcpy(s, t->text, t->len);
}

char *lower_text(struct parser *p, const char *s)
{
	char *out = arena_strdup(p->arena, s ? s : "");
	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static void check_plain_word(struct parser *p, const struct sql_token *t)
{
	for (size_t i = 0; t->kind == SQL_TOK_WORD && i < t->len; i++) {
		if ((unsigned char)t->text[i] < 0x80)
			continue;
		fail_at(p, t->pos, "INVALID_IDENTIFIER", "42602",
		        "The unquoted identifier %.*s is invalid and must be back quoted as: `%.*s`.",
		        (int)(t->len > 100 ? 100 : t->len), t->text, (int)(t->len > 100 ? 100 : t->len), t->text);
		return;
	}
}

struct sql_ident parse_ident(struct parser *p)
{
	struct sql_ident id = {.pos = p->tok->pos, .name = ""};
	if (!is_word(p->tok)) {
		fail_here(p);
		return id;
	}
	check_plain_word(p, p->tok);
	id.name = token_text(p, p->tok);
	advance(p);
	return id;
}

struct sql_name parse_name(struct parser *p)
{
	struct sql_name name = {.pos = p->tok->pos};
	VEC(const char *) parts = {0};
	do
		vec_push(&parts, parse_ident(p).name);
	while (!p->failed && is_op(p, '.') && is_word(peek(p, 1)) && take_op(p, '.'));
	TAKE_LIST(p, &parts, name.parts, name.n);
	return name;
}

struct sql_ident *parse_ident_list(struct parser *p, size_t *n)
{
	struct sql_ident *out;
	VEC(struct sql_ident) list = {0};
	do
		vec_push(&list, parse_ident(p));
	while (take_op(p, ','));
	TAKE_LIST(p, &list, out, *n);
	return out;
}

struct sql_ident *parse_ident_parens(struct parser *p, size_t *n)
{
	expect_op(p, '(');
	struct sql_ident *list = parse_ident_list(p, n);
	expect_op(p, ')');
	return list;
}

bool is_string(const struct parser *p)
{
	return p->tok->kind == SQL_TOK_STRING;
}

const char *parse_string(struct parser *p, size_t *len)
{
	size_t n = 0, total = 0;
	if (!is_string(p)) {
		fail_here(p);
		return "";
	}
	const char *text = sql_token_string(p->arena, p->tok, &total);
	advance(p);
	if (is_string(p)) {
		VEC(char) all = {0};
		do {
			for (size_t i = 0; i < total; i++)
				vec_push(&all, text[i]);
			text = sql_token_string(p->arena, p->tok, &total);
			advance(p);
		} while (is_string(p));
		for (size_t i = 0; i < total; i++)
			vec_push(&all, text[i]);
		n = all.len;
		vec_push(&all, '\0');
		text = list_to_arena(p, all.items, all.len);
		total = n;
	}
	if (len)
		*len = total;
	return text;
}

int64_t parse_int64(struct parser *p)
{
	if (p->tok->kind != SQL_TOK_INTEGER || p->tok->len > 18) {
		fail_here(p);
		return 0;
	}
	int64_t v = strtoll(token_text(p, p->tok), NULL, 10);
	advance(p);
	return v;
}

/* ---- aliases ---- */

/* Words that go on with the statement after an expression or a relation. */
static bool begins_clause(const struct parser *p)
{
	switch (p->tok->kw) {
	case KW_FROM: case KW_WHERE: case KW_HAVING: case KW_LIMIT: case KW_OFFSET: case KW_WINDOW:
	case KW_UNION: case KW_INTERSECT: case KW_EXCEPT: case KW_MINUS: case KW_QUALIFY: case KW_AS:
	case KW_SELECT: case KW_AND: case KW_OR: case KW_IN: case KW_IS: case KW_LIKE: case KW_ILIKE:
	case KW_RLIKE: case KW_REGEXP: case KW_BETWEEN: case KW_DIV: case KW_NOT: case KW_WHEN: case KW_THEN:
	case KW_ELSE: case KW_OVER: case KW_FOR: case KW_INSERT: case KW_COLLATE:
		return true;
	case KW_END: /* of a CASE: as an alias it is written after AS */
		return true;
	case KW_GROUP: case KW_ORDER: case KW_SORT: case KW_CLUSTER: case KW_DISTRIBUTE: case KW_PARTITION:
		return peek_kw(p, 1, KW_BY);
	case KW_LATERAL:
		return peek_kw(p, 1, KW_VIEW);
	default:
		return false;
	}
}

static bool begins_table_clause(const struct parser *p)
{
	switch (p->tok->kw) {
	case KW_SET: case KW_VALUES:
		return true;
	case KW_PIVOT: case KW_UNPIVOT: case KW_TABLESAMPLE: case KW_USING:
		return true;
	case KW_VERSION: case KW_TIMESTAMP: /* time travel */
		return peek_kw(p, 1, KW_AS) && peek_kw(p, 2, KW_OF);
	case KW_WITH:
		return peek_op(p, 1, '(');
	default:
		return begins_clause(p);
	}
}

static bool never_table_alias(enum sql_kw kw)
{
	switch (kw) {
	case KW_ANTI: case KW_CROSS: case KW_EXCEPT: case KW_FULL: case KW_INNER: case KW_INTERSECT: case KW_JOIN:
	case KW_LATERAL: case KW_LEFT: case KW_NATURAL: case KW_ON: case KW_RIGHT: case KW_SEMI: case KW_MINUS:
	case KW_UNION: case KW_USING:
		return true;
	default:
		return false;
	}
}

bool may_alias(const struct parser *p, bool strict)
{
	if (p->tok->kind == SQL_TOK_QUOTED)
		return true;
	if (p->tok->kind != SQL_TOK_WORD || (strict && never_table_alias(p->tok->kw)))
		return false;
	if (!(strict ? begins_table_clause(p) : begins_clause(p)))
		return true;
	if (p->tok->kw == KW_AS || p->tok->kw == KW_END)
		return false;
	const struct sql_token *next = peek(p, 1);
	return next->kind == SQL_TOK_END || peek_op(p, 1, ',') || peek_op(p, 1, ')');
}

void *list_to_arena(struct parser *p, void *items, size_t size)
{
	void *out = NULL;
	if (size) {
		out = arena_alloc(p->arena, size);
		memcpy(out, items, size);
	}
	free(items);
	return out;
}
