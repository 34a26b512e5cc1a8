#include "core/engine/task_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/kernel.h"
#include "core/sql/quote.h"

/* ---- text ---- */

static const char *option(const cJSON *output, const char *key, const char *def)
{
	return json_str(json_obj(output, "options"), key, def);
}

static bool option_true(const cJSON *output, const char *key)
{
	return !strcasecmp(option(output, key, "false"), "true");
}

static void read_csv_options(struct render_csv *c, const cJSON *output)
{
	c->sep = *option(output, "sep", option(output, "delimiter", ","));
	c->quote = *option(output, "quote", "\"");
	c->escape = *option(output, "escape", "\\");
	c->null_value = option(output, "nullvalue", "");
	c->empty_value = option(output, "emptyvalue", "\"\"");
	c->quote_all = option_true(output, "quoteall");
	c->keep_leading = !strcasecmp(option(output, "ignoreleadingwhitespace", "true"), "false");
	c->keep_trailing = !strcasecmp(option(output, "ignoretrailingwhitespace", "true"), "false");
}

void text_output_read(struct text_output *t, const cJSON *output, const char *const *names, size_t n)
{
	const char *format = json_str(output, "format", "csv");
	memset(t, 0, sizeof *t);
	read_csv_options(&t->csv, output);
	struct writer_options *w = &t->writer;
	w->dir = json_str(output, "dir", "");
	w->stem = json_str(output, "name", "part-00000");
	w->render.csv = &t->csv;
	w->render.format = !strcmp(format, "json") ? RENDER_FILE_JSON
	                 : !strcmp(format, "text") ? RENDER_FILE_TEXT : RENDER_FILE_CSV;
	w->suffix = !strcmp(format, "json") ? ".json" : !strcmp(format, "text") ? ".txt" : ".csv";
	w->header = option_true(output, "header");
	const cJSON *keys = json_arr(output, "partition_by"), *k;
	t->partition = xcalloc((size_t)cJSON_GetArraySize(keys) + 1, sizeof *t->partition);
	cJSON_ArrayForEach(k, keys)
		for (size_t i = 0; i < n; i++)
			if (cJSON_IsString(k) && !strcasecmp(names[i], k->valuestring)) {
				t->partition[w->n_partition++] = i;
				break;
			}
	w->partition = t->partition;
}

void text_output_free(struct text_output *t)
{
	free(t->partition);
}

/* ---- Parquet ---- */

static const struct {
	const char *spark, *kernel, *suffix;
} codecs[] = {
	{ "snappy", "snappy", ".snappy.parquet" }, { "zstd", "zstd", ".zstd.parquet" },
	{ "gzip", "gzip", ".gz.parquet" }, { "none", "uncompressed", ".parquet" },
	{ "uncompressed", "uncompressed", ".parquet" }, { "lz4", "lz4", ".lz4.parquet" },
	{ "lz4_raw", "lz4", ".lz4raw.parquet" }, { "lz4raw", "lz4", ".lz4raw.parquet" },
	{ "brotli", "brotli", ".br.parquet" },
};

static size_t codec_of(const char *name)
{
	for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
		if (!strcasecmp(codecs[i].spark, name))
			return i;
	return 0;
}

const char *parquet_suffix(const char *compression)
{
	return codecs[codec_of(compression)].suffix;
}

void parquet_copy_sql(struct buf *out, const char *sql, const cJSON *output)
{
	const char *codec = option(output, "compression", "snappy");
	const char *dir = json_str(output, "dir", ""), *stem = json_str(output, "name", "part-00000");
	const cJSON *keys = json_arr(output, "partition_by"), *k;
	struct buf to = BUF_INIT;
	bool parted = cJSON_GetArraySize(keys) > 0;
	if (parted)
		buf_adds(&to, dir);
	else
		buf_addf(&to, "%s/%s-c000%s", dir, stem, parquet_suffix(codec));
	buf_addf(out, "COPY (%s\n) TO ", sql);
	sql_quote_str(out, buf_str(&to));
	buf_addf(out, " (FORMAT parquet, COMPRESSION %s", codecs[codec_of(codec)].kernel);
	if (parted) {
		buf_adds(out, ", PARTITION_BY (");
		cJSON_ArrayForEach(k, keys) {
			if (k != keys->child)
				buf_adds(out, ", ");
			sql_quote_ident(out, cJSON_IsString(k) ? k->valuestring : "");
		}
		buf_adds(out, "), FILENAME_PATTERN ");
		buf_clear(&to);
		buf_addf(&to, "%s-c{i}", stem);
		sql_quote_str(out, buf_str(&to));
		buf_adds(out, ", OVERWRITE_OR_IGNORE true");
	}
	buf_adds(out, ")");
	buf_free(&to);
}

/* ---- names ---- */

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static void unescape(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			buf_addc(out, (char)(hex(s[1]) * 16 + hex(s[2])));
			s += 2;
		} else {
			buf_addc(out, *s);
		}
	}
}

/* The kernel escapes more of a folder's name than Spark does: "a b" is a%20b there. */
static void spark_folder(struct buf *out, const char *name)
{
	const char *eq = strchr(name, '=');
	struct buf part = BUF_INIT;
	char *key = xstrndup(name, eq ? (size_t)(eq - name) : strlen(name));
	unescape(&part, key);
	writer_escape(out, buf_str(&part));
	free(key);
	if (eq) {
		buf_clear(&part);
		unescape(&part, eq + 1);
		buf_addc(out, '=');
		writer_escape(out, buf_str(&part));
	}
	buf_free(&part);
}

static int keep_all(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

static int rename_to(const char *dir, const char *from, const char *to, struct error *err)
{
	char *x = xasprintf("%s/%s", dir, from), *y = xasprintf("%s/%s", dir, to);
	int rc = 0;
	if (strcmp(from, to) && rename(x, y)) {
		rc = error_errno(err, errno, "cannot rename %s to %s", x, to);
		error_class(err, "IO_TRANSIENT", NULL);
	}
	free(x);
	free(y);
	return rc;
}

struct collect {
	const char *dir, *stem, *suffix;
	cJSON *files;
	uint64_t *bytes;
	struct error *err;
};

static void add_file(struct collect *c, const char *below, const char *name)
{
	char *rel = xasprintf("%s%s%s", below, *below ? "/" : "", name);
	char *path = xasprintf("%s/%s", c->dir, rel);
	struct stat st;
	cJSON *f = cJSON_CreateObject();
	json_add_str(f, "path", rel);
	json_add_int(f, "bytes", stat(path, &st) ? 0 : (int64_t)st.st_size);
	*c->bytes += stat(path, &st) ? 0 : (uint64_t)st.st_size;
	cJSON_AddItemToArray(c->files, f);
	free(path);
	free(rel);
}

static int collect(struct collect *c, const char *below);

static int collect_folder(struct collect *c, const char *at, const char *below, const char *name)
{
	struct buf spark = BUF_INIT;
	spark_folder(&spark, name);
	int rc = rename_to(at, name, buf_str(&spark), c->err);
	char *next = xasprintf("%s%s%s", below, *below ? "/" : "", buf_str(&spark));
	if (!rc)
		rc = collect(c, next);
	free(next);
	buf_free(&spark);
	return rc;
}

static int collect(struct collect *c, const char *below)
{
	char *at = xasprintf("%s%s%s", c->dir, *below ? "/" : "", below);
	struct dirent **d;
	int n = scandir(at, &d, keep_all, alphasort), rc = 0, file = 0;
	if (n < 0) {
		rc = error_errno(c->err, errno, "cannot list %s", at);
		error_class(c->err, "IO_TRANSIENT", NULL);
	}
	for (int i = 0; i < n; i++) {
		char name[512];
		if (!rc && d[i]->d_type == DT_DIR) {
			rc = collect_folder(c, at, below, d[i]->d_name);
		} else if (!rc) {
			snprintf(name, sizeof name, "%s-c%03d%s", c->stem, file++, c->suffix);
			rc = rename_to(at, d[i]->d_name, name, c->err);
			add_file(c, below, name);
		}
		free(d[i]);
	}
	if (n >= 0)
		free(d);
	free(at);
	return rc;
}

int parquet_collect(const cJSON *output, cJSON *files, uint64_t *bytes, struct error *err)
{
	struct collect c = { json_str(output, "dir", ""), json_str(output, "name", "part-00000"),
	                     parquet_suffix(option(output, "compression", "snappy")), files, bytes, err };
	return collect(&c, "");
}

/* ---- the kernel's own account ---- */

static uint64_t metric(duckdb_profiling_info p, const char *name)
{
	duckdb_value v = duck.profiling_info_get_value(p, name);
	uint64_t n = 0;
	if (!v)
		return 0;
	char *s = duck.get_varchar(v);
	if (s)
		n = strtoull(s, NULL, 10);
	duck.free(s);
	duck.destroy_value(&v);
	return n;
}

static bool is_scan(duckdb_profiling_info p)
{
	duckdb_value v = duck.profiling_info_get_value(p, "OPERATOR_TYPE");
	if (!v)
		return false;
	char *s = duck.get_varchar(v);
	bool yes = s && strstr(s, "SCAN") && !strstr(s, "COLUMN_DATA") && !strstr(s, "DUMMY");
	duck.free(s);
	duck.destroy_value(&v);
	return yes;
}

static uint64_t scanned(duckdb_profiling_info p)
{
	uint64_t rows = is_scan(p) ? metric(p, "OPERATOR_CARDINALITY") : 0;
	idx_t n = duck.profiling_info_get_child_count(p);
	for (idx_t i = 0; i < n; i++)
		rows += scanned(duck.profiling_info_get_child(p, i));
	return rows;
}

void task_profile(duckdb_connection con, struct task_metrics *m)
{
	duckdb_profiling_info p = duck.get_profiling_info(con);
	if (!p)
		return;
	m->peak_mem = metric(p, "SYSTEM_PEAK_BUFFER_MEMORY");
	m->spill = metric(p, "SYSTEM_PEAK_TEMP_DIR_SIZE");
	m->rows_in = scanned(p);
}
