/* A dead letter's step in a form: mended, then run again on its cluster or on another. */
#include <stdio.h>
#include <string.h>

#include "views/forms.h"
#include "views/sheet.h"

static const char *const on_failure[] = { "CONTINUE", "CANCEL_AND_WAIT", "TERMINATE_CLUSTER", NULL };

/* One word per argument, in quotes where it needs them. */
static void words_of(const cJSON *step, struct buf *out)
{
	const cJSON *x;
	cJSON_ArrayForEach(x, json_arr(json_obj(step, "HadoopJarStep"), "Args")) {
		buf_adds(out, out->len ? " " : "");
		word_add(out, cJSON_IsString(x) ? x->valuestring : "");
	}
}

/* The step as it was, with the fields of the form laid over it. */
static cJSON *step_of(const struct sheet *s, const struct form *f)
{
	cJSON *step = cJSON_Duplicate(json_obj(s->was, "Step"), 1), *args = cJSON_CreateArray();
	struct str_list words = { 0 };
	if (!step)
		step = cJSON_CreateObject();
	act_split_words(form_text(f, "command"), &words, NULL);
	for (size_t i = 0; i < words.len; i++)
		cJSON_AddItemToArray(args, cJSON_CreateString(words.items[i]));
	str_list_free(&words);
	cJSON *jar = cJSON_DetachItemFromObjectCaseSensitive(step, "HadoopJarStep");
	if (!jar)
		jar = json_add_str(cJSON_CreateObject(), "Jar", "command-runner.jar");
	cJSON_DeleteItemFromObjectCaseSensitive(jar, "Args");
	cJSON_DeleteItemFromObjectCaseSensitive(step, "Name");
	cJSON_DeleteItemFromObjectCaseSensitive(step, "ActionOnFailure");
	json_add_str(step, "Name", form_text(f, "name"));
	json_add_str(step, "ActionOnFailure", form_text(f, "on_failure"));
	return json_add(step, "HadoopJarStep", json_add(jar, "Args", args));
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	const char *id = sheet_cluster_id(s, form_text(f, "cluster"));
	if (!id) {
		*field = "cluster";
		return "that cluster has gone";
	}
	return sheet_done(s, f, act_replay(s->was, id, step_of(s, f)));
}

static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	struct sheet *s = ctx;
	struct buf was = BUF_INIT;
	words_of(json_obj(s->was, "Step"), &was);
	snprintf(out, size, "%s", strcmp(buf_str(&was), form_text(f, "command")) ? "changed" : "as it was sent");
	buf_free(&was);
}

void form_fix_open(struct console *con, const cJSON *letter)
{
	struct sheet *s = sheet_new(con, letter, json_str(letter, "DeadLetterId", ""));
	const cJSON *step = json_obj(letter, "Step");
	struct buf words = BUF_INIT;
	char title[300];
	words_of(step, &words);
	snprintf(title, sizeof title, "Mend and replay %.200s", json_str(letter, "StepName", ""));
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "shown in the queue", .required = true,
		  .value = json_str(step, "Name", json_str(letter, "StepName", "")) },
		{ FIELD_LINES, "command", "command", .help = "what runs; words as in a shell", .rows = 4,
		  .value = buf_str(&words), .check = check_words, .required = true },
		{ FIELD_CHOICE, "on_failure", "if it fails", .help = "what happens to the rest of the queue",
		  .value = json_str(step, "ActionOnFailure", "CONTINUE"), .choices = on_failure },
		{ FIELD_CHOICE, "cluster", "cluster", .help = "where it runs", .choices = sheet_clusters(s, NULL),
		  .value = model_cluster_name(con->model, json_str(letter, "ClusterId", "")) },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .text = json_str(letter, "Message", NULL),
		.fields = fields, .n = 4, .verb = "show the plan", .summary = summary, .submit = submit,
		.cancel = sheet_free, .ctx = s });
	buf_free(&words);
}
