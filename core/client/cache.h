/* The last replies on disk, so that the next console can paint before it has asked anything. Replies are
 * kept as they came, under the question and the cluster; reading them back is decoding them again. It is
 * only a cache: a file that cannot be read is set aside, and every failure is silent (logged). */
#ifndef CORE_CLIENT_CACHE_H
#define CORE_CLIENT_CACHE_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "core/client/model.h"

struct cache;

/* context: client_name of whose replies these are. Gives NULL when there can be none. */
struct cache *cache_open(const char *path, const char *context);
void cache_close(struct cache *c);                    /* writes what is left; NULL is allowed */
/* <home>/console.db for a local context, else $XDG_CACHE_HOME/stoker/console.db. Caller frees. */
char *cache_path(const char *home, bool local);

/* Remember; written by cache_flush. question: "clusters", "steps"…; cluster "" for global ones. */
void cache_put(struct cache *c, const char *question, const char *cluster, int64_t fetched,
               const cJSON *reply);
void cache_flush(struct cache *c);
bool cache_is_dirty(const struct cache *c);
/* Fill an empty model: parts are marked `cached`, with the age they had. */
void cache_load(struct cache *c, struct model *m);
/* Append to the trail of acts: when, what was asked, what came of it. Never changed, never removed. */
void cache_audit(struct cache *c, int64_t time, const char *call, const char *outcome);
/* Small settings of the console ("home.cluster"). Caller frees; NULL when absent. */
char *cache_setting(struct cache *c, const char *key);
void cache_set(struct cache *c, const char *key, const char *value);

#endif
