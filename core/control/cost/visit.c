/* Every cost of a period, piece by piece: from the sheets of the clusters in the journal, and from the ledger
 * for those that it has dropped. Reports are sums of pieces by a key. */
#include "core/base/json.h"
#include "core/control/cost/inner.h"

struct visit {
	const struct str_list *ids;
	int64_t from, to, now;
	bool days;
	piece_fn fn;
	void *ctx;
};

const char *piece_tag(const struct piece *p, const char *key)
{
	if (p->tags)
		return pair_list_get(p->tags, key);
	return json_str(json_obj(p->kept, "Tags"), key, NULL);
}

static bool paid(const struct money *m)
{
	return m->hours > 0;
}

static void visit_line(struct control *ctl, struct sheet *s, size_t k, struct visit *v)
{
	const struct line *l = &s->lines.items[k];
	const struct instance_group *g = cluster_group(s->c, l->group_id);
	struct piece p = { .cluster_id = s->c->id, .cluster_name = s->c->name, .group_id = l->group_id,
	                   .group_name = g && g->name ? g->name : l->group_id,
	                   .role = names_get(&instance_role_names, (int)l->role), .type = l->type,
	                   .market = names_get(&market_names, (int)l->market), .tags = &s->c->tags };
	int64_t end = v->to < v->now ? v->to : v->now;

	for (int64_t a = v->from, b = v->to; a < v->to; a = b) {
		if (v->days && a > end)
			break;
		if (v->days)
			p.day = day_of(&cost_state(ctl)->days, a, &b);
		p.money = (struct money){ 0 };
		line_money(ctl, s, k, a, b < v->to ? b : v->to, v->now, &p.money);
		if (paid(&p.money))
			v->fn(&p, v->ctx);
	}
}

static bool wanted(struct control *ctl, const struct visit *v, const char *id)
{
	(void)ctl;
	return !v->ids || !v->ids->len || str_list_has(v->ids, id);
}

static void visit_row(struct control *ctl, const cJSON *row, int64_t day, void *ctx)
{
	struct visit *v = ctx;
	const cJSON *l;
	struct piece p = { .cluster_id = json_str(row, "Id", ""), .cluster_name = json_str(row, "Name", ""),
	                   .kept = row, .day = v->days ? day : 0 };

	if (!wanted(ctl, v, p.cluster_id))
		return;
	cJSON_ArrayForEach(l, json_arr(row, "Lines")) {
		p.group_id = json_str(l, "Group", "");
		p.group_name = json_str(l, "GroupName", p.group_id);
		p.role = json_str(l, "Role", "");
		p.type = json_str(l, "Type", "");
		p.market = json_str(l, "Market", "");
		p.money = (struct money){ 0 };
		ledger_money(l, &p.money);
		v->fn(&p, v->ctx);
	}
}

/* When was the first instance of the cluster made? Days before it need no look. */
static int64_t begin_of(const struct cluster *c, int64_t from)
{
	int64_t first = c->timeline.created > from ? day_start(c->timeline.created) : from;

	return first > from ? first : from;
}

int cost_visit(struct control *ctl, const struct str_list *ids, int64_t from, int64_t to, int64_t now,
               bool days, piece_fn fn, void *ctx, struct error *err)
{
	struct visit v = { ids, from, to, now, days, fn, ctx };
	size_t it = 0;
	void *p;

	while (map_next(ctl->clusters, &it, NULL, &p)) {
		struct cluster *c = p;
		if (!op_visible(ctl, c) || !wanted(ctl, &v, c->id) || c->timeline.created >= to ||
		    (cluster_state_ended(c->state) && c->timeline.ended + DAY_MS < from))
			continue;
		struct sheet *s = sheet_of(ctl, c, now);
		v.from = begin_of(c, from);
		for (size_t k = 0; k < s->lines.len; k++)
			visit_line(ctl, s, k, &v);
	}
	v.from = from;
	return from < now - KEPT_MS ? ledger_each(ctl, from, to, visit_row, &v, err) : 0;
}
