/* Any bytes as a script: cut into statements, parsed, and whatever the parser made is walked by the dump and
 * the printer; whatever it refused must be refused with a place inside the script. The first byte decides
 * whether ${a} and ${b} have values. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/sql/dump.h"
#include "core/sql/parser.h"
#include "core/sql/print.h"
#include "core/sql/sql.h"

static const char *lookup(void *ctx, const char *prefix, const char *name)
{
	(void)prefix;
	if (strcmp(name, "a") == 0)
		return "it's ${b} */ -- \n `";
	if (strcmp(name, "b") == 0)
		return ctx ? "${b}${b}" : "1 + x";
	return NULL;
}

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void walk(struct arena *a, struct buf *out, const struct sql_stmt *s)
{
	sql_dump_stmt(out, s);
	if (s->kind != SQL_ST_QUERY || s->query->body->kind != SQL_REL_SELECT)
		return;
	const struct sql_select *select = &s->query->body->select;
	for (size_t i = 0; i < select->n_items; i++)
		buf_adds(out, sql_column_name(a, select->items[i], NULL, NULL));
}

static void try_statement(const char *script, size_t begin, size_t end, int mode)
{
	struct arena *a = arena_new();
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	struct sql_stmt *s = NULL;
	int rc = sql_parse_statement(a, script, begin, end, mode % 3 ? lookup : NULL, mode % 3 == 1 ? NULL : &err, &s,
	                             &err);
	check((rc == 0) == (s != NULL), "a tree or an error");
	if (s) {
		walk(a, &out, s);
	} else {
		check(err.code == rc && err.message[0], "an error says something");
		check(err.code == ERR_FULL || (err.line > 0 && err.column > 0), "an error has a place");
		sql_render_error(&out, "x.sql", script, &err);
	}
	buf_free(&out);
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	size_t len = size - 1, at = 0, begin, end;
	char *script = malloc(size);
	bool complete;
	memcpy(script, data + 1, len);
	script[len] = '\0';
	while (sql_next_statement(script, len, &at, &begin, &end, &complete)) {
		check(begin < end && end <= len && at >= end, "a statement lies in the script");
		try_statement(script, begin, end, data[0]);
	}
	free(script);
	return 0;
}
