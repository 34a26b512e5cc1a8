/* Names of statistics, as CloudWatch has them:
 *
 *     SampleCount Average Sum Minimum Maximum     p99.9     IQM
 *     tm90 wm98 tc90 ts90        TM(10%:90%) WM(:0.5) TC(100:) TS(…)        PR(:300)
 *
 * tm is the mean, ts the sum and tc the number of the values inside the bounds; wm is the mean when those outside are
 * moved to them; PR the per cent of all values that lie inside; IQM is TM(25%:75%). Bounds are per cent of the values,
 * or values: the lower one is outside, the upper one inside. tm90 is TM(:90%). */
#ifndef CORE_MODEL_STATISTIC_H
#define CORE_MODEL_STATISTIC_H

#include <stdbool.h>

enum stat_kind {
	STAT_COUNT, STAT_AVERAGE, STAT_SUM, STAT_MIN, STAT_MAX,
	STAT_PERCENTILE, STAT_TRIMMED_MEAN, STAT_WINSORIZED_MEAN, STAT_TRIMMED_COUNT, STAT_TRIMMED_SUM, STAT_RANK,
};

struct stat_wish {
	enum stat_kind kind;
	double p;                    /* of a percentile, 0…100 */
	bool percent;                /* the bounds are shares of the values, 0…1 */
	double lo, hi;               /* bounds; infinite where none is given */
};
bool stat_parse(const char *name, struct stat_wish *out);   /* false: no such statistic */
bool stat_needs_values(const struct stat_wish *w);          /* a statistic set does not suffice */
/* So many values a percentile needs to mean something: 10 beyond it, on its thinner side. 0 for everything else. */
double stat_samples_needed(const struct stat_wish *w);

#endif
