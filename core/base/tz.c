#include "core/base/tz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/base/mem.h"
#include "core/base/tz_rule.h"

#define FOLDER "/usr/share/zoneinfo"
#define FILE_MAX 262144
#define HEADER 44
#define DAY 86400

struct tz {
	int64_t *at;              /* transitions, ascending */
	uint8_t *type;            /* of the time after each */
	size_t n;
	int32_t offset[256];
	int types;
	bool has_rule;            /* for what follows the last transition */
	struct tz_rule rule;
};

/* ---- reading ---- */

struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool header(const uint8_t *p, size_t len, struct counts *c)
{
	if (len < HEADER || memcmp(p, "TZif", 4))
		return false;
	*c = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36),
	                      be32(p + 40) };
	return c->time <= FILE_MAX && c->type >= 1 && c->type <= 256 && c->chars <= FILE_MAX &&
	       c->leap <= FILE_MAX && c->isut <= 256 && c->isstd <= 256;
}

static size_t block_size(const struct counts *c, size_t width)
{
	return c->time * (width + 1) + c->type * 6 + c->chars + c->leap * (width + 4) + c->isstd + c->isut;
}

/* The block after a header; width is that of a time. False: not what a zone looks like. */
static bool read_block(struct tz *z, const uint8_t *p, const struct counts *c, size_t width)
{
	const uint8_t *types = p + c->time * width, *infos = types + c->time;

	z->n = c->time;
	z->types = (int)c->type;
	z->at = xcalloc(z->n + 1, sizeof *z->at);
	z->type = xcalloc(z->n + 1, 1);
	for (size_t i = 0; i < z->n; i++) {
		z->at[i] = width == 8 ? be64(p + i * 8) : (int32_t)be32(p + i * 4);
		z->type[i] = types[i];
		if (types[i] >= c->type || (i && z->at[i] <= z->at[i - 1]))
			return false;
	}
	for (uint32_t i = 0; i < c->type; i++) {
		z->offset[i] = (int32_t)be32(infos + i * 6);
		if (z->offset[i] < -2 * DAY || z->offset[i] > 2 * DAY)
			return false;
	}
	return true;
}

static bool read_footer(struct tz *z, const uint8_t *p, size_t len)
{
	const uint8_t *end;
	char text[128];

	if (!len || *p != '\n' || !(end = memchr(p + 1, '\n', len - 1)))
		return false;
	size_t n = (size_t)(end - p) - 1;
	if (n >= sizeof text)
		return false;
	memcpy(text, p + 1, n);
	text[n] = '\0';
	if (!n)
		return true;
	return z->has_rule = tz_rule_parse(text, &z->rule);
}

static bool read_all(struct tz *z, const uint8_t *p, size_t len)
{
	struct counts c;

	if (!header(p, len, &c))
		return false;
	size_t first = HEADER + block_size(&c, 4);
	if (first > len)
		return false;
	if (p[4] < '2')
		return read_block(z, p + HEADER, &c, 4);
	p += first;
	len -= first;
	if (!header(p, len, &c) || HEADER + block_size(&c, 8) > len || !read_block(z, p + HEADER, &c, 8))
		return false;
	size_t used = HEADER + block_size(&c, 8);
	return read_footer(z, p + used, len - used);
}

struct tz *tz_read(const void *data, size_t len, struct error *err)
{
	struct tz *z = xcalloc(1, sizeof *z);

	if (read_all(z, data, len))
		return z;
	tz_free(z);
	error_set(err, ERR_CORRUPT, "not a time zone file (TZif)");
	return NULL;
}

void tz_free(struct tz *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->type);
	free(z);
}

/* ---- by name ---- */

static bool is_utc(const char *name)
{
	static const char *const names[] = { "", "UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return false;
}

/* Letters, digits, "_+-" and single slashes between parts: nothing that could leave the folder. */
static bool is_name(const char *name)
{
	if (!isalpha((unsigned char)*name) || strlen(name) > 64)
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_+-", *p) &&
		    (*p != '/' || !isalpha((unsigned char)p[1])))
			return false;
	return true;
}

struct tz *tz_open(const char *name, struct error *err)
{
	struct buf file = BUF_INIT;
	char path[128];
	struct tz *z = NULL;

	if (!name || is_utc(name)) {
		z = xcalloc(1, sizeof *z);
		z->types = 1;
		return z;
	}
	snprintf(path, sizeof path, FOLDER "/%s", name);
	if (is_name(name) && !fs_read(path, FILE_MAX, &file, NULL))
		z = tz_read(file.data, file.len, err);
	else
		error_set(err, ERR_NOTFOUND, "the time zone \"%.80s\" is not known", name);
	if (z == NULL) {
		error_detail(err, "There is no such zone under " FOLDER ".");
		error_hint(err, "Use an IANA name such as UTC, Europe/Berlin or America/New_York.");
	}
	buf_free(&file);
	return z;
}

/* ---- asking ---- */

int64_t tz_offset(const struct tz *z, int64_t instant)
{
	size_t low = 0, high = z->n;

	if (z->has_rule && (!z->n || instant >= z->at[z->n - 1]))
		return tz_rule_offset(&z->rule, instant);
	while (low < high) { /* how many transitions are not after the instant */
		size_t mid = low + (high - low) / 2;
		if (z->at[mid] <= instant)
			low = mid + 1;
		else
			high = mid;
	}
	return z->offset[low ? z->type[low - 1] : 0];
}

/* The first instant in (from, to] with the offset that holds at `to`. */
static int64_t change_between(const struct tz *z, int64_t from, int64_t to)
{
	int64_t after = tz_offset(z, to);

	while (to - from > 1) {
		int64_t mid = from + (to - from) / 2;
		if (tz_offset(z, mid) == after)
			to = mid;
		else
			from = mid;
	}
	return to;
}

int64_t tz_instant(const struct tz *z, int64_t local, enum tz_fit *fit)
{
	/* What held a day before and what holds a day after: no zone changes twice within two days. */
	int64_t before = tz_offset(z, local - DAY), after = tz_offset(z, local + DAY);
	int64_t a = local - before, b = local - after;
	bool a_fits = tz_offset(z, a) == before, b_fits = tz_offset(z, b) == after;
	enum tz_fit ignored;

	fit = fit ? fit : &ignored;
	*fit = TZ_ONCE;
	if (a_fits && b_fits && a != b) {
		*fit = TZ_TWICE;
		return a < b ? a : b;
	}
	if (a_fits || b_fits)
		return a_fits ? a : b;
	*fit = TZ_NEVER;
	return b < a ? change_between(z, b, a) : a;
}
