#include "views/once.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WAIT_MS 3000

static void size_of(const struct console_options *o, int *w, int *h)
{
	struct winsize ws;
	*w = 100;
	*h = 30;
	if (isatty(1) && !ioctl(1, TIOCGWINSZ, &ws) && ws.ws_col && ws.ws_row) {
		*w = ws.ws_col;
		*h = ws.ws_row - 1;
	}
	if (o->width > 0)
		*w = o->width;
	if (o->height > 0)
		*h = o->height;
}

/* What the screen shows, and what is always asked for. */
static struct live_interest interest(const struct console *con)
{
	struct live_interest want;
	struct view *v = console_top(con);
	memset(&want, 0, sizeof want);
	if (v)
		v->ops->want(v, &want);
	want.globals |= 1u << PART_CLUSTERS | 1u << PART_COST | 1u << PART_ALARMS;
	return want;
}

static bool has_come(const struct part *p)
{
	return p->unsupported || (p->asked && !p->pending && (!p->dirty || p->failures));
}

/* Everything that the screen shows has come, or was refused. */
static bool complete(const struct console *con)
{
	const struct model *m = con->model;
	const struct mcluster *mc = console_cluster(con);
	struct live_interest want = interest(con);
	if (m->link != LINK_LIVE && m->link != LINK_POLLING)
		return m->link == LINK_AWAY;
	for (int i = 0; i < PART_COUNT; i++)
		if (want.globals >> i & 1 && !has_come(&m->parts[i]))
			return false;
	for (int i = 0; mc && i < CPART_COUNT; i++)
		if (want.parts >> i & 1 && !has_come(&mc->parts[i]))
			return false;
	const struct metric_set *s = mc && want.graph ? metrics_peek(mc->metrics, want.instance, want.range) : NULL;
	return !s || !s->pending;
}

static void on_deadline(uv_timer_t *t)
{
	*(bool *)t->data = true;
}

static void wait_for_data(struct console *con)
{
	uv_timer_t deadline;
	bool over = false;
	deadline.data = &over;
	uv_timer_init(&con->loop, &deadline);
	uv_timer_start(&deadline, on_deadline, WAIT_MS, 0);
	while (!over && !complete(con))
		uv_run(&con->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&deadline, NULL);
	uv_run(&con->loop, UV_RUN_NOWAIT);
}

static void print(struct console *con, int w, int h, enum glyph_set set)
{
	struct canvas *c = canvas_new(w, h, set);
	canvas_env(c)->now_ms = console_now();
	console_draw(con, canvas_draw(c));
	for (int y = 0; y < h; y++) {
		char *line = canvas_text(c, y);
		puts(line);
		free(line);
	}
	canvas_free(c);
}

int once_run(struct console *con, struct error *err)
{
	enum glyph_set set;
	int w, h;
	int rc = glyphs_choose(con->options->glyphs, &set, err);
	if (rc)
		return rc;
	size_of(con->options, &w, &h);
	console_first_screens(con);
	con->live = live_new(con->client, con->model, con->cache, console_model_changed, con);
	console_touch(con);
	wait_for_data(con);
	print(con, w, h, set);
	if (con->model->link == LINK_AWAY && !con->model->parts[PART_CLUSTERS].fetched)
		return error_set(err, ERR_UNAVAILABLE, "%s", con->model->link_error);
	return 0;
}
