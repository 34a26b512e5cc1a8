#include "core/model/price.h"

#include <math.h>
#include <string.h>

/* All made from the lists beside this file (see the Makefile). */
static const struct price table[] = {
#include "core/model/instance-types.inc"
};
static const struct region_rate rates[] = {
#include "core/model/region-rates.inc"
};
static const struct volume_price volumes[] = {
#include "core/model/volume-types.inc"
};

const struct price *price_find(const char *type)
{
	for (size_t i = 0; type && i < sizeof table / sizeof *table; i++)
		if (!strcmp(table[i].type, type))
			return &table[i];
	return NULL;
}

const struct price *price_all(size_t *n)
{
	*n = sizeof table / sizeof *table;
	return table;
}

const struct region_rate *price_rates(size_t *n)
{
	*n = sizeof rates / sizeof *rates;
	return rates;
}

const struct region_rate *price_rate_find(const char *type, const char *region)
{
	size_t len = type ? strcspn(type, ".") : 0;

	if (len >= sizeof rates->family)
		return NULL;
	for (size_t i = 0; type && region && i < sizeof rates / sizeof *rates; i++)
		if (!strncmp(rates[i].family, type, len) && !rates[i].family[len] && !strcmp(rates[i].region, region))
			return &rates[i];
	return NULL;
}

/* To a millionth of a dollar: finer than EC2 prints its prices. */
static double of_size(const struct region_rate *r, int vcpu)
{
	return round(r->xlarge * vcpu / PRICE_RATE_VCPUS * 1e6) / 1e6;
}

double price_ec2(const char *type, const char *region)
{
	const struct price *p = price_find(type);

	if (!p || !region)
		return PRICE_UNKNOWN;
	if (!strcmp(region, p->region))
		return p->ec2;
	const struct region_rate *r = price_rate_find(type, region);
	return r ? of_size(r, p->vcpu) : PRICE_UNKNOWN;
}

double price_hour(const char *type, const char *region, bool *unknown)
{
	const struct price *p = price_find(type);
	double ec2 = price_ec2(type, region), emr = p && region && !strcmp(p->region, region) ? p->emr : PRICE_UNKNOWN;

	*unknown |= ec2 < 0 || emr < 0;
	return (ec2 < 0 ? 0 : ec2) + (emr < 0 ? 0 : emr);
}

const char *price_date(const char *region)
{
	const char *oldest = NULL;

	if (!strcmp(region, PRICE_REGION))
		return PRICE_DATE;
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
		if (!strcmp(rates[i].region, region) && (!oldest || strcmp(rates[i].date, oldest) < 0))
			oldest = rates[i].date;
	return oldest;
}

const struct volume_price *price_volumes(size_t *n)
{
	*n = sizeof volumes / sizeof *volumes;
	return volumes;
}
