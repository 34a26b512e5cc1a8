/* The kernel's side of the front end: what a fresh session is told, and what its errors mean in Spark. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sql/keywords.h"
#include "core/sql/functions.h"
#include "core/sql/sql.h"

const char *const *sql_kernel_prelude(size_t *n)
{
	static const char *const statements[] = {
		"SET default_null_order='nulls_first_on_asc_last_on_desc'",
		"SET integer_division=false",
		"SET ieee_floating_point_ops=true",
		"SET scalar_subquery_error_on_multiple_rows=true",
	};
	*n = sizeof statements / sizeof *statements;
	return statements;
}

/* "… [CLASS.SUB] words SQLSTATE: 22012 …": an error that our own SQL or C functions raised. */
static bool own_error(const char *m, struct error *err)
{
	const char *open = strchr(m, '['), *close = open ? strchr(open, ']') : NULL;
	const char *state = close ? strstr(close, "SQLSTATE: ") : NULL;
	char class_name[64], sqlstate[6], text[sizeof err->message];
	if (!state || close - open < 3 || close - open > 62)
		return false;
	for (const char *p = open + 1; p < close; p++)
		if (!(*p == '_' || *p == '.' || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9')))
			return false;
	snprintf(class_name, sizeof class_name, "%.*s", (int)(close - open - 1), open + 1);
	snprintf(sqlstate, sizeof sqlstate, "%.5s", state + 10);
	const char *words = close + 1 + (close[1] == ' ');
	int len = (int)(state - words);
	while (len > 0 && words[len - 1] == ' ')
		len--;
	snprintf(text, sizeof text, "%.*s", len, words);
	error_set(err, ERR_INVALID, "%s", text);
	error_class(err, class_name, sqlstate);
	return true;
}

static const struct { const char *a, *b, *class_name, *sqlstate, *words; } KNOWN[] = {
	{ "Overflow in", "INT8", "BINARY_ARITHMETIC_OVERFLOW", "22003", "A TINYINT value overflowed." },
	{ "Overflow in", "INT16", "BINARY_ARITHMETIC_OVERFLOW", "22003", "A SMALLINT value overflowed." },
	{ "Overflow in", "DECIMAL", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
	  "The value cannot be represented with 38 digits." },
	{ "Overflow", "", "ARITHMETIC_OVERFLOW", "22003",
	  "A number overflowed. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error." },
	{ "out of range for the destination type INT64", "INT128", "ARITHMETIC_OVERFLOW", "22003",
	  "A BIGINT overflowed. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error." },
	{ "out of range for the destination type", "", "CAST_OVERFLOW", "22003",
	  "A value cannot be cast due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead." },
	{ "Could not cast value", "to DECIMAL", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
	  "A value cannot be represented as the DECIMAL that was asked for." },
	{ "Casting value", "to type DECIMAL", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
	  "A value cannot be represented as the DECIMAL that was asked for." },
	{ "Could not convert string", "", "CAST_INVALID_INPUT", "22018",
	  "A string is malformed for the type that it is cast to. Use `try_cast` to tolerate malformed input." },
	{ "invalid timestamp field", "", "CAST_INVALID_INPUT", "22018", "A string is no timestamp." },
	{ "invalid date field", "", "CAST_INVALID_INPUT", "22018", "A string is no date." },
	{ "More than one row returned by a subquery", "", "SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000",
	  "More than one row returned by a subquery used as an expression." },
	{ "Map keys must be unique", "", "DUPLICATED_MAP_KEY", "23505",
	  "Duplicate map key was found, please check the input data." },
	{ "Map keys can not be NULL", "", "NULL_MAP_KEY", "2200E", "Cannot use null as map key." },
	{ "Out of Memory", "", "OUT_OF_MEMORY", "XX000", "The executor's memory is not enough for this statement." },
};

void sql_map_kernel_error(const struct sql_plan *plan, const char *m, struct error *err)
{
	int line = err->line, column = err->column;
	bool mapped = own_error(m, err);
	for (size_t i = 0; !mapped && i < sizeof KNOWN / sizeof *KNOWN; i++)
		if (strstr(m, KNOWN[i].a) && strstr(m, KNOWN[i].b)) {
			error_set(err, ERR_INVALID, "%s", KNOWN[i].words);
			error_class(err, KNOWN[i].class_name, KNOWN[i].sqlstate);
			if (strcmp(KNOWN[i].class_name, "SCALAR_SUBQUERY_TOO_MANY_ROWS"))
				error_detail(err, "%s", m);
			mapped = true;
		}
	if (!mapped)
		error_set(err, ERR_INVALID, "%s", m);
	error_at(err, line ? line : plan ? plan->line : 0, column ? column : plan ? plan->column : 0);
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Made once of constant data, and kept. */
const char *const *sql_completion_words(size_t *n)
{
	enum { MAX = 2048 };
	static const char *words[MAX];
	static size_t count;
	if (!count) {
		size_t k = 0, m, f;
		const char *const *keywords = sql_keyword_list(&m), *const *functions = sql_function_names(&f);
		for (size_t i = 0; i < m && k < MAX; i++)
			words[k++] = keywords[i];
		for (size_t i = 0; i < f && k < MAX; i++)
			words[k++] = functions[i];
		qsort(words, k, sizeof *words, by_text);
		count = k;
	}
	*n = count;
	return words;
}
