#include "core/control/part.h"

const struct part cloudwatch_part = { .name = "cloudwatch" };
