#include "core/sql/session.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct sql_session *sql_session_new(const struct sql_env *env)
{
	struct sql_session *s = xcalloc(1, sizeof *s);
	s->env = env;
	s->conf = map_new();
	s->vars = map_new();
	s->views = map_new();
	s->globals = map_new();
	s->database = xstrdup("default");
	return s;
}

void session_view_free(void *p)
{
	struct sql_view *v = p;
	if (v)
		arena_free(v->arena); /* the view lies in its own arena */
}

void sql_session_free(struct sql_session *s)
{
	if (!s)
		return;
	map_free(s->conf, free);
	map_free(s->vars, free);
	map_free(s->views, session_view_free);
	map_free(s->globals, session_view_free);
	free(s->database);
	free(s);
}

const char *sql_session_conf(const struct sql_session *s, const char *key, const char *def)
{
	const char *v = map_get(s->conf, key);
	return v ? v : def;
}

void sql_session_set(struct sql_session *s, const char *key, const char *value)
{
	free(value ? map_set(s->conf, key, xstrdup(value)) : map_remove(s->conf, key));
}

void sql_session_define(struct sql_session *s, const char *name, const char *value)
{
	free(map_set(s->vars, name, xstrdup(value)));
}

bool session_ansi(const struct sql_session *s)
{
	return strcasecmp(sql_session_conf(s, "spark.sql.ansi.enabled", "true"), "false") != 0;
}

const char *session_database(const struct sql_session *s)
{
	return s->database;
}

static char *lower(const char *name)
{
	char *s = xstrdup(name);
	for (char *p = s; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return s;
}

struct sql_view *session_view(const struct sql_session *s, const char *name, bool global)
{
	char *key = lower(name);
	struct sql_view *v = map_get(global ? s->globals : s->views, key);
	free(key);
	return v;
}

void session_view_set(struct sql_session *s, struct sql_view *v)
{
	char *key = lower(v->name);
	session_view_free(map_set(v->global ? s->globals : s->views, key, v));
	free(key);
}

bool session_view_drop(struct sql_session *s, const char *name, bool global)
{
	char *key = lower(name);
	struct sql_view *v = map_remove(global ? s->globals : s->views, key);
	free(key);
	session_view_free(v);
	return v != NULL;
}
