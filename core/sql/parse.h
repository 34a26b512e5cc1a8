/* Inside the parser: the cursor, errors, lists, and which file parses what. Not for other modules.
 *
 * Errors are sticky: the first one is kept, the cursor jumps to the end of the statement, and whatever is
 * then parsed fails at once. So a function may build its node from what its helpers gave, without asking
 * after each call; the tree is thrown away at the top. A failed helper gives NULL. */
#ifndef CORE_SQL_PARSE_H
#define CORE_SQL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/sql/ast.h"
#include "core/sql/lexer.h"

#define SQL_MAX_NESTING 500   /* brackets in brackets: what the parser's own recursion can bear */

struct parser {
	struct arena *arena;
	struct sql_tokens tokens;
	struct sql_token *tok;       /* the current one */
	int depth;
	bool failed;
	struct error *err;
	VEC(struct sql_window *) window_refs; /* OVER w of the query at hand, until its WINDOW clause is read */
};

/* ---- parse_core.c: cursor, errors, names ---- */

/* Token n ahead; the last (END) one when there are not so many. */
const struct sql_token *peek(const struct parser *p, size_t n);
bool is_op(const struct parser *p, int op);
bool is_kw(const struct parser *p, enum sql_kw kw);
bool peek_op(const struct parser *p, size_t n, int op);
bool peek_kw(const struct parser *p, size_t n, enum sql_kw kw);
void advance(struct parser *p);
bool take_op(struct parser *p, int op);              /* advance when it is there */
bool take_kw(struct parser *p, enum sql_kw kw);
bool take_kw2(struct parser *p, enum sql_kw first, enum sql_kw second); /* both or none */
bool expect_op(struct parser *p, int op);            /* or fail */
bool expect_kw(struct parser *p, enum sql_kw kw);
bool at_end(const struct parser *p);                 /* end of statement: END, or ';' before it */

/* All of them record the first error only and give NULL. */
void *fail_here(struct parser *p);                   /* Syntax error at or near the current token */
void *fail_at(struct parser *p, struct sql_pos pos, const char *class_name, const char *sqlstate,
              const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* "Spark knows it, stoker does not": ERR_UNSUPPORTED at the given place. */
void *fail_unsupported(struct parser *p, struct sql_pos pos, const char *what);
bool enter(struct parser *p);                        /* one level deeper; false (and failed) when too deep */
void leave(struct parser *p);
int limit_height(struct parser *p, int height, struct sql_pos pos);

struct sql_pos last_end(const struct parser *p);     /* where the token before the cursor ended */
bool is_word(const struct sql_token *t);             /* WORD or QUOTED */
const char *token_text(struct parser *p, const struct sql_token *t);
struct sql_ident parse_ident(struct parser *p);
struct sql_name parse_name(struct parser *p);        /* a.b.c */
const char *parse_string(struct parser *p, size_t *len); /* adjacent strings join; len may be NULL */
bool is_string(const struct parser *p);
int64_t parse_int64(struct parser *p);               /* a plain integer token */
struct sql_ident *parse_ident_list(struct parser *p, size_t *n); /* a, b: no brackets */
struct sql_ident *parse_ident_parens(struct parser *p, size_t *n); /* (a, b) */
char *lower_text(struct parser *p, const char *s);

/* Whether the current word may be an alias without AS: clause keywords may not, unless nothing but an alias
 * could stand here (end, ',', ')'). strict: a table's alias. */
bool may_alias(const struct parser *p, bool strict);

/* Copy a VEC's items into the arena and free it: TAKE_LIST(p, &v, node->items, node->n_items). */
void *list_to_arena(struct parser *p, void *items, size_t size);
#define TAKE_LIST(p, v, out, n) \
	do { \
		(n) = (v)->len; \
		(out) = list_to_arena((p), (v)->items, (v)->len * sizeof *(v)->items); \
		(v)->items = NULL; \
	} while (0)

/* ---- parse_expr.c ---- */
struct sql_expr *parse_expr(struct parser *p);       /* a boolean expression: the top of the precedence */
struct sql_expr *parse_value(struct parser *p);      /* without NOT, AND, OR and predicates */
struct sql_expr *parse_named_expr(struct parser *p); /* with [AS] alias */
struct sql_expr **parse_expr_list(struct parser *p, size_t *n);
struct sql_expr *new_expr(struct parser *p, enum sql_expr_kind kind, struct sql_pos pos);
struct sql_expr *finish_expr(struct parser *p, struct sql_expr *e, int child_height); /* sets end, height */
int height_of(const struct sql_expr *e);
int height_of_list(struct sql_expr *const *list, size_t n);
struct sql_expr *string_expr(struct parser *p, struct sql_pos pos, const char *text);

/* ---- parse_primary.c ---- */
struct sql_expr *parse_primary(struct parser *p);    /* with [] . :: behind it */

/* ---- parse_literal.c ---- */
bool at_literal(const struct parser *p);
struct sql_expr *parse_literal(struct parser *p);
struct sql_expr *parse_number(struct parser *p, bool negative);

/* ---- parse_interval.c ---- */
bool at_interval(const struct parser *p);            /* on INTERVAL, and a literal follows */
struct sql_expr *parse_interval(struct parser *p);
bool interval_from_text(struct parser *p, struct sql_pos pos, const char *text, struct sql_interval *out);
bool interval_unit(enum sql_kw kw, enum sql_unit *unit, int64_t *factor);

/* ---- parse_call.c ---- */
bool at_special_call(const struct parser *p);        /* CASE, CAST, EXTRACT(…  */
struct sql_expr *parse_special_call(struct parser *p);
struct sql_expr *parse_call(struct parser *p);       /* on the first word of name( */
struct sql_expr **parse_call_args(struct parser *p, size_t *n); /* after '(' up to and with ')' */
struct sql_expr *parse_call_tail(struct parser *p, struct sql_expr *e); /* WITHIN, FILTER, NULLS, OVER */
struct sql_window *parse_window_spec(struct parser *p);
struct sql_sort *parse_sort_list(struct parser *p, size_t *n);

/* ---- parse_type.c ---- */
const struct sql_type_ast *parse_type(struct parser *p);
struct sql_field_ast *parse_columns(struct parser *p, size_t *n, bool types); /* a int COMMENT 'x', … */

/* ---- parse_query.c ---- */
bool at_query(const struct parser *p);               /* SELECT WITH VALUES FROM TABLE … begins here */
struct sql_query *parse_query(struct parser *p);
/* A query whose first operand was already parsed, in brackets. */
struct sql_query *parse_query_from(struct parser *p, struct sql_query *first);
bool at_query_tail(const struct parser *p);          /* UNION, ORDER BY, LIMIT …: a query goes on here */
/* WITH a AS (…), …: it may stand before a query or an INSERT. */
struct sql_with {
	struct sql_cte *ctes;
	size_t n;
	bool recursive;
};
void parse_with(struct parser *p, struct sql_with *with);
struct sql_query *parse_query_with(struct parser *p, struct sql_pos pos, const struct sql_with *with);
struct sql_rel *parse_values(struct parser *p);
struct sql_rel *new_rel(struct parser *p, enum sql_rel_kind kind, struct sql_pos pos);
struct sql_rel *finish_rel(struct parser *p, struct sql_rel *r, int child_height);
int rel_height(const struct sql_rel *r);
int query_height(const struct sql_query *q);

/* ---- parse_select.c ---- */
struct sql_rel *parse_select(struct parser *p);      /* on SELECT or FROM */
struct sql_named_window *parse_windows(struct parser *p, size_t *n);
/* Write out the references from index `mark` on that these windows name; the others stay references. */
void fill_window_refs(struct parser *p, size_t mark, const struct sql_named_window *windows, size_t n);

/* ---- parse_from.c, parse_pivot.c ---- */
struct sql_rel *parse_from(struct parser *p);        /* after FROM */
struct sql_rel *parse_lateral_views(struct parser *p, struct sql_rel *child);
struct sql_alias parse_table_alias(struct parser *p);
struct sql_rel *parse_pivot(struct parser *p, struct sql_rel *child);
struct sql_rel *parse_unpivot(struct parser *p, struct sql_rel *child);
struct sql_rel *parse_sample(struct parser *p, struct sql_rel *child);

/* ---- parse_stmt.c, parse_create.c, parse_insert.c, parse_show.c ---- */
struct sql_stmt *parse_statement(struct parser *p);
struct sql_stmt *new_stmt(struct parser *p, enum sql_stmt_kind kind);
bool take_if_exists(struct parser *p);
bool take_if_not_exists(struct parser *p);
struct sql_property *parse_properties(struct parser *p, size_t *n); /* (k = 'v', …) */
const char *parse_provider(struct parser *p);        /* after USING: lower case */
const char *rest_of_text(struct parser *p);          /* from the cursor to the end of the statement, trimmed */
struct sql_property *parse_partition_spec(struct parser *p, size_t *n); /* after PARTITION */
struct sql_stmt *parse_create(struct parser *p);
struct sql_stmt *parse_insert(struct parser *p, const struct sql_with *with);
struct sql_stmt *parse_show(struct parser *p);
struct sql_stmt *parse_describe(struct parser *p);
struct sql_stmt *parse_set(struct parser *p);
struct sql_stmt *parse_alter(struct parser *p);

#endif
