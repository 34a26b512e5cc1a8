#include "core/model/price_csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"

static int at_line(const struct price_csv *c, struct error *err, const char *what)
{
	error_set(err, ERR_INVALID, "%s: line %d: %s", c->name, c->line, what);
	error_at(err, c->line, 0);
	return ERR_INVALID;
}

/* One field from p on, quotes undone, blanks around it dropped. Gives what follows, or NULL: a quote is open.
 */
static const char *field(struct arena *a, const char *p, const char *end, char **out)
{
	char *text = arena_alloc(a, (size_t)(end - p) + 1);
	size_t n = 0;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p == '"') {
		for (p++;; p++) {
			if (p == end)
				return NULL;
			if (*p == '"' && !(p + 1 < end && p[1] == '"'))
				break;
			p += *p == '"';
			text[n++] = *p;
		}
		p++;
		while (p < end && *p != ',')
			p++;
	} else {
		while (p < end && *p != ',')
			text[n++] = *p++;
		while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
			n--;
	}
	text[n] = 0;
	*out = text;
	return p;
}

/* The fields of the next line that says something: how many, 0 at the end, or an error code. */
static int fields(struct price_csv *c, char *out[PRICE_CSV_COLUMNS], struct error *err)
{
	while (c->next < c->end) {
		const char *p = c->next, *stop = memchr(p, '\n', (size_t)(c->end - p));
		int n = 0;

		stop = stop ? stop : c->end;
		c->next = stop + (stop < c->end);
		c->line++;
		if (stop > p && stop[-1] == '\r')
			stop--;
		if (memchr(p, 0, (size_t)(stop - p)))
			return at_line(c, err, "it holds a NUL byte; a list is text");
		if (p == stop || *p == '#' || strspn(p, " \t") >= (size_t)(stop - p))
			continue;
		for (bool more = true; more; n++) {
			if (n == PRICE_CSV_COLUMNS)
				return at_line(c, err, "more fields than columns; a text with a comma stands in quotes");
			p = field(c->arena, p, stop, &out[n]);
			if (!p)
				return at_line(c, err, "a quote is not closed");
			more = p < stop;
			p += more;
		}
		return n;
	}
	return 0;
}

static int column_of(const struct price_csv *c, const char *name)
{
	for (int i = 0; i < PRICE_CSV_COLUMNS; i++)
		if (!strcmp(c->columns[i], name))
			return i;
	return -1;
}

static void hint_columns(const struct price_csv *c, struct error *err)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < PRICE_CSV_COLUMNS; i++)
		buf_addf(&b, "%s%s", i ? "," : "", c->columns[i]);
	error_hint(err, "The first line is: %s", buf_str(&b));
	buf_free(&b);
}

int price_csv_open(struct price_csv *c, const char *name, const char *const *columns, const char *text,
                   size_t len, struct arena *arena, struct error *err)
{
	char *names[PRICE_CSV_COLUMNS];
	unsigned seen = 0;

	*c = (struct price_csv) {
		.name = name, .columns = columns, .next = text, .end = text + len, .arena = arena
	};
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		c->next += 3;
	int n = fields(c, names, err);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		int k = c->place[i] = column_of(c, names[i]);
		if (k < 0 || (seen & (1u << k))) {
			error_set(err, ERR_INVALID, "%s: line %d: \"%s\" is %s", name, c->line, names[i],
			          k < 0 ? "no column of a price list" : "there twice");
			error_at(err, c->line, 0);
			hint_columns(c, err);
			return ERR_INVALID;
		}
		seen |= 1u << k;
	}
	for (int i = 0; i < PRICE_CSV_COLUMNS; i++)
		if (!(seen & (1u << i))) {
			error_set(err, ERR_INVALID, "%s: line %d: the column %s is missing", name, c->line ? c->line : 1,
			          columns[i]);
			error_at(err, c->line ? c->line : 1, 0);
			hint_columns(c, err);
			return ERR_INVALID;
		}
	return 0;
}

int price_csv_next(struct price_csv *c, struct error *err)
{
	char *found[PRICE_CSV_COLUMNS];
	int n = fields(c, found, err);

	if (n <= 0)
		return n;
	if (n < PRICE_CSV_COLUMNS)
		return at_line(c, err, "fewer fields than columns");
	for (int i = 0; i < PRICE_CSV_COLUMNS; i++)
		c->values[c->place[i]] = found[i];
	return 1;
}

int price_csv_wrong(const struct price_csv *c, int column, struct error *err, const char *expected)
{
	error_set(err, ERR_INVALID, "%s: line %d, %s: \"%s\" is not %s", c->name, c->line, c->columns[column],
	          c->values[column], expected);
	error_at(err, c->line, 0);
	return ERR_INVALID;
}

int price_csv_number(const struct price_csv *c, int column, const char *text, const char *expected,
                     double *out, struct error *err)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !isfinite(v) || v < 0 || v > 1e6)
		return price_csv_wrong(c, column, err, expected);
	*out = v;
	return 0;
}

static bool is_date(const char *s)
{
	int y, m, d, n = 0;

	return strlen(s) == 10 && sscanf(s, "%4d-%2d-%2d%n", &y, &m, &d, &n) == 3 && n == 10 && y >= 2006 &&
	       m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

int price_csv_origin(const struct price_csv *c, int date, int source, struct error *err)
{
	if (!is_date(c->values[date]))
		return price_csv_wrong(c, date, err, "the day as of which the price holds (2026-07-20)");
	if (!*c->values[source])
		return price_csv_wrong(c, source, err, "a source: say where the price is from");
	return 0;
}
