/* The operations' shared parts. Every operation validates, changes memory, marks what it changed and leaves
 * a way back; its answer leaves after the commit. Nothing here talks to a worker: that is the scheduler's,
 * after the commit. */
#ifndef CORE_CONTROL_OPS_H
#define CORE_CONTROL_OPS_H

#include "core/control/state.h"

extern const struct op cluster_ops[], step_ops[], group_ops[], stoker_ops[], event_ops[];

#define KEEP_CLUSTERS_MS (60LL * 24 * 3600 * 1000)  /* ended ones, as on EMR: two months */

/* Ended so long ago that nobody sees it any more; the next start drops it. */
bool cluster_forgotten(const struct cluster *c, int64_t now);
/* Regions are worlds of their own: a request sees what is in its own. */
bool op_visible(const struct control *ctl, const struct cluster *c);
struct cluster *op_find(const struct control *ctl, const char *id);        /* NULL when absent or elsewhere */
/* The cluster that `member` names, or NULL with the error of the old (job_flow) or new family. */
struct cluster *op_cluster(struct control *ctl, const cJSON *in, const char *member, bool job_flow,
                           struct error *err);
void op_normalize_hours(struct cluster *c, int64_t now);
void op_new_step(struct cluster *c, struct step *s, int64_t now);          /* id, times, place */
void op_new_group(struct cluster *c, struct instance_group *g, int64_t now);
/* All operations by their targets: values are struct bound_op. */
struct bound_op {
	op_fn fn;
	const struct emr_operation *shape;   /* of an EMR operation; else NULL */
};
struct map *ops_bind(void);              /* map_free(…, free) */
/* Another operation as a part of this one, on the same terms: checked and run now, journaled and taken back with
 * the call. Gives what it would answer. */
int op_nested(struct control *ctl, const char *target, const cJSON *in, cJSON *out, struct call *call,
              struct error *err);
int op_concurrency_rule(const struct cluster *c, const struct step_list *steps, struct error *err);

/* ---- pages of lists whose places are numbers (pages.c) ---- */

#define OP_PAGE_MAX 1000
/* MaxResults: `usual` when it is not given. */
int op_page_size(const cJSON *in, int usual, int64_t *out, struct error *err);
/* NextToken; 0, the begin, when it is not given. */
int op_page_token(const cJSON *in, int64_t *place, struct error *err);
void op_add_page_token(cJSON *out, int64_t place);

#endif
