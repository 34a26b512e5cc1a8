/* Histories that the server numbers (events, the audit trail): read newest first, shown oldest first, followed by
 * the number of the last one that was seen. */
#ifndef VIEWS_CLI_STREAM_H
#define VIEWS_CLI_STREAM_H

#include "core/base/json.h"
#include "views/cli/cli.h"

struct stream {
	const char *op, *list;     /* "Stoker.ListEvents"; the reply's member that has the items */
	cJSON *request;            /* filters; owned by the caller */
	size_t limit;              /* the newest so many; 0: all */
	bool follow;               /* until interrupted */
	int64_t (*number)(const cJSON *item);
	/* Some items, oldest first. following: more will come, so that no table can know its widths. */
	void (*show)(struct cli *c, const cJSON *items, bool following);
};

/* Gives an exit status. */
int stream_run(struct cli *c, const struct stream *s);
/* Each item as a line of JSON: a `show`. */
void stream_lines(struct cli *c, const cJSON *items, bool following);

#define STREAM_OPTIONS \
	{ "since", 0, "TIME", "how far back: 90s, 5m, 2h or 7d (default 1d)" }, \
	{ "limit", 'n', "N", "the newest N (default 50; all of them with --json)" }, \
	{ "query", 'q', "WORDS", "all of these words must occur" }, \
	{ "follow", 'f', NULL, "wait for more" }
/* Reads them into a request and the stream. */
int stream_options(const struct cli_args *a, bool json, struct stream *s, struct error *err);

#endif
