#include "core/control/part.h"

const struct part spot_part = { .name = "spot" };
