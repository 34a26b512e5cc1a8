/* Spark's Parquet source: columns by name whatever their case, absent ones NULL, instants in UTC. */
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/engine/source.h"
#include "core/sql/quote.h"
#include "core/sql/types.h"

static void put_reader(struct buf *out, const struct source_files *f)
{
	buf_adds(out, "read_parquet(");
	source_put_files(out, f);
	source_put_hive(out, f);
	if (f->list.n_files > 1) /* tables grow columns: files of one table need not agree */
		buf_adds(out, ", union_by_name=true");
	buf_addc(out, ')');
}

static bool naive_timestamps(const struct sql_schema *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (strstr(s->columns[i].type, "timestamp_ntz"))
			return true;
	return false;
}

/* Spark writes instants as INT96 unless told otherwise; the kernel reads those as wall clocks. */
static int find_int96(struct sources *s, struct source_files *f, struct arena *a, struct sql_schema *out,
                      struct error *err)
{
	struct buf sql = BUF_INIT;
	const char ***rows;
	size_t n;
	buf_adds(&sql, "SELECT count(*) FROM parquet_schema(");
	sql_quote_str(&sql, f->list.files[0]);
	buf_adds(&sql, ") WHERE type = 'INT96'");
	int rc = source_query(s, buf_str(&sql), a, &rows, &n, err);
	f->int96 = !rc && n && strcmp(rows[0][0], "0");
	for (size_t i = 0; f->int96 && i < out->n; i++)
		if (!strcmp(out->columns[i].type, "timestamp_ntz"))
			out->columns[i].type = "timestamp";
	buf_free(&sql);
	return rc;
}

static int file_columns(struct sources *s, struct source_files *f, struct arena *a, struct sql_schema *out,
                        struct error *err)
{
	struct buf sql = BUF_INIT;
	buf_adds(&sql, "SELECT * FROM ");
	put_reader(&sql, f);
	int rc = source_columns(s, buf_str(&sql), a, out, err);
	buf_free(&sql);
	return rc;
}

int parquet_infer(struct sources *s, struct source_files *f, struct arena *a, struct sql_schema *out,
                  struct error *err)
{
	int rc = file_columns(s, f, a, out, err);
	if (!rc && naive_timestamps(out))
		rc = find_int96(s, f, a, out, err);
	for (size_t i = 0; !rc && i < out->n; i++)
		out->columns[i].comment = NULL;
	return rc;
}

static void put_column(struct buf *out, const struct sql_column *want, const struct sql_column *have,
                       struct arena *a)
{
	struct buf type = BUF_INIT;
	const struct sql_type *t = sql_type_parse(a, want->type);
	if (t)
		sql_type_kernel(&type, t);
	if (!have) {
		buf_addf(out, "CAST(NULL AS %s)", t ? buf_str(&type) : "VARCHAR");
	} else if (!strcmp(want->type, have->type) && !have->comment) {
		sql_quote_ident(out, have->name);
	} else if ((!strcmp(want->type, "timestamp") && !strcmp(have->type, "timestamp_ntz")) ||
	           (!strcmp(want->type, "timestamp_ntz") && !strcmp(have->type, "timestamp"))) {
		buf_addc(out, '(');
		sql_quote_ident(out, have->name);
		buf_adds(out, " AT TIME ZONE 'UTC')");
	} else {
		buf_adds(out, "CAST(");
		sql_quote_ident(out, have->name);
		buf_addf(out, " AS %s)", t ? buf_str(&type) : "VARCHAR");
	}
	if (!have || have->comment || strcmp(want->name, have->name) || strcmp(want->type, have->type)) {
		buf_adds(out, " AS ");
		sql_quote_ident(out, want->name);
	}
	buf_free(&type);
}

int parquet_scan(struct sources *s, struct source_files *f, const struct sql_schema *schema, struct arena *a,
                 struct buf *out, struct error *err)
{
	struct sql_schema have;
	int rc = file_columns(s, f, a, &have, err);
	if (rc)
		return rc;
	buf_adds(out, "(SELECT ");
	for (size_t i = 0; i < schema->n; i++) {
		const struct sql_column *c = &schema->columns[i];
		if (i)
			buf_adds(out, ", ");
		put_column(out, c, source_find(&have, c->name), a);
	}
	buf_adds(out, " FROM ");
	put_reader(out, f);
	buf_addc(out, ')');
	return 0;
}
