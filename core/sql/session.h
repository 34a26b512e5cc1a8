/* What lives between statements: configuration, variables, temporary views. Internal to core/sql. */
#ifndef CORE_SQL_SESSION_H
#define CORE_SQL_SESSION_H

#include "core/base/map.h"
#include "core/sql/sql.h"

/* A temporary view: files, or a query's text. Strings and arrays lie in its own arena. */
struct sql_view {
	struct arena *arena;
	const char *name;
	bool global;
	const char *text;               /* AS query; NULL: source is set */
	const char **column_names;      /* the view's own column list, or NULL */
	size_t n_columns;
	struct sql_source source;
	struct sql_schema schema;
	bool ansi;                      /* as it was when the view was made */
};

struct sql_session {
	const struct sql_env *env;
	struct map *conf, *vars, *views, *globals; /* views by lower-case name */
	char *database;
};

bool session_ansi(const struct sql_session *s);
const char *session_database(const struct sql_session *s);
/* NULL when there is none. */
struct sql_view *session_view(const struct sql_session *s, const char *name, bool global);
void session_view_set(struct sql_session *s, struct sql_view *v); /* takes v */
bool session_view_drop(struct sql_session *s, const char *name, bool global);
void session_view_free(void *v);

#endif
