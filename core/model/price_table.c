#include "core/model/price_table.h"

#include <stdio.h>
#include <string.h>

#include "core/base/map.h"
#include "core/model/price_csv.h"

/* What a look-up may add to: the rows of a region are made when somebody first asks for it. */
struct shelf {
	VEC(const struct price *) rows;
	struct map *regions;             /* whose rows are there → a mark */
};

struct price_table {
	struct arena *arena;             /* rows and texts of people's own lists and of other regions */
	struct shelf *shelf;
	VEC(const struct volume_price *) volumes;
	struct map *by_key;              /* "type region" → const struct price */
	struct map *by_type;             /* type → the first row of it */
};

static void key_of(char *out, size_t size, const char *type, const char *region)
{
	snprintf(out, size, "%s %s", type, region);
}

/* The map holds rows that nobody may change; it knows no const. */
static void *plain(const struct price *p)
{
	return (void *)(uintptr_t)p;
}

static void index_row(const struct price_table *t, const struct price *p)
{
	char key[256];

	key_of(key, sizeof key, p->type, p->region);
	map_set(t->by_key, key, plain(p));
	const struct price *first = map_get(t->by_type, p->type);
	if (!first || !strcmp(first->region, p->region))
		map_set(t->by_type, p->type, plain(p));
}

struct price_table *price_table_new(void)
{
	struct price_table *t = xcalloc(1, sizeof *t);
	size_t n;

	t->arena = arena_new();
	t->shelf = xcalloc(1, sizeof *t->shelf);
	t->shelf->regions = map_new();
	t->by_key = map_new();
	t->by_type = map_new();
	const struct price *rows = price_all(&n);
	for (size_t i = 0; i < n; i++) {
		vec_push(&t->shelf->rows, &rows[i]);
		index_row(t, &rows[i]);
	}
	const struct volume_price *volumes = price_volumes(&n);
	for (size_t i = 0; i < n; i++)
		vec_push(&t->volumes, &volumes[i]);
	return t;
}

void price_table_free(struct price_table *t)
{
	if (!t)
		return;
	vec_free(&t->shelf->rows);
	map_free(t->shelf->regions, NULL);
	free(t->shelf);
	vec_free(&t->volumes);
	map_free(t->by_key, NULL);
	map_free(t->by_type, NULL);
	arena_free(t->arena);
	free(t);
}

/* A type as the shipped rates have it in another region. */
static void add_regional(const struct price_table *t, const struct price *home, const struct region_rate *r)
{
	struct price *p = arena_new_of(t->arena, struct price);

	*p = *home;
	p->region = r->region;
	p->ec2 = price_ec2(p->type, r->region);
	p->emr = PRICE_UNKNOWN;
	p->emr_estimate = false;
	p->date = r->date;
	p->source = arena_printf(t->arena, "size: as in " PRICE_REGION "; EC2 rate: of the family in %s by %s of %s; "
	                         "EMR fee: unknown, no source found", r->region, r->source, r->date);
	vec_push(&t->shelf->rows, p);
	index_row(t, p);
}

void price_table_open(const struct price_table *t, const char *region)
{
	size_t n;
	const struct price *homes = price_all(&n);

	if (map_get(t->shelf->regions, region) || !price_date(region))
		return;
	map_set(t->shelf->regions, region, t->shelf);
	for (size_t i = 0; i < n; i++) {
		const struct region_rate *r = price_rate_find(homes[i].type, region);
		if (r)
			add_regional(t, &homes[i], r);
	}
}

const struct price *price_table_find(const struct price_table *t, const char *type, const char *region)
{
	char key[256];

	if (!type)
		return NULL;
	if (!region)
		return map_get(t->by_type, type);
	price_table_open(t, region);
	key_of(key, sizeof key, type, region);
	return map_get(t->by_key, key);
}

const struct volume_price *price_table_volume(const struct price_table *t, const char *type,
                                              const char *region)
{
	for (size_t i = t->volumes.len; type && i-- > 0;)
		if (!strcmp(t->volumes.items[i]->type, type) && !strcmp(t->volumes.items[i]->region, region))
			return t->volumes.items[i];
	return NULL;
}

size_t price_table_len(const struct price_table *t)
{
	return t->shelf->rows.len;
}

const struct price *price_table_at(const struct price_table *t, size_t i)
{
	return t->shelf->rows.items[i];
}

/* ---- lists of instance types ---- */

enum { TYPE, REGION, VCPU, MEM, STORAGE, EC2, EMR, DATE, SOURCE };
static const char *const columns[PRICE_CSV_COLUMNS] = {
	"type", "region", "vcpu", "mem_gib", "storage", "ec2_usd_h", "emr_usd_h", "date", "source",
};

VEC_STRUCT(price_list, struct price *);

#define RATE "a price in dollars per hour (0.192), or unknown"
#define FEE "a fee in dollars per hour (0.048), an estimate (~0.048, or the word estimate), or unknown"

static int read_rates(const struct price_csv *c, struct price *p, struct error *err)
{
	const char *ec2 = c->values[EC2], *emr = c->values[EMR];
	int ret = 0;

	if (!strcmp(ec2, "unknown"))
		p->ec2 = PRICE_UNKNOWN;
	else if (*ec2)
		ret = price_csv_number(c, EC2, ec2, RATE, &p->ec2, err);
	if (ret || !*emr)
		return ret;
	p->emr_estimate = *emr == '~' || !strcmp(emr, "estimate");
	if (!strcmp(emr, "unknown"))
		p->emr = PRICE_UNKNOWN;
	else if (strcmp(emr, "estimate"))
		ret = price_csv_number(c, EMR, emr + (*emr == '~'), FEE, &p->emr, err);
	else if (p->ec2 < 0)
		ret = price_csv_wrong(c, EMR, err,
		                      "possible here: an estimate is a share of the EC2 rate, which is not known");
	else
		p->emr = PRICE_ESTIMATE_SHARE * p->ec2;
	return ret;
}

static int read_size(const struct price_csv *c, struct price *p, struct error *err)
{
	double vcpu = p->vcpu;
	int ret = 0;

	if (*c->values[VCPU] || !p->vcpu)
		ret = price_csv_number(c, VCPU, c->values[VCPU], "a number of vCPUs (4)", &vcpu, err);
	if (!ret && (vcpu < 1 || vcpu > 4096 || vcpu != (int)vcpu))
		ret = price_csv_wrong(c, VCPU, err, "a number of vCPUs (4)");
	p->vcpu = (int)vcpu;
	if (!ret && (*c->values[MEM] || p->mem_gib <= 0))
		ret = price_csv_number(c, MEM, c->values[MEM], "an amount of memory in GiB (16)", &p->mem_gib, err);
	if (!ret && p->mem_gib <= 0)
		ret = price_csv_wrong(c, MEM, err, "an amount of memory in GiB (16)");
	if (*c->values[STORAGE])
		p->storage = c->values[STORAGE];
	return ret;
}

/* A line for one type: what it leaves empty is as the list below has it. */
static int read_type(const struct price_table *t, const struct price_csv *c, struct price *p,
                     struct error *err)
{
	const struct price *below = price_table_find(t, c->values[TYPE], c->values[REGION]);
	const struct price *size = below ? below : price_table_find(t, c->values[TYPE], NULL);

	*p = size ? *size : (struct price){ .storage = "EBS only" };
	if (!below) {
		p->ec2 = p->emr = PRICE_UNKNOWN;
		p->emr_estimate = false;
		if (!*c->values[EC2])
			return price_csv_wrong(c, EC2, err, RATE);
		if (!*c->values[EMR])
			return price_csv_wrong(c, EMR, err, FEE);
	}
	p->type = c->values[TYPE];
	p->region = c->values[REGION];
	p->date = c->values[DATE];
	p->source = c->values[SOURCE];
	p->own = true;
	int ret = read_size(c, p, err);
	return ret ? ret : read_rates(c, p, err);
}

/* The line for every type without a fee. */
static int read_any(const struct price_csv *c, struct price *p, struct error *err)
{
	for (int i = VCPU; i <= EC2; i++)
		if (*c->values[i])
			return price_csv_wrong(c, i, err, "allowed for type *: it says only that fees are estimated");
	if (strcmp(c->values[EMR], "estimate"))
		return price_csv_wrong(c, EMR, err, "the word estimate, as type * needs it");
	*p = (struct price){ .type = "*", .region = c->values[REGION], .date = c->values[DATE],
	                     .source = c->values[SOURCE] };
	return 0;
}

static bool listed(const struct price_list *l, const struct price_csv *c)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i]->type, c->values[TYPE]) && !strcmp(l->items[i]->region, c->values[REGION]))
			return true;
	return false;
}

static int read_line(struct price_table *t, const struct price_csv *c, struct price_list *out,
                     struct error *err)
{
	struct price *p = arena_new_of(t->arena, struct price);
	int ret;

	if (!*c->values[TYPE] || strlen(c->values[TYPE]) > 64)
		return price_csv_wrong(c, TYPE, err, "an instance type (m5.xlarge)");
	if (!*c->values[REGION] || strlen(c->values[REGION]) > 64)
		return price_csv_wrong(c, REGION, err, "a region (us-east-1)");
	if (listed(out, c))
		return price_csv_wrong(c, TYPE, err, "there once: this type of this region has a line already");
	if ((ret = price_csv_origin(c, DATE, SOURCE, err)))
		return ret;
	ret = strcmp(c->values[TYPE], "*") ? read_type(t, c, p, err) : read_any(c, p, err);
	if (!ret)
		vec_push(out, p);
	return ret;
}

static void lay(struct price_table *t, const struct price *p)
{
	const struct price *below = price_table_find(t, p->type, p->region);

	for (size_t i = 0; below && i < t->shelf->rows.len; i++)
		if (t->shelf->rows.items[i] == below)
			t->shelf->rows.items[i] = p;
	if (!below)
		vec_push(&t->shelf->rows, p);
	index_row(t, p);
}

static void lay_estimates(struct price_table *t, const struct price *any)
{
	price_table_open(t, any->region);
	for (size_t i = 0; i < t->shelf->rows.len; i++) {
		const struct price *old = t->shelf->rows.items[i];
		if (strcmp(old->region, any->region) || old->emr >= 0 || old->ec2 < 0)
			continue;
		struct price *p = arena_new_of(t->arena, struct price);
		*p = *old;
		p->emr = PRICE_ESTIMATE_SHARE * p->ec2;
		p->emr_estimate = p->own = true;
		p->source =
		    arena_printf(t->arena, "%s; EMR fee estimated: %s (%s)", old->source, any->source, any->date);
		lay(t, p);
	}
}

int price_table_read(struct price_table *t, const char *name, const char *text, size_t len, struct error *err)
{
	struct price_list found = { 0 };
	struct price_csv c;
	int ret = price_csv_open(&c, name, columns, text, len, t->arena, err);

	while (!ret && (ret = price_csv_next(&c, err)) > 0)
		ret = read_line(t, &c, &found, err);
	for (int any = 0; !ret && any < 2; any++) /* what is said of all types comes last */
		for (size_t i = 0; i < found.len; i++) {
			bool star = !strcmp(found.items[i]->type, "*");
			if (star && any)
				lay_estimates(t, found.items[i]);
			else if (!star && !any)
				lay(t, found.items[i]);
		}
	vec_free(&found);
	return ret;
}

/* ---- lists of volumes ---- */

enum { GB = 2, IOPS, FREE_IOPS, MBPS, FREE_MBPS };
static const char *const volume_columns[PRICE_CSV_COLUMNS] = {
	"type",           "region",    "gb_month_usd", "iops_month_usd", "free_iops",
	"mbps_month_usd", "free_mbps", "date",         "source",
};

static int read_volume(const struct price_csv *c, struct volume_price *p, struct error *err)
{
	struct { int column; double *to; const char *expected; } const numbers[] = {
		{ GB, &p->gb_month, "a price in dollars per GB and month (0.08)" },
		{ IOPS, &p->iops_month, "a price in dollars per IOPS and month (0.005, or 0)" },
		{ FREE_IOPS, &p->free_iops, "a number of IOPS (3000, or 0)" },
		{ MBPS, &p->mbps_month, "a price in dollars per MB/s and month (0.04, or 0)" },
		{ FREE_MBPS, &p->free_mbps, "a throughput in MB/s (125, or 0)" },
	};
	int ret = price_csv_origin(c, DATE, SOURCE, err);

	if (!*c->values[TYPE])
		return price_csv_wrong(c, TYPE, err, "a volume type (gp3)");
	if (!*c->values[REGION])
		return price_csv_wrong(c, REGION, err, "a region (us-east-1)");
	for (size_t i = 0; !ret && i < sizeof numbers / sizeof *numbers; i++)
		ret = price_csv_number(c, numbers[i].column, c->values[numbers[i].column], numbers[i].expected,
		                       numbers[i].to, err);
	p->type = c->values[TYPE];
	p->region = c->values[REGION];
	p->date = c->values[DATE];
	p->source = c->values[SOURCE];
	return ret;
}

int price_table_read_volumes(struct price_table *t, const char *name, const char *text, size_t len,
                             struct error *err)
{
	size_t before = t->volumes.len;
	struct price_csv c;
	int ret = price_csv_open(&c, name, volume_columns, text, len, t->arena, err);

	while (!ret && (ret = price_csv_next(&c, err)) > 0) {
		struct volume_price *p = arena_new_of(t->arena, struct volume_price);
		ret = read_volume(&c, p, err);
		if (!ret)
			vec_push(&t->volumes, p); /* the last row of a type is the one that holds */
	}
	if (ret)
		t->volumes.len = before;
	return ret;
}

double price_table_volumes(const struct price_table *t, const struct ebs_volume_list *l, const char *region,
                           bool *unknown)
{
	double month = 0;

	for (size_t i = 0; i < l->len; i++) {
		const struct ebs_volume *v = &l->items[i];
		const struct volume_price *p = price_table_volume(t, v->type, region);
		int n = v->per_instance > 0 ? v->per_instance : 1;
		if (!p) {
			*unknown = true;
			continue;
		}
		double one = v->size_gb * p->gb_month;
		if (v->iops > p->free_iops)
			one += (v->iops - p->free_iops) * p->iops_month;
		if (v->throughput > p->free_mbps)
			one += (v->throughput - p->free_mbps) * p->mbps_month;
		month += n * one;
	}
	return month / PRICE_MONTH_HOURS;
}
