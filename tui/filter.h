/* The filter language of every table. Terms joined by blanks must all hold:
 *
 *     etl            some column holds the text (case does not matter)
 *     "two words"    the same, with blanks
 *     !etl           no column holds it; ! turns any term round
 *     /^j-.*A$/      regular expression (POSIX extended) on some column
 *     ~nghtl         fuzzy: the letters in this order
 *     state:run      that column holds the text;  state:/re/ and state:~rn too
 *     state=RUNNING  the whole text of that column;  state!=RUNNING
 *     cost>10 age<=2h memory>=1.5g cpu<80%    comparison by the column's number
 *
 * Column names ignore case and may be shortened as long as one is meant. Numbers take the units
 * ms s m h d (to milliseconds), k M G T and ki Mi Gi Ti as bytes (1024) and a % or $ that is ignored.
 * "m" means minutes where the column is a time (FILTER_TIME), else mega. */
#ifndef TUI_FILTER_H
#define TUI_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

enum { FILTER_TIME = 1 };          /* the column's number is milliseconds */

struct filter_column {
	const char *name;
	unsigned flags;
};

struct filter;

/* Text and number of column col of the row in question. *num stays NAN when there is none. The text must
 * live until the next call. */
typedef const char *(*filter_get)(void *ctx, size_t col, double *num);

/* "" or NULL parses to a filter that lets everything through. ERR_INVALID with column (1-based byte in
 * text) and a sentence naming the wrong term. */
int filter_parse(struct filter **out, const char *text, const struct filter_column *cols, size_t n,
                 struct error *err);
void filter_free(struct filter *f);
bool filter_match(const struct filter *f, filter_get get, void *ctx);
bool filter_is_empty(const struct filter *f);
/* True when the letters of needle occur in text in this order; score (may be NULL): larger is better. */
bool filter_fuzzy(const char *needle, const char *text, int *score);

#endif
