/* Instance types and their prices: one table (price.def) for the server's accounts, for what a worker
 * offers, and for the console's estimates before an act. US dollars per hour, us-east-1, on demand. */
#ifndef CORE_MODEL_PRICE_H
#define CORE_MODEL_PRICE_H

#include <stddef.h>

#define PRICE_UNKNOWN (-1.0)
#define PRICE_DATE "2026-07-20"
#define PRICE_SOURCE "us-east-1 on-demand list prices; EMR fees from third-party tables"

struct price {
	const char *type;      /* "m5.xlarge" */
	int vcpu;
	double mem_gib;
	const char *storage;
	double ec2;            /* $/h */
	double emr;            /* $/h on top of EC2, or PRICE_UNKNOWN */
};

const struct price *price_find(const char *type);  /* NULL when the type is not in the table */
const struct price *price_all(size_t *n);          /* in the table's order: by family, then size */

#endif
