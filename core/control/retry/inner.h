/* What the files of this part share. */
#ifndef CORE_CONTROL_RETRY_INNER_H
#define CORE_CONTROL_RETRY_INNER_H

#include "core/control/retry/retry.h"

#define LETTERS_MAX 10000                        /* of the whole server */
#define LETTERS_BYTES (64 << 20)                 /* of their texts */
#define LETTERS_KEEP_MS (60LL * 24 * 3600 * 1000)
/* from SIGTERM to SIGKILL, of an attempt that takes too long */
#define KILL_AFTER_MS 10000
#define EVENT_LETTER "Stoker Dead Letter Change"

/* A step that failed, was lost, or has a time limit: a document "step-retry" by its id while the step runs.
 * */
struct trying {
	char step_id[MODEL_ID_SIZE], cluster_id[MODEL_ID_SIZE];
	char region[MODEL_REGION_SIZE];
	cJSON *attempts;           /* as a dead letter has them */
	int failed;                /* attempts that failed */
	int lost;                  /* ended without a verdict, since the last failure */
	int64_t next_at, wait_ms;  /* not before this time; how long that was when it began. 0: not waiting */
	int64_t limit_at;          /* when the attempt that runs is ended; not kept, made again */
	bool overtime;             /* it was told to end */
};

enum letter_state { LETTER_PENDING, LETTER_REPLAYED, LETTER_DISCARDED, LETTER_STATES };
extern const struct names letter_state_names;

/* Memory has the letter as text: there may be many, and they are seldom read. */
struct letter {
	char id[MODEL_ID_SIZE], region[MODEL_REGION_SIZE], cluster_id[MODEL_ID_SIZE];
	int64_t time;
	int64_t seq;               /* in the order of writing, 1… */
	enum failure_class class;
	enum letter_state state;
	/* JSON as the wire has it, without Region, Log and Configurations; "Seq" is ours */
	char *text;
};

struct retry_state {
	struct map *trying;        /* step id → struct trying */
	struct map *letters;       /* id → struct letter, oldest first */
	int64_t due_at;            /* of the steps; 0: none. Valid when due_known */
	bool due_known;
	int64_t trim_at;
	int64_t letter_seq;        /* of the newest letter */
	size_t letter_bytes, bytes_max, letters_max; /* the limits are LETTERS_…; tests lower them */
	uint64_t seed;             /* of the jitter */
};

struct retry_state *retry_state_of(struct control *ctl);

/* ---- attempts.c ---- */
struct trying *trying_of(struct control *ctl, const struct step *s);        /* NULL when nothing is known */
struct trying *trying_from_doc(const char *region, const char *id, const cJSON *body);
void trying_free(void *t);
/* after a start */
void trying_attach(struct control *ctl, struct cluster *c, struct step *s, struct trying *t);
void trying_drop(struct control *ctl, const struct step *s);                /* and its document */
int64_t trying_due(struct control *ctl);
void trying_run(struct control *ctl, int64_t now);

/* ---- letters.c ---- */
void letter_free(void *l);
struct letter *letter_from_doc(const char *region, const char *id, const cJSON *body);
/* A step has failed for good: keep a letter, unless its policy does not want one. */
void letter_write(struct control *ctl, struct cluster *c, struct step *s, const struct trying *t);
cJSON *letter_open(const struct letter *l);                                 /* its text; cJSON_Delete */
void letter_store(struct control *ctl, struct letter *l, cJSON *body);      /* takes body */
void letter_close(struct control *ctl, struct letter *l, cJSON *body, enum letter_state state,
                  const char *note);
void letters_trim(struct control *ctl, int64_t now);
int letters_by_seq(const void *a, const void *b);    /* of pointers to letters; for qsort */

/* ---- ops.c ---- */
extern const struct op retry_ops[];

#endif
