/* Recorded spot prices, in the shape of EC2's DescribeSpotPriceHistory, as a series of changes that a market can
 * be moved by. No clock and no market: only text → changes.
 *
 * Text is one of: the answer itself, {"SpotPriceHistory": [RECORD, …]} (its NextToken is ignored); a list of records;
 * JSON lines, a record each. A record is {"AvailabilityZone", "InstanceType", "ProductDescription", "SpotPrice",
 * "Timestamp"}, in any order of time. Members beyond these are ignored.
 *
 * Prices of EC2 are of a zone; those here are of a region. Where the text has several zones of one type, the
 * cheapest of them at each moment counts, unless one zone is asked for. EMR's nodes run Linux: records of other
 * products are read, checked and counted as skipped. */
#ifndef CORE_MODEL_SPOT_FEED_H
#define CORE_MODEL_SPOT_FEED_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/model/common.h"

#define SPOT_PRICE_MAX 10000       /* $/h: more is a mistake */
#define SPOT_TYPE_MAX 64           /* bytes of an instance type's name */

struct spot_change {
	int64_t time;              /* epoch ms, as recorded */
	size_t type;               /* place in types */
	double price;              /* $/h from then on */
};

struct spot_feed {
	struct str_list types;
	VEC(struct spot_change) changes;   /* by time; none that changes nothing */
	size_t records, skipped;           /* that count, and of other products or zones */
};

/* Reads all of it or nothing: an error (ERR_INVALID) names text, line and member, and leaves *out empty. region: all
 * records must be of it; NULL: whatever it is. zone: only this one counts; NULL: all. */
int spot_feed_read(struct spot_feed *out, const char *name, const char *text, size_t len, const char *region,
                   const char *zone, struct error *err);
void spot_feed_free(struct spot_feed *f);

#endif
