#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"

struct act *act_put_topic(cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = {
		{ "Webhook", "posts to" }, { "Command", "runs" }, { "Email", "writes to" },
	};
	struct act *a = act_with(STOKER("PutTopic"), was ? "change" : "create", in);
	const char *name = json_str(in, "TopicName", "");
	a->title = xasprintf("%s topic %s", was ? "Change" : "Create", name);
	act_diff(a, was, members, sizeof members / sizeof *members);
	act_stoker_line(a);
	a->done = xasprintf("topic %s is set: alarms, budgets and schedules can name it", name);
	return a;
}

struct act *act_test_topic(const char *name)
{
	struct act *a = act_with(STOKER("TestTopic"), "send", json_add_str(cJSON_CreateObject(), "TopicName", name));
	a->title = xasprintf("Send a test message to %s", name);
	a->text = xstrdup("Whoever listens there gets it now.");
	act_stoker_line(a);
	a->done = xasprintf("sent to %s; how it ended stands beside it", name);
	return a;
}

struct act *act_delete_topic(const char *name)
{
	struct act *a = act_with(STOKER("DeleteTopic"), "delete",
	                         json_add_str(cJSON_CreateObject(), "TopicName", name));
	a->title = xasprintf("Delete topic %s", name);
	a->text = xstrdup("What names it tells nobody any more.");
	act_stoker_line(a);
	a->done = xasprintf("topic %s is deleted", name);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}
