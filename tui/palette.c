/* Colours of the terminals' palettes and the way down from 24 bits to them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/theme.h"

/* The first sixteen as most terminals show them; only distances between them matter here. */
static const uint32_t ansi[16] = {
	0x000000, 0xcd3131, 0x2fbf71, 0xd7a543, 0x3b78d8, 0xbc5fd3, 0x2fb5c7, 0xc8ccd4,
	0x6b7280, 0xff6b70, 0x7fe08f, 0xffd75f, 0x6fa8ff, 0xe08cff, 0x6fe3e8, 0xffffff
};
static const int cube[6] = { 0, 95, 135, 175, 215, 255 };

/* Red-mean distance: cheap, and close to what eyes say. */
static long distance(uint32_t a, uint32_t b)
{
	long r1 = a >> 16 & 255, g1 = a >> 8 & 255, b1 = a & 255;
	long r2 = b >> 16 & 255, g2 = b >> 8 & 255, b2 = b & 255;
	long mean = (r1 + r2) / 2, dr = r1 - r2, dg = g1 - g2, db = b1 - b2;
	return ((512 + mean) * dr * dr >> 8) + 4 * dg * dg + ((767 - mean) * db * db >> 8);
}

static int nearest_level(int v)
{
	int best = 0;
	for (int i = 1; i < 6; i++)
		if (abs(cube[i] - v) < abs(cube[best] - v))
			best = i;
	return best;
}

static int nearest_256(uint32_t rgb)
{
	int r = nearest_level(rgb >> 16 & 255), g = nearest_level(rgb >> 8 & 255), b = nearest_level(rgb & 255);
	uint32_t in_cube = (uint32_t)(cube[r] << 16 | cube[g] << 8 | cube[b]);
	int mean = (int)((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3;
	int step = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 8 + 5) / 10;
	uint32_t level = (uint32_t)(8 + step * 10), grey = level << 16 | level << 8 | level;
	return distance(rgb, grey) < distance(rgb, in_cube) ? 232 + step : 16 + 36 * r + 6 * g + b;
}

int theme_nearest(uint32_t rgb, enum depth d)
{
	if (d == DEPTH_RGB)
		return (int)rgb;
	if (d == DEPTH_256)
		return nearest_256(rgb);
	if (d == DEPTH_MONO)
		return -1;
	int best = 0, n = d == DEPTH_8 ? 8 : 16;
	for (int i = 1; i < n; i++)
		if (distance(rgb, ansi[i]) < distance(rgb, ansi[best]))
			best = i;
	return best;
}

static int env_rgb(void)
{
	const char *ct = getenv("COLORTERM");
	return ct && (strcasecmp(ct, "truecolor") == 0 || strcasecmp(ct, "24bit") == 0);
}

int theme_depth(const char *want, int colours, bool rgb_cap, enum depth *out, struct error *err)
{
	static const struct {
		const char *name;
		enum depth depth;
	} names[] = { { "never", DEPTH_MONO }, { "mono", DEPTH_MONO }, { "8", DEPTH_8 }, { "16", DEPTH_16 },
		      { "256", DEPTH_256 }, { "truecolor", DEPTH_RGB }, { "rgb", DEPTH_RGB } };
	const char *no = getenv("NO_COLOR");
	bool always = want && strcasecmp(want, "always") == 0;
	enum depth by_info = colours >= 256 ? (rgb_cap || env_rgb() ? DEPTH_RGB : DEPTH_256) :
	                     colours >= 16 ? DEPTH_16 : colours >= 8 ? DEPTH_8 : DEPTH_MONO;
	for (size_t i = 0; want && i < sizeof names / sizeof *names; i++)
		if (strcasecmp(want, names[i].name) == 0) {
			*out = names[i].depth;
			return 0;
		}
	if (want && *want && !always && strcasecmp(want, "auto") != 0) {
		error_set(err, ERR_INVALID, "unknown colour setting '%s'", want);
		error_hint(err, "use auto, always, never, 8, 16, 256 or truecolor");
		return ERR_INVALID;
	}
	*out = by_info;
	if (!always && no && *no)
		*out = DEPTH_MONO;
	return 0;
}
