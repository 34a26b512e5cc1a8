#include "core/model/common.h"

void str_list_add(struct str_list *l, const char *s)
{
	vec_push(l, xstrdup(s ? s : ""));
}

void str_list_copy(struct str_list *to, const struct str_list *from)
{
	for (size_t i = 0; i < from->len; i++)
		str_list_add(to, from->items[i]);
}

bool str_list_has(const struct str_list *l, const char *s)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i], s))
			return true;
	return false;
}

void str_list_free(struct str_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i]);
	vec_free(l);
}

static struct pair *pair_find(const struct pair_list *l, const char *key)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i].key, key))
			return &l->items[i];
	return NULL;
}

void pair_list_set(struct pair_list *l, const char *key, const char *value)
{
	struct pair *p = pair_find(l, key);

	if (p) {
		text_set(&p->value, value ? value : "");
		return;
	}
	struct pair fresh = { xstrdup(key), xstrdup(value ? value : "") };
	vec_push(l, fresh);
}

const char *pair_list_get(const struct pair_list *l, const char *key)
{
	struct pair *p = pair_find(l, key);

	return p ? p->value : NULL;
}

bool pair_list_remove(struct pair_list *l, const char *key)
{
	struct pair *p = pair_find(l, key);

	if (!p)
		return false;
	free(p->key);
	free(p->value);
	vec_remove(l, (size_t)(p - l->items));
	return true;
}

void pair_list_free(struct pair_list *l)
{
	for (size_t i = 0; i < l->len; i++) {
		free(l->items[i].key);
		free(l->items[i].value);
	}
	vec_free(l);
}

struct configuration *configuration_new(const char *classification)
{
	struct configuration *c = xcalloc(1, sizeof *c);

	c->classification = xstrdup(classification);
	return c;
}

void configuration_free(struct configuration *c)
{
	if (!c)
		return;
	free(c->classification);
	pair_list_free(&c->properties);
	configuration_list_free(&c->configurations);
	free(c);
}

void configuration_list_free(struct configuration_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		configuration_free(l->items[i]);
	vec_free(l);
}

void text_set(char **field, const char *s)
{
	char *copy = xstrdup(s);

	free(*field);
	*field = copy;
}
