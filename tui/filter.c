/* How it thinks: the text becomes a list of terms; each has a column (or all), an operator and an operand
 * prepared once (lower-case needle, compiled expression, number). A row must satisfy every term. */
#include "tui/filter.h"

#include <ctype.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "tui/pattern.h"

#define ANY ((size_t)-1)

enum op { OP_HAS, OP_REGEX, OP_FUZZY, OP_EQ, OP_LT, OP_LE, OP_GT, OP_GE };

struct term {
	enum op op;
	bool negate, compiled;
	size_t col;
	char *text;
	double num;
	regex_t re;
};

struct filter {
	VEC(struct term) terms;
	size_t n_cols;
};

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->terms.len; i++) {
		free(f->terms.items[i].text);
		if (f->terms.items[i].compiled)
			regfree(&f->terms.items[i].re);
	}
	vec_free(&f->terms);
	free(f);
}

bool filter_is_empty(const struct filter *f)
{
	return !f || f->terms.len == 0;
}

/* ---- parsing ---- */

struct parser {
	const char *text;            /* whole, for positions */
	const struct filter_column *cols;
	size_t n;
	struct error *err;
};

static int fail(struct parser *p, const char *at, const char *what, const char *word, size_t n)
{
	error_set(p->err, ERR_INVALID, "%s '%.*s'", what, (int)(n > 60 ? 60 : n), word);
	error_at(p->err, 1, (int)(at - p->text) + 1);
	return ERR_INVALID;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '%' || c == '#' || c == '/';
}

/* Column by name or by a beginning that only one has. ANY: none. */
static size_t find_column(const struct parser *p, const char *s, size_t n)
{
	size_t found = ANY;
	for (size_t i = 0; i < p->n; i++) {
		if (strncasecmp(p->cols[i].name, s, n) != 0)
			continue;
		if (strlen(p->cols[i].name) == n)
			return i;
		found = found == ANY ? i : ANY - 1;
	}
	return found >= ANY - 1 ? ANY : found;
}

/* "1.5g", "2h", "80%", "$3". False when it is not a number. */
static bool parse_number(const char *s, bool time, double *out)
{
	static const struct {
		const char *unit;
		double factor;
		int time;                   /* 1 only for times, 0 only for others, -1 both */
	} units[] = {
		{ "ms", 1, 1 }, { "s", 1e3, 1 }, { "m", 60e3, 1 }, { "min", 60e3, 1 }, { "h", 3600e3, 1 },
		{ "d", 86400e3, 1 }, { "w", 7 * 86400e3, 1 }, { "k", 1024, 0 }, { "m", 1048576, 0 },
		{ "g", 1073741824.0, 0 }, { "t", 1099511627776.0, 0 }, { "ki", 1024, 0 }, { "mi", 1048576, 0 },
		{ "gi", 1073741824.0, 0 }, { "ti", 1099511627776.0, 0 }, { "kb", 1024, 0 }, { "mb", 1048576, 0 },
		{ "gb", 1073741824.0, 0 }, { "tb", 1099511627776.0, 0 }, { "b", 1, 0 }, { "%", 1, -1 },
		{ "s", 1e3, 0 }, { "h", 3600e3, 0 }, { "d", 86400e3, 0 }, { "ms", 1, 0 },
	};
	char *end;
	if (*s == '$')
		s++;
	if (!isdigit((unsigned char)*s) && *s != '.' && *s != '-')
		return false;
	*out = strtod(s, &end);
	if (end == s || !isfinite(*out))
		return false;
	if (!*end)
		return true;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcasecmp(end, units[i].unit) == 0 && (units[i].time == -1 || units[i].time == (time ? 1 : 0))) {
			*out *= units[i].factor;
			return true;
		}
	return false;
}

static int compile(struct parser *p, struct term *t, const char *at)
{
	if (pattern_compile(&t->re, t->text, REG_NOSUB))
		return fail(p, at, "not a regular expression:", t->text, strlen(t->text));
	t->compiled = true;
	return 0;
}

/* One operand: "quoted", /regex/, ~fuzzy or bare up to a blank. Sets op for HAS only. Moves *s on. */
static int operand(struct parser *p, const char **s, struct term *t)
{
	const char *at = *s, *from = at;
	size_t n;
	if (*at == '"') {
		from = at + 1;
		const char *end = strchr(from, '"');
		if (!end)
			return fail(p, at, "the quote is not closed:", at, strlen(at));
		n = (size_t)(end - from);
		*s = end + 1;
	} else if (*at == '/' && t->op == OP_HAS) {
		from = at + 1;
		const char *end = from;
		while (*end && *end != '/')
			end += *end == '\\' && end[1] ? 2 : 1;
		if (*end != '/')             /* "/tmp" is text, "/tmp/" an expression */
			return fail(p, at, "the expression wants a / at its end:", at, strlen(at));
		n = (size_t)(end - from);
		*s = end + 1;
		t->op = OP_REGEX;
	} else {
		if (*at == '~' && t->op == OP_HAS) {
			t->op = OP_FUZZY;
			from = at + 1;
		}
		n = strcspn(from, " \t");
		*s = from + n;
	}
	t->text = xstrndup(from, n);
	return t->op == OP_REGEX ? compile(p, t, at) : 0;
}

static size_t read_op(const char *s, struct term *t)
{
	static const struct {
		const char *sign;
		enum op op;
		bool negate;
	} ops[] = { { "!=", OP_EQ, true }, { ">=", OP_GE, false }, { "<=", OP_LE, false }, { "==", OP_EQ, false },
		    { "=", OP_EQ, false }, { ":", OP_HAS, false }, { ">", OP_GT, false }, { "<", OP_LT, false } };
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		size_t n = strlen(ops[i].sign);
		if (strncmp(s, ops[i].sign, n) == 0) {
			t->op = ops[i].op;
			t->negate ^= ops[i].negate;
			return n;
		}
	}
	return 0;
}

static int column_term(struct parser *p, const char **s, size_t name, size_t op, struct term *t)
{
	const char *at = *s;
	t->col = find_column(p, at, name);
	if (t->col == ANY) {
		fail(p, at, "no column (or more than one) is called", at, name);
		return ERR_INVALID;
	}
	*s = at + name + op;
	if (!**s || **s == ' ')
		return fail(p, at, "a value is missing after", at, name + op);
	int rc = operand(p, s, t);
	if (rc || t->op < OP_LT) {
		if (!rc && t->op == OP_EQ && !parse_number(t->text, p->cols[t->col].flags & FILTER_TIME, &t->num))
			t->num = NAN;
		return rc;
	}
	if (!parse_number(t->text, p->cols[t->col].flags & FILTER_TIME, &t->num))
		return fail(p, at, "not a number:", t->text, strlen(t->text));
	return 0;
}

static int parse_term(struct parser *p, const char **s, struct term *t)
{
	t->col = ANY;
	t->num = NAN;
	if (**s == '!') {
		t->negate = true;
		++*s;
		if (!**s || **s == ' ') {      /* still being typed */
			t->text = xstrdup("");
			return 0;
		}
	}
	size_t name = 0;
	while (is_name((*s)[name]) && !(name == 0 && (*s)[0] == '/'))
		name++;
	struct term probe = *t;
	size_t op = name ? read_op(*s + name, &probe) : 0;
	/* A colon may belong to the text (12:30, s3://…): it is an operator only behind a column's name. */
	if (op && (probe.op != OP_HAS || find_column(p, *s, name) != ANY)) {
		*t = probe;
		return column_term(p, s, name, op, t);
	}
	return operand(p, s, t);
}

int filter_parse(struct filter **out, const char *text, const struct filter_column *cols, size_t n,
                 struct error *err)
{
	struct parser p = { text ? text : "", cols, n, err };
	struct filter *f = xcalloc(1, sizeof *f);
	f->n_cols = n;
	for (const char *s = p.text;;) {
		s += strspn(s, " \t");
		if (!*s)
			break;
		struct term t = { .op = OP_HAS };
		int rc = parse_term(&p, &s, &t);
		vec_push(&f->terms, t);
		if (rc) {
			filter_free(f);
			return rc;
		}
		if (!*t.text && t.op != OP_EQ) {     /* "" or a lone ~: means nothing yet */
			free(t.text);
			if (t.compiled)
				regfree(&f->terms.items[f->terms.len - 1].re);
			f->terms.len--;
		}
	}
	*out = f;
	return 0;
}

/* ---- matching ---- */

bool filter_fuzzy(const char *needle, const char *text, int *score)
{
	int run = 0, sum = 0;
	const char *start = text;
	for (; *needle; needle++) {
		int c = tolower((unsigned char)*needle);
		const char *from = text;
		while (*text && tolower((unsigned char)*text) != c)
			text++;
		if (!*text)
			return false;
		bool word = text == start || !isalnum((unsigned char)text[-1]);
		run = text == from && from != start ? run + 1 : 0;
		sum += 1 + 3 * run + (word ? 4 : 0);
		text++;
	}
	if (score)
		*score = sum * 8 - (int)strlen(start) / 8;
	return true;
}

static bool compare(const struct term *t, double v)
{
	switch (t->op) {
	case OP_LT: return v < t->num;
	case OP_LE: return v <= t->num;
	case OP_GT: return v > t->num;
	case OP_GE: return v >= t->num;
	default: return fabs(v - t->num) < 1e-9 * fmax(1, fabs(v));
	}
}

static bool one(const struct term *t, filter_get get, void *ctx, size_t col)
{
	double num = NAN;
	const char *text = get(ctx, col, &num);
	text = text ? text : "";
	switch (t->op) {
	case OP_HAS: return strcasestr(text, t->text) != NULL;
	case OP_REGEX: return regexec(&t->re, text, 0, NULL, 0) == 0;
	case OP_FUZZY: return filter_fuzzy(t->text, text, NULL);
	case OP_EQ:
		if (strcasecmp(text, t->text) == 0)
			return true;
		return !isnan(num) && !isnan(t->num) && compare(t, num);
	default:
		if (isnan(num) && !parse_number(text, false, &num))
			return false;
		return compare(t, num);
	}
}

bool filter_match(const struct filter *f, filter_get get, void *ctx)
{
	for (size_t i = 0; f && i < f->terms.len; i++) {
		const struct term *t = &f->terms.items[i];
		bool hit = false;
		if (t->col != ANY)
			hit = one(t, get, ctx, t->col);
		for (size_t c = 0; t->col == ANY && c < f->n_cols && !hit; c++)
			hit = one(t, get, ctx, c);
		if (hit == t->negate)
			return false;
	}
	return true;
}
