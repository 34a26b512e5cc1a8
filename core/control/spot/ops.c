/* Stoker.ListSpotPrices, PutSpotPrice, InterruptSpot, ListSpotInterruptions. The feed has its own file. */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/ops.h"
#include "core/control/spot/spot_state.h"
#include "core/model/fleet.h"
#include "core/model/price.h"

/* ---- prices ---- */

static cJSON *history_json(struct control *ctl, const struct spot_pool *p, int64_t since)
{
	cJSON *a = cJSON_CreateArray();
	double first = spot_price_at(ctl, p->region, p->type, since);

	for (size_t i = 0; i <= p->history.len; i++) {
		int64_t time = i ? p->history.items[i - 1].time : since;
		double price = i ? p->history.items[i - 1].price : first;
		if (time < since || price < 0 || (i && time == since))
			continue;
		cJSON *point = cJSON_CreateArray();
		cJSON_AddItemToArray(point, cJSON_CreateNumber((double)time / 1000));
		cJSON_AddItemToArray(point, cJSON_CreateNumber(price));
		cJSON_AddItemToArray(a, point);
	}
	return a;
}

static cJSON *pool_json(struct control *ctl, const struct spot_pool *p, int64_t since)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceType", p->type);
	double price = spot_price_now(p), list = price_ec2(p->type, p->region);

	if (price >= 0)
		json_add_num(o, "Price", price);
	if (list >= 0)
		json_add_num(o, "OnDemandPrice", list);
	json_add_bool(o, "Estimate", price >= 0 && !p->history.len);
	if (price >= 0)
		json_add_str(o, "Source", names_get(&spot_source_names, (int)p->source));
	json_add_time(o, "Since", spot_pool_since(p));
	json_add_bool(o, "Available", !p->withheld);
	json_add_int(o, "Capacity", spot_pool_depth(p));
	json_add_int(o, "Instances", p->used);
	if (since)
		json_add(o, "History", history_json(ctl, p, since));
	return o;
}

/* Whom the price may hurt: the groups and fleets that bid for a type, by type. */
static void add_bid(struct map *bids, const struct cluster *c, const struct instance_group *g, const char *type)
{
	double bid = type ? spot_bid(c->region, g, type) : PRICE_UNKNOWN;
	cJSON *list = type ? map_get(bids, type) : NULL;

	if (bid < 0)
		return;
	if (!list)
		map_set(bids, type, list = cJSON_CreateArray());
	cJSON *o = json_add_str(json_add_str(cJSON_CreateObject(), "ClusterId", c->id), "InstanceGroupId", g->id);
	cJSON_AddItemToArray(list, json_add_num(o, "Bid", bid));
}

static void free_json(void *v)
{
	cJSON_Delete(v);
}

static struct map *bids_of(const struct control *ctl)
{
	struct map *bids = map_new();
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		const struct cluster *c = v;
		if (!op_visible(ctl, c) || cluster_state_closing(c->state))
			continue;
		for (size_t i = 0; i < c->groups.len; i++) {
			const struct instance_group *g = c->groups.items[i];
			if (!g->fleet && g->market == MARKET_SPOT)
				add_bid(bids, c, g, g->type);
			for (size_t k = 0; g->fleet && g->fleet->target_spot > 0 && k < g->fleet->types.len; k++)
				add_bid(bids, c, g, g->fleet->types.items[k].type);
		}
	}
	return bids;
}

/* What was never asked for is as the price list says. */
static cJSON *type_json(struct control *ctl, const char *region, const char *type, int64_t since)
{
	const struct spot_pool *p = spot_pool_find(ctl, region, type);
	struct spot_pool none = { .type = (char *)type, .capacity = -1 };

	snprintf(none.region, sizeof none.region, "%s", region);
	return pool_json(ctl, p ? p : &none, since);
}

static bool said(const struct spot_pool *p)
{
	return p->history.len || p->withheld || p->capacity >= 0 || p->used;
}

static int list_spot_prices(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                            struct error *err)
{
	int64_t since = emr_decode_time(in, "Since");
	struct str_list types = { 0 };
	cJSON *a = cJSON_AddArrayToObject(out, "SpotPrices");
	size_t n, it = 0;
	const struct price *all = price_all(&n);
	void *v;

	(void)err;
	emr_decode_strings(in, "InstanceTypes", &types);
	if (!types.len) {
		for (size_t i = 0; i < n; i++)
			str_list_add(&types, all[i].type);
		while (map_next(spot_state(ctl)->pools, &it, NULL, &v)) {
			const struct spot_pool *p = v;
			if (!strcmp(p->region, call->region) && said(p) && !price_find(p->type))
				str_list_add(&types, p->type);
		}
	}
	struct map *bids = bids_of(ctl);
	for (size_t i = 0; i < types.len; i++) {
		cJSON *o = type_json(ctl, call->region, types.items[i], since);
		json_add(o, "Bids", cJSON_Duplicate(map_get(bids, types.items[i]), true));
		cJSON_AddItemToArray(a, o);
	}
	map_free(bids, free_json);
	str_list_free(&types);
	return 0;
}

static int check_put(const cJSON *in, struct error *err)
{
	const cJSON *price = cJSON_GetObjectItemCaseSensitive(in, "Price");
	const cJSON *capacity = cJSON_GetObjectItemCaseSensitive(in, "Capacity");
	const cJSON *available = cJSON_GetObjectItemCaseSensitive(in, "Available");
	const char *type = json_str(in, "InstanceType", "");

	if (!*type || strlen(type) > SPOT_TYPE_MAX)
		return emr_error_validation(err, "InstanceType must be given, as m5.xlarge.");
	if (!price && !capacity && !available)
		return emr_error_validation(err, "Give a Price, Available or Capacity: what is to change?");
	if (price && (!cJSON_IsNumber(price) || !(price->valuedouble > 0) || price->valuedouble > SPOT_PRICE_MAX))
		return emr_error_validation(err, "Price must be a number of US dollars per hour, above 0.");
	if (available && !cJSON_IsBool(available))
		return emr_error_validation(err, "Available must be true or false.");
	if (capacity && (!cJSON_IsNumber(capacity) || capacity->valuedouble < 0 ||
	                 capacity->valuedouble != floor(capacity->valuedouble) || capacity->valuedouble > 1e6))
		return emr_error_validation(err, "Capacity must be a whole number of instances.");
	return 0;
}

/* "price $0.0672 (estimate) → $0.1100, capacity withdrawn": what the request made different, with the numbers. */
static void say_put(struct control *ctl, const struct spot_pool *p, const struct spot_pool *was, double was_price)
{
	struct buf b = BUF_INIT;
	double price = spot_price_now(p);

	if (was_price < 0 && price >= 0)
		buf_addf(&b, ": price unknown → $%.4f", price);
	else if (price != was_price || was->source != p->source)
		buf_addf(&b, ": price $%.4f (%s) → $%.4f", was_price, names_get(&spot_source_names, (int)was->source), price);
	if (p->withheld != was->withheld)
		buf_addf(&b, "%s the type is %s", b.len ? "," : ":", p->withheld ? "withheld" : "to be had again");
	if (p->capacity != was->capacity)
		buf_addf(&b, "%s capacity %d → %d", b.len ? "," : ":", spot_pool_depth(was), spot_pool_depth(p));
	event_add(ctl, SEVERITY_INFO, NULL, p->type, EVENT_SPOT, "The spot market of %s was set%s", p->type,
	          b.len ? buf_str(&b) : ": nothing changed");
	buf_free(&b);
}

static int put_spot_price(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	int ret = check_put(in, err);

	if (ret)
		return ret;
	struct spot_pool *p = spot_pool(ctl, call->region, json_str(in, "InstanceType", "")), was = *p;
	double was_price = spot_price_now(p);
	if (cJSON_GetObjectItemCaseSensitive(in, "Price"))
		spot_set_price(p, json_num(in, "Price", 0), clock_now_ms(), SPOT_SET);
	p->withheld = !json_bool(in, "Available", !p->withheld);
	p->capacity = json_int32(in, "Capacity", p->capacity);
	spot_pool_save(ctl, p);
	say_put(ctl, p, &was, was_price);
	spot_state(ctl)->moved = true; /* what it does to nodes is seen after the commit */
	cJSON *v = pool_json(ctl, p, 0), *m;
	while ((m = cJSON_DetachItemFromArray(v, 0)))
		cJSON_AddItemToObject(out, m->string, m);
	cJSON_Delete(v);
	return 0;
}

/* ---- interruptions ---- */

struct chosen {
	struct node **items;
	size_t len, cap;
};

static void choose(struct chosen *l, struct node *n)
{
	if (n && n->m->market == MARKET_SPOT && n->m->state != INSTANCE_AWAITING_FULFILLMENT && !n->interrupted &&
	    !n->stopping)
		vec_push(l, n);
}

static void choose_cluster(struct chosen *l, const struct cluster *c)
{
	for (size_t i = 0; i < c->instances.len; i++)
		choose(l, c->instances.items[i]->runtime);
}

static int choose_instance(struct control *ctl, struct chosen *l, const struct cluster *in, const char *id,
                           struct error *err)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->nodes, &it, NULL, &v)) {
		struct node *n = v;
		if (!op_visible(ctl, n->c) || (in && n->c != in) || (strcmp(n->m->id, id) &&
		                                                     strcmp(n->m->ec2_id, id)))
			continue;
		if (n->m->market != MARKET_SPOT)
			return emr_error_validation(err, "Instance %.64s is on demand: only spot instances are "
			                            "interrupted.", id);
		choose(l, n);
		return 0;
	}
	return emr_error_validation(err, "Instance id '%.64s' is not valid.", id);
}

static int choose_all(struct control *ctl, const cJSON *in, struct chosen *l, struct error *err)
{
	struct cluster *c = json_str(in, "ClusterId", NULL) ? op_cluster(ctl, in, "ClusterId", false, err) : NULL;
	struct str_list ids = { 0 };
	size_t it = 0;
	void *v;
	int ret = 0;

	if (json_str(in, "ClusterId", NULL) && !c)
		return err->code;
	emr_decode_strings(in, "InstanceIds", &ids);
	for (size_t i = 0; i < ids.len && !ret; i++)
		ret = choose_instance(ctl, l, c, ids.items[i], err);
	if (!ids.len && c)
		choose_cluster(l, c);
	else if (!ids.len && json_bool(in, "All", false))
		while (map_next(ctl->clusters, &it, NULL, &v)) {
			if (op_visible(ctl, v) && !cluster_state_closing(((struct cluster *)v)->state))
				choose_cluster(l, v);
		}
	else if (!ids.len)
		ret = emr_error_validation(err, "Say which: ClusterId, InstanceIds, or All.");
	str_list_free(&ids);
	return ret;
}

static int interrupt_spot(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	int64_t notice = json_int(in, "NoticeSeconds", -1);
	const char *reason = json_str(in, "Reason", NULL);
	struct chosen l = { 0 };

	if (cJSON_GetObjectItemCaseSensitive(in, "NoticeSeconds") && (notice < 0 || notice > SPOT_NOTICE_MAX_S))
		return emr_error_validation(err, "NoticeSeconds must be between 0 and %d.", SPOT_NOTICE_MAX_S);
	int ret = choose_all(ctl, in, &l, err);
	cJSON *a = ret ? NULL : cJSON_AddArrayToObject(out, "Interrupted");
	char *text = xasprintf("asked for by %s%s%.200s", call->user[0] ? call->user : "the owner",
	                       reason ? ": " : "", reason ? reason : "");
	for (size_t i = 0; i < l.len && !ret; i++)
		if (spot_interrupt(ctl, l.items[i], (int)notice, SPOT_MANUAL, text))
			cJSON_AddItemToArray(a, cJSON_CreateString(l.items[i]->m->id));
	free(text);
	vec_free(&l);
	return ret;
}

static int list_spot_interruptions(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                                   struct error *err)
{
	const struct spot_state *s = spot_state(ctl);
	const char *cluster = json_str(in, "ClusterId", NULL), *token = json_str(in, "NextToken", NULL);
	int64_t since = emr_decode_time(in, "Since"), max, n = 0;
	bool found = !token;

	if (op_page_size(in, 100, &max, err))
		return err->code;
	if (token && !map_has(s->by_instance, token))
		return emr_error_validation(err, "NextToken is not one of this list.");
	cJSON *a = cJSON_AddArrayToObject(out, "Interruptions");
	for (size_t i = s->interruptions.len; i-- > 0;) {
		const struct spot_interruption *x = s->interruptions.items[i];
		if (!found) {
			found = !strcmp(x->instance, token);
			continue;
		}
		if (strcmp(x->region, call->region) || x->notice_at < since ||
		    (cluster && strcmp(cluster, x->cluster)))
			continue;
		if (n++ == max) {
			const cJSON *last = cJSON_GetArrayItem(a, (int)max - 1);
			json_add_str(out, "NextToken", json_str(last, "InstanceId", ""));
			break;
		}
		cJSON_AddItemToArray(a, spot_interruption_json(x));
	}
	return 0;
}

const struct op spot_ops[] = {
	{ "Stoker.ListSpotPrices", list_spot_prices },
	{ "Stoker.PutSpotPrice", put_spot_price },
	{ "Stoker.InterruptSpot", interrupt_spot },
	{ "Stoker.ListSpotInterruptions", list_spot_interruptions },
	{ "Stoker.PutSpotFeed", op_put_spot_feed },
	{ "Stoker.GetSpotFeed", op_get_spot_feed },
	{ "Stoker.DeleteSpotFeed", op_delete_spot_feed },
	{ NULL, NULL },
};
