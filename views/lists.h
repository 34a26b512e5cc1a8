/* The three tables that several screens show: clusters, steps of the cluster at hand, and its nodes. A list
 * owns its table; which columns it has is the screen's choice. */
#ifndef VIEWS_LISTS_H
#define VIEWS_LISTS_H

#include "views/view.h"

enum list_size { LIST_SMALL, LIST_FULL };   /* a pane of a screen; a screen of its own */

struct list;
struct list *list_clusters(struct console *con, enum list_size size);
struct list *list_steps(struct console *con, enum list_size size);
struct list *list_nodes(struct console *con, enum list_size size);
void list_free(struct list *l);
struct table *list_table(const struct list *l);
/* The model has changed: collect the rows again. */
void list_changed(struct list *l);
/* A person has acted on the list: its selection stays where it is put. */
void list_own(struct list *l);
/* Nodes: only this role, or -1 for all. Steps and clusters: no effect. */
void list_role(struct list *l, int role);
/* The object of the selected row, or NULL. */
struct mcluster *list_cluster(const struct list *l);
struct step *list_step(const struct list *l);
struct instance *list_node(const struct list *l);

#endif
