/* Text to syntax tree. Recursive descent over the lexer's tokens, one statement at a time; see README.md. */
#ifndef CORE_SQL_PARSER_H
#define CORE_SQL_PARSER_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/sql/ast.h"

/* The value of ${name} (prefix "") or ${prefix:name} (prefix "hivevar", "spark", "env", …), or NULL when
 * there is none: it then reads as empty, which is what Spark does. The text must live during the parse. */
typedef const char *sql_var_lookup(void *ctx, const char *prefix, const char *name);

/* Parse the statement in script[begin, end), as sql_next_statement cut it. Positions and errors count in
 * the whole script. lookup may be NULL: then ${…} is not touched. Gives 0 and *out, allocated in a, or
 * ERR_INVALID (class PARSE_SYNTAX_ERROR and others of Spark's) or ERR_UNSUPPORTED (class
 * UNSUPPORTED_STATEMENT or UNSUPPORTED_FEATURE: Spark knows it, we do not) with line and column. */
int sql_parse_statement(struct arena *a, const char *script, size_t begin, size_t end, sql_var_lookup *lookup,
                        void *ctx, struct sql_stmt **out, struct error *err);

/* Parse one expression or one type from a whole string: "a + 1", "array<struct<a:int>>". */
int sql_parse_expression(struct arena *a, const char *text, struct sql_expr **out, struct error *err);
int sql_parse_type(struct arena *a, const char *text, const struct sql_type_ast **out, struct error *err);
/* "a int, b string COMMENT 'x'" or "struct<…>": a schema as from_json and OPTIONS take it. */
int sql_parse_schema(struct arena *a, const char *text, struct sql_field_ast **out, size_t *n,
                     struct error *err);

#endif
