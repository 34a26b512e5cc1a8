/* What forms of acts have in common: the thing that they change, choices made from the model, and checks. A
 * sheet is the context of one open form and ends with it: every form has sheet_free as its cancel. */
#ifndef VIEWS_SHEET_H
#define VIEWS_SHEET_H

#include "core/base/json.h"
#include "core/client/act_ops.h"
#include "views/view.h"

struct sheet {
	struct console *con;
	struct arena *arena;              /* choices */
	cJSON *was;                       /* the thing as it is; NULL: a new one */
	cJSON *now;                       /* as it will be, where fields do not hold it; may be NULL */
	char id[RECORD_ID_SIZE];          /* whose form it is */
	char cluster[MODEL_ID_SIZE];      /* the cluster at hand when it opened */
	const char **choices;
};

/* was is copied. */
struct sheet *sheet_new(struct console *con, const cJSON *was, const char *id);
void sheet_free(void *sheet);                         /* also as form_spec.cancel */
struct mcluster *sheet_cluster(const struct sheet *s);   /* NULL when it has gone */
/* Send the act's plan on its way; gives submit's value (acts_run_form). */
const char *sheet_done(struct sheet *s, const struct form *f, struct act *a);

/* Choices; each list ends with NULL and lives as long as the sheet. */
const char **sheet_clusters(struct sheet *s, const char *first);     /* names of live clusters, after `first` */
const char *sheet_cluster_id(const struct sheet *s, const char *label);
const char **sheet_topics(struct sheet *s);           /* "nobody", then the topics' names */
const char *sheet_topic_arn(const struct sheet *s, const char *name);   /* NULL for "nobody" */
const char *sheet_topic_name(const struct sheet *s, const char *arn);
const char **sheet_groups(struct sheet *s, bool master);   /* "core m5.xlarge (ig-…)" of the cluster */
const char *sheet_group_id(const struct sheet *s, const char *label);
const char *sheet_group_label(struct sheet *s, const char *id);

/* ---- checks of fields ---- */
const char *check_number(void *ctx, const char *v);
const char *check_positive(void *ctx, const char *v);
const char *check_expression(void *ctx, const char *v);    /* cron(…), rate(…), at(…) */
const char *check_zone(void *ctx, const char *v);
const char *check_word(void *ctx, const char *v);          /* a name without blanks */
const char *check_words(void *ctx, const char *v);         /* a command line: its quotes are closed */
/* A word of a command line, in quotes where it needs them: what act_split_words takes apart again. */
void word_add(struct buf *out, const char *word);
/* Instance types with a price, as choices; static, because prices do not change while we run. */
const char *const *type_names(void);
double form_double(const struct form *f, const char *name);

#endif
