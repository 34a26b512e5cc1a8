/* What the two files of budgets share. */
#ifndef CORE_CONTROL_COST_BUDGET_H
#define CORE_CONTROL_COST_BUDGET_H

#include "core/control/cost/inner.h"

#define THRESHOLDS 10
#define NAME_SIZE 129

struct budget {
	char region[MODEL_REGION_SIZE], name[NAME_SIZE];
	double amount;
	bool daily;
	char cluster_id[MODEL_ID_SIZE];
	char *tag_key, *tag_value;               /* both or neither */
	double thresholds[THRESHOLDS];           /* %, ascending */
	size_t n;
	char *topic_arn;
	int64_t period;                          /* that the rest is of: its start */
	double told;                             /* the highest threshold that was told; 0: none */
	int64_t since;                           /* when the first one was crossed */
};

void budget_free(void *b);                                             /* as map_free wants it */
char *budget_key(const char *region, const char *name);                /* in the map; free() */
struct budget *budget_find(struct cost_state *st, const char *region, const char *name); /* or NULL */
/* From its document; without what was told. The caller's. */
struct budget *budget_read(const char *region, const char *name, const cJSON *body);
int64_t budget_period(const struct budget *b, int64_t now);            /* the start of the one that runs */
/* What was spent in the period, and (forecast not NULL) what its end will say at the present size. */
void budget_spent(struct control *ctl, const struct budget *b, int64_t now, struct money *sum,
                  struct money *forecast);
double budget_crossed(const struct budget *b, double total);           /* the highest threshold; 0: none */

#endif
