#include "core/client/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/json.h"

void records_clear(struct records *r)
{
	cJSON_Delete(r->pages);
	vec_free(&r->rows);
	free(r->token);
	memset(r, 0, sizeof *r);
}

/* A row without an id of its own is told apart by all that it says. */
static void hash_id(const cJSON *row, char *out, size_t size)
{
	char *text = json_print(row);
	uint64_t h = 1469598103934665603u;
	for (const char *p = text; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	snprintf(out, size, "%016llx", (unsigned long long)h);
	free(text);
}

static void row_id(const cJSON *row, const char *ids, char *out, size_t size)
{
	size_t n = 0;
	*out = 0;
	while (ids && *ids) {
		char member[48], value[RECORD_ID_SIZE];
		size_t len = strcspn(ids, " ");
		snprintf(member, sizeof member, "%.*s", (int)len, ids);
		record_text(row, member, value, sizeof value);
		if (*value && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? "/" : "", value);
		ids += len;
		ids += strspn(ids, " ");
	}
	if (!*out)
		hash_id(row, out, size);
}

static void add_row(struct records *r, const cJSON *row, const char *ids)
{
	struct record x = { .o = row };
	row_id(row, ids, x.id, sizeof x.id);
	vec_push(&r->rows, x);
}

int records_take(struct records *r, const char *op, const char *list, const char *ids, const cJSON *reply,
                 bool first, struct error *err)
{
	const cJSON *x;
	if (list && !json_arr(reply, list))
		return error_set(err, ERR_INVALID, "the reply to %s has no %s", op, list);
	if (first)
		records_clear(r);
	if (!r->pages)
		r->pages = cJSON_CreateArray();
	cJSON *copy = cJSON_Duplicate(reply, 1);
	cJSON_AddItemToArray(r->pages, copy);
	if (!list)
		add_row(r, copy, ids);
	const cJSON *rows = list ? json_arr(copy, list) : NULL;
	cJSON_ArrayForEach(x, rows)
		if (cJSON_IsObject(x))
			add_row(r, x, ids);
	free(r->token);
	r->token = xstrdup(json_str(copy, "NextToken", NULL));
	return 0;
}

const cJSON *records_find(const struct records *r, const char *id)
{
	for (size_t i = 0; id && i < r->rows.len; i++)
		if (!strcmp(r->rows.items[i].id, id))
			return r->rows.items[i].o;
	return NULL;
}

const cJSON *records_reply(const struct records *r)
{
	int n = cJSON_GetArraySize(r->pages);
	return n ? cJSON_GetArrayItem(r->pages, n - 1) : NULL;
}

int64_t record_ms(const cJSON *o, const char *member)
{
	const char *text = json_str(o, member, NULL);
	if (text) {
		int64_t ms = clock_parse(text);
		return ms > 0 ? ms : 0;
	}
	return (int64_t)(json_num(o, member, 0) * 1000);
}

static void join(const cJSON *list, char *out, size_t size)
{
	struct buf b = BUF_INIT;
	const cJSON *x;
	char one[256];
	cJSON_ArrayForEach(x, list)
		buf_addf(&b, "%s%s", b.len ? ", " : "", record_value(x, one, sizeof one));
	snprintf(out, size, "%s", buf_str(&b));
	buf_free(&b);
}

char *record_value(const cJSON *v, char *out, size_t size)
{
	*out = 0;
	if (cJSON_IsString(v))
		snprintf(out, size, "%s", v->valuestring);
	else if (cJSON_IsNumber(v))
		snprintf(out, size, "%.10g", v->valuedouble);
	else if (cJSON_IsBool(v))
		snprintf(out, size, "%s", cJSON_IsTrue(v) ? "yes" : "no");
	else if (cJSON_IsArray(v))
		join(v, out, size);
	else if (cJSON_IsObject(v)) {
		char *text = json_print(v);
		snprintf(out, size, "%s", text);
		free(text);
	}
	return out;
}

char *record_text(const cJSON *o, const char *member, char *out, size_t size)
{
	return record_value(cJSON_GetObjectItemCaseSensitive(o, member), out, size);
}
