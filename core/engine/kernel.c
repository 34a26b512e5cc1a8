/* Opening the kernel is on the path of every statement of a fresh shell: symbols bind lazily (a third of
 * the time of binding them all), and everything that only sets up the session runs in one transaction. */
#include "core/engine/kernel.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/sql/sql.h"

struct kernel_api duck;

static const struct {
	const char *name;
	size_t at;
} functions[] = {
#define F(name) { "duckdb_" #name, offsetof(struct kernel_api, name) },
#include "core/engine/kernel_functions.h"
#undef F
};

static void *open_one(const char *path, struct buf *tried)
{
	if (strchr(path, '/') && !fs_exists(path)) {
		buf_addf(tried, "%s%s (not there)", tried->len ? ", " : "", path);
		return NULL;
	}
	void *h = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!h)
		buf_addf(tried, "%s%s (%s)", tried->len ? ", " : "", path, dlerror());
	return h;
}

static void *open_library(struct error *err)
{
	struct buf tried = BUF_INIT;
	const char *named = getenv("STOKER_DUCKDB");
	char *places[4] = {
		named && *named ? xstrdup(named) : NULL,
		xasprintf("%s/libduckdb.so", fs_program_dir()),
		xasprintf("%s/../lib/stoker/libduckdb.so", fs_program_dir()),
		xstrdup("libduckdb.so"),
	};
	void *h = NULL;
	for (int i = 0; i < 4; i++) {
		if (!h && places[i])
			h = open_one(places[i], &tried);
		free(places[i]);
	}
	if (!h) {
		error_set(err, ERR_UNAVAILABLE, "libduckdb.so, the SQL kernel, cannot be opened");
		error_class(err, "KERNEL_UNAVAILABLE", NULL);
		error_detail(err, "tried %s", buf_str(&tried));
		error_hint(err, "run `make deps`, or name the library in STOKER_DUCKDB");
	}
	buf_free(&tried);
	return h;
}

int kernel_load(struct error *err)
{
	if (duck.query)
		return 0;
	void *h = open_library(err);
	if (!h)
		return ERR_UNAVAILABLE;
	struct kernel_api api;
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		void *f = dlsym(h, functions[i].name);
		if (!f) {
			dlclose(h);
			error_set(err, ERR_UNAVAILABLE, "libduckdb.so is too old: it has no %s",
			          functions[i].name);
			error_class(err, "KERNEL_UNAVAILABLE", NULL);
			return ERR_UNAVAILABLE;
		}
		memcpy((char *)&api + functions[i].at, &f, sizeof f);
	}
	duck = api;
	return 0;
}

int kernel_memory_share(int grant_mb)
{
	int mb = grant_mb * 55 / 100;
	return mb < 64 ? 64 : mb;
}

static void config_set(duckdb_config c, const char *key, const char *value)
{
	/* An unknown setting of another kernel version is no reason to fail: the prelude is checked. */
	(void)duck.set_config(c, key, value);
}

static duckdb_config config_make(const struct kernel_options *o)
{
	duckdb_config c;
	if (duck.create_config(&c) != DuckDBSuccess)
		return NULL;
	char n[32];
	snprintf(n, sizeof n, "%d", o->threads > 0 ? o->threads : 1);
	config_set(c, "threads", n);
	snprintf(n, sizeof n, "%dMiB", kernel_memory_share(o->memory_mb));
	config_set(c, "memory_limit", n);
	config_set(c, "temp_directory", o->temp_dir ? o->temp_dir : "");
	config_set(c, "autoinstall_known_extensions", "false");
	config_set(c, "autoload_known_extensions", "false");
	config_set(c, "preserve_insertion_order", "false");
	config_set(c, "default_null_order", "nulls_first_on_asc_last_on_desc");
	config_set(c, "integer_division", "false");
	config_set(c, "allow_unsigned_extensions", "false");
	return c;
}

static int open_database(struct kernel *k, const struct kernel_options *o, struct error *err)
{
	duckdb_config c = config_make(o);
	char *why = NULL;
	int rc = 0;
	if (duck.open_ext(NULL, &k->db, c, &why) != DuckDBSuccess)
		rc = error_set(err, ERR_INTERNAL, "the kernel cannot open: %s", why ? why : "no reason given");
	else if (duck.connect(k->db, &k->con) != DuckDBSuccess)
		rc = error_set(err, ERR_INTERNAL, "the kernel gives no connection");
	if (why)
		duck.free(why);
	if (c)
		duck.destroy_config(&c);
	return rc;
}

static int run_prelude(struct kernel *k, const struct kernel_options *o, struct error *err)
{
	struct buf b = BUF_INIT;
	size_t n;
	const char *const *sql = sql_kernel_prelude(&n);
	buf_addf(&b, "SET TimeZone='%s';", o->timezone ? o->timezone : "UTC");
	buf_adds(&b, "SET enable_progress_bar=true;SET enable_progress_bar_print=false;"
	             "SET progress_bar_time=0;SET enable_profiling='no_output';"
	             "SET custom_profiling_settings='{\"OPERATOR_TYPE\":\"true\","
	             "\"OPERATOR_CARDINALITY\":\"true\",\"SYSTEM_PEAK_BUFFER_MEMORY\":\"true\","
	             "\"SYSTEM_PEAK_TEMP_DIR_SIZE\":\"true\"}';");
	int rc = kernel_run(k, buf_str(&b), err);
	if (!rc && n) {
		buf_clear(&b);
		buf_adds(&b, "BEGIN;");
		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s;\n", sql[i]);
		buf_adds(&b, "COMMIT;");
		rc = kernel_run(k, buf_str(&b), err);
	}
	buf_free(&b);
	return rc;
}

/* For STOKER_LOG=debug: where the start's milliseconds go, on a busy machine, too. */
static void trace(const char *what)
{
	log_debug("kernel: %s after %.1f ms of CPU", what, (double)clock() * 1000 / CLOCKS_PER_SEC);
}

int kernel_open(struct kernel *k, const struct kernel_options *o, struct error *err)
{
	memset(k, 0, sizeof *k);
	int rc = kernel_load(err);
	trace("loaded");
	if (!rc)
		rc = open_database(k, o, err);
	trace("open");
	if (!rc)
		rc = kernel_register_functions(k->con, err);
	trace("functions registered");
	if (!rc)
		rc = run_prelude(k, o, err);
	trace("prelude has run");
	if (rc)
		kernel_close(k);
	return rc;
}

void kernel_close(struct kernel *k)
{
	if (k->con)
		duck.disconnect(&k->con);
	if (k->db)
		duck.close(&k->db);
	memset(k, 0, sizeof *k);
}

int kernel_run(struct kernel *k, const char *sql, struct error *err)
{
	duckdb_result r;
	int rc = 0;
	if (duck.query(k->con, sql, &r) != DuckDBSuccess)
		rc = kernel_error(err, duck.result_error_type(&r), duck.result_error(&r));
	duck.destroy_result(&r);
	return rc;
}

static bool has(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

/* A full disk is worth another try elsewhere; a missing or broken file is the user's affair. */
static const char *io_kind(const char *m)
{
	if (has(m, "No space left") || has(m, "Disk quota") || has(m, "max_temp_directory_size"))
		return "IO_TRANSIENT";
	if (has(m, "Input/output error") || has(m, "Too many open files"))
		return "IO_TRANSIENT";
	return "USER_ERROR";
}

int kernel_error(struct error *err, duckdb_error_type type, const char *message)
{
	const char *m = message && *message ? message : "the kernel gave no reason";
	const char *kind;
	int code;
	if (type == DUCKDB_ERROR_OUT_OF_MEMORY || !strncmp(m, "Out of Memory", 13)) {
		/* A spill folder that is full is reported as lack of memory. */
		kind = has(m, "No space left") || has(m, "max_temp_directory_size") ? "IO_TRANSIENT" : "OOM";
		code = *kind == 'O' ? ERR_NOMEM : ERR_FULL;
	} else if (type == DUCKDB_ERROR_INTERRUPT || !strncmp(m, "INTERRUPT", 9)) {
		kind = "KILLED";
		code = ERR_CANCELLED;
	} else if (type == DUCKDB_ERROR_INTERNAL || type == DUCKDB_ERROR_FATAL ||
	           !strncmp(m, "INTERNAL Error", 14) || !strncmp(m, "FATAL Error", 11)) {
		kind = "INTERNAL";
		code = ERR_INTERNAL;
	} else {
		bool io = type == DUCKDB_ERROR_IO || !strncmp(m, "IO Error", 8);
		kind = io ? io_kind(m) : "USER_ERROR";
		code = *kind == 'I' ? ERR_FULL : ERR_INVALID;
	}
	error_set(err, code, "%s", m);
	error_class(err, kind, NULL);
	return code;
}
