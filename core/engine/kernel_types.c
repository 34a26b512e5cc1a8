#include "core/engine/kernel_types.h"

#include <string.h>

#include "core/engine/kernel.h"

static const char *simple(duckdb_type id)
{
	switch (id) {
	case DUCKDB_TYPE_BOOLEAN: return "boolean";
	case DUCKDB_TYPE_TINYINT: return "tinyint";
	case DUCKDB_TYPE_SMALLINT:
	case DUCKDB_TYPE_UTINYINT: return "smallint";
	case DUCKDB_TYPE_INTEGER:
	case DUCKDB_TYPE_USMALLINT: return "int";
	case DUCKDB_TYPE_BIGINT:
	case DUCKDB_TYPE_UINTEGER: return "bigint";
	case DUCKDB_TYPE_UBIGINT: return "decimal(20,0)";
	case DUCKDB_TYPE_HUGEINT:
	case DUCKDB_TYPE_UHUGEINT: return "decimal(38,0)";
	case DUCKDB_TYPE_FLOAT: return "float";
	case DUCKDB_TYPE_DOUBLE: return "double";
	case DUCKDB_TYPE_BLOB: return "binary";
	case DUCKDB_TYPE_DATE: return "date";
	case DUCKDB_TYPE_TIMESTAMP:
	case DUCKDB_TYPE_TIMESTAMP_S:
	case DUCKDB_TYPE_TIMESTAMP_MS:
	case DUCKDB_TYPE_TIMESTAMP_NS: return "timestamp_ntz";
	case DUCKDB_TYPE_TIMESTAMP_TZ: return "timestamp";
	case DUCKDB_TYPE_INTERVAL: return "interval";
	case DUCKDB_TYPE_SQLNULL: return "void";
	default: return "string";
	}
}

static void element(struct buf *out, duckdb_logical_type t)
{
	kernel_type_spark(out, t);
	duck.destroy_logical_type(&t);
}

static void put_name(struct buf *out, const char *name)
{
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0' && *name) {
		buf_adds(out, name);
		return;
	}
	buf_addc(out, '`');
	for (const char *p = name; *p; p++)
		buf_addf(out, "%s%c", *p == '`' ? "`" : "", *p);
	buf_addc(out, '`');
}

static void put_struct(struct buf *out, duckdb_logical_type t)
{
	buf_adds(out, "struct<");
	idx_t n = duck.struct_type_child_count(t);
	for (idx_t i = 0; i < n; i++) {
		char *name = duck.struct_type_child_name(t, i);
		if (i)
			buf_addc(out, ',');
		put_name(out, name);
		buf_addc(out, ':');
		element(out, duck.struct_type_child_type(t, i));
		duck.free(name);
	}
	buf_addc(out, '>');
}

void kernel_type_spark(struct buf *out, duckdb_logical_type t)
{
	duckdb_type id = duck.get_type_id(t);
	switch (id) {
	case DUCKDB_TYPE_DECIMAL:
		buf_addf(out, "decimal(%d,%d)", duck.decimal_width(t), duck.decimal_scale(t));
		return;
	case DUCKDB_TYPE_LIST:
	case DUCKDB_TYPE_ARRAY:
		buf_adds(out, "array<");
		element(out, id == DUCKDB_TYPE_LIST ? duck.list_type_child_type(t) : duck.array_type_child_type(t));
		buf_addc(out, '>');
		return;
	case DUCKDB_TYPE_MAP:
		buf_adds(out, "map<");
		element(out, duck.map_type_key_type(t));
		buf_addc(out, ',');
		element(out, duck.map_type_value_type(t));
		buf_addc(out, '>');
		return;
	case DUCKDB_TYPE_STRUCT: put_struct(out, t); return;
	default: buf_adds(out, simple(id));
	}
}

bool kernel_type_exact(duckdb_logical_type t)
{
	switch (duck.get_type_id(t)) {
	case DUCKDB_TYPE_UTINYINT:
	case DUCKDB_TYPE_USMALLINT:
	case DUCKDB_TYPE_UINTEGER:
	case DUCKDB_TYPE_UBIGINT:
	case DUCKDB_TYPE_HUGEINT:
	case DUCKDB_TYPE_UHUGEINT:
	case DUCKDB_TYPE_TIMESTAMP_S:
	case DUCKDB_TYPE_TIMESTAMP_MS:
	case DUCKDB_TYPE_TIMESTAMP_NS:
	case DUCKDB_TYPE_TIME:
	case DUCKDB_TYPE_TIME_TZ:
	case DUCKDB_TYPE_UUID:
	case DUCKDB_TYPE_ENUM:
	case DUCKDB_TYPE_ARRAY:
	case DUCKDB_TYPE_BIT: return false;
	default: return true;
	}
}
