/* From a type, a market and a span of time to money; and the price lists that say how. */
#include "core/control/cost/inner.h"

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/control/spot/spot.h"
#include "core/model/fleet.h"

#define LIST_MAX_BYTES (4 << 20)
#define MINIMUM_MS 60000     /* EC2 and EMR bill a minute at least */

void money_add(struct money *to, const struct money *m)
{
	to->ec2 += m->ec2;
	to->emr += m->emr;
	to->ebs += m->ebs;
	to->hours += m->hours;
	to->unknown |= m->unknown;
	to->estimate |= m->estimate;
}

double money_total(const struct money *m)
{
	return m->ec2 + m->emr + m->ebs;
}

/* ---- price lists ---- */

/* Has the file changed since it was read? Remembers what it is now. */
static bool look(const struct control *ctl, struct price_file *f)
{
	char *path = xasprintf("%s/%s", ctl->home, f->name);
	struct stat st = { 0 };
	bool there = !stat(path, &st), same;

	free(path);
	same = there == f->there && (!there || (st.st_mtim.tv_sec == f->as_read.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == f->as_read.st_mtim.tv_nsec && st.st_size == f->as_read.st_size &&
	       st.st_ino == f->as_read.st_ino));
	f->there = there;
	f->as_read = st;
	return !same;
}

static int lay_list(const struct control *ctl, const struct price_file *f, struct price_table *t,
                    bool volumes, struct error *err)
{
	struct buf text = BUF_INIT;
	int ret;

	if (!f->there)
		return 0;
	char *path = xasprintf("%s/%s", ctl->home, f->name);
	ret = fs_read(path, LIST_MAX_BYTES, &text, err);
	if (!ret)
		ret = volumes ? price_table_read_volumes(t, path, buf_str(&text), text.len, err)
		              : price_table_read(t, path, buf_str(&text), text.len, err);
	buf_free(&text);
	free(path);
	return ret;
}

static int own_rows(const struct price_table *t)
{
	int n = 0;

	for (size_t i = 0; i < price_table_len(t); i++)
		n += price_table_at(t, i)->own;
	return n;
}

/* Both lists or none: a bad one leaves everything as it was. */
static void read_lists(struct control *ctl, struct cost_state *st)
{
	struct price_table *t = price_table_new();
	struct error err = ERROR_INIT;
	int ret = lay_list(ctl, &st->files[0], t, false, &err);

	if (!ret)
		ret = lay_list(ctl, &st->files[1], t, true, &err);
	if (ret) {
		log_warn("prices: %s %s", err.message, err.hint);
		price_table_free(t);
		st->prices_error = err;
		st->prices_error_since = clock_now_ms();
		return;
	}
	st->prices_error.code = 0;
	sheets_free(st); /* what was summed was summed at other prices */
	price_table_free(st->prices);
	st->prices = t;
	st->prices_own = own_rows(t);
}

void rates_refresh(struct control *ctl)
{
	struct cost_state *st = cost_state(ctl);
	bool moved;

	st->files[0].name = "prices.csv";
	st->files[1].name = "volume-prices.csv";
	moved = look(ctl, &st->files[0]);
	moved = look(ctl, &st->files[1]) || moved;
	if (!st->prices)
		st->prices = price_table_new();
	if (moved)
		read_lists(ctl, st);
}

void rates_free(struct cost_state *st)
{
	price_table_free(st->prices);
}

const struct price_table *cost_prices(struct control *ctl)
{
	rates_refresh(ctl);
	return cost_state(ctl)->prices;
}

const struct price *cost_size_of(const struct control *ctl, const char *type)
{
	const struct cost_state *st = ctl->parts[PART_COST];

	return st && st->prices ? price_table_find(st->prices, type, NULL) : price_find(type);
}

/* ---- an instance ---- */

static const struct ebs_volume_list *volumes_of(const struct cluster *c, const char *group_id,
                                                const char *type)
{
	static const struct ebs_volume_list none;
	const struct instance_group *g = group_id ? cluster_group(c, group_id) : NULL;
	const struct fleet_type *t = g && g->fleet ? fleet_type_of(g->fleet, type) : NULL;

	return t ? &t->ebs : g && !g->fleet ? &g->ebs : &none;
}

struct rate rate_of(struct control *ctl, const struct cluster *c, const char *group_id, const char *type,
                    enum market market)
{
	const struct price_table *t = cost_state(ctl)->prices;
	const struct price *p = price_table_find(t, type, c->region);
	struct rate r = { .spot = market == MARKET_SPOT, .region = c->region };

	r.ebs = price_table_volumes(t, volumes_of(c, group_id, type), c->region, &r.unknown);
	if (!p || p->emr < 0 || (p->ec2 < 0 && !r.spot))
		r.unknown = true;
	if (!p)
		return r;
	r.ec2 = p->ec2 > 0 ? p->ec2 : 0;
	r.emr = p->emr > 0 ? p->emr : 0;
	r.estimate = p->emr >= 0 && p->emr_estimate;
	return r;
}

bool billed(const struct instance *i, int64_t now, int64_t *from, int64_t *to)
{
	bool live = i->state != INSTANCE_TERMINATED;

	*from = i->timeline.created;
	*to = live ? now : i->timeline.ended;
	if (!*from || i->state == INSTANCE_AWAITING_FULFILLMENT ||
	    (i->market == MARKET_SPOT && !spot_was_given(i)))
		return false;
	int64_t span = *to > *from ? (*to - *from + 999) / 1000 * 1000 : 0;
	*to = *from + (span < MINIMUM_MS ? MINIMUM_MS : span);
	return true;
}

/* What the market asked for it in that time; EMR's fee is not reduced by it. */
static void add_spot(struct control *ctl, const struct instance *i, const char *region, int64_t from,
                     int64_t to, struct money *out)
{
	double sum = spot_cost(ctl, i, from, to);

	out->unknown |= sum < 0;
	out->ec2 += sum > 0 ? sum : 0;
	out->estimate |= !spot_price_is_set(ctl, region, i->type);
}

void instance_money(struct control *ctl, const struct rate *r, const struct instance *i, int64_t now,
                    int64_t from, int64_t to, struct money *out)
{
	int64_t a, b;

	if (!billed(i, now, &a, &b))
		return;
	if (a < from)
		a = from;
	if (b > to)
		b = to;
	if (b <= a)
		return;
	double hours = (double)(b - a) / HOUR_MS;
	out->hours += hours;
	out->emr += r->emr * hours;
	out->ebs += r->ebs * hours;
	out->unknown |= r->unknown;
	out->estimate |= r->estimate;
	if (r->spot)
		add_spot(ctl, i, r->region, a, b, out);
	else
		out->ec2 += r->ec2 * hours;
}

void instance_rate(struct control *ctl, const struct rate *r, const struct instance *i, struct money *out)
{
	double ec2 = r->ec2;

	if (i->state == INSTANCE_TERMINATED || i->state == INSTANCE_AWAITING_FULFILLMENT)
		return;
	if (r->spot) {
		ec2 = spot_rate(ctl, i);
		out->unknown |= ec2 < 0;
		out->estimate |= !spot_price_is_set(ctl, r->region, i->type);
	}
	out->emr += r->emr;
	out->ebs += r->ebs;
	out->ec2 += ec2 > 0 ? ec2 : 0;
	out->hours += 1;
	out->unknown |= r->unknown;
	out->estimate |= r->estimate;
}

void type_rate(struct control *ctl, const struct cluster *c, const char *group_id, const char *type,
               enum market market, struct money *out)
{
	struct rate r = rate_of(ctl, c, group_id, type, market);
	double price = 0;
	bool set = false;

	*out = (struct money){ .ec2 = r.ec2, .emr = r.emr, .ebs = r.ebs, .hours = 1, .unknown = r.unknown,
	                       .estimate = r.estimate };
	if (!r.spot)
		return;
	out->unknown |= !market_price(ctl, c->region, type, &price, &set);
	out->ec2 = price;
	out->estimate |= !set;
}
