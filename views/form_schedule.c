/* The form of a schedule: when, and what: a step of the cluster at hand again, or a cluster like it that ends
 * with its steps. */
#include <stdio.h>
#include <string.h>

#include "core/api/emr/emr.h"
#include "views/forms.h"
#include "views/sheet.h"

static const char *const zones[] = { "UTC", NULL };
static const char *const catch_up[] = { "SKIP", "ONE", "ALL", NULL };
static const char *const overlap[] = { "ALLOW", "SKIP", "QUEUE", "CANCEL_PREVIOUS", NULL };
enum { AS_IS, STEP_AGAIN, LIKE_THIS };
static const char *const targets[] = { "as it is", "a step here", "a cluster like this" };

static int target_of(const struct form *f)
{
	for (int i = 0; i < 3; i++)
		if (!strcmp(form_text(f, "target"), targets[i]))
			return i;
	return AS_IS;
}

static bool takes_step(void *ctx, const struct form *f)
{
	(void)ctx;
	return target_of(f) != AS_IS;
}

static bool catches_up(void *ctx, const struct form *f)
{
	(void)ctx;
	return strcmp(form_text(f, "catch_up"), "SKIP") != 0;
}

/* Names of the cluster's steps, newest first, each once; "all" where a cluster is made anew. */
static const char **step_names(struct sheet *s)
{
	const struct mcluster *mc = sheet_cluster(s);
	size_t max = mc ? mc->c->steps.len : 0, n = 0;
	const char **list = arena_alloc(s->arena, (max + 2) * sizeof *list);
	for (size_t i = max; i-- > 0;) {
		const char *name = mc->c->steps.items[i]->name ? mc->c->steps.items[i]->name : mc->c->steps.items[i]->id;
		bool known = false;
		for (size_t k = 0; k < n; k++)
			known |= !strcmp(list[k], name);
		if (!known)
			list[n++] = arena_strdup(s->arena, name);
	}
	return list;
}

static cJSON *step_named(const struct mcluster *mc, const char *name)
{
	for (size_t i = mc->c->steps.len; i-- > 0;) {
		const struct step *x = mc->c->steps.items[i];
		if (!strcmp(x->name ? x->name : x->id, name))
			return emr_request_step(x);
	}
	return NULL;
}

/* The cluster's own request, with that step only, and ending with it. */
static cJSON *cluster_request(const struct mcluster *mc, cJSON *steps)
{
	cJSON *in = emr_request_run_job_flow(mc->c);
	cJSON *instances = cJSON_GetObjectItemCaseSensitive(in, "Instances");
	cJSON_DeleteItemFromObjectCaseSensitive(in, "Steps");
	cJSON_DeleteItemFromObjectCaseSensitive(instances, "KeepJobFlowAliveWhenNoSteps");
	cJSON_DeleteItemFromObjectCaseSensitive(instances, "TerminationProtected");
	json_add_bool(instances, "KeepJobFlowAliveWhenNoSteps", false);
	return json_add(in, "Steps", steps);
}

static cJSON *target_request(const struct sheet *s, const struct form *f)
{
	const struct mcluster *mc = sheet_cluster(s);
	int kind = target_of(f);
	if (kind == AS_IS)
		return cJSON_Duplicate(json_obj(s->was, "Target"), 1);
	cJSON *steps = cJSON_CreateArray(), *step = mc ? step_named(mc, form_text(f, "step")) : NULL, *in;
	if (step)
		cJSON_AddItemToArray(steps, step);
	if (!mc || (kind == STEP_AGAIN && !step)) {
		cJSON_Delete(steps);
		return NULL;
	}
	if (kind == STEP_AGAIN)
		in = json_add(json_add_str(cJSON_CreateObject(), "JobFlowId", mc->c->id), "Steps", steps);
	else
		in = cluster_request(mc, steps);
	cJSON *target = json_add_str(cJSON_CreateObject(), "Operation",
	                             kind == STEP_AGAIN ? "AddJobFlowSteps" : "RunJobFlow");
	return json_add(target, "Request", in);
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	cJSON *target = target_request(s, f);
	*field = "step";
	if (!target)
		return target_of(f) == AS_IS ? "it has no target: choose one" : "choose a step that runs";
	cJSON *in = json_add_str(cJSON_CreateObject(), "ScheduleName", form_text(f, "name"));
	json_add_str(in, "Description", *form_text(f, "about") ? form_text(f, "about") : NULL);
	json_add_str(in, "ScheduleExpression", form_text(f, "when"));
	json_add_str(in, "ScheduleExpressionTimezone", *form_text(f, "zone") ? form_text(f, "zone") : zones[0]);
	json_add_str(in, "State", form_bool(f, "enabled") ? "ENABLED" : "DISABLED");
	json_add(in, "Target", target);
	json_add_str(in, "CatchUp", form_text(f, "catch_up"));
	if (catches_up(s, f))
		json_add_int(in, "CatchUpWindowMinutes", form_number(f, "window"));
	json_add_str(in, "Overlap", form_text(f, "overlap"));
	json_add_str(in, "TopicArn", sheet_topic_arn(s, form_text(f, "topic")));
	return sheet_done(s, f, act_put_schedule(client_region(s->con->client), in, s->was));
}

static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	const struct sheet *s = ctx;
	const struct mcluster *mc = sheet_cluster(s);
	bool unknown = false;
	const char *where = mc ? cluster_label(mc->c) : "no cluster";
	if (target_of(f) == STEP_AGAIN)
		snprintf(out, size, "adds step %s to %.80s each time", form_text(f, "step"), where);
	else if (target_of(f) == LIKE_THIS && mc)
		snprintf(out, size, "each run makes a cluster like %.60s for %s and ends it: $%.2f an hour%s", where,
		         form_text(f, "step"), act_cluster_price(mc->c, &unknown), unknown ? " or more" : "");
	else
		*out = 0;
}

void form_schedule_open(struct console *con, const cJSON *was)
{
	struct sheet *s = sheet_new(con, was, json_str(was, "ScheduleName", ""));
	const char *kinds[4] = { NULL };
	char window[16];
	size_t n = 0;
	if (was)
		kinds[n++] = targets[AS_IS];
	if (sheet_cluster(s)) {
		kinds[n++] = targets[STEP_AGAIN];
		kinds[n++] = targets[LIKE_THIS];
	}
	if (!n) {
		app_message(con->app, MESSAGE_INFO, "a schedule copies a cluster or one of its steps: c creates one first");
		sheet_free(s);
		return;
	}
	snprintf(window, sizeof window, "%d", (int)json_int(was, "CatchUpWindowMinutes", 60));
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "one with this name is replaced", .required = true,
		  .value = json_str(was, "ScheduleName", ""), .check = check_word },
		{ FIELD_TEXT, "about", "description", .help = "for whoever reads it",
		  .value = json_str(was, "Description", "") },
		{ FIELD_TEXT, "when", "when", .help = "cron(minute hour day month weekday year), rate(6 hours), at(…)",
		  .value = json_str(was, "ScheduleExpression", "cron(0 2 * * ? *)"), .check = check_expression },
		{ FIELD_TEXT, "zone", "time zone", .help = "as Europe/Berlin; empty: UTC",
		  .value = json_str(was, "ScheduleExpressionTimezone", "UTC"), .check = check_zone },
		{ FIELD_CHOICE, "target", "runs", .help = "what each run does", .choices = kinds },
		{ FIELD_CHOICE, "step", "step", .help = "of the cluster at hand: runs as it was sent",
		  .choices = step_names(s), .shown = takes_step },
		{ FIELD_CHOICE, "catch_up", "missed runs", .help = "after the server was away: none, the last one, or all",
		  .choices = catch_up, .value = json_str(was, "CatchUp", "SKIP") },
		{ FIELD_NUMBER, "window", "not older, min", .help = "runs that were missed longer ago are left out",
		  .value = window, .min = 1, .max = 10080, .shown = catches_up },
		{ FIELD_CHOICE, "overlap", "still running", .help = "when the run before has not ended",
		  .choices = overlap, .value = json_str(was, "Overlap", "SKIP") },
		{ FIELD_CHOICE, "topic", "failures tell", .help = "topic that hears of failed and missed runs",
		  .choices = sheet_topics(s), .value = sheet_topic_name(s, json_str(was, "TopicArn", NULL)) },
		{ FIELD_TOGGLE, "enabled", "enabled", .help = "runs by itself from now on",
		  .value = strcmp(json_str(was, "State", ""), "DISABLED") ? "true" : "false" },
	};
	form_open(con->app, &(struct form_spec){ .title = was ? "Change a schedule" : "New schedule",
		.fields = fields, .n = sizeof fields / sizeof *fields, .verb = "show the plan", .summary = summary,
		.submit = submit, .cancel = sheet_free, .ctx = s });
}
