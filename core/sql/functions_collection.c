/* Arrays, maps, structs, lambdas, generators. Templates that name an argument twice cost its text twice. */
#include "core/sql/functions.h"

#define FN(name, args, result, kernel) { name, SQL_FN_SCALAR, args, result, kernel, SP_NONE, 0, NULL }
#define SP(name, args, result, kernel, special) { name, SQL_FN_SCALAR, args, result, kernel, special, 0, NULL }
#define GEN(name, args, special) { name, SQL_FN_GENERATOR, args, "!", NULL, special, 0, NULL }

/* Order is kept, NULL counts as a value, and the first of equals stays. */
#define DISTINCT_OF(list) "list_filter(" list ", lambda d_x, d_i: list_position(" list ", d_x) = d_i)"

const struct sql_function sql_functions_collection[] = {
	SP("aggregate", "array any fn2 fn1?", "!", NULL, SP_AGGREGATE),
	SP("array", "same...", "!", NULL, SP_ARRAY),
	FN("array_append", "array elem", "$1", "list_append($1, $2)"),
	FN("array_compact", "array", "$1", "list_filter($1, lambda d_x: d_x IS NOT NULL)"),
	FN("array_contains", "array elem", "boolean",
	   "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_contains($1, $2) THEN TRUE "
	   "WHEN list_position($1, NULL) IS NOT NULL THEN NULL ELSE FALSE END"),
	FN("array_distinct", "array", "$1", DISTINCT_OF("$1")),
	FN("array_except", "array elems", "$1",
	   "list_filter(" DISTINCT_OF("$1") ", lambda d_y: list_position($2, d_y) IS NULL)"),
	FN("array_insert", "array int elem", "$1", "spark_list_insert"),
	FN("array_intersect", "array elems", "$1",
	   "list_filter(" DISTINCT_OF("$1") ", lambda d_y: list_position($2, d_y) IS NOT NULL)"),
	FN("array_join", "array<string> string string?", "string", "array_join"),
	FN("array_max", "array", "$1.e", "list_max($1)"),
	FN("array_min", "array", "$1.e", "list_min($1)"),
	FN("array_position", "array elem", "bigint",
	   "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE "
	   "coalesce(CAST(list_position($1, $2) AS BIGINT), 0) END"),
	FN("array_prepend", "array elem", "$1", "list_prepend($2, $1)"),
	FN("array_remove", "array elem", "$1",
	   "CASE WHEN $2 IS NOT NULL THEN list_filter($1, lambda d_x: d_x IS DISTINCT FROM $2) END"),
	FN("array_repeat", "any int", "array<$1>",
	   "list_transform(range(greatest($2, 0)), lambda d_i: $1)"),
	FN("array_size", "array", "int", "CAST(len($1) AS INTEGER)"),
	SP("array_sort", "array fn2?", "$1", NULL, SP_ARRAY_SORT),
	FN("array_union", "array elems", "$1", DISTINCT_OF("list_concat($1, $2)")),
	FN("arrays_overlap", "array elems", "boolean",
	   "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_has_any($1, $2) THEN TRUE "
	   "WHEN len($1) > 0 AND len($2) > 0 AND (list_position($1, NULL) IS NOT NULL OR "
	   "list_position($2, NULL) IS NOT NULL) THEN NULL ELSE FALSE END"),
	SP("arrays_zip", "any...", "!", NULL, SP_ARRAYS_ZIP),
	SP("element_at", "any any", "!", NULL, SP_ELEMENT_AT),
	SP("exists", "array fn1", "boolean", NULL, SP_EXISTS),
	SP("filter", "array fn2", "$1", NULL, SP_FILTER),
	FN("flatten", "array", "$1.e", "CASE WHEN list_position($1, NULL) IS NULL THEN flatten($1) END"),
	SP("forall", "array fn1", "boolean", NULL, SP_FORALL),
	FN("get", "array int", "$1.e", "CASE WHEN $2 >= 0 THEN list_extract($1, $2 + 1) END"),
	SP("map", "any...", "!", NULL, SP_MAP),
	FN("map_concat", "map map...", "$1", "map_concat($*)"),
	FN("map_contains_key", "map key", "boolean", "list_contains(map_keys($1), $2)"),
	SP("map_entries", "map", "!", "map_entries($1)", SP_MAP_FROM_ENTRIES),
	SP("map_filter", "map fn2", "$1", NULL, SP_MAP_FILTER),
	SP("map_from_arrays", "array array", "!", "map($1, $2)", SP_MAP_FROM_ENTRIES),
	SP("map_from_entries", "array", "!", "map_from_entries($1)", SP_MAP_FROM_ENTRIES),
	FN("map_keys", "map", "array<$1.k>", "map_keys($1)"),
	FN("map_values", "map", "array<$1.e>", "map_values($1)"),
	SP("map_zip_with", "map map fn3", "!", NULL, SP_MAP_ZIP_WITH),
	SP("named_struct", "any...", "!", NULL, SP_NAMED_STRUCT),
	SP("reverse", "any", "$1", NULL, SP_REVERSE),
	SP("sequence", "any any any?", "!", NULL, SP_SEQUENCE),
	{ "shuffle", SQL_FN_SCALAR, "array", "$1",
	  "list_transform(list_sort(list_transform($1, lambda d_x: struct_pack(r := random(), v := d_x))), "
	  "lambda d_y: d_y.v)", SP_NONE, SQL_FN_VOLATILE, NULL },
	SP("size", "any", "int", NULL, SP_SIZE),
	FN("slice", "array int int", "$1",
	   "CASE WHEN $2 = 0 THEN error('[INVALID_PARAMETER_VALUE.START] The value of parameter(s) `start` in "
	   "`slice` is invalid: expects a positive or a negative value, but got 0. SQLSTATE: 22023') "
	   "WHEN $2 > 0 THEN list_slice($1, $2, $2 + $3 - 1) WHEN -$2 > len($1) THEN list_slice($1, 1, 0) "
	   "ELSE list_slice($1, len($1) + $2 + 1, len($1) + $2 + $3) END"),
	FN("sort_array", "array boolean=true", "$1",
	   "CASE WHEN $2 THEN list_sort($1, 'ASC', 'NULLS FIRST') ELSE list_sort($1, 'DESC', 'NULLS LAST') END"),
	FN("str_to_map", "string string=, string=:", "map<string,string>",
	   "map_from_entries(list_transform(spark_split($1, $2, -1), lambda d_x: struct_pack("
	   "key := list_extract(spark_split(d_x, $3, 2), 1), "
	   "value := list_extract(spark_split(d_x, $3, 2), 2))))"),
	SP("struct", "any...", "!", NULL, SP_STRUCT),
	SP("transform", "array fn2", "!", NULL, SP_TRANSFORM),
	SP("transform_keys", "map fn2", "!", NULL, SP_TRANSFORM_KEYS),
	SP("transform_values", "map fn2", "!", NULL, SP_TRANSFORM_VALUES),
	SP("try_element_at", "any any", "!", NULL, SP_ELEMENT_AT),
	SP("zip_with", "array array fn2", "!", NULL, SP_ZIP_WITH),
	GEN("explode", "any", SP_EXPLODE),
	GEN("explode_outer", "any", SP_EXPLODE),
	GEN("posexplode", "any", SP_POSEXPLODE),
	GEN("posexplode_outer", "any", SP_POSEXPLODE),
	GEN("inline", "array", SP_INLINE),
	GEN("inline_outer", "array", SP_INLINE),
	GEN("stack", "int any...", SP_STACK),
	GEN("json_tuple", "string string string...", SP_JSON_TUPLE),
	{ 0 },
};
