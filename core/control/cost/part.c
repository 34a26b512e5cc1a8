#include "core/control/part.h"

const struct part cost_part = { .name = "cost" };
