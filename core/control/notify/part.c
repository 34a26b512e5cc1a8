#include "core/control/part.h"

const struct part notify_part = { .name = "notify" };
