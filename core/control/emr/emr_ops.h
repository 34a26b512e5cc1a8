/* What the part "emr" does for the core. */
#ifndef CORE_CONTROL_EMR_EMR_OPS_H
#define CORE_CONTROL_EMR_EMR_OPS_H

#include "core/control/state.h"

/* A new cluster may only name a security configuration that its region has. */
int emr_check_security(struct control *ctl, const struct cluster *c, const char *region, struct error *err);

/* End the clusters that have waited for longer than their auto-termination policy allows. */
void emr_idle_check(struct control *ctl, int64_t now);

/* Tags of a studio, for policies; none when there is no such studio. */
void emr_studio_tags(struct control *ctl, const char *region, const char *id, struct pair_list *out);

#endif
