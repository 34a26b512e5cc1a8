/* The resolver: syntax tree to typed tree. Internal to core/sql.
 *
 * Every function gives NULL (or false) after it filled r->err; nothing has to be undone, because all
 * memory is the arena's. */
#ifndef CORE_SQL_RESOLVE_H
#define CORE_SQL_RESOLVE_H

#include "core/base/map.h"
#include "core/sql/session.h"
#include "core/sql/typed.h"

/* What a node of the syntax tree prints as, now that names and functions are known. */
struct shown {
	const struct sql_expr *expr;
	const char *text;             /* columns: the whole text */
	const char *name;             /* calls: the function's name */
	const char **more;            /* calls: defaults that were filled in */
	size_t n_more;
	char form;                    /* operators: 'a' date_add, 's' date_sub, 'd' date_add of interval days,
	                                 'D' date_sub of them, 'p' without parentheses */
	bool rows;
	struct sql_expr *only[2];     /* calls: print these arguments only, when not NULL */
};

struct resolver {
	struct sql_session *session;
	const struct sql_env *env;
	struct arena *a;
	struct error *err;
	bool ansi;
	int next_id, next_cte;
	VEC(struct cte *) ctes;       /* all of the statement, in the order of their definition */
	VEC(struct shown) shown;      /* hash table by expr, open addressing; len = cap when in use */
	size_t n_shown;
	int view_depth;
	struct map *views_used;       /* view name → cte, so that a view is resolved once per statement */
};

struct lambda_scope {
	const struct lambda_scope *outer;
	struct { const char *name; int id; const struct sql_type *type; } param[4];
	size_t n;
};

struct named_tx {
	const char *name;
	struct tx *expr;
};

struct cte_scope {
	const struct cte_scope *outer;
	struct cte *cte;
};

struct scope {
	const struct scope *outer;    /* of the enclosing query */
	struct col *cols;
	size_t n_cols;
	struct named_tx *aliases;     /* SELECT items so far */
	size_t n_aliases;
	bool aliases_first;           /* HAVING and ORDER BY look at aliases before input columns */
	const struct lambda_scope *lambdas;
	const struct cte_scope *ctes;
	const struct sql_named_window *windows;
	size_t n_windows;
	const char *clause;           /* "WHERE", "GROUP BY": where aggregates are not allowed; else NULL */
	bool in_aggregate;
};

void *resolve_fail(struct resolver *r, struct sql_pos pos, const char *class_name, const char *sqlstate,
                   const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* resolve_expr.c, resolve_op.c */
struct tx *resolve_expr(struct resolver *r, const struct scope *s, const struct sql_expr *e);
struct tx *resolve_boolean(struct resolver *r, const struct scope *s, const struct sql_expr *e);
struct tx *resolve_op(struct resolver *r, enum sql_op op, struct tx *left, struct tx *right, struct sql_pos pos,
                      const struct sql_expr *e);
struct tx *resolve_column(struct resolver *r, const struct scope *s, const struct sql_expr *e);
struct tx *resolve_field(struct resolver *r, struct tx *base, const char *name, struct sql_pos pos);
struct tx *resolve_index(struct resolver *r, struct tx *base, struct tx *index, struct sql_pos pos);
struct tx *resolve_not(struct resolver *r, struct tx *e);

/* Casts. cast: always; implicit: only what Spark does by itself, NULL without an error when it does not. */
struct tx *resolve_cast(struct resolver *r, struct tx *e, const struct sql_type *to);
struct tx *resolve_implicit(struct resolver *r, struct tx *e, const struct sql_type *to);
/* Cast all n to their common type; false when there is none (no error filled). */
bool resolve_common(struct resolver *r, struct tx **list, size_t n);

/* resolve_call.c */
struct tx *resolve_call(struct resolver *r, const struct scope *s, const struct sql_expr *e);
struct tx *resolve_named_call(struct resolver *r, const char *name, struct tx **args, size_t n,
                              struct sql_pos pos);
struct tx *resolve_generator(struct resolver *r, const struct scope *s, const struct sql_name *name,
                             struct sql_expr **args, size_t n, struct sql_pos pos);
/* resolve_special.c: types of functions marked "!" and changes to their arguments. */
struct tx *resolve_special(struct resolver *r, const struct scope *s, struct tx *call, const struct sql_expr *e);
struct tx *resolve_lambda(struct resolver *r, const struct scope *s, const struct sql_expr *e,
                          const struct sql_type **types, size_t n, bool counts);
bool resolve_generator_columns(struct resolver *r, const struct tx *call, struct col **cols, size_t *n);

/* resolve_rel.c, resolve_select.c */
struct rel *resolve_query(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                          const struct sql_query *q);
struct rel *resolve_rel(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                        const struct sql_rel *rel, const struct scope *lateral);
struct rel *resolve_select(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                           const struct sql_rel *rel, const struct sql_query *q);
struct rel *resolve_view(struct resolver *r, const struct sql_name *name, struct sql_view *v);
struct rel *resolve_alias(struct resolver *r, struct rel *rel, const struct sql_alias *alias);
struct rel *resolve_project_cast(struct resolver *r, struct rel *rel, const struct sql_type **types);
bool resolve_star(struct resolver *r, const struct scope *s, const struct sql_expr *e, struct col **cols,
                  size_t *n);
struct rel *resolve_range(struct resolver *r, struct tx **args, size_t n, struct sql_pos pos);
struct rel *resolve_sort(struct resolver *r, struct rel *rel, const struct scope *s, const struct sql_sort *keys,
                         size_t n);
struct rel *resolve_limit(struct resolver *r, const struct scope *s, struct rel *rel, const struct sql_query *q);
struct rel *resolve_filter(struct resolver *r, struct rel *child, struct tx *cond);
bool resolve_same_text(const struct tx *x, const struct tx *y);

/* resolve_join.c */
struct rel *resolve_join(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                         const struct sql_rel *ast);
/* A table function; left: the relation that a lateral generator's arguments may name, or NULL. */
struct rel *resolve_table_function(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                                   const struct sql_rel *f, struct rel *left);
/* Rename and qualify the columns of g from `first` on, those of its generator. */
bool resolve_generated_names(struct resolver *r, struct rel *g, size_t first, const char *table,
                             const struct sql_ident *names, size_t n_names, struct sql_pos pos);

struct rel *resolve_pivot(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                          const struct sql_rel *rel);
struct rel *resolve_unpivot(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                            const struct sql_rel *rel);

/* names.c */
void shown_set(struct resolver *r, struct shown s);
struct shown *shown_get(struct resolver *r, const struct sql_expr *e);
const char *resolve_item_name(struct resolver *r, const struct sql_expr *e);
/* Up to five names near `wanted`, as Spark's messages list them: "`a`, `b`"; "" when there are none. */
const char *resolve_suggest(struct resolver *r, const char *wanted, const struct col *cols, size_t n);
const char *resolve_name_text(struct arena *a, const struct sql_name *n); /* "`a`.`b`" */

#endif
