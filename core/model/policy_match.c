/* Comparing: patterns, ARNs, addresses, and the operators of conditions. */
#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "core/model/policy_inner.h"

/* ---- patterns ---- */

struct glob {
	char any, one;
	bool fold;
};

static bool same(char a, char b, bool fold)
{
	return a == b || (fold && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* On a mismatch the last `*` takes one character more: linear for usual patterns, never more than n × m. */
static bool fits(const char *p, size_t pn, const char *s, size_t sn, struct glob g)
{
	size_t i = 0, j = 0, star = pn, mark = 0;

	while (j < sn) {
		if (i < pn && p[i] == g.any) {
			star = i++;
			mark = j;
		} else if (i < pn && p[i] == g.one) {
			uint32_t cp;
			j += utf8_decode(s + j, sn - j, &cp);
			i++;
		} else if (i < pn && same(p[i], s[j], g.fold)) {
			i++;
			j++;
		} else if (star < pn) {
			i = star + 1;
			j = ++mark;
		} else {
			return false;
		}
	}
	while (i < pn && p[i] == g.any)
		i++;
	return i == pn;
}

bool policy_glob(const char *pattern, const char *s, bool fold)
{
	return fits(pattern, strlen(pattern), s, strlen(s), (struct glob){ '*', '?', fold });
}

/* A variable's value is plain text, whatever it contains; where it has none and no default nothing fits. */
static bool expand(const struct policy_pattern *p, const struct policy_request *r, struct buf *out)
{
	size_t next = 0;

	for (const char *s = p->text; *s; s++) {
		if (*s != PATTERN_VAR) {
			buf_addc(out, *s);
			continue;
		}
		const struct policy_variable *v = &p->variables.items[next++];
		char scratch[64];
		size_t it = 0;
		const char *value = v->ref.key == CONTEXT_TAG_KEYS ? NULL : context_next(r, &v->ref, &it, scratch);
		value = value ? value : v->otherwise;
		if (!value || value[strcspn(value, "\1\2\3")])
			return false;
		buf_adds(out, value);
	}
	return true;
}

/* The pattern with its variables filled in: p->text itself where there are none. NULL: one has no value. */
static const char *filled(const struct policy_pattern *p, const struct policy_request *r, struct buf *b)
{
	if (!p->variables.len)
		return p->text;
	return expand(p, r, b) ? buf_str(b) : NULL;
}

static const struct glob by_case = { PATTERN_ANY, PATTERN_ONE, false };
static const struct glob folded = { PATTERN_ANY, PATTERN_ONE, true };

bool pattern_fits(const struct policy_pattern *p, const char *s, bool fold, const struct policy_request *r)
{
	struct buf b = BUF_INIT;
	const char *text = filled(p, r, &b);
	bool yes = text && fits(text, strlen(text), s, strlen(s), fold ? folded : by_case);

	buf_free(&b);
	return yes;
}

static bool arn_parts_fit(const char *p, const char *s)
{
	for (int part = 0; part < 5; part++) {
		size_t pn = strcspn(p, ":"), sn = strcspn(s, ":");
		if (!fits(p, pn, s, sn, by_case))
			return false;
		if (!p[pn])            /* the pattern ends early: what it leaves out is anything */
			return true;
		if (!s[sn])
			return false;
		p += pn + 1;
		s += sn + 1;
	}
	return fits(p, strlen(p), s, strlen(s), by_case);
}

bool pattern_fits_arn(const struct policy_pattern *p, const char *arn, const struct policy_request *r)
{
	struct buf b = BUF_INIT;
	const char *text = filled(p, r, &b);
	bool every = text && text[0] == PATTERN_ANY && !text[1];
	bool yes = text && (every || (strcmp(arn, "*") && arn_parts_fit(text, arn)));

	buf_free(&b);
	return yes;
}

/* ---- addresses ---- */

bool address_parse(const char *text, bool block, struct policy_value *out)
{
	char host[64];
	size_t n = strcspn(text, "/");

	if (n >= sizeof host)
		return false;
	snprintf(host, sizeof host, "%.*s", (int)n, text);
	memset(out->address, 0, sizeof out->address);
	out->family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(out->family, host, out->address) != 1)
		return false;
	int width = out->family == AF_INET ? 32 : 128;
	out->bits = width;
	if (!text[n])
		return true;
	int used = 0, bits = -1;
	if (!block || sscanf(text + n, "/%3d%n", &bits, &used) != 1 || text[n + (size_t)used] ||
	    !isdigit((unsigned char)text[n + 1]) || bits > width)
		return false;
	out->bits = bits;
	return true;
}

static bool inside(const struct policy_value *net, const char *text)
{
	struct policy_value a = { 0 };

	if (!address_parse(text, false, &a) || a.family != net->family)
		return false;
	int whole = net->bits / 8, rest = net->bits % 8;
	if (memcmp(a.address, net->address, (size_t)whole))
		return false;
	unsigned mask = rest ? 0xffu << (8 - rest) & 0xffu : 0;
	return !rest || (a.address[whole] & mask) == (net->address[whole] & mask);
}

/* ---- conditions ---- */

static bool related(enum policy_relation relation, double have, double want)
{
	switch (relation) {
	case RELATION_EQ:
		return have >= want && have <= want;
	case RELATION_LT:
		return have < want;
	case RELATION_LE:
		return have <= want;
	case RELATION_GT:
		return have > want;
	case RELATION_GE:
		break;
	}
	return have >= want;
}

static double read_number(const char *s)
{
	char *end;
	double v = strtod(s, &end);

	return *s && !*end ? v : (double)NAN;
}

/* Epoch seconds are dates too. NAN when it is neither. */
static double read_date(const char *s)
{
	int64_t ms = clock_parse(s);

	return ms >= 0 ? (double)ms : read_number(s) * 1000;
}

static bool value_fits(const struct policy_operator *op, const struct policy_value *v, const char *have,
                       const struct policy_request *r)
{
	switch (op->type) {
	case TYPE_STRING:
	case TYPE_LIKE:
		return pattern_fits(&v->pattern, have, false, r);
	case TYPE_FOLDED:
		return pattern_fits(&v->pattern, have, true, r);
	case TYPE_ARN:
		return pattern_fits_arn(&v->pattern, have, r);
	case TYPE_IP:
		return inside(v, have);
	case TYPE_NUMBER:
		return related(op->relation, read_number(have), v->number);
	case TYPE_DATE:
		return related(op->relation, read_date(have), v->number);
	case TYPE_BOOL:
	case TYPE_NULL:
		break;
	}
	return !strcasecmp(have, v->number > 0 ? "true" : "false");
}

static bool any_fits(const struct policy_condition *c, const char *have, const struct policy_request *r)
{
	for (size_t i = 0; i < c->values.len; i++)
		if (value_fits(c->op, &c->values.items[i], have, r))
			return true;
	return false;
}

static bool null_holds(const struct policy_condition *c, bool present)
{
	for (size_t i = 0; i < c->values.len; i++)
		if ((c->values.items[i].number > 0) == !present)
			return true;
	return false;
}

bool condition_holds(const struct policy_condition *c, const struct policy_request *r)
{
	bool present = false, all = true, any = false;
	char scratch[64];
	size_t it = 0;
	const char *have;

	while ((have = context_next(r, &c->ref, &it, scratch))) {
		present = true;
		if (c->op->type == TYPE_NULL)
			break;
		bool yes = any_fits(c, have, r) != c->op->negated;
		all &= yes;
		any |= yes;
	}
	if (c->op->type == TYPE_NULL)
		return null_holds(c, present);
	if (c->quantifier == QUANTIFIER_ALL)
		return all;
	if (c->quantifier == QUANTIFIER_ANY)
		return any;
	if (!present)
		return c->if_exists || c->op->negated;
	return c->op->negated ? all : any;
}
