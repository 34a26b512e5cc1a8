#include "core/control/part.h"

const struct part fleet_part = { .name = "fleet" };
