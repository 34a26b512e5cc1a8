/* Events of what a request changed beside the states of things: see changes.c. */
#ifndef CORE_CONTROL_CHANGES_H
#define CORE_CONTROL_CHANGES_H

#include "core/control/ops.h"
#include "core/model/fleet.h"

struct changes;

/* Before an operation that may change something. Free with changes_free. */
struct changes *changes_before(struct control *ctl, const cJSON *in);
/* It succeeded: tell what is different now. operation: its name without the prefix. */
void changes_after(struct control *ctl, const char *operation, const cJSON *in, const cJSON *out,
                   struct changes *before);
void changes_free(struct changes *ch);         /* NULL is allowed */

#endif
