/* The parser's door: variables in, tokens, tree. */
#include "core/sql/parser.h"

#include "core/sql/parse.h"
#include "core/sql/sql.h"

static int start(struct parser *p, struct arena *a, const char *script, size_t begin, size_t end,
                 sql_var_lookup *lookup, void *ctx, struct error *err)
{
	struct sql_text text;
	*p = (struct parser){.arena = a, .err = err};
	int rc = sql_expand(a, script, begin, end, lookup, ctx, &text, err);
	if (!rc)
		rc = sql_lex(a, script, &text, &p->tokens, err);
	p->tok = p->tokens.items;
	return rc;
}

/* err may be NULL for the caller, but the code still has to come back. */
static int finish(struct parser *p)
{
	while (!p->failed && take_op(p, ';'))
		continue;
	if (!p->failed && p->tok->kind != SQL_TOK_END)
		fail_here(p);
	sql_tokens_free(&p->tokens);
	vec_free(&p->window_refs);
	return p->failed ? p->err->code : 0;
}

int sql_parse_statement(struct arena *a, const char *script, size_t begin, size_t end, sql_var_lookup *lookup,
                        void *ctx, struct sql_stmt **out, struct error *err)
{
	struct error local = ERROR_INIT;
	struct parser p;
	err = err ? err : &local;
	int rc = start(&p, a, script, begin, end, lookup, ctx, err);
	if (rc) {
		sql_tokens_free(&p.tokens);
		return rc;
	}
	struct sql_stmt *s = parse_statement(&p);
	if (s)
		s->end = last_end(&p);
	rc = finish(&p);
	*out = rc ? NULL : s;
	return rc;
}

typedef void *parse_part(struct parser *p);

static int parse_whole(struct arena *a, const char *text, parse_part *part, void **out, struct error *err)
{
	struct error local = ERROR_INIT;
	struct parser p;
	err = err ? err : &local;
	int rc = start(&p, a, text, 0, strlen(text), NULL, NULL, err);
	if (rc) {
		sql_tokens_free(&p.tokens);
		return rc;
	}
	*out = part(&p);
	rc = finish(&p);
	if (rc)
		*out = NULL;
	return rc;
}

static void *expression_part(struct parser *p)
{
	return parse_named_expr(p);
}

static void *type_part(struct parser *p)
{
	return (void *)parse_type(p);
}

struct columns { struct sql_field_ast *fields; size_t n; };

static void *schema_part(struct parser *p)
{
	struct columns *c = arena_new_of(p->arena, struct columns);
	bool whole = is_kw(p, KW_STRUCT) && (peek_op(p, 1, '<') || peek_op(p, 1, SQL_TOP_NE));
	if (!whole) {
		c->fields = parse_columns(p, &c->n, true);
		return c;
	}
	const struct sql_type_ast *t = parse_type(p);
	if (t) {
		c->fields = t->fields;
		c->n = t->n_fields;
	}
	return c;
}

int sql_parse_expression(struct arena *a, const char *text, struct sql_expr **out, struct error *err)
{
	void *e = NULL;
	int rc = parse_whole(a, text, expression_part, &e, err);
	*out = e;
	return rc;
}

int sql_parse_type(struct arena *a, const char *text, const struct sql_type_ast **out, struct error *err)
{
	void *t = NULL;
	int rc = parse_whole(a, text, type_part, &t, err);
	*out = t;
	return rc;
}

int sql_parse_schema(struct arena *a, const char *text, struct sql_field_ast **out, size_t *n, struct error *err)
{
	void *c = NULL;
	int rc = parse_whole(a, text, schema_part, &c, err);
	*out = rc ? NULL : ((struct columns *)c)->fields;
	*n = rc ? 0 : ((struct columns *)c)->n;
	return rc;
}
