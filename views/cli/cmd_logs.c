/* stoker logs: a step's log, from its end or all of it, and as it grows. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "views/cli/ask.h"

#define CHUNK (256 * 1024)
#define FOLLOW_MS 250

struct reader {
	const char *cluster, *step, *log;
	int64_t offset;
	bool complete;
};

/* Read one piece; *data (NULL: nothing) lives as long as *reply. */
static int read_piece(struct cli *c, struct reader *r, cJSON **reply, const char **data, struct error *err)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", r->cluster);
	int rc;

	json_add_str(json_add_str(req, "StepId", r->step), "Log", r->log);
	json_add_int(json_add_int(req, "Offset", r->offset), "MaxBytes", CHUNK);
	rc = ask(c, "Stoker.ReadStepLog", req, reply, err);
	if (rc)
		return rc;
	*data = json_str(*reply, "Data", "");
	r->offset = json_int(*reply, "NextOffset", r->offset);
	r->complete = json_bool(*reply, "Complete", false);
	return 0;
}

/* The part of text that begins with its last n lines. */
static const char *last_lines(const char *text, int n)
{
	const char *s = text + strlen(text);

	if (s > text && s[-1] == '\n')
		s--;
	while (s > text) {
		if (s[-1] == '\n' && --n == 0)
			break;
		s--;
	}
	return s;
}

static int print_tail(struct cli *c, struct reader *r, int lines, struct error *err)
{
	cJSON *reply = NULL;
	const char *data = NULL;
	int rc;

	r->offset = -CHUNK;
	rc = read_piece(c, r, &reply, &data, err);
	if (!rc)
		fputs(lines > 0 ? last_lines(data, lines) : "", c->out);
	cJSON_Delete(reply);
	return rc;
}

/* To the end of what is there; with follow, to the end of the step. */
static int print_rest(struct cli *c, struct reader *r, bool follow, struct error *err)
{
	static const struct timespec pause = { 0, FOLLOW_MS * 1000000L };
	int rc = 0;
	bool some = true;

	while (!rc && (some || (follow && !r->complete))) {
		cJSON *reply = NULL;
		const char *data = NULL;
		if (!some)
			nanosleep(&pause, NULL);
		rc = read_piece(c, r, &reply, &data, err);
		some = !rc && *data;
		if (some)
			fputs(data, c->out);
		if (some && fflush(c->out))
			rc = error_set(err, ERR_IO, "cannot write to standard output");
		cJSON_Delete(reply);
	}
	return rc;
}

static int exec_logs(struct cli *c, const struct cli_args *a)
{
	struct reader r = { .log = a->argc > 2 ? a->argv[2] : "stdout" };
	struct error err = ERROR_INIT;
	char cluster[MODEL_ID_SIZE], step[MODEL_ID_SIZE];
	int lines, rc;

	if (cli_opt_int(a, "lines", -1, 0, 1000000, &lines, &err))
		return cli_usage(c, NULL, "%s", err.message);
	if (ask_cluster(c, a->argv[0], cluster, &err) || ask_step(c, cluster, a->argv[1], step, &err))
		return cli_fail(c, &err);
	r.cluster = cluster;
	r.step = step;
	rc = lines >= 0 ? print_tail(c, &r, lines, &err) : 0;
	if (!rc)
		rc = print_rest(c, &r, cli_flag(a, "follow"), &err);
	if (rc && ask_unknown(&err))
		error_hint(&err, "This service keeps step logs under the cluster's LogUri: see stoker clusters %s.",
		           cluster);
	return rc ? cli_fail(c, &err) : CLI_OK;
}

static const struct cli_option options[] = {
	{ "follow", 'f', NULL, "go on as the log grows, until the step has ended" },
	{ "lines", 'n', "N", "begin with the last N lines" },
	{ 0 },
};

const struct cli_command cli_cmd_logs = {
	.name = "logs", .alias = "log", .args = "CLUSTER STEP [LOG]", .min = 2, .max = 3,
	.summary = "print a step's log",
	.about = "LOG is stdout (default), stderr, controller or syslog.",
	.options = options, .words = "cluster step stdout|stderr|controller|syslog", .exec = exec_logs,
};
