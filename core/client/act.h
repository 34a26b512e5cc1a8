/* Acts: what a person can do to clusters, as data. An act holds the exact request, what it changes, what
 * it does to the cost per hour and the equivalent `aws emr` line, before anything has been sent. The console
 * shows it and asks; the command line prints it. */
#ifndef CORE_CLIENT_ACT_H
#define CORE_CLIENT_ACT_H

#include "core/base/buf.h"
#include "core/client/model.h"

struct act_line {
	char *label, *before, *after;   /* before may be NULL */
};

enum act_care { ACT_CARE_NONE, ACT_CARE_YES, ACT_CARE_WORD };

struct act {
	const char *target;             /* "ElasticMapReduce.TerminateJobFlows"; static */
	cJSON *in;
	char *title, *text;             /* text: sentences above the lines, or NULL */
	char *cli;                      /* `aws emr …` */
	char *done;                     /* what to say when it worked: "cluster %s is being terminated" */
	VEC(struct act_line) lines;
	double per_hour;                /* change of the cost, $/h */
	bool per_hour_unknown;          /* some rate is missing: per_hour is a lower bound */
	bool has_cost;
	enum act_care care;
	char *word;                     /* to be typed for ACT_CARE_WORD */
	const char *verb;               /* on the button; static */
	bool danger;
};

void act_free(struct act *a);           /* and the struct itself; NULL is allowed */
char *act_call_text(const struct act *a);   /* "ElasticMapReduce.X {…}", long ones cut; caller frees */

/* The cluster a RunJobFlow would make: name, release_label, groups (role, type, requested), steps … */
struct act *act_create(const struct cluster *c);
struct act *act_terminate(const struct mcluster *mc);
struct act *act_add_step(const struct mcluster *mc, const struct step *s);
struct act *act_cancel_steps(const struct mcluster *mc, const char *const *ids, size_t n, bool kill);
struct act *act_scale(const struct mcluster *mc, const char *group_id, int count);
struct act *act_add_group(const struct mcluster *mc, const struct instance_group *g);
struct act *act_protect(const struct mcluster *mc, bool on);
struct act *act_keep_alive(const struct mcluster *mc, bool on);

/* $/h of all groups of a cluster that does not exist yet. */
double act_cluster_price(const struct cluster *c, bool *unknown);
/* "$0.48/h", "≥ $0.48/h" when a rate is missing; utf8 false: ">=". Gives out. */
char *act_price_text(double per_hour, bool unknown, bool utf8, char *out, size_t size);
void act_shell_word(struct buf *out, const char *s);      /* quoted only when it must be */
/* Split a command line into words as a shell would (quotes, backslashes; no expansion). ERR_INVALID for
 * an open quote. */
int act_split_words(const char *line, struct str_list *out, struct error *err);

#endif
