/* From opening to freeing the app, and its small doors. */
#include <stdlib.h>

#include "tui/app_impl.h"

static char *config_path(const char *name)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	return xdg && *xdg ? xasprintf("%s/stoker/%s", xdg, name) :
	                     xasprintf("%s/.config/stoker/%s", home ? home : "", name);
}

static int load_settings(struct app *a, const struct app_options *o, struct error *err)
{
	const char *theme = o->theme ? o->theme : getenv("STOKER_THEME");
	char *keys = o->keys_file ? xstrdup(o->keys_file) : config_path("keys.conf");
	int rc = theme && *theme ? theme_load(a->theme, theme, err) : 0;
	if (!rc)
		rc = keymap_load(a->keymap, keys, err);
	free(keys);
	return rc;
}

static void start_handles(struct app *a)
{
	uv_timer_t *timers[] = { &a->escape, &a->pace, &a->tick, &a->hold, &a->message };
	uv_prepare_init(a->loop, &a->prepare);
	a->prepare.data = a;
	for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
		uv_timer_init(a->loop, timers[i]);
		timers[i]->data = a;
	}
	a->handles = 6;
	uv_prepare_start(&a->prepare, app_prepare);
}

int app_new(struct app **out, uv_loop_t *loop, const struct app_options *o, const struct app_ops *ops,
            void *ctx, struct error *err)
{
	struct app *a = xcalloc(1, sizeof *a);
	a->loop = loop;
	a->ops = ops;
	a->ctx = ctx;
	a->read_only = o->read_only;
	a->mouse = o->sink.mouse;
	a->theme = theme_new();
	a->keymap = keymap_new();
	a->input = input_new();
	a->history = map_new();
	a->history_file = xstrdup(o->history_file);
	int w, h, rc = load_settings(a, o, err);
	if (!rc)
		rc = sink_open(&a->sink, loop, &o->sink, &app_sink_calls, a, err);
	if (rc) {
		app_free(a);
		return rc;
	}
	sink_theme(a->sink, a->theme);
	sink_size(a->sink, &w, &h);
	a->canvas = canvas_new(w, h, sink_glyphs(a->sink));
	start_handles(a);
	*out = a;
	return 0;
}

int app_run(struct app *a)
{
	a->running = !a->terminal_gone;
	if (a->running)
		app_frame(a);
	history_load(a);
	while (a->running)
		uv_run(a->loop, UV_RUN_ONCE);
	return a->status;
}

void app_quit(struct app *a, int status)
{
	a->running = false;
	a->status = status;
}

static void free_rest(struct app *a)
{
	for (size_t i = 0; i < a->overlays.len; i++)
		vec_push(&a->dead, a->overlays.items[i]);
	for (size_t i = 0; i < a->dead.len; i++)
		if (a->dead.items[i].ops->free)
			a->dead.items[i].ops->free(a->dead.items[i].self);
	vec_free(&a->overlays);
	vec_free(&a->dead);
	for (size_t i = 0; i < APP_MESSAGES; i++)
		free(a->messages[i].text);
	canvas_free(a->canvas);
	theme_free(a->theme);
	keymap_free(a->keymap);
	input_free(a->input);
	map_free(a->history, history_free);
	free(a->history_file);
	free(a);
}

static void closed_cb(uv_handle_t *h)
{
	struct app *a = h->data;
	if (--a->handles == 0)
		free_rest(a);
}

void app_free(struct app *a)
{
	if (!a)
		return;
	sink_close(a->sink);
	if (a->handles == 0) {
		free_rest(a);
		return;
	}
	uv_handle_t *all[] = { (uv_handle_t *)&a->prepare, (uv_handle_t *)&a->escape, (uv_handle_t *)&a->pace,
		               (uv_handle_t *)&a->tick, (uv_handle_t *)&a->hold, (uv_handle_t *)&a->message };
	uv_loop_t *loop = a->loop;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		uv_close(all[i], closed_cb);
	/* One turn, so that closing is done; other handles of the program may stay open. */
	uv_run(loop, UV_RUN_NOWAIT);
}

struct keymap *app_keymap(struct app *a)
{
	return a->keymap;
}

struct sink *app_sink(struct app *a)
{
	return a->sink;
}

bool app_read_only(const struct app *a)
{
	return a->read_only;
}

void app_set_read_only(struct app *a, bool on)
{
	a->read_only = on;
	a->dirty = true;
}

void app_tiny(struct app *a, void (*draw)(void *ctx, struct draw d))
{
	a->tiny = draw;
}
