/* Questions to the server, as the commands put them: blocking, one after the other. Every function gives 0
 * or an error code with err filled. */
#ifndef VIEWS_CLI_ASK_H
#define VIEWS_CLI_ASK_H

#include "core/base/json.h"
#include "core/model/common.h"
#include "views/cli/cli.h"

/* One call. op is "ListClusters" (EMR's own) or "Stoker.GetCost". Takes req (NULL = {}); *reply is the
 * caller's. The local server is started when there is none. */
int ask(struct cli *c, const char *op, cJSON *req, cJSON **reply, struct error *err);
/* One call whose answer says nothing. Takes req; gives CLI_OK, or the exit status with the reason printed.
 * With --json the answer is printed, {} when there is none. */
int ask_done(struct cli *c, const char *op, cJSON *req);
/* All pages of a list operation: *items becomes one array. limit 0 = all. */
int ask_all(struct cli *c, const char *op, cJSON *req, const char *list, size_t limit, cJSON **items,
            struct error *err);
/* The other side does not know the operation (an Amazon account knows no Stoker.*). */
bool ask_unknown(const struct error *err);
void ask_close(struct cli *c);

/* A cluster by id, name, or unique beginning of either; live clusters win over ended ones, and among ended
 * ones of the same name the newest. word NULL: the only live cluster. */
int ask_cluster(struct cli *c, const char *word, char id[MODEL_ID_SIZE], struct error *err);
/* A step of a cluster by id, name (the newest of that name), or unique beginning. */
int ask_step(struct cli *c, const char *cluster, const char *word, char id[MODEL_ID_SIZE], struct error *err);

/* The rule behind both, over [{Id, Name, Status{State}}] ordered newest first. what: "cluster", "step". */
int ask_match(const cJSON *items, const char *what, const char *word, bool (*ended)(const char *state),
              const cJSON **found, struct error *err);

bool ask_cluster_ended(const char *state);
bool ask_step_ended(const char *state);
/* Shorthands into EMR's objects. */
const char *ask_state(const cJSON *object);                  /* Status.State, "" when absent */
double ask_timeline(const cJSON *object, const char *name);  /* Status.Timeline.<name>, 0 when absent */
const cJSON *ask_find(const cJSON *items, const char *key, const char *value); /* first item with key = value */

/* ---- wait.c ---- */
struct wait_options {
	int64_t timeout_ms;    /* 0 = for ever */
	bool quiet;
};
/* Wait until a step has ended; progress on stderr. CLI_OK for COMPLETED, CLI_FAILED otherwise (the reason
 * is then printed), or another cli_exit. */
int wait_step(struct cli *c, const char *cluster, const char *step, const struct wait_options *o);
/* Wait until a cluster is up (WAITING or RUNNING), or until it has ended. */
int wait_cluster(struct cli *c, const char *cluster, bool until_ended, const struct wait_options *o);
/* Wait until the groups have as many running instances as were requested. */
int wait_groups(struct cli *c, const char *cluster, const struct wait_options *o);
/* --wait's companions, for option tables. */
#define WAIT_OPTIONS \
	{ "wait", 'w', NULL, "wait for the outcome; it becomes the exit status" }, \
	{ "timeout", 0, "TIME", "with --wait: give up after TIME (90s, 5m, 2h)" }
int wait_options_read(const struct cli_args *a, struct wait_options *o, struct error *err);

#endif
