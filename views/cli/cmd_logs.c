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
	bool complete, follow;
	struct buf text;             /* with --json and without --follow: all of it */
};

/* As it is; or, for programs, one object with all of it, or, with --follow, an object a line for each piece. */
static void put(struct cli *c, struct reader *r, const char *data)
{
	if (!c->json) {
		fputs(data, c->out);
	} else if (!r->follow) {
		buf_adds(&r->text, data);
	} else {
		cJSON *o = json_add_str(cJSON_CreateObject(), "Log", r->log);
		char *line = json_print(json_add_str(o, "Data", data));
		fprintf(c->out, "%s\n", line);
		free(line);
		cJSON_Delete(o);
	}
}

static void put_object(struct cli *c, struct reader *r)
{
	cJSON *o = json_add_str(json_add_str(cJSON_CreateObject(), "ClusterId", r->cluster), "StepId", r->step);

	json_add_str(json_add_str(o, "Log", r->log), "Data", buf_str(&r->text));
	json_add_bool(o, "Complete", r->complete);
	cli_print_json(c, o);
}

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
		put(c, r, lines > 0 ? last_lines(data, lines) : "");
	cJSON_Delete(reply);
	return rc;
}

/* To the end of what is there; with follow, to the end of the step. */
static int print_rest(struct cli *c, struct reader *r, struct error *err)
{
	static const struct timespec pause = { 0, FOLLOW_MS * 1000000L };
	int rc = 0;
	bool some = true;

	while (!rc && (some || (r->follow && !r->complete))) {
		cJSON *reply = NULL;
		const char *data = NULL;
		if (!some)
			nanosleep(&pause, NULL);
		rc = read_piece(c, r, &reply, &data, err);
		some = !rc && *data;
		if (some)
			put(c, r, data);
		if (some && fflush(c->out))
			rc = error_set(err, ERR_IO, "cannot write to standard output");
		cJSON_Delete(reply);
	}
	return rc;
}

static int exec_logs(struct cli *c, const struct cli_args *a)
{
	struct reader r = { .log = a->argc > 2 ? a->argv[2] : "stdout", .follow = cli_flag(a, "follow"), .text = BUF_INIT };
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
		rc = print_rest(c, &r, &err);
	if (!rc && c->json && !r.follow)
		put_object(c, &r);
	buf_free(&r.text);
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
	.name = "logs", .verbatim = true, .alias = "log", .args = "CLUSTER STEP [LOG]", .min = 2, .max = 3,
	.summary = "print a step's log",
	.about = "LOG is stdout (default), stderr, controller or syslog. --json gives {ClusterId, StepId, Log, Data, "
	         "Complete}; with --follow a line {Log, Data} for each piece.",
	.options = options, .words = "cluster step stdout|stderr|controller|syslog", .exec = exec_logs,
};
