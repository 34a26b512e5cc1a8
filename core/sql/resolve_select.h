/* The state of resolving one SELECT, shared by resolve_select.c and resolve_group.c. Internal. */
#ifndef CORE_SQL_RESOLVE_SELECT_H
#define CORE_SQL_RESOLVE_SELECT_H

#include "core/sql/resolve.h"

struct item {
	const char *name, *table;
	struct tx *expr;
	const struct sql_expr *ast;
	bool aliased;
};

struct selecting {
	struct resolver *r;
	const struct sql_select *sel;
	const struct sql_query *q;
	struct scope base;            /* the columns of FROM */
	struct rel *rel;
	VEC(struct item) items;
	VEC(struct tx *) groups;
	VEC(struct group_set) sets;
	bool has_sets, aggregated;
	VEC(struct tx *) aggregates;
	struct col *agg_cols;         /* of the aggregates, parallel */
	VEC(struct col) agg_out;
	VEC(struct rel *) generates;  /* generators of the items, to be put over the aggregation */
};

/* The items as names, for clauses that may use them. */
struct named_tx *select_outputs(struct selecting *x, size_t *n);
/* The column of FROM with this number, or NULL. */
const struct col *select_base_col(const struct selecting *x, int id);

bool select_groups(struct selecting *x);
void select_number_groups(struct selecting *x);
/* e over the aggregation's columns; e itself when the query does not aggregate. */
struct tx *select_settle(struct selecting *x, struct tx *e);
void select_aggregation(struct selecting *x);

#endif
