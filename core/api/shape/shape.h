/* What a service's requests and replies look like, as const tables: the validator, the documentation and
 * the XML writer read the same ones. Knows no service: a service brings its tables, and its own words for
 * errors. table.h has the macros that tables are written with. */
#ifndef CORE_API_SHAPE_SHAPE_H
#define CORE_API_SHAPE_SHAPE_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/model/names.h"

enum shape_kind {
	SHAPE_STRING,     /* any text; min and max count characters */
	SHAPE_XML,        /* text that XML can hold */
	SHAPE_ENUM,       /* one of names */
	SHAPE_INT,        /* 32 bits; min and max bound the value */
	SHAPE_LONG,       /* 64 bits; same */
	SHAPE_DOUBLE,     /* same */
	SHAPE_BOOL,
	SHAPE_TIME,       /* epoch seconds as a number, or ISO-8601 text */
	SHAPE_LIST,       /* of `of`; min and max count items */
	SHAPE_MAP,        /* text → `of` */
	SHAPE_STRUCT,
	SHAPE_ANY         /* whatever JSON says: not looked into */
};

/* What a member is to this server: for the documentation, which is made from the tables. */
enum shape_use {
	SHAPE_ACTED,      /* requests: it has an effect; replies: it is filled */
	SHAPE_KEPT,       /* kept and shown again, without an effect */
	SHAPE_IGNORED,    /* requests: taken and forgotten; replies: never filled */
	SHAPE_UNSERVED,   /* known to the service's model, not to this server: as if it were unknown */
	SHAPE_USES
};
extern const struct names shape_use_names;

struct shape_member;

/* Sizes and values are checked where min or max is not 0: a bound of 0 is no bound, except that a number
 * with min 0 and `natural` must not be negative. */
struct shape {
	const char *name;          /* of a structure, for the documentation; may be NULL */
	enum shape_kind kind;
	long min, max;
	bool natural;
	const struct names *names;
	bool (*fits)(const char *text);   /* of text: NULL, or whether it has the form… */
	const char *pattern;              /* … that errors describe so */
	const struct shape *of;
	const struct shape_member *members;
	size_t n_members;
};

struct shape_member {
	const char *name;
	const struct shape *shape;
	bool required;
	enum shape_use use;
};

/* A service's words: both set err and give its code. */
struct shape_errors {
	/* Constraints that do not hold; text begins "1 validation error detected: ". */
	int (*broken)(struct error *err, const char *text);
	/* A value of the wrong JSON type: what a deserializer cannot take. */
	int (*malformed)(struct error *err, const char *text);
};

/* Walks a request beside its shape. The first value of a wrong type ends it (malformed); broken
 * constraints are collected into one text (broken). Unknown members are ignored, null counts as absent. */
int shape_check(const struct shape *s, const cJSON *in, const struct shape_errors *e, struct error *err);

/* The member of a struct, or NULL. */
const struct shape_member *shape_member(const struct shape *s, const char *name);

/* A reply's value as the query protocol's XML, appended: lists as <member> elements, maps as <entry>,
 * times (epoch seconds in JSON) as ISO-8601. Members that the table lacks are left out. */
void shape_xml(const struct shape *s, const cJSON *v, struct buf *out);
void shape_xml_text(const char *s, struct buf *out);   /* escaped; what XML cannot hold becomes U+FFFD */

#endif
