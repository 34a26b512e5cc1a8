/* The kernel: DuckDB, opened with dlopen by executors only.
 *
 * `duck` is the table of its C functions, filled once per process by kernel_load (the single piece of
 * process-wide state here; read-only afterwards): duck.query(…) is duckdb_query(…). Types and constants
 * come from duckdb.h; no duckdb_ function may be called by its own name, or stokerd would need the
 * library at start. A function that is not in the table yet: add its line to kernel_functions.h.
 *
 * The library is looked for in: $STOKER_DUCKDB, libduckdb.so beside the program, ../lib/stoker/ from
 * there, then where the system's loader looks. */
#ifndef CORE_ENGINE_KERNEL_H
#define CORE_ENGINE_KERNEL_H

#include <duckdb.h>
#include <stdbool.h>

#include "core/base/error.h"

struct kernel_api {
#define F(name) __typeof__(duckdb_##name) *name;
#include "core/engine/kernel_functions.h"
#undef F
};

extern struct kernel_api duck;

struct kernel_options {
	int threads;          /* ≥ 1 */
	int memory_mb;        /* the whole grant; the kernel's buffer pool gets its share of it */
	const char *temp_dir; /* spill folder, made by the kernel when needed; NULL: no spilling */
	const char *timezone; /* IANA name; NULL: UTC */
};

/* One in-memory database with one connection. */
struct kernel {
	duckdb_database db;
	duckdb_connection con;
};

/* Load the library. ERR_UNAVAILABLE names every place that was tried. Again: nothing. */
int kernel_load(struct error *err);
/* Open a database, pin its settings, register Spark's functions and run the front end's prelude. */
int kernel_open(struct kernel *k, const struct kernel_options *o, struct error *err);
void kernel_close(struct kernel *k);

/* Run one statement for its effect. The error's class is the executor's kind (USER_ERROR, OOM, …). */
int kernel_run(struct kernel *k, const char *sql, struct error *err);
/* The kernel's words turned into an error with its kind as class: OOM, IO_TRANSIENT, KILLED, USER_ERROR or
 * INTERNAL. */
int kernel_error(struct error *err, duckdb_error_type type, const char *message);
/* What the buffer pool may take of a grant, in MB (the process takes up to 1.6 times as much). */
int kernel_memory_share(int grant_mb);

/* Register the C functions of core/engine/udf*.c in a connection; called by kernel_open. */
int kernel_register_functions(duckdb_connection con, struct error *err);

#endif
