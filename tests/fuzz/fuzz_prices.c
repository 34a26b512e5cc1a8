/* Price lists: whatever the text, all of it is taken or none, and an error names a line of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/price_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Rows of the list. Those of a region that it names may be there besides, refused or not. */
static size_t own_rows(const struct price_table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < price_table_len(t); i++)
		n += price_table_at(t, i)->own;
	return n;
}

static void check(struct price_table *t, int ret, size_t rows, const struct error *err)
{
	if (ret && (ret != ERR_INVALID || !strstr(err->message, "list: line ") || err->line < 1))
		abort();
	if (ret && own_rows(t) != rows)
		abort();
	for (size_t i = 0; i < price_table_len(t); i++) {
		const struct price *p = price_table_at(t, i);
		if (p->vcpu < 1 || !(p->mem_gib > 0) || !*p->date || !*p->source ||
		    price_table_find(t, p->type, p->region) != p)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct price_table *t = price_table_new();
	size_t rows = own_rows(t);
	struct error err = ERROR_INIT;

	check(t, price_table_read(t, "list", (const char *)data, n, &err), rows, &err);
	rows = own_rows(t);
	check(t, price_table_read_volumes(t, "list", (const char *)data, n, &err), rows, &err);
	price_table_free(t);
	return 0;
}
