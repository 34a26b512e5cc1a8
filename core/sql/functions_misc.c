/* Conditions, hashes, casts by name, the session. */
#include "core/sql/functions.h"

#define FN(name, args, result, kernel) { name, SQL_FN_SCALAR, args, result, kernel, SP_NONE, 0, NULL }
#define SP(name, args, result, kernel, special) { name, SQL_FN_SCALAR, args, result, kernel, special, 0, NULL }
#define CAST_TO(name) SP(name, "any", name, NULL, SP_CAST)

const struct sql_function sql_functions_misc[] = {
	SP("assert_true", "boolean string?", "void", NULL, SP_ASSERT_TRUE),
	SP("between", "any any any", "boolean", NULL, SP_BETWEEN),
	FN("coalesce", "same same...", "$1", "coalesce($*)"),
	FN("current_catalog", "", "string", "'spark_catalog'"),
	SP("current_schema", "", "string", NULL, SP_CURRENT_DATABASE),
	FN("current_user", "", "string", "spark_current_user()"),
	SP("equal_null", "any any", "boolean", NULL, SP_OPERATOR),
	SP("hash", "any...", "int", NULL, SP_HASH),
	SP("if", "boolean same same", "$2", "CASE WHEN $1 THEN $2 ELSE $3 END", SP_IF),
	FN("input_file_name", "", "string", "''"),
	SP("isnotnull", "any", "boolean", "($1 IS NOT NULL)", SP_IS_NULL),
	SP("isnull", "any", "boolean", "($1 IS NULL)", SP_IS_NULL),
	{ "monotonically_increasing_id", SQL_FN_SCALAR, "", "bigint", "(row_number() OVER () - 1)", SP_NONE,
	  SQL_FN_VOLATILE, NULL },
	SP("nullif", "any any", "$1", NULL, SP_NULLIF),
	FN("nullifzero", "numi", "$1", "nullif($1, 0)"),
	FN("nvl", "same same", "$1", "coalesce($1, $2)"),
	FN("nvl2", "any same same", "$2", "CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END"),
	SP("raise_error", "string", "void", NULL, SP_RAISE_ERROR),
	{ "spark_partition_id", SQL_FN_SCALAR, "", "int", "CAST(0 AS INTEGER)", SP_NONE, 0, "SPARK_PARTITION_ID" },
	SP("typeof", "any", "string", NULL, SP_TYPEOF),
	FN("version", "", "string", "'4.0.0 stoker'"),
	SP("xxhash64", "any...", "bigint", NULL, SP_XXHASH),
	FN("zeroifnull", "numi", "$1", "coalesce($1, CAST(0 AS $0))"),
	CAST_TO("bigint"), CAST_TO("binary"), CAST_TO("boolean"), CAST_TO("date"), CAST_TO("double"),
	CAST_TO("float"), CAST_TO("int"), CAST_TO("smallint"), CAST_TO("string"), CAST_TO("timestamp"),
	CAST_TO("tinyint"),
	SP("decimal", "any", "decimal(10,0)", NULL, SP_CAST),
	{ 0 },
};
