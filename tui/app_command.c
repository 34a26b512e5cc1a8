/* What the app does by itself, and the `:` line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/fs.h"
#include "core/base/utf8.h"
#include "tui/app_impl.h"
#include "tui/dialog.h"
#include "tui/prompt.h"

static void set_theme(struct app *a, const char *name)
{
	struct error err = ERROR_INIT;
	struct theme *t = theme_new();
	if (!name || !*name) {
		app_message(a, MESSAGE_WARN, "theme needs a name: dark, light, contrast, colorblind, mono");
		theme_free(t);
	} else if (theme_load(t, name, &err)) {
		app_error(a, &err);
		theme_free(t);
	} else {
		theme_free(a->theme);
		a->theme = t;
		sink_theme(a->sink, t);
	}
}

static void set_lean(struct app *a, const char *arg)
{
	bool on = arg && strcmp(arg, "on") == 0, off = arg && strcmp(arg, "off") == 0;
	sink_force_lean(a->sink, on ? 1 : off ? 0 : -1);
	app_message(a, MESSAGE_INFO, "drawing for slow links: %s", on ? "on" : off ? "off" : "when needed");
}

static void dump(struct app *a, const char *path)
{
	struct error err = ERROR_INIT;
	struct buf b = BUF_INIT;
	if (!path || !*path) {
		app_message(a, MESSAGE_WARN, "dump needs a file name");
		return;
	}
	for (int y = 0; y < canvas_height(a->canvas) - 1; y++) {
		char *line = canvas_text(a->canvas, y);
		buf_addf(&b, "%s\n", line);
		free(line);
	}
	if (fs_write_atomic(path, buf_str(&b), b.len, 0644, &err))
		app_error(a, &err);
	else
		app_message(a, MESSAGE_OK, "screen written to %s", path);
	buf_free(&b);
}

bool app_builtin(struct app *a, int action, const char *arg)
{
	switch (action) {
	case ACT_HELP: help_open(a); return true;
	case ACT_COMMAND: app_command_open(a); return true;
	case ACT_CLOSE:
	case ACT_QUIT: app_quit(a, 0); return true;
	case ACT_REDRAW: sink_repaint(a->sink); return true;
	case ACT_SUSPEND: sink_suspend(a->sink); return true;
	case ACT_MESSAGES: app_messages_open(a); return true;
	case ACT_THEME: set_theme(a, arg); return true;
	case ACT_LEAN: set_lean(a, arg); return true;
	case ACT_DUMP: dump(a, arg); return true;
	case ACT_MOUSE:
		a->mouse = !a->mouse;
		sink_mouse(a->sink, a->mouse);
		app_message(a, MESSAGE_INFO, "mouse %s", a->mouse ? "on" : "off");
		return true;
	}
	return false;
}

void app_command(struct app *a, const char *line)
{
	const struct bind_scope *scopes[APP_SCOPES_MAX];
	size_t n = app_scopes(a, scopes, APP_SCOPES_MAX);
	char word[64];
	while (*line == ' ')
		line++;
	size_t len = strcspn(line, " ");
	snprintf(word, sizeof word, "%.*s", (int)len, line);
	const char *rest = line + len + strspn(line + len, " ");
	if (!*word)
		return;
	const struct binding *b = keymap_named(scopes, n, word);
	if (b && (!*rest || (b->flags & BIND_ARGS)))
		app_do(a, b->action, *rest ? rest : NULL);
	else if (!a->ops->command || !a->ops->command(a->ctx, word, rest))
		app_message(a, MESSAGE_ERROR, b ? "%s takes no words after it" :
		            "there is no command '%s'; ? lists them all", word);
}

struct offer {
	struct app *a;
	const char *text;
	void (*add)(void *arg, const char *line, const char *note);
	void *arg;
};

static void offer_line(void *arg, const char *line)
{
	struct offer *o = arg;
	if (strncasecmp(line, o->text, strlen(o->text)) == 0)
		o->add(o->arg, line, "");
}

static void offer_theme(struct offer *o)
{
	static const char *const names[] = { "dark", "light", "contrast", "colorblind", "mono" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char line[64];
		snprintf(line, sizeof line, "theme %s", names[i]);
		offer_line(o, line);
	}
}

static void command_complete(void *ctx, const char *text,
                             void (*add)(void *arg, const char *line, const char *note), void *arg)
{
	struct app *a = ctx;
	struct offer o = { a, text, add, arg };
	const struct bind_scope *scopes[APP_SCOPES_MAX];
	size_t n = app_scopes(a, scopes, APP_SCOPES_MAX), len = strlen(text);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < scopes[i]->n; j++) {
			const struct binding *b = &scopes[i]->items[j];
			if (!(b->flags & BIND_HIDDEN) && strncasecmp(b->name, text, len) == 0)
				add(arg, b->name, b->help);
		}
	if (strncmp(text, "theme ", 6) == 0)
		offer_theme(&o);
	if (a->ops->complete)
		a->ops->complete(a->ctx, text, offer_line, &o);
}

static void command_submit(void *ctx, const char *text)
{
	app_command(ctx, text);
}

void app_command_open(struct app *a)
{
	struct prompt p = {
		.label = ":", .history = "command", .complete = command_complete, .submit = command_submit, .ctx = a
	};
	prompt_open(a, &p);
}
