/* Metric math: every text is refused with a sentence and a place in it, or gives a value; points stay finite and
 * in order. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/metrics/math.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct math_series series(int which)
{
	struct math_series s = { .period = 60, .label = xstrdup("s") };

	for (int i = 0; i < 5; i++)
		if (which != 1 || i % 2)
			math_series_add(&s, 600 + i * 60, which == 2 ? 1e300 * i : i - 2.5);
	return s;
}

static int get(void *ctx, const char *id, struct math_value *out, struct error *err)
{
	(void)ctx;
	if (id[0] != 'm' || id[1] < '0' || id[1] > '2' || id[2])
		return error_set(err, ERR_INVALID, "no %s", id);
	*out = (struct math_value){ .kind = MATH_SERIES, .n = 1, .series = xcalloc(1, sizeof *out->series) };
	out->series[0] = series(id[1] - '0');
	return 0;
}

static int metrics(void *ctx, const char *filter, struct math_value *out, struct error *err)
{
	(void)ctx;
	(void)filter;
	(void)err;
	*out = (struct math_value){ .kind = MATH_LIST, .n = 3, .series = xcalloc(3, sizeof *out->series) };
	for (int i = 0; i < 3; i++)
		out->series[i] = series(i);
	return 0;
}

static int search(void *ctx, const char *query, const char *stat, int period, struct math_value *out,
                  struct error *err)
{
	(void)stat;
	return period < 1 ? error_set(err, ERR_INVALID, "period") : metrics(ctx, query, out, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct math_env env = { .start = 600, .end = 900, .period = 60, .get = get,
	                                     .metrics = metrics,
		                                 .search = search };
	char *text = xstrndup((const char *)data, size < 2048 ? size : 2048);
	struct error err = ERROR_INIT;
	struct math_expr *e = NULL;
	struct math_value v = { 0 };

	if (math_parse(text, &e, &err)) {
		if (!*err.message || err.column < 1 || (size_t)err.column > strlen(text) + 1)
			abort();
	} else if (math_eval(e, &env, &v, &err)) {
		if (!*err.message || v.n)
			abort();
	}
	for (size_t i = 0; i < v.n; i++)
		for (size_t k = 0; k < v.series[i].n; k++)
			if (!isfinite(v.series[i].values[k]) || (k && v.series[i].times[k] <= v.series[i].times[k - 1]))
				abort();
	math_value_free(&v);
	math_free(e);
	free(text);
	return 0;
}
