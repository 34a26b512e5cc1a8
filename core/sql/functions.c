#include "core/sql/functions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct sql_function *const TABLES[] = {
	sql_functions_math,       sql_functions_string,    sql_functions_date,
	sql_functions_collection, sql_functions_aggregate, sql_functions_misc,
};
enum { N_TABLES = sizeof TABLES / sizeof *TABLES };

/* Names that are another function; printed: what Spark calls it then (NULL: as it was written). */
static const struct { const char *alias, *target, *printed; } ALIASES[] = {
	{ "any", "bool_or", NULL },
	{ "approx_percentile", "percentile_approx", NULL },
	{ "array_agg", "collect_list", "collect_list" },
	{ "cardinality", "size", NULL },
	{ "ceiling", "ceil", NULL },
	{ "char", "chr", NULL },
	{ "char_length", "length", NULL },
	{ "character_length", "length", NULL },
	{ "curdate", "current_date", "current_date" },
	{ "current_database", "current_schema", "current_schema" },
	{ "date_diff", "datediff", NULL },
	{ "dateadd", "date_add", "date_add" },
	{ "date_part", "date_part", NULL },
	{ "datepart", "date_part", NULL },
	{ "day", "dayofmonth", NULL },
	{ "every", "bool_and", NULL },
	{ "extract", "date_part", NULL },
	{ "first_value", "first", NULL },
	{ "getbit", "bit_get", NULL },
	{ "ifnull", "nvl", NULL },
	{ "last_value", "last", NULL },
	{ "lcase", "lower", NULL },
	{ "len", "length", NULL },
	{ "mean", "avg", NULL },
	{ "now", "current_timestamp", "now" },
	{ "pow", "power", NULL },
	{ "position", "locate", NULL },
	{ "printf", "format_string", NULL },
	{ "random", "rand", "rand" },
	{ "reduce", "aggregate", NULL },
	{ "regexp", "rlike", "REGEXP" },
	{ "regexp_like", "rlike", "REGEXP_LIKE" },
	{ "session_user", "current_user", NULL },
	{ "sha", "sha1", NULL },
	{ "sign", "signum", NULL },
	{ "some", "bool_or", NULL },
	{ "std", "stddev_samp", NULL },
	{ "stddev", "stddev_samp", NULL },
	{ "string_agg", "listagg", NULL },
	{ "substr", "substring", NULL },
	{ "to_varchar", "to_char", "to_char" },
	{ "ucase", "upper", NULL },
	{ "user", "current_user", NULL },
	{ "var_samp", "var_samp", NULL },
	{ "variance", "var_samp", NULL },
};
enum { N_ALIASES = sizeof ALIASES / sizeof *ALIASES };

const struct sql_function *sql_function_at(size_t i)
{
	for (size_t t = 0; t < N_TABLES; t++)
		for (const struct sql_function *f = TABLES[t]; f->name; f++)
			if (i-- == 0)
				return f;
	return NULL;
}

struct index_entry {
	const char *name, *printed;
	const struct sql_function *fn;
};

static int by_name(const void *x, const void *y)
{
	return strcasecmp(((const struct index_entry *)x)->name, ((const struct index_entry *)y)->name);
}

enum { MAX_NAMES = 1024 };

/* Sorted once and kept: a cache of constant data. */
static const struct index_entry *index_of_names(size_t *n)
{
	static struct index_entry entries[MAX_NAMES];
	static size_t count;
	if (count == 0) {
		size_t k = 0;
		const struct sql_function *f;
		for (size_t i = 0; (f = sql_function_at(i)) && k < MAX_NAMES; i++)
			entries[k++] = (struct index_entry){ f->name, NULL, f };
		size_t rows = k;
		for (size_t i = 0; i < N_ALIASES && k < MAX_NAMES; i++)
			for (size_t j = 0; j < rows; j++)
				if (!strcmp(entries[j].name, ALIASES[i].target) &&
				    strcmp(ALIASES[i].alias, ALIASES[i].target))
					entries[k++] = (struct index_entry){
						ALIASES[i].alias,
						ALIASES[i].printed ? ALIASES[i].printed : ALIASES[i].alias,
						entries[j].fn };
		qsort(entries, k, sizeof *entries, by_name);
		count = k;
	}
	*n = count;
	return entries;
}

const struct sql_function *sql_function_find(const char *name, const char **shown)
{
	size_t n;
	const struct index_entry *entries = index_of_names(&n), key = { name, NULL, NULL };
	const struct index_entry *e = bsearch(&key, entries, n, sizeof *entries, by_name);
	if (!e)
		return NULL;
	if (shown)
		*shown = e->printed ? e->printed : e->fn->display ? e->fn->display : e->fn->name;
	return e->fn;
}

const char *const *sql_function_names(size_t *n)
{
	static const char *names[MAX_NAMES];
	size_t count;
	const struct index_entry *entries = index_of_names(&count);
	for (size_t i = 0; i < count; i++)
		names[i] = entries[i].name;
	*n = count;
	return names;
}

void sql_function_arity(const struct sql_function *f, int *min, int *max)
{
	*min = *max = 0;
	for (const char *p = f->args; *p;) {
		size_t n = strcspn(p, " ");
		bool repeats = n >= 3 && !strncmp(p + n - 3, "...", 3);
		if (repeats)
			*max = -1;
		else if (*max >= 0)
			++*max;
		if (!repeats && p[n - 1] != '?' && !memchr(p, '=', n))
			++*min;
		p += n + strspn(p + n, " ");
	}
}
