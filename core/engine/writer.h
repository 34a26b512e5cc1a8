/* Text files of a task: Spark's CSV, JSON and text data sources, with or without Hive partitions. Lines are
 * rendered by us, because the kernel prints doubles and instants in its own way.
 *
 * Files appear in `dir` as [key=value/…]<stem>-c000<suffix>. A file is open only while a full buffer is
 * written, so any number of partitions may be written at once. */
#ifndef CORE_ENGINE_WRITER_H
#define CORE_ENGINE_WRITER_H

#include <cjson/cJSON.h>
#include <duckdb.h>

#include "core/base/error.h"
#include "core/engine/render.h"

struct writer_options {
	const char *dir, *stem, *suffix;   /* ".csv" */
	bool header;
	const size_t *partition;           /* positions of the partition columns, in folder order */
	size_t n_partition;
	struct render_options render;
};

struct writer;

struct writer *writer_new(const duckdb_logical_type *types, const char *const *names, size_t n,
                          const char *const *spark_types, const struct writer_options *o);
int writer_add(struct writer *w, duckdb_data_chunk chunk, struct error *err);
/* Write what is left. files: array of {path (below dir), rows, bytes}; an unpartitioned writer leaves one
 * file also for no rows. The error's class is IO_TRANSIENT. */
int writer_finish(struct writer *w, cJSON *files, uint64_t *bytes, struct error *err);
void writer_free(struct writer *w);

/* Spark's escape of a partition value (or name) as a folder name; NULL or "" gives Hive's word for NULL. */
void writer_escape(struct buf *out, const char *value);

#endif
