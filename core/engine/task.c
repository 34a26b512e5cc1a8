/* What an executor does for its driver: statements for their effect, descriptions, and tasks whose rows go
 * back over the link or into files. */
#include <ctype.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/executor.h"
#include "core/engine/kernel_types.h"
#include "core/engine/render.h"
#include "core/engine/task_files.h"
#include "core/engine/writer.h"

#define BATCH_BYTES (128u << 10)
#define FIRST_BATCH_ROWS 2048    /* a person sees the first rows early */

/* ---- setup and describe ---- */

static int follow_zone(struct executor *x, struct error *err)
{
	duckdb_result r;
	int rc = 0;
	if (duck.query(x->k.con, "SELECT current_setting('TimeZone')", &r) == DuckDBSuccess) {
		duckdb_data_chunk c = duck.fetch_chunk(r);
		duckdb_string_t *s = duck.vector_get_data(duck.data_chunk_get_vector(c, 0));
		char *name = xstrndup(duck.string_t_data(s), duck.string_t_length(*s));
		struct zone *z = zone_new(name);
		if (z) {
			zone_free(x->zone);
			x->zone = z;
		} else {
			rc = error_set(err, ERR_INVALID, "the time zone %s is not known on this machine", name);
			error_class(err, "USER_ERROR", NULL);
			error_hint(err, "install the package tzdata, or use an offset such as +01:00");
		}
		free(name);
		duck.destroy_data_chunk(&c);
	}
	duck.destroy_result(&r);
	return rc;
}

int task_setup(struct executor *x, const cJSON *msg, struct error *err)
{
	const cJSON *sql;
	int rc = 0;
	bool zone = false;
	cJSON_ArrayForEach(sql, json_arr(msg, "sql")) {
		if (rc || !cJSON_IsString(sql))
			break;
		rc = kernel_run(&x->k, sql->valuestring, err);
		zone = zone || strcasestr(sql->valuestring, "timezone");
	}
	return !rc && zone ? follow_zone(x, err) : rc;
}

static int prepare(struct executor *x, const char *sql, duckdb_prepared_statement *out, struct error *err)
{
	if (duck.prepare(x->k.con, sql, out) == DuckDBSuccess)
		return 0;
	/* The kernel gives no type of a failed preparation; its first words are the type. */
	int rc = kernel_error(err, DUCKDB_ERROR_INVALID, duck.prepare_error(*out));
	duck.destroy_prepare(out);
	return rc;
}

int task_describe(struct executor *x, const cJSON *msg, cJSON **columns, struct error *err)
{
	struct buf sql = BUF_INIT, spark = BUF_INIT;
	duckdb_prepared_statement st;
	int rc = prepare(x, json_str(msg, "sql", ""), &st, err);
	if (rc)
		return rc;
	*columns = cJSON_CreateArray();
	idx_t n = duck.prepared_statement_column_count(st);
	for (idx_t i = 0; i < n; i++) {
		const char *name = duck.prepared_statement_column_name(st, i);
		duckdb_logical_type t = duck.prepared_statement_column_logical_type(st, i);
		buf_clear(&spark);
		kernel_type_spark(&spark, t);
		cJSON *c = cJSON_CreateObject();
		json_add_str(c, "name", name);
		json_add_int(c, "type", duck.get_type_id(t));
		json_add_str(c, "spark", buf_str(&spark));
		json_add_bool(c, "exact", kernel_type_exact(t));
		cJSON_AddItemToArray(*columns, c);
		duck.free((void *)name);
		duck.destroy_logical_type(&t);
	}
	duck.destroy_prepare(&st);
	buf_free(&sql);
	buf_free(&spark);
	return 0;
}

/* ---- a running query ---- */

struct query {
	duckdb_prepared_statement st;
	duckdb_pending_result pending;
	duckdb_result result;
	bool has_pending, has_result;
	duckdb_logical_type *types;
	const char **names;
	const char **spark;
	size_t n;
};

static void query_end(struct query *q)
{
	for (size_t i = 0; i < q->n; i++)
		duck.destroy_logical_type(&q->types[i]);
	free(q->types);
	free(q->names);
	free(q->spark);
	if (q->has_result)
		duck.destroy_result(&q->result);
	if (q->has_pending)
		duck.destroy_pending(&q->pending);
	duck.destroy_prepare(&q->st);
}

static void query_columns(struct query *q, const cJSON *types)
{
	q->n = (size_t)duck.column_count(&q->result);
	q->types = xcalloc(q->n + 1, sizeof *q->types);
	q->names = xcalloc(q->n + 1, sizeof *q->names);
	q->spark = xcalloc(q->n + 1, sizeof *q->spark);
	for (size_t i = 0; i < q->n; i++) {
		const cJSON *t = cJSON_GetArrayItem(types, (int)i);
		const cJSON *name = json_obj(t, "name") ? NULL : cJSON_GetObjectItem(t, "name");
		q->types[i] = duck.column_logical_type(&q->result, i);
		q->names[i] = cJSON_IsString(name) ? name->valuestring : duck.column_name(&q->result, i);
		q->spark[i] = cJSON_IsString(t) ? t->valuestring : json_str(t, "type", NULL);
	}
}

static int query_begin(struct executor *x, const char *sql, bool stream, const cJSON *types,
                       struct query *q, struct error *err)
{
	memset(q, 0, sizeof *q);
	int rc = prepare(x, sql, &q->st, err);
	if (rc)
		return rc;
	q->has_pending = true;
	duckdb_state s = stream ? duck.pending_prepared_streaming(q->st, &q->pending)
	                        : duck.pending_prepared(q->st, &q->pending);
	if (s != DuckDBSuccess) {
		rc = kernel_error(err, DUCKDB_ERROR_INVALID, duck.pending_error(q->pending));
	} else {
		q->has_result = true;
		if (duck.execute_pending(q->pending, &q->result) != DuckDBSuccess)
			rc = kernel_error(err, duck.result_error_type(&q->result),
			                  duck.result_error(&q->result));
	}
	if (!rc)
		query_columns(q, types);
	else
		query_end(q);
	return rc;
}

/* The next chunk, NULL at the end; a failure in the middle of a stream is told apart from its end. */
static duckdb_data_chunk query_next(struct executor *x, struct query *q, int *rc, struct error *err)
{
	duckdb_data_chunk c = duck.fetch_chunk(q->result);
	if (c && duck.data_chunk_get_size(c))
		return c;
	if (c)
		duck.destroy_data_chunk(&c);
	const char *why = duck.result_error(&q->result);
	if (why && *why)
		*rc = kernel_error(err, duck.result_error_type(&q->result), why);
	else if (executor_cancelled(x))
		*rc = kernel_error(err, DUCKDB_ERROR_INTERRUPT, "INTERRUPT: cancelled");
	return NULL;
}

/* ---- rows to the driver ---- */

static enum render_format format_of(const char *name)
{
	return !strcmp(name, "json") ? RENDER_JSON : !strcmp(name, "csv") ? RENDER_CSV : RENDER_TSV;
}

static int send_batch(struct executor *x, int64_t req, struct buf *b, uint64_t *rows, struct error *err)
{
	int rc = executor_send_rows(x, req, *rows, b);
	buf_clear(b);
	*rows = 0;
	return rc ? kernel_error(err, DUCKDB_ERROR_INTERRUPT, "INTERRUPT: cancelled") : 0;
}

static int stream_rows(struct executor *x, int64_t req, struct query *q, struct render *r,
                       struct task_metrics *m, struct error *err)
{
	struct buf b = BUF_INIT;
	uint64_t rows = 0;
	int rc = 0;
	for (duckdb_data_chunk c; !rc && (c = query_next(x, q, &rc, err));) {
		idx_t n = duck.data_chunk_get_size(c);
		render_bind(r, c);
		for (idx_t i = 0; i < n; i++)
			render_row(r, i, &b);
		duck.destroy_data_chunk(&c);
		rows += n;
		m->rows_out += n;
		if (b.len >= BATCH_BYTES || (m->rows_out == rows && rows >= FIRST_BATCH_ROWS)) {
			m->bytes_out += b.len;
			rc = send_batch(x, req, &b, &rows, err);
		}
	}
	m->bytes_out += b.len;
	if (!rc && rows)
		rc = send_batch(x, req, &b, &rows, err);
	buf_free(&b);
	return rc;
}

static int run_rows(struct executor *x, const cJSON *msg, const cJSON *output, struct task_metrics *m,
                    struct error *err)
{
	struct query q;
	int64_t req = json_int(msg, "req", 0);
	int rc = query_begin(x, json_str(msg, "sql", ""), true, json_arr(output, "types"), &q, err);
	if (rc)
		return rc;
	struct render_options o = { .format = format_of(json_str(output, "format", "tsv")), .zone = x->zone };
	struct render *r = render_new(q.types, q.names, q.spark, NULL, q.n, &o);
	if (json_bool(output, "header", false)) {
		struct buf b = BUF_INIT;
		uint64_t none = 0;
		render_header(r, &b);
		if (b.len)
			rc = send_batch(x, req, &b, &none, err);
		buf_free(&b);
	}
	if (!rc)
		rc = stream_rows(x, req, &q, r, m, err);
	render_free(r);
	query_end(&q);
	return rc;
}

/* ---- rows into text files ---- */

static int write_text(struct executor *x, const cJSON *msg, const cJSON *output, struct task_metrics *m,
                      struct error *err)
{
	struct query q;
	struct text_output t;
	int rc = query_begin(x, json_str(msg, "sql", ""), true, json_arr(output, "types"), &q, err);
	if (rc)
		return rc;
	text_output_read(&t, output, q.names, q.n);
	t.writer.render.zone = x->zone;
	struct writer *w = writer_new(q.types, q.names, q.n, q.spark, &t.writer);
	for (duckdb_data_chunk c; !rc && (c = query_next(x, &q, &rc, err));) {
		m->rows_out += duck.data_chunk_get_size(c);
		rc = writer_add(w, c, err);
		duck.destroy_data_chunk(&c);
	}
	if (!rc)
		rc = writer_finish(w, m->files, &m->bytes_out, err);
	writer_free(w);
	text_output_free(&t);
	query_end(&q);
	return rc;
}

/* ---- rows into Parquet: the kernel's own COPY ---- */

static int write_parquet(struct executor *x, const cJSON *msg, const cJSON *output, struct task_metrics *m,
                         struct error *err)
{
	struct buf sql = BUF_INIT;
	struct query q;
	parquet_copy_sql(&sql, json_str(msg, "sql", ""), output);
	int rc = query_begin(x, buf_str(&sql), false, NULL, &q, err);
	buf_free(&sql);
	if (rc)
		return rc;
	duckdb_data_chunk c = query_next(x, &q, &rc, err);
	if (c) {
		m->rows_out = (uint64_t)*(int64_t *)duck.vector_get_data(duck.data_chunk_get_vector(c, 0));
		duck.destroy_data_chunk(&c);
	}
	query_end(&q);
	if (!rc)
		rc = parquet_collect(output, m->files, &m->bytes_out, err);
	return rc;
}

static int run_files(struct executor *x, const cJSON *msg, const cJSON *output, struct task_metrics *m,
                     struct error *err)
{
	const char *dir = json_str(output, "dir", "");
	m->files = cJSON_CreateArray();
	int rc = fs_mkdirs(dir, 0777, err);
	if (rc) {
		error_class(err, "IO_TRANSIENT", NULL);
		return rc;
	}
	if (!strcmp(json_str(output, "format", "parquet"), "parquet"))
		rc = write_parquet(x, msg, output, m, err);
	else
		rc = write_text(x, msg, output, m, err);
	if (rc) /* an attempt's folder is worth nothing once it failed */
		fs_remove_tree(dir, NULL);
	return rc;
}

/* ---- what it cost ---- */

struct usage {
	int64_t us;
	uint64_t cpu_ns, read_bytes;
};

static uint64_t bytes_read(void)
{
	char line[128];
	unsigned long long n = 0;
	FILE *f = fopen("/proc/self/io", "re");
	if (f && fgets(line, sizeof line, f))
		sscanf(line, "rchar: %llu", &n);
	if (f)
		fclose(f);
	return n;
}

static struct usage usage_now(void)
{
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	uint64_t us = (uint64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000u +
	              (uint64_t)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
	return (struct usage){ clock_mono_us(), us * 1000, bytes_read() };
}

static void measure(struct executor *x, const struct usage *before, struct task_metrics *m)
{
	struct usage now = usage_now();
	m->run_ms = (now.us - before->us) / 1000;
	m->cpu_ns = now.cpu_ns - before->cpu_ns;
	m->bytes_in = now.read_bytes - before->read_bytes;
	task_profile(x->k.con, m);
	pthread_mutex_lock(&x->lock);
	if (!m->rows_in) /* what was seen on the way counts rows once per operator */
		m->rows_in = x->rows_seen;
	pthread_mutex_unlock(&x->lock);
}

/* Rows for a person keep the order of their files; rows into files only when the statement asks. */
static int keep_order(struct executor *x, bool ordered, struct error *err)
{
	if (x->ordered == ordered)
		return 0;
	x->ordered = ordered;
	return kernel_run(&x->k, ordered ? "SET preserve_insertion_order=true"
	                                 : "SET preserve_insertion_order=false", err);
}

int task_run(struct executor *x, const cJSON *msg, struct task_metrics *m, struct error *err)
{
	const cJSON *output = json_obj(msg, "output");
	bool rows = !strcmp(json_str(output, "kind", "rows"), "rows");
	struct usage before = usage_now();
	int rc = keep_order(x, rows || json_bool(output, "ordered", false), err);
	if (!rc)
		rc = rows ? run_rows(x, msg, output, m, err) : run_files(x, msg, output, m, err);
	measure(x, &before, m);
	return rc;
}
