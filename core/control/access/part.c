#include "core/control/part.h"

const struct part access_part = { .name = "access" };
