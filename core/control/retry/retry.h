/* Retries and dead letters, as the queue (steps.c) and the operations on steps see them. README.md beside
 * tells how a failure goes its way. */
#ifndef CORE_CONTROL_RETRY_RETRY_H
#define CORE_CONTROL_RETRY_RETRY_H

#include "core/control/part.h"
#include "core/model/retry.h"

/* Policies of new steps and of the cluster itself; a bad value is a ValidationException that names it. */
int retry_check(struct control *ctl, const struct cluster *c, const struct step_list *steps, struct error *err);

/* An attempt is being launched. */
void retry_started(struct control *ctl, struct cluster *c, struct step *s);
/* An attempt failed. True: the step waits and is started again by itself; false: it has failed for good.
 * Either way the attempt is remembered. */
bool retry_again(struct control *ctl, struct cluster *c, struct step *s, const struct failure *f);
/* An attempt ended without a verdict: the node was lost. How many in a row, this one counted. */
int retry_lost(struct control *ctl, struct cluster *c, struct step *s, const char *why);
/* Must the step wait before its next attempt? */
bool retry_waits(struct control *ctl, const struct step *s);
/* The sentence when the attempt that just ended was ended by its time limit, else NULL; free(). */
char *retry_overtime(struct control *ctl, const struct cluster *c, const struct step *s);

#endif
