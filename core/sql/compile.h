/* Statements to plans. Internal to core/sql. */
#ifndef CORE_SQL_COMPILE_H
#define CORE_SQL_COMPILE_H

#include "core/sql/resolve.h"

struct compiling {
	struct resolver r;
	struct sql_session *s;
	struct sql_plan *plan;
	const struct sql_stmt *stmt;
};

/* Each gives 0, or the code of the error that r.err holds. */
int compile_create_view(struct compiling *c);
int compile_create_table(struct compiling *c);
int compile_insert(struct compiling *c);
int compile_insert_dir(struct compiling *c);
int compile_show(struct compiling *c);       /* SET, SHOW, DESCRIBE, EXPLAIN, USE … ; compile_show.c */
int compile_unsupported(struct compiling *c, const char *what);

/* Lower rel into the plan: kernel_sql and schema. */
void compile_rel(struct compiling *c, struct rel *rel);
void compile_schema(struct compiling *c, const struct rel *rel, struct sql_schema *out);
int compile_fail(struct compiling *c);       /* the code of r.err, never 0 */
struct sql_option *compile_options(struct compiling *c, const struct sql_property *p, size_t n, size_t *out_n,
                                   const char **path);
/* The table of a statement, or an error TABLE_OR_VIEW_NOT_FOUND. */
bool compile_table(struct compiling *c, const struct sql_name *name, struct sql_table *t);
const char *compile_database(struct compiling *c, const struct sql_name *name);
/* A plan's tree for the event log. */
cJSON *compile_tree(const struct rel *rel);

#endif
