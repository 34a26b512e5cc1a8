/* The peer of the ETL benchmark: runs a file of kernel SQL on bare DuckDB, nothing else.
 *     kernel_sql [--threads N] [-d name=value]… file.sql
 * ${name} is replaced by value. Exits with 1 and the kernel's message on the first failure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <duckdb.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/fs.h"

static void substitute(struct buf *sql, const char *name, size_t n, const char *value)
{
	struct buf out = BUF_INIT;
	const char *p = buf_str(sql), *hit;
	while ((hit = strstr(p, "${"))) {
		buf_add(&out, p, (size_t)(hit - p));
		if (!strncmp(hit + 2, name, n) && hit[2 + n] == '}') {
			buf_adds(&out, value);
			p = hit + n + 3;
		} else {
			buf_adds(&out, "${");
			p = hit + 2;
		}
	}
	buf_adds(&out, p);
	buf_free(sql);
	*sql = out;
}

static int run(const char *sql, const char *threads)
{
	duckdb_config config;
	duckdb_database db;
	duckdb_connection con;
	duckdb_result result;
	char *message = NULL;
	duckdb_create_config(&config);
	duckdb_set_config(config, "threads", threads);
	duckdb_set_config(config, "autoinstall_known_extensions", "false");
	duckdb_set_config(config, "preserve_insertion_order", "false");
	if (duckdb_open_ext(NULL, &db, config, &message) != DuckDBSuccess) {
		fprintf(stderr, "kernel_sql: %s\n", message);
		return 1;
	}
	duckdb_connect(db, &con);
	int rc = duckdb_query(con, sql, &result) != DuckDBSuccess;
	if (rc)
		fprintf(stderr, "kernel_sql: %s\n", duckdb_result_error(&result));
	duckdb_destroy_result(&result);
	duckdb_disconnect(&con);
	duckdb_close(&db);
	duckdb_destroy_config(&config);
	return rc;
}

int main(int argc, char **argv)
{
	struct buf sql = BUF_INIT;
	struct error err = ERROR_INIT;
	const char *threads = "2";
	if (argc < 2 || fs_read(argv[argc - 1], 1 << 20, &sql, &err)) {
		fprintf(stderr, "kernel_sql: %s\n", argc < 2 ? "which file?" : err.message);
		return 2;
	}
	for (int i = 1; i + 2 < argc; i += 2) {
		char *eq = strchr(argv[i + 1], '=');
		if (!strcmp(argv[i], "--threads"))
			threads = argv[i + 1];
		else if (!strcmp(argv[i], "-d") && eq)
			substitute(&sql, argv[i + 1], (size_t)(eq - argv[i + 1]), eq + 1);
	}
	int rc = run(buf_str(&sql), threads);
	buf_free(&sql);
	return rc;
}
