/* Metric math, as GetMetricData and alarms have it: an expression over series is parsed once and evaluated over
 * points that the caller brings. Pure: no clock, no store. See README.md for what each function does. */
#ifndef CORE_METRICS_MATH_H
#define CORE_METRICS_MATH_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/model/common.h"

struct math_expr;

/* On error err->column is the 1-based place in text. */
int math_parse(const char *text, struct math_expr **out, struct error *err);
void math_free(struct math_expr *e);                 /* NULL is allowed */
/* Ids of other queries that it names, each once. */
void math_names(const struct math_expr *e, struct str_list *out);

/* One series: points that exist, oldest first. */
struct math_series {
	char *label;
	int period;                  /* s */
	size_t n;
	int64_t *times;              /* s */
	double *values;              /* finite */
};
struct math_value {
	enum math_kind { MATH_NUMBER, MATH_SERIES, MATH_LIST } kind;
	double number;
	struct math_series *series;  /* one, or a list's */
	size_t n;
};
void math_value_free(struct math_value *v);          /* what it owns */
void math_series_add(struct math_series *s, int64_t time, double value); /* n must grow from 0 by this alone */
/* A number becomes the series that has it in every period. */
void math_to_series(struct math_value *v, int64_t start, int64_t end, int period);

/* What an expression may ask for. get and the rest give 0, or an error with a sentence. */
struct math_env {
	void *ctx;
	int64_t start, end;          /* s: [start, end) */
	int period;                  /* s: of series that are made (TIME_SERIES) */
	int (*get)(void *ctx, const char *id, struct math_value *out, struct error *err);
	/* All queries that are metrics; filter NULL, or text that the id must contain. */
	int (*metrics)(void *ctx, const char *filter, struct math_value *out, struct error *err);
	int (*search)(void *ctx, const char *query, const char *stat, int period, struct math_value *out,
	              struct error *err);
};

/* On error *out is empty; err->column is the place in the text. */
int math_eval(const struct math_expr *e, const struct math_env *env, struct math_value *out, struct error *err);

#endif
