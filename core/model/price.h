/* Instance types and their prices: what a worker offers, what a cluster costs, what the console estimates
 * before an act. US dollars per hour, on demand.
 *
 * The shipped lists, instance-types.csv, region-rates.csv and volume-types.csv beside this file, are compiled
 * in; every row has a date and a source (README.md). Whoever has better figures lays a list of the same columns
 * over them (price_table.h). What no source gives is unknown: it is shown so and never counted as zero. */
#ifndef CORE_MODEL_PRICE_H
#define CORE_MODEL_PRICE_H

#include <stdbool.h>
#include <stddef.h>

#define PRICE_UNKNOWN (-1.0)
#define PRICE_REGION "us-east-1"  /* of instance-types.csv */
#define PRICE_DATE "2026-07-20"   /* of its EC2 rates */
#define PRICE_SOURCE "us-east-1 on-demand list prices; EMR fees from third-party tables"
#define PRICE_MONTH_HOURS 730.0   /* a mean month: 365 days / 12 */
#define PRICE_RATE_VCPUS 4        /* of an xlarge, which the rates of regions are for */

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
	bool own;              /* from a person's own list */
};

const struct price *price_find(const char *type);  /* NULL when the type is not in the shipped list */
const struct price *price_all(size_t *n);          /* of PRICE_REGION, in the list's order: by family, then size */

/* What an xlarge of a family costs in another region. EC2 asks for the sizes of a family in proportion to their
 * vCPUs, in every region: one rate holds for all of them. Arrays, so that the table needs no relocation. */
struct region_rate {
	char family[8];        /* "m5" */
	char region[20];
	double xlarge;         /* $/h */
	char date[11];         /* YYYY-MM-DD */
	char source[48];
};
const struct region_rate *price_rates(size_t *n);
/* The rate of a type's family; NULL when it is not known, and for PRICE_REGION. */
const struct region_rate *price_rate_find(const char *type, const char *region);
/* EC2's $/h on demand by the shipped lists, in any region; PRICE_UNKNOWN for what they do not have. */
double price_ec2(const char *type, const char *region);
/* EC2's and EMR's $/h together; a part that is not known counts 0 and sets *unknown, which is never cleared. */
double price_hour(const char *type, const char *region, bool *unknown);
/* As of when the shipped lists speak of a region: its oldest date. NULL: they have nothing of it. */
const char *price_date(const char *region);

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
