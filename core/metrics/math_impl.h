/* What the files of metric math share. */
#ifndef CORE_METRICS_MATH_IMPL_H
#define CORE_METRICS_MATH_IMPL_H

#include "core/metrics/math.h"

enum node_kind { NODE_NUMBER, NODE_TEXT, NODE_ID, NODE_LIST, NODE_CALL, NODE_NEGATE, NODE_BINARY };
enum binary_op {
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_POW, OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT, OP_AND, OP_OR
};

struct math_node {
	enum node_kind kind;
	int column;
	double number;
	char *text;                  /* of texts, ids; the function's name in capitals */
	const struct math_function *function;
	enum binary_op op;
	VEC(struct math_node *) items; /* of lists and calls; operands */
};

struct math_expr {
	struct math_node *root;
};

struct math_call {
	const struct math_env *env;
	const struct math_node *node;
	struct error *err;
};

/* args are the evaluated arguments; words and texts arrive unevaluated in node->items (args then is an empty
 * number). A function takes what it wants out of args; the rest is freed after it. */
typedef int (*math_fn)(const struct math_call *c, struct math_value *args, size_t n, struct math_value *out);
struct math_function {
	const char *name;
	int min, max;                /* arguments; max -1: any number */
	math_fn fn;
	int words;                   /* bit i: argument i may be a bare word or text */
};
const struct math_function *math_function_find(const char *name);

int math_error(const struct math_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int math_eval_node(const struct math_node *n, const struct math_env *env, struct math_value *out, struct error *err);
double math_apply(enum binary_op op, double a, double b);
void math_series_free(struct math_series *s);
/* The value of a series at a time; NaN where it has none. *hint: where to begin, moves on. */
double math_at(const struct math_series *s, int64_t time, size_t *hint);

#endif
