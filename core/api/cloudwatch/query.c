/* The query protocol's requests: form fields like MetricData.member.1.Dimensions.member.2.Name, put into the
 * tree that JSON would have brought, by the operation's table. */
#include <math.h>
#include <stdio.h>

#include "core/api/cloudwatch/shapes.h"
#include "core/base/json.h"

#define MAX_ITEMS 2000           /* of one list: more than any operation takes */

struct field {
	struct buf name, value;
};

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : -1;
}

static int unescape(const char *s, size_t n, struct buf *out, struct error *err)
{
	buf_clear(out);
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (i + 2 >= n)
				return cw_error(err, "MalformedInput", "The form has an unfinished percent escape");
			if (hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
				return cw_error(err, "MalformedInput", "The form has a percent escape that is not hexadecimal");
			c = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
			i += 2;
		}
		if (!c)
			return cw_error(err, "MalformedInput", "The form holds a NUL character");
		buf_addc(out, c);
	}
	return 0;
}

/* The next field; *at moves behind it. 1: there is one, 0: the end, negative: an error. */
static int next_field(const char **at, const char *end, struct field *f, struct error *err)
{
	while (*at < end && **at == '&')
		++*at;
	if (*at >= end)
		return 0;
	const char *amp = memchr(*at, '&', (size_t)(end - *at)), *stop = amp ? amp : end;
	const char *eq = memchr(*at, '=', (size_t)(stop - *at)), *mid = eq ? eq : stop;
	int rc = unescape(*at, (size_t)(mid - *at), &f->name, err);
	if (!rc)
		rc = eq ? unescape(eq + 1, (size_t)(stop - eq - 1), &f->value, err) : (buf_clear(&f->value), 0);
	*at = stop;
	return rc ? rc : 1;
}

/* ---- the tree ----
 * While fields come in, a list is an object whose members are named by their numbers. */

static cJSON *leaf(const struct shape *s, const char *text, const char *name, struct error *err)
{
	char *end;
	double v;

	switch (s->kind) {
	case SHAPE_INT:
	case SHAPE_LONG:
	case SHAPE_DOUBLE:
		v = strtod(text, &end);
		if (!*text || *end || text[strspn(text, " \t")] != *text) {
			cw_error(err, "MalformedInput", "The value \"%.100s\" of %.200s is not a number", text, name);
			return NULL;
		}
		if (!isfinite(v)) {
			cw_error_value(err, "The value %.100s for parameter %.200s is invalid.", text, name);
			return NULL;
		}
		return cJSON_CreateNumber(v);
	case SHAPE_BOOL:
		if (!strcmp(text, "true") || !strcmp(text, "false"))
			return cJSON_CreateBool(*text == 't');
		cw_error(err, "MalformedInput", "The value \"%.100s\" of %.200s must be true or false", text, name);
		return NULL;
	case SHAPE_LIST:
		return *text ? NULL : cJSON_CreateArray();
	case SHAPE_STRUCT:
	case SHAPE_MAP:
		return NULL;
	default:
		return cJSON_CreateString(text);
	}
}

static const struct shape_member *member_of(const struct shape *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->n_members; i++)
		if (strlen(s->members[i].name) == n && !strncmp(s->members[i].name, name, n))
			return &s->members[i];
	return NULL;
}

/* Fields come in order nearly always: the last child first. */
static cJSON *child_of(cJSON *o, const char *key)
{
	cJSON *last = o->child ? o->child->prev : NULL;

	return last && last->string && !strcmp(last->string, key) ? last : cJSON_GetObjectItemCaseSensitive(o, key);
}

static cJSON *enter(cJSON *o, const char *key)
{
	cJSON *c = child_of(o, key);

	return c ? c : cJSON_AddObjectToObject(o, key);
}

/* "member.12" at *path: gives the number's text, and moves behind it. 0 when it is not that. */
static int list_index(const char **path, char *number)
{
	int n = 0, len = 0;

	if (strncmp(*path, "member.", 7))
		return 0;
	const char *p = *path + 7;
	while (p[len] >= '0' && p[len] <= '9' && len < 7)
		n = n * 10 + (p[len++] - '0');
	if (!len || (p[len] && p[len] != '.'))
		return 0;
	snprintf(number, 16, "%d", n);
	*path = p + len + (p[len] == '.');
	return n;
}

static int put_leaf(cJSON *at, const char *key, const struct shape *s, const struct field *f, struct error *err)
{
	struct error why = ERROR_INIT;
	cJSON *v = leaf(s, buf_str(&f->value), buf_str(&f->name), &why);
	if (!v && why.code) {
		*err = why;
		return why.code;
	}
	if (!v)
		return cw_error(err, "MalformedInput", "%.200s cannot hold a value of its own", buf_str(&f->name));
	if (child_of(at, key)) {
		cJSON_Delete(v);
		return cw_error(err, "MalformedInput", "%.200s is given twice", buf_str(&f->name));
	}
	cJSON_AddItemToObject(at, key, v);
	return 0;
}

static int place(cJSON *tree, const struct shape *s, const char *path, const struct field *f, struct error *err)
{
	cJSON *at = tree;
	char key[300] = "";

	if (!*path)
		return 0;
	while (*path) {
		if (s->kind == SHAPE_STRUCT) {
			size_t n = strcspn(path, ".");
			const struct shape_member *m = member_of(s, path, n);
			if (!m)
				return 0; /* unknown members are ignored */
			snprintf(key, sizeof key, "%s", m->name);
			s = m->shape;
			path += n + (path[n] == '.');
		} else if (s->kind == SHAPE_LIST) {
			if (list_index(&path, key) < 1)
				return cw_error(err, "MalformedInput", "%.200s does not name a list item (member.1, member.2 …)",
				                buf_str(&f->name));
			s = s->of;
			if (!child_of(at, key) && cJSON_GetArraySize(at) >= MAX_ITEMS)
				return cw_error_value(err, "%.200s: the list has more than %d items", buf_str(&f->name), MAX_ITEMS);
		} else {
			return 0;
		}
		if (*path) {
			at = enter(at, key);
			if (!cJSON_IsObject(at))
				return cw_error(err, "MalformedInput", "%.200s contradicts an earlier field", buf_str(&f->name));
		}
	}
	return put_leaf(at, key, s, f, err);
}

/* ---- numbered objects become arrays ---- */

static int by_number(const void *a, const void *b)
{
	int x = atoi((*(cJSON *const *)a)->string), y = atoi((*(cJSON *const *)b)->string);

	return (x > y) - (x < y);
}

static void settle(cJSON *v, const struct shape *s);

static void settle_list(cJSON *v, const struct shape *s)
{
	size_t n = (size_t)cJSON_GetArraySize(v), i = 0;
	cJSON **items = xcalloc(n ? n : 1, sizeof *items);

	while (v->child)
		items[i++] = cJSON_DetachItemViaPointer(v, v->child);
	qsort(items, n, sizeof *items, by_number);
	v->type = cJSON_Array;
	for (i = 0; i < n; i++) {
		settle(items[i], s->of);
		cJSON_free(items[i]->string);
		items[i]->string = NULL;
		cJSON_AddItemToArray(v, items[i]);
	}
	free(items);
}

static void settle(cJSON *v, const struct shape *s)
{
	if (s->kind == SHAPE_LIST && cJSON_IsObject(v)) {
		settle_list(v, s);
	} else if (s->kind == SHAPE_STRUCT && cJSON_IsObject(v)) {
		for (cJSON *c = v->child; c; c = c->next) {
			const struct shape_member *m = member_of(s, c->string, strlen(c->string));
			if (m)
				settle(c, m->shape);
		}
	}
}

static int find_action(const char *form, size_t len, struct field *f, const struct cw_operation **op,
                       struct error *err)
{
	const char *at = form;
	int rc;

	while ((rc = next_field(&at, form + len, f, err)) > 0)
		if (!strcmp(buf_str(&f->name), "Action")) {
			*op = cw_find_operation(buf_str(&f->value));
			return *op ? 0 : cw_error(err, "InvalidAction", "Could not find operation %.100s for version " CW_VERSION,
			                          buf_str(&f->value));
		}
	return rc ? rc : cw_error(err, "MissingAction", "The form has no field Action, which names the operation");
}

int cw_decode_form(const char *form, size_t len, const struct cw_operation **op, cJSON **in, struct error *err)
{
	struct field f = { 0 };
	const char *at = form;
	cJSON *tree = NULL;

	*op = NULL;
	int rc = find_action(form, len, &f, op, err);
	if (!rc) {
		tree = cJSON_CreateObject();
		int more;
		while (!rc && (more = next_field(&at, form + len, &f, err)) != 0)
			rc = more < 0 ? more : place(tree, (*op)->input, buf_str(&f.name), &f, err);
	}
	if (!rc)
		settle(tree, (*op)->input);
	buf_free(&f.name);
	buf_free(&f.value);
	if (rc)
		cJSON_Delete(tree);
	else
		*in = tree;
	return rc;
}
