/* INSERT and CREATE TABLE AS: a task writes files into the attempt folder of a commit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/commit.h"
#include "core/engine/runner_inner.h"
#include "core/engine/writer.h"

struct insert_task {
	struct runner *r;
	const struct sql_plan *p;
	const struct sql_insert *ins;
	const struct runner_output *out;
	struct runner_progress progress;
	const char *sql;
	struct commit *commit;
	const char *local;
	char stem[64];
};

/* A name that depends on the work and not on who does it: an attempt that repeats another's work after its
 * commit went through writes the same files again instead of adding more. */
static void name_files(struct insert_task *t)
{
	uint64_t h[2] = { UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4) };
	char key[256];
	int n = snprintf(key, sizeof key, "%s/%d/%s", t->r->job, t->r->statement, t->local);
	for (int i = 0; i < n && i < (int)sizeof key - 1; i++)
		for (int k = 0; k < 2; k++)
			h[k] = (h[k] ^ (unsigned char)(key[i] + k)) * UINT64_C(0x100000001b3);
	snprintf(t->stem, sizeof t->stem, "part-00000-%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(h[0] >> 32),
	         (unsigned)(h[0] >> 16 & 0xffff), (unsigned)(h[0] & 0xfff), (unsigned)(h[1] >> 52),
	         (unsigned long long)(h[1] & UINT64_C(0xffffffffffff)));
}

static cJSON *make_message(void *ctx, int attempt)
{
	struct insert_task *t = ctx;
	const struct sql_insert *ins = t->ins;
	cJSON *m = cJSON_CreateObject(), *o = cJSON_CreateObject(), *options = cJSON_CreateObject();
	json_add_str(m, "type", "task");
	json_add_int(m, "stage", 0);
	json_add_int(m, "partition", 0);
	json_add_int(m, "attempt", attempt);
	json_add_str(m, "sql", t->sql);
	json_add_str(o, "kind", "files");
	json_add_str(o, "dir", commit_folder(t->commit));
	json_add_str(o, "name", t->stem);
	json_add_str(o, "format", ins->to.format);
	json_add_bool(o, "ordered", t->p->ordered || ins->order_by);
	for (size_t i = 0; i < ins->to.n_options; i++)
		if (!cJSON_GetObjectItem(options, ins->to.options[i].key))
			json_add_str(options, ins->to.options[i].key, ins->to.options[i].value);
	if (!cJSON_GetObjectItem(options, "compression") && !strcmp(ins->to.format, "parquet"))
		json_add_str(options, "compression",
		             sql_session_conf(t->r->session, "spark.sql.parquet.compression.codec", "snappy"));
	json_add(o, "options", options);
	if (ins->n_partition_by)
		json_add(o, "partition_by", cJSON_CreateStringArray(ins->partition_by, (int)ins->n_partition_by));
	cJSON *types = cJSON_AddArrayToObject(o, "types");
	for (size_t i = 0; i < t->p->schema.n; i++)
		cJSON_AddItemToArray(types, cJSON_CreateString(t->p->schema.columns[i].type));
	return json_add(m, "output", o);
}

/* What a failed attempt wrote goes, and the next one starts with an empty folder. */
static int restart(void *ctx, struct error *err)
{
	struct insert_task *t = ctx;
	struct error local = ERROR_INIT;
	commit_free(t->commit);
	t->commit = NULL;
	if (commit_begin(t->local, "job", &t->commit, &local))
		*err = local;
	return local.code;
}

static void on_progress(void *ctx, double fraction, uint64_t rows_in)
{
	struct insert_task *t = ctx;
	t->progress.fraction = fraction;
	t->progress.rows_in = rows_in;
	if (t->out->progress)
		t->out->progress(t->out->ctx, &t->progress);
}

static void replace_static(struct commit *c, const struct sql_insert *ins)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < ins->n_static_spec; i++) {
		if (i)
			buf_addc(&b, '/');
		writer_escape(&b, ins->static_spec[i].key);
		buf_addc(&b, '=');
		writer_escape(&b, ins->static_spec[i].value);
	}
	commit_replace_folder(c, buf_str(&b));
	buf_free(&b);
}

static int finish(struct insert_task *t, struct error *err)
{
	const struct sql_insert *ins = t->ins;
	if (!ins->overwrite)
		return commit_finish(t->commit, COMMIT_APPEND, err);
	if (!ins->dynamic_partitions && !ins->n_static_spec)
		return commit_finish(t->commit, COMMIT_REPLACE, err);
	if (!ins->dynamic_partitions)
		replace_static(t->commit, ins);
	return commit_finish(t->commit, COMMIT_REPLACE_SOME, err);
}

static int check_format(const struct sql_insert *ins, struct error *err)
{
	static const char *const known[] = { "parquet", "csv", "json", "text" };
	bool ok = false;
	for (int i = 0; i < 4; i++)
		ok = ok || !strcmp(known[i], ins->to.format);
	if (!ok) {
		error_set(err, ERR_UNSUPPORTED, "writing the format %s is not supported; known are parquet, csv, json "
		          "and text", ins->to.format);
		error_class(err, "DATA_SOURCE_NOT_FOUND", "42K02");
		return ERR_UNSUPPORTED;
	}
	for (size_t i = 0; i < ins->to.n_options; i++) {
		const struct sql_option *o = &ins->to.options[i];
		bool plain = !strcasecmp(o->value, "none") || !strcasecmp(o->value, "uncompressed");
		if (strcasecmp(o->key, "compression") || !strcmp(ins->to.format, "parquet") || plain)
			continue;
		error_set(err, ERR_UNSUPPORTED, "compression = %s is not supported for %s files", o->value,
		          ins->to.format);
		error_class(err, "UNSUPPORTED_FEATURE", "0A000");
		return ERR_UNSUPPORTED;
	}
	return 0;
}

static int run(struct insert_task *t, struct runner_result *res, struct error *err)
{
	struct peer_sink sink = { .progress = on_progress, .ctx = t };
	struct runner_task task = { make_message, restart, t, &sink, "insert" };
	cJSON *reply = NULL;
	int rc = runner_task(t->r, &task, &reply, err);
	if (!rc && t->r->cancel) /* it arrived while the task finished: nothing may change any more */
		rc = error_set(err, ERR_CANCELLED, "cancelled");
	if (!rc)
		rc = finish(t, err);
	res->rows_in = (uint64_t)json_int(reply, "rows_in", 0);
	res->rows_out = (uint64_t)json_int(reply, "rows_out", 0);
	res->bytes_in = (uint64_t)json_int(reply, "bytes_in", 0);
	res->bytes_out = (uint64_t)json_int(reply, "bytes_out", 0);
	cJSON_Delete(reply);
	return rc;
}

int runner_insert(struct runner *r, const struct sql_plan *p, const char *sql, const struct sql_insert *ins,
                  const struct runner_output *out, struct runner_result *res, struct error *err)
{
	struct insert_task t = { .r = r, .p = p, .ins = ins, .out = out };
	struct buf sorted = BUF_INIT, what = BUF_INIT;
	int rc = check_format(ins, err);
	if (!rc)
		rc = runner_local(r, p, ins->to.paths[0], &t.local, err);
	if (!rc)
		rc = commit_begin(t.local, "job", &t.commit, err);
	if (!rc) {
		name_files(&t);
		buf_addf(&what, "write %s", ins->to.paths[0]);
		t.progress.description = buf_str(&what);
		t.sql = sql;
		if (ins->order_by) {
			buf_addf(&sorted, "SELECT * FROM (%s\n) ORDER BY %s", sql, ins->order_by);
			t.sql = buf_str(&sorted);
		}
		rc = run(&t, res, err);
	}
	commit_free(t.commit);
	buf_free(&sorted);
	buf_free(&what);
	return rc;
}
