/* stoker steps: the queue of a cluster, in the order of submission; with a step, that one in detail. */
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/ask.h"
#include "views/cli/table.h"

#define SHOWN 20

/* Progress of the steps that run now, by id; NULL where nobody tells. */
static cJSON *progress(struct cli *c, const char *cluster, const cJSON *steps)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	cJSON *ids = cJSON_AddArrayToObject(req, "StepIds"), *reply = NULL;
	struct error ignore = ERROR_INIT;
	const cJSON *s;

	cJSON_ArrayForEach(s, steps)
		if (strcmp(ask_state(s), "PENDING") != 0)
			cJSON_AddItemToArray(ids, cJSON_CreateString(json_str(s, "Id", "")));
	if (!ids->child) {
		cJSON_Delete(req);
		return NULL;
	}
	return ask(c, "Stoker.GetStepProgress", req, &reply, &ignore) ? NULL : reply;
}

static double ran_ms(const cJSON *step)
{
	double from = ask_timeline(step, "StartDateTime"), to = ask_timeline(step, "EndDateTime");

	if (from <= 0)
		return -1;
	return (to > 0 ? to * 1000 : (double)clock_now_ms()) - from * 1000;
}

static void step_row(struct cli *c, struct text_table *t, const cJSON *s, const cJSON *p)
{
	const char *state = ask_state(s);
	const cJSON *why = json_obj(json_obj(s, "Status"), "FailureDetails");
	char a[64], b[64];

	text_table_cell(t, "", "%s", json_str(s, "Id", ""));
	text_table_cell(t, "", "%s", json_str(s, "Name", ""));
	text_table_cell(t, cli_state_color(c, state), "%s", state);
	if (!strcmp(state, "RUNNING") && json_num(p, "Fraction", -1) >= 0)
		text_table_cell(t, "", "%.0f%%", json_num(p, "Fraction", 0) * 100);
	else
		text_table_cell(t, "", "%s", !strcmp(state, "COMPLETED") ? "100%" : "-");
	text_table_cell(t, "", "%s", cli_time(ask_timeline(s, "StartDateTime"), a, sizeof a));
	text_table_cell(t, "", "%s", ran_ms(s) < 0 ? "-" : clock_duration((int64_t)ran_ms(s), a, sizeof a));
	if (p && (json_num(p, "RowsIn", 0) > 0 || json_num(p, "RowsOut", 0) > 0))
		text_table_cell(t, "", "%s → %s", cli_count(json_num(p, "RowsIn", 0), a, sizeof a),
		           cli_count(json_num(p, "RowsOut", 0), b, sizeof b));
	else
		text_table_cell(t, "", "-");
	if (why)
		text_table_note(t, "%s%s%s", json_str(why, "Reason", ""), *json_str(why, "Message", "") ? ": " : "",
		           json_str(why, "Message", ""));
}

static void people(struct cli *c, const cJSON *steps, const cJSON *prog)
{
	struct text_table *t = text_table_new();

	text_table_column(t, "ID", TABLE_LEFT, false);
	text_table_column(t, "NAME", TABLE_LEFT, true);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	text_table_column(t, "DONE", TABLE_RIGHT, false);
	text_table_column(t, "STARTED", TABLE_LEFT, true);
	text_table_column(t, "TIME", TABLE_RIGHT, false);
	text_table_column(t, "ROWS", TABLE_RIGHT, false);
	for (int i = cJSON_GetArraySize(steps); i-- > 0;) {
		const cJSON *s = cJSON_GetArrayItem(steps, i);
		step_row(c, t, s, ask_find(prog, "StepId", json_str(s, "Id", "")));
	}
	cli_print_table(c, t);
}

static void detail_people(struct cli *c, const cJSON *s, const cJSON *p)
{
	const cJSON *why = json_obj(json_obj(s, "Status"), "FailureDetails"), *config = json_obj(s, "Config"), *x;
	const char *state = ask_state(s);
	char a[64], b[64];

	fprintf(c->out, "%s%s%s  %s  %s%s%s\n", cli_bold(c), json_str(s, "Name", ""), cli_plain(c),
	        json_str(s, "Id", ""), cli_state_color(c, state), state, cli_plain(c));
	fprintf(c->out, "jar        %s\nargs      ", json_str(config, "Jar", "-"));
	cJSON_ArrayForEach(x, json_arr(config, "Args"))
		fprintf(c->out, " %s", cJSON_IsString(x) ? x->valuestring : "?");
	fprintf(c->out, "\non failure %s\n", json_str(s, "ActionOnFailure", "-"));
	fprintf(c->out, "created    %s\n", cli_time(ask_timeline(s, "CreationDateTime"), a, sizeof a));
	fprintf(c->out, "started    %s\n", cli_time(ask_timeline(s, "StartDateTime"), a, sizeof a));
	if (ran_ms(s) >= 0)
		fprintf(c->out, "time       %s\n", clock_duration((int64_t)ran_ms(s), a, sizeof a));
	if (json_int(p, "Statements", 0) > 0)
		fprintf(c->out, "progress   %.0f%%, statement %d of %d, %s rows in, %s rows out  %s\n",
		        json_num(p, "Fraction", 0) * 100, (int)json_int(p, "Statement", 0),
		        (int)json_int(p, "Statements", 0), cli_count(json_num(p, "RowsIn", 0), a, sizeof a),
		        cli_count(json_num(p, "RowsOut", 0), b, sizeof b), json_str(p, "Description", ""));
	if (why)
		fprintf(c->out, "reason     %s\nmessage    %s\nlog        %s\n", json_str(why, "Reason", "-"),
		        json_str(why, "Message", "-"), json_str(why, "LogFile", "-"));
}

static int list(struct cli *c, const struct cli_args *a, const char *cluster)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster), *steps = NULL, *prog, *states = NULL;
	struct error err = ERROR_INIT;
	int limit;

	for (size_t i = 0; i < a->values.len; i++)
		if (!strcmp(a->values.items[i].option->name, "state")) {
			states = states ? states : cJSON_AddArrayToObject(req, "StepStates");
			cJSON_AddItemToArray(states, cJSON_CreateString(a->values.items[i].value));
		}
	if (cli_opt_int(a, "limit", SHOWN, 1, 1000000, &limit, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (ask_all(c, "ListSteps", req, "Steps", cli_flag(a, "all") ? 0 : (size_t)limit, &steps, &err))
		return cli_fail(c, &err);
	prog = progress(c, cluster, steps);
	if (c->json) {
		cJSON *out = cJSON_CreateObject();
		json_add(out, "Steps", steps);
		json_add(out, "Progress", cJSON_DetachItemFromObjectCaseSensitive(prog, "Steps"));
		steps = NULL;
		cli_print_json(c, out);
	} else {
		people(c, steps, json_arr(prog, "Steps"));
	}
	cJSON_Delete(steps);
	cJSON_Delete(prog);
	return CLI_OK;
}

static int detail(struct cli *c, const char *cluster, const char *word)
{
	cJSON *req, *reply = NULL, *prog, *one;
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];

	if (ask_step(c, cluster, word, id, &err))
		return cli_fail(c, &err);
	req = json_add_str(json_add_str(cJSON_CreateObject(), "ClusterId", cluster), "StepId", id);
	if (ask(c, "DescribeStep", req, &reply, &err))
		return cli_fail(c, &err);
	one = cJSON_CreateArray();
	cJSON_AddItemReferenceToArray(one, cJSON_GetObjectItemCaseSensitive(reply, "Step"));
	prog = progress(c, cluster, one);
	if (c->json) {
		json_add(reply, "Progress", cJSON_DetachItemFromArray(
			cJSON_GetObjectItemCaseSensitive(prog, "Steps"), 0));
		cli_print_json(c, reply);
		reply = NULL;
	} else {
		detail_people(c, json_obj(reply, "Step"), cJSON_GetArrayItem(json_arr(prog, "Steps"), 0));
	}
	cJSON_Delete(one);
	cJSON_Delete(prog);
	cJSON_Delete(reply);
	return CLI_OK;
}

static int exec_steps(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];

	if (ask_cluster(c, a->argc ? a->argv[0] : NULL, id, &err))
		return cli_fail(c, &err);
	return a->argc > 1 ? detail(c, id, a->argv[1]) : list(c, a, id);
}

static const struct cli_option options[] = {
	{ "all", 'a', NULL, "all steps, not only the newest" },
	{ "limit", 'n', "N", "the newest N steps (default 20)" },
	{ "state", 0, "STATE", "only steps in STATE (may be given more than once)" },
	{ 0 },
};

const struct cli_command cli_cmd_steps = {
	.name = "steps", .args = "[CLUSTER [STEP]]", .max = 2,
	.summary = "list the steps of a cluster, or show one in detail",
	.about = "Steps come in the order of submission, the newest last; --json gives the API's order, the "
	         "newest first, and the progress of each under Progress.",
	.options = options, .words = "cluster step", .exec = exec_steps,
};
