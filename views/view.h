/* Screens: one file each, behind one struct of operations. A screen is opened on top of the one before and
 * closed by Esc; it reads the model, never asks for anything, and says by `want` what it shows, so that
 * the poller asks for exactly that. */
#ifndef VIEWS_VIEW_H
#define VIEWS_VIEW_H

#include "core/client/act.h"
#include "core/client/live.h"
#include "core/base/utf8.h"
#include "tui/ui.h"
#include "views/bindings.h"
#include "views/console.h"
#include "views/text.h"

struct console;
struct view;

struct view_ops {
	const char *name;                     /* "home"; also the command and the --screen word */
	/* arg: what followed the command, or an id; NULL for none. NULL: cannot be opened (said why). */
	struct view *(*open)(struct console *con, const char *arg);
	void (*close)(struct view *v);
	void (*draw)(struct view *v, struct draw d);
	/* Own actions; those of the console come after. */
	bool (*action)(struct view *v, int action, const char *arg);
	bool (*event)(struct view *v, const struct event *ev);            /* mouse; optional */
	const char *(*disabled)(struct view *v, int action);              /* optional */
	size_t (*scopes)(struct view *v, const struct bind_scope **out);  /* at most 3 */
	void (*want)(struct view *v, struct live_interest *want);
	void (*changed)(struct view *v);                                  /* the model is another; optional */
	struct table *(*table)(struct view *v);                           /* that `/` filters; optional */
	struct logview *(*log)(struct view *v);                           /* that `/` searches; optional */
	/* Ids of steps to act on; optional. */
	size_t (*steps)(struct view *v, const char **ids, size_t max);
	const char *(*selected)(struct view *v);                          /* id to copy; optional */
	const char *(*selected_group)(struct view *v);                    /* to scale; optional */
};

struct view {
	const struct view_ops *ops;
	struct console *con;
};

#define VIEW_DEPTH 16

/* The program's root. */
struct console {
	const struct console_options *options;
	uv_loop_t loop;
	struct app *app;                      /* NULL for --once */
	struct client *client;
	struct model *model;
	struct cache *cache;
	struct live *live;
	struct view *stack[VIEW_DEPTH];
	size_t depth;
	char cluster[MODEL_ID_SIZE];          /* the one at hand; "" while there is none */
	char wish[128];                       /* --cluster, not found yet */
	bool remembered;                      /* cluster is the last session's: not yet seen alive */
	char new_step[MODEL_ID_SIZE];         /* just added: to be selected once it is listed */
	char title[160];                      /* of the terminal window */
	size_t alarms_seen;
	bool log_wish;                        /* --log, not opened yet */
	bool show_ended;
	uv_timer_t unlock;                    /* locks again */
	bool quitting;
	void *pending_act;                    /* acts.c */
};

extern const struct view_ops view_home, view_cluster, view_steps, view_nodes, view_graphs, view_log,
	view_alarms, view_cost, view_events, view_scaling, view_spot, view_audit, view_letters,
	view_schedules, view_topics;

/* ---- console.c ---- */
struct view *console_top(const struct console *con);
void console_open(struct console *con, const struct view_ops *ops, const char *arg);
bool console_back(struct console *con);               /* false: that was the last screen */
void console_use(struct console *con, const char *cluster_id);  /* make it the cluster at hand */
struct mcluster *console_cluster(const struct console *con);    /* NULL when there is none */
/* Screen, interest and frame again: after something that a person did. */
void console_touch(struct console *con);
int64_t console_now(void);

/* ---- acts.c: plans, questions, results ---- */
/* Shows the plan, asks as the act demands, sends it, says what came of it. Takes a. */
void acts_run(struct console *con, struct act *a);
/* The same for the act of a form, as the value of its submit: the form stays open behind the plan, keeps what was typed
 * when the plan is left, shows why when the act is refused, and closes when it is done. */
const char *acts_run_form(struct console *con, struct act *a, const struct form *f);
/* The acts behind VA_TERMINATE, VA_CANCEL … on the cluster at hand; false: not an act. */
bool acts_action(struct console *con, int action, const char *arg);
const char *acts_disabled(const struct console *con, int action);

/* ---- forms ---- */
void form_create_open(struct console *con);
void form_step_open(struct console *con, const struct step *like);   /* like: filled in from it, or NULL */
void form_scale_open(struct console *con, const char *group_id);     /* NULL: the form asks which */
void form_group_open(struct console *con);

/* ---- log of a step ---- */
void log_open_step(struct console *con, const char *cluster, const char *step, const char *log);

/* ---- pane.c: frames with a name, an age and a reason ---- */
/* Draws the frame of a pane. note may be NULL. When the part's data is old the frame says how old, when it
 * could not be read it says why. */
struct draw pane_open(struct draw d, const struct console *con, const char *title, const char *note,
                      bool focus, const struct part *p);
/* Greys what was drawn in an old pane. */
void pane_close(struct draw inner, const struct console *con, const struct part *p);
bool pane_stale(const struct console *con, const struct part *p);
/* Why there is nothing to see: loading, an error, or not offered by the other side; NULL: data is there. */
const char *pane_reason(const struct console *con, const struct part *p, char *out, size_t size);
/* Greyed sentence in the middle of an empty pane. */
void pane_say(struct draw d, const char *text);

/* ---- header.c ---- */
void header_draw(const struct console *con, struct draw d);
void alarm_line_draw(const struct console *con, struct draw d);  /* the worst alarm, in one line */

#endif
