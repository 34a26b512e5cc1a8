/* Small parts that the model's objects share.
 *
 * Ownership, for the whole room: strings are malloc'd and owned by the struct that points to them (NULL
 * means absent); vectors own their items. A `_free` function releases what a struct owns and, where its
 * comment says so, the struct itself. Times are epoch milliseconds, 0 = not yet. */
#ifndef CORE_MODEL_COMMON_H
#define CORE_MODEL_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/names.h"

/* As VEC, with a tag, so that it can be named in prototypes. */
#define VEC_STRUCT(tag, type) struct tag { type *items; size_t len, cap; }

#define MODEL_ID_SIZE 64 /* ids are opaque text: AWS's own have grown over the years */

#define MODEL_REGION_SIZE 32

VEC_STRUCT(str_list, char *);

void str_list_add(struct str_list *l, const char *s);           /* copies */
void str_list_copy(struct str_list *to, const struct str_list *from); /* `to` must be empty */
bool str_list_has(const struct str_list *l, const char *s);
void str_list_free(struct str_list *l);

struct pair {
	char *key, *value;
};
VEC_STRUCT(pair_list, struct pair);

/* Adds, or replaces the value of an existing key; copies. value NULL becomes "". */
void pair_list_set(struct pair_list *l, const char *key, const char *value);
const char *pair_list_get(const struct pair_list *l, const char *key); /* NULL when absent */
bool pair_list_remove(struct pair_list *l, const char *key);            /* was it there? */
void pair_list_free(struct pair_list *l);

/* {Classification, Properties, Configurations}: nested, as clients send and read it. */
struct configuration;
VEC_STRUCT(configuration_list, struct configuration *);
struct configuration {
	char *classification;
	struct pair_list properties;
	struct configuration_list configurations;
};

struct configuration *configuration_new(const char *classification);
void configuration_free(struct configuration *c);               /* and the struct itself */
void configuration_list_free(struct configuration_list *l);

/* created, ready (a step's start), ended. */
struct timeline {
	int64_t created, ready, ended;
};

/* Replace an owned string by a copy of s (NULL clears it). */
void text_set(char **field, const char *s);

#endif
