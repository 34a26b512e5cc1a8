/* What the two files of recommendations share. */
#ifndef CORE_CONTROL_COST_RECOMMEND_H
#define CORE_CONTROL_COST_RECOMMEND_H

#include "core/control/cost/inner.h"

#define WORTH 1.0               /* dollars per month: less is not worth a word */
#define OBSERVED_MS (30 * DAY_MS)

struct advice {
	const char *kind;
	const struct cluster *c;
	const char *group_id;           /* or NULL */
	char *title, *evidence;
	double saving;                  /* $ per month */
	bool unknown, estimate;
	const char *target;             /* the act, or NULL */
	cJSON *request;
};

void advice_put(cJSON *list, struct advice *a);         /* takes what a owns */
/* Hours per month that a cluster of this name is up. */
double hours_per_month(struct control *ctl, const struct cluster *c, int64_t now);
void spot_shares(struct control *ctl, const struct cluster *c, int64_t now, cJSON *out);
void off_peaks(struct control *ctl, const struct cluster *c, int64_t now, cJSON *out);

#endif
