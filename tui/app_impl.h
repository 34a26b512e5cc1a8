/* Inside of the app; for app*.c, prompt.c, dialogs and forms. */
#ifndef TUI_APP_IMPL_H
#define TUI_APP_IMPL_H

#include "core/base/map.h"
#include "core/base/mem.h"
#include "tui/app.h"
#include "tui/input.h"

#define APP_SCOPES_MAX 16
#define APP_MESSAGES 64

struct overlay {
	const struct overlay_ops *ops;
	void *self;
};

struct app_message {
	enum message_level level;
	int64_t at_ms;
	char *text;
};

struct app {
	uv_loop_t *loop;
	const struct app_ops *ops;
	void *ctx;
	void (*tiny)(void *ctx, struct draw d);
	struct sink *sink;
	struct input *input;
	struct canvas *canvas;
	struct theme *theme;
	struct keymap *keymap;
	uv_prepare_t prepare;
	uv_timer_t escape, pace, tick, hold, message;
	int handles;
	bool dirty, running, mouse, read_only, terminal_gone;
	int status, tick_ms;
	int64_t frame_us;                      /* when the last frame was drawn */
	int64_t key_us;                        /* when the last key came; 0: never */
	VEC(struct overlay) overlays, dead;    /* dead: popped, freed before the loop sleeps */
	struct app_message messages[APP_MESSAGES];
	unsigned forms;                        /* ever opened */
	size_t n_messages;                     /* ever; slot is modulo */
	int64_t message_us;                    /* monotonic time of the last one shown; 0: none shown */
	struct map *history;                   /* prompt name → struct history * (prompt.c) */
	char *history_file;
};

/* app.c */
extern const struct sink_calls app_sink_calls;
void app_frame(struct app *a);                 /* draw and send now; the sink must be idle */
void app_prepare(uv_prepare_t *p);

/* app_line.c: the last line. */
void app_line_draw(struct app *a, struct draw d);
size_t app_scopes(struct app *a, const struct bind_scope **out, size_t max);
/* app_command.c: what the app does by itself; false: not its. */
bool app_builtin(struct app *a, int action, const char *arg);
void app_command(struct app *a, const char *line);
void app_messages_open(struct app *a);
void app_command_open(struct app *a);
/* prompt.c */
bool prompt_is_top(const struct app *a);
void prompt_line_draw(struct app *a, struct draw d);
void history_free(void *h);
void history_load(struct app *a);

#endif
