/* What the files of this room share. */
#ifndef CORE_CONTROL_FLEET_FLEET_STATE_H
#define CORE_CONTROL_FLEET_FLEET_STATE_H

#include "core/control/fleet/fleet.h"

struct fleet_state {
	int64_t next;      /* epoch ms of the next time-out of any fleet; 0: none */
};

extern const struct op fleet_ops[];

#endif
