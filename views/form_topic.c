/* The form of a topic: a name that alarms, budgets, schedules and policies tell, and where it leads. */
#include <stdio.h>
#include <string.h>

#include "views/forms.h"
#include "views/sheet.h"

static const char *const ways[] = { "web hook", "command", "e-mail", NULL };
static const char *const members[] = { "Webhook", "Command", "Email" };

static int way_of(const struct form *f)
{
	for (int i = 0; ways[i]; i++)
		if (!strcmp(ways[i], form_text(f, "way")))
			return i;
	return 0;
}

static bool by_hook(void *ctx, const struct form *f)
{
	(void)ctx;
	return way_of(f) == 0;
}

static bool by_command(void *ctx, const struct form *f)
{
	(void)ctx;
	return way_of(f) == 1;
}

static bool by_mail(void *ctx, const struct form *f)
{
	(void)ctx;
	return way_of(f) == 2;
}

static const char *check_url(void *ctx, const char *v)
{
	(void)ctx;
	return strncmp(v, "http://", 7) && strncmp(v, "https://", 8) ? "begins with https:// or http://" : NULL;
}

static const char *check_mail(void *ctx, const char *v)
{
	const char *at = strchr(v, '@');
	(void)ctx;
	return !at || at == v || !at[1] || strpbrk(v, " \t") ? "an address, as oncall@example.org" : NULL;
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	const char *member = members[way_of(f)], *value = form_text(f, member);
	if (!*value) {
		*field = member;
		return "say where it leads";
	}
	cJSON *in = json_add_str(cJSON_CreateObject(), "TopicName", form_text(f, "name"));
	return sheet_done(s, f, act_put_topic(json_add_str(in, member, value), s->was));
}

void form_topic_open(struct console *con, const cJSON *was)
{
	struct sheet *s = sheet_new(con, was, json_str(was, "TopicName", ""));
	int way = json_str(was, "Email", NULL) ? 2 : json_str(was, "Command", NULL) ? 1 : 0;
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "one with this name is replaced", .required = true,
		  .value = json_str(was, "TopicName", ""), .check = check_word },
		{ FIELD_CHOICE, "way", "leads to", .help = "how the message is delivered", .choices = ways,
		  .value = ways[way] },
		{ FIELD_TEXT, "Webhook", "URL", .help = "the message is posted there as JSON",
		  .value = json_str(was, "Webhook", "https://"), .check = check_url, .shown = by_hook },
		{ FIELD_TEXT, "Command", "command", .help = "a shell line of the server; the message comes on its stdin",
		  .value = json_str(was, "Command", ""), .shown = by_command },
		{ FIELD_TEXT, "Email", "address", .help = "needs a sendmail on the server's machine",
		  .value = json_str(was, "Email", ""), .check = check_mail, .shown = by_mail },
	};
	form_open(con->app, &(struct form_spec){ .title = was ? "Change a topic" : "New topic",
		.text = "Alarms, budgets, schedules and scaling tell whoever is behind it.", .fields = fields, .n = 5,
		.verb = "show the plan", .submit = submit, .cancel = sheet_free, .ctx = s });
}
