/* The top line: where we are, what it costs, what is wrong, and how fresh all of it is. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "views/view.h"

static size_t live_clusters(const struct model *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->clusters.len; i++)
		n += !cluster_state_ended(m->clusters.items[i]->c->state);
	return n;
}

/* Worst severity of the alarms decides their colour. */
static style_t alarm_style(const struct model *m)
{
	return model_alarms_open(m) && (!strcmp(m->alarms.items[0].severity, "CRITICAL") ||
	                         !strcmp(m->alarms.items[0].severity, "ERROR"))
	               ? ROLE_ERROR
	               : ROLE_WARN;
}

static void link_text(const struct console *con, const struct glyphs *g, char *out, size_t size,
                      style_t *st)
{
	const struct model *m = con->model;
	const char *op;
	double left;
	char age[16];
	clock_age(console_now() - m->link_heard, age, sizeof age);
	switch (m->link) {
	case LINK_LIVE:
		*st = ROLE_OK;
		snprintf(out, size, "%s live", g->dot);
		break;
	case LINK_POLLING:
		*st = ROLE_OK;
		left = con->live ? live_budget(con->live, &op) : 1;
		if (left < 0.5)
			snprintf(out, size, "%s %s ago, budget %.0f%%", g->ring, age, left * 100);
		else
			snprintf(out, size, "%s %s ago", g->ring, age);
		break;
	case LINK_AWAY:
		*st = ROLE_ERROR;
		if (m->link_refused)
			snprintf(out, size, "%s refused", g->fail);
		else if (m->link_heard)
			snprintf(out, size, "%s no answer for %s", g->fail, age);
		else
			snprintf(out, size, "%s no answer", g->fail);
		break;
	case LINK_STARTING:
		*st = ROLE_WAIT;
		snprintf(out, size, "%s starting the server", g->wait);
		break;
	default:
		*st = ROLE_WAIT;
		snprintf(out, size, "%s connecting", g->wait);
	}
}

/* Right end; gives the columns it took. */
static int draw_right(const struct console *con, struct draw d)
{
	const struct glyphs *g = draw_glyphs(d);
	char link[64], clock[32];
	style_t st;
	int w = draw_w(d), x = w - 1;
	text_clock(console_now(), w >= 100, clock, sizeof clock);
	link_text(con, g, link, sizeof link, &st);
	if (w >= 60) {
		x -= utf8_width(clock);
		draw_text(d, x, 0, ROLE_DIM, clock);
		x -= 2;
	}
	x -= utf8_width(link);
	draw_text(d, x, 0, st, link);
	if (con->app && app_read_only(con->app) && w >= 70) {
		x -= 11;
		draw_text(d, x, 0, ROLE_WARN, "read-only");
	}
	return w - x;
}

static int put(struct draw d, int x, int end, style_t st, const char *text)
{
	int n = utf8_width(text);
	if (x + n > end)
		return x;
	draw_text(d, x, 0, st, text);
	return x + n + 2;
}

static void draw_left(const struct console *con, struct draw d, int end)
{
	const struct model *m = con->model;
	const struct glyphs *g = draw_glyphs(d);
	char text[64], money[32];
	size_t n = live_clusters(m);
	int x = put(d, 1, end, ROLE_ACCENT, "stoker");
	x = put(d, x, end, ROLE_STRONG, client_name(con->client));
	if (m->parts[PART_CLUSTERS].fetched) {
		snprintf(text, sizeof text, "%zu %s", n, n == 1 ? "cluster" : "clusters");
		x = put(d, x, end, ROLE_TEXT, text);
	}
	size_t open = model_alarms_open(m);
	if (open) {
		snprintf(text, sizeof text, "%s %zu %s", g->warn, open, open == 1 ? "alarm" : "alarms");
		x = put(d, x, end, alarm_style(m), text);
	}
	if (m->cost_known) {
		x = put(d, x, end, ROLE_MONEY,
		        text_rate(m->cost_per_hour, m->cost_unknown_rate, g, text, sizeof text));
		snprintf(text, sizeof text, "today %s",
		         text_money(m->cost_today, m->cost_unknown_rate, g, money, sizeof money));
		put(d, x, end, ROLE_TEXT, text);
	}
}

void header_draw(const struct console *con, struct draw d)
{
	d = draw_on(d, SURF_BAR);
	draw_fill(d, (struct rect){ 0, 0, draw_w(d), 1 }, ROLE_TEXT);
	int right = draw_right(con, d);
	draw_left(con, d, draw_w(d) - right - 1);
}

void alarm_line_draw(const struct console *con, struct draw d)
{
	const struct model *m = con->model;
	if (draw_h(d) < 1)
		return;
	/* While nobody answers, why is what matters. */
	if (m->link == LINK_AWAY && *m->link_error) {
		int at = 1 + draw_text(d, 1, 0, ROLE_ERROR, draw_glyphs(d)->fail) + 1;
		draw_cell(d, at, 0, draw_w(d) - at - 1, ALIGN_LEFT, ROLE_ERROR, m->link_error);
		return;
	}
	if (!m->alarms.len)
		return;
	const struct malarm *a = &m->alarms.items[0];
	size_t more = model_alarms_open(m) - !a->acknowledged;
	const struct mcluster *mc = model_cluster(m, a->cluster_id);
	struct state_look look = look_severity(draw_glyphs(d), a->severity);
	int x = 1 + draw_text(d, 1, 0, look.style, look.sign) + 1;
	if (mc)
		x += draw_textf(d, x, 0, ROLE_STRONG, "%s: ", cluster_label(mc->c));
	x += draw_text(d, x, 0, look.style, a->title) + 2;
	if (a->acknowledged)
		x += draw_text(d, x, 0, ROLE_DIM, "(acknowledged)") + 2;
	if (more)
		x += draw_textf(d, x, 0, ROLE_DIM, "+%zu more", more) + 2;
	draw_hit(d, (struct rect){ 0, 0, draw_w(d), 1 }, VA_CAUSE, 0);
	if (a->hint && *a->hint && draw_w(d) - x > 12)
		draw_cell(d, x, 0, draw_w(d) - x - 1, ALIGN_LEFT, ROLE_DIM, a->hint);
}
