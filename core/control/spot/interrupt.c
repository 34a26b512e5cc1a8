/* Interruptions: notice, drain, end, replacement. Each is a document, kept as long as a cluster is. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/spot/spot_state.h"
#include "core/model/price.h"

static const char *const reason_items[] = { "price", "capacity", "manual", "metadata" };
const struct names spot_reason_names = { reason_items, 4 };
static const char *const outcome_items[] = { "noticed", "drained", "terminated" };
const struct names spot_outcome_names = { outcome_items, 3 };

void spot_interruption_free(struct spot_interruption *x)
{
	free(x->type);
	free(x->detail);
	free(x);
}

/* ---- documents ---- */

void spot_save(struct control *ctl, const struct spot_interruption *x)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "cluster", x->cluster);

	json_add_str(o, "group", x->group);
	json_add_str(o, "ec2", x->ec2);
	json_add_str(o, "type", x->type);
	json_add_str(o, "detail", x->detail);
	json_add_int(o, "reason", x->reason);
	json_add_int(o, "outcome", x->outcome);
	json_add_int(o, "notice_at", x->notice_at);
	json_add_int(o, "terminate_at", x->terminate_at);
	json_add_str(o, "replaced_by", x->replaced_by[0] ? x->replaced_by : NULL);
	doc_put(ctl, DOC_SPOT_INTERRUPTION, x->region, x->instance, o);
	cJSON_Delete(o);
}

static void copy_id(char out[MODEL_ID_SIZE], const cJSON *o, const char *name)
{
	snprintf(out, MODEL_ID_SIZE, "%s", json_str(o, name, ""));
}

void spot_load_interruption(struct control *ctl, const char *region, const char *id, const cJSON *o,
                            void *ctx)
{
	struct spot_state *s = ctx;
	struct spot_interruption *x = xcalloc(1, sizeof *x);

	(void)ctl;
	snprintf(x->region, sizeof x->region, "%s", region);
	snprintf(x->instance, sizeof x->instance, "%s", id);
	copy_id(x->cluster, o, "cluster");
	copy_id(x->group, o, "group");
	copy_id(x->ec2, o, "ec2");
	copy_id(x->replaced_by, o, "replaced_by");
	x->type = xstrdup(json_str(o, "type", ""));
	x->detail = xstrdup(json_str(o, "detail", NULL));
	x->reason = (enum spot_reason)json_int(o, "reason", SPOT_MANUAL);
	x->outcome = (enum spot_outcome)json_int(o, "outcome", SPOT_TERMINATED);
	x->notice_at = json_int(o, "notice_at", 0);
	x->terminate_at = json_int(o, "terminate_at", 0);
	x->told = true;
	vec_push(&s->interruptions, x);
	map_set(s->by_instance, x->instance, x);
}

cJSON *spot_interruption_json(const struct spot_interruption *x)
{
	cJSON *o = json_add_time(cJSON_CreateObject(), "Time", x->notice_at);

	json_add_str(o, "Region", x->region);
	json_add_str(o, "ClusterId", x->cluster);
	json_add_str(o, "InstanceId", x->instance);
	json_add_str(o, "Ec2InstanceId", x->ec2);
	json_add_str(o, "InstanceType", x->type);
	json_add_str(o, "Reason", names_get(&spot_reason_names, (int)x->reason));
	json_add_str(o, "Detail", x->detail);
	json_add_time(o, "NoticeAt", x->notice_at);
	json_add_time(o, "TerminateAt", x->terminate_at);
	json_add_str(o, "Outcome", names_get(&spot_outcome_names, (int)x->outcome));
	return json_add_str(o, "ReplacedBy", x->replaced_by[0] ? x->replaced_by : NULL);
}

/* ---- notice ---- */

/* From now on the node takes nothing new, and ends when its notice is over. */
static void mark_node(struct node *n, const struct spot_interruption *x)
{
	int64_t left = x->terminate_at - clock_now_ms(), deadline = mono_ms() + (left > 0 ? left : 0);

	n->interrupted = true;
	if (!n->draining || deadline < n->drain_deadline)
		n->drain_deadline = deadline;
	n->draining = true;
}

void spot_sync_nodes(struct control *ctl)
{
	struct spot_state *s = spot_state(ctl);
	size_t it = 0;
	void *v;

	while (map_next(ctl->nodes, &it, NULL, &v)) {
		struct node *n = v;
		const struct spot_interruption *x = map_get(s->by_instance, n->m->id);
		if (x && !n->interrupted && !n->stopping)
			mark_node(n, x);
		else if (!x && n->interrupted)
			n->interrupted = n->draining = false;
	}
}

bool spot_interrupt(struct control *ctl, struct node *n, int notice_s, enum spot_reason reason,
                    const char *detail)
{
	struct spot_state *s = spot_state(ctl);

	if (n->interrupted || n->stopping || n->m->state == INSTANCE_AWAITING_FULFILLMENT ||
	    map_has(s->by_instance, n->m->id))
		return false;
	struct spot_interruption *x = xcalloc(1, sizeof *x);
	snprintf(x->region, sizeof x->region, "%s", n->c->region);
	strcpy(x->cluster, n->c->id);
	strcpy(x->group, n->m->group_id);
	strcpy(x->instance, n->m->id);
	strcpy(x->ec2, n->m->ec2_id);
	x->type = xstrdup(n->m->type);
	x->detail = xstrdup(detail);
	x->reason = reason;
	x->notice_at = clock_now_ms();
	x->terminate_at = x->notice_at + (notice_s < 0 ? ctl->spot_notice_s : notice_s) * 1000LL;
	vec_push(&s->interruptions, x);
	map_set(s->by_instance, x->instance, x);
	mark_node(n, x);
	spot_save(ctl, x);
	s->moved = true;
	wake_cluster(ctl, n->c);
	return true;
}

/* ---- what follows ---- */

void spot_ending(struct control *ctl, struct node *n)
{
	struct spot_interruption *x = map_get(spot_state(ctl)->by_instance, n->m->id);

	if (!x || x->outcome != SPOT_NOTICED)
		return;
	x->outcome = n->execs.len || clock_now_ms() >= x->terminate_at ? SPOT_TERMINATED : SPOT_DRAINED;
	spot_save(ctl, x);
}

#define REPLACED_WITHIN_MS (24LL * 3600 * 1000)

void spot_replaced(struct control *ctl, const struct instance *fresh)
{
	struct spot_state *s = spot_state(ctl);
	int64_t since = clock_now_ms() - REPLACED_WITHIN_MS;
	struct spot_interruption *x;

	for (; s->open < s->interruptions.len; s->open++) {
		x = s->interruptions.items[s->open];
		if (!x->replaced_by[0] && x->notice_at >= since)
			break;
	}
	for (size_t i = s->open; i < s->interruptions.len; i++) {
		x = s->interruptions.items[i];
		if (x->replaced_by[0] || strcmp(x->group, fresh->group_id))
			continue;
		strcpy(x->replaced_by, fresh->id);
		spot_save(ctl, x);
		return;
	}
}

/* A real machine's notice: {"action": "terminate", "time": "2026-…Z"}. */
void spot_metadata(struct control *ctl, struct node *n, const cJSON *msg)
{
	const char *action = json_str(msg, "action", "terminate");
	int64_t at = clock_parse(json_str(msg, "time", "")), now = clock_now_ms();
	int64_t left = at > 0 ? at - now : ctl->spot_notice_s * 1000LL;
	char detail[128];

	if (left < 0)
		left = 0;
	if (left > SPOT_NOTICE_MAX_S * 1000LL)
		left = SPOT_NOTICE_MAX_S * 1000LL;
	snprintf(detail, sizeof detail, "the instance metadata announced: %.60s", action);
	spot_interrupt(ctl, n, (int)(left / 1000), SPOT_METADATA, detail);
}

/* ---- what the market takes back ---- */

static bool from_market(const struct node *n)
{
	return n->m->market == MARKET_SPOT && !n->interrupted && !n->stopping &&
	       n->m->state != INSTANCE_AWAITING_FULFILLMENT && !cluster_state_closing(n->c->state);
}

static void check_price(struct control *ctl, struct node *n)
{
	const struct instance_group *g = cluster_group(n->c, n->m->group_id);
	const struct spot_pool *p = spot_pool(ctl, n->c->region, n->m->type);
	double price = spot_price_now(p), bid = g ? spot_bid(n->c->region, g, n->m->type) : PRICE_UNKNOWN;
	char detail[128];

	if (price < 0 || bid < 0 || price <= bid)
		return;
	snprintf(detail, sizeof detail, "the price rose to $%.4f, above the bid of $%.4f", price, bid);
	spot_interrupt(ctl, n, -1, SPOT_PRICE, detail);
}

static int youngest_first(const void *a, const void *b)
{
	int64_t x = (*(struct node *const *)a)->m->timeline.created;
	int64_t y = (*(struct node *const *)b)->m->timeline.created;

	return (x < y) - (x > y);
}

/* More run than the pool can carry: the youngest go. */
static void check_room(struct control *ctl, const struct spot_pool *p)
{
	VEC(struct node *) in = { 0 };
	size_t it = 0, depth = (size_t)spot_pool_depth(p);
	void *v;

	while (map_next(ctl->nodes, &it, NULL, &v)) {
		struct node *n = v;
		if (from_market(n) && !strcmp(n->c->region, p->region) && !strcmp(n->m->type, p->type))
			vec_push(&in, n);
	}
	if (in.len > depth) {
		qsort(in.items, in.len, sizeof *in.items, youngest_first);
		for (size_t i = 0; i < in.len - depth; i++)
			spot_interrupt(ctl, in.items[i], -1, SPOT_CAPACITY,
			               "the market took its capacity of this type back");
	}
	vec_free(&in);
}

static void tell(struct control *ctl, struct spot_interruption *x)
{
	char until[32];

	x->told = true;
	event_add(ctl, SEVERITY_WARN, x->cluster, x->instance, EVENT_INSTANCE, "Spot instance %s (%s) has notice "
	          "of its interruption (%s): it takes no new work and ends at %s at the latest", x->ec2, x->type,
	          x->detail ? x->detail : names_get(&spot_reason_names, (int)x->reason),
	          clock_iso8601(x->terminate_at, until, sizeof until));
}

void spot_check(struct control *ctl)
{
	struct spot_state *s = spot_state(ctl);
	struct acting before = actor_begin(ctl, "stoker:spot", NULL);
	size_t it = 0;
	void *v;

	s->moved = false;
	while (map_next(ctl->nodes, &it, NULL, &v))
		if (from_market(v))
			check_price(ctl, v);
	it = 0;
	while (map_next(s->pools, &it, NULL, &v))
		if (((struct spot_pool *)v)->used > spot_pool_depth(v))
			check_room(ctl, v);
	for (size_t i = s->interruptions.len; i-- > 0 && !s->interruptions.items[i]->told;)
		tell(ctl, s->interruptions.items[i]);
	s->moved = false;
	actor_end(ctl, &before);
}
