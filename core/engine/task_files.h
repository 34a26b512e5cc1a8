/* Files that a task writes: reading the `output` member of a task message, the kernel's COPY for Parquet,
 * and the names that files get. Inside of the executor. */
#ifndef CORE_ENGINE_TASK_FILES_H
#define CORE_ENGINE_TASK_FILES_H

#include <cjson/cJSON.h>
#include <duckdb.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/engine/executor.h"
#include "core/engine/writer.h"

/* csv, json or text. */
struct text_output {
	struct writer_options writer;
	struct render_csv csv;
	size_t *partition;
};

/* Strings point into `output`. */
void text_output_read(struct text_output *t, const cJSON *output, const char *const *names, size_t n);
void text_output_free(struct text_output *t);

void parquet_copy_sql(struct buf *out, const char *sql, const cJSON *output);
/* After the COPY: give folders and files Spark's names and list them. */
int parquet_collect(const cJSON *output, cJSON *files, uint64_t *bytes, struct error *err);
/* ".snappy.parquet" for a compression's name. */
const char *parquet_suffix(const char *compression);

/* Rows read, peak memory and spill of the statement that has just ended. */
void task_profile(duckdb_connection con, struct task_metrics *m);

#endif
