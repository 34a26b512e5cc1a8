/* Spark SQL's tokens, and everything that has to know where strings and comments begin and end.
 *
 * A statement is lexed whole, before parsing. ${variables} are put in first, in a copy of the text that
 * remembers which bytes came from where: positions point at the variable in the script, and a quote,
 * newline or comment mark inside a value is data, it never ends the string or comment around it. */
#ifndef CORE_SQL_LEXER_H
#define CORE_SQL_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/sql/ast.h"
#include "core/sql/keywords.h"
#include "core/sql/parser.h"

enum sql_token_kind {
	SQL_TOK_END,
	SQL_TOK_WORD,       /* bare identifier or keyword: kw tells; may begin with a digit */
	SQL_TOK_QUOTED,     /* `name`, unescaped */
	SQL_TOK_STRING,     /* '…', "…", r'…': the text as written with quotes; value by sql_token_string */
	SQL_TOK_INTEGER,    /* digits only */
	SQL_TOK_NUMBER,     /* with point, exponent or suffix */
	SQL_TOK_OP,         /* op */
	SQL_TOK_BAD         /* a character or an unclosed quote that no token begins with */
};

enum sql_op_token {         /* single characters are themselves */
	SQL_TOP_NULLSAFE = 256, /* <=> */
	SQL_TOP_LE,             /* <= !> */
	SQL_TOP_GE,             /* >= !< */
	SQL_TOP_NE,             /* <> != */
	SQL_TOP_SHL,            /* <<; '>>' stays two tokens because of array<array<int>> */
	SQL_TOP_CONCAT,         /* || */
	SQL_TOP_PIPE,           /* |> */
	SQL_TOP_ARROW,          /* -> */
	SQL_TOP_FAT_ARROW,      /* => */
	SQL_TOP_CAST,           /* :: */
	SQL_TOP_HINT,           /* the opening of a hint */
	SQL_TOP_HINT_END        /* and its end */
};

struct sql_token {
	enum sql_token_kind kind;
	int op;
	enum sql_kw kw;             /* KW_NONE when not a keyword */
	const char *text;           /* into the expanded text; SQL_TOK_QUOTED: its value */
	size_t len;
	struct sql_pos pos, end;    /* in the script */
};

struct sql_tokens {
	struct sql_token *items;    /* the last one is SQL_TOK_END */
	size_t len, cap;
	const char *text;           /* the expanded statement, owned by the arena or the script */
	size_t text_len;
};

/* Bytes [from, to) of the expanded text that came from the variable at script offset origin. */
struct sql_segment {
	size_t from, to;
	size_t origin, origin_end;
};

struct sql_text {
	const char *data;
	size_t len;
	size_t begin;               /* script offset of data[0] */
	struct sql_segment *segments;
	size_t n_segments;
};

/* The statement with its variables put in (sql_var_lookup in parser.h says how). */
int sql_expand(struct arena *a, const char *script, size_t begin, size_t end, sql_var_lookup *lookup, void *ctx,
               struct sql_text *out, struct error *err);

/* Cut text into tokens. items is heap memory: free it with sql_tokens_free, also after an error. */
int sql_lex(struct arena *a, const char *script, const struct sql_text *text, struct sql_tokens *out,
            struct error *err);
void sql_tokens_free(struct sql_tokens *t);

/* The value of a SQL_TOK_STRING token: escapes resolved. NUL-terminated, but may hold NULs: *len counts. */
const char *sql_token_string(struct arena *a, const struct sql_token *t, size_t *len);

/* Scanning helpers shared with the statement splitter. Offsets into s[0, n). */
size_t sql_scan_spaces(const char *s, size_t n, size_t at);             /* blanks, also Unicode's */
/* at is on a quote; gives the offset after the closing one, or 0 when it is missing. */
size_t sql_scan_quoted(const char *s, size_t n, size_t at, bool raw);
/* at is on the opening of a bracketed comment; gives the offset after its end, or 0. */
size_t sql_scan_comment(const char *s, size_t n, size_t at);
/* at is on "--"; gives the offset after the newline. A backslash before it continues the comment. */
size_t sql_scan_line_comment(const char *s, size_t n, size_t at);
/* Position of a script offset. */
struct sql_pos sql_position(const char *script, size_t offset);
bool sql_is_word_byte(unsigned char c);

#endif
