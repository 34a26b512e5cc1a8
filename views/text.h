/* How the model's values look on screen: signs and roles of states, amounts, ages. Every state has a sign
 * as well as a colour, so that nothing depends on colour alone. */
#ifndef VIEWS_TEXT_H
#define VIEWS_TEXT_H

#include "core/client/model.h"
#include "tui/draw.h"

struct state_look {
	const char *sign;      /* one cell, in the set of glyphs */
	style_t style;
};

struct state_look look_cluster(const struct glyphs *g, const struct cluster *c);
struct state_look look_step(const struct glyphs *g, enum step_state s);
struct state_look look_instance(const struct glyphs *g, enum instance_state s);
struct state_look look_group(const struct glyphs *g, enum group_state s);
struct state_look look_severity(const struct glyphs *g, const char *severity);

/* All give out. */
char *text_money(double usd, bool lower_bound, const struct glyphs *g, char *out, size_t size);
char *text_rate(double usd_h, bool lower_bound, const struct glyphs *g, char *out, size_t size);
char *text_count(int64_t n, char *out, size_t size);         /* "3.0M", "812" */
char *text_bytes(double n, char *out, size_t size);          /* "1.2 GiB" */
char *text_date(int64_t ms, char *out, size_t size);         /* "Fri 12:41:07", or with the day when older */
char *text_day(int64_t ms, int64_t now, char *out, size_t size);  /* "Fri 12:41:07", "Nov 03 12:41" when further */
char *text_when(int64_t ms, int64_t now, char *out, size_t size); /* "2026-11-20 12:41:07 UTC (3h ago)" */
char *text_clock(int64_t ms, bool zone, char *out, size_t size);  /* "Fri 12:41:07 UTC": all times are of this zone */
char *text_size(const struct mcluster *mc, char *out, size_t size);  /* "1+2+4": master, core, task */
/* Elapsed time of a step or cluster: from start to its end, or to now. "" when it has not begun. */
char *text_elapsed(const struct timeline *t, int64_t now, char *out, size_t size);
int64_t step_elapsed(const struct step *s, int64_t now);      /* ms; -1 not started */
/* "62%  stmt 2/3  3.0M -> 2.9M rows": what is known of a step's progress; "" for nothing. */
char *text_progress(const struct step_progress *p, const struct glyphs *g, char *out, size_t size);
/* The step's own command, in one line. */
char *text_args(const struct step *s, char *out, size_t size);
/* The name, or the id when it has none. */
const char *cluster_label(const struct cluster *c);

#endif
