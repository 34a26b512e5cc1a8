#include "core/engine/paths.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- mapping ---- */

/* root + "/" + rest without empty and "." parts; ".." goes up, but never above the root. */
static const char *join(struct arena *a, const char *root, const char *rest)
{
	size_t base = strlen(root), len = base;
	char *out = arena_alloc(a, base + strlen(rest) + 2);
	memcpy(out, root, base);
	while (len > 1 && out[len - 1] == '/')
		len--;
	size_t floor = len == 1 && out[0] == '/' ? 0 : len;
	len = floor;
	for (const char *p = rest; *p;) {
		size_t n = strcspn(p, "/");
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			while (len > floor && out[--len] != '/')
				;
		} else if (n && !(n == 1 && *p == '.')) {
			out[len++] = '/';
			memcpy(out + len, p, n);
			len += n;
		}
		p += n;
		while (*p == '/')
			p++;
	}
	if (!len)
		out[len++] = '/';
	out[len] = '\0';
	return out;
}

static int need_root(const char *root, const char *user, const char *what, struct error *err)
{
	if (root && *root)
		return 0;
	return error_set(err, ERR_UNSUPPORTED, "%s: there is no %s here", user, what);
}

static int map_s3(const struct path_roots *r, const char *user, const char *rest, struct arena *a,
                  const char **local, struct error *err)
{
	size_t n = strcspn(rest, "/");
	char *bucket = arena_strndup(a, rest, n);
	if (!n || !strcmp(bucket, ".") || !strcmp(bucket, ".."))
		return error_set(err, ERR_INVALID, "%s: the bucket's name is missing (s3://bucket/key)", user);
	int rc = need_root(r->lake, user, "lake folder for s3:// paths", err);
	if (!rc)
		*local = join(a, arena_printf(a, "%s/%s", r->lake, bucket), rest + n);
	return rc;
}

static int map_local(const char *path, struct arena *a, const char **local, struct error *err)
{
	char cwd[PATH_MAX];
	if (*path == '/') {
		*local = join(a, "/", path);
		return 0;
	}
	if (!getcwd(cwd, sizeof cwd))
		return error_errno(err, errno, "%s: the working folder is gone", path);
	*local = join(a, "/", arena_printf(a, "%s/%s", cwd, path));
	return 0;
}

int paths_map(const struct path_roots *r, const char *user, struct arena *a, const char **local,
             struct error *err)
{
	const char *colon = strstr(user, ":/");
	size_t n = colon ? (size_t)(colon - user) : 0;
	if (!*user)
		return error_set(err, ERR_INVALID, "the path is empty");
	if (!colon || strcspn(user, "/") < n)
		return map_local(user, a, local, err);
	const char *rest = colon + 1;         /* //authority/path or /path */
	const char *path = !strncmp(rest, "//", 2) ? rest + 2 + strcspn(rest + 2, "/") : rest;
	if (n == 4 && !strncasecmp(user, "file", n))
		return map_local(*path ? path : "/", a, local, err);
	if (n == 4 && !strncasecmp(user, "hdfs", n)) {
		int rc = need_root(r->hdfs, user, "cluster storage for hdfs:// paths", err);
		if (rc)
			error_hint(err, "hdfs:// is a cluster's own storage: run this as a step of a cluster, or use "
			                "a local path, file:// or s3:// (a folder of the lake)");
		else
			*local = join(a, r->hdfs, path);
		return rc;
	}
	bool s3 = (n == 2 && !strncasecmp(user, "s3", 2)) ||
	          (n == 3 && (!strncasecmp(user, "s3a", 3) || !strncasecmp(user, "s3n", 3)));
	if (s3 && !strncmp(rest, "//", 2))
		return map_s3(r, user, rest + 2, a, local, err);
	error_set(err, ERR_UNSUPPORTED, "%s: paths of the scheme %.*s are not supported", user, (int)n, user);
	error_hint(err, "use a local path, file://, s3:// (a folder of the lake) or hdfs:// (the cluster's storage)");
	return ERR_UNSUPPORTED;
}

char *paths_decode(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1), *p = out;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && isxdigit((unsigned char)s[i + 1]) &&
		    isxdigit((unsigned char)s[i + 2])) {
			char hex[3] = { s[i + 1], s[i + 2], 0 };
			*p++ = (char)strtol(hex, NULL, 16);
			i += 2;
		} else {
			*p++ = s[i];
		}
	}
	return out;
}

/* ---- globs ---- */

typedef VEC(const char *) strings;

/* Hadoop's {a,b}: one pattern per alternative. */
static void braces(struct arena *a, const char *pattern, strings *out)
{
	const char *open = strchr(pattern, '{'), *close = NULL, *p;
	int depth = 0;
	for (p = open; p && *p && !close; p++) {
		depth += (*p == '{') - (*p == '}');
		if (!depth)
			close = p;
	}
	if (!open || !close) {
		vec_push(out, arena_strdup(a, pattern));
		return;
	}
	const char *from = open + 1;
	for (p = from, depth = 0; p <= close; p++) {
		if ((*p == ',' && !depth) || p == close) {
			braces(a, arena_printf(a, "%.*s%.*s%s", (int)(open - pattern), pattern,
			                       (int)(p - from), from, close + 1), out);
			from = p + 1;
		}
		depth += (*p == '{') - (*p == '}');
	}
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void expand(struct arena *a, const char *local, strings *out)
{
	strings patterns = { 0 };
	struct stat st;
	if (!stat(local, &st)) { /* a name may hold glob characters itself */
		vec_push(out, local);
		return;
	}
	braces(a, local, &patterns);
	for (size_t i = 0; i < patterns.len; i++) {
		glob_t g;
		if (!glob(patterns.items[i], 0, NULL, &g))
			for (size_t k = 0; k < g.gl_pathc; k++)
				vec_push(out, arena_strdup(a, g.gl_pathv[k]));
		globfree(&g);
	}
	vec_free(&patterns);
}

/* ---- walking ---- */

struct level {
	const char *name, *value;
};

struct walk {
	struct arena *a;
	const struct path_options *o;
	struct path_list *out;
	strings files;
	VEC(struct path_key) keys;
	struct level levels[32];
	size_t depth;
	bool any;                  /* a file has fixed the partition columns */
	const char *user;
	struct error *err;
};

/* The smallest of Spark's partition types that holds both. */
static const char *value_type(const char *v)
{
	if (!strcmp(v, "__HIVE_DEFAULT_PARTITION__"))
		return NULL;
	char *end;
	size_t n = strlen(v), digits = strspn(v + (*v == '-' || *v == '+'), "0123456789");
	errno = 0;
	long long i = strtoll(v, &end, 10);
	if (digits && digits == n - (*v == '-' || *v == '+') && !errno)
		return i >= INT_MIN && i <= INT_MAX ? "int" : "bigint";
	int y, m, d, used = 0;
	if (n == 10 && sscanf(v, "%4d-%2d-%2d%n", &y, &m, &d, &used) == 3 && used == 10 && m >= 1 && m <= 12 &&
	    d >= 1 && d <= 31)
		return "date";
	int h, mi, s;
	if (n >= 19 && sscanf(v, "%4d-%2d-%2d %2d:%2d:%2d%n", &y, &m, &d, &h, &mi, &s, &used) == 6)
		return "timestamp";
	strtod(v, &end);
	if (n && !*end && strspn(v, "0123456789+-.eE") == n)
		return "double";
	return "string";
}

static int rank(const char *type)
{
	static const char *const order[] = { "int", "bigint", "double" };
	for (int i = 0; i < 3; i++)
		if (!strcmp(order[i], type))
			return i;
	return -1;
}

static const char *wider(const char *x, const char *y)
{
	if (!x || !y)
		return x ? x : y;
	if (!strcmp(x, y))
		return x;
	if (rank(x) >= 0 && rank(y) >= 0)
		return rank(x) > rank(y) ? x : y;
	bool time = (!strcmp(x, "date") || !strcmp(x, "timestamp")) &&
	            (!strcmp(y, "date") || !strcmp(y, "timestamp"));
	return time ? "timestamp" : "string";
}

static int conflict(struct walk *w, const char *path)
{
	error_set(w->err, ERR_INVALID, "%s: the folders' partition columns differ, at %s", w->user, path);
	error_class(w->err, "CONFLICTING_DIRECTORY_STRUCTURES", "KD009");
	return ERR_INVALID;
}

/* Every file must lie under the same partition columns. */
static int note_keys(struct walk *w, const char *path)
{
	if (w->any && w->keys.len != w->depth)
		return conflict(w, path);
	for (size_t i = 0; i < w->depth; i++) {
		const char *type = w->o->all_strings ? "string" : value_type(w->levels[i].value);
		if (!w->any) {
			struct path_key k = { w->levels[i].name, type };
			vec_push(&w->keys, k);
		} else if (strcasecmp(w->keys.items[i].name, w->levels[i].name)) {
			return conflict(w, path);
		} else {
			w->keys.items[i].type = wider(w->keys.items[i].type, type);
		}
	}
	w->any = true;
	return 0;
}

static bool is_data(const char *name)
{
	return *name != '.' && (*name != '_' || strchr(name, '=')) &&
	       !(strlen(name) > 9 && !strcmp(name + strlen(name) - 9, "._COPYING_"));
}

static int add_file(struct walk *w, const char *path, const struct stat *st)
{
	const char *slash = strrchr(path, '/');
	if (w->o->glob_filter && fnmatch(w->o->glob_filter, slash + 1, 0))
		return 0;
	int rc = note_keys(w, path);
	vec_push(&w->files, path);
	w->out->bytes += (unsigned long long)st->st_size;
	return rc;
}

static int walk_folder(struct walk *w, const char *path);

static int walk_entry(struct walk *w, const char *dir, const char *name)
{
	const char *path = arena_printf(w->a, "%s/%s", strcmp(dir, "/") ? dir : "", name);
	struct stat st;
	if (stat(path, &st))
		return 0; /* gone since it was listed */
	if (!S_ISDIR(st.st_mode))
		return add_file(w, path, &st);
	const char *eq = strchr(name, '=');
	if (w->o->recursive)
		return walk_folder(w, path);
	if (!eq || eq == name)
		return 0; /* Spark, too, reads no plain folders below */
	if (w->depth == sizeof w->levels / sizeof *w->levels)
		return conflict(w, path);
	w->levels[w->depth].name = paths_decode(w->a, name, (size_t)(eq - name));
	w->levels[w->depth].value = paths_decode(w->a, eq + 1, strlen(eq + 1));
	w->depth++;
	int rc = walk_folder(w, path);
	w->depth--;
	return rc;
}

static int walk_folder(struct walk *w, const char *path)
{
	struct dirent **d;
	int n = scandir(path, &d, NULL, alphasort), rc = 0;
	if (n < 0)
		return error_errno(w->err, errno, "cannot list %s", path);
	for (int i = 0; i < n; i++) {
		if (!rc && is_data(d[i]->d_name))
			rc = walk_entry(w, path, d[i]->d_name);
		free(d[i]);
	}
	free(d);
	return rc;
}

static int walk_root(struct walk *w, const char *path)
{
	struct stat st;
	if (stat(path, &st))
		return error_errno(w->err, errno, "cannot read %s", path);
	return S_ISDIR(st.st_mode) ? walk_folder(w, path) : add_file(w, path, &st);
}

static int not_found(const char *user, struct error *err)
{
	error_set(err, ERR_NOTFOUND, "Path does not exist: %s.", user);
	error_class(err, "PATH_NOT_FOUND", "42K03");
	return ERR_NOTFOUND;
}

static void publish(struct walk *w)
{
	struct path_list *out = w->out;
	size_t had = out->n_files, n = had + w->files.len;
	const char **files = arena_alloc(w->a, (n + 1) * sizeof *files);
	if (had)
		memcpy(files, out->files, had * sizeof *files);
	if (w->files.len)
		memcpy(files + had, w->files.items, w->files.len * sizeof *files);
	out->files = files;
	out->n_files = n;
	out->n_keys = w->keys.len;
	out->keys = arena_alloc(w->a, (w->keys.len + 1) * sizeof *out->keys);
	for (size_t i = 0; i < w->keys.len; i++) {
		out->keys[i] = w->keys.items[i];
		if (!out->keys[i].type)
			out->keys[i].type = "string";
	}
	vec_free(&w->files);
	vec_free(&w->keys);
}

int paths_list(const char *user, const char *local, const struct path_options *o, struct arena *a,
              struct path_list *out, struct error *err)
{
	struct walk w = { .a = a, .o = o, .out = out, .user = user, .err = err };
	strings roots = { 0 };
	int rc = 0;
	for (size_t i = 0; i < out->n_keys; i++)
		vec_push(&w.keys, out->keys[i]);
	w.any = out->n_files > 0;
	expand(a, local, &roots);
	if (!roots.len)
		rc = not_found(user, err);
	if (roots.len > 1)
		qsort(roots.items, roots.len, sizeof *roots.items, by_text);
	for (size_t i = 0; i < roots.len && !rc; i++)
		rc = walk_root(&w, roots.items[i]);
	vec_free(&roots);
	publish(&w);
	return rc;
}
