/* Spark's CSV source over the kernel's reader.
 *
 * PERMISSIVE (the default): every cell is read as text; short rows are padded with NULL, cells that do not
 * read as their type become NULL. DROPMALFORMED and FAILFAST let the kernel check types and widths while it
 * reads, so that a record can be dropped, or refused with its place.
 *
 * Spark's escape is a backslash, and most files double their quotes instead: "a ""b""". Spark then takes the
 * whole field as it stands, outer quotes included. The kernel's strict mode refuses such a field, and its
 * lenient one overlooks records that are too long; so strict mode is given up only for files that need it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/engine/source.h"
#include "core/sql/quote.h"
#include "core/sql/types.h"

enum mode { PERMISSIVE, DROPMALFORMED, FAILFAST };

struct csv {
	enum mode mode;
	bool header;
	const char *sep, *quote, *escape, *null_value, *comment, *encoding;
	const char *date, *timestamp;   /* strptime; NULL: the default reading */
	bool strict;                    /* the kernel's strict mode */
};

static int no_format(const char *option, const char *value, struct error *err)
{
	error_set(err, ERR_UNSUPPORTED, "the CSV option %s = '%s' is not supported", option, value);
	error_class(err, "UNSUPPORTED_FEATURE", "0A000");
	return ERR_UNSUPPORTED;
}

static int read_formats(const struct sql_source *src, struct arena *a, struct csv *o, struct error *err)
{
	const char *date = source_option(src, "dateformat", NULL);
	const char *stamp = source_option(src, "timestampformat", NULL);
	o->date = date && strcmp(date, "yyyy-MM-dd") ? source_date_format(a, date) : NULL;
	if (date && strcmp(date, "yyyy-MM-dd") && !o->date)
		return no_format("dateFormat", date, err);
	o->timestamp = stamp ? source_date_format(a, stamp) : NULL;
	return stamp && !o->timestamp ? no_format("timestampFormat", stamp, err) : 0;
}

static const char *tab(const char *sep)
{
	return !strcmp(sep, "\\t") ? "\t" : sep;
}

static int read_options(const struct sql_source *src, struct arena *a, struct csv *o, struct error *err)
{
	const char *mode = source_option(src, "mode", "PERMISSIVE");
	const char *enc = source_option(src, "encoding", source_option(src, "charset", "UTF-8"));
	o->mode = !strcasecmp(mode, "FAILFAST") ? FAILFAST
	        : !strcasecmp(mode, "DROPMALFORMED") ? DROPMALFORMED : PERMISSIVE;
	o->header = source_option_true(src, "header", false);
	o->sep = tab(source_option(src, "sep", source_option(src, "delimiter", ",")));
	o->quote = source_option(src, "quote", "\"");
	o->escape = source_option(src, "escape", "\\");
	o->null_value = source_option(src, "nullvalue", "");
	o->comment = source_option(src, "comment", "");
	o->encoding = !strcasecmp(enc, "UTF-8") || !strcasecmp(enc, "UTF8") ? NULL
	            : !strcasecmp(enc, "ISO-8859-1") || !strcasecmp(enc, "latin1") ? "latin-1"
	            : !strcasecmp(enc, "UTF-16") ? "utf-16" : "";
	if (o->encoding && !*o->encoding)
		return no_format("encoding", enc, err);
	return read_formats(src, a, o, err);
}

static void put_option(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, ", %s=", name);
	sql_quote_str(out, value);
}

/* , auto_detect=false, delim=… — everything but the files and the columns. */
static void put_reader(struct buf *out, const struct csv *o)
{
	buf_adds(out, ", auto_detect=false");
	put_option(out, "delim", o->sep);
	put_option(out, "quote", o->quote);
	put_option(out, "escape", *o->quote ? o->escape : "");
	buf_adds(out, ", nullstr=[");
	sql_quote_str(out, o->null_value);
	buf_adds(out, "]");
	if (*o->comment)
		put_option(out, "comment", o->comment);
	if (o->encoding)
		put_option(out, "encoding", o->encoding);
	buf_addf(out, ", header=%s", o->header ? "true" : "false");
	buf_addf(out, ", strict_mode=%s", o->strict ? "true" : "false");
	if (o->mode == PERMISSIVE)
		buf_adds(out, ", null_padding=true");
}

/* ---- the names ---- */

/* The first record as the header has it, or for counting its fields. */
static size_t split_record(const struct csv *o, const char *line, struct arena *a, const char ***out)
{
	VEC(const char *) cells = { 0 };
	struct buf b = BUF_INIT;
	size_t sep = strlen(o->sep);
	bool quoted = false;
	for (const char *p = line;; p++) {
		if (!*p || (!quoted && !strncmp(p, o->sep, sep))) {
			vec_push(&cells, arena_strdup(a, buf_str(&b)));
			buf_clear(&b);
			if (!*p)
				break;
			p += sep - 1;
		} else if (quoted && *o->escape && *p == *o->escape && p[1] == *o->quote) {
			buf_addc(&b, *++p);
		} else if (*o->quote && *p == *o->quote && (quoted || !b.len)) {
			quoted = !quoted;
		} else {
			buf_addc(&b, *p);
		}
	}
	*out = arena_alloc(a, (cells.len + 1) * sizeof **out);
	memcpy(*out, cells.items, cells.len * sizeof **out);
	size_t n = cells.len;
	vec_free(&cells);
	buf_free(&b);
	return n;
}

/* The first line that is neither blank nor a comment, of the first file that has one. */
static int first_line(struct sources *s, const struct csv *o, const struct source_files *f, struct arena *a,
                      const char **line, struct error *err)
{
	struct buf sql = BUF_INIT;
	const char ***rows;
	size_t n = 0;
	int rc = 0;
	*line = NULL;
	for (size_t i = 0; i < f->list.n_files && !rc && !*line; i++) {
		buf_clear(&sql);
		buf_adds(&sql, "SELECT replace(replace(value, chr(9), chr(1)), chr(13), '') FROM read_csv(");
		sql_quote_str(&sql, f->list.files[i]);
		buf_adds(&sql, ", auto_detect=false, delim='', quote='', escape='', header=false, "
		               "hive_partitioning=false, columns={'value':'VARCHAR'}");
		if (o->encoding)
			put_option(&sql, "encoding", o->encoding);
		buf_adds(&sql, ") WHERE trim(value) <> ''");
		if (*o->comment) {
			buf_adds(&sql, " AND NOT starts_with(value, ");
			sql_quote_str(&sql, o->comment);
			buf_adds(&sql, ")");
		}
		buf_adds(&sql, " LIMIT 1");
		rc = source_query(s, buf_str(&sql), a, &rows, &n, err);
		if (!rc && n)
			*line = rows[0][0];
	}
	buf_free(&sql);
	return rc;
}

static bool taken(const struct sql_schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcasecmp(s->columns[i].name, name))
			return true;
	return false;
}

/* Empty header cells are _cN, and doubled names carry their position, as Spark has it. */
static void name_columns(const struct csv *o, const char **cells, size_t n, struct arena *a,
                         struct sql_schema *out)
{
	out->columns = arena_alloc(a, (n + 1) * sizeof *out->columns);
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *name = o->header ? cells[i] : "";
		if (!strncmp(name, "\xef\xbb\xbf", 3))
			name += 3;
		if (!*name || !strcmp(name, o->null_value))
			name = arena_printf(a, "_c%zu", i);
		else if (taken(out, name))
			name = arena_printf(a, "%s%zu", name, i);
		out->columns[out->n++] = (struct sql_column){ .name = name, .type = "string" };
	}
}

/* ---- inferSchema ---- */

static void put_columns(struct buf *out, const struct sql_schema *s, bool typed)
{
	buf_adds(out, ", columns={");
	bool first = true;
	for (size_t i = 0; i < s->n; i++) {
		if (s->columns[i].partition)
			continue;
		buf_adds(out, first ? "" : ",");
		first = false;
		sql_quote_str(out, s->columns[i].name);
		buf_addc(out, ':');
		struct buf type = BUF_INIT;
		struct arena *a = arena_new();
		const struct sql_type *t = typed ? sql_type_parse(a, s->columns[i].type) : NULL;
		if (t)
			sql_type_kernel(&type, t);
		sql_quote_str(out, t ? buf_str(&type) : "VARCHAR");
		buf_free(&type);
		arena_free(a);
	}
	buf_adds(out, "}");
}

static void put_as_date(struct buf *out, const struct csv *o, const char *cell, bool timestamp)
{
	const char *f = timestamp ? o->timestamp : o->date;
	if (f) {
		buf_addf(out, "CAST(try_strptime(%s, ", cell);
		sql_quote_str(out, f);
		buf_addf(out, ") AS %s)", timestamp ? "TIMESTAMPTZ" : "DATE");
	} else {
		buf_addf(out, "TRY_CAST(%s AS %s)", cell, timestamp ? "TIMESTAMPTZ" : "DATE");
	}
}

#define INTEGER "regexp_full_match(%s, '[ ]*[-+]?[0-9]+[ ]*')"

/* One row: per column how many values it has, how many read as each type, and the longest. */
static void put_probe(struct buf *out, const struct csv *o, const char *c)
{
	buf_addf(out, "count(%s), count(*) FILTER (" INTEGER " AND TRY_CAST(%s AS INTEGER) IS NOT NULL), ", c, c, c);
	buf_addf(out, "count(*) FILTER (" INTEGER " AND TRY_CAST(%s AS BIGINT) IS NOT NULL), ", c, c);
	buf_addf(out, "count(*) FILTER (" INTEGER "), count(TRY_CAST(%s AS DOUBLE)), count(", c, c);
	put_as_date(out, o, c, false);
	buf_addf(out, ") FILTER (length(%s) <= 10), count(", c);
	put_as_date(out, o, c, true);
	buf_addf(out, "), count(*) FILTER (lower(%s) IN ('true','false')), max(length(trim(%s)))", c, c);
}

#define PROBES 9

static const char *probed_type(const char **p, struct arena *a)
{
	long long n = atoll(p[0]);
	static const char *const types[] = { "int", "bigint", NULL, "double", "date", "timestamp", "boolean" };
	if (!n)
		return "string";
	for (int i = 0; i < 7; i++) {
		if (atoll(p[i + 1]) != n)
			continue;
		if (types[i])
			return types[i];
		int digits = atoi(p[8]);
		return digits <= 38 ? arena_printf(a, "decimal(%d,0)", digits) : "double";
	}
	return "string";
}

static int infer_types(struct sources *s, const struct csv *o, const struct source_files *f, struct arena *a,
                       struct sql_schema *out, struct error *err)
{
	struct buf sql = BUF_INIT, cell = BUF_INIT;
	const char ***rows;
	size_t n;
	struct csv lenient = *o;
	lenient.mode = PERMISSIVE;
	lenient.strict = false;
	buf_adds(&sql, "SELECT ");
	for (size_t i = 0; i < out->n; i++) {
		buf_clear(&cell);
		sql_quote_ident(&cell, out->columns[i].name);
		if (i)
			buf_adds(&sql, ", ");
		put_probe(&sql, o, buf_str(&cell));
	}
	buf_adds(&sql, " FROM read_csv(");
	source_put_files(&sql, f);
	put_reader(&sql, &lenient);
	put_columns(&sql, out, false);
	buf_adds(&sql, ")");
	int rc = source_query(s, buf_str(&sql), a, &rows, &n, err);
	for (size_t i = 0; !rc && n && i < out->n; i++)
		out->columns[i].type = probed_type(rows[0] + i * PROBES, a);
	buf_free(&sql);
	buf_free(&cell);
	return rc;
}

int csv_infer(struct sources *s, const struct sql_source *src, const struct source_files *f,
              struct arena *a, struct sql_schema *out, struct error *err)
{
	struct csv o;
	const char *line;
	const char **cells;
	int rc = read_options(src, a, &o, err);
	if (!rc)
		rc = first_line(s, &o, f, a, &line, err);
	if (rc)
		return rc;
	/* Tabs travelled as \1, because the answer itself is cut at tabs. */
	char *text = arena_strdup(a, line ? line : "");
	for (char *p = text; *p; p++)
		if (*p == '\1')
			*p = '\t';
	size_t n = line ? split_record(&o, text, a, &cells) : 0;
	name_columns(&o, cells, n, a, out);
	if (n && source_option_true(src, "inferschema", false))
		rc = infer_types(s, &o, f, a, out, err);
	return rc;
}

/* ---- scan ---- */

static bool doubled_quotes_stay(const struct csv *o)
{
	return *o->quote == '"' && *o->escape == '\\';
}

/* A field with doubled quotes, as Spark has it. */
static void put_string(struct buf *out, const struct csv *o, const char *cell)
{
	if (doubled_quotes_stay(o))
		buf_addf(out, "CASE WHEN contains(%s, '\"\"') THEN '\"' || %s || '\"' ELSE %s END", cell, cell, cell);
	else
		buf_adds(out, cell);
}

/* A cell of text as its type, NULL when it does not read as one. */
static void put_cell(struct buf *out, const struct csv *o, const char *cell, const char *spark,
                     struct arena *a)
{
	const struct sql_type *t = sql_type_parse(a, spark);
	enum sql_type_id id = t ? t->id : SQL_T_STRING;
	struct buf type = BUF_INIT;
	if (t)
		sql_type_kernel(&type, t);
	if (id == SQL_T_STRING)
		put_string(out, o, cell);
	else if (id == SQL_T_BINARY)
		buf_addf(out, "CAST(%s AS BLOB)", cell);
	else if (id == SQL_T_BOOLEAN)
		buf_addf(out, "CASE lower(%s) WHEN 'true' THEN true WHEN 'false' THEN false END", cell);
	else if (sql_type_integral(t)) /* the kernel alone would round 1.5 */
		buf_addf(out, "CASE WHEN regexp_full_match(%s, '[-+]?[0-9]+') THEN TRY_CAST(%s AS %s) END", cell, cell,
		         buf_str(&type));
	else if (id == SQL_T_DATE || id == SQL_T_TIMESTAMP)
		put_as_date(out, o, cell, id == SQL_T_TIMESTAMP);
	else
		buf_addf(out, "TRY_CAST(%s AS %s)", cell, buf_str(&type));
	buf_free(&type);
}

static void put_select(struct buf *out, const struct csv *o, const struct sql_schema *schema, struct arena *a)
{
	struct buf cell = BUF_INIT;
	for (size_t i = 0; i < schema->n; i++) {
		const struct sql_column *c = &schema->columns[i];
		buf_clear(&cell);
		sql_quote_ident(&cell, c->name);
		if (i)
			buf_adds(out, ", ");
		if (!c->partition && !strcmp(c->type, "string"))
			put_string(out, o, buf_str(&cell));
		else if (c->partition || o->mode != PERMISSIVE)
			buf_adds(out, buf_str(&cell));
		else
			put_cell(out, o, buf_str(&cell), c->type, a);
		buf_addf(out, " AS %s", buf_str(&cell));
	}
	buf_free(&cell);
}

static bool has_data_column(const struct sql_schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->columns[i].partition)
			return true;
	return false;
}

/* Cells go to columns by position: the reader gets every data column of the files, in their order. */
static int reader_columns(struct sources *s, const struct sql_source *src, const struct sql_schema *want,
                          struct arena *a, struct sql_schema *out, struct error *err)
{
	if (src->declared) {
		*out = *src->declared;
		out->columns = arena_alloc(a, (out->n + 1) * sizeof *out->columns);
		if (out->n)
			memcpy(out->columns, src->declared->columns, out->n * sizeof *out->columns);
		return 0;
	}
	int rc = sources_describe(s, src, a, out, err);
	for (size_t i = 0; !rc && i < out->n; i++) {
		const struct sql_column *c = source_find(want, out->columns[i].name);
		if (c) /* e.g. a table whose columns were declared in the catalogue */
			out->columns[i].type = c->type;
	}
	return rc;
}

#define CHECK_MAX (1ull << 30)

/* Whether strict mode stumbles over doubled quotes: a look through the files, where they are not huge. */
static void choose_strictness(struct sources *s, struct csv *o, const struct source_files *f,
                              const struct sql_schema *columns, struct arena *a)
{
	struct buf sql = BUF_INIT;
	struct error err = ERROR_INIT;
	const char ***rows;
	size_t n;
	o->strict = o->mode != PERMISSIVE;
	if (!o->strict || !doubled_quotes_stay(o) || f->list.bytes > CHECK_MAX)
		return;
	buf_adds(&sql, "SELECT count(*) FROM read_csv(");
	source_put_files(&sql, f);
	put_reader(&sql, o);
	put_columns(&sql, columns, false);
	buf_adds(&sql, ", hive_partitioning=false)");
	if (source_query(s, buf_str(&sql), a, &rows, &n, &err) && strstr(err.message, "\"\""))
		o->strict = false;
	buf_free(&sql);
}

int csv_scan(struct sources *s, const struct sql_source *src, const struct source_files *f,
             const struct sql_schema *schema, struct arena *a, struct buf *out, struct error *err)
{
	struct csv o;
	struct sql_schema in = { 0 };
	int rc = read_options(src, a, &o, err);
	if (!rc)
		rc = reader_columns(s, src, schema, a, &in, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < in.n; i++) {
		const struct sql_column *c = source_find(schema, in.columns[i].name);
		in.columns[i].partition = c && c->partition;
	}
	if (!has_data_column(&in))
		return no_format("schema", "without a data column", err);
	choose_strictness(s, &o, f, &in, a);
	buf_adds(out, "(SELECT ");
	put_select(out, &o, schema, a);
	buf_adds(out, " FROM read_csv(");
	source_put_files(out, f);
	put_reader(out, &o);
	put_columns(out, &in, o.mode != PERMISSIVE);
	source_put_hive(out, f);
	if (o.mode == DROPMALFORMED)
		buf_adds(out, ", ignore_errors=true");
	if (o.mode != PERMISSIVE && o.date)
		put_option(out, "dateformat", o.date);
	if (o.mode != PERMISSIVE && o.timestamp)
		put_option(out, "timestampformat", o.timestamp);
	buf_adds(out, "))");
	return 0;
}

/* ---- errors ---- */

static void copy_after(const char *text, const char *label, const char *until, char *out, size_t size)
{
	const char *at = strstr(text, label);
	out[0] = '\0';
	if (!at)
		return;
	at += strlen(label);
	snprintf(out, size, "%.*s", (int)strcspn(at, until), at);
}

bool source_map_error(const char *m, struct error *err)
{
	char line[24], file[400], column[128], record[200];
	if (!strstr(m, "CSV Error on Line") && !strstr(m, "Malformed JSON"))
		return false;
	bool json = !strstr(m, "CSV Error on Line");
	copy_after(m, json ? "in line " : "CSV Error on Line: ", json ? ":." : "\n", line, sizeof line);
	copy_after(m, json ? "in file \"" : "file = ", json ? "\"" : "\n", file, sizeof file);
	copy_after(m, "converting column \"", "\"", column, sizeof column);
	copy_after(m, "Original Line: ", "", record, sizeof record);
	const char *text = record + (*record == '\n');
	error_set(err, ERR_INVALID, "Malformed records are detected in record parsing: [%.*s]. File %s, line %s%s%s. "
	          "Parse Mode: FAILFAST.", (int)strcspn(text, "\n"), text, file, line,
	          *column ? ", column " : "", column);
	error_class(err, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023");
	error_hint(err, "to process malformed records as NULL, try the option mode = PERMISSIVE");
	return true;
}
