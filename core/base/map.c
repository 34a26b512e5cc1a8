#include "core/base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* Entries lie in insertion order in one array; the index holds entry numbers + 1 (0 = free slot) with
 * linear probing. A removed entry leaves a hole (key NULL) until the next rebuild. */
struct entry {
	char *key;
	void *value;
	uint64_t hash;
};

struct map {
	struct entry *entries;
	size_t used, cap, live;
	uint32_t *index;
	size_t mask;
};

static uint64_t hash_key(const char *s) /* FNV-1a */
{
	uint64_t h = 1469598103934665603ull;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211ull;
	return h;
}

static void rebuild(struct map *m, size_t cap)
{
	struct entry *fresh = xcalloc(cap, sizeof *fresh);
	size_t n = 0;
	for (size_t i = 0; i < m->used; i++)
		if (m->entries[i].key)
			fresh[n++] = m->entries[i];
	free(m->entries);
	free(m->index);
	m->entries = fresh;
	m->used = n;
	m->cap = cap;
	m->mask = cap * 2 - 1;
	m->index = xcalloc(cap * 2, sizeof *m->index);
	for (size_t i = 0; i < n; i++) {
		size_t slot = fresh[i].hash & m->mask;
		while (m->index[slot])
			slot = (slot + 1) & m->mask;
		m->index[slot] = (uint32_t)i + 1;
	}
}

struct map *map_new(void)
{
	struct map *m = xcalloc(1, sizeof *m);
	rebuild(m, 8);
	return m;
}

void map_free(struct map *m, void (*free_value)(void *))
{
	if (!m)
		return;
	for (size_t i = 0; i < m->used; i++) {
		if (!m->entries[i].key)
			continue;
		if (free_value)
			free_value(m->entries[i].value);
		free(m->entries[i].key);
	}
	free(m->entries);
	free(m->index);
	free(m);
}

static struct entry *find(const struct map *m, const char *key, uint64_t hash)
{
	for (size_t slot = hash & m->mask; m->index[slot]; slot = (slot + 1) & m->mask) {
		struct entry *e = &m->entries[m->index[slot] - 1];
		if (e->key && e->hash == hash && !strcmp(e->key, key))
			return e;
	}
	return NULL;
}

void *map_get(const struct map *m, const char *key)
{
	struct entry *e = find(m, key, hash_key(key));
	return e ? e->value : NULL;
}

bool map_has(const struct map *m, const char *key)
{
	return find(m, key, hash_key(key)) != NULL;
}

void *map_set(struct map *m, const char *key, void *value)
{
	uint64_t hash = hash_key(key);
	struct entry *e = find(m, key, hash);
	if (e) {
		void *old = e->value;
		e->value = value;
		return old;
	}
	if (m->used == m->cap)
		rebuild(m, m->live * 2 > m->cap ? m->cap * 2 : m->cap);
	m->entries[m->used] = (struct entry){ xstrdup(key), value, hash };
	size_t slot = hash & m->mask;
	while (m->index[slot])
		slot = (slot + 1) & m->mask;
	m->index[slot] = (uint32_t)++m->used;
	m->live++;
	return NULL;
}

void *map_remove(struct map *m, const char *key)
{
	struct entry *e = find(m, key, hash_key(key));
	if (!e)
		return NULL;
	void *value = e->value;
	free(e->key);
	e->key = NULL;
	e->value = NULL;
	m->live--;
	return value;
}

size_t map_len(const struct map *m)
{
	return m->live;
}

bool map_next(const struct map *m, size_t *it, const char **key, void **value)
{
	while (*it < m->used) {
		struct entry *e = &m->entries[(*it)++];
		if (!e->key)
			continue;
		if (key)
			*key = e->key;
		if (value)
			*value = e->value;
		return true;
	}
	return false;
}
