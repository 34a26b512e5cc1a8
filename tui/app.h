/* The application loop: terminal, events, overlays and the frame, on the program's libuv loop.
 *
 * The program draws its whole screen in one function, when asked; whoever changes what is shown calls
 * app_dirty(). A frame is drawn before the loop sleeps, when something is dirty and the last frame has left,
 * at most 30 times a second; all keys that wait are handled first. Nothing dirty, no timers asked for: no
 * wakeups. The last line of the screen is the app's: prompt, message or key hints; the rest is the program's.
 *
 * A key goes to: the top overlay (dialogs, forms, help: they take everything), else ops->event, else the
 * bindings of the active scopes and of bind_global; the action found goes to ops->action unless
 * ops->disabled gives a reason, which is then shown. ACT_HELP, ACT_COMMAND, ACT_REDRAW, ACT_SUSPEND,
 * ACT_MOUSE, ACT_MESSAGES, ACT_THEME, ACT_LEAN and ACT_DUMP are done by the app when ops->action does not
 * take them; so are ACT_QUIT and ACT_CLOSE (which leaves too). ACT_BACK and ACT_FILTER are always the
 * program's. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <uv.h>

#include "core/base/error.h"
#include "tui/bindings.h"
#include "tui/draw.h"
#include "tui/keys.h"
#include "tui/sink.h"

struct app;

struct app_ops {
	/* Draw everything into d: the screen without its last line. */
	void (*draw)(void *ctx, struct draw d);
	/* Active scopes, innermost first; gives how many (at most max). */
	size_t (*scopes)(void *ctx, const struct bind_scope **out, size_t max);
	/* Do it; arg is what followed the name in `:name arg`, else NULL. False: not mine. */
	bool (*action)(void *ctx, int action, const char *arg);
	/* Why an action cannot be done now, as a sentence; NULL: it can. Optional. */
	const char *(*disabled)(void *ctx, int action);
	/* Events before the bindings see them (mouse, keys); optional. */
	bool (*event)(void *ctx, const struct event *ev);
	/* `:word rest` that names no binding; false: unknown. Optional. */
	bool (*command)(void *ctx, const char *word, const char *rest);
	/* Offer completions for a `:` line that starts with text: call add for each whole line. Optional. */
	void (*complete)(void *ctx, const char *text, void (*add)(void *arg, const char *line), void *arg);
	/* A line from a hit area that draw_hit registered with an action > 0 and arg; optional: without it a
	 * click acts as the action with arg NULL. */
	bool (*clicked)(void *ctx, int action, int arg);
};

struct app_options {
	struct sink_options sink;
	const char *theme;          /* NULL: $STOKER_THEME, else dark */
	const char *keys_file;      /* NULL: $XDG_CONFIG_HOME/stoker/keys.conf */
	const char *history_file;   /* prompt histories; NULL: kept in memory only */
	bool read_only;
};

/* Opens the terminal. Wrong theme, colour or key settings are errors here, before the screen changes. */
int app_new(struct app **out, uv_loop_t *loop, const struct app_options *o, const struct app_ops *ops,
            void *ctx, struct error *err);
/* Paints the first frame at once, then runs the loop until app_quit; gives the exit status (129 when the
 * terminal went away). */
int app_run(struct app *a);
void app_free(struct app *a);
void app_quit(struct app *a, int status);

/* The one line that says the most, for windows smaller than APP_TINY_W x APP_TINY_H, where ops->draw is not
 * called then. Without it draw gets what there is. */
#define APP_TINY_W 20
#define APP_TINY_H 4
void app_tiny(struct app *a, void (*draw)(void *ctx, struct draw d));

void app_dirty(struct app *a);
/* Make dirty every ms milliseconds (0: never; the default): the one timer that clocks on screen need. Kept
 * to multiples of ms of the wall clock, so that seconds turn over on time. */
void app_tick(struct app *a, int ms);
/* Rows must keep their order now (DESIGN: a dialog is open, or a key less than 1 s ago). */
bool app_hold(const struct app *a);
struct keymap *app_keymap(struct app *a);
struct sink *app_sink(struct app *a);
bool app_read_only(const struct app *a);
void app_set_read_only(struct app *a, bool on);
/* Do an action as if its key was pressed (reasons and read-only checked). */
void app_do(struct app *a, int action, const char *arg);

/* ---- messages: shown in the last line for some seconds, kept for ACT_MESSAGES ---- */
enum message_level { MESSAGE_INFO, MESSAGE_OK, MESSAGE_WARN, MESSAGE_ERROR };
void app_message(struct app *a, enum message_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void app_error(struct app *a, const struct error *err);   /* message, why and hint in one line */

/* ---- overlays: modal things above the screen; the last pushed gets all events ---- */
struct overlay_ops {
	void (*draw)(void *self, struct app *a, struct draw d);   /* d: the screen without its last line */
	void (*event)(void *self, struct app *a, const struct event *ev);
	void (*free)(void *self);
	/* Hint line while it is on top: pairs "key\0words\0…", ended by an empty key; NULL: none. */
	const char *(*hints)(void *self);
	bool paste;                                               /* takes text: switch bracketed paste on */
};
void app_push(struct app *a, const struct overlay_ops *ops, void *self);   /* takes self */
/* Close the top overlay, which must be self. Safe from inside its own event function: it is freed later. */
void app_pop(struct app *a, void *self);

#endif
