/* The questions that keep the model true, as one table: what to ask, how often, and who takes the reply. */
#ifndef CORE_CLIENT_QUESTION_H
#define CORE_CLIENT_QUESTION_H

#include "core/client/model.h"

struct question {
	const char *name;          /* in the cache; NULL: not kept */
	const char *target;
	int live_ms;               /* asked again after this while changes are told; 0: only when changed */
	int poll_ms;               /* … while they are not */
	bool on_change;            /* a change of the server's state makes it dirty */
	/* Request; mc is NULL for global questions. NULL: nothing to ask now. */
	cJSON *(*build)(const struct model *m, const struct mcluster *mc);
	/* Takes the reply; NULL: it is kept as records. */
	int (*take)(struct model *m, struct mcluster *mc, const cJSON *reply, bool first, struct error *err);
	const char *list, *ids;    /* for records: see records_take */
	/* What the answer is about, by the model's focus; NULL: always the same. */
	void (*about)(const struct model *m, char *out, size_t size);
};

extern const struct question global_questions[PART_COUNT];
extern const struct question cluster_questions[CPART_COUNT];

/* Take a reply in, as records where the question has no function of its own. index: of the part. */
int question_take(const struct question *q, int index, struct model *m, struct mcluster *mc,
                  const cJSON *reply, bool first, struct error *err);
/* The focus has changed: answers that are about something else are forgotten. True: some were. */
bool question_refocus(struct model *m);
/* Take a cached reply by the question's name; cluster NULL for global ones. */
void question_take_cached(struct model *m, struct mcluster *mc, const char *name, int64_t fetched,
                          const cJSON *reply);
cJSON *question_metrics(const char *cluster, const char *instance, int64_t from, int64_t to,
                        int64_t period_ms);

#endif
