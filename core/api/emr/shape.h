/* Shapes of requests as const tables, and the operation's own checks. Internal to this room. */
#ifndef CORE_API_EMR_SHAPE_H
#define CORE_API_EMR_SHAPE_H

#include "core/api/emr/emr.h"

enum emr_kind {
	EMR_STRING,     /* any text; min and max count characters (max 0: no limit) */
	EMR_XML,        /* text that XML can hold */
	EMR_ENUM,       /* one of names */
	EMR_INT,        /* 32 bits */
	EMR_LONG,
	EMR_DOUBLE,
	EMR_BOOL,
	EMR_TIME,       /* epoch seconds as a number, or ISO-8601 text */
	EMR_LIST,       /* of `of`; min and max count items */
	EMR_MAP,        /* text → `of` */
	EMR_STRUCT
};

struct emr_member;

struct emr_shape {
	enum emr_kind kind;
	int min, max;
	const struct names *names;
	const struct emr_shape *of;
	const struct emr_member *members;
	size_t n_members;
};

struct emr_member {
	const char *name;
	const struct emr_shape *shape;
	bool required;
};

/* Rules of one operation beyond its shape; NULL when there are none. */
typedef int (*emr_check_fn)(const cJSON *in, struct error *err);
emr_check_fn emr_operation_check(const struct emr_operation *op);

#endif
