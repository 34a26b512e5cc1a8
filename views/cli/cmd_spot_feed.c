/* stoker spot feed: recorded prices that move the market of the embedded clusters. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/cmd_spot.h"
#include "views/cli/table.h"

#define FEED_BYTES (3 << 20)    /* as JSON text it still fits into a request */

static void say(struct cli *c, const char *label, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void say(struct cli *c, const char *label, const char *fmt, ...)
{
	va_list ap;

	fprintf(c->out, "%s%-9s%s ", cli_dim(c), label, cli_plain(c));
	va_start(ap, fmt);
	vfprintf(c->out, fmt, ap);
	va_end(ap);
	fputc('\n', c->out);
}

static void show_coming(struct cli *c, const cJSON *feed)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "NEXT", TABLE_LEFT, false);
	text_table_column(t, "TYPE", TABLE_LEFT, false);
	text_table_column(t, "SPOT $/H", TABLE_RIGHT, false);
	text_table_column(t, "RECORDED", TABLE_LEFT, false);
	cJSON_ArrayForEach(x, json_arr(feed, "Coming")) {
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Time", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "InstanceType", ""));
		text_table_cell(t, "", "%.4f", json_num(x, "Price", 0));
		text_table_cell(t, "", "%s", cli_time(json_num(x, "RecordedAt", 0), buf, sizeof buf));
	}
	cli_print_table(c, t);
}

static void show(struct cli *c, const cJSON *feed)
{
	char from[64], to[64];
	bool recorded = !strcmp(json_str(feed, "Start", ""), "recorded"), loop = json_bool(feed, "Loop", false);

	say(c, "feed", "%s%s%s", cli_bold(c), json_str(feed, "FeedName", ""), cli_plain(c));
	say(c, "state", "%s, %d of %d changes%s", json_str(feed, "State", ""), (int)json_int(feed, "Played", 0),
	    (int)json_int(feed, "Changes", 0), loop ? " of this round" : "");
	if (loop)
		say(c, "round", "%d", (int)json_int(feed, "Round", 0) + 1);
	say(c, "types", "%d", cJSON_GetArraySize(json_arr(feed, "InstanceTypes")));
	say(c, "record", "%s to %s, %d records, %d skipped (other products or zones)",
	    cli_time(json_num(feed, "FirstRecordedAt", 0), from, sizeof from),
	    cli_time(json_num(feed, "LastRecordedAt", 0), to, sizeof to), (int)json_int(feed, "Records", 0),
	    (int)json_int(feed, "Skipped", 0));
	say(c, "zone", "%s", json_str(feed, "AvailabilityZone", "the cheapest at each moment"));
	if (recorded)
		say(c, "played", "at the times of the record");
	else
		say(c, "played", "from %s on, %g times as fast%s", cli_time(json_num(feed, "StartsAt", 0), from, sizeof from),
		    json_num(feed, "Speed", 1), loop ? ", again and again" : "");
	if (json_arr(feed, "Coming") && json_arr(feed, "Coming")->child)
		show_coming(c, feed);
}

/* Takes the reply. */
static int answer(struct cli *c, cJSON *reply)
{
	if (c->json)
		return cli_print_json(c, reply);
	if (json_obj(reply, "Feed"))
		show(c, json_obj(reply, "Feed"));
	else
		fprintf(c->out, "no feed is loaded: prices are set by hand (stoker spot set-price) or estimates\n");
	cJSON_Delete(reply);
	return CLI_OK;
}

/* "storm.jsonl" of "/data/storm.jsonl": what events call it. */
static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(path, "-") ? "stdin" : slash ? slash + 1 : path;
}

static int load(struct cli *c, const struct cli_args *a)
{
	const char *speed = cli_opt(a, "speed");
	char *end = NULL;
	double factor = speed ? strtod(speed, &end) : 1;
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (a->argc != 3)
		return cli_usage(c, cli_find("spot"), "name one file: stoker spot feed load FILE");
	if (speed && (*end || end == speed || !(factor > 0)))
		return cli_usage(c, NULL, "--speed: \"%s\" is not a number above 0", speed);
	if (cli_read(a->argv[2], FEED_BYTES, &text, &err)) {
		if (err.code == ERR_FULL)
			error_hint(&err, "Take a shorter span or fewer types (aws ec2 describe-spot-price-history "
			           "--instance-types …).");
		buf_free(&text);
		return cli_fail(c, &err);
	}
	cJSON *req = json_add_str(cJSON_CreateObject(), "FeedName", base_of(a->argv[2]));
	json_add_str(req, "Data", buf_str(&text));
	buf_free(&text);
	if (speed)
		json_add_num(req, "Speed", factor);
	if (cli_flag(a, "loop"))
		json_add_bool(req, "Loop", true);
	json_add_str(json_add_str(req, "Start", cli_opt(a, "start")), "AvailabilityZone", cli_opt(a, "zone"));
	return ask(c, "Stoker.PutSpotFeed", req, &reply, &err) ? spot_fail(c, &err) : answer(c, reply);
}

static int clear(struct cli *c)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (ask(c, "Stoker.DeleteSpotFeed", cJSON_CreateObject(), &reply, &err))
		return spot_fail(c, &err);
	cJSON_Delete(reply);
	if (c->json)
		return cli_print_json(c, cJSON_CreateObject());
	fprintf(c->out, "the feed is cleared; prices stay as they are\n");
	return CLI_OK;
}

int spot_feed(struct cli *c, const struct cli_args *a)
{
	const char *verb = a->argc > 1 ? a->argv[1] : "show";
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (!strcmp(verb, "load"))
		return load(c, a);
	if (a->argc > 2 || (strcmp(verb, "show") && strcmp(verb, "clear")))
		return cli_usage(c, cli_find("spot"), "\"%s\" is none of feed show, feed load FILE, feed clear",
		                 a->argv[a->argc - 1]);
	if (!strcmp(verb, "clear"))
		return clear(c);
	return ask(c, "Stoker.GetSpotFeed", cJSON_CreateObject(), &reply, &err) ? spot_fail(c, &err) : answer(c, reply);
}
