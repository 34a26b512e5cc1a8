/* The functions of metric math. Where one takes a series, it takes an array of them too, one by one, unless its
 * name says that it folds. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core/metrics/math_impl.h"

/* The word or text at argument i, or NULL. */
static const char *word(const struct math_call *c, size_t i)
{
	const struct math_node *n = i < c->node->items.len ? c->node->items.items[i] : NULL;

	return n && (n->kind == NODE_TEXT || n->kind == NODE_ID) ? n->text : NULL;
}

static int need_series(const struct math_call *c, const struct math_value *v)
{
	return v->kind == MATH_NUMBER ? math_error(c, "%s wants a series, not a number", c->node->text) : 0;
}

static int need_list(const struct math_call *c, const struct math_value *v)
{
	return v->kind != MATH_LIST ? math_error(c, "%s wants an array of series, such as [m1, m2] or METRICS()",
	                                         c->node->text) : 0;
}

static void move(struct math_value *to, struct math_value *from)
{
	*to = *from;
	*from = (struct math_value){ 0 };
}

/* ---- point by point ---- */

static void each_value(struct math_value *v, double (*f)(double))
{
	v->number = f(v->number);
	for (size_t i = 0; i < v->n; i++) {
		struct math_series *s = &v->series[i];
		size_t k = 0;
		for (size_t j = 0; j < s->n; j++) {
			double x = f(s->values[j]);
			if (!isfinite(x))
				continue;
			s->times[k] = s->times[j];
			s->values[k++] = x;
		}
		s->n = k;
	}
}

#define POINTWISE(name, f) \
	static int name(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out) \
	{ \
		(void)c; \
		(void)n; \
		each_value(&args[0], f); \
		move(out, &args[0]); \
		return 0; \
	}
POINTWISE(fn_abs, fabs)
POINTWISE(fn_ceil, ceil)
POINTWISE(fn_floor, floor)
POINTWISE(fn_log, log)
POINTWISE(fn_log10, log10)

/* ---- neighbours ---- */

enum neighbour { RATE, DIFF, DIFF_TIME, RUNNING };

static void neighbours(struct math_series *s, enum neighbour what)
{
	struct math_series out = { .label = xstrdup(s->label), .period = s->period };
	double sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		sum += s->values[i];
		if (what == RUNNING)
			math_series_add(&out, s->times[i], sum);
		if (what == RUNNING || !i)
			continue;
		double dv = s->values[i] - s->values[i - 1], dt = (double)(s->times[i] - s->times[i - 1]);
		math_series_add(&out, s->times[i], what == RATE ? dv / dt : what == DIFF ? dv : dt);
	}
	math_series_free(s);
	*s = out;
}

#define NEIGHBOURS(name, what) \
	static int name(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out) \
	{ \
		(void)n; \
		if (need_series(c, &args[0])) \
			return ERR_INVALID; \
		for (size_t i = 0; i < args[0].n; i++) \
			neighbours(&args[0].series[i], what); \
		move(out, &args[0]); \
		return 0; \
	}
NEIGHBOURS(fn_rate, RATE)
NEIGHBOURS(fn_diff, DIFF)
NEIGHBOURS(fn_diff_time, DIFF_TIME)
NEIGHBOURS(fn_running_sum, RUNNING)

/* ---- folding ---- */

enum fold { FOLD_SUM, FOLD_AVG, FOLD_MIN, FOLD_MAX, FOLD_STDDEV, FOLD_COUNT };

struct sum {
	double n, sum, squares, min, max;
};

static void sum_add(struct sum *s, double v)
{
	s->min = s->n ? fmin(s->min, v) : v;
	s->max = s->n ? fmax(s->max, v) : v;
	s->n++;
	s->sum += v;
	s->squares += v * v;
}

static double sum_value(const struct sum *s, enum fold f)
{
	if (f == FOLD_COUNT)
		return s->n;
	if (s->n == 0)
		return NAN;
	double mean = s->sum / s->n;
	switch (f) {
	case FOLD_SUM: return s->sum;
	case FOLD_AVG: return mean;
	case FOLD_MIN: return s->min;
	case FOLD_MAX: return s->max;
	default: return sqrt(fmax(0, s->squares / s->n - mean * mean));
	}
}

static double fold_series(const struct math_series *s, enum fold f)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < s->n; i++)
		sum_add(&sum, s->values[i]);
	return sum_value(&sum, f);
}

/* At each time that any of them has: those that have it. */
static void fold_list(const struct math_value *v, enum fold f, struct math_value *out)
{
	size_t *at = xcalloc(v->n + 1, sizeof *at);
	struct math_series *s = xcalloc(1, sizeof *s);

	for (;;) {
		int64_t next = INT64_MAX;
		struct sum sum = { 0 };
		for (size_t i = 0; i < v->n; i++)
			if (at[i] < v->series[i].n && v->series[i].times[at[i]] < next)
				next = v->series[i].times[at[i]];
		if (next == INT64_MAX)
			break;
		for (size_t i = 0; i < v->n; i++)
			if (at[i] < v->series[i].n && v->series[i].times[at[i]] == next)
				sum_add(&sum, v->series[i].values[at[i]++]);
		math_series_add(s, next, sum_value(&sum, f));
	}
	for (size_t i = 0; i < v->n; i++)
		s->period = v->series[i].period > s->period ? v->series[i].period : s->period;
	free(at);
	*out = (struct math_value){ .kind = MATH_SERIES, .series = s, .n = 1 };
}

static int fold(const struct math_call *c, struct math_value *args, enum fold f, struct math_value *out)
{
	if (need_series(c, &args[0]))
		return ERR_INVALID;
	if (args[0].kind == MATH_SERIES)
		out->number = fold_series(&args[0].series[0], f);
	else
		fold_list(&args[0], f, out);
	return 0;
}

#define FOLD(name, what) \
	static int name(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out) \
	{ \
		(void)n; \
		return fold(c, args, what, out); \
	}
FOLD(fn_sum, FOLD_SUM)
FOLD(fn_avg, FOLD_AVG)
FOLD(fn_min, FOLD_MIN)
FOLD(fn_max, FOLD_MAX)
FOLD(fn_stddev, FOLD_STDDEV)
FOLD(fn_count, FOLD_COUNT)

/* ---- time ---- */

enum part_of_time { T_MINUTE, T_HOUR, T_DAY, T_DATE, T_MONTH, T_YEAR, T_EPOCH };

static double part_of(int64_t time, enum part_of_time what)
{
	time_t t = (time_t)time;
	struct tm tm;

	gmtime_r(&t, &tm);
	switch (what) {
	case T_MINUTE: return tm.tm_min;
	case T_HOUR: return tm.tm_hour;
	case T_DAY: return tm.tm_wday ? tm.tm_wday : 7;
	case T_DATE: return tm.tm_mday;
	case T_MONTH: return tm.tm_mon + 1;
	case T_YEAR: return tm.tm_year + 1900;
	default: return (double)time;
	}
}

static int times(const struct math_call *c, struct math_value *args, enum part_of_time what, struct math_value *out)
{
	if (need_series(c, &args[0]))
		return ERR_INVALID;
	for (size_t i = 0; i < args[0].n; i++)
		for (size_t k = 0; k < args[0].series[i].n; k++)
			args[0].series[i].values[k] = part_of(args[0].series[i].times[k], what);
	move(out, &args[0]);
	return 0;
}

#define TIMES(name, what) \
	static int name(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out) \
	{ \
		(void)n; \
		return times(c, args, what, out); \
	}
TIMES(fn_minute, T_MINUTE)
TIMES(fn_hour, T_HOUR)
TIMES(fn_day, T_DAY)
TIMES(fn_date, T_DATE)
TIMES(fn_month, T_MONTH)
TIMES(fn_year, T_YEAR)
TIMES(fn_epoch, T_EPOCH)

static int fn_period(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	(void)n;
	if (need_series(c, &args[0]))
		return ERR_INVALID;
	out->number = args[0].n ? args[0].series[0].period : 0;
	return 0;
}

static int fn_time_series(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	(void)n;
	math_to_series(&args[0], c->env->start, c->env->end, c->env->period);
	move(out, &args[0]);
	return 0;
}

/* ---- FILL ---- */

static double linear(const struct math_series *s, size_t next, int64_t t)
{
	if (!next || next >= s->n)
		return NAN;
	double a = s->values[next - 1], b = s->values[next];
	return a + (b - a) * (double)(t - s->times[next - 1]) / (double)(s->times[next] - s->times[next - 1]);
}

static void fill_series(const struct math_call *c, struct math_series *s, const char *how, const struct math_value *by)
{
	struct math_series out = { .label = xstrdup(s->label), .period = s->period };
	int step = s->period > 0 ? s->period : c->env->period;
	int64_t first = s->n ? s->times[0] - (s->times[0] - c->env->start) / step * step : c->env->start;
	size_t hint = 0, by_hint = 0;

	for (int64_t t = first; t < c->env->end && step > 0; t += step) {
		double v = math_at(s, t, &hint);
		if (isnan(v) && how && !strcasecmp(how, "REPEAT"))
			v = hint ? s->values[hint - 1] : NAN;
		else if (isnan(v) && how)
			v = linear(s, hint, t);
		else if (isnan(v))
			v = by->kind == MATH_NUMBER ? by->number : by->n ? math_at(&by->series[0], t, &by_hint) : NAN;
		math_series_add(&out, t, v);
	}
	math_series_free(s);
	*s = out;
}

static int fn_fill(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	const struct math_node *second = c->node->items.items[1];
	const char *how = second->kind == NODE_ID && (!strcasecmp(second->text, "REPEAT") ||
	                                              !strcasecmp(second->text, "LINEAR")) ? second->text : NULL;

	(void)n;
	if (need_series(c, &args[0]))
		return ERR_INVALID;
	if (!how && word(c, 1) && second->text[0] >= 'A' && second->text[0] <= 'Z')
		return math_error(c, "FILL takes a number, a series, REPEAT or LINEAR");
	for (size_t i = 0; i < args[0].n; i++)
		fill_series(c, &args[0].series[i], how, &args[1]);
	move(out, &args[0]);
	return 0;
}

/* ---- IF ---- */

static double pick(const struct math_value *v, int64_t t, size_t *hint)
{
	return v->kind == MATH_NUMBER ? v->number : v->n ? math_at(&v->series[0], t, hint) : NAN;
}

static int fn_if(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	struct math_value none = { .number = NAN }, *other = n > 2 ? &args[2] : &none;
	size_t yes = 0, no = 0;

	if (args[0].kind == MATH_LIST || args[1].kind == MATH_LIST || other->kind == MATH_LIST)
		return math_error(c, "IF takes numbers and single series, not arrays");
	if (args[0].kind == MATH_NUMBER) {
		move(out, args[0].number != 0 && !isnan(args[0].number) ? &args[1] : other);
		return 0;
	}
	const struct math_series *cond = &args[0].series[0];
	struct math_series *s = xcalloc(1, sizeof *s);
	s->period = cond->period;
	for (size_t i = 0; i < cond->n; i++)
		math_series_add(s, cond->times[i], cond->values[i] != 0 ? pick(&args[1], cond->times[i], &yes)
		                : pick(other, cond->times[i], &no));
	*out = (struct math_value){ .kind = MATH_SERIES, .series = s, .n = 1 };
	return 0;
}

/* ---- arrays ---- */

static int fn_metrics(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	(void)args;
	return c->env->metrics(c->env->ctx, n ? word(c, 0) : NULL, out, c->err);
}

static int fn_search(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	const char *query = word(c, 0), *stat = word(c, 1);
	int period = n > 2 && args[2].kind == MATH_NUMBER && args[2].number > 0 && args[2].number < 1e7
	             ? (int)args[2].number : c->env->period;

	if (!query || !stat)
		return math_error(c, "SEARCH takes two texts: what to look for, and the statistic");
	if (!c->env->search)
		return math_error(c, "SEARCH cannot be used here");
	return c->env->search(c->env->ctx, query, stat, period, out, c->err);
}

static int order_of(const struct math_call *c, enum fold *f)
{
	static const struct { const char *name; enum fold f; } names[] = {
		{ "SUM", FOLD_SUM }, { "AVG", FOLD_AVG }, { "MIN", FOLD_MIN }, { "MAX", FOLD_MAX }, { "STDDEV", FOLD_STDDEV },
	};

	for (size_t i = 0; word(c, 1) && i < sizeof names / sizeof *names; i++)
		if (!strcasecmp(word(c, 1), names[i].name)) {
			*f = names[i].f;
			return 0;
		}
	return math_error(c, "SORT orders by SUM, AVG, MIN, MAX or STDDEV");
}

static int fn_sort(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	enum fold f = FOLD_SUM;
	const char *direction = word(c, 2);

	if (need_list(c, &args[0]) || order_of(c, &f))
		return ERR_INVALID;
	if (!direction || (strcasecmp(direction, "ASC") && strcasecmp(direction, "DESC")))
		return math_error(c, "SORT goes ASC or DESC");
	bool down = !strcasecmp(direction, "DESC");
	for (size_t i = 1; i < args[0].n; i++) {
		struct math_series s = args[0].series[i];
		double v = fold_series(&s, f);
		size_t k = i;
		for (; k > 0; k--) {
			double w = fold_series(&args[0].series[k - 1], f);
			if (down ? !(w < v || isnan(w)) : !(w > v || isnan(w)))
				break;
			args[0].series[k] = args[0].series[k - 1];
		}
		args[0].series[k] = s;
	}
	if (n > 3 && args[3].kind == MATH_NUMBER)
		while (args[0].n > 0 && (double)args[0].n > args[3].number)
			math_series_free(&args[0].series[--args[0].n]);
	move(out, &args[0]);
	return 0;
}

static void keep_range(struct math_value *v, double from, double to)
{
	size_t k = 0;

	for (size_t i = 0; i < v->n; i++) {
		if ((double)i >= from && (double)i < to)
			v->series[k++] = v->series[i];
		else
			math_series_free(&v->series[i]);
	}
	v->n = k;
}

static int fn_slice(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	if (need_list(c, &args[0]))
		return ERR_INVALID;
	if (args[1].kind != MATH_NUMBER || (n > 2 && args[2].kind != MATH_NUMBER))
		return math_error(c, "SLICE takes numbers for its bounds, counted from 0");
	keep_range(&args[0], args[1].number, n > 2 ? args[2].number : INFINITY);
	move(out, &args[0]);
	return 0;
}

static int fn_remove_empty(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	size_t k = 0;

	(void)n;
	if (need_list(c, &args[0]))
		return ERR_INVALID;
	for (size_t i = 0; i < args[0].n; i++) {
		if (args[0].series[i].n)
			args[0].series[k++] = args[0].series[i];
		else
			math_series_free(&args[0].series[i]);
	}
	args[0].n = k;
	move(out, &args[0]);
	return 0;
}

static int one_of(const struct math_call *c, struct math_value *args, bool last, struct math_value *out)
{
	if (need_list(c, &args[0]))
		return ERR_INVALID;
	if (!args[0].n)
		return math_error(c, "%s: the array is empty", c->node->text);
	keep_range(&args[0], last ? (double)(args[0].n - 1) : 0, last ? INFINITY : 1);
	move(out, &args[0]);
	out->kind = MATH_SERIES;
	return 0;
}

static int fn_first(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	(void)n;
	return one_of(c, args, false, out);
}

static int fn_last(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out)
{
	(void)n;
	return one_of(c, args, true, out);
}

/* ---- the list ---- */

static const struct math_function functions[] = {
	{ "ABS", 1, 1, fn_abs, 0 }, { "AVG", 1, 1, fn_avg, 0 }, { "CEIL", 1, 1, fn_ceil, 0 },
	{ "DATAPOINT_COUNT", 1, 1, fn_count, 0 }, { "DATE", 1, 1, fn_date, 0 }, { "DAY", 1, 1, fn_day, 0 },
	{ "DIFF", 1, 1, fn_diff, 0 }, { "DIFF_TIME", 1, 1, fn_diff_time, 0 }, { "EPOCH", 1, 1, fn_epoch, 0 },
	{ "FILL", 2, 2, fn_fill, 2 }, { "FIRST", 1, 1, fn_first, 0 }, { "FLOOR", 1, 1, fn_floor, 0 },
	{ "HOUR", 1, 1, fn_hour, 0 }, { "IF", 2, 3, fn_if, 0 }, { "LAST", 1, 1, fn_last, 0 }, { "LOG", 1, 1, fn_log, 0 },
	{ "LOG10", 1, 1, fn_log10, 0 }, { "MAX", 1, 1, fn_max, 0 }, { "METRICS", 0, 1, fn_metrics, 1 },
	{ "MIN", 1, 1, fn_min, 0 }, { "MINUTE", 1, 1, fn_minute, 0 }, { "MONTH", 1, 1, fn_month, 0 },
	{ "PERIOD", 1, 1, fn_period, 0 }, { "RATE", 1, 1, fn_rate, 0 }, { "REMOVE_EMPTY", 1, 1, fn_remove_empty, 0 },
	{ "RUNNING_SUM", 1, 1, fn_running_sum, 0 }, { "SEARCH", 2, 3, fn_search, 3 }, { "SLICE", 2, 3, fn_slice, 0 },
	{ "SORT", 3, 4, fn_sort, 6 }, { "STDDEV", 1, 1, fn_stddev, 0 }, { "SUM", 1, 1, fn_sum, 0 },
	{ "TIME_SERIES", 1, 1, fn_time_series, 0 }, { "YEAR", 1, 1, fn_year, 0 },
};

const struct math_function *math_function_find(const char *name)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (!strcmp(functions[i].name, name))
			return &functions[i];
	return NULL;
}
