/* The policy: a table of properties, read first from the cluster and then from the step; and how long to
 * wait. */
#include "core/model/retry.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

static const char *const jitter_items[] = { "none", "full", "equal" };
const struct names retry_jitter_names = { jitter_items, 3 };

#define STEP_PREFIX "stoker."
#define RETRY_PREFIX "retry."

static int bad(struct error *err, const char *name, const char *value, const char *expected)
{
	return error_set(err, ERR_INVALID, "The property %s%s has the value '%.100s': expected %s.", STEP_PREFIX,
	                 name,
	                 value, expected);
}

/* ---- one property each ---- */

static bool number(const char *text, double low, double high, bool whole, double *out)
{
	char *end;

	errno = 0;
	*out = strtod(text, &end);
	if (end == text || *end || errno || !(*out >= low && *out <= high) || strpbrk(text, "xXnN \t"))
		return false;
	return !whole || *out == (double)(int64_t)*out;
}

static bool take_attempts(struct retry_policy *p, const char *value)
{
	double n;

	return number(value, 1, RETRY_ATTEMPTS_LIMIT, true, &n) && (p->max_attempts = (int)n, true);
}

static bool take_seconds(int64_t *field, const char *value, double low, double high)
{
	double n;

	return number(value, low, high, false, &n) && (*field = (int64_t)(n * 1000 + 0.5), true);
}

static bool take_backoff(struct retry_policy *p, const char *value)
{
	return take_seconds(&p->backoff_ms, value, 0, 86400);
}

static bool take_max_backoff(struct retry_policy *p, const char *value)
{
	return take_seconds(&p->max_backoff_ms, value, 0, 86400);
}

static bool take_timeout(struct retry_policy *p, const char *value)
{
	return take_seconds(&p->timeout_ms, value, 1, 604800);
}

static bool take_multiplier(struct retry_policy *p, const char *value)
{
	return number(value, 1, 100, false, &p->multiplier);
}

static bool take_jitter(struct retry_policy *p, const char *value)
{
	int j = names_parse(&retry_jitter_names, value);

	return j >= 0 && (p->jitter = (enum retry_jitter)j, true);
}

/* "RETRYABLE, DATA_QUALITY" or "ALL". */
static bool take_on(struct retry_policy *p, const char *value)
{
	char text[128];
	char *save = NULL;

	if (strlen(value) >= sizeof text)
		return false;
	strcpy(text, value);
	p->on = 0;
	for (char *w = strtok_r(text, ", \t", &save); w; w = strtok_r(NULL, ", \t", &save)) {
		int c = names_parse(&failure_class_names, w);
		if (c < 0 && strcmp(w, "ALL"))
			return false;
		p->on |= c < 0 ? (1u << FAILURE_CLASSES) - 1 : 1u << c;
	}
	return p->on != 0;
}

static bool take_dead_letter(struct retry_policy *p, const char *value)
{
	p->dead_letter = !strcasecmp(value, "true");
	return p->dead_letter || !strcasecmp(value, "false");
}

static bool take_topic(struct retry_policy *p, const char *value)
{
	p->topic = value;
	return *value && strlen(value) < 512 && !strpbrk(value, " \t\r\n");
}

static const struct property {
	const char *name;            /* without "stoker." */
	bool (*take)(struct retry_policy *p, const char *value);
	const char *expected;
} properties[] = {
	{ "retry.maxAttempts", take_attempts, "a whole number from 1 to 100" },
	{ "retry.backoffSeconds", take_backoff, "a number from 0 to 86400" },
	{ "retry.backoffMultiplier", take_multiplier, "a number from 1 to 100" },
	{ "retry.maxBackoffSeconds", take_max_backoff, "a number from 0 to 86400" },
	{ "retry.jitter", take_jitter, "none, full or equal" },
	{ "retry.on", take_on,
	  "one or more of RETRYABLE, NON_RETRYABLE, DATA_QUALITY with commas between them, or ALL" },
	{ "retry.timeoutSeconds", take_timeout, "a number from 1 to 604800" },
	{ "deadLetter", take_dead_letter, "true or false" },
	{ "notify", take_topic, "the ARN or name of a topic" },
};
#define PROPERTIES (sizeof properties / sizeof *properties)

/* ---- a list of them ---- */

static const struct property *find(const char *name, bool short_names)
{
	for (size_t i = 0; i < PROPERTIES; i++) {
		const char *own = properties[i].name;
		if (!strcmp(own, name))
			return &properties[i];
		if (short_names && !strncmp(own, RETRY_PREFIX, strlen(RETRY_PREFIX)) &&
		    !strcmp(own + strlen(RETRY_PREFIX), name))
			return &properties[i];
	}
	return NULL;
}

static int unknown(struct error *err, const char *key)
{
	error_set(err, ERR_INVALID,
	          "The property %.100s is not known: expected stoker.retry.maxAttempts, backoffSeconds, "
	          "backoffMultiplier, maxBackoffSeconds, jitter, on or timeoutSeconds.", key);
	return ERR_INVALID;
}

/* A step's properties are mostly its program's: only those that begin with "stoker.retry." must be known. */
static int read_list(const struct pair_list *l, bool short_names, struct retry_policy *p, struct error *err)
{
	for (size_t i = 0; i < l->len; i++) {
		const char *key = l->items[i].key, *value = l->items[i].value ? l->items[i].value : "";
		bool ours = !strncmp(key, STEP_PREFIX, strlen(STEP_PREFIX));
		const char *name = ours ? key + strlen(STEP_PREFIX) : key;
		if (!ours && !short_names)
			continue;
		const struct property *found = find(name, short_names);
		if (!found && (short_names || !strncmp(name, RETRY_PREFIX, strlen(RETRY_PREFIX))))
			return unknown(err, key);
		if (found && !found->take(p, value))
			return bad(err, found->name, value, found->expected);
	}
	return 0;
}

int retry_policy_of(const struct cluster *c, const struct step *s, struct retry_policy *out,
                    struct error *err)
{
	int ret = 0;

	*out = (struct retry_policy){ .max_attempts = 1, .backoff_ms = 10000, .max_backoff_ms = 600000,
	                              .multiplier = 2,
	                              .jitter = JITTER_EQUAL, .on = 1u << FAILURE_RETRYABLE,
		.dead_letter = true };
	for (size_t i = 0; c && i < c->configurations.len && !ret; i++)
		if (!strcmp(c->configurations.items[i]->classification, RETRY_CLASSIFICATION) &&
		    (ret = read_list(&c->configurations.items[i]->properties, true, out, err)))
			error_prefix(err, "Classification " RETRY_CLASSIFICATION);
	if (!ret && s && (ret = read_list(&s->properties, false, out, err)))
		error_prefix(err, "Step '%.100s'", s->name ? s->name : "");
	return ret;
}

/* ---- when ---- */

bool retry_wanted(const struct retry_policy *p, enum failure_class class, int failed)
{
	return failed < p->max_attempts && (p->on >> class & 1);
}

/* splitmix64: every seed is a good one. */
static double random_unit(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	z ^= z >> 31;
	return (double)(z >> 11) / (double)(UINT64_C(1) << 53);
}

int64_t retry_delay(const struct retry_policy *p, int failed, uint64_t *seed)
{
	double wait = (double)p->backoff_ms, cap = (double)p->max_backoff_ms;

	for (int i = 1; i < failed && wait < cap; i++)
		wait *= p->multiplier;
	wait = wait < cap ? wait : cap;
	if (p->jitter == JITTER_FULL)
		wait *= random_unit(seed);
	else if (p->jitter == JITTER_EQUAL)
		wait = wait / 2 + wait / 2 * random_unit(seed);
	return (int64_t)wait;
}
