/* Stoker.PutSpotFeed, GetSpotFeed, DeleteSpotFeed. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/ops.h"
#include "core/control/spot/spot_state.h"

#define FEED_SPEED_MAX 86400    /* a day in a second */
#define FEED_NAME_MAX 128
#define COMING 10               /* changes that GetSpotFeed tells of before they come */

/* ---- what is played ---- */

static void add_change(cJSON *a, const struct spot_play *f, int64_t round, size_t i)
{
	const struct spot_change *c = &f->feed.changes.items[i];
	cJSON *o = json_add_time(cJSON_CreateObject(), "Time", spot_play_at(f, round, i));

	json_add_str(o, "InstanceType", f->feed.types.items[c->type]);
	json_add_time(json_add_num(o, "Price", c->price), "RecordedAt", c->time);
	cJSON_AddItemToArray(a, o);
}

static cJSON *feed_json(const struct spot_play *f)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "FeedName", f->name);
	size_t n = f->feed.changes.len, next = f->next;
	int64_t round = f->round;

	json_add_str(o, "State", next < n ? "playing" : "ended");
	json_add_str(o, "Start", f->recorded ? "recorded" : "now");
	json_add_bool(json_add_num(o, "Speed", f->speed), "Loop", f->loop);
	json_add_str(o, "AvailabilityZone", f->zone);
	json_add_time(json_add_time(o, "LoadedAt", f->loaded_at), "StartsAt", f->start);
	json_add_time(o, "EndsAt", f->loop ? 0 : spot_play_at(f, 0, n - 1));
	json_add_time(o, "FirstRecordedAt", f->feed.changes.items[0].time);
	json_add_time(o, "LastRecordedAt", f->feed.changes.items[n - 1].time);
	json_add_int(json_add_int(o, "Records", (int64_t)f->feed.records), "Skipped", (int64_t)f->feed.skipped);
	json_add_int(json_add_int(o, "Changes", (int64_t)n), "Played", (int64_t)next);
	json_add_int(o, "Round", round);
	json_add(o, "InstanceTypes", cJSON_CreateStringArray((const char *const *)f->feed.types.items,
	                                                     (int)f->feed.types.len));
	cJSON *a = cJSON_AddArrayToObject(o, "Coming");
	for (int i = 0; i < COMING && next < n; i++) {
		add_change(a, f, round, next);
		if (++next == n && f->loop)
			next = 0, round++;
	}
	return o;
}

int op_get_spot_feed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const struct spot_play *f = spot_play(ctl, call->region);

	(void)in;
	(void)err;
	json_add(out, "Feed", f ? feed_json(f) : NULL);
	return 0;
}

/* ---- put and delete ---- */

static int check_feed(const cJSON *in, struct error *err)
{
	const cJSON *speed = cJSON_GetObjectItemCaseSensitive(in, "Speed");
	const cJSON *loop = cJSON_GetObjectItemCaseSensitive(in, "Loop");
	const char *start = json_str(in, "Start", "now");

	if (!json_str(in, "Data", NULL))
		return emr_error_validation(err, "Data must be given: recorded prices, as text in the shape of EC2's "
		                            "DescribeSpotPriceHistory.");
	if (strlen(json_str(in, "FeedName", "")) > FEED_NAME_MAX)
		return emr_error_validation(err, "FeedName may have %d bytes at most.", FEED_NAME_MAX);
	if (speed && (!cJSON_IsNumber(speed) || !(speed->valuedouble > 0) || speed->valuedouble > FEED_SPEED_MAX))
		return emr_error_validation(err, "Speed must be a number above 0 and at most %d.", FEED_SPEED_MAX);
	if (loop && !cJSON_IsBool(loop))
		return emr_error_validation(err, "Loop must be true or false.");
	if (strcmp(start, "now") && strcmp(start, "recorded"))
		return emr_error_validation(err, "Start must be now or recorded.");
	if (!strcmp(start, "recorded") && (json_num(in, "Speed", 1) != 1 || json_bool(in, "Loop", false)))
		return emr_error_validation(err, "At the times of the record a feed is played once, at their own speed: "
		                            "leave out Speed and Loop, or Start.");
	return 0;
}

static int read_data(struct spot_play *f, const cJSON *in, const char *region, struct error *err)
{
	const char *data = json_str(in, "Data", "");
	struct error why = ERROR_INIT;
	int ret = spot_feed_read(&f->feed, f->name, data, strlen(data), region, f->zone, &why);

	if (ret) {
		ret = emr_error_validation(err, "%s", why.message);
		error_at(err, why.line, why.column);
		error_detail(err, "%s%sNothing of it was taken.", why.detail, *why.detail ? " " : "");
		error_hint(err, "%s", why.hint);
		return ret;
	}
	size_t n = f->feed.changes.len;
	if (f->recorded && f->feed.changes.items[n - 1].time > clock_now_ms() + 366LL * 24 * 3600 * 1000)
		return emr_error_validation(err, "%s is more than a year ahead.", f->name);
	return f->loop && spot_play_round_ms(f) < 1000
	       ? emr_error_validation(err, "A round of %s would take less than a second: it cannot loop.", f->name) : 0;
}

int op_put_spot_feed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	int64_t now = clock_now_ms();
	char length[32];
	int ret = check_feed(in, err);

	if (ret)
		return ret;
	struct spot_play *f = xcalloc(1, sizeof *f);
	snprintf(f->region, sizeof f->region, "%s", call->region);
	f->name = xstrdup(json_str(in, "FeedName", "feed"));
	f->zone = xstrdup(json_str(in, "AvailabilityZone", NULL));
	f->speed = json_num(in, "Speed", 1);
	f->loop = json_bool(in, "Loop", false);
	f->recorded = !strcmp(json_str(in, "Start", "now"), "recorded");
	f->loaded_at = now;
	ret = read_data(f, in, call->region, err);
	if (ret) {
		spot_play_free(f);
		return ret;
	}
	f->start = f->recorded ? f->feed.changes.items[0].time : now;
	event_add(ctl, SEVERITY_INFO, NULL, f->name, EVENT_SPOT, "The spot price feed %s was loaded: %zu changes of %zu "
	          "instance types in %s%s%s", f->name, f->feed.changes.len, f->feed.types.len,
	          clock_duration(spot_play_round_ms(f), length, sizeof length), f->loop ? ", again and again" : "",
	          f->recorded ? ", at the times of the record" : ", from now on");
	spot_play_put(ctl, f, now);
	json_add(out, "Feed", feed_json(f));
	return 0;
}

int op_delete_spot_feed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const struct spot_play *f = spot_play(ctl, call->region);

	(void)in;
	(void)out;
	if (!f)
		return emr_error_validation(err, "No spot price feed is loaded in %s.", call->region);
	event_add(ctl, SEVERITY_INFO, NULL, f->name, EVENT_SPOT, "The spot price feed %s was cleared after %zu of its %zu "
	          "changes; prices stay as they are", f->name, f->next, f->feed.changes.len);
	spot_play_drop(ctl, call->region);
	return 0;
}
