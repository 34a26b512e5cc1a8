/* Bars, gauges, sparklines and heat squares. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/graph.h"

static double clamp(double v)
{
	return isnan(v) || v < 0 ? 0 : v > 1 ? 1 : v;
}

void bar_draw(struct draw d, int x, int y, int w, double ratio, style_t st)
{
	const struct glyphs *g = draw_glyphs(d);
	if (w <= 0)
		return;
	int eighths = (int)lround(clamp(ratio) * w * 8);
	if (clamp(ratio) > 0 && eighths == 0)
		eighths = 1;
	for (int i = 0; i < w; i++) {
		int here = eighths - i * 8;
		if (here >= 8)
			draw_text(d, x + i, y, st, g->bar[8]);
		else if (here > 0 && strcmp(g->bar[here], " ") != 0)
			draw_text(d, x + i, y, st, g->bar[here]);
		else
			draw_text(d, x + i, y, ROLE_TRACK, g->track);
	}
}

style_t bar_style(double ratio, double warn, double crit)
{
	if (isnan(ratio))
		return ROLE_FAINT;
	return ratio >= crit ? ROLE_HIGH : ratio >= warn ? ROLE_MID : ROLE_LOW;
}

void gauge_draw(struct draw d, int x, int y, int w, const char *label, double ratio, style_t st,
                const char *text)
{
	int lw = label && *label ? utf8_width(label) + 1 : 0, tw = text && *text ? utf8_width(text) + 1 : 0;
	if (lw)
		draw_cell(d, x, y, lw < w ? lw : w, ALIGN_LEFT, ROLE_DIM, label);
	if (w - lw - tw >= 3)
		bar_draw(d, x + lw, y, w - lw - tw, ratio, st);
	if (tw && w > lw)
		draw_cell(d, x + (w - tw > lw ? w - tw : lw), y, w - lw < tw ? w - lw : tw, ALIGN_RIGHT, st, text);
}

void bar_stack_draw(struct draw d, int x, int y, int w, const double *shares, const style_t *st, size_t n)
{
	static const char marks[] = "#=+:%*o.";
	const struct glyphs *g = draw_glyphs(d);
	double sum = 0;
	int at = 0;
	for (size_t i = 0; i < n; i++) {
		char sign[2] = { marks[i & 7], '\0' };
		sum += clamp(shares[i]);
		int to = (int)lround(clamp(sum) * w);
		for (; at < to; at++)
			draw_text(d, x + at, y, st[i], g->set == GLYPHS_ASCII ? sign : g->bar[8]);
	}
	for (; at < w; at++)
		draw_text(d, x + at, y, ROLE_TRACK, g->track);
}

char *spark_text(const struct glyphs *g, const double *v, size_t n, int w, double max, char *out,
                 size_t size)
{
	size_t from = n > (size_t)(w < 0 ? 0 : w) ? n - (size_t)w : 0, len = 0;
	*out = '\0';
	for (size_t i = from; i < n && max <= 0; i++)
		if (!isnan(v[i]) && v[i] > -max)
			max = -v[i];
	max = max < 0 ? -max : max;
	int pad = w - (int)(n - from);
	for (int i = 0; i < pad && len + 2 < size; i++)
		out[len++] = ' ';
	for (size_t i = from; i < n; i++) {
		int level = isnan(v[i]) ? 0 : max > 0 ? 1 + (int)lround(clamp(v[i] / max) * 7) : 1;
		size_t k = strlen(g->level[level]);
		if (len + k + 1 > size)
			break;
		memcpy(out + len, g->level[level], k);
		len += k;
	}
	out[len < size ? len : size - 1] = '\0';
	return out;
}

void heat_draw(struct draw d, int x, int y, int w, double load, bool down)
{
	static const char ascii[] = "x.-=#@";
	static const uint32_t shade[] = { 0x2715, 0x2591, 0x2592, 0x2593, 0x2588, 0x2588 };
	static const style_t styles[] = { ROLE_ERROR, ROLE_LOW, ROLE_LOW, ROLE_MID, ROLE_MID, ROLE_HIGH };
	enum glyph_set set = draw_glyphs(d)->set;
	int bucket = down ? 0 : isnan(load) || load < 0.25 ? 1 : load < 0.5 ? 2 : load < 0.75 ? 3 : load <= 1 ? 4 : 5;
	uint32_t cp = set == GLYPHS_ASCII ? (uint32_t)ascii[bucket] : shade[bucket];
	if (set == GLYPHS_BLOCK && bucket == 0)
		cp = 'x';
	for (int i = 0; i < w; i++)
		draw_glyph(d, x + i, y, styles[bucket], cp);
}
