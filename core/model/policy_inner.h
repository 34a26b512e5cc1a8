/* What the files policy*.c share. */
#ifndef CORE_MODEL_POLICY_INNER_H
#define CORE_MODEL_POLICY_INNER_H

#include "core/base/buf.h"
#include "core/model/policy.h"

/* In a compiled pattern these bytes, which no document may contain, stand for `*`, `?` and a variable. */
#define PATTERN_ANY '\1'
#define PATTERN_ONE '\2'
#define PATTERN_VAR '\3'

/* Keys of the context. CONTEXT_ABSENT: known, but never in a request of ours. */
enum context_key {
	CONTEXT_ABSENT, CONTEXT_RESOURCE_TAG, CONTEXT_REQUEST_TAG, CONTEXT_TAG_KEYS, CONTEXT_SOURCE_IP,
	CONTEXT_REGION, CONTEXT_USERNAME, CONTEXT_TIME, CONTEXT_EPOCH, CONTEXT_SECURE, CONTEXT_USER_AGENT,
	CONTEXT_PRINCIPAL_ARN, CONTEXT_PRINCIPAL_ACCOUNT, CONTEXT_PRINCIPAL_TYPE, CONTEXT_VIA_SERVICE,
	CONTEXT_EXECUTION_ROLE, CONTEXT_NAMESPACE
};

struct context_ref {
	enum context_key key;
	char *tag;                     /* behind the slash; NULL: none */
};

struct policy_variable {
	struct context_ref ref;
	char *otherwise;               /* its default; NULL: none */
};

struct policy_pattern {
	char *text;
	VEC(struct policy_variable) variables;   /* in the order of their PATTERN_VAR bytes */
};
VEC_STRUCT(pattern_list, struct policy_pattern);

enum policy_type { TYPE_STRING, TYPE_FOLDED, TYPE_LIKE, TYPE_NUMBER, TYPE_DATE, TYPE_BOOL, TYPE_IP, TYPE_ARN,
	TYPE_NULL };
enum policy_relation { RELATION_EQ, RELATION_LT, RELATION_LE, RELATION_GT, RELATION_GE };

struct policy_operator {
	const char *name;
	enum policy_type type;
	enum policy_relation relation;
	bool negated;
};

/* One value of a condition, ready to compare. */
struct policy_value {
	struct policy_pattern pattern; /* of strings and ARNs */
	double number;                 /* numbers; dates in ms; Bool and Null: 0 or 1 */
	unsigned char address[16];
	int family, bits;
};

enum policy_quantifier { QUANTIFIER_NONE, QUANTIFIER_ALL, QUANTIFIER_ANY };

struct policy_condition {
	const struct policy_operator *op;
	enum policy_quantifier quantifier;
	bool if_exists;
	struct context_ref ref;
	VEC(struct policy_value) values;
};

struct policy_statement {
	char *sid;
	bool deny, not_action, not_resource;
	struct pattern_list actions, resources;
	VEC(struct policy_condition) conditions;
};

struct policy {
	VEC(struct policy_statement) statements;
};

/* ---- policy_context.c ---- */
/* Which key a name means; its tag is copied. false: unknown. */
bool context_find(const char *name, struct context_ref *out);
/* The names that are known, for an error: "aws:username, …". */
void context_names(struct buf *out);
/* The next value of a key: size_t it = 0; while ((v = context_next(r, ref, &it, scratch))) … */
const char *context_next(const struct policy_request *r, const struct context_ref *ref, size_t *it,
                         char scratch[64]);

/* ---- policy_match.c ---- */
bool pattern_fits(const struct policy_pattern *p, const char *s, bool fold, const struct policy_request *r);
/* As an ARN: a wildcard stays inside its part, but for the sixth, the resource. */
bool pattern_fits_arn(const struct policy_pattern *p, const char *arn, const struct policy_request *r);
bool condition_holds(const struct policy_condition *c, const struct policy_request *r);
/* "10.0.0.0/8", "::1"; false when it is neither. */
bool address_parse(const char *text, bool block, struct policy_value *out);

#endif
