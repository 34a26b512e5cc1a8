/* Instance types and their prices: what a worker offers, what a cluster costs, what the console estimates
 * before an act. US dollars per hour, on demand.
 *
 * The shipped lists, instance-types.csv and volume-types.csv beside this file, are compiled in; every row
 * has a date and a source. Whoever has better figures lays a list of the same columns over them
 * (price_table.h). What no source gives is unknown: it is shown so and never counted as zero. */
#ifndef CORE_MODEL_PRICE_H
#define CORE_MODEL_PRICE_H

#include <stdbool.h>
#include <stddef.h>

#define PRICE_UNKNOWN (-1.0)
#define PRICE_REGION "us-east-1"  /* of the shipped lists */
#define PRICE_DATE "2026-07-20"
#define PRICE_SOURCE "us-east-1 on-demand list prices; EMR fees from third-party tables"
#define PRICE_MONTH_HOURS 730.0   /* a mean month: 365 days / 12 */

struct price {
	const char *type;      /* "m5.xlarge" */
	const char *region;
	int vcpu;
	double mem_gib;
	const char *storage;
	double ec2;            /* $/h; PRICE_UNKNOWN only in a list of the user's */
	double emr;            /* $/h on top of EC2, or PRICE_UNKNOWN */
	bool emr_estimate;     /* the fee is somebody's estimate: say so wherever it is shown */
	const char *date;      /* YYYY-MM-DD: as of when */
	const char *source;    /* a sentence */
};

const struct price *price_find(const char *type);  /* NULL when the type is not in the shipped list */
const struct price *price_all(size_t *n);          /* in the list's order: by family, then size */

/* Volumes: dollars per month of PRICE_MONTH_HOURS. What is free is free per volume. */
struct volume_price {
	const char *type;      /* "gp3" */
	const char *region;
	double gb_month;
	double iops_month, free_iops;
	double mbps_month, free_mbps;
	const char *date, *source;
};
const struct volume_price *price_volumes(size_t *n);

#endif
