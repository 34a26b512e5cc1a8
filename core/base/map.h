/* Hash map from string to pointer, in insertion order. Keys are copied; values are the caller's.
 * Removing keeps the order of the rest. Not for concurrent use. */
#ifndef CORE_BASE_MAP_H
#define CORE_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void);
void map_free(struct map *m, void (*free_value)(void *)); /* free_value may be NULL */
void *map_get(const struct map *m, const char *key);       /* NULL when absent */
bool map_has(const struct map *m, const char *key);
void *map_set(struct map *m, const char *key, void *value); /* gives the value that was replaced, or NULL */
void *map_remove(struct map *m, const char *key);           /* gives the value, or NULL */
size_t map_len(const struct map *m);

/* Walk in insertion order: size_t it = 0; while (map_next(m, &it, &key, &value)) …
 * The entry just given may be removed during the walk; adding during it is not allowed. */
bool map_next(const struct map *m, size_t *it, const char **key, void **value);

#endif
