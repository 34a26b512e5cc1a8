#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "views/view.h"

#define STALE_MS 45000

static bool link_lost(const struct console *con)
{
	return con->model->link == LINK_AWAY || con->model->link == LINK_STARTING;
}

bool pane_stale(const struct console *con, const struct part *p)
{
	if (!p || p->unsupported || !p->fetched)
		return false;
	if (p->cached || p->failures || link_lost(con))
		return true;
	/* While changes are told, old data that nobody called outdated is true. */
	return con->model->link == LINK_POLLING && console_now() - p->fetched > STALE_MS * 2;
}

static void stale_note(const struct console *con, const struct part *p, const char *note, char *out,
                       size_t size)
{
	char age[16];
	int64_t since = p->fetched;
	/* Until the connection broke we would have been told of any change. */
	if (!p->cached && !p->failures && con->model->link_heard > since)
		since = con->model->link_heard;
	clock_age(console_now() - since, age, sizeof age);
	snprintf(out, size, "%s%s%s old", note ? note : "", note && *note ? "  " : "", age);
}

struct draw pane_open(struct draw d, const struct console *con, const char *title, const char *note,
                      bool focus, const struct part *p)
{
	char text[200];
	if (pane_stale(con, p)) {
		stale_note(con, p, note, text, sizeof text);
		note = text;
	}
	struct draw in = draw_box(d, title, note, focus);
	return in;
}

void pane_close(struct draw inner, const struct console *con, const struct part *p)
{
	if (pane_stale(con, p))
		draw_restyle(inner, (struct rect){ 0, 0, draw_w(inner), draw_h(inner) }, inner.surface,
		             ROLE_STALE);
}

const char *pane_reason(const struct console *con, const struct part *p, char *out, size_t size)
{
	if (p->fetched)
		return NULL;
	if (p->unsupported)
		snprintf(out, size, "not offered by %s", client_name(con->client));
	else if (*p->error)
		snprintf(out, size, "%s", p->error);
	else if (con->model->link == LINK_AWAY)
		snprintf(out, size, "%s", con->model->link_error);
	else if (con->model->link == LINK_STARTING)
		snprintf(out, size, "starting the server");
	else
		snprintf(out, size, "asking %s", client_name(con->client));
	return out;
}

void pane_say(struct draw d, const char *text)
{
	int w = draw_w(d), h = draw_h(d);
	if (w < 4 || h < 1)
		return;
	int lines = text_lines(text, w - 2);
	if (lines > h)
		lines = h;
	int y = (h - lines) / 2;
	if (lines == 1) {
		int x = (w - utf8_width(text)) / 2;
		draw_text(d, x > 0 ? x : 0, y, ROLE_DIM, text);
	} else {
		draw_paragraph(d, 1, y, w - 2, lines, ROLE_DIM, text);
	}
}
