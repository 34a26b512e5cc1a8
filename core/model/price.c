#include "core/model/price.h"

#include <string.h>

#define UNKNOWN PRICE_UNKNOWN
#define P(type, vcpu, mem, storage, ec2, emr) { type, vcpu, mem, storage, ec2, emr },
static const struct price table[] = {
#include "core/model/price.def"
};
#undef P

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
