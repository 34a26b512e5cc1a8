/* The typed tree: what the resolver makes of the syntax tree and the lowering turns into kernel SQL.
 *
 * Expressions (struct tx) carry their Spark type. Every column of every relation has a number of its own,
 * unique within the statement, and is called c<number> in kernel SQL: no name of the user's ever meets
 * another one there, and a correlated reference is just a reference. Everything lies in the plan's arena;
 * a node may be shared, and is never changed once it is part of a tree. */
#ifndef CORE_SQL_TYPED_H
#define CORE_SQL_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "core/sql/ast.h"
#include "core/sql/functions.h"
#include "core/sql/sql.h"
#include "core/sql/types.h"

struct rel;

enum tx_kind {
	TX_LITERAL,           /* lit */
	TX_COLUMN,            /* id, name */
	TX_VAR,               /* a lambda's parameter: id, name */
	TX_CAST,              /* args[0] to type; mode */
	TX_OP,                /* op over args, already of the operator's types */
	TX_IS_NULL,           /* args[0] */
	TX_IN_LIST,           /* args[0] in args[1…] */
	TX_LIKE,              /* args[0] like args[1]; op, name = escape or NULL */
	TX_CASE,              /* args: cond, value, …[, else]; WHEN conditions are boolean */
	TX_CALL,              /* call */
	TX_LAMBDA,            /* vars, args[0] = body */
	TX_FIELD,             /* args[0].name; over arrays of structs when args[0] is an array */
	TX_INDEX,             /* args[0][args[1]]: array or map */
	TX_STRUCT,            /* args, with the names of type's fields */
	TX_SUBQUERY,          /* rel, one column */
	TX_EXISTS,            /* rel */
	TX_IN_QUERY,          /* args in rel's columns */
	TX_GENERATOR          /* an unresolved place: a generator's call, replaced by its columns */
};

/* Set in the number of a lambda's parameter that counts elements: the kernel counts from 1. */
enum { TX_COUNTER = 1 << 29 };
/* The number of a parameter that the lowering has replaced: name is kernel SQL. */
enum { TX_BOUND = -1 };

enum tx_cast_mode { TX_CAST_ANSI, TX_CAST_TRY, TX_CAST_LEGACY };

struct tx_sort {
	struct tx *expr;
	bool desc, nulls_first;
};

struct tx_window {
	struct tx **partition;
	size_t n_partition;
	struct tx_sort *order;
	size_t n_order;
	bool has_frame, range;
	enum sql_bound_kind start, end;
	struct tx *start_offset, *end_offset;
};

struct tx_call {
	const struct sql_function *fn;
	bool distinct, ignore_nulls;
	bool ansi;
	struct tx *filter;
	struct tx_sort *order;       /* WITHIN GROUP */
	size_t n_order;
	struct tx_window *over;      /* NULL: not a window call */
};

struct tx {
	enum tx_kind kind;
	const struct sql_type *type;
	struct sql_pos pos;
	struct tx **args;
	size_t n;
	union {
		struct sql_literal lit;
		struct { int id; const char *name; };
		enum tx_cast_mode mode;
		struct { enum sql_op op; const char *escape; enum sql_like_kind like; bool ansi; };
		struct tx_call call;
		int vars[4];
		struct rel *rel;
	};
};

/* ---- relations ---- */

struct col {
	int id;
	const char *name;
	const struct sql_type *type;
	const char *table, *database; /* qualifiers; NULL: none */
	bool hidden;                  /* not part of *: the right side of USING, sort helpers */
	bool partition;
};

enum rel_kind {
	REL_ONE_ROW,          /* no columns, one row */
	REL_SCAN,             /* scan: kernel SQL of a table function */
	REL_VALUES,           /* rows[i][j] */
	REL_RANGE,            /* args: start, end, step */
	REL_PROJECT,          /* exprs[i] is column i */
	REL_FILTER,           /* cond */
	REL_AGGREGATE,        /* columns: groups first, then aggregates */
	REL_JOIN,
	REL_SETOP,
	REL_DISTINCT,
	REL_SORT,             /* sort */
	REL_LIMIT,            /* limit, offset: literals or constant expressions */
	REL_GENERATE,         /* generator over child; its columns come after the child's */
	REL_CTE,              /* cte: the reference's columns are renamed copies */
	REL_SAMPLE
};

struct cte {
	int number;                   /* w<number> in kernel SQL */
	const char *name;
	struct rel *rel;              /* NULL while its own definition is being resolved */
	struct col *cols;             /* as its references see them */
	size_t n_cols;
	struct rel *base;             /* recursive: the first member; rel is then the whole union */
	bool recursive;
	int uses;
};

struct group_set {
	size_t *index;                /* into the group expressions */
	size_t n;
};

struct rel {
	enum rel_kind kind;
	struct col *cols;
	size_t n_cols;
	struct rel *child, *right;
	union {
		struct { const char *scan, *what; };
		struct { struct tx ***rows; size_t n_rows; };
		struct { struct tx **exprs; };
		struct tx *cond;
		struct {
			struct tx **groups, **aggregates;
			size_t n_groups, n_aggregates;
			struct group_set *sets;       /* NULL: plain GROUP BY */
			size_t n_sets;
		} agg;
		struct { enum sql_join_kind kind; struct tx *on; bool lateral; } join;
		struct { enum sql_setop op; bool all; } set;
		struct { struct tx_sort *keys; size_t n_keys; } sort;
		struct { struct tx *limit, *offset; };
		struct { struct tx *call; bool outer; } gen;
		struct cte *cte;
		struct { struct tx *args[3]; } range;
		struct { const char *percent; struct tx *rows; bool has_seed; int64_t seed; } sample;
	};
};

/* Constructors. */
struct tx *tx_new(struct arena *a, enum tx_kind kind, const struct sql_type *type, struct sql_pos pos,
                  size_t n_args);
struct tx *tx_column(struct arena *a, const struct col *c, struct sql_pos pos);
struct tx *tx_string(struct arena *a, const char *s, struct sql_pos pos);
struct tx *tx_int(struct arena *a, int64_t v, enum sql_type_id type, struct sql_pos pos);
struct tx *tx_null(struct arena *a, struct sql_pos pos);
struct tx *tx_bool(struct arena *a, bool v, struct sql_pos pos);
/* The value of an integer literal, also under casts and a minus; false when it is none. */
bool tx_const_int(const struct tx *e, int64_t *v);
/* The text of a string literal, else NULL. */
const char *tx_const_string(const struct tx *e);
bool tx_is_null_literal(const struct tx *e);

/* Walk e and all below (not into sub-queries' relations), parents first; stops when visit gives false. */
typedef bool tx_visit(void *ctx, const struct tx *e);
bool tx_walk(const struct tx *e, tx_visit *visit, void *ctx);
/* A copy of e in which map has replaced nodes: map gives the replacement, or NULL to descend. Gives NULL when
 * map reported an error by setting *failed. */
typedef struct tx *tx_map(void *ctx, const struct tx *e, bool *failed);
struct tx *tx_rewrite(struct arena *a, const struct tx *e, tx_map *map, void *ctx, bool *failed);

bool tx_has_aggregate(const struct tx *e); /* an aggregate call that is not a window call */
bool tx_has_generator(const struct tx *e);

void cols_copy(struct col *to, const struct col *from, size_t n); /* n = 0: both may be NULL */
struct rel *rel_new(struct arena *a, enum rel_kind kind, struct rel *child, size_t n_cols);

#endif
