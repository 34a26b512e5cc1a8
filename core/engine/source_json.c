/* Spark's JSON source over the kernel's reader: one object per line, or whole files with multiLine. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/engine/source.h"
#include "core/sql/quote.h"
#include "core/sql/types.h"

static const char *layout(const struct sql_source *src)
{
	return source_option_true(src, "multiline", false) ? "auto" : "newline_delimited";
}

static bool fail_fast(const struct sql_source *src)
{
	return !strcasecmp(source_option(src, "mode", "PERMISSIVE"), "FAILFAST");
}

static void put_common(struct buf *out, const struct sql_source *src, const struct source_files *f)
{
	source_put_files(out, f);
	buf_addf(out, ", format='%s'", layout(src));
	if (!fail_fast(src) && !strcmp(layout(src), "newline_delimited"))
		buf_adds(out, ", ignore_errors=true");
}

/* ---- inferred types as Spark infers them: no dates, and fields in the order of their names ---- */

static int by_name(const void *x, const void *y)
{
	const struct sql_type_field *a = x, *b = y;
	return strcmp(a->name, b->name);
}

static const struct sql_type *spark_type(struct arena *a, const struct sql_type *t)
{
	switch (t->id) {
	case SQL_T_VOID:
	case SQL_T_DATE:
	case SQL_T_TIMESTAMP:
	case SQL_T_TIMESTAMP_NTZ: return sql_type_of(SQL_T_STRING);
	case SQL_T_TINYINT:
	case SQL_T_SMALLINT:
	case SQL_T_INT: return sql_type_of(SQL_T_BIGINT);
	case SQL_T_ARRAY: return sql_type_array(a, spark_type(a, t->element));
	case SQL_T_MAP: return sql_type_map(a, t->key, spark_type(a, t->element));
	case SQL_T_STRUCT: {
		struct sql_type_field *f = arena_alloc(a, (t->n_fields + 1) * sizeof *f);
		for (size_t i = 0; i < t->n_fields; i++)
			f[i] = (struct sql_type_field){ t->fields[i].name, spark_type(a, t->fields[i].type) };
		qsort(f, t->n_fields, sizeof *f, by_name);
		return sql_type_struct(a, f, t->n_fields);
	}
	default: return t;
	}
}

static int by_column(const void *x, const void *y)
{
	return strcmp(((const struct sql_column *)x)->name, ((const struct sql_column *)y)->name);
}

int json_infer(struct sources *s, const struct sql_source *src, const struct source_files *f,
               struct arena *a, struct sql_schema *out, struct error *err)
{
	struct buf sql = BUF_INIT;
	buf_adds(&sql, "SELECT * FROM read_json(");
	put_common(&sql, src, f);
	buf_adds(&sql, ", hive_partitioning=false, sample_size=-1, maximum_depth=-1, field_appearance_threshold=0, "
	               "map_inference_threshold=-1, convert_strings_to_integers=false, records=true)");
	int rc = source_columns(s, buf_str(&sql), a, out, err);
	buf_free(&sql);
	for (size_t i = 0; !rc && i < out->n; i++) {
		const struct sql_type *t = sql_type_parse(a, out->columns[i].type);
		out->columns[i].comment = NULL;
		if (t)
			out->columns[i].type = sql_type_text(a, spark_type(a, t));
	}
	if (!rc)
		qsort(out->columns, out->n, sizeof *out->columns, by_column);
	return rc;
}

/* ---- scan ---- */

static void put_columns(struct buf *out, const struct sql_schema *schema, struct arena *a)
{
	bool any = false;
	buf_adds(out, ", columns={");
	for (size_t i = 0; i < schema->n; i++) {
		const struct sql_column *c = &schema->columns[i];
		if (c->partition)
			continue;
		struct buf type = BUF_INIT;
		const struct sql_type *t = sql_type_parse(a, c->type);
		if (t)
			sql_type_kernel(&type, t);
		buf_adds(out, any ? "," : "");
		sql_quote_str(out, c->name);
		buf_addc(out, ':');
		sql_quote_str(out, t ? buf_str(&type) : "VARCHAR");
		buf_free(&type);
		any = true;
	}
	if (!any)
		buf_adds(out, "'__none':'VARCHAR'");
	buf_addc(out, '}');
}

int json_scan(struct sources *s, const struct sql_source *src, const struct source_files *f,
              const struct sql_schema *schema, struct arena *a, struct buf *out, struct error *err)
{
	(void)s;
	buf_adds(out, "(SELECT ");
	for (size_t i = 0; i < schema->n; i++) {
		buf_adds(out, i ? ", " : "");
		sql_quote_ident(out, schema->columns[i].name);
	}
	buf_adds(out, " FROM read_json(");
	put_common(out, src, f);
	put_columns(out, schema, a);
	source_put_hive(out, f);
	const char *date = source_option(src, "dateformat", NULL);
	const char *stamp = source_option(src, "timestampformat", NULL);
	const char *d = date ? source_date_format(a, date) : NULL, *t = stamp ? source_date_format(a, stamp) : NULL;
	if ((date && !d) || (stamp && !t)) {
		error_set(err, ERR_UNSUPPORTED, "the JSON option %s = '%s' is not supported",
		          date && !d ? "dateFormat" : "timestampFormat", date && !d ? date : stamp);
		error_class(err, "UNSUPPORTED_FEATURE", "0A000");
		return ERR_UNSUPPORTED;
	}
	if (d) {
		buf_adds(out, ", dateformat=");
		sql_quote_str(out, d);
	}
	if (t) {
		buf_adds(out, ", timestampformat=");
		sql_quote_str(out, t);
	}
	buf_adds(out, "))");
	return 0;
}
