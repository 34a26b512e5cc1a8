/* The prices that hold: the shipped lists, with a person's own lists laid over them. Pure: whoever owns a
 * file reads it and hands its text over.
 *
 * A list is CSV. Its first line names the columns, in any order; lines that are empty or begin with # are
 * skipped. Instance types: type, region, vcpu, mem_gib, storage, ec2_usd_h, emr_usd_h, date, source.
 *   ec2_usd_h   a number, or unknown
 *   emr_usd_h   a number; ~number (an estimate); estimate (a quarter of the EC2 rate, the rule of thumb);
 * unknown an empty field keeps what the list below says of that type; a type that is new needs all of them
 *   type *      every type of that region whose fee is not known; only emr_usd_h (estimate), date and source
 * Volumes: type, region, gb_month_usd, iops_month_usd, free_iops, mbps_month_usd, free_mbps, date, source. */
#ifndef CORE_MODEL_PRICE_TABLE_H
#define CORE_MODEL_PRICE_TABLE_H

#include "core/base/error.h"
#include "core/model/instance.h"
#include "core/model/price.h"

#define PRICE_ESTIMATE_SHARE 0.25 /* of the EC2 rate: what EMR's fee comes to where it is known */

struct price_table;

struct price_table *price_table_new(void);       /* the shipped lists */
void price_table_free(struct price_table *t);    /* NULL is allowed */

/* Lay a list over the table. name stands in errors ("prices.csv: line 3, ec2_usd_h: …", with the line in
 * err->line); on an error (ERR_INVALID) nothing of the list is taken. text need not outlive the call. */
int price_table_read(struct price_table *t, const char *name, const char *text, size_t len,
                     struct error *err);
int price_table_read_volumes(struct price_table *t, const char *name, const char *text, size_t len,
                             struct error *err);

/* The row of a type in a region, NULL when there is none; region NULL: in any (for sizes, not for money). */
const struct price *price_table_find(const struct price_table *t, const char *type, const char *region);
const struct volume_price *price_table_volume(const struct price_table *t, const char *type,
                                              const char *region);
/* All rows that are there: those of PRICE_REGION first, in their order. The rows of any other region are made
 * when it is first asked for: price_table_find with it does that, and this. */
void price_table_open(const struct price_table *t, const char *region);
size_t price_table_len(const struct price_table *t);
const struct price *price_table_at(const struct price_table *t, size_t i);

/* $/h of the volumes of one instance. *unknown is set when a volume's rate is not known; it then counts 0. */
double price_table_volumes(const struct price_table *t, const struct ebs_volume_list *l, const char *region,
                           bool *unknown);

#endif
