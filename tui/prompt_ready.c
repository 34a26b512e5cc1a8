/* Ready-made prompts: filter a table, search a log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/logview.h"
#include "tui/prompt.h"
#include "tui/table.h"

struct filtering {
	struct app *a;
	struct table *t;
	char *before;
	char hint[160];
};

static const char *filter_changed(void *ctx, const char *text)
{
	struct filtering *f = ctx;
	struct error err = ERROR_INIT;
	if (table_filter(f->t, text, &err)) {
		snprintf(f->hint, sizeof f->hint, "%.150s", err.message);
		return f->hint;
	}
	return NULL;
}

static void filtering_free(struct filtering *f)
{
	free(f->before);
	free(f);
}

static void filter_submit(void *ctx, const char *text)
{
	struct filtering *f = ctx;
	struct error err = ERROR_INIT;
	if (table_filter(f->t, text, &err)) {
		table_filter(f->t, f->before, NULL);
		app_error(f->a, &err);
	}
	filtering_free(f);
}

static void filter_cancel(void *ctx)
{
	struct filtering *f = ctx;
	table_filter(f->t, f->before, NULL);
	filtering_free(f);
}

void prompt_filter_table(struct app *a, struct table *t)
{
	struct filtering *f = xcalloc(1, sizeof *f);
	f->a = a;
	f->t = t;
	f->before = xstrdup(table_filter_text(t));
	struct prompt p = {
		.label = "/", .initial = f->before, .history = "filter", .changed = filter_changed,
		.submit = filter_submit, .cancel = filter_cancel, .ctx = f
	};
	prompt_open(a, &p);
}

struct searching {
	struct app *a;
	struct logview *v;
};

static void search_submit(void *ctx, const char *text)
{
	struct searching *s = ctx;
	struct error err = ERROR_INIT;
	struct logview_state st;
	if (logview_search(s->v, text, &err)) {
		app_error(s->a, &err);
	} else if (*text) {
		logview_state(s->v, &st);
		if (st.matches == 0)
			app_message(s->a, MESSAGE_WARN, "'%s' is not in this log", text);
	}
	free(s);
}

static void search_cancel(void *ctx)
{
	free(ctx);
}

void prompt_search_log(struct app *a, struct logview *v)
{
	struct searching *s = xcalloc(1, sizeof *s);
	s->a = a;
	s->v = v;
	struct prompt p = {
		.label = "/", .history = "search", .submit = search_submit, .cancel = search_cancel, .ctx = s
	};
	prompt_open(a, &p);
}
