#include "core/model/price.h"

#include <string.h>

/* Both made from the lists beside this file (see the Makefile). */
static const struct price table[] = {
#include "core/model/instance-types.inc"
};
static const struct volume_price volumes[] = {
#include "core/model/volume-types.inc"
};

const struct price *price_find(const char *type)
{
	for (size_t i = 0; type && i < sizeof table / sizeof *table; i++)
		if (!strcmp(table[i].type, type))
			return &table[i];
	return NULL;
}

const struct price *price_all(size_t *n)
{
	*n = sizeof table / sizeof *table;
	return table;
}

const struct volume_price *price_volumes(size_t *n)
{
	*n = sizeof volumes / sizeof *volumes;
	return volumes;
}
