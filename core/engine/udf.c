/* Registering Spark's functions in the kernel, and the loop over a vector's rows. */
#include "core/engine/udf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* What a registered function knows of itself; lives as long as the kernel does. */
struct registered {
	const struct udf_def *def;
	int64_t extra;
	bool sees_null;
};

const char *udf_string(const struct udf *u, size_t i, size_t *n)
{
	duckdb_string_t *s = (duckdb_string_t *)u->args[i].data + u->row;
	*n = duck.string_t_length(*s);
	return duck.string_t_data(s);
}

static __int128 from_hugeint(duckdb_hugeint h)
{
	return (__int128)(((unsigned __int128)(uint64_t)h.upper << 64) | h.lower);
}

static __int128 stored_number(const struct udf_arg *a, idx_t row)
{
	switch (a->storage) {
	case DUCKDB_TYPE_TINYINT: return ((int8_t *)a->data)[row];
	case DUCKDB_TYPE_SMALLINT: return ((int16_t *)a->data)[row];
	case DUCKDB_TYPE_INTEGER: return ((int32_t *)a->data)[row];
	case DUCKDB_TYPE_BIGINT: return ((int64_t *)a->data)[row];
	case DUCKDB_TYPE_HUGEINT: return from_hugeint(((duckdb_hugeint *)a->data)[row]);
	default: return 0;
	}
}

__int128 udf_number(const struct udf *u, size_t i, int *scale)
{
	*scale = u->args[i].scale;
	return stored_number(&u->args[i], u->row);
}

size_t udf_list_length(const struct udf *u, size_t i)
{
	return ((duckdb_list_entry *)u->args[i].data)[u->row].length;
}

const char *udf_list_string(const struct udf *u, size_t i, size_t k, size_t *n)
{
	duckdb_vector child = duck.list_vector_get_child(u->args[i].vector);
	uint64_t *valid = duck.vector_get_validity(child);
	idx_t at = ((duckdb_list_entry *)u->args[i].data)[u->row].offset + k;
	if (valid && !(valid[at / 64] >> (at % 64) & 1))
		return NULL;
	duckdb_string_t *s = (duckdb_string_t *)duck.vector_get_data(child) + at;
	*n = duck.string_t_length(*s);
	return duck.string_t_data(s);
}

bool udf_put_string(struct udf *u, const char *s, size_t n)
{
	duck.vector_assign_string_element_len(u->out, u->row, s, n);
	return true;
}

bool udf_put_number(struct udf *u, __int128 v)
{
	duckdb_hugeint h = { (uint64_t)v, (int64_t)(v >> 64) };
	((duckdb_hugeint *)u->out_data)[u->row] = h;
	return true;
}

void udf_list_add(struct udf *u, const char *s, size_t n)
{
	idx_t at = u->list_at + u->list_len++;
	duck.list_vector_reserve(u->out, at + 1);
	duck.list_vector_set_size(u->out, at + 1);
	duckdb_vector child = duck.list_vector_get_child(u->out);
	duck.vector_assign_string_element_len(child, at, s, n);
}

bool udf_fail(struct udf *u, const char *class_name, const char *sqlstate, const char *fmt, ...)
{
	char words[560];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	snprintf(u->message, sizeof u->message, "[%s] %s SQLSTATE: %s", class_name, words, sqlstate);
	u->failed = true;
	return false;
}

static void bind_arg(struct udf_arg *a, duckdb_vector v, char kind)
{
	a->vector = v;
	a->data = duck.vector_get_data(v);
	a->valid = duck.vector_get_validity(v);
	if (kind != 'a')
		return;
	duckdb_logical_type t = duck.vector_get_column_type(v);
	a->storage = duck.get_type_id(t);
	if (a->storage == DUCKDB_TYPE_DECIMAL) {
		a->scale = duck.decimal_scale(t);
		a->storage = duck.decimal_internal_type(t);
	}
	duck.destroy_logical_type(&t);
}

static char arg_kind(const char *args, size_t i)
{
	size_t n = strlen(args);
	if (n && args[n - 1] == '*' && i >= n - 2)
		return args[n - 2];
	return args[i];
}

static bool any_null(const struct udf *u)
{
	for (size_t i = 0; i < u->n; i++)
		if (udf_null(u, i))
			return true;
	return false;
}

static void set_null(struct udf *u)
{
	duck.vector_ensure_validity_writable(u->out);
	duck.validity_set_row_invalid(duck.vector_get_validity(u->out), u->row);
}

static void end_list(struct udf *u)
{
	duckdb_list_entry e = { u->list_at, u->list_len };
	((duckdb_list_entry *)u->out_data)[u->row] = e;
	u->list_at += u->list_len;
	u->list_len = 0;
}

static void run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
	const struct registered *g = duck.scalar_function_get_extra_info(info);
	const char *args = g->def->args + g->sees_null;
	struct udf u = { .out = out, .out_data = duck.vector_get_data(out), .extra = g->extra };
	idx_t rows = duck.data_chunk_get_size(in);
	u.n = duck.data_chunk_get_column_count(in);
	if (u.n > UDF_MAX_ARGS) {
		duck.scalar_function_set_error(info, "too many arguments");
		return;
	}
	for (size_t i = 0; i < u.n; i++)
		bind_arg(&u.args[i], duck.data_chunk_get_vector(in, i), arg_kind(args, i));
	for (u.row = 0; u.row < rows; u.row++) {
		bool ok = (g->sees_null || !any_null(&u)) && g->def->row(&u);
		if (u.failed) {
			duck.scalar_function_set_error(info, u.message);
			return;
		}
		if (!ok) {
			u.list_len = 0;
			set_null(&u);
		}
		if (g->def->result == 'S')
			end_list(&u);
	}
}

static duckdb_type plain_type(char kind)
{
	static const struct { char kind; duckdb_type type; } T[] = {
		{ 'b', DUCKDB_TYPE_BOOLEAN }, { 'y', DUCKDB_TYPE_TINYINT }, { 'n', DUCKDB_TYPE_SMALLINT },
		{ 'i', DUCKDB_TYPE_INTEGER }, { 'l', DUCKDB_TYPE_BIGINT }, { 'h', DUCKDB_TYPE_HUGEINT },
		{ 'f', DUCKDB_TYPE_FLOAT }, { 'd', DUCKDB_TYPE_DOUBLE }, { 's', DUCKDB_TYPE_VARCHAR },
		{ 'x', DUCKDB_TYPE_BLOB }, { 'D', DUCKDB_TYPE_DATE }, { 't', DUCKDB_TYPE_TIMESTAMP },
		{ 'I', DUCKDB_TYPE_INTERVAL }, { 'a', DUCKDB_TYPE_ANY },
	};
	for (size_t i = 0; i < sizeof T / sizeof *T; i++)
		if (T[i].kind == kind)
			return T[i].type;
	return DUCKDB_TYPE_VARCHAR;
}

static duckdb_logical_type make_type(char kind, int64_t extra)
{
	if (kind == 'C')
		return duck.create_decimal_type(38, (uint8_t)extra);
	if (kind != 'S')
		return duck.create_logical_type(plain_type(kind));
	duckdb_logical_type s = duck.create_logical_type(DUCKDB_TYPE_VARCHAR), list = duck.create_list_type(s);
	duck.destroy_logical_type(&s);
	return list;
}

static void add_parameters(duckdb_scalar_function f, const char *args)
{
	for (; *args && args[1] != '*'; args++) {
		duckdb_logical_type t = make_type(*args, 0);
		duck.scalar_function_add_parameter(f, t);
		duck.destroy_logical_type(&t);
	}
	if (*args) {
		duckdb_logical_type t = make_type(*args, 0);
		duck.scalar_function_set_varargs(f, t);
		duck.destroy_logical_type(&t);
	}
}

static void release(void *p)
{
	free(p);
}

static int register_one(duckdb_connection con, const struct udf_def *def, const char *name, int64_t extra,
                        struct error *err)
{
	duckdb_scalar_function f = duck.create_scalar_function();
	struct registered *g = xcalloc(1, sizeof *g);
	g->def = def;
	g->extra = extra;
	g->sees_null = def->args[0] == '?';
	duck.scalar_function_set_name(f, name);
	add_parameters(f, def->args + g->sees_null);
	duckdb_logical_type t = make_type(def->result, extra);
	duck.scalar_function_set_return_type(f, t);
	duck.destroy_logical_type(&t);
	duck.scalar_function_set_extra_info(f, g, release);
	duck.scalar_function_set_function(f, run);
	if (g->sees_null)
		duck.scalar_function_set_special_handling(f);
	duckdb_state state = duck.register_scalar_function(con, f);
	duck.destroy_scalar_function(&f);
	if (state == DuckDBSuccess)
		return 0;
	return error_set(err, ERR_INTERNAL, "the kernel refused the function %s", name);
}

static int register_table(duckdb_connection con, const struct udf_def *defs, struct error *err)
{
	int rc = 0;
	for (const struct udf_def *d = defs; d->name && !rc; d++) {
		if (d->result != 'C') {
			rc = register_one(con, d, d->name, 0, err);
			continue;
		}
		for (int scale = 0; scale <= 38 && !rc; scale++) {
			char name[64];
			snprintf(name, sizeof name, "%s_%d", d->name, scale);
			rc = register_one(con, d, name, scale, err);
		}
	}
	return rc;
}

int kernel_register_functions(duckdb_connection con, struct error *err)
{
	static const struct udf_def *const tables[] = { udf_cast_defs, udf_math_defs, udf_string_defs,
		                                        udf_regex_defs, udf_time_defs, udf_hash_defs,
		                                        udf_text_defs, udf_sample_defs, udf_decimal_defs };
	int rc = 0;
	duckdb_result res;
	/* in one transaction: one commit instead of hundreds */
	bool begun = duck.query(con, "BEGIN", &res) == DuckDBSuccess;
	duck.destroy_result(&res);
	for (size_t i = 0; i < sizeof tables / sizeof *tables && !rc; i++)
		rc = register_table(con, tables[i], err);
	if (begun) {
		if (duck.query(con, rc ? "ROLLBACK" : "COMMIT", &res) == DuckDBError && !rc)
			rc = error_set(err, ERR_INTERNAL, "the kernel did not take the functions");
		duck.destroy_result(&res);
	}
	return rc;
}
