#include "core/control/part.h"

const struct part emr_part = { .name = "emr" };
