/* stoker topics: who is told when an alarm goes off. */
#include <string.h>

#include "views/cli/plan.h"
#include "views/cli/table.h"
#include "views/cli/verb.h"

static const char *const ways[] = { "Webhook", "Command", "Email" };

static void people(struct cli *c, const cJSON *topics)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "TOPIC", TABLE_LEFT, false);
	text_table_column(t, "HOW", TABLE_LEFT, false);
	text_table_column(t, "WHERE", TABLE_LEFT, true);
	text_table_column(t, "LAST SENT", TABLE_LEFT, false);
	cJSON_ArrayForEach(x, topics) {
		const cJSON *last = json_obj(x, "LastSent");
		bool failed = !strcmp(json_str(last, "Outcome", ""), "failed");
		text_table_cell(t, "", "%s", json_str(x, "TopicName", ""));
		for (int i = 0; i < 3; i++)
			if (json_str(x, ways[i], NULL)) {
				text_table_cell(t, "", "%s", ways[i]);
				text_table_cell(t, "", "%s", json_str(x, ways[i], ""));
			}
		text_table_cell(t, failed && c->color ? "\033[31m" : "", "%s%s", last ? cli_time(json_num(last, "Time", 0),
		                                                                                 buf,
		                sizeof buf) : "never", failed ? ", failed" : "");
		if (failed)
			text_table_note(t, "%s", json_str(last, "Error", ""));
	}
	cli_print_table(c, t);
}

static int list(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	(void)a;
	if (ask(c, "Stoker.ListTopics", NULL, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	if (cJSON_GetArraySize(json_arr(reply, "Topics")))
		people(c, json_arr(reply, "Topics"));
	else
		fprintf(c->out, "no topics; stoker topics put NAME --command … makes one\n");
	cJSON_Delete(reply);
	return CLI_OK;
}

static int put(struct cli *c, const struct cli_args *a)
{
	static const char *const options[] = { "webhook", "command", "email" };
	struct error err = ERROR_INIT;
	cJSON *reply = NULL, *req = json_add_str(cJSON_CreateObject(), "TopicName", a->argv[1]);

	for (int i = 0; i < 3; i++)
		json_add_str(req, ways[i], cli_opt(a, options[i]));
	if (ask(c, "Stoker.PutTopic", req, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	fprintf(c->out, "%s\nstoker topics test %s sends a first notice\n", json_str(reply, "TopicArn", ""), a->argv[1]);
	cJSON_Delete(reply);
	return CLI_OK;
}

static int test(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (ask(c, "Stoker.TestTopic", json_add_str(cJSON_CreateObject(), "TopicName", a->argv[1]), &reply, &err))
		return cli_fail(c, &err);
	bool ok = !strcmp(json_str(reply, "Outcome", ""), "delivered");
	if (!ok)
		error_set(&err, ERR_INVALID, "the notice was not delivered: %s", json_str(reply, "Error",
		                                                                          "no reason was given"));
	if (c->json)
		cli_print_json(c, reply);
	else
		cJSON_Delete(reply);
	if (!ok)
		return c->json ? CLI_FAILED : cli_fail(c, &err);
	if (!c->json)
		fprintf(c->out, "delivered\n");
	return CLI_OK;
}

static int delete(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int status = plan_confirm(c, a, true, "Delete it? Alarms, budgets and schedules that name it tell nobody.");

	if (status)
		return status < 0 ? CLI_OK : status;
	if (ask(c, "Stoker.DeleteTopic", json_add_str(cJSON_CreateObject(), "TopicName", a->argv[1]), &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply ? reply : cJSON_CreateObject());
	cJSON_Delete(reply);
	fprintf(c->out, "deleted %s; who still names it is not told any more\n", a->argv[1]);
	return CLI_OK;
}

static const struct cli_verb verbs[] = {
	{ "list", 0, 0, list }, { "put", 1, 1, put }, { "delete", 1, 1, delete }, { "test", 1, 1, test }, { 0 },
};

static int exec_topics(struct cli *c, const struct cli_args *a)
{
	return verb_run(c, cli_find("topics"), verbs, a);
}

static const struct cli_option options[] = {
	{ "webhook", 0, "URL", "put: POST the notice as JSON to this address" },
	{ "command", 0, "LINE", "put: run this line of the shell with the notice on its standard input" },
	{ "email", 0, "ADDRESS", "put: send mail through the machine's sendmail" },
	{ "yes", 'y', NULL, "delete: do not ask" },
	{ 0 },
};

const struct cli_command cli_cmd_topics = {
	.name = "topics", .args = "[list] | put|delete|test NAME", .max = 2,
	.summary = "who is told when something happens",
	.about = "A topic is one way to tell somebody. Alarms, budgets, schedules and dead letters name it. "
	         "After stoker topics put ops --webhook https://chat.example.org/hook an alarm can tell it: "
	         "stoker alarms put idle --cluster etl -m IsIdle --at-least 1 --periods 30 --action ops",
	.options = options, .words = "list|put|delete|test", .exec = exec_topics,
};
