/* The table of Spark's functions: what they are called, take, give, and become in the kernel.
 *
 * args: one word per argument, parted by blanks; the resolver casts each argument to what it says.
 *     a type name           the argument is cast to it by Spark's implicit rules, or refused
 *     any                   as it is
 *     num                   a number as it is; a string or NULL becomes double
 *     numi                  the same, but NULL becomes int
 *     intg                  an integral number as it is; strings become bigint
 *     strbin                a string or binary as it is; anything else becomes string
 *     date|ts|dt            date: cast to date; ts: a timestamp of either kind, dates and strings become
 *                           timestamp; dt: as it is when date or timestamp, strings become timestamp
 *     same                  all arguments so marked are cast to their common type
 *     array map struct      must be one
 *     elem key              the element (key) type common with that of the first argument, which is cast too
 *     fn1 fn2 fn3           a lambda of so many parameters (fewer are allowed)
 *     =text                 after a word: the default of an optional argument (int=0, string=abc, bool=true)
 *     ?                     after a word: optional, no default
 *     ...                   after a word: it repeats, zero or more times more
 *
 * result: a type, "$n" (type of argument n after casting), "$n.e" / "$n.k" (its element / key),
 * "array<$n>"; "!" when `special` decides.
 *
 * kernel: the SQL, with $n for arguments, $* for all, $0 for the result's kernel type, $z for the session
 * zone, %n for the wall clock of a timestamp argument, $m for the cast mode (0 ANSI, 2 not).
 * Aggregates mark their call with {…}, where
 * DISTINCT, ORDER BY, FILTER and OVER belong: "CAST({sum(@)} AS BIGINT)"; @ stands for all arguments.
 * NULL: special lowers it. */
#ifndef CORE_SQL_FUNCTIONS_H
#define CORE_SQL_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum sql_fn_kind { SQL_FN_SCALAR, SQL_FN_AGGREGATE, SQL_FN_WINDOW, SQL_FN_GENERATOR };

enum sql_fn_flags {
	SQL_FN_VOLATILE = 1,      /* rand(), uuid(): not the same twice */
	SQL_FN_UPPER = 2,         /* prints its name in capitals */
	SQL_FN_ROWS = 4,          /* window: its own frame is ROWS */
	SQL_FN_PAREN = 8,         /* prints as (name …) with special */
	SQL_FN_DUP = 16           /* the template names an argument more than once */
};

/* Functions whose types or lowering need more than a template; see call.c and lower_call.c. */
enum sql_special {
	SP_NONE, SP_CONCAT, SP_CONCAT_WS, SP_ROUND, SP_BROUND, SP_CEIL, SP_FLOOR, SP_IF, SP_NULLIF, SP_NVL2,
	SP_DECODE, SP_TYPEOF, SP_HASH, SP_XXHASH, SP_SUM, SP_AVG, SP_TRY_SUM, SP_TRY_AVG, SP_COUNT, SP_FIRST,
	SP_LAST, SP_GROUPING, SP_GROUPING_ID, SP_STRUCT, SP_NAMED_STRUCT, SP_ARRAY, SP_MAP, SP_TRANSFORM,
	SP_FILTER, SP_EXISTS, SP_FORALL, SP_AGGREGATE, SP_ZIP_WITH, SP_TRANSFORM_KEYS, SP_TRANSFORM_VALUES,
	SP_MAP_FILTER, SP_MAP_ZIP_WITH, SP_ARRAY_SORT, SP_ARRAYS_ZIP, SP_ELEMENT_AT, SP_SIZE, SP_REVERSE,
	SP_SEQUENCE, SP_FROM_JSON, SP_TO_JSON, SP_FROM_CSV, SP_TO_CSV, SP_TO_DATE, SP_TO_TIMESTAMP,
	SP_DATE_FORMAT, SP_UNIX_TIMESTAMP, SP_TIMESTAMPADD, SP_TIMESTAMPDIFF, SP_DATE_PART, SP_PERCENTILE,
	SP_PERCENTILE_APPROX, SP_LISTAGG, SP_SKEWNESS, SP_LAG, SP_LEAD, SP_CAST, SP_NEGATIVE, SP_POSITIVE,
	SP_DATE_ADD, SP_DATE_SUB, SP_OPERATOR, SP_GREATEST, SP_ABS, SP_FORMAT_STRING, SP_TO_NUMBER, SP_TO_CHAR,
	SP_EXPLODE, SP_POSEXPLODE, SP_INLINE, SP_STACK, SP_JSON_TUPLE, SP_FORMAT_NUMBER, SP_TRIM,
	SP_MODE_WITHIN, SP_SCHEMA_OF_JSON, SP_SCHEMA_OF_CSV, SP_BETWEEN, SP_HEX, SP_LENGTH, SP_SUBSTR, SP_MAKE_INTERVAL,
	SP_SHIFT, SP_TRY_OP, SP_MAP_FROM_ENTRIES, SP_LIKE, SP_PERCENTILE_CONT, SP_COUNT_IF, SP_ASSERT_TRUE,
	SP_RAISE_ERROR, SP_LEVENSHTEIN, SP_TRUNC, SP_WINDOW_TIME, SP_CURRENT_DATABASE, SP_BIT_COUNT,
	SP_FROM_UNIXTIME, SP_IS_NULL, SP_DATEDIFF
};

struct sql_function {
	const char *name;         /* lower case */
	enum sql_fn_kind kind;
	const char *args, *result, *kernel;
	enum sql_special special;
	unsigned flags;
	const char *display;      /* printed instead of the name; NULL: the name */
};

/* Aliases are resolved: the row found has the alias in *shown when Spark prints it so. name in any case. */
const struct sql_function *sql_function_find(const char *name, const char **shown);
/* Rows by index, for listings; NULL at the end. */
const struct sql_function *sql_function_at(size_t i);
/* Number of arguments a row takes; max is -1 when there is no bound. */
void sql_function_arity(const struct sql_function *f, int *min, int *max);
/* Names (aliases too), sorted; static storage. */
const char *const *sql_function_names(size_t *n);

/* The tables, each ended by a row without a name. */
extern const struct sql_function sql_functions_math[], sql_functions_string[], sql_functions_date[],
	sql_functions_collection[], sql_functions_aggregate[], sql_functions_misc[];

#endif
