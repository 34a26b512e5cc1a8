/* Forms of the spot market: a type's price and capacity, a feed of recorded prices, and an interruption. */
#include <stdio.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/model/spot_feed.h"
#include "views/forms.h"
#include "views/sheet.h"

static void price_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	const struct sheet *s = ctx;
	double full = json_num(s->was, "OnDemandPrice", 0), price = form_double(f, "price");
	snprintf(out, size, "%.0f%% of on-demand ($%.4f)", full > 0 ? price / full * 100 : 0, full);
}

static const char *check_count(void *ctx, const char *v)
{
	(void)ctx;
	return v[strspn(v, "0123456789")] ? "a whole number" : NULL;
}

static const char *price_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	cJSON *in = json_add_str(cJSON_CreateObject(), "InstanceType", s->id);
	(void)field;
	json_add_num(in, "Price", form_double(f, "price"));
	if (*form_text(f, "pool"))
		json_add_num(in, "Capacity", form_double(f, "pool"));
	return sheet_done(s, act_spot_price(json_add_bool(in, "Available", form_bool(f, "available")), s->was));
}

void form_spot_price_open(struct console *con, const cJSON *was)
{
	const char *type = json_str(was, "InstanceType", "");
	char title[96], price[32], pool[16];
	record_text(was, "Capacity", pool, sizeof pool);
	snprintf(title, sizeof title, "Spot market: %.60s", type);
	snprintf(price, sizeof price, "%.4f", json_num(was, "Price", 0));
	const struct form_field fields[] = {
		{ FIELD_TEXT, "price", "price, $/h", .help = "nodes that bid less are interrupted", .value = price,
		  .check = check_positive },
		{ FIELD_TOGGLE, "available", "capacity", .help = "without it spot nodes are interrupted and new ones wait",
		  .value = json_bool(was, "Available", true) ? "true" : "false" },
		{ FIELD_TEXT, "pool", "pool", .help = "how many spot nodes of this type there are; empty: as it is",
		  .value = pool, .check = check_count },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .text = "Of the embedded market only.",
		.fields = fields, .n = 3, .verb = "show the plan", .summary = price_summary, .submit = price_submit,
		.cancel = sheet_free, .ctx = sheet_new(con, was, type) });
}

/* ---- the feed ---- */

#define FEED_BYTES (3 << 20)    /* as JSON text it still fits into a request */

/* The last part of a path: what events call the feed. */
static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static cJSON *feed_request(const struct form *f, const char *path, const char *data)
{
	bool recorded = !strncmp(form_text(f, "start"), "recorded", 8);
	cJSON *in = json_add_str(cJSON_CreateObject(), "FeedName", base_of(path));
	json_add_str(json_add_str(in, "Start", recorded ? "recorded" : "now"), "Data", data);
	if (recorded)
		return in;
	return json_add_bool(json_add_num(in, "Speed", form_double(f, "speed")), "Loop", form_bool(f, "loop"));
}

/* The file is read here: the server may be elsewhere, and what is wrong with it is said before anything is asked. */
static const char *feed_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	const char *path = form_text(f, "file");
	struct spot_feed feed = { 0 };
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	struct act *a = NULL;
	if (!fs_read(path, FEED_BYTES, &text, &err) &&
	    !spot_feed_read(&feed, base_of(path), buf_str(&text), text.len, NULL, NULL, &err))
		a = act_spot_feed(feed_request(f, path, buf_str(&text)), path, &feed,
		                  &s->con->model->records[PART_SPOT_PRICES]);
	spot_feed_free(&feed);
	buf_free(&text);
	if (a)
		return sheet_done(s, a);
	*field = "file";
	return arena_strdup(s->arena, err.message);
}

static const char *check_file(void *ctx, const char *v)
{
	(void)ctx;
	return *v ? NULL : "name the file with the recorded prices";
}

static bool from_now(void *ctx, const struct form *f)
{
	(void)ctx;
	return strncmp(form_text(f, "start"), "recorded", 8) != 0;
}

void form_spot_feed_open(struct console *con)
{
	static const char *const starts[] = { "now: the first price holds at once", "recorded: at the times of the record",
		NULL };
	const struct form_field fields[] = {
		{ FIELD_TEXT, "file", "file", .help = "as aws ec2 describe-spot-price-history prints it, or a record a line",
		  .value = "", .required = true, .check = check_file },
		{ FIELD_CHOICE, "start", "begin", .value = starts[0], .choices = starts },
		{ FIELD_TEXT, "speed", "speed", .help = "times as fast as recorded: 60 plays an hour in a minute", .value = "1",
		  .check = check_positive, .shown = from_now },
		{ FIELD_TOGGLE, "loop", "loop", .help = "begin again at the end", .value = "false", .shown = from_now },
	};
	form_open(con->app, &(struct form_spec){ .title = "Load spot prices", .text = "They move the embedded market, "
		"and interrupt nodes whose bid is below.", .fields = fields, .n = 4, .verb = "show the plan",
		.submit = feed_submit, .cancel = sheet_free, .ctx = sheet_new(con, NULL, "") });
}

static const char *interrupt_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	int n = cJSON_GetArraySize(s->was);
	char what[96];
	(void)field;
	cJSON *in = json_add_str(cJSON_CreateObject(), "ClusterId", s->cluster);
	json_add(in, "InstanceIds", cJSON_Duplicate(s->was, 1));
	json_add_int(in, "NoticeSeconds", form_number(f, "notice"));
	json_add_str(in, "Reason", *form_text(f, "reason") ? form_text(f, "reason") : NULL);
	snprintf(what, sizeof what, "%d spot %s of %.50s", n, n == 1 ? "node" : "nodes",
	         model_cluster_name(s->con->model, s->cluster));
	return sheet_done(s, act_interrupt(in, what, (size_t)n));
}

void form_interrupt_open(struct console *con, const char *const *ids, size_t n)
{
	cJSON *list = cJSON_CreateStringArray((const char *const *)ids, (int)n);
	char title[96];
	snprintf(title, sizeof title, "Interrupt %zu spot %s", n, n == 1 ? "node" : "nodes");
	const struct form_field fields[] = {
		{ FIELD_NUMBER, "notice", "notice, s", .help = "Amazon gives 120", .value = "120", .min = 0, .max = 3600 },
		{ FIELD_TEXT, "reason", "reason", .help = "for the events", .value = "" },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 2, .verb = "show the plan",
		.submit = interrupt_submit, .cancel = sheet_free, .ctx = sheet_new(con, list, "") });
	cJSON_Delete(list);
}
