#include "core/control/part.h"

const struct part retry_part = { .name = "retry" };
