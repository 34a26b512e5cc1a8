#include "core/control/part.h"

const struct part scaling_part = { .name = "scaling" };
