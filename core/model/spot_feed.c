#include "core/model/spot_feed.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/map.h"

/* One record that counts. */
struct record {
	int64_t time;
	size_t type, place;            /* place: of its zone and type, in prices */
	double price;
	size_t order;                  /* in the text: of two at one moment the later one counts */
};

/* The price of a type in a zone. */
struct zone_price {
	size_t type, next;             /* next: place + 1 of the same type's next zone; 0: none */
	double price;                  /* NAN: none yet */
};

struct reading {
	const char *name, *region, *zone;
	struct spot_feed *out;
	struct map *places;            /* "type\nzone", "type" → place + 1 */
	VEC(struct record) records;
	VEC(struct zone_price) prices;
	VEC(size_t) zones;             /* by type: place + 1 of its latest zone */
	int line;                      /* of the record at hand; 0: not known yet */
	const char *text, *end;        /* of the whole, to find the line of a record in an answer */
	size_t at;                     /* number of the record in it */
	bool lines;
};

/* ---- where in the text ---- */

#define MEMBER "\"SpotPriceHistory\""

/* Records of an answer are objects in a list: the n-th '{' at the depth of the first one that is in a '['. */
static int line_of_record(const struct reading *r)
{
	const char *from = memmem(r->text, (size_t)(r->end - r->text), MEMBER, strlen(MEMBER));
	int line = 1, depth = 0, list = -1;
	size_t n = 0;
	bool quoted = false;

	for (const char *p = r->text; p < r->end; p++) {
		if (*p == '\n')
			line++;
		if (from && p < from)
			continue;
		if (quoted) {
			if (*p == '\\')
				p++;
			else if (*p == '"')
				quoted = false;
			continue;
		}
		if (*p == '"')
			quoted = true;
		else if (*p == '[' && list < 0)
			list = ++depth;
		else if (*p == '{' && depth++ == list && n++ == r->at)
			return line;
		else if (*p == '[')
			depth++;
		else if (*p == ']' || *p == '}')
			depth--;
	}
	return line;
}

static int wrong(struct reading *r, const char *member, const cJSON *v, const char *expected, struct error *err)
{
	int line = r->lines ? r->line : line_of_record(r);
	char *is = v ? json_print(v) : NULL;

	if (is)
		error_set(err, ERR_INVALID, "%s: line %d, %s: %.100s is not %s", r->name, line, member, is, expected);
	else
		error_set(err, ERR_INVALID, "%s: line %d, %s is missing: %s is needed", r->name, line, member, expected);
	error_at(err, line, 0);
	error_hint(err, "A record is as EC2's DescribeSpotPriceHistory gives it: {\"AvailabilityZone\": \"%sa\", "
	           "\"InstanceType\": \"m5.xlarge\", \"ProductDescription\": \"Linux/UNIX\", "
	           "\"SpotPrice\": \"0.0731\", \"Timestamp\": \"2026-11-26T10:00:00Z\"}.",
	           r->region ? r->region : "us-east-1");
	free(is);
	return ERR_INVALID;
}

/* ---- members ---- */

static bool is_zone(const char *s, const char *region)
{
	size_t len = strlen(s), n = region ? strlen(region) : len ? len - 1 : 0;

	/* us-east-1a, and local zones as us-west-2-lax-1a; of any region when none is asked for */
	return (!region || !strncmp(s, region, n)) && len > n && len < 48 && (len == n + 1 || s[n] == '-') &&
	       islower((unsigned char)s[len - 1]) && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool is_type(const char *s)
{
	size_t n = strlen(s);

	return n && n <= SPOT_TYPE_MAX && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.") == n && strchr(s, '.');
}

/* 1: of Linux, 0: of something else, -1: of nothing that EC2 knows. */
static int product_of(const char *s)
{
	static const char *const others[] = { "Red Hat Enterprise Linux", "SUSE Linux", "Windows" };
	size_t n = strcspn(s, "("), vpc = s[n] ? !strcmp(s + n, "(Amazon VPC)") && n && s[n - 1] == ' ' : 0;

	if (s[n] && !vpc)
		return -1;
	n -= vpc;
	if (n == 10 && !strncmp(s, "Linux/UNIX", n))
		return 1;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (n == strlen(others[i]) && !strncmp(s, others[i], n))
			return 0;
	return -1;
}

static double price_of(const cJSON *v)
{
	char *end;

	if (cJSON_IsNumber(v))
		return v->valuedouble;
	if (!cJSON_IsString(v) || !isdigit((unsigned char)v->valuestring[0]))
		return NAN;
	double price = strtod(v->valuestring, &end);
	return *end ? NAN : price;
}

/* Text as every client writes it, or seconds as the wire of AWS' JSON has them. */
static int64_t time_of(const cJSON *v)
{
	if (cJSON_IsNumber(v) && v->valuedouble > 0 && v->valuedouble < 1e11)
		return (int64_t)llround(v->valuedouble * 1000);
	return cJSON_IsString(v) ? clock_parse(v->valuestring) : -1;
}

/* ---- records ---- */

static size_t place_of(struct reading *r, const char *type, const char *zone)
{
	char *key = xasprintf("%s\n%s", type, zone);
	size_t place = (size_t)(uintptr_t)map_get(r->places, key);

	if (!place) {
		size_t of = (size_t)(uintptr_t)map_get(r->places, type);
		if (!of) {
			str_list_add(&r->out->types, type);
			vec_push(&r->zones, 0);
			of = r->out->types.len;
			map_set(r->places, type, (void *)(uintptr_t)of);
		}
		struct zone_price z = { of - 1, r->zones.items[of - 1], NAN };
		vec_push(&r->prices, z);
		place = r->zones.items[of - 1] = r->prices.len;
		map_set(r->places, key, (void *)(uintptr_t)place);
	}
	free(key);
	return place - 1;
}

static int add_record(struct reading *r, const cJSON *o, struct error *err)
{
	const cJSON *zone = cJSON_GetObjectItemCaseSensitive(o, "AvailabilityZone");
	const cJSON *type = cJSON_GetObjectItemCaseSensitive(o, "InstanceType");
	const cJSON *product = cJSON_GetObjectItemCaseSensitive(o, "ProductDescription");
	const cJSON *price = cJSON_GetObjectItemCaseSensitive(o, "SpotPrice");
	const cJSON *time = cJSON_GetObjectItemCaseSensitive(o, "Timestamp");
	int linux = cJSON_IsString(product) ? product_of(product->valuestring) : -1;
	struct record k = { .time = time_of(time), .price = price_of(price), .order = r->records.len };

	if (!cJSON_IsObject(o))
		return wrong(r, "record", o, "an object with InstanceType, SpotPrice and Timestamp", err);
	if (!cJSON_IsString(zone) || !is_zone(zone->valuestring, r->region)) {
		char expected[64];
		snprintf(expected, sizeof expected, "a zone%s, as %.24sa", r->region ? " of this region" : "",
		         r->region ? r->region : "us-east-1");
		return wrong(r, "AvailabilityZone", zone, expected, err);
	}
	if (!cJSON_IsString(type) || !is_type(type->valuestring))
		return wrong(r, "InstanceType", type, "an instance type, as m5.xlarge", err);
	if (linux < 0)
		return wrong(r, "ProductDescription", product, "a product of EC2, as Linux/UNIX", err);
	if (!(k.price > 0) || k.price > SPOT_PRICE_MAX)
		return wrong(r, "SpotPrice", price, "a price in US dollars per hour, above 0 and at most 10000", err);
	if (k.time <= 0)
		return wrong(r, "Timestamp", time, "a time, as 2026-11-26T10:00:00Z", err);
	if (!linux || (r->zone && strcmp(r->zone, zone->valuestring))) {
		r->out->skipped++;
		return 0;
	}
	k.place = place_of(r, type->valuestring, zone->valuestring);
	k.type = r->prices.items[k.place].type;
	vec_push(&r->records, k);
	return 0;
}

static int read_list(struct reading *r, const cJSON *list, struct error *err)
{
	const cJSON *o;
	int ret = 0;

	cJSON_ArrayForEach(o, list) {
		ret = add_record(r, o, err);
		if (ret)
			return ret;
		r->at++;
	}
	return ret;
}

static int read_lines(struct reading *r, struct error *err)
{
	const char *next;

	r->lines = true;
	for (const char *p = r->text; p < r->end; p = next) {
		const char *nl = memchr(p, '\n', (size_t)(r->end - p));
		size_t n = (size_t)((nl ? nl : r->end) - p);
		next = nl ? nl + 1 : r->end;
		r->line++;
		while (n && isspace((unsigned char)p[n - 1]))
			n--;
		if (!n)
			continue;
		cJSON *o = json_parse(p, n, err);
		int column = !o && err ? err->column : 0, ret = o ? add_record(r, o, err) : ERR_INVALID;
		if (!o) {
			error_prefix(err, "%s: line %d", r->name, r->line);
			error_at(err, r->line, column);
		}
		cJSON_Delete(o);
		if (ret)
			return ret;
	}
	return 0;
}

/* Does the text begin with a line that is a record of its own? Then an error in what follows is one of a line. */
static bool begins_with_a_line(const struct reading *r)
{
	const char *p = r->text;

	while (p < r->end && isspace((unsigned char)*p))
		p++;
	const char *nl = p < r->end ? memchr(p, '\n', (size_t)(r->end - p)) : NULL;
	cJSON *o = json_parse(p, (size_t)((nl ? nl : r->end) - p), NULL);
	bool is = cJSON_IsObject(o) && !cJSON_HasObjectItem(o, "SpotPriceHistory");
	cJSON_Delete(o);
	return is;
}

static int read_all(struct reading *r, struct error *err)
{
	int ret;

	if (begins_with_a_line(r))
		return read_lines(r, err);
	cJSON *all = json_parse(r->text, (size_t)(r->end - r->text), err);
	const cJSON *list = cJSON_IsArray(all) ? all : json_arr(all, "SpotPriceHistory");
	if (!all) {
		int line = err && err->line ? err->line : 1, column = err ? err->column : 0;
		error_prefix(err, "%s: line %d", r->name, line);
		error_at(err, line, column);
		ret = ERR_INVALID;
	} else if (!list && cJSON_IsObject(all)) {
		r->lines = true;    /* one record over several lines */
		r->line = 1;
		ret = add_record(r, all, err);
	} else if (!list) {
		ret = error_set(err, ERR_INVALID, "%s: line 1: this is neither a SpotPriceHistory nor lines of records",
		                r->name);
		error_at(err, 1, 0);
	} else {
		ret = read_list(r, list, err);
	}
	cJSON_Delete(all);
	return ret;
}

/* ---- from records to changes ---- */

static int earlier_first(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static double cheapest(const struct reading *r, size_t type)
{
	double least = NAN;

	for (size_t i = r->zones.items[type]; i; i = r->prices.items[i - 1].next) {
		double price = r->prices.items[i - 1].price;
		if (!isnan(price) && !(least <= price))
			least = price;
	}
	return least;
}

/* Records of one moment are one change of each type. */
static void merge(struct reading *r)
{
	size_t n = r->out->types.len;
	double *now = xcalloc(n ? n : 1, sizeof *now);    /* 0: no price yet */

	if (r->records.len)
		qsort(r->records.items, r->records.len, sizeof *r->records.items, earlier_first);
	for (size_t i = 0, end; i < r->records.len; i = end) {
		int64_t time = r->records.items[i].time;
		for (end = i; end < r->records.len && r->records.items[end].time == time; end++)
			r->prices.items[r->records.items[end].place].price = r->records.items[end].price;
		for (size_t k = i; k < end; k++) {
			struct spot_change c = { time, r->records.items[k].type, cheapest(r, r->records.items[k].type) };
			if (now[c.type] == c.price)
				continue;
			now[c.type] = c.price;
			vec_push(&r->out->changes, c);
		}
	}
	free(now);
}

int spot_feed_read(struct spot_feed *out, const char *name, const char *text, size_t len, const char *region,
                   const char *zone, struct error *err)
{
	struct reading r = { .name = name, .region = region, .zone = zone, .out = out, .places = map_new(),
	                     .text = text, .end = text + len };

	*out = (struct spot_feed){ 0 };
	int ret = read_all(&r, err);
	out->records = r.records.len;
	if (!ret && !r.records.len) {
		ret = error_set(err, ERR_INVALID, "%s: line 1: no record of Linux/UNIX%s%s is in it", name,
		                zone ? " in " : "", zone ? zone : "");
		error_detail(err, "%zu records are of other products or zones.", out->skipped);
		error_at(err, 1, 0);
	}
	if (!ret)
		merge(&r);
	else
		spot_feed_free(out);
	map_free(r.places, NULL);
	vec_free(&r.records);
	vec_free(&r.prices);
	vec_free(&r.zones);
	return ret;
}

void spot_feed_free(struct spot_feed *f)
{
	str_list_free(&f->types);
	vec_free(&f->changes);
	*f = (struct spot_feed){ 0 };
}
