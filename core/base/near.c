#include "core/base/near.h"

#include <string.h>
#include <strings.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;
	return m < c ? m : c;
}

size_t near_distance(const char *x, const char *y)
{
	size_t n = strlen(y), row[128];
	if (n >= 127)
		n = 126;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; x[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t up = row[j], cost = strncasecmp(&x[i - 1], &y[j - 1], 1) != 0;
			row[j] = min3(up + 1, row[j - 1] + 1, diagonal + cost);
			diagonal = up;
		}
	}
	return row[n];
}

void near_offer(struct near *n, const char *name)
{
	size_t distance = near_distance(n->wanted, name);

	if (n->best && distance >= n->distance)
		return;
	n->best = name;
	n->distance = distance;
}

const char *near_guess(const struct near *n)
{
	size_t len = strlen(n->wanted);

	return n->best && len > 1 && n->distance <= (len < 6 ? 1 + (len > 3) : len / 3) ? n->best : NULL;
}
