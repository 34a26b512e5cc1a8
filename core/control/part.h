/* Parts: what the control plane is made of beyond clusters, steps and nodes. A part keeps its state in
 * documents of the journal (keyed, they change) and its history in records (they only grow); its operations
 * are a table, and it is told of what happens. See README.md, "Parts".
 *
 * A part's state must be a function of its documents: when the journal refuses a request, the documents
 * that the request put are taken back and `load` builds the state again. */
#ifndef CORE_CONTROL_PART_H
#define CORE_CONTROL_PART_H

#include "core/control/state.h"

struct part {
	const char *name;
	const struct op *ops;      /* names with their prefix: "Stoker.PutBudget"; ends with a NULL name. May be NULL */
	const struct op *const *tables; /* more of them; ends with NULL. May be NULL */
	/* Build the state in ctl->parts[id] from documents; called again to start over. */
	int (*load)(struct control *ctl, struct error *err);
	void (*close)(struct control *ctl);                    /* free the state */
	int64_t (*due)(struct control *ctl);                   /* epoch ms when `run` is wanted next; 0: never */
	void (*run)(struct control *ctl, int64_t now);
	void (*cluster_moved)(struct control *ctl, struct cluster *c); /* its state is another one now */
	void (*step_ended)(struct control *ctl, struct cluster *c, struct step *s);
	void (*sampled)(struct control *ctl, struct node *n, const double *values); /* every 5 s of each node */
};

extern const struct part *const parts[PART_COUNT];         /* by enum part_id */

int parts_load(struct control *ctl, struct error *err);
void parts_close(struct control *ctl);
int64_t parts_due(struct control *ctl);                    /* the earliest; 0: none */
void parts_run(struct control *ctl, int64_t now);          /* those that are due */
void parts_cluster_moved(struct control *ctl, struct cluster *c);
void parts_step_ended(struct control *ctl, struct cluster *c, struct step *s);
void parts_sampled(struct control *ctl, struct node *n, const double *values);

#endif
