#include "core/engine/source.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/sql/quote.h"
#include "core/sql/types.h"

struct sources *sources_new(const struct path_roots *roots,
                            struct peer *(*get_peer)(void *ctx, struct error *err), void *ctx)
{
	struct sources *s = xcalloc(1, sizeof *s);
	s->roots = roots;
	s->get_peer = get_peer;
	s->ctx = ctx;
	s->arena = arena_new();
	s->known = map_new();
	return s;
}

void sources_free(struct sources *s)
{
	if (!s)
		return;
	map_free(s->known, NULL);
	arena_free(s->arena);
	free(s);
}

void sources_forget(struct sources *s)
{
	if (!map_len(s->known))
		return;
	map_free(s->known, NULL);
	s->known = map_new();
	arena_reset(s->arena);
}

/* ---- helpers of the formats ---- */

const char *source_option(const struct sql_source *src, const char *key, const char *def)
{
	for (size_t i = src->n_options; i-- > 0;)
		if (!strcasecmp(src->options[i].key, key))
			return src->options[i].value;
	return def;
}

bool source_option_true(const struct sql_source *src, const char *key, bool def)
{
	const char *v = source_option(src, key, NULL);
	return v ? !strcasecmp(v, "true") : def;
}

const struct sql_column *source_find(const struct sql_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n; i++)
		if (!strcasecmp(schema->columns[i].name, name))
			return &schema->columns[i];
	return NULL;
}

void source_put_files(struct buf *out, const struct source_files *f)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < f->list.n_files; i++) {
		if (i)
			buf_addc(out, ',');
		sql_quote_str(out, f->list.files[i]);
	}
	buf_addc(out, ']');
}

/* Only where our own listing found partitions: the kernel would also take key=value from parts of the path
 * above the table. */
void source_put_hive(struct buf *out, const struct source_files *f)
{
	if (!f->list.n_keys) {
		buf_adds(out, ", hive_partitioning=false");
		return;
	}
	buf_adds(out, ", hive_partitioning=true, hive_types_autocast=false, hive_types={");
	for (size_t i = 0; i < f->list.n_keys; i++) {
		struct arena *a = arena_new();
		const struct sql_type *t = sql_type_parse(a, f->list.keys[i].type);
		struct buf type = BUF_INIT;
		sql_type_kernel(&type, t);
		if (i)
			buf_addc(out, ',');
		sql_quote_str(out, f->list.keys[i].name);
		buf_addc(out, ':');
		buf_addf(out, "'%s'", buf_str(&type));
		buf_free(&type);
		arena_free(a);
	}
	buf_addc(out, '}');
}

int source_query(struct sources *s, const char *sql, struct arena *a, const char ****rows, size_t *n_rows,
                 struct error *err)
{
	struct buf b = BUF_INIT;
	struct peer *p = s->get_peer(s->ctx, err);
	int rc = p ? peer_query(p, sql, &b, err) : err->code;
	if (p && rc)
		source_map_error(err->message, err);
	VEC(const char **) lines = { 0 };
	char *text = arena_strndup(a, buf_str(&b), b.len);
	for (char *line = text, *end; !rc && (end = strchr(line, '\n')); line = end + 1) {
		VEC(const char *) cells = { 0 };
		*end = '\0';
		for (char *c = line; c;) {
			char *tab = strchr(c, '\t');
			if (tab)
				*tab++ = '\0';
			vec_push(&cells, c);
			c = tab;
		}
		vec_push(&cells, NULL);
		const char **row = arena_alloc(a, cells.len * sizeof *row);
		memcpy(row, cells.items, cells.len * sizeof *row);
		vec_free(&cells);
		vec_push(&lines, row);
	}
	*n_rows = lines.len;
	*rows = arena_alloc(a, (lines.len + 1) * sizeof **rows);
	if (lines.len)
		memcpy(*rows, lines.items, lines.len * sizeof **rows);
	vec_free(&lines);
	buf_free(&b);
	return rc;
}

int source_columns(struct sources *s, const char *sql, struct arena *a, struct sql_schema *out,
                   struct error *err)
{
	struct peer *p = s->get_peer(s->ctx, err);
	if (!p)
		return err->code;
	cJSON *m = cJSON_CreateObject(), *reply = NULL;
	json_add_str(m, "type", "describe");
	json_add_str(m, "sql", sql);
	int rc = peer_call(p, m, NULL, &reply, err);
	if (rc)
		source_map_error(err->message, err);
	const cJSON *list = json_arr(reply, "columns"), *c;
	out->columns = arena_alloc(a, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof *out->columns);
	out->n = 0;
	cJSON_ArrayForEach(c, list) {
		struct sql_column *to = &out->columns[out->n++];
		to->name = arena_strdup(a, json_str(c, "name", ""));
		to->type = arena_strdup(a, json_str(c, "spark", "string"));
		to->comment = json_bool(c, "exact", true) ? NULL : SOURCE_CAST;
	}
	cJSON_Delete(reply);
	return rc;
}

static const struct {
	char letter;
	int count;                  /* 0: any other */
	const char *to;
} patterns[] = {
	{ 'y', 2, "%y" }, { 'y', 0, "%Y" }, { 'u', 0, "%Y" },
	{ 'M', 1, "%-m" }, { 'M', 2, "%m" }, { 'M', 3, "%b" }, { 'M', 4, "%B" },
	{ 'd', 1, "%-d" }, { 'd', 2, "%d" }, { 'D', 0, "%j" },
	{ 'H', 1, "%-H" }, { 'H', 2, "%H" }, { 'h', 1, "%-I" }, { 'h', 2, "%I" },
	{ 'm', 1, "%-M" }, { 'm', 2, "%M" }, { 's', 1, "%-S" }, { 's', 2, "%S" },
	{ 'S', 3, "%g" }, { 'S', 6, "%f" }, { 'S', 9, "%n" }, { 'a', 0, "%p" },
	{ 'E', 4, "%A" }, { 'E', 0, "%a" }, { 'X', 0, "%z" }, { 'x', 0, "%z" }, { 'Z', 0, "%z" },
	{ 'V', 2, "%Z" },
};

static const char *pattern_of(char letter, int count)
{
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		if (patterns[i].letter == letter && (!patterns[i].count || patterns[i].count == count))
			return patterns[i].to;
	return NULL;
}

const char *source_date_format(struct arena *a, const char *java)
{
	struct buf b = BUF_INIT;
	bool ok = true;
	for (const char *p = java; *p && ok;) {
		int n = 1;
		if (*p == '\'') {
			for (p++; *p && *p != '\''; p++)
				buf_addc(&b, *p);
			p += *p == '\'';
		} else if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) {
			while (p[n] == *p)
				n++;
			const char *to = pattern_of(*p, n);
			ok = to != NULL;
			buf_adds(&b, to ? to : "");
			p += n;
		} else if (*p != '[' && *p != ']') { /* optional parts are taken as present */
			buf_addf(&b, "%s%c", *p == '%' ? "%" : "", *p);
			p++;
		} else {
			p++;
		}
	}
	const char *out = ok ? arena_strdup(a, buf_str(&b)) : NULL;
	buf_free(&b);
	return out;
}

/* ---- listing ---- */

static void put_key(struct buf *key, const struct sql_source *src)
{
	buf_adds(key, src->format);
	for (size_t i = 0; i < src->n_paths; i++)
		buf_addf(key, "\n%s", src->paths[i]);
	for (size_t i = 0; i < src->n_options; i++)
		buf_addf(key, "\n%s=%s", src->options[i].key, src->options[i].value);
}

static int list_files(struct sources *s, const struct sql_source *src, struct source_files *f,
                      struct error *err)
{
	struct path_options o = { source_option_true(src, "recursivefilelookup", false), false,
	                          source_option(src, "pathglobfilter", NULL) };
	int rc = 0;
	for (size_t i = 0; i < src->n_paths && !rc; i++) {
		const char *local;
		rc = paths_map(s->roots, src->paths[i], s->arena, &local, err);
		if (!rc)
			rc = paths_list(src->paths[i], local, &o, s->arena, &f->list, err);
	}
	return rc;
}

static int find(struct sources *s, const struct sql_source *src, struct source_files **out, struct error *err)
{
	struct buf key = BUF_INIT;
	put_key(&key, src);
	struct source_files *f = map_get(s->known, buf_str(&key));
	int rc = 0;
	if (!f) {
		f = arena_new_of(s->arena, struct source_files);
		rc = list_files(s, src, f, err);
		if (!rc)
			map_set(s->known, buf_str(&key), f);
	}
	buf_free(&key);
	*out = f;
	return rc;
}

static int cannot_infer(const struct sql_source *src, struct error *err)
{
	error_set(err, ERR_INVALID, "Unable to infer schema for %s. It must be specified manually.", src->format);
	error_class(err, "UNABLE_TO_INFER_SCHEMA", "42KD9");
	error_detail(err, "there are no data files in %s", src->n_paths ? src->paths[0] : "the path");
	return ERR_INVALID;
}

static int unknown_format(const struct sql_source *src, struct error *err)
{
	error_set(err, ERR_UNSUPPORTED, "Failed to find the data source: %s. Known are csv, json, parquet and "
	          "text.", src->format);
	error_class(err, "DATA_SOURCE_NOT_FOUND", "42K02");
	return ERR_UNSUPPORTED;
}

/* ---- describe ---- */

static int infer(struct sources *s, const struct sql_source *src, struct source_files *f,
                 struct sql_schema *out, struct error *err)
{
	if (!strcmp(src->format, "text")) {
		out->columns = arena_new_of(s->arena, struct sql_column);
		out->columns[0] = (struct sql_column){ .name = "value", .type = "string" };
		out->n = 1;
		return 0;
	}
	if (!f->list.n_files)
		return cannot_infer(src, err);
	if (!strcmp(src->format, "csv"))
		return csv_infer(s, src, f, s->arena, out, err);
	if (!strcmp(src->format, "json"))
		return json_infer(s, src, f, s->arena, out, err);
	if (!strcmp(src->format, "parquet"))
		return parquet_infer(s, f, s->arena, out, err);
	return unknown_format(src, err);
}

/* Data columns, then the partition columns that are not among them. */
static void with_partitions(struct sources *s, const struct path_list *l, const struct sql_schema *data,
                            struct sql_schema *out)
{
	out->columns = arena_alloc(s->arena, (data->n + l->n_keys + 1) * sizeof *out->columns);
	out->n = 0;
	for (size_t i = 0; i < data->n; i++) {
		bool key = false;
		for (size_t k = 0; k < l->n_keys; k++)
			key = key || !strcasecmp(l->keys[k].name, data->columns[i].name);
		if (!key)
			out->columns[out->n++] = data->columns[i];
	}
	for (size_t k = 0; k < l->n_keys; k++)
		out->columns[out->n++] = (struct sql_column){ l->keys[k].name, l->keys[k].type, NULL, true };
}

static void copy_schema(struct arena *a, const struct sql_schema *from, struct sql_schema *to)
{
	to->n = from->n;
	to->columns = arena_alloc(a, (from->n + 1) * sizeof *to->columns);
	for (size_t i = 0; i < from->n; i++) {
		to->columns[i] = from->columns[i];
		to->columns[i].name = arena_strdup(a, from->columns[i].name);
		to->columns[i].type = arena_strdup(a, from->columns[i].type);
		to->columns[i].comment = arena_strdup(a, from->columns[i].comment);
	}
}

int sources_describe(struct sources *s, const struct sql_source *src, struct arena *a,
                     struct sql_schema *out, struct error *err)
{
	struct source_files *f;
	int rc = find(s, src, &f, err);
	if (!rc && !f->described) {
		struct sql_schema data = { 0 };
		if (src->declared)
			data = *src->declared;
		else
			rc = infer(s, src, f, &data, err);
		if (!rc) {
			struct sql_schema all;
			with_partitions(s, &f->list, &data, &all);
			copy_schema(s->arena, &all, &f->schema);
			f->described = true;
		}
	}
	if (!rc)
		copy_schema(a, &f->schema, out);
	return rc;
}

/* ---- scan ---- */

static void put_kernel_type(struct buf *out, const char *spark)
{
	struct arena *a = arena_new();
	const struct sql_type *t = sql_type_parse(a, spark);
	if (t)
		sql_type_kernel(out, t);
	else
		buf_adds(out, "VARCHAR");
	arena_free(a);
}

/* A table without files. */
static void put_empty(struct buf *out, const struct sql_schema *schema)
{
	buf_adds(out, "(SELECT ");
	for (size_t i = 0; i < schema->n; i++) {
		buf_adds(out, i ? ", CAST(NULL AS " : "CAST(NULL AS ");
		put_kernel_type(out, schema->columns[i].type);
		buf_adds(out, ") AS ");
		sql_quote_ident(out, schema->columns[i].name);
	}
	buf_adds(out, " WHERE false)");
}

static void put_text(struct buf *out, const struct source_files *f, const struct sql_schema *schema)
{
	buf_adds(out, "(SELECT ");
	for (size_t i = 0; i < schema->n; i++) {
		if (i)
			buf_adds(out, ", ");
		if (schema->columns[i].partition) {
			sql_quote_ident(out, schema->columns[i].name);
		} else { /* the kernel reads an empty line as NULL */
			buf_adds(out, "coalesce(value, '') AS ");
			sql_quote_ident(out, schema->columns[i].name);
		}
	}
	buf_adds(out, " FROM read_csv(");
	source_put_files(out, f);
	source_put_hive(out, f);
	buf_adds(out, ", auto_detect=false, delim='', quote='', escape='', header=false, "
	              "columns={'value':'VARCHAR'}))");
}

/* Which of the columns come from folder names is decided by the folders, not by who asks. */
static void mark_partitions(struct sql_schema *schema, const struct path_list *l)
{
	for (size_t i = 0; i < schema->n; i++) {
		schema->columns[i].partition = false;
		for (size_t k = 0; k < l->n_keys; k++)
			if (!strcasecmp(l->keys[k].name, schema->columns[i].name))
				schema->columns[i].partition = true;
	}
}

/* The declared types of partition columns win over the inferred ones. */
static void type_partitions(struct path_list *l, const struct sql_schema *schema)
{
	for (size_t k = 0; k < l->n_keys; k++) {
		const struct sql_column *c = source_find(schema, l->keys[k].name);
		if (c)
			l->keys[k].type = c->type;
	}
}

int sources_scan(struct sources *s, const struct sql_source *src, const struct sql_schema *schema,
                 struct arena *a, const char **kernel_sql, struct error *err)
{
	struct source_files *f;
	struct sql_schema want;
	struct buf b = BUF_INIT;
	int rc = find(s, src, &f, err);
	if (rc)
		return rc;
	copy_schema(a, schema, &want);
	mark_partitions(&want, &f->list);
	type_partitions(&f->list, &want);
	if (!f->list.n_files)
		put_empty(&b, &want);
	else if (!strcmp(src->format, "text"))
		put_text(&b, f, &want);
	else if (!strcmp(src->format, "csv"))
		rc = csv_scan(s, src, f, &want, a, &b, err);
	else if (!strcmp(src->format, "json"))
		rc = json_scan(s, src, f, &want, a, &b, err);
	else if (!strcmp(src->format, "parquet"))
		rc = parquet_scan(s, f, &want, a, &b, err);
	else
		rc = unknown_format(src, err);
	*kernel_sql = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return rc;
}
