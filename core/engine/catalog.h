/* The catalogue as a driver sees it: the server's, asked over the link, or one in memory for a session
 * without a server. A table travels as JSON:
 *     {format, location, options {}, columns [{name, type, comment, partition}], comment, managed} */
#ifndef CORE_ENGINE_CATALOG_H
#define CORE_ENGINE_CATALOG_H

#include <cjson/cJSON.h>

#include "core/base/error.h"
#include "core/sql/sql.h"

struct catalog;

/* ask sends {type: catalog, op, database, name, …} (taken) and gives the server's answer in *reply. */
struct catalog *catalog_new(int (*ask)(void *ctx, cJSON *msg, cJSON **reply, struct error *err), void *ctx);
struct catalog *catalog_new_memory(void);
void catalog_free(struct catalog *c);

/* ERR_NOTFOUND of class TABLE_OR_VIEW_NOT_FOUND. */
int catalog_get(struct catalog *c, const char *database, const char *name, struct arena *a,
                struct sql_table *out, struct error *err);
int catalog_list(struct catalog *c, const char *database, struct arena *a, const char ***names, size_t *n,
                 struct error *err);
/* ERR_EXISTS of class TABLE_OR_VIEW_ALREADY_EXISTS unless or_replace. */
int catalog_put(struct catalog *c, const struct sql_table *t, bool or_replace, struct error *err);
int catalog_drop(struct catalog *c, const char *database, const char *name, bool if_exists, struct error *err);

#endif
