#include "core/engine/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/engine/kernel.h"

#define FULL_FILE (256u << 10)
#define FULL_ALL (64u << 20)

struct part {
	char *path;                 /* below dir */
	struct buf pending;
	uint64_t rows, bytes;
};

struct writer {
	struct writer_options o;
	struct render *data, *keys; /* keys: the partition columns */
	char **key_names;
	struct map *parts;          /* folder → struct part */
	size_t pending;
	struct buf folder, value;
};

void writer_escape(struct buf *out, const char *value)
{
	if (!value || !*value) {
		buf_adds(out, "__HIVE_DEFAULT_PARTITION__");
		return;
	}
	for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
		if (*p < 0x20 || *p == 0x7f || strchr("\"#%'*/:=?\\{[]^", *p))
			buf_addf(out, "%%%02X", *p);
		else
			buf_addc(out, (char)*p);
	}
}

static bool is_key(const struct writer_options *o, size_t position)
{
	for (size_t i = 0; i < o->n_partition; i++)
		if (o->partition[i] == position)
			return true;
	return false;
}

struct columns {
	const duckdb_logical_type *types;
	const char *const *names, *const *spark;
};

/* A renderer over the columns at `positions`. */
static struct render *render_some(const struct columns *c, const size_t *positions, size_t n,
                                  const struct render_options *o)
{
	duckdb_logical_type *t = xcalloc(n + 1, sizeof *t);
	const char **name = xcalloc(n + 1, sizeof *name), **spark = xcalloc(n + 1, sizeof *spark);
	for (size_t i = 0; i < n; i++) {
		t[i] = c->types[positions[i]];
		name[i] = c->names[positions[i]];
		spark[i] = c->spark ? c->spark[positions[i]] : NULL;
	}
	struct render *r = render_new(t, name, spark, positions, n, o);
	free(t);
	free(name);
	free(spark);
	return r;
}

struct writer *writer_new(const duckdb_logical_type *types, const char *const *names, size_t n,
                          const char *const *spark_types, const struct writer_options *o)
{
	struct writer *w = xcalloc(1, sizeof *w);
	struct columns c = { types, names, spark_types };
	w->o = *o;
	w->parts = map_new();
	size_t *positions = xcalloc(n + 1, sizeof *positions), n_data = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_key(o, i))
			positions[n_data++] = i;
	w->data = render_some(&c, positions, n_data, &o->render);
	free(positions);
	struct render_options keys = { .format = RENDER_TSV, .zone = o->render.zone };
	w->keys = render_some(&c, o->partition, o->n_partition, &keys);
	w->key_names = xcalloc(o->n_partition + 1, sizeof *w->key_names);
	for (size_t i = 0; i < o->n_partition; i++)
		w->key_names[i] = xstrdup(names[o->partition[i]]);
	return w;
}

static struct part *part_of(struct writer *w, const char *folder)
{
	struct part *p = map_get(w->parts, folder);
	if (p)
		return p;
	p = xcalloc(1, sizeof *p);
	p->path = xasprintf("%s%s%s-c000%s", folder, *folder ? "/" : "", w->o.stem, w->o.suffix);
	map_set(w->parts, folder, p);
	if (w->o.header)
		render_header(w->data, &p->pending);
	return p;
}

static struct part *part_of_row(struct writer *w, idx_t row)
{
	buf_clear(&w->folder);
	for (size_t i = 0; i < w->o.n_partition; i++) {
		buf_clear(&w->value);
		bool set = render_cell(w->keys, i, row, &w->value);
		if (i)
			buf_addc(&w->folder, '/');
		writer_escape(&w->folder, w->key_names[i]);
		buf_addc(&w->folder, '=');
		writer_escape(&w->folder, set ? buf_str(&w->value) : NULL);
	}
	return part_of(w, buf_str(&w->folder));
}

static int fail(struct error *err, int errnum, const char *path)
{
	int rc = error_errno(err, errnum, "cannot write %s", path);
	if (rc == ERR_FULL)
		error_set(err, rc, "the disk of %s is full", path);
	error_class(err, "IO_TRANSIENT", NULL);
	return rc;
}

static int append(const char *path, const struct buf *b, struct error *err)
{
	char *slash = strrchr(path, '/');
	char *dir = xstrndup(path, (size_t)(slash - path));
	int rc = fs_mkdirs(dir, 0777, err);
	free(dir);
	if (rc)
		return rc;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(err, errno, path);
	for (size_t at = 0; !rc && at < b->len;) {
		ssize_t n = write(fd, b->data + at, b->len - at);
		if (n < 0 && errno != EINTR)
			rc = fail(err, errno, path);
		else if (n > 0)
			at += (size_t)n;
	}
	close(fd);
	return rc;
}

static int flush(struct writer *w, struct part *p, struct error *err)
{
	char *path = xasprintf("%s/%s", w->o.dir, p->path);
	int rc = append(path, &p->pending, err);
	free(path);
	p->bytes += p->pending.len;
	w->pending -= p->pending.len < w->pending ? p->pending.len : w->pending;
	/* Many partitions: the memory of one that is written rarely is worth giving back. */
	buf_free(&p->pending);
	memset(&p->pending, 0, sizeof p->pending);
	return rc;
}

static int flush_all(struct writer *w, struct error *err)
{
	size_t it = 0;
	const char *key;
	void *p;
	int rc = 0;
	while (!rc && map_next(w->parts, &it, &key, &p))
		rc = flush(w, p, err);
	return rc;
}

int writer_add(struct writer *w, duckdb_data_chunk chunk, struct error *err)
{
	idx_t n = duck.data_chunk_get_size(chunk);
	int rc = 0;
	render_bind(w->data, chunk);
	render_bind(w->keys, chunk);
	struct part *p = w->o.n_partition ? NULL : part_of(w, "");
	for (idx_t row = 0; row < n && !rc; row++) {
		if (w->o.n_partition)
			p = part_of_row(w, row);
		size_t before = p->pending.len;
		render_row(w->data, row, &p->pending);
		w->pending += p->pending.len - before;
		p->rows++;
		if (p->pending.len >= FULL_FILE)
			rc = flush(w, p, err);
		else if (w->pending >= FULL_ALL)
			rc = flush_all(w, err);
	}
	return rc;
}

int writer_finish(struct writer *w, cJSON *files, uint64_t *bytes, struct error *err)
{
	if (!w->o.n_partition)
		part_of(w, "");
	int rc = flush_all(w, err);
	size_t it = 0;
	const char *key;
	void *v;
	while (!rc && map_next(w->parts, &it, &key, &v)) {
		struct part *p = v;
		cJSON *f = cJSON_CreateObject();
		json_add_str(f, "path", p->path);
		json_add_int(f, "rows", (int64_t)p->rows);
		json_add_int(f, "bytes", (int64_t)p->bytes);
		cJSON_AddItemToArray(files, f);
		*bytes += p->bytes;
	}
	return rc;
}

static void part_free(void *v)
{
	struct part *p = v;
	free(p->path);
	buf_free(&p->pending);
	free(p);
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->o.n_partition; i++)
		free(w->key_names[i]);
	free(w->key_names);
	render_free(w->data);
	render_free(w->keys);
	map_free(w->parts, part_free);
	buf_free(&w->folder);
	buf_free(&w->value);
	free(w);
}
