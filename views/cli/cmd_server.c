/* stoker server start|stop|status: the background server. */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/client/client.h"
#include "views/cli/ask.h"
#include "views/cli/plan.h"

#define START_MS 15000
#define STOP_MS 60000

static int status(struct cli *c)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	char since[64];

	c->no_start = true;
	if (ask(c, "Stoker.GetServerStatus", NULL, &reply, &err)) {
		if (err.code == ERR_UNAVAILABLE && !c->endpoint)
			error_hint(&err, "stoker server start starts it.");
		return cli_fail(c, &err);
	}
	if (c->json)
		return cli_print_json(c, reply);
	fprintf(c->out, "stokerd %s, process %lld, since %s\n", json_str(reply, "Version", "?"),
	        (long long)json_int(reply, "Pid", 0),
	        cli_time(json_num(reply, "StartedAt", 0), since, sizeof since));
	fprintf(c->out, "home      %s\nendpoint  %s\nclusters  %lld\nmemory    %lld of %lld MB granted\n",
	        json_str(reply, "Home", "-"), json_str(reply, "Endpoint", "-"),
	        (long long)json_int(reply, "Clusters", 0), (long long)json_int(reply, "MemoryGrantedMB", 0),
	        (long long)json_int(reply, "MemoryBudgetMB", 0));
	cJSON_Delete(reply);
	return CLI_OK;
}

static int start(struct cli *c)
{
	struct error err = ERROR_INIT;
	struct client_options o = { .no_start = true };

	if (c->endpoint)
		return cli_usage(c, NULL, "only this machine's server can be started");
	if (client_open(NULL, &o, &c->client, &err) || client_start_server_wait(c->client, START_MS, &err))
		return cli_fail(c, &err);
	return status(c);
}

/* It has stopped when nobody answers any more. */
static int stop(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct cli_progress *p;
	cJSON *reply = NULL;
	int64_t end = clock_mono_us() + STOP_MS * 1000LL;
	bool all = cli_flag(a, "terminate");
	int go;

	c->no_start = true;
	go = all ? plan_confirm(c, a, true, "Terminate every cluster, then stop?") : CLI_OK;
	if (go)
		return go < 0 ? CLI_OK : go;
	if (ask(c, "Stoker.StopServer", json_add_str(cJSON_CreateObject(), "Mode", all ? "terminate" : "detach"),
	        &reply, &err))
		return cli_fail(c, &err);
	cJSON_Delete(reply);
	p = cli_progress_new(c);
	while (!ask(c, "Stoker.GetServerStatus", NULL, &reply, &err)) {
		static const struct timespec pause = { 0, 50 * 1000000L };
		cli_progress_say(p, "%lld clusters left", (long long)json_int(reply, "Clusters", 0));
		cJSON_Delete(reply);
		if (clock_mono_us() > end)
			break;
		nanosleep(&pause, NULL);
	}
	cli_progress_end(p);
	if (!err.code)
		return cli_fail(c, (error_set(&err, ERR_TIMEOUT, "the server still answers"), &err));
	if (!c->json)
		fprintf(c->out, "stopped%s\n", all ? "" : "; what runs on clusters goes on");
	return CLI_OK;
}

static int exec_server(struct cli *c, const struct cli_args *a)
{
	const char *verb = a->argv[0];

	if (!strcmp(verb, "status"))
		return status(c);
	if (!strcmp(verb, "start"))
		return start(c);
	if (!strcmp(verb, "stop"))
		return stop(c, a);
	return cli_usage(c, cli_find("server"), "\"%s\" is none of start, stop, status", verb);
}

static const struct cli_option options[] = {
	{ "terminate", 0, NULL, "stop: end every cluster first" },
	PLAN_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_server = {
	.name = "server", .args = "start|stop|status", .min = 1, .max = 1,
	.summary = "start, stop or look at this machine's server",
	.about = "Every command starts the server when there is none. stop leaves clusters and their steps running: "
	         "a server that is started again takes them back; with --terminate it ends them first.",
	.options = options, .words = "start|stop|status", .exec = exec_server,
};
