#include "core/model/release.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct release table[] = {
#define RELEASE(major, minor, patch, hadoop, hive, spark) { major, minor, patch, hadoop, hive, spark },
#include "core/model/release.def"
#undef RELEASE
};

static bool number(const char **s, int *out)
{
	char *end;

	if (!isdigit((unsigned char)**s))
		return false;
	long n = strtol(*s, &end, 10);
	if (end - *s > 4)
		return false;
	*out = (int)n;
	*s = end;
	return true;
}

bool release_parse(const char *label, struct release *out)
{
	*out = (struct release){ 0 };
	if (!label || strncmp(label, "emr-", 4))
		return false;
	label += 4;
	return number(&label, &out->major) && *label++ == '.' && number(&label, &out->minor) && *label++ == '.' &&
	       number(&label, &out->patch) && !*label;
}

bool release_has(const char *label, int minor_of_5, int minor_of_6)
{
	struct release r;

	if (!release_parse(label, &r))
		return false;
	return r.major > 6 || (r.major == 6 && r.minor >= minor_of_6) || (r.major == 5 && r.minor >= minor_of_5);
}

const struct release *release_find(const char *label)
{
	struct release r;

	for (size_t i = 0; release_parse(label, &r) && i < sizeof table / sizeof *table; i++)
		if (table[i].major == r.major && table[i].minor == r.minor && table[i].patch == r.patch)
			return &table[i];
	return NULL;
}

const char *release_application(const char *label, const char *name)
{
	const struct release *r = release_find(label);

	if (!r || !name)
		return NULL;
	return !strcasecmp(name, "Hadoop") ? r->hadoop : !strcasecmp(name, "Hive") ? r->hive :
	       !strcasecmp(name, "Spark") ? r->spark : NULL;
}

const struct release *release_all(size_t *n)
{
	*n = sizeof table / sizeof *table;
	return table;
}
