/* Inside of the log viewer; for logview*.c. */
#ifndef TUI_LOGVIEW_IMPL_H
#define TUI_LOGVIEW_IMPL_H

#include <regex.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tui/logview.h"

struct line {
	char *text;             /* clean UTF-8 */
	uint32_t len;
	uint8_t role;           /* enum role */
	bool match;             /* of the search */
	bool hidden;            /* by the filter */
};

struct pattern {
	char *text;             /* NULL: none */
	regex_t re;
	bool compiled;
};

struct logview {
	size_t max_bytes, bytes, dropped;
	struct line *ring;      /* of cap slots; line i is ring[(first + i) & (cap - 1)] */
	size_t cap, first, n;
	struct buf partial;     /* raw bytes of the line that has no end yet */
	bool open;              /* the last line of the ring shows partial */
	struct pattern search, filter;
	size_t matches;
	size_t top;             /* first line shown; hidden ones are skipped */
	size_t current;         /* line of the current match; n: none */
	size_t skip;            /* with wrap: rows of the top line scrolled away */
	bool follow, wrap;
	int column;
	int w, h;               /* of the last drawing */
	struct rect drawn;
};

struct line *logview_line(const struct logview *v, size_t i);
bool pattern_match(const struct pattern *p, const char *text);
int pattern_set(struct pattern *p, const char *text, struct error *err);
void pattern_free(struct pattern *p);
/* First match in text: byte offset and length; false: none. */
bool pattern_find(const struct pattern *p, const char *text, size_t *at, size_t *len);

#endif
