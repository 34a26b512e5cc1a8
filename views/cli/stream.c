/* Reading the server's histories, once or for ever. */
#include "views/cli/stream.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "views/cli/ask.h"

#define PAGE 1000
#define WATCH_MS 20000

static void set_number(cJSON *req, const char *name, int64_t value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(req, name);
	json_add_int(req, name, value);
}

/* One page in front of what is there, so that the oldest is the first. Gives how many came; -1: an error. */
static int take_page(struct cli *c, const struct stream *s, cJSON *req, cJSON *all, char **token, struct error *err)
{
	cJSON *reply = NULL, *from, *x;
	int n = 0;

	if (ask(c, s->op, cJSON_Duplicate(req, true), &reply, err))
		return -1;
	from = cJSON_GetObjectItemCaseSensitive(reply, s->list);
	while (from && (x = from->child)) {
		cJSON_DetachItemViaPointer(from, x);
		cJSON_InsertItemInArray(all, 0, x);
		n++;
	}
	free(*token);
	*token = NULL;
	if (json_str(reply, "NextToken", NULL))
		*token = xstrdup(json_str(reply, "NextToken", ""));
	cJSON_Delete(reply);
	return n;
}

/* Everything newer than `after`, at most limit. */
static int take(struct cli *c, const struct stream *s, int64_t after, size_t limit, cJSON *all, struct error *err)
{
	cJSON *req = cJSON_Duplicate(s->request, true);
	char *token = NULL;
	size_t have = 0;
	int n;

	if (after)
		set_number(req, "After", after);
	do {
		size_t left = limit ? limit - have : PAGE;
		set_number(req, "MaxResults", left < PAGE ? (int64_t)left : PAGE);
		cJSON_DeleteItemFromObjectCaseSensitive(req, "NextToken");
		json_add_str(req, "NextToken", token);
		n = take_page(c, s, req, all, &token, err);
		have += n > 0 ? (size_t)n : 0;
	} while (n >= 0 && token && (!limit || have < limit));
	free(token);
	cJSON_Delete(req);
	return n < 0 ? err->code : 0;
}

static int64_t newest(const struct stream *s, const cJSON *items, int64_t before)
{
	const cJSON *last = items->child ? items->child->prev : NULL;

	return last ? s->number(last) : before;
}

/* Where following begins when nothing was shown: behind the newest of all. */
static int64_t newest_of_all(struct cli *c, const struct stream *s)
{
	cJSON *req = json_add_int(cJSON_CreateObject(), "MaxResults", 1), *reply = NULL;
	struct error ignore = ERROR_INIT;
	int64_t number = 0;

	json_add_str(req, "Format", json_str(s->request, "Format", NULL));
	if (!ask(c, s->op, req, &reply, &ignore))
		number = newest(s, cJSON_GetObjectItemCaseSensitive(reply, s->list), 0);
	cJSON_Delete(reply);
	return number;
}

/* Until something changes at the server; a moment where it cannot tell. */
static int64_t watch(struct cli *c, int64_t version)
{
	static const struct timespec pause = { 0, 500 * 1000000L };
	cJSON *req = json_add_int(cJSON_CreateObject(), "Since", version), *reply = NULL;
	struct error ignore = ERROR_INIT;

	if (ask(c, "Stoker.WatchState", json_add_int(req, "TimeoutMs", WATCH_MS), &reply, &ignore))
		nanosleep(&pause, NULL);
	version = json_int(reply, "Version", version);
	cJSON_Delete(reply);
	return version;
}

static int follow(struct cli *c, const struct stream *s, int64_t number, struct error *err)
{
	int64_t version = 0;

	for (;;) {
		cJSON *items = cJSON_CreateArray();
		int rc = take(c, s, number, 0, items, err);
		if (!rc && items->child)
			s->show(c, items, true);
		number = newest(s, items, number);
		cJSON_Delete(items);
		if (rc || fflush(c->out))
			return rc;
		version = watch(c, version);
	}
}

int stream_run(struct cli *c, const struct stream *s)
{
	cJSON *items = cJSON_CreateArray();
	struct error err = ERROR_INIT;
	int rc = take(c, s, 0, s->limit, items, &err);

	if (!rc)
		s->show(c, items, s->follow);
	int64_t number = newest(s, items, 0);
	cJSON_Delete(items);
	if (!rc && s->follow)
		rc = follow(c, s, number ? number : newest_of_all(c, s), &err);
	return rc ? cli_fail(c, &err) : CLI_OK;
}

void stream_lines(struct cli *c, const cJSON *items, bool following)
{
	const cJSON *x;

	(void)following;
	cJSON_ArrayForEach(x, items) {
		char *line = json_print(x);
		fprintf(c->out, "%s\n", line);
		free(line);
	}
}

int stream_options(const struct cli_args *a, bool json, struct stream *s, struct error *err)
{
	const char *since = cli_opt(a, "since");
	int64_t span = since ? cli_parse_span(since) : 86400000;
	int limit;

	if (span < 0)
		return error_set(err, ERR_INVALID, "--since: \"%s\" is not a time such as 90s, 5m, 2h or 7d", since);
	if (cli_opt_int(a, "limit", json ? 0 : 50, 1, 10000000, &limit, err))
		return err->code;
	json_add_time(s->request, "Since", clock_now_ms() - span);
	json_add_str(s->request, "Query", cli_opt(a, "query"));
	s->limit = (size_t)limit;
	s->follow = cli_flag(a, "follow");
	return 0;
}
