/* A zone of the session's or a function's: fixed offsets as Spark writes them, else core/base/tz. One answer
 * serves its quarter of an hour: since 1972 every zone changes at such a boundary. */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/tz.h"
#include "core/engine/format.h"

#define SLOTS 64
#define QUARTER INT64_C(900)
#define SINCE_1972 INT64_C(63072000)

struct zone {
	struct tz *tz;      /* NULL: fixed */
	int64_t offset_s;
	struct {
		int64_t quarter;
		int64_t offset_s;
	} cache[SLOTS];
};

/* "+1", "-01:30", "+01:30:15" after an optional UTC, GMT or UT. */
static bool fixed_offset(const char *name, int64_t *seconds)
{
	static const char *const zero[] = { "Z", "UTC", "GMT", "UT", "Etc/UTC" };
	for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
		if (!strcasecmp(name, zero[i]))
			return *seconds = 0, true;
	if (!strncasecmp(name, "UTC", 3) || !strncasecmp(name, "GMT", 3))
		name += 3;
	else if (!strncasecmp(name, "UT", 2))
		name += 2;
	if ((*name != '+' && *name != '-') || !isdigit((unsigned char)name[1]))
		return false;
	int h = 0, m = 0, s = 0, used = 0;
	if (sscanf(name + 1, "%2d%n:%2d%n:%2d%n", &h, &used, &m, &used, &s, &used) < 1 || name[1 + used])
		return false;
	*seconds = (h * 3600 + m * 60 + s) * (*name == '-' ? -1 : 1);
	return h <= 18 && m < 60 && s < 60;
}

static bool known(const char *name)
{
	char path[PATH_MAX];
	if (!*name || *name == '/' || strstr(name, ".."))
		return false;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	return access(path, R_OK) == 0;
}

struct zone *zone_new(const char *name)
{
	struct zone *z = xcalloc(1, sizeof *z);
	if (fixed_offset(name, &z->offset_s))
		return z;
	if (!(z->tz = tz_open(*name ? name : "?", NULL))) {
		free(z);
		return NULL;
	}
	for (int i = 0; i < SLOTS; i++)
		z->cache[i].quarter = INT64_MIN;
	return z;
}

void zone_free(struct zone *z)
{
	if (z)
		tz_free(z->tz);
	free(z);
}

int64_t zone_offset_us(struct zone *z, int64_t instant_us)
{
	if (!z->tz)
		return z->offset_s * 1000000;
	int64_t seconds = instant_us / 1000000 - (instant_us % 1000000 < 0);
	if (seconds < SINCE_1972)
		return tz_offset(z->tz, seconds) * 1000000;
	int64_t quarter = seconds / QUARTER;
	int slot = (int)(quarter % SLOTS);
	if (z->cache[slot].quarter != quarter) {
		z->cache[slot].quarter = quarter;
		z->cache[slot].offset_s = tz_offset(z->tz, seconds);
	}
	return z->cache[slot].offset_s * 1000000;
}

const char *zone_local_name(void)
{
	static char name[PATH_MAX];
	const char *tz = getenv("TZ");
	if (tz && (*tz == ':' ? known(tz + 1) : known(tz)))
		return *tz == ':' ? tz + 1 : tz;
	char target[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", target, sizeof target - 1);
	if (n > 0) {
		target[n] = '\0';
		char *at = strstr(target, "zoneinfo/");
		if (at && known(at + 9)) {
			snprintf(name, sizeof name, "%s", at + 9);
			return strcmp(name, "Etc/UTC") ? name : "UTC";
		}
	}
	return "UTC";
}
