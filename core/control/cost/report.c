/* GetCostReport: what was spent, by whatever people want to see it by. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/inner.h"

enum by { BY_CLUSTER, BY_GROUP, BY_ROLE, BY_TYPE, BY_MARKET, BY_STEP, BY_DAY, BY_TAG };
static const char *const by_items[] = { "cluster", "group", "role", "type", "market", "step", "day" };
static const struct names by_names = { by_items, BY_TAG };

struct row {
	char *name;
	struct money money;
};

struct report {
	enum by by;
	const char *tag;
	struct map *rows;               /* key → struct row, in the order of their first piece */
	struct money total;
	/* for steps */
	struct control *ctl;
	const struct str_list *ids;
};

static void free_row(void *p)
{
	struct row *r = p;

	free(r->name);
	free(r);
}

static void add_to(struct report *r, const char *key, const char *name, const struct money *m)
{
	struct row *row = map_get(r->rows, key);

	if (!row) {
		row = xcalloc(1, sizeof *row);
		row->name = xstrdup(name ? name : "");
		map_set(r->rows, key, row);
	}
	money_add(&row->money, m);
	money_add(&r->total, m);
}

static void add_piece(const struct piece *p, void *ctx)
{
	struct report *r = ctx;
	const char *value = r->by == BY_TAG ? piece_tag(p, r->tag) : NULL;
	char text[300];

	switch (r->by) {
	case BY_GROUP:
		snprintf(text, sizeof text, "%s · %s", p->cluster_name ? p->cluster_name : p->cluster_id,
		         p->group_name);
		add_to(r, p->group_id, text, &p->money);
		break;
	case BY_ROLE:
		add_to(r, p->role, p->role, &p->money);
		break;
	case BY_TYPE:
		add_to(r, p->type, p->type, &p->money);
		break;
	case BY_MARKET:
		add_to(r, p->market, p->market, &p->money);
		break;
	case BY_DAY:
		add_to(r, day_name(p->day, text, sizeof text), text, &p->money);
		break;
	case BY_TAG:
		snprintf(text, sizeof text, value ? "%s=%s" : "without the tag %s", r->tag, value);
		add_to(r, value ? value : "", text, &p->money);
		break;
	default:
		add_to(r, p->cluster_id, p->cluster_name, &p->money);
	}
}

#define NO_STEP "no step was running"

static void add_shares(struct report *r, struct cluster *c, int64_t from, int64_t to, int64_t now)
{
	struct step_shares shares = { 0 };
	struct money idle = { 0 };

	cost_sweep(r->ctl, c, from, to, now, &shares, &idle);
	for (size_t i = 0; i < shares.len; i++)
		add_to(r, shares.items[i].s->id, shares.items[i].s->name, &shares.items[i].money);
	if (idle.hours > 0)
		add_to(r, "idle", NO_STEP, &idle);
	free(shares.items);
}

static void add_kept_steps(struct control *ctl, const cJSON *row, int64_t day, void *ctx)
{
	struct report *r = ctx;
	const cJSON *s;
	char key[400];

	(void)ctl;
	(void)day;
	if (r->ids->len && !str_list_has(r->ids, json_str(row, "Id", "")))
		return;
	cJSON_ArrayForEach(s, json_arr(row, "Steps")) {
		const char *name = json_str(s, "Name", NULL);
		struct money m = { 0 };
		ledger_money(s, &m);
		snprintf(key, sizeof key, "%s/%s", json_str(row, "Id", ""), name ? name : "");
		add_to(r, name ? key : "idle", name ? name : NO_STEP, &m);
	}
}

static int report_steps(struct report *r, int64_t from, int64_t to, int64_t now, struct error *err)
{
	size_t it = 0;
	void *v;

	while (map_next(r->ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		bool over = cluster_state_ended(c->state) && c->timeline.ended + DAY_MS < from;
		if (op_visible(r->ctl, c) && !over && (!r->ids->len || str_list_has(r->ids, c->id)))
			add_shares(r, c, from, to >= now ? INT64_MAX : to, now);
	}
	return from < now - KEPT_MS ? ledger_each(r->ctl, from, to, add_kept_steps, r, err) : 0;
}

static int read_by(const cJSON *in, struct report *r, struct error *err)
{
	const char *by = json_str(in, "GroupBy", "cluster");
	int k = names_parse(&by_names, by);

	r->by = k >= 0 ? (enum by)k : BY_TAG;
	r->tag = by + 4;
	if (k < 0 && (strncmp(by, "tag:", 4) || !*r->tag))
		return emr_error_validation(err,
		                            "GroupBy must be cluster, group, role, type, market, step, day or "
		                            "tag:KEY, not '%s'",
		                            by);
	return 0;
}

#define LONGEST_MS (10 * 366 * DAY_MS)

static int read_period(const cJSON *in, int64_t now, int64_t *from, int64_t *to, struct error *err)
{
	*from = emr_decode_time(in, "From");
	*to = emr_decode_time(in, "To");
	if (!*to)
		*to = now;
	if (!*from)
		*from = month_start(*to < now ? *to : now);
	if (*from > *to)
		return emr_error_validation(err, "From must not be after To");
	if (*to - *from > LONGEST_MS)
		return emr_error_validation(err, "A report covers ten years at most");
	return 0;
}

struct shown {
	const char *key;
	const struct row *row;
};

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct shown *)a)->key, ((const struct shown *)b)->key);
}

static int by_total(const void *a, const void *b)
{
	double x = money_total(&((const struct shown *)a)->row->money);
	double y = money_total(&((const struct shown *)b)->row->money);

	return x > y ? -1 : x < y ? 1 : by_key(a, b);
}

static void put_row(cJSON *rows, const char *key, const char *name, const struct money *m)
{
	cJSON *o = json_add_str(json_add_str(cJSON_CreateObject(), "Key", key), "Name", name);

	add_money(o, m);
	cJSON_AddItemToArray(rows, o);
}

#define ROWS_MAX 2000 /* what is beyond is one row: nobody reads a hundred thousand steps */

/* Days in their order, everything else by what it cost. */
static cJSON *rows_of(const struct report *r)
{
	size_t n = map_len(r->rows), i = 0, it = 0;
	struct shown *all = xcalloc(n + 1, sizeof *all);
	struct money rest = { 0 };
	cJSON *rows = cJSON_CreateArray();
	void *v;

	for (; map_next(r->rows, &it, &all[i].key, &v); i++)
		all[i].row = v;
	qsort(all, n, sizeof *all, r->by == BY_DAY ? by_key : by_total);
	for (i = 0; i < n; i++)
		if (i < ROWS_MAX || r->by == BY_DAY)
			put_row(rows, all[i].key, all[i].row->name, &all[i].row->money);
		else
			money_add(&rest, &all[i].row->money);
	if (n > ROWS_MAX && r->by != BY_DAY) {
		char *name = xasprintf("%zu more", n - ROWS_MAX);
		put_row(rows, "others", name, &rest);
		free(name);
	}
	free(all);
	return rows;
}

static void put_rows(const struct report *r, cJSON *out)
{
	json_add(out, "Rows", rows_of(r));
	json_add_num(out, "Total", money_total(&r->total));
	json_add_bool(out, "Unknown", r->total.unknown);
	json_add_bool(out, "Estimate", r->total.estimate);
}

int op_get_cost_report(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct str_list ids = { 0 };
	struct report r = { .rows = map_new(), .ctl = ctl, .ids = &ids };
	int64_t now = clock_now_ms(), from, to;
	int ret = read_by(in, &r, err);

	(void)call;
	rates_refresh(ctl);
	emr_decode_strings(in, "ClusterIds", &ids); /* also of clusters that only the ledger knows */
	if (!ret)
		ret = read_period(in, now, &from, &to, err);
	if (!ret && r.by == BY_STEP)
		ret = report_steps(&r, from, to, now, err);
	else if (!ret)
		ret =
		    cost_visit(ctl, &ids, from, to >= now ? INT64_MAX : to, now, r.by == BY_DAY, add_piece, &r, err);
	if (!ret) {
		put_rows(&r, out);
		json_add_time(out, "From", from);
		json_add_time(out, "To", to);
		add_source(ctl, call->region, out);
	}
	map_free(r.rows, free_row);
	str_list_free(&ids);
	return ret;
}
