/* The syntax tree of Spark SQL: what was written, nothing resolved. The parser makes it, the resolver reads
 * it, the printer (print.h) names columns from it.
 *
 * Everything lies in one arena and is immutable once parsed. Lists are an array and a count named n_…; a
 * list of 0 is a NULL array. Names keep the letters the user wrote (compare them without case); keywords
 * that became enums do not. Every node carries the position of its first character in the whole script.
 * Text that came out of a ${variable} has the position of the variable. */
#ifndef CORE_SQL_AST_H
#define CORE_SQL_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sql_expr;
struct sql_rel;
struct sql_query;
struct sql_stmt;

/* No tree is higher than this, so that walks may recurse. Chains of AND and OR are balanced, as in Spark. */
#define SQL_MAX_HEIGHT 1000

struct sql_pos {
	size_t offset;        /* bytes from the start of the script */
	int line, column;     /* 1-based; columns count characters. Spark's "pos" is column - 1 */
};

/* A name of one or more parts: a.b.c. */
struct sql_name {
	struct sql_pos pos;
	const char **parts;
	size_t n;
};

/* One identifier with its place. */
struct sql_ident {
	struct sql_pos pos;
	const char *name;
};

/* key = value of OPTIONS, TBLPROPERTIES, PARTITION specs… The key keeps its case; parts are joined by '.'. */
struct sql_property {
	struct sql_pos pos;
	const char *key;
	const char *value;          /* text; NULL: no value was given (PARTITION (q)), or is_null */
	const struct sql_expr *expr; /* PARTITION (p = expr): the expression, else NULL */
};

/* ---- types as written ---- */

enum sql_type_kind {
	SQL_TY_SIMPLE,        /* name says it: boolean tinyint smallint int bigint float double string binary
	                         date timestamp timestamp_ntz void variant */
	SQL_TY_DECIMAL,       /* precision, scale (10, 0 when not given) */
	SQL_TY_CHAR,          /* char(n): length in precision */
	SQL_TY_VARCHAR,
	SQL_TY_ARRAY,         /* element */
	SQL_TY_MAP,           /* key, element */
	SQL_TY_STRUCT,        /* fields */
	SQL_TY_INTERVAL       /* from, to */
};

enum sql_unit {               /* interval fields, coarse to fine, as Spark's types have them */
	SQL_UNIT_YEAR, SQL_UNIT_MONTH, SQL_UNIT_DAY, SQL_UNIT_HOUR, SQL_UNIT_MINUTE, SQL_UNIT_SECOND
};

struct sql_type_ast {
	struct sql_pos pos;
	enum sql_type_kind kind;
	const char *name;            /* Spark's canonical lower-case name: "int" for INTEGER, "decimal", "array" … */
	int precision, scale;
	const struct sql_type_ast *key, *element;
	struct sql_field_ast *fields;
	size_t n_fields;
	enum sql_unit from, to;
};

/* A struct's field, or a column of CREATE TABLE / VIEW. */
struct sql_field_ast {
	struct sql_pos pos;
	const char *name;
	const struct sql_type_ast *type;  /* NULL in a view's column list */
	bool not_null;
	const char *comment;              /* NULL when none */
	const struct sql_expr *dflt;      /* DEFAULT expr, or NULL */
};

/* ---- expressions ---- */

enum sql_expr_kind {
	SQL_EX_LITERAL,
	SQL_EX_COLUMN,        /* a, a.b.c; also current_date & co. without parentheses: a column wins, then the function */
	SQL_EX_STAR,          /* *, t.*, with EXCEPT (…) */
	SQL_EX_UNARY,
	SQL_EX_BINARY,
	SQL_EX_IS,            /* IS [NOT] NULL / TRUE / FALSE / UNKNOWN / DISTINCT FROM */
	SQL_EX_BETWEEN,
	SQL_EX_IN,            /* list or query */
	SQL_EX_LIKE,          /* LIKE ILIKE RLIKE, with ANY / ALL and ESCAPE */
	SQL_EX_EXISTS,
	SQL_EX_SUBQUERY,      /* scalar */
	SQL_EX_CASE,
	SQL_EX_CAST,          /* CAST, TRY_CAST, :: */
	SQL_EX_FUNCTION,      /* scalar, aggregate or window call */
	SQL_EX_LAMBDA,
	SQL_EX_INDEX,         /* base[index] */
	SQL_EX_FIELD,         /* base.field where base is not a plain name */
	SQL_EX_ROW,           /* (a, b): a struct made of its parts */
	SQL_EX_ALIAS,         /* expr AS name; in a SELECT list, in struct(…), in PIVOT */
	SQL_EX_NAMED_ARG,     /* name => value, as an argument only */
	SQL_EX_TABLE_ARG      /* TABLE(query) as an argument of a table function only */
};

enum sql_lit_kind {
	SQL_LIT_NULL,
	SQL_LIT_BOOL,
	SQL_LIT_TINYINT, SQL_LIT_SMALLINT, SQL_LIT_INT, SQL_LIT_BIGINT,
	SQL_LIT_DECIMAL,      /* text: digits with an optional point, no exponent; precision and scale are set */
	SQL_LIT_FLOAT, SQL_LIT_DOUBLE,
	SQL_LIT_STRING,       /* text, len: unescaped; may hold NUL bytes */
	SQL_LIT_BINARY,       /* text, len: the bytes */
	SQL_LIT_DATE,         /* text: what stood between the quotes; the resolver checks it */
	SQL_LIT_TIMESTAMP,    /* TIMESTAMP'…', TIMESTAMP_LTZ'…' (ltz = true) */
	SQL_LIT_TIMESTAMP_NTZ,
	SQL_LIT_TIME,
	SQL_LIT_INTERVAL      /* interval is set */
};

/* Year-month and day-time intervals are two types. value: months, or microseconds. */
struct sql_interval {
	bool year_month;
	enum sql_unit from, to;      /* INTERVAL '1 02' DAY TO HOUR: DAY, HOUR */
	int64_t value;
};

struct sql_literal {
	enum sql_lit_kind kind;
	const char *text;            /* numbers: value without suffix, with a '-' when negative; else see above */
	size_t len;
	bool b;                      /* SQL_LIT_BOOL */
	bool ltz;
	int precision, scale;        /* SQL_LIT_DECIMAL */
	struct sql_interval interval;
};

enum sql_op {
	SQL_OP_NEG, SQL_OP_PLUS, SQL_OP_BITNOT, SQL_OP_NOT,                     /* unary */
	SQL_OP_ADD, SQL_OP_SUB, SQL_OP_MUL, SQL_OP_DIV, SQL_OP_MOD, SQL_OP_INTDIV,
	SQL_OP_CONCAT,                                                           /* || */
	SQL_OP_SHL, SQL_OP_SHR, SQL_OP_USHR,                                     /* << >> >>> */
	SQL_OP_BITAND, SQL_OP_BITXOR, SQL_OP_BITOR,
	SQL_OP_EQ, SQL_OP_NULLSAFE_EQ, SQL_OP_NE, SQL_OP_LT, SQL_OP_LE, SQL_OP_GT, SQL_OP_GE,
	SQL_OP_AND, SQL_OP_OR
};

enum sql_is_kind { SQL_IS_NULL, SQL_IS_TRUE, SQL_IS_FALSE, SQL_IS_UNKNOWN, SQL_IS_DISTINCT };

enum sql_like_kind { SQL_LIKE, SQL_ILIKE, SQL_RLIKE };
enum sql_quantifier { SQL_QUANT_NONE, SQL_QUANT_ANY, SQL_QUANT_ALL };    /* SOME is ANY */

/* Calls that have a syntax of their own. Arguments are in the order of Spark's plain function, named by
 * `name`, so that only the printer and DESCRIBE need to look here. */
enum sql_call_syntax {
	SQL_CALL_PLAIN,
	SQL_CALL_EXTRACT,     /* EXTRACT(field FROM x): extract('field', x) */
	SQL_CALL_SUBSTRING,   /* SUBSTRING(x FROM a [FOR b]): substring(x, a[, b]) */
	SQL_CALL_TRIM,        /* TRIM([BOTH|LEADING|TRAILING] [y] FROM x): trim|ltrim|rtrim(x[, y]), see trim_side */
	SQL_CALL_POSITION,    /* POSITION(a IN b): locate(a, b) */
	SQL_CALL_OVERLAY,     /* OVERLAY(x PLACING y FROM a [FOR b]): overlay(x, y, a[, b]) */
	SQL_CALL_DATE_UNIT    /* TIMESTAMPADD/DATEADD/DATE_ADD/TIMESTAMPDIFF/DATEDIFF/DATE_DIFF(unit, a, b):
	                         timestampadd|timestampdiff('UNIT', a, b) */
};
enum sql_trim_side { SQL_TRIM_BOTH, SQL_TRIM_LEADING, SQL_TRIM_TRAILING };
enum sql_null_rule { SQL_NULLS_DEFAULT, SQL_NULLS_IGNORE, SQL_NULLS_RESPECT };
enum sql_null_order { SQL_NULLS_UNSET, SQL_NULLS_FIRST, SQL_NULLS_LAST };  /* unset: first when ascending */

struct sql_sort {
	struct sql_pos pos;
	struct sql_expr *expr;
	bool desc;
	enum sql_null_order nulls;
};

enum sql_bound_kind {
	SQL_BOUND_UNBOUNDED_PRECEDING, SQL_BOUND_PRECEDING, SQL_BOUND_CURRENT_ROW, SQL_BOUND_FOLLOWING,
	SQL_BOUND_UNBOUNDED_FOLLOWING
};

struct sql_bound {
	enum sql_bound_kind kind;
	struct sql_expr *offset;     /* for PRECEDING and FOLLOWING */
};

struct sql_window {
	struct sql_pos pos;
	/* OVER w where no WINDOW clause in sight defines w: everything else is empty. NULL when written out;
	 * a w that is defined was replaced by its definition. */
	const char *ref;
	struct sql_expr **partition;
	size_t n_partition;
	struct sql_sort *order;
	size_t n_order;
	bool has_frame;
	bool range;                  /* RANGE, else ROWS */
	struct sql_bound start, end; /* a frame of one bound ends at the current row */
};

struct sql_when { struct sql_expr *cond, *value; };

struct sql_call {
	struct sql_name name;
	enum sql_call_syntax syntax;
	enum sql_trim_side trim_side;
	struct sql_expr **args;      /* count(*) has one SQL_EX_STAR */
	size_t n_args;
	bool distinct;
	struct sql_sort *within;     /* WITHIN GROUP (ORDER BY …) */
	size_t n_within;
	enum sql_null_rule nulls;    /* both f(x IGNORE NULLS) and f(x) IGNORE NULLS */
	struct sql_expr *filter;     /* FILTER (WHERE …) */
	struct sql_window *over;     /* NULL: not a window call */
};

struct sql_expr {
	enum sql_expr_kind kind;
	int height;                  /* longest way down to a leaf; never above SQL_MAX_HEIGHT */
	struct sql_pos pos;          /* first character; for binary operators that of the left operand */
	struct sql_pos end;          /* one past the last character */
	union {
		struct sql_literal lit;
		struct { struct sql_name name; int64_t plan_id; } column;  /* plan_id: Spark Connect; 0 in text */
		struct {
			struct sql_name target;          /* t.*: n = 0 for a plain star */
			struct sql_name *except;
			size_t n_except;
		} star;
		struct { enum sql_op op; struct sql_expr *arg; } unary;
		struct { enum sql_op op; struct sql_pos op_pos; struct sql_expr *left, *right; } binary;
		struct { enum sql_is_kind test; bool negated; struct sql_expr *arg, *other; } is;
		struct { bool negated; struct sql_expr *arg, *low, *high; } between;
		struct {
			bool negated;
			struct sql_expr *arg;            /* (a, b) IN (…) has a SQL_EX_ROW */
			struct sql_expr **list;
			size_t n_list;
			struct sql_query *query;         /* not NULL: IN (query), list is empty */
		} in;
		struct {
			enum sql_like_kind op;
			bool negated;
			enum sql_quantifier quantifier;
			struct sql_expr *arg;
			struct sql_expr **patterns;      /* one, unless ANY / ALL */
			size_t n_patterns;
			const char *escape;              /* one character; NULL: the backslash */
		} like;
		struct sql_query *subquery;              /* EXISTS, SUBQUERY, TABLE_ARG */
		struct {
			struct sql_expr *operand;        /* NULL: CASE WHEN condition */
			struct sql_when *whens;
			size_t n_whens;
			struct sql_expr *otherwise;      /* NULL: no ELSE */
		} cases;
		struct { struct sql_expr *arg; const struct sql_type_ast *type; bool try_cast; } cast;
		struct sql_call call;
		struct { struct sql_ident *params; size_t n_params; struct sql_expr *body; } lambda;
		struct { struct sql_expr *base, *index; } index;
		struct { struct sql_expr *base; struct sql_ident field; } field;
		struct { struct sql_expr **items; size_t n_items; } row;
		struct {
			struct sql_expr *arg;
			struct sql_ident *names;         /* one; several only for (a, b) after a generator */
			size_t n_names;
		} alias;
		struct { struct sql_ident name; struct sql_expr *value; } named_arg;
	};
};

/* ---- relations ---- */

enum sql_rel_kind {
	SQL_REL_SELECT,       /* SELECT … FROM … WHERE … GROUP BY … HAVING */
	SQL_REL_TABLE,        /* a name: CTE, view, table, or format.`path` (the resolver decides) */
	SQL_REL_QUERY,        /* (query), in FROM or as an operand of a set operation */
	SQL_REL_VALUES,
	SQL_REL_FUNCTION,     /* range(10), explode(…) in FROM */
	SQL_REL_JOIN,
	SQL_REL_LATERAL_VIEW,
	SQL_REL_PIVOT,
	SQL_REL_UNPIVOT,
	SQL_REL_SAMPLE,
	SQL_REL_SETOP
};

enum sql_join_kind {
	SQL_JOIN_INNER, SQL_JOIN_CROSS, SQL_JOIN_LEFT, SQL_JOIN_RIGHT, SQL_JOIN_FULL, SQL_JOIN_SEMI, SQL_JOIN_ANTI
};

enum sql_setop { SQL_SET_UNION, SQL_SET_INTERSECT, SQL_SET_EXCEPT };     /* MINUS is EXCEPT */

struct sql_hint {
	struct sql_pos pos;
	const char *name;
	struct sql_expr **args;
	size_t n_args;
};

enum sql_group_kind {
	SQL_GROUP_EXPR,       /* items[0] is the expression; an ordinal is an integer literal */
	SQL_GROUP_ROLLUP,     /* sets: each set one element of the rollup, as ROLLUP(a, (b, c)) */
	SQL_GROUP_CUBE,
	SQL_GROUP_SETS        /* sets; nested ROLLUP/CUBE/GROUPING SETS lie in `nested` */
};

struct sql_group_set {
	struct sql_expr **exprs;     /* n_exprs = 0 and nested = NULL: the empty set () */
	size_t n_exprs;
	struct sql_group *nested;
};

/* One element of GROUP BY; `GROUP BY a, b WITH CUBE` and `GROUP BY a, b GROUPING SETS (…)` give the same
 * nodes as CUBE(a, b) and GROUPING SETS (…) (the latter after its plain expressions, hive = true). */
struct sql_group {
	struct sql_pos pos;
	enum sql_group_kind kind;
	struct sql_expr *expr;
	struct sql_group_set *sets;
	size_t n_sets;
	bool hive;                   /* the expressions before it only name the columns */
};

struct sql_named_window {
	struct sql_ident name;
	struct sql_window *window;
};

struct sql_select {
	struct sql_hint *hints;
	size_t n_hints;
	bool distinct;
	struct sql_expr **items;
	size_t n_items;
	struct sql_rel *from;        /* NULL: one row without columns; comma lists are CROSS joins, comma = true */
	struct sql_expr *where;
	bool group_all;              /* GROUP BY ALL */
	struct sql_group *groups;
	size_t n_groups;
	struct sql_expr *having;
	struct sql_expr *qualify;
	struct sql_named_window *windows;
	size_t n_windows;
};

struct sql_alias {
	struct sql_pos pos;
	const char *name;            /* NULL: none */
	struct sql_ident *columns;
	size_t n_columns;
};

struct sql_pivot_value {
	struct sql_expr *value;      /* SQL_EX_ROW for FOR (a, b) */
	const char *alias;           /* NULL: none */
};

struct sql_unpivot_value {
	struct sql_name *columns;    /* one, or as many as there are value columns */
	size_t n_columns;
	const char *alias;           /* NULL: none */
};

enum sql_sample_kind { SQL_SAMPLE_PERCENT, SQL_SAMPLE_ROWS, SQL_SAMPLE_BUCKET };

struct sql_rel {
	enum sql_rel_kind kind;
	int height;
	struct sql_pos pos;
	struct sql_alias alias;      /* TABLE, QUERY, VALUES, FUNCTION, JOIN (parenthesised), PIVOT, UNPIVOT, SAMPLE */
	bool lateral;                /* LATERAL before a QUERY or FUNCTION in FROM */
	int64_t plan_id;             /* Spark Connect; 0 in text */
	union {
		struct sql_select select;
		struct sql_name table;
		struct sql_query *query;
		struct {
			struct sql_expr ***rows; /* rows[i][j] */
			size_t *widths;          /* cells in row i: the resolver reports ragged rows */
			size_t n_rows;
		} values;
		struct { struct sql_name name; struct sql_expr **args; size_t n_args; } function;
		struct {
			enum sql_join_kind join;
			bool natural;
			bool comma;              /* FROM a, b */
			struct sql_rel *left, *right;
			struct sql_expr *on;     /* NULL: none */
			struct sql_ident *using_columns;
			size_t n_using;
		} join;
		struct {
			struct sql_rel *child;   /* NULL: LATERAL VIEW without FROM */
			bool outer;
			struct sql_name function;
			struct sql_expr **args;
			size_t n_args;
			const char *table;       /* alias of the view */
			struct sql_ident *columns; /* may be empty: the generator's own names */
			size_t n_columns;
		} view;
		struct {
			struct sql_rel *child;
			struct sql_expr **aggregates;  /* calls, or SQL_EX_ALIAS of calls */
			size_t n_aggregates;
			struct sql_name *columns;      /* FOR c, or FOR (a, b) */
			size_t n_columns;
			struct sql_pivot_value *values;
			size_t n_values;
		} pivot;
		struct {
			struct sql_rel *child;
			bool include_nulls;            /* default: EXCLUDE NULLS */
			struct sql_ident *value_columns;
			size_t n_value_columns;
			struct sql_ident name_column;
			struct sql_unpivot_value *values;
			size_t n_values;
		} unpivot;
		struct {
			struct sql_rel *child;
			enum sql_sample_kind by;
			const char *percent;           /* decimal text */
			struct sql_expr *rows;
			int64_t bucket, buckets;
			bool has_seed;
			int64_t seed;
		} sample;
		struct {
			enum sql_setop op;
			bool all;
			struct sql_rel *left, *right;  /* SELECT, VALUES, TABLE, QUERY or SETOP */
		} setop;
	};
};

struct sql_cte {
	struct sql_ident name;
	struct sql_ident *columns;
	size_t n_columns;
	struct sql_query *query;
};

/* A query: WITH, a body, and what orders and cuts its rows. */
struct sql_query {
	struct sql_pos pos;
	int height;
	bool recursive;
	struct sql_cte *ctes;
	size_t n_ctes;
	struct sql_rel *body;        /* SELECT, VALUES, TABLE, QUERY or SETOP */
	struct sql_sort *order_by;
	size_t n_order_by;
	bool order_by_all;           /* ORDER BY ALL: order_by[0] has no expr, only desc and nulls */
	struct sql_expr **cluster_by;
	size_t n_cluster_by;
	struct sql_expr **distribute_by;
	size_t n_distribute_by;
	struct sql_sort *sort_by;
	size_t n_sort_by;
	struct sql_named_window *windows; /* WINDOW after a set operation; those of one SELECT lie there */
	size_t n_windows;
	struct sql_expr *limit;      /* NULL: none, and for LIMIT ALL */
	struct sql_expr *offset;
};

/* ---- statements ---- */

enum sql_stmt_kind {
	SQL_ST_QUERY,
	SQL_ST_SET,               /* set */
	SQL_ST_RESET,             /* set.key, or NULL for all */
	SQL_ST_CREATE_VIEW,       /* create_view */
	SQL_ST_CREATE_TABLE,      /* create_table */
	SQL_ST_INSERT,            /* insert: into a table */
	SQL_ST_INSERT_DIR,        /* insert: into a directory */
	SQL_ST_DROP_TABLE,        /* target, if_exists, purge */
	SQL_ST_DROP_VIEW,         /* target, if_exists */
	SQL_ST_SHOW_TABLES,       /* target = database (n = 0: current), pattern */
	SQL_ST_SHOW_VIEWS,
	SQL_ST_SHOW_DATABASES,    /* pattern */
	SQL_ST_SHOW_FUNCTIONS,    /* scope: "all", "user", "system"; target = database; pattern */
	SQL_ST_SHOW_COLUMNS,      /* target = table */
	SQL_ST_SHOW_CREATE_TABLE, /* target */
	SQL_ST_SHOW_PARTITIONS,   /* target, spec */
	SQL_ST_SHOW_TBLPROPERTIES,/* target, key in pattern */
	SQL_ST_DESCRIBE_TABLE,    /* target, extended, spec, column */
	SQL_ST_DESCRIBE_FUNCTION, /* target, extended */
	SQL_ST_DESCRIBE_DATABASE, /* target, extended */
	SQL_ST_DESCRIBE_QUERY,    /* query */
	SQL_ST_EXPLAIN,           /* explain */
	SQL_ST_USE,               /* target */
	SQL_ST_CREATE_DATABASE,   /* create_database */
	SQL_ST_DROP_DATABASE,     /* target, if_exists, cascade */
	SQL_ST_TRUNCATE,          /* target, spec */
	SQL_ST_CACHE,             /* target, lazy, query (CACHE TABLE t AS query) or NULL */
	SQL_ST_UNCACHE,           /* target, if_exists */
	SQL_ST_CLEAR_CACHE,
	SQL_ST_REFRESH_TABLE,     /* target */
	SQL_ST_MSCK,              /* MSCK REPAIR TABLE, ALTER TABLE … RECOVER PARTITIONS: target */
	SQL_ST_ANALYZE,           /* target: statistics only, no visible effect */
	SQL_ST_ADD_PARTITION,     /* ALTER TABLE t ADD [IF NOT EXISTS] PARTITION (…) [LOCATION '…']: target, alter */
	SQL_ST_DROP_PARTITION,    /* ALTER TABLE t DROP [IF EXISTS] PARTITION (…): target, alter */
	SQL_ST_RENAME_TABLE       /* ALTER TABLE t RENAME TO u: target, alter.new_name */
};

struct sql_partition_spec {
	struct sql_property *items;
	size_t n_items;
	const char *location;        /* ADD PARTITION … LOCATION, or NULL */
};

struct sql_create_view {
	struct sql_name name;
	bool or_replace, if_not_exists, temporary, global;
	struct sql_field_ast *columns; /* with AS: names and comments; with USING: the declared schema */
	size_t n_columns;
	const char *comment;
	struct sql_property *properties;
	size_t n_properties;
	const char *provider;        /* USING fmt, lower case; NULL with AS */
	struct sql_property *options;
	size_t n_options;
	struct sql_query *query;     /* AS query */
	const char *query_text;      /* of AS query, as written */
};

struct sql_create_table {
	struct sql_name name;
	bool or_replace, if_not_exists, external, temporary;
	struct sql_field_ast *columns;
	size_t n_columns;
	const char *provider;        /* USING fmt or STORED AS fmt, lower case; NULL: the default (parquet) */
	bool stored_as;
	struct sql_property *options;
	size_t n_options;
	/* PARTITIONED BY (a, b) or, with types, (a int, b string): type NULL means a column of the list above */
	struct sql_field_ast *partition_by;
	size_t n_partition_by;
	struct sql_ident *cluster_by; /* CLUSTERED BY (…) INTO n BUCKETS */
	size_t n_cluster_by;
	int64_t buckets;
	const char *location;
	const char *comment;
	struct sql_property *properties;
	size_t n_properties;
	struct sql_name like;        /* CREATE TABLE t LIKE u; n = 0: no */
	struct sql_query *query;     /* AS query, or NULL */
};

struct sql_insert_ast {
	bool overwrite;
	bool if_not_exists;          /* INSERT OVERWRITE … PARTITION (…) IF NOT EXISTS */
	bool by_name;                /* BY NAME */
	struct sql_name table;       /* SQL_ST_INSERT */
	struct sql_property *partition; /* value and expr NULL: dynamic */
	size_t n_partition;
	struct sql_ident *columns;
	size_t n_columns;
	bool local;                  /* INSERT OVERWRITE LOCAL DIRECTORY */
	const char *path;            /* SQL_ST_INSERT_DIR; NULL when it comes as OPTIONS (path …) */
	const char *provider;        /* USING fmt, lower case; STORED AS fmt too */
	struct sql_property *options;
	size_t n_options;
	struct sql_query *query;
};

enum sql_explain_mode { SQL_EXPLAIN_SIMPLE, SQL_EXPLAIN_EXTENDED, SQL_EXPLAIN_CODEGEN, SQL_EXPLAIN_COST,
                        SQL_EXPLAIN_FORMATTED };

struct sql_stmt {
	enum sql_stmt_kind kind;
	struct sql_pos pos, end;
	/* What many statements share; see the list of kinds. */
	struct sql_name target;
	bool if_exists, extended, cascade, lazy, purge;
	const char *pattern;         /* LIKE 'x*', NULL: none */
	const char *scope;
	const char *column;          /* DESCRIBE t c (parts joined by '.') */
	struct sql_property *spec;   /* PARTITION (…) */
	size_t n_spec;
	struct sql_query *query;
	union {
		/* SET: key NULL shows all; value NULL shows one; "SET -v" has key "-v". */
		struct { const char *key, *value; } set;
		struct sql_create_view create_view;
		struct sql_create_table create_table;
		struct sql_insert_ast insert;
		struct { enum sql_explain_mode mode; struct sql_stmt *stmt; } explain;
		struct {
			bool if_not_exists;
			const char *comment, *location;
			struct sql_property *properties;
			size_t n_properties;
		} create_database;
		struct {
			bool if_not_exists;
			struct sql_partition_spec *specs;
			size_t n_specs;
			struct sql_name new_name;
		} alter;
	};
};

#endif
