/* The part: its state from the journal, and its place in the loop. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/retry/inner.h"

#define TRIM_EVERY_MS (6 * 3600000LL)

struct retry_state *retry_state_of(struct control *ctl)
{
	return ctl->parts[PART_RETRY];
}

static void close_part(struct control *ctl)
{
	struct retry_state *st = ctl->parts[PART_RETRY];

	if (!st)
		return;
	map_free(st->trying, trying_free);
	map_free(st->letters, letter_free);
	free(st);
	ctl->parts[PART_RETRY] = NULL;
}

/* ---- loading ---- */

struct loading {
	VEC(struct trying *) trying;
	VEC(struct letter *) letters;
};

static void load_trying(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct trying *t = trying_from_doc(region, id, body);

	(void)ctl;
	vec_push(&((struct loading *)ctx)->trying, t);
}

static void load_letter(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct letter *l = letter_from_doc(region, id, body);

	(void)ctl;
	vec_push(&((struct loading *)ctx)->letters, l);
}

/* A document whose step has ended or gone is of no use any more. */
static void attach(struct control *ctl, struct trying *t)
{
	struct cluster *c = find_cluster(ctl, t->cluster_id);
	struct step *s = c ? cluster_step(c, t->step_id) : NULL;

	if (s && (s->state == STEP_RUNNING || s->state == STEP_CANCEL_PENDING)) {
		trying_attach(ctl, c, s, t);
		return;
	}
	doc_drop(ctl, "step-retry", t->region, t->step_id);
	trying_free(t);
}

/* Attempts with a time limit that never failed have no document. */
static void attach_others(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		for (size_t i = 0; i < c->steps.len && !cluster_state_closing(c->state); i++)
			if (c->steps.items[i]->state == STEP_RUNNING && !trying_of(ctl, c->steps.items[i]))
				trying_attach(ctl, c, c->steps.items[i], NULL);
	}
}

static int load(struct control *ctl, struct error *err)
{
	struct loading l = { 0 };
	int ret = docs_each(ctl, "step-retry", load_trying, &l, err);

	if (!ret)
		ret = docs_each(ctl, "dead-letter", load_letter, &l, err);
	close_part(ctl);
	struct retry_state *st = ctl->parts[PART_RETRY] = xcalloc(1, sizeof *st);
	st->trying = map_new();
	st->letters = map_new();
	st->letters_max = LETTERS_MAX;
	st->bytes_max = LETTERS_BYTES;
	st->seed = (uint64_t)clock_mono_us() ^ (uint64_t)clock_now_ms() << 20;
	st->trim_at = clock_now_ms();
	for (size_t i = 0; i < l.trying.len; i++)
		attach(ctl, l.trying.items[i]);
	attach_others(ctl);
	if (l.letters.len)
		qsort(l.letters.items, l.letters.len, sizeof *l.letters.items, letters_by_seq);
	for (size_t i = 0; i < l.letters.len; i++) {
		map_set(st->letters, l.letters.items[i]->id, l.letters.items[i]);
		st->letter_bytes += strlen(l.letters.items[i]->text);
	}
	st->letter_seq = l.letters.len ? l.letters.items[l.letters.len - 1]->seq : 0;
	vec_free(&l.trying);
	vec_free(&l.letters);
	return ret;
}

/* ---- the loop ---- */

static int64_t due(struct control *ctl)
{
	struct retry_state *st = retry_state_of(ctl);
	int64_t steps = trying_due(ctl), trim = map_len(st->letters) ? st->trim_at : 0;

	return steps && (!trim || steps < trim) ? steps : trim;
}

static void run(struct control *ctl, int64_t now)
{
	struct retry_state *st = retry_state_of(ctl);

	trying_run(ctl, now);
	if (st->trim_at <= now) {
		st->trim_at = now + TRIM_EVERY_MS;
		letters_trim(ctl, now);
	}
}

/* A step whose cluster broke under it is lost work, too; one that somebody ended is not. */
static void step_ended(struct control *ctl, struct cluster *c, struct step *s)
{
	if (s->state == STEP_FAILED || (s->state == STEP_INTERRUPTED && cluster_ends_with_errors(c)))
		letter_write(ctl, c, s, trying_of(ctl, s));
	trying_drop(ctl, s);
}

const struct part retry_part = {
	.name = "retry", .ops = retry_ops, .load = load, .close = close_part, .due = due, .run = run,
	.step_ended = step_ended,
};
