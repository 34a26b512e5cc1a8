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

struct act *act_replay(const cJSON *letter, const char *cluster_id, cJSON *step)
{
	const char *name = json_str(letter, "StepName", ""), *home = json_str(letter, "ClusterName", "");
	char was[600], now[600];
	cJSON *in = json_add_str(cJSON_CreateObject(), "DeadLetterId", json_str(letter, "DeadLetterId", ""));
	args_text(json_obj(letter, "Step"), was, sizeof was);
	args_text(step ? step : json_obj(letter, "Step"), now, sizeof now);
	bool elsewhere = *cluster_id && strcmp(cluster_id, json_str(letter, "ClusterId", ""));
	json_add_str(in, "ClusterId", elsewhere ? cluster_id : NULL);
	struct act *a = act_with(STOKER("ReplayDeadLetter"), "replay", json_add(in, "Step", step));
	a->title = xasprintf("Replay %s", name);
	act_line(a, "runs", strcmp(was, now) ? was : NULL, "%s", now);
	if (elsewhere)
		act_line(a, "on", *home ? home : json_str(letter, "ClusterId", ""), "%s", cluster_id);
	else
		act_line(a, "on", NULL, "%s", *home ? home : json_str(letter, "ClusterId", ""));
	act_line(a, "dead letter", json_str(letter, "State", "PENDING"), "REPLAYED");
	act_stoker_line(a);
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
	act_stoker_line(a);
	a->done = xasprintf("%s is discarded", name);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}
