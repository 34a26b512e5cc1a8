#include "core/control/part.h"

const struct part schedule_part = { .name = "schedule" };
