#include "core/model/container.h"

static const char *const kind_items[] = { "BOOTSTRAP", "PROCESS", "DRIVER", "EXECUTOR", "HEALTH" };
const struct names container_kind_names = { kind_items, 5 };

struct container *container_new(void)
{
	return xcalloc(1, sizeof(struct container));
}

void container_free(struct container *c)
{
	free(c);
}
