/* Spark's data types, as the resolver decides them: immutable values in an arena or in static storage.
 * Compare with sql_type_equal, never by pointer. Text is Spark's: "decimal(10,2)", "array<string>",
 * "struct<a:int>", "interval day to second". */
#ifndef CORE_SQL_TYPES_H
#define CORE_SQL_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/sql/ast.h"

enum sql_type_id {
	SQL_T_VOID,           /* the type of NULL */
	SQL_T_BOOLEAN,
	SQL_T_TINYINT, SQL_T_SMALLINT, SQL_T_INT, SQL_T_BIGINT,   /* in order of width */
	SQL_T_DECIMAL,        /* precision, scale */
	SQL_T_FLOAT, SQL_T_DOUBLE,
	SQL_T_STRING, SQL_T_BINARY,
	SQL_T_DATE,
	SQL_T_TIMESTAMP,      /* an instant, shown in the session zone */
	SQL_T_TIMESTAMP_NTZ,  /* a wall clock */
	SQL_T_INTERVAL_YM, SQL_T_INTERVAL_DT,                      /* from, to */
	SQL_T_INTERVAL,       /* make_interval's: months, days and microseconds apart */
	SQL_T_ARRAY,          /* element */
	SQL_T_MAP,            /* key, element */
	SQL_T_STRUCT          /* fields */
};

struct sql_type_field {
	const char *name;
	const struct sql_type *type;
};

struct sql_type {
	enum sql_type_id id;
	int precision, scale;
	enum sql_unit from, to;
	const struct sql_type *key, *element;
	const struct sql_type_field *fields;
	size_t n_fields;
};

/* Types without parameters; static storage. SQL_T_DECIMAL gives (10,0), the intervals their widest form. */
const struct sql_type *sql_type_of(enum sql_type_id id);
const struct sql_type *sql_type_decimal(struct arena *a, int precision, int scale);
const struct sql_type *sql_type_interval(struct arena *a, enum sql_unit from, enum sql_unit to);
const struct sql_type *sql_type_array(struct arena *a, const struct sql_type *element);
const struct sql_type *sql_type_map(struct arena *a, const struct sql_type *key, const struct sql_type *value);
const struct sql_type *sql_type_struct(struct arena *a, const struct sql_type_field *fields, size_t n);
/* char(n) and varchar(n) read as string; NULL for a type that has no counterpart (time, variant). */
const struct sql_type *sql_type_from_ast(struct arena *a, const struct sql_type_ast *t);
/* Reads the text form; NULL when it is not one. */
const struct sql_type *sql_type_parse(struct arena *a, const char *text);

bool sql_type_equal(const struct sql_type *x, const struct sql_type *y);
bool sql_type_integral(const struct sql_type *t);
bool sql_type_numeric(const struct sql_type *t);   /* integral, decimal, float, double */
bool sql_type_fractional(const struct sql_type *t);
bool sql_type_atomic(const struct sql_type *t);    /* neither void nor nested */
bool sql_type_datetime(const struct sql_type *t);  /* date, timestamp, timestamp_ntz */
bool sql_type_ansi_interval(const struct sql_type *t);
bool sql_type_orderable(const struct sql_type *t); /* no map inside, no calendar interval */

void sql_type_print(struct buf *out, const struct sql_type *t);       /* "array<int>" */
const char *sql_type_text(struct arena *a, const struct sql_type *t);
void sql_type_print_sql(struct buf *out, const struct sql_type *t);   /* "ARRAY<INT>", as messages show it */
const char *sql_type_sql(struct arena *a, const struct sql_type *t);
/* The kernel's type that carries t: "BIGINT", "TIMESTAMPTZ", "STRUCT(\"a\" INTEGER)". */
void sql_type_kernel(struct buf *out, const struct sql_type *t);

/* Digits before the point and after it that an integral type needs as a decimal: int is (10,0). */
const struct sql_type *sql_type_as_decimal(struct arena *a, const struct sql_type *t);

#endif
