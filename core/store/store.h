/* The journal: everything that must survive the server, in one SQLite file. See README.md.
 *
 * Writes are collected: the first one since the last commit opens a transaction, store_commit ends it.
 * A write that fails makes the whole transaction fail: store_commit then rolls back and reports it, and
 * what was written since the last commit must be written again (or given up) by the caller.
 *
 * ERR_FULL: the disk is full; ERR_CORRUPT: the file cannot be trusted (or is of a newer program) and was
 * not touched. Not thread-safe. */
#ifndef CORE_STORE_STORE_H
#define CORE_STORE_STORE_H

#include "core/base/error.h"
#include "core/model/cluster.h"
#include "core/model/container.h"
#include "core/model/event.h"

struct store;

#define STORE_SCHEMA 6

/* Open, or create with mode 0600; migrates an older schema. */
int store_open(const char *path, struct store **out, struct error *err);
void store_close(struct store *s);             /* rolls back what was not committed; NULL is allowed */
int store_commit(struct store *s, struct error *err); /* 0 also when there is nothing to do */
bool store_dirty(const struct store *s);       /* is a transaction open? */
/* For tests: the file may not grow beyond so many bytes more than it has now (as a full disk). */
void store_limit_growth(struct store *s, int64_t bytes);

/* Insert or replace. A cluster is written without its groups, instances and steps. */
void store_put_cluster(struct store *s, const struct cluster *c);
void store_put_group(struct store *s, const struct instance_group *g, int position);
void store_put_instance(struct store *s, const struct instance *i);
void store_put_step(struct store *s, const struct step *st);
void store_put_container(struct store *s, const struct container *c);
void store_drop_container(struct store *s, const char *id);
/* A cluster with everything that belongs to it. */
void store_drop_cluster(struct store *s, const char *id);

/* Read all clusters, oldest first, with groups, instances and steps in their order. `each` takes ownership. */
int store_load_clusters(struct store *s, void (*each)(struct cluster *c, void *ctx), void *ctx,
                        struct error *err);
int store_load_containers(struct store *s, void (*each)(struct container *c, void *ctx), void *ctx,
                          struct error *err);

/* Events: a stream that is appended to, read newest first. Every filter but those of time and region is
 * answered by an index of words, so that rare events among a million are found in a millisecond. */
struct event_query {
	const char *region;            /* its events and those of the whole server; NULL: all */
	const char *cluster_id, *resource_id, *type;   /* NULL: any */
	const char *words;             /* all must occur, whatever their case */
	enum severity severity;        /* at least */
	int64_t since, until;          /* ms; until 0: now and later */
	int64_t before, after;         /* seq, both exclusive; before 0: from the newest */
	int max;
};
void store_add_event(struct store *s, const struct event *e);
int store_find_events(struct store *s, const struct event_query *q, struct event_list *out, struct error *err);
void store_trim_events(struct store *s, int64_t before);

/* Documents: JSON texts by kind, region ("" = all) and id, for state that has a key and changes. put replaces;
 * drop of an absent one is fine. */
void store_put_doc(struct store *s, const char *kind, const char *region, const char *id, const char *body);
void store_drop_doc(struct store *s, const char *kind, const char *region, const char *id);
typedef void (*store_doc_fn)(const char *region, const char *id, const char *body, void *ctx);
int store_load_docs(struct store *s, const char *kind, store_doc_fn fn, void *ctx, struct error *err);

/* Records: histories that only grow. seq orders them, across all kinds. */
struct record_query {
	const char *kind;
	const char *region, *subject;  /* NULL: any */
	const char *shared;            /* a second subject that fits as well as `subject`; NULL: none */
	int64_t since, until;          /* ms; until 0: now and later */
	int64_t before;                /* only records with a smaller seq; 0: from the newest */
	int max;                       /* how many are looked at, at most */
};
struct record {
	int64_t seq, time;
	const char *region, *subject, *body;
};
/* Gives false to end the walk. The strings live during the call. */
typedef bool (*record_fn)(const struct record *r, void *ctx);
void store_add_record(struct store *s, const char *kind, const char *region, const char *subject, int64_t time,
                      const char *body);
int store_read_records(struct store *s, const struct record_query *q, record_fn fn, void *ctx,
                       struct error *err);                     /* newest first */
/* The oldest record of a kind that is not older than `since`. */
int store_first_record(struct store *s, const char *kind, int64_t since, record_fn fn, void *ctx,
                       struct error *err);
void store_drop_records(struct store *s, const char *kind, int64_t before); /* with a smaller seq */
void store_trim_records(struct store *s, const char *kind, int64_t before);

/* Named values of the server: the port it chose, counters. get: NULL when absent; caller frees. */
void store_set(struct store *s, const char *key, const char *value);
char *store_get(struct store *s, const char *key);

/* The catalogue: tables as JSON text by database and name. get: NULL when absent; caller frees. */
void store_put_table(struct store *s, const char *database, const char *name, const char *json);
bool store_drop_table(struct store *s, const char *database, const char *name); /* was it there? */
char *store_get_table(struct store *s, const char *database, const char *name);
void store_list_tables(struct store *s, const char *database, struct str_list *names);

#endif
