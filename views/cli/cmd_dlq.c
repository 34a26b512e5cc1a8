/* stoker dlq: dead letters: what failed for good, with what it takes to understand it and to run it again. */
#include <stdlib.h>
#include <string.h>

#include "views/cli/ask.h"
#include "views/cli/plan.h"
#include "views/cli/table.h"
#include "views/cli/verb.h"

#define SHOWN 50

/* ---- finding ---- */

static int fetch(struct cli *c, cJSON *req, size_t limit, cJSON **items, struct error *err)
{
	return ask_all(c, "Stoker.ListDeadLetters", req, "DeadLetters", limit, items, err);
}

static bool closed(const char *state)
{
	return strcmp(state, "PENDING") != 0;
}

/* By id, step name (of one that waits), or unique beginning. */
static int find(struct cli *c, const char *word, char id[MODEL_ID_SIZE], struct error *err)
{
	cJSON *all = NULL, *items = cJSON_CreateArray();
	const cJSON *x, *found = NULL;
	int rc = fetch(c, NULL, 0, &all, err);

	cJSON_ArrayForEach(x, all) {
		cJSON *o = json_add_str(cJSON_CreateObject(), "Id", json_str(x, "DeadLetterId", ""));
		json_add_str(o, "Name", json_str(x, "StepName", ""));
		json_add(o, "Status", json_add_str(cJSON_CreateObject(), "State", json_str(x, "State", "")));
		cJSON_AddItemToArray(items, o);
	}
	if (!rc && (rc = ask_match(items, "dead letter", word, closed, &found, err)) &&
	    !strstr(err->message, "fits"))
		error_hint(err, "stoker dlq lists them; --all shows those that were replayed or discarded, too.");
	if (!rc)
		snprintf(id, MODEL_ID_SIZE, "%s", json_str(found, "Id", ""));
	cJSON_Delete(items);
	cJSON_Delete(all);
	return rc;
}

static int describe(struct cli *c, const char *word, cJSON **reply, struct error *err)
{
	char id[MODEL_ID_SIZE];
	int rc = find(c, word, id, err);

	return rc ? rc : ask(c, "Stoker.DescribeDeadLetter", json_add_str(cJSON_CreateObject(), "DeadLetterId",
	                                                                  id),
	                     reply, err);
}

/* ---- list ---- */

static const char *class_color(const struct cli *c, const char *class)
{
	return cli_state_color(c, !strcmp(class, "NON_RETRYABLE") ? "FAILED" : "WARN");
}

static void list_people(struct cli *c, const cJSON *items)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "ID", TABLE_LEFT, false);
	text_table_column(t, "FAILED", TABLE_LEFT, false);
	text_table_column(t, "STEP", TABLE_LEFT, true);
	text_table_column(t, "CLUSTER", TABLE_LEFT, true);
	text_table_column(t, "CLASS", TABLE_LEFT, false);
	text_table_column(t, "ATTEMPTS", TABLE_RIGHT, false);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	cJSON_ArrayForEach(x, items) {
		const char *class = json_str(x, "Class", "");
		text_table_cell(t, "", "%s", json_str(x, "DeadLetterId", ""));
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Time", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "StepName", ""));
		text_table_cell(t, "", "%s", json_str(x, "ClusterName", ""));
		text_table_cell(t, class_color(c, class), "%s", class);
		text_table_cell(t, "", "%d", cJSON_GetArraySize(json_arr(x, "Attempts")));
		text_table_cell(t, "", "%s", json_str(x, "State", ""));
		text_table_note(t, "%s", json_str(x, "Message", ""));
	}
	cli_print_table(c, t);
}

static int list(struct cli *c, const struct cli_args *a)
{
	cJSON *req = cJSON_CreateObject(), *items = NULL;
	const char *state = cli_opt(a, "state"), *cluster = cli_opt(a, "cluster");
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];
	int limit;

	if (cli_opt_int(a, "limit", SHOWN, 1, 100000, &limit, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (cluster && ask_cluster(c, cluster, id, &err)) {
		cJSON_Delete(req);
		return cli_fail(c, &err);
	}
	json_add_str(req, "ClusterId", cluster ? id : NULL);
	json_add_str(req, "Class", cli_opt(a, "class"));
	json_add_str(req, "State", state ? state : cli_flag(a, "all") ? NULL : "PENDING");
	if (fetch(c, req, (size_t)limit, &items, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, json_add(cJSON_CreateObject(), "DeadLetters", items));
	if (items->child)
		list_people(c, items);
	else
		fprintf(c->out, "no dead letters%s\n", cli_flag(a, "all") || state ? "" : " that wait for somebody");
	cJSON_Delete(items);
	return CLI_OK;
}

/* ---- show ---- */

static void print_words(FILE *f, const char *label, const cJSON *list)
{
	struct buf b = BUF_INIT;
	const cJSON *x;

	cJSON_ArrayForEach(x, list)
		plan_word(&b, cJSON_IsString(x) ? x->valuestring : "?");
	fprintf(f, "%-10s%s\n", label, buf_str(&b));
	buf_free(&b);
}

static void print_attempts(struct cli *c, const cJSON *l)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "ATTEMPT", TABLE_RIGHT, false);
	text_table_column(t, "STARTED", TABLE_LEFT, false);
	text_table_column(t, "ENDED", TABLE_LEFT, false);
	text_table_column(t, "CLASS", TABLE_LEFT, false);
	text_table_column(t, "BECAUSE", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, json_arr(l, "Attempts")) {
		text_table_cell(t, "", "%d", (int)json_int(x, "Number", 0));
		text_table_cell(t, "", "%s", cli_time(json_num(x, "StartedAt", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", cli_time(json_num(x, "EndedAt", 0), buf, sizeof buf));
		text_table_cell(t, class_color(c, json_str(x, "Class", "")), "%s", json_str(x, "Class", ""));
		text_table_cell(t, "", "%s", json_str(x, "Why", ""));
		text_table_note(t, "%s", json_str(x, "Message", ""));
	}
	fputc('\n', c->out);
	cli_print_table(c, t);
}

static void print_log(struct cli *c, const cJSON *l, const char *name)
{
	const char *text = json_str(json_obj(l, "Log"), name, "");

	if (*text)
		fprintf(c->out, "\n%s%s%s\n%s%s", cli_bold(c), name, cli_plain(c), text,
		        text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static void show_people(struct cli *c, const cJSON *l)
{
	const cJSON *jar = json_obj(json_obj(l, "Step"), "HadoopJarStep");
	char buf[64];

	fprintf(c->out, "%s%s%s  %s  %s\n", cli_bold(c), json_str(l, "StepName", ""), cli_plain(c),
	        json_str(l, "DeadLetterId", ""), json_str(l, "State", ""));
	fprintf(c->out, "failed     %s\n", cli_time(json_num(l, "Time", 0), buf, sizeof buf));
	fprintf(c->out, "step       %s\n", json_str(l, "StepId", "-"));
	fprintf(c->out, "cluster    %s (%s)\n", json_str(l, "ClusterName", "-"), json_str(l, "ClusterId", "-"));
	fprintf(c->out, "class      %s\n", json_str(l, "Class", "-"));
	fprintf(c->out, "reason     %s\nmessage    %s\n", json_str(l, "Reason", "-"),
	        json_str(l, "Message", "-"));
	fprintf(c->out, "log        %s\n", json_str(l, "LogFile", "-"));
	fprintf(c->out, "jar        %s\n", json_str(jar, "Jar", "-"));
	print_words(c->out, "args", json_arr(jar, "Args"));
	if (json_str(l, "ReplayStepId", NULL))
		fprintf(c->out, "replayed   as %s on %s by %s\n", json_str(l, "ReplayStepId", ""),
		        json_str(l, "ReplayClusterId", ""), json_str(l, "ClosedBy", ""));
	else if (json_str(l, "ClosedBy", NULL))
		fprintf(c->out, "discarded  by %s  %s\n", json_str(l, "ClosedBy", ""), json_str(l, "Note", ""));
	print_attempts(c, l);
	print_log(c, l, "controller");
	print_log(c, l, "stderr");
}

static int show(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (describe(c, a->argv[1], &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	show_people(c, json_obj(reply, "DeadLetter"));
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- replay ---- */

/* The step to run: of --step's file, or the letter's with the words behind "--" in place of its own. NULL: as
 * it is. */
static int mended(const struct cli_args *a, const cJSON *letter, cJSON **out, struct error *err)
{
	const char *file = cli_opt(a, "step");

	*out = NULL;
	if (file && a->n_rest)
		return error_set(err, ERR_INVALID, "--step or a command after --, not both");
	if (file)
		return cli_read_json(file, out, err);
	if (!a->n_rest)
		return 0;
	cJSON *args = cJSON_CreateArray();
	for (int i = 0; i < a->n_rest; i++)
		cJSON_AddItemToArray(args, cJSON_CreateString(a->rest[i]));
	*out = cJSON_Duplicate(json_obj(letter, "Step"), true);
	cJSON *jar = cJSON_GetObjectItemCaseSensitive(*out, "HadoopJarStep");
	cJSON_DeleteItemFromObjectCaseSensitive(jar, "Args");
	json_add(jar, "Args", args);
	return 0;
}

static void show_plan(struct cli *c, const cJSON *l, const cJSON *step, const cJSON *req)
{
	const cJSON *before = json_obj(json_obj(l, "Step"), "HadoopJarStep"),
		*now = json_obj(step, "HadoopJarStep");
	char *text = json_print(req), buf[64];

	fprintf(c->err, "replay     %s, which failed on %s at %s (%s)\n", json_str(l, "StepName", ""),
	        json_str(l, "ClusterName", ""), cli_time(json_num(l, "Time", 0), buf, sizeof buf),
	        json_str(l, "Class", ""));
	fprintf(c->err, "because    %s\n", json_str(l, "Message", ""));
	fprintf(c->err, "on         %s\n", json_str(req, "ClusterId", json_str(l, "ClusterId", "")));
	print_words(c->err, step ? "before" : "runs", json_arr(before, "Args"));
	if (step)
		print_words(c->err, "now", json_arr(now, "Args"));
	fprintf(c->err, "%sStoker.ReplayDeadLetter %s%s\n", cli_dim(c), text, cli_plain(c));
	free(text);
}

static int send_replay(struct cli *c, const struct cli_args *a, cJSON *req, const struct wait_options *wait)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	char cluster[MODEL_ID_SIZE], step[MODEL_ID_SIZE];

	if (ask(c, "Stoker.ReplayDeadLetter", req, &reply, &err))
		return cli_fail(c, &err);
	snprintf(cluster, sizeof cluster, "%s", json_str(reply, "ClusterId", ""));
	snprintf(step, sizeof step, "%s", json_str(reply, "StepId", ""));
	if (c->json) {
		cli_print_json(c, reply);
	} else {
		fprintf(c->out, "%s\n", step);
		cJSON_Delete(reply);
	}
	fflush(c->out);
	return cli_flag(a, "wait") ? wait_step(c, cluster, step, wait) : CLI_OK;
}

static int build_replay(struct cli *c, const struct cli_args *a, const cJSON *l, cJSON *req,
                        struct error *err)
{
	const char *cluster = cli_opt(a, "cluster");
	char id[MODEL_ID_SIZE];
	cJSON *step = NULL;
	int rc = cluster ? ask_cluster(c, cluster, id, err) : 0;

	if (!rc)
		rc = mended(a, l, &step, err);
	json_add_str(req, "DeadLetterId", json_str(l, "DeadLetterId", ""));
	json_add_str(req, "ClusterId", cluster && !rc ? id : NULL);
	json_add(req, "Step", step);
	return rc;
}

static int replay(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct wait_options wait;
	cJSON *reply = NULL, *req = cJSON_CreateObject();
	int status = CLI_OK;

	if (wait_options_read(a, &wait, &err))
		status = cli_usage(c, NULL, "%s", err.message);
	else if (describe(c, a->argv[1], &reply, &err) ||
	         build_replay(c, a, json_obj(reply, "DeadLetter"), req, &err))
		status = cli_fail(c, &err);
	if (!status && !c->json)
		show_plan(c, json_obj(reply, "DeadLetter"), json_obj(req, "Step"), req);
	cJSON_Delete(reply);
	if (!status)
		status = plan_confirm(c, a, false, "Replay it?");
	if (!status)
		return send_replay(c, a, req, &wait);
	if (status < 0 && c->json)
		return cli_print_json(c, req);
	cJSON_Delete(req);
	return status < 0 ? CLI_OK : status;
}

/* ---- discard ---- */

static int discard(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *req, *reply = NULL;
	char id[MODEL_ID_SIZE];

	if (find(c, a->argv[1], id, &err))
		return cli_fail(c, &err);
	int status = plan_confirm(c, a, true, "Discard it? It stays in the list, but nobody can replay it.");
	if (status)
		return status < 0 ? CLI_OK : status;
	req = json_add_str(json_add_str(cJSON_CreateObject(), "DeadLetterId", id), "Note", cli_opt(a, "note"));
	if (ask(c, "Stoker.DiscardDeadLetter", req, &reply, &err))
		return cli_fail(c, &err);
	cJSON_Delete(reply);
	return c->json ? cli_print_json(c, json_add_str(cJSON_CreateObject(), "DeadLetterId", id)) : CLI_OK;
}

static const struct cli_verb verbs[] = {
	{ "list", 0, 0, list }, { "show", 1, 1, show }, { "replay", 1, 1, replay }, { "discard", 1, 1, discard },
		{ 0 },
};

static int exec_dlq(struct cli *c, const struct cli_args *a)
{
	return verb_run(c, &cli_cmd_dlq, verbs, a);
}

static const struct cli_option options[] = {
	{ "cluster", 'c', "CLUSTER", "list: only of CLUSTER; replay: on CLUSTER instead of where it failed" },
	{ "class", 0, "CLASS", "list: only RETRYABLE, NON_RETRYABLE or DATA_QUALITY" },
	{ "state", 0, "STATE", "list: only PENDING (default), REPLAYED or DISCARDED" },
	{ "all", 'a', NULL, "list: of every state" },
	{ "limit", 'n', "N", "list: the newest N (default 50)" },
	{ "step", 's', "FILE", "replay: a mended step, a StepConfig as JSON (- is standard input)" },
	{ "note", 0, "TEXT", "discard: why" },
	PLAN_OPTIONS,
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_dlq = {
	.name = "dlq", .args = "[list | show LETTER | replay LETTER [-- COMMAND…] | discard LETTER]", .max = 2,
	.summary = "dead letters: steps that failed for good; look, mend, replay or discard",
	.about = "A step that fails for good leaves a dead letter with its configuration, every attempt, "
	         "the last lines of its logs and the cluster's configurations; it is kept for 60 days. "
	         "LETTER is an id, the name of the step, or the beginning of either. replay adds the step "
	         "again, to the same cluster or to another one, as it was or mended: --step has a whole "
	         "StepConfig, words after -- replace its arguments. It shows the plan first, and prints "
	         "the new step's id.",
	.options = options, .words = "list|show|replay|discard", .exec = exec_dlq,
};
