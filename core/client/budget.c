#include "core/client/budget.h"

#include <stdlib.h>

#include "core/base/map.h"
#include "core/base/mem.h"

#define PENALTY_MS 60000

struct bucket {
	double tokens;
	int64_t at, slow_until;
};

struct budget {
	double burst, rate;
	struct map *buckets;
};

struct budget *budget_new(double burst, double rate)
{
	struct budget *b = xcalloc(1, sizeof *b);
	b->burst = burst;
	b->rate = rate;
	b->buckets = map_new();
	return b;
}

void budget_free(struct budget *b)
{
	if (!b)
		return;
	map_free(b->buckets, free);
	free(b);
}

static double rate_of(const struct budget *b, const struct bucket *k, int64_t now)
{
	return now < k->slow_until ? b->rate / 2 : b->rate;
}

static struct bucket *bucket_at(struct budget *b, const char *op, int64_t now)
{
	struct bucket *k = map_get(b->buckets, op);
	if (!k) {
		k = xcalloc(1, sizeof *k);
		k->tokens = b->burst;
		k->at = now;
		map_set(b->buckets, op, k);
	}
	if (now > k->at)
		k->tokens += (double)(now - k->at) / 1000 * rate_of(b, k, now);
	if (k->tokens > b->burst)
		k->tokens = b->burst;
	k->at = now;
	return k;
}

static double needed(const struct budget *b, bool visible)
{
	return visible ? 1 : b->burst / 2 + 1;
}

bool budget_take(struct budget *b, const char *op, bool visible, int64_t now)
{
	struct bucket *k = bucket_at(b, op, now);
	if (k->tokens < needed(b, visible))
		return false;
	k->tokens -= 1;
	return true;
}

int64_t budget_wait(struct budget *b, const char *op, bool visible, int64_t now)
{
	struct bucket *k = bucket_at(b, op, now);
	double missing = needed(b, visible) - k->tokens;
	return missing <= 0 ? 0 : (int64_t)(missing / rate_of(b, k, now) * 1000) + 1;
}

void budget_throttled(struct budget *b, const char *op, int64_t now)
{
	struct bucket *k = bucket_at(b, op, now);
	k->tokens = 0;
	k->slow_until = now + PENALTY_MS;
}

double budget_left(struct budget *b, int64_t now, const char **op)
{
	double least = 1;
	size_t it = 0;
	const char *key;
	void *value;
	*op = NULL;
	while (map_next(b->buckets, &it, &key, &value)) {
		struct bucket *k = bucket_at(b, key, now);
		double share = k->tokens / b->burst;
		if (!*op || share < least) {
			least = share;
			*op = key;
		}
	}
	return least;
}
