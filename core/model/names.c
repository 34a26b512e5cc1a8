#include "core/model/names.h"

#include <string.h>

const char *names_get(const struct names *t, int value)
{
	return value >= 0 && value < t->n ? t->items[value] : "";
}

int names_parse(const struct names *t, const char *name)
{
	for (int i = 0; name && i < t->n; i++)
		if (!strcmp(t->items[i], name))
			return i;
	return -1;
}

bool transition_allowed(const struct transitions *t, int from, int to)
{
	if (from < 0 || from >= t->n || to < 0 || to >= t->n)
		return false;
	return from == to || (t->masks[from] & (1u << to));
}
