#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"

static void args_text(const cJSON *step, char *out, size_t size)
{
	const cJSON *x;
	struct buf b = BUF_INIT;
	cJSON_ArrayForEach(x, json_arr(json_obj(step, "HadoopJarStep"), "Args")) {
		if (b.len)
			buf_addc(&b, ' ');
		act_shell_word(&b, cJSON_IsString(x) ? x->valuestring : "");
	}
	snprintf(out, size, "%s", buf_str(&b));
	buf_free(&b);
}

/* Bytes of the words that two commands begin with alike. */
static size_t common_words(const char *a, const char *b)
{
	size_t n = 0, word = 0;
	for (; a[n] && a[n] == b[n]; n++)
		if (a[n] == ' ')
			word = n;
	return word;
}

/* Where a command differs is what matters: what is the same before that is left out. */
static const char *shorter(const char *command, size_t same, char *out, size_t size)
{
	const char *rest = command + (same > 16 ? same : 0);
	snprintf(out, size, "%s%.*s", same > 16 ? "..." : "", (int)size - 4, rest);
	return out;
}

static void replay_line(struct act *a, const cJSON *in, const char *cluster, const cJSON *step)
{
	const cJSON *x;
	act_stoker_words(a, "dlq", "replay", json_str(in, "DeadLetterId", ""), (char *)NULL);
	if (cluster)
		act_stoker_words(a, "--cluster", cluster, (char *)NULL);
	if (step)
		act_stoker_words(a, "--", (char *)NULL);
	cJSON_ArrayForEach(x, json_arr(json_obj(step, "HadoopJarStep"), "Args"))
		act_stoker_words(a, cJSON_IsString(x) ? x->valuestring : "", (char *)NULL);
}

struct act *act_replay(const cJSON *letter, const char *cluster_id, cJSON *step)
{
	const char *name = json_str(letter, "StepName", ""), *home = json_str(letter, "ClusterName", "");
	char was[600], now[600], short_was[80], short_now[120];
	cJSON *in = json_add_str(cJSON_CreateObject(), "DeadLetterId", json_str(letter, "DeadLetterId", ""));
	args_text(json_obj(letter, "Step"), was, sizeof was);
	args_text(step ? step : json_obj(letter, "Step"), now, sizeof now);
	bool elsewhere = *cluster_id && strcmp(cluster_id, json_str(letter, "ClusterId", ""));
	json_add_str(in, "ClusterId", elsewhere ? cluster_id : NULL);
	struct act *a = act_with(STOKER("ReplayDeadLetter"), "replay", json_add(in, "Step", step));
	a->title = xasprintf("Replay %s", name);
	size_t same = common_words(was, now);
	act_line(a, "runs", strcmp(was, now) ? shorter(was, same, short_was, sizeof short_was) : NULL, "%s",
	         strcmp(was, now) ? shorter(now, same, short_now, sizeof short_now) : now);
	if (elsewhere)
		act_line(a, "on", *home ? home : json_str(letter, "ClusterId", ""), "%s", cluster_id);
	else
		act_line(a, "on", NULL, "%s", *home ? home : json_str(letter, "ClusterId", ""));
	act_line(a, "dead letter", json_str(letter, "State", "PENDING"), "REPLAYED");
	replay_line(a, in, elsewhere ? cluster_id : NULL, step);
	a->done = xasprintf("%s is in the queue again", name);
	return a;
}

struct act *act_discard(const cJSON *letter, const char *note)
{
	const char *name = json_str(letter, "StepName", "");
	cJSON *in = json_add_str(cJSON_CreateObject(), "DeadLetterId", json_str(letter, "DeadLetterId", ""));
	struct act *a = act_with(STOKER("DiscardDeadLetter"), "discard", json_add_str(in, "Note", note));
	a->title = xasprintf("Discard %s", name);
	a->text = xstrdup("The step is not run again. The letter stays readable with its note.");
	act_line(a, "dead letter", json_str(letter, "State", "PENDING"), "DISCARDED");
	act_line(a, "note", NULL, "%s", note);
	act_stoker_words(a, "dlq", "discard", json_str(in, "DeadLetterId", ""), "--note", note, (char *)NULL);
	a->done = xasprintf("%s is discarded", name);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}
