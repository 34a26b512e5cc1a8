#include "views/once.h"

#include <stdio.h>
#include <stdlib.h>
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

/* Everything that the screen shows has come, or was refused. */
static bool complete(const struct console *con)
{
	const struct model *m = con->model;
	const struct mcluster *mc = console_cluster(con);
	if (m->link != LINK_LIVE && m->link != LINK_POLLING)
		return m->link == LINK_AWAY;
	for (int i = 0; i <= PART_ALARMS; i++)
		if (i != PART_STATUS && (m->parts[i].pending || (!m->parts[i].asked && !m->parts[i].unsupported)))
			return false;
	if (!mc)
		return true;
	for (int i = 0; i < CPART_COUNT; i++)
		if (mc->parts[i].pending || (mc->parts[i].asked && mc->parts[i].dirty))
			return false;
	const struct metric_set *s = metrics_peek(mc->metrics, "", RANGE_HOUR);
	return mc->parts[CPART_STEPS].asked && (!s || !s->pending);
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
