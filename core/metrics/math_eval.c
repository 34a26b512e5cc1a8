/* Evaluation: values, operators over numbers, series and lists of series. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "core/metrics/math_impl.h"

/* ---- values ---- */

void math_series_free(struct math_series *s)
{
	free(s->label);
	free(s->times);
	free(s->values);
}

void math_value_free(struct math_value *v)
{
	for (size_t i = 0; i < v->n; i++)
		math_series_free(&v->series[i]);
	free(v->series);
	*v = (struct math_value){ 0 };
}

void math_series_add(struct math_series *s, int64_t time, double value)
{
	if (!isfinite(value))
		return;
	if (!(s->n & (s->n - 1))) { /* room doubles at the powers of two */
		size_t cap = s->n ? s->n * 2 : 1;
		s->times = xrealloc(s->times, cap * sizeof *s->times);
		s->values = xrealloc(s->values, cap * sizeof *s->values);
	}
	s->times[s->n] = time;
	s->values[s->n++] = value;
}

void math_to_series(struct math_value *v, int64_t start, int64_t end, int period)
{
	double number = v->number;

	if (v->kind != MATH_NUMBER)
		return;
	v->kind = MATH_SERIES;
	v->n = 1;
	v->series = xcalloc(1, sizeof *v->series);
	v->series->period = period;
	for (int64_t t = start; t < end && isfinite(number); t += period)
		math_series_add(v->series, t, number);
}

double math_at(const struct math_series *s, int64_t time, size_t *hint)
{
	size_t i = *hint;

	while (i < s->n && s->times[i] < time)
		i++;
	*hint = i;
	return i < s->n && s->times[i] == time ? s->values[i] : NAN;
}

int math_error(const struct math_call *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_vset(c->err, ERR_INVALID, fmt, ap);
	va_end(ap);
	error_at(c->err, 1, c->node->column);
	error_prefix(c->err, "at position %d", c->node->column);
	return ERR_INVALID;
}

/* ---- operators ---- */

double math_apply(enum binary_op op, double a, double b)
{
	switch (op) {
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_MUL: return a * b;
	case OP_DIV: return b == 0 ? NAN : a / b;
	case OP_POW: return pow(a, b);
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LE: return a <= b;
	case OP_GE: return a >= b;
	case OP_LT: return a < b;
	case OP_GT: return a > b;
	case OP_AND: return a != 0 && b != 0;
	default: return a != 0 || b != 0;
	}
}

/* Series with series: where both have a point. */
static struct math_series join(enum binary_op op, const struct math_series *a, const struct math_series *b)
{
	struct math_series out = { .period = a->period > b->period ? a->period : b->period };
	size_t hint = 0;

	for (size_t i = 0; i < a->n; i++) {
		double other = math_at(b, a->times[i], &hint);
		if (!isnan(other))
			math_series_add(&out, a->times[i], math_apply(op, a->values[i], other));
	}
	return out;
}

static struct math_series with_number(enum binary_op op, const struct math_series *s, double number, bool left)
{
	struct math_series out = { .period = s->period };

	for (size_t i = 0; i < s->n; i++)
		math_series_add(&out, s->times[i], left ? math_apply(op, number, s->values[i])
		                : math_apply(op, s->values[i], number));
	return out;
}

static int combine(const struct math_call *c, enum binary_op op, const struct math_value *a,
                   const struct math_value *b, struct math_value *out)
{
	const struct math_value *many = a->kind >= b->kind ? a : b, *other = many == a ? b : a;

	if (a->kind == MATH_LIST && b->kind == MATH_LIST)
		return math_error(c, "two arrays of series cannot be combined: fold one of them with SUM, AVG, MIN or MAX");
	*out = (struct math_value){ .kind = many->kind };
	if (many->kind == MATH_NUMBER) {
		out->number = math_apply(op, a->number, b->number);
		return 0;
	}
	out->series = xcalloc(many->n ? many->n : 1, sizeof *out->series);
	for (size_t i = 0; i < many->n; i++) {
		struct math_series s = other->kind == MATH_NUMBER ? with_number(op, &many->series[i], other->number, many == b)
		                       : many == a ? join(op, &many->series[i], &other->series[0])
		                       : join(op, &other->series[0], &many->series[i]);
		s.label = xstrdup(many->kind == MATH_LIST ? many->series[i].label : NULL);
		out->series[out->n++] = s;
	}
	return 0;
}

static int eval_binary(const struct math_node *n, const struct math_env *env, struct math_value *out,
                       struct error *err)
{
	struct math_call c = { env, n, err };
	struct math_value a = { 0 }, b = { 0 };
	int rc = math_eval_node(n->items.items[0], env, &a, err);

	if (!rc)
		rc = math_eval_node(n->items.items[1], env, &b, err);
	if (!rc)
		rc = combine(&c, n->op, &a, &b, out);
	math_value_free(&a);
	math_value_free(&b);
	return rc;
}

static void negate(struct math_value *v)
{
	v->number = -v->number;
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->series[i].n; k++)
			v->series[i].values[k] = -v->series[i].values[k];
}

/* [m1, m2 * 2]: series of all items, one after the other. */
static int eval_list(const struct math_node *n, const struct math_env *env, struct math_value *out,
                     struct error *err)
{
	struct math_call c = { env, n, err };
	VEC(struct math_series) all = { 0 };
	int rc = 0;

	for (size_t i = 0; i < n->items.len && !rc; i++) {
		struct math_value v = { 0 };
		rc = math_eval_node(n->items.items[i], env, &v, err);
		if (!rc && v.kind == MATH_NUMBER)
			rc = math_error(&c, "an array holds series; a number is none (TIME_SERIES makes one)");
		for (size_t k = 0; k < v.n && !rc; k++)
			vec_push(&all, v.series[k]);
		if (!rc)
			v.n = 0; /* they moved */
		math_value_free(&v);
	}
	*out = (struct math_value){ .kind = MATH_LIST, .series = all.items, .n = all.len };
	if (rc)
		math_value_free(out);
	return rc;
}

static int eval_call(const struct math_node *n, const struct math_env *env, struct math_value *out,
                     struct error *err)
{
	struct math_call c = { env, n, err };
	struct math_value *args = xcalloc(n->items.len + 1, sizeof *args);
	int rc = 0;

	for (size_t i = 0; i < n->items.len && !rc; i++) {
		const struct math_node *item = n->items.items[i];
		bool word = (n->function->words >> i & 1) &&
		            (item->kind == NODE_TEXT || (item->kind == NODE_ID && isupper((unsigned char)item->text[0])));
		if (!word)
			rc = math_eval_node(item, env, &args[i], err);
	}
	if (!rc)
		rc = n->function->fn(&c, args, n->items.len, out);
	for (size_t i = 0; i < n->items.len; i++)
		math_value_free(&args[i]);
	free(args);
	if (rc)
		math_value_free(out);
	return rc;
}

int math_eval_node(const struct math_node *n, const struct math_env *env, struct math_value *out, struct error *err)
{
	struct math_call c = { env, n, err };
	int rc = 0;

	*out = (struct math_value){ 0 };
	switch (n->kind) {
	case NODE_NUMBER:
		out->number = n->number;
		break;
	case NODE_TEXT:
		return math_error(&c, "a text cannot stand here");
	case NODE_ID:
		rc = env->get(env->ctx, n->text, out, err);
		if (rc)
			error_at(err, 1, n->column);
		break;
	case NODE_LIST:
		return eval_list(n, env, out, err);
	case NODE_CALL:
		return eval_call(n, env, out, err);
	case NODE_NEGATE:
		rc = math_eval_node(n->items.items[0], env, out, err);
		negate(out);
		break;
	case NODE_BINARY:
		return eval_binary(n, env, out, err);
	}
	return rc;
}

int math_eval(const struct math_expr *e, const struct math_env *env, struct math_value *out, struct error *err)
{
	struct error own = ERROR_INIT;

	return math_eval_node(e->root, env, out, err ? err : &own);
}
