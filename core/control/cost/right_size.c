/* Which type would carry a load? Pure. */
#include "core/control/cost/inner.h"

#include <math.h>

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

double percentile(double *values, size_t n, double p)
{
	if (!n)
		return NAN;
	qsort(values, n, sizeof *values, by_value);
	size_t rank = (size_t)ceil(p / 100 * (double)n);
	return values[rank ? rank - 1 : 0];
}

/* Graviton or not: a job with native code runs on one of them only. */
static bool is_arm(const char *type)
{
	const char *dot = strchr(type, '.');

	for (const char *s = type; dot && s < dot; s++)
		if (*s >= '0' && *s <= '9')
			return memchr(s, 'g', (size_t)(dot - s)) != NULL;
	return false;
}

/* Disks of the machine hold shuffle data and HDFS: who has them does not lose them to save money. */
static bool has_disks(const struct price *p)
{
	return p->storage && strcmp(p->storage, "EBS only") != 0;
}

const struct price *right_size(const struct price_table *t, const struct price *now, const struct load *need)
{
	const struct price *best = NULL;

	if (now->ec2 < 0 || now->emr < 0)
		return NULL; /* a saving against an unknown cost is not known */
	for (size_t i = 0; i < price_table_len(t); i++) {
		const struct price *p = price_table_at(t, i);
		if (strcmp(p->region, now->region) || p->ec2 < 0 || p->emr < 0 ||
		    is_arm(p->type) != is_arm(now->type) || (has_disks(now) && !has_disks(p)) ||
		    p->vcpu < need->vcpu || p->mem_gib < need->mem_gib)
			continue;
		if (p->ec2 + p->emr < (best ? best->ec2 + best->emr : now->ec2 + now->emr))
			best = p;
	}
	return best;
}
