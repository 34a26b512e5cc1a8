#include "core/engine/catalog.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/mem.h"

struct catalog {
	int (*ask)(void *ctx, cJSON *msg, cJSON **reply, struct error *err);
	void *ctx;
	struct map *tables;         /* in memory: "db.name" → cJSON */
};

/* ---- in memory: answers as the server would ---- */

static cJSON *refusal(const char *class_name, const char *message)
{
	cJSON *r = cJSON_CreateObject(), *e = cJSON_CreateObject();
	json_add_str(e, "class", class_name);
	json_add_str(e, "message", message);
	return json_add(r, "error", e);
}

static void key_of(const cJSON *msg, char *key, size_t size)
{
	snprintf(key, size, "%s.%s", json_str(msg, "database", "default"), json_str(msg, "name", ""));
	for (char *p = key; *p; p++)
		*p = (char)tolower((unsigned char)*p);
}

static cJSON *memory_list(struct catalog *c, const cJSON *msg)
{
	cJSON *r = cJSON_CreateObject(), *names = cJSON_AddArrayToObject(r, "names");
	size_t it = 0, n = strlen(json_str(msg, "database", "default"));
	const char *key;
	void *v;
	while (map_next(c->tables, &it, &key, &v))
		if (!strncmp(key, json_str(msg, "database", "default"), n) && key[n] == '.')
			cJSON_AddItemToArray(names, cJSON_CreateString(key + n + 1));
	return r;
}

static int ask_memory(void *ctx, cJSON *msg, cJSON **reply, struct error *err)
{
	struct catalog *c = ctx;
	const char *op = json_str(msg, "op", "");
	char key[600];
	(void)err;
	key_of(msg, key, sizeof key);
	cJSON *have = map_get(c->tables, key);
	if (!strcmp(op, "list")) {
		*reply = memory_list(c, msg);
	} else if (!strcmp(op, "put")) {
		if (have && !json_bool(msg, "or_replace", false)) {
			*reply = refusal("TABLE_OR_VIEW_ALREADY_EXISTS", "the table exists");
		} else {
			cJSON_Delete(map_set(c->tables, key, cJSON_Duplicate(json_obj(msg, "table"), true)));
			*reply = cJSON_CreateObject();
		}
	} else if (!have && !json_bool(msg, "if_exists", false)) {
		*reply = refusal("TABLE_OR_VIEW_NOT_FOUND", "there is no such table");
	} else {
		*reply = cJSON_CreateObject();
		if (!strcmp(op, "get"))
			json_add(*reply, "table", have ? cJSON_Duplicate(have, true) : NULL);
		else
			cJSON_Delete(map_remove(c->tables, key));
	}
	cJSON_Delete(msg);
	return 0;
}

struct catalog *catalog_new(int (*ask)(void *ctx, cJSON *msg, cJSON **reply, struct error *err), void *ctx)
{
	struct catalog *c = xcalloc(1, sizeof *c);
	c->ask = ask;
	c->ctx = ctx;
	return c;
}

struct catalog *catalog_new_memory(void)
{
	struct catalog *c = catalog_new(ask_memory, NULL);
	c->ctx = c;
	c->tables = map_new();
	return c;
}

static void table_free(void *v)
{
	cJSON_Delete(v);
}

void catalog_free(struct catalog *c)
{
	if (!c)
		return;
	if (c->tables)
		map_free(c->tables, table_free);
	free(c);
}

/* ---- tables as JSON ---- */

static cJSON *table_json(const struct sql_table *t)
{
	cJSON *j = cJSON_CreateObject(), *options = cJSON_CreateObject(), *columns = cJSON_CreateArray();
	json_add_str(j, "format", t->source.format);
	json_add_str(j, "location", t->source.n_paths ? t->source.paths[0] : NULL);
	for (size_t i = 0; i < t->source.n_options; i++)
		json_add_str(options, t->source.options[i].key, t->source.options[i].value);
	json_add(j, "options", options);
	for (size_t i = 0; i < t->schema.n; i++) {
		const struct sql_column *c = &t->schema.columns[i];
		cJSON *o = cJSON_CreateObject();
		json_add_str(o, "name", c->name);
		json_add_str(o, "type", c->type);
		json_add_str(o, "comment", c->comment);
		if (c->partition)
			json_add_bool(o, "partition", true);
		cJSON_AddItemToArray(columns, o);
	}
	json_add(j, "columns", columns);
	json_add_str(j, "comment", t->comment);
	return json_add_bool(j, "managed", t->managed);
}

static void read_columns(const cJSON *list, struct arena *a, struct sql_schema *out)
{
	const cJSON *c;
	out->columns = arena_alloc(a, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof *out->columns);
	out->n = 0;
	cJSON_ArrayForEach(c, list)
		out->columns[out->n++] = (struct sql_column){
			arena_strdup(a, json_str(c, "name", "")), arena_strdup(a, json_str(c, "type", "string")),
			arena_strdup(a, json_str(c, "comment", NULL)), json_bool(c, "partition", false),
		};
}

static void read_table(const cJSON *j, const char *database, const char *name, struct arena *a,
                       struct sql_table *out)
{
	const cJSON *options = json_obj(j, "options"), *o;
	memset(out, 0, sizeof *out);
	out->database = arena_strdup(a, database);
	out->name = arena_strdup(a, name);
	out->comment = arena_strdup(a, json_str(j, "comment", NULL));
	out->managed = json_bool(j, "managed", false);
	read_columns(json_arr(j, "columns"), a, &out->schema);
	struct sql_source *s = &out->source;
	s->format = arena_strdup(a, json_str(j, "format", "parquet"));
	s->paths = arena_alloc(a, sizeof *s->paths);
	s->paths[0] = arena_strdup(a, json_str(j, "location", ""));
	s->n_paths = 1;
	s->options = arena_alloc(a, ((size_t)cJSON_GetArraySize(options) + 1) * sizeof *s->options);
	cJSON_ArrayForEach(o, options)
		if (cJSON_IsString(o))
			s->options[s->n_options++] = (struct sql_option){ arena_strdup(a, o->string),
			                                                  arena_strdup(a, o->valuestring) };
	struct sql_schema *declared = arena_new_of(a, struct sql_schema);
	*declared = out->schema;
	s->declared = declared;
}

/* ---- operations ---- */

static int refused(const cJSON *e, const char *database, const char *name, struct error *err)
{
	const char *class_name = json_str(e, "class", "");
	const char *code = json_str(e, "code", "");
	if (strstr(class_name, "NOT_FOUND") || strstr(code, "not-found")) {
		error_set(err, ERR_NOTFOUND, "The table or view `%s`.`%s` cannot be found. Verify the spelling and "
		          "correctness of the schema and catalog.", database, name);
		error_class(err, "TABLE_OR_VIEW_NOT_FOUND", "42P01");
		return ERR_NOTFOUND;
	}
	if (strstr(class_name, "EXISTS") || strstr(code, "exists")) {
		error_set(err, ERR_EXISTS, "Cannot create table or view `%s`.`%s` because it already exists.",
		          database, name);
		error_class(err, "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07");
		error_hint(err, "Choose a different name, drop the existing object, or add the IF NOT EXISTS clause");
		return ERR_EXISTS;
	}
	error_set(err, ERR_INTERNAL, "the catalogue refused: %s", json_str(e, "message", "no reason given"));
	error_class(err, *class_name ? class_name : "CATALOG_ERROR", NULL);
	return ERR_INTERNAL;
}

static int call(struct catalog *c, const char *op, const char *database, const char *name, cJSON *msg,
                cJSON **reply, struct error *err)
{
	json_add_str(msg, "type", "catalog");
	json_add_str(msg, "op", op);
	json_add_str(msg, "database", database);
	json_add_str(msg, "name", name);
	int rc = c->ask(c->ctx, msg, reply, err);
	const cJSON *e = rc ? NULL : json_obj(*reply, "error");
	if (e)
		rc = refused(e, database, name ? name : "", err);
	if (rc) {
		cJSON_Delete(*reply);
		*reply = NULL;
	}
	return rc;
}

int catalog_get(struct catalog *c, const char *database, const char *name, struct arena *a,
                struct sql_table *out, struct error *err)
{
	cJSON *reply = NULL;
	int rc = call(c, "get", database, name, cJSON_CreateObject(), &reply, err);
	if (!rc && !json_obj(reply, "table")) {
		cJSON *e = refusal("TABLE_OR_VIEW_NOT_FOUND", "");
		rc = refused(json_obj(e, "error"), database, name, err);
		cJSON_Delete(e);
	}
	if (!rc)
		read_table(json_obj(reply, "table"), database, name, a, out);
	cJSON_Delete(reply);
	return rc;
}

int catalog_list(struct catalog *c, const char *database, struct arena *a, const char ***names, size_t *n,
                 struct error *err)
{
	cJSON *reply = NULL;
	int rc = call(c, "list", database, NULL, cJSON_CreateObject(), &reply, err);
	const cJSON *list = json_arr(reply, "names"), *i;
	*n = 0;
	*names = arena_alloc(a, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof **names);
	cJSON_ArrayForEach(i, list)
		if (cJSON_IsString(i))
			(*names)[(*n)++] = arena_strdup(a, i->valuestring);
	cJSON_Delete(reply);
	return rc;
}

int catalog_put(struct catalog *c, const struct sql_table *t, bool or_replace, struct error *err)
{
	cJSON *reply = NULL, *m = cJSON_CreateObject();
	json_add(m, "table", table_json(t));
	json_add_bool(m, "or_replace", or_replace);
	int rc = call(c, "put", t->database, t->name, m, &reply, err);
	cJSON_Delete(reply);
	return rc;
}

int catalog_drop(struct catalog *c, const char *database, const char *name, bool if_exists, struct error *err)
{
	cJSON *reply = NULL, *m = cJSON_CreateObject();
	json_add_bool(m, "if_exists", if_exists);
	int rc = call(c, "drop", database, name, m, &reply, err);
	cJSON_Delete(reply);
	return rc;
}
