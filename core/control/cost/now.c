/* What is: GetCost and ListPrices; and what all operations of this part share. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/inner.h"

int op_cluster_ids(struct control *ctl, const cJSON *in, struct str_list *out, struct error *err)
{
	emr_decode_strings(in, "ClusterIds", out);
	for (size_t i = 0; i < out->len; i++)
		if (!op_find(ctl, out->items[i]))
			return emr_error_no_cluster(err, out->items[i]);
	return 0;
}

struct cluster *op_next_cluster(struct control *ctl, const struct str_list *ids, size_t *it)
{
	void *v;

	while (map_next(ctl->clusters, it, NULL, &v)) {
		struct cluster *c = v;
		if (op_visible(ctl, c) && (!ids->len || str_list_has(ids, c->id)))
			return c;
	}
	return NULL;
}

void add_money(cJSON *o, const struct money *m)
{
	json_add_num(o, "Ec2", m->ec2);
	json_add_num(o, "Emr", m->emr);
	json_add_num(o, "Ebs", m->ebs);
	json_add_num(o, "Total", money_total(m));
	json_add_num(o, "InstanceHours", m->hours);
	json_add_bool(o, "Unknown", m->unknown);
	json_add_bool(o, "Estimate", m->estimate);
}

/* ---- GetCost ---- */

/* $/h of one instance of a group. A fleet has no one type: the mean of what it is made of now. */
static void each_of(struct control *ctl, struct cluster *c, const struct instance_group *g, struct money *out)
{
	if (!g->fleet) {
		type_rate(ctl, c, g->id, g->type, g->market, out);
		return;
	}
	*out = (struct money){ 0 };
	cost_rate_of(ctl, c, g->id, out);
	if (out->hours > 0) {
		out->ec2 /= out->hours;
		out->emr /= out->hours;
		out->ebs /= out->hours;
	}
}

static cJSON *group_cost(struct control *ctl, struct cluster *c, const struct instance_group *g, int64_t now)
{
	struct money sum = { 0 }, each;
	const struct price *p = price_table_find(cost_state(ctl)->prices, g->type, c->region);
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceGroupId", g->id);

	cost_of(ctl, c, g->id, 0, INT64_MAX, now, &sum);
	each_of(ctl, c, g, &each);
	json_add_str(o, "Role", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "Type", g->type);
	json_add_int(o, "Count", g->running);
	json_add_int(o, "Requested", g->requested);
	if (each.ec2 > 0)
		json_add_num(o, "Ec2PerHour", each.ec2);
	if (g->fleet ? each.hours > 0 && !each.unknown : p && p->emr >= 0)
		json_add_num(o, "EmrPerHour", each.emr);
	if (each.ebs > 0)
		json_add_num(o, "EbsPerHour", each.ebs);
	json_add_num(o, "Accrued", money_total(&sum));
	return o;
}

static cJSON *cluster_cost(struct control *ctl, struct cluster *c, int64_t now, double *per_hour,
                           double *today_sum)
{
	struct money all = { 0 }, today = { 0 }, rate = { 0 };
	cJSON *o = json_add_str(cJSON_CreateObject(), "ClusterId", c->id), *groups = cJSON_CreateArray();

	cost_of(ctl, c, NULL, 0, INT64_MAX, now, &all);
	cost_of(ctl, c, NULL, day_start(now), INT64_MAX, now, &today);
	cost_rate_of(ctl, c, NULL, &rate);
	*per_hour += money_total(&rate);
	*today_sum += money_total(&today);
	json_add_num(o, "PerHour", money_total(&rate));
	json_add_num(o, "Accrued", money_total(&all));
	json_add_num(o, "Today", money_total(&today));
	json_add_bool(o, "Unknown", all.unknown);
	json_add_bool(o, "Estimate", all.estimate);
	for (size_t i = 0; i < c->groups.len; i++)
		cJSON_AddItemToArray(groups, group_cost(ctl, c, c->groups.items[i], now));
	return json_add(o, "Groups", groups);
}

/* What the sums of a region rest on. */
static void put_source(struct buf *b, const char *region)
{
	if (!strcmp(region, PRICE_REGION))
		buf_adds(b, PRICE_SOURCE);
	else if (price_date(region))
		buf_addf(b, "%s on-demand list prices; EMR fees are not known", region);
	else
		buf_addf(b, "no prices of %s are known", region);
}

void add_source(struct control *ctl, const char *region, cJSON *out)
{
	const struct cost_state *st = cost_state(ctl);
	struct buf source = BUF_INIT;

	put_source(&source, region);
	if (st->prices_own)
		buf_addf(&source, "; %d rows of prices.csv", st->prices_own);
	json_add_str(out, "PriceDate", price_date(region));
	json_add_str(out, "Source", buf_str(&source));
	buf_free(&source);
}

int op_get_cost(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	int64_t now = clock_now_ms();
	struct str_list ids = { 0 };
	double per_hour = 0, today = 0;
	int ret = op_cluster_ids(ctl, in, &ids, err);
	cJSON *a = cJSON_CreateArray();
	struct cluster *c;
	size_t it = 0;

	rates_refresh(ctl);
	while (!ret && (c = op_next_cluster(ctl, &ids, &it)))
		cJSON_AddItemToArray(a, cluster_cost(ctl, c, now, &per_hour, &today));
	json_add(out, "Clusters", a);
	json_add_num(out, "PerHour", per_hour);
	json_add_num(out, "Today", today);
	add_source(ctl, call->region, out);
	str_list_free(&ids);
	return ret;
}

/* ---- ListPrices ---- */

static cJSON *price_row(const struct price *p)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceType", p->type);

	json_add_str(o, "Region", p->region);
	json_add_int(o, "Vcpu", p->vcpu);
	json_add_num(o, "MemoryGiB", p->mem_gib);
	json_add_str(o, "Storage", p->storage);
	if (p->ec2 >= 0)
		json_add_num(o, "Ec2PerHour", p->ec2);
	if (p->emr >= 0)
		json_add_num(o, "EmrPerHour", p->emr);
	json_add_bool(o, "EmrEstimate", p->emr >= 0 && p->emr_estimate);
	json_add_str(o, "Date", p->date);
	json_add_str(o, "Source", p->source);
	return json_add_bool(o, "Own", p->own);
}

/* Without a region: the caller's, the home of the list, and whatever a person's own list speaks of. */
static bool is_asked(const struct price *p, const char *region, const char *callers)
{
	if (region)
		return !strcmp(region, p->region);
	return p->own || !strcmp(p->region, PRICE_REGION) || !strcmp(p->region, callers);
}

int op_list_prices(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const struct price_table *t = cost_prices(ctl);
	const struct cost_state *st = cost_state(ctl);
	const char *region = json_str(in, "Region", NULL);
	struct str_list types = { 0 };
	cJSON *a = cJSON_CreateArray();

	(void)err;
	price_table_open(t, region ? region : call->region);
	emr_decode_strings(in, "InstanceTypes", &types);
	for (size_t i = 0; i < price_table_len(t); i++) {
		const struct price *p = price_table_at(t, i);
		if ((!types.len || str_list_has(&types, p->type)) && is_asked(p, region, call->region))
			cJSON_AddItemToArray(a, price_row(p));
	}
	json_add(out, "Prices", a);
	char *file = xasprintf("%s/prices.csv", ctl->home);
	json_add_str(out, "File", file);
	free(file);
	if (st->prices_error.code) {
		json_add_str(out, "Error", st->prices_error.message);
		json_add_str(out, "Hint", st->prices_error.hint[0] ? st->prices_error.hint : NULL);
	}
	str_list_free(&types);
	return 0;
}
