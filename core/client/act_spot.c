#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"

struct act *act_spot_price(cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = { { "Price", "price ($/h)" }, { "Available", "capacity" },
		{ "Capacity", "pool" } };
	struct act *a = act_with(STOKER("PutSpotPrice"), "set", in);
	const char *type = json_str(in, "InstanceType", "");
	int nodes = (int)json_int(was, "Instances", 0);
	bool dearer = json_num(in, "Price", 0) > json_num(was, "Price", 0);
	bool gone = !json_bool(in, "Available", true) && json_bool(was, "Available", true);
	a->title = xasprintf("Spot market: %s", type);
	act_diff(a, was, members, sizeof members / sizeof *members);
	act_line(a, "nodes on it", NULL, "%d", nodes);
	if (nodes && (dearer || gone)) {
		a->text = xstrdup(gone ? "Without capacity every spot node of this type is interrupted."
		                       : "Spot nodes whose bid is below the new price are interrupted.");
		a->care = ACT_CARE_YES;
		a->danger = true;
	}
	char price[32], pool[16];
	snprintf(price, sizeof price, "%g", json_num(in, "Price", 0));
	act_stoker_words(a, "spot", "set-price", type, price, "--available",
	                 json_bool(in, "Available", true) ? "yes" : "no", (char *)NULL);
	if (*record_text(in, "Capacity", pool, sizeof pool))
		act_stoker_words(a, "--capacity", pool, (char *)NULL);
	a->done = xasprintf("the market for %s is set", type);
	return a;
}

static void interrupt_line(struct act *a, const cJSON *in, int notice)
{
	const cJSON *id;
	char seconds[16];
	snprintf(seconds, sizeof seconds, "%ds", notice);
	act_stoker_words(a, "spot", "interrupt", (char *)NULL);
	cJSON_ArrayForEach(id, json_arr(in, "InstanceIds"))
		act_stoker_words(a, id->valuestring, (char *)NULL);
	act_stoker_words(a, "--notice", seconds, (char *)NULL);
	if (json_str(in, "Reason", NULL))
		act_stoker_words(a, "--reason", json_str(in, "Reason", ""), (char *)NULL);
}

struct act *act_interrupt(cJSON *in, const char *what, size_t nodes)
{
	struct act *a = act_with(STOKER("InterruptSpot"), "interrupt", in);
	int notice = (int)json_int(in, "NoticeSeconds", 120);
	a->title = xasprintf("Interrupt %s", what);
	a->text = xstrdup("As Amazon does when it takes capacity back: notice, drain, end. Running tasks of these "
	                  "nodes finish or move; a replacement is looked for.");
	act_line(a, "spot nodes", NULL, "%zu", nodes);
	act_line(a, "state", "RUNNING", "notice now, TERMINATED in %d s", notice);
	interrupt_line(a, in, notice);
	a->done = xasprintf("%zu %s noticed; %s in %d s", nodes, nodes == 1 ? "node was" : "nodes were",
	                    nodes == 1 ? "it ends" : "they end", notice);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}
