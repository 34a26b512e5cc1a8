/* Placeholders in a target's request: `<aws.scheduler.…>` as EventBridge Scheduler has them, and
 * `<schedule.…>` for the same and for what only we know. They may stand in any string: names, arguments,
 * paths. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/schedule/inner.h"

static void put_time(struct buf *out, const struct fill *f)
{
	char iso[32];

	buf_addf(out, "%.19sZ", clock_iso8601(f->scheduled_for, iso, sizeof iso));
}

/* The local date or time: an ISO text of the local seconds. */
static void put_local(struct buf *out, const struct fill *f, int chars)
{
	int64_t s = f->scheduled_for / 1000;
	char iso[32];

	buf_addf(out, "%.*s", chars, clock_iso8601((s + tz_offset(f->schedule->zone, s)) * 1000, iso,
	                                           sizeof iso));
}

static void put_local_time(struct buf *out, const struct fill *f)
{
	put_local(out, f, 19);
}

static void put_local_date(struct buf *out, const struct fill *f)
{
	put_local(out, f, 10);
}

static void put_id(struct buf *out, const struct fill *f)
{
	buf_adds(out, f->run_id);
}

static void put_attempt(struct buf *out, const struct fill *f)
{
	(void)f;
	buf_adds(out, "1");
}

static void put_name(struct buf *out, const struct fill *f)
{
	buf_adds(out, f->schedule->name);
}

static void put_arn(struct buf *out, const struct fill *f)
{
	buf_addf(out, "arn:aws:scheduler:%s:" EMR_ACCOUNT ":schedule/default/%s", f->schedule->region,
	         f->schedule->name);
}

static const struct placeholder {
	const char *name;
	void (*put)(struct buf *out, const struct fill *f);
} placeholders[] = {
	{ "<aws.scheduler.scheduled-time>", put_time }, { "<schedule.scheduled-time>", put_time },
	{ "<aws.scheduler.execution-id>", put_id }, { "<schedule.execution-id>", put_id },
	{ "<aws.scheduler.attempt-number>", put_attempt }, { "<schedule.attempt-number>", put_attempt },
	{ "<aws.scheduler.schedule-arn>", put_arn }, { "<schedule.schedule-arn>", put_arn },
	{ "<schedule.name>", put_name }, { "<schedule.scheduled-date>", put_local_date },
	{ "<schedule.scheduled-local-time>", put_local_time },
};

static const struct placeholder *at(const char *p)
{
	for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
		if (!strncmp(p, placeholders[i].name, strlen(placeholders[i].name)))
			return &placeholders[i];
	return NULL;
}

static int unknown(const char *p, struct error *err)
{
	return emr_error_validation(err, "The placeholder %.*s is not known: expected <schedule.name>, "
	                            "<schedule.scheduled-time>, <schedule.scheduled-date>, "
	                            "<schedule.scheduled-local-time>, <schedule.execution-id>, "
	                            "<schedule.attempt-number>, <schedule.schedule-arn>, or one of the "
	                            "<aws.scheduler...> that EventBridge Scheduler has.",
	                            (int)(strcspn(p, ">") < 60 ? strcspn(p, ">") + 1 : 60), p);
}

static int fill_text(const struct fill *f, cJSON *v, struct error *err)
{
	struct buf out = BUF_INIT;
	const char *p = v->valuestring;
	int ret = 0;

	if (!strstr(p, "<schedule.") && !strstr(p, "<aws.scheduler."))
		return 0;
	while (*p && !ret) {
		const struct placeholder *found = *p == '<' ? at(p) : NULL;
		if (found) {
			found->put(&out, f);
			p += strlen(found->name);
		} else if (!strncmp(p, "<schedule.", 10) || !strncmp(p, "<aws.scheduler.", 15)) {
			ret = unknown(p, err);
		} else {
			buf_addc(&out, *p++);
		}
	}
	if (!ret)
		cJSON_SetValuestring(v, buf_str(&out));
	buf_free(&out);
	return ret;
}

static int fill_all(const struct fill *f, cJSON *v, struct error *err)
{
	int ret = cJSON_IsString(v) ? fill_text(f, v, err) : 0;

	for (cJSON *child = v->child; child && !ret; child = child->next)
		ret = fill_all(f, child, err);
	return ret;
}

cJSON *fill_request(const struct fill *f, struct error *err)
{
	cJSON *req = cJSON_Duplicate(json_obj(json_obj(f->schedule->put, "Target"), "Request"), true);

	if (!fill_all(f, req, err))
		return req;
	cJSON_Delete(req);
	return NULL;
}
