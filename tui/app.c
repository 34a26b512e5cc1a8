#include "tui/app.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "tui/app_impl.h"

#define FRAME_US 33000          /* at most 30 frames a second */
#define HOLD_US 1000000         /* rows keep their order for this long after a key */
#define TERMINAL_GONE 129       /* 128 + SIGHUP, as if the hang-up had ended us */

/* ---- frames ---- */

static void draw_screen(struct app *a)
{
	int w = canvas_width(a->canvas), h = canvas_height(a->canvas);
	struct draw_env *env = canvas_env(a->canvas);
	canvas_clear(a->canvas);
	env->lean = sink_lean(a->sink);
	env->hold = app_hold(a);
	env->now_ms = clock_now_ms();
	struct draw all = canvas_draw(a->canvas);
	if (a->tiny && (w < APP_TINY_W || h < APP_TINY_H)) {
		a->tiny(a->ctx, draw_sub(all, (struct rect){ 0, 0, w, 1 }));
		return;
	}
	struct draw screen = draw_sub(all, (struct rect){ 0, 0, w, h - 1 });
	a->ops->draw(a->ctx, screen);
	for (size_t i = 0; i < a->overlays.len; i++)
		a->overlays.items[i].ops->draw(a->overlays.items[i].self, a, screen);
	app_line_draw(a, draw_sub(all, (struct rect){ 0, h - 1, w, 1 }));
}

static void hold_cb(uv_timer_t *t)
{
	app_dirty(t->data);
}

void app_frame(struct app *a)
{
	a->dirty = false;
	a->frame_us = clock_mono_us();
	draw_screen(a);
	if (canvas_env(a->canvas)->deferred && a->overlays.len == 0)
		uv_timer_start(&a->hold, hold_cb, 1000, 0);
	sink_frame(a->sink, a->canvas);
}

static void pace_cb(uv_timer_t *t)
{
	(void)t;                    /* only wakes the loop; prepare draws */
}

/* Draw once before the loop sleeps: everything that was waiting has been handled by then. */
void app_prepare(uv_prepare_t *p)
{
	struct app *a = p->data;
	while (a->dead.len > 0) {
		struct overlay o = a->dead.items[--a->dead.len];
		if (o.ops->free)
			o.ops->free(o.self);
	}
	if (!a->dirty || !a->running)
		return;
	if (!sink_idle(a->sink)) {
		sink_await(a->sink);
		return;
	}
	int64_t since = clock_mono_us() - a->frame_us;
	if (since < FRAME_US)
		uv_timer_start(&a->pace, pace_cb, (uint64_t)((FRAME_US - since) / 1000 + 1), 0);
	else
		app_frame(a);
}

void app_dirty(struct app *a)
{
	a->dirty = true;
}

bool app_hold(const struct app *a)
{
	return a->overlays.len > 0 || (a->key_us && clock_mono_us() - a->key_us < HOLD_US);
}

/* ---- events ---- */

void app_do(struct app *a, int action, const char *arg)
{
	const struct bind_scope *scopes[APP_SCOPES_MAX];
	size_t n = app_scopes(a, scopes, APP_SCOPES_MAX);
	for (size_t i = 0; i < n && a->read_only; i++)
		for (size_t j = 0; j < scopes[i]->n; j++)
			if (scopes[i]->items[j].action == action && (scopes[i]->items[j].flags & BIND_DANGEROUS)) {
				app_message(a, MESSAGE_WARN, "read-only: %s is switched off", scopes[i]->items[j].name);
				return;
			}
	const char *why = a->ops->disabled ? a->ops->disabled(a->ctx, action) : NULL;
	a->dirty = true;
	if (why)
		app_message(a, MESSAGE_WARN, "%s", why);
	else if (!a->ops->action(a->ctx, action, arg))
		app_builtin(a, action, arg);
}

static void key_to_bindings(struct app *a, uint32_t key)
{
	const struct bind_scope *scopes[APP_SCOPES_MAX];
	size_t n = app_scopes(a, scopes, APP_SCOPES_MAX);
	const struct binding *b = keymap_find(a->keymap, scopes, n, key, false);
	if (b)
		app_do(a, b->action, NULL);
}

static bool click(struct app *a, const struct event *ev)
{
	if (ev->mouse != MOUSE_PRESS || ev->button != 1)
		return false;
	const struct hit *hit = canvas_hit(a->canvas, ev->x, ev->y);
	if (!hit)
		return false;
	if (hit->action < 0 || !a->ops->clicked || !a->ops->clicked(a->ctx, hit->action, hit->arg))
		app_do(a, hit->action, NULL);
	return true;
}

static void dispatch(struct app *a, const struct event *ev)
{
	if (ev->kind == EVENT_REPLY) {
		sink_reply(a->sink, ev->mode, ev->value);
		return;
	}
	if (ev->kind == EVENT_KEY) {
		a->key_us = clock_mono_us();
		a->message_us = 0;
	}
	a->dirty = true;
	if (a->overlays.len > 0) {
		struct overlay top = a->overlays.items[a->overlays.len - 1];
		top.ops->event(top.self, a, ev);
		return;
	}
	if (ev->kind == EVENT_MOUSE && click(a, ev))
		return;
	if (a->ops->event && a->ops->event(a->ctx, ev))
		return;
	if (ev->kind == EVENT_KEY)
		key_to_bindings(a, ev->key);
}

static void escape_cb(uv_timer_t *t);

static void pump(struct app *a)
{
	struct event ev;
	int wait;
	while (a->running && input_next(a->input, clock_mono_us(), &ev))
		dispatch(a, &ev);
	if (a->running && (wait = input_wait(a->input, clock_mono_us())) >= 0)
		uv_timer_start(&a->escape, escape_cb, (uint64_t)wait + 1, 0);
}

static void escape_cb(uv_timer_t *t)
{
	pump(t->data);
}

static void on_input(void *ctx, const char *data, size_t n)
{
	struct app *a = ctx;
	input_feed(a->input, data, n, clock_mono_us());
	pump(a);
}

static void on_resized(void *ctx, int w, int h)
{
	struct app *a = ctx;
	canvas_resize(a->canvas, w, h);
	a->dirty = true;
	struct event ev = { .kind = EVENT_RESIZE, .x = w, .y = h };
	if (a->ops->event)
		a->ops->event(a->ctx, &ev);
}

static void on_ready(void *ctx)
{
	(void)ctx;                  /* prepare_cb, next in this turn of the loop, draws */
}

static void on_gone(void *ctx)
{
	struct app *a = ctx;
	a->terminal_gone = true;
	app_quit(a, TERMINAL_GONE);
}

static void on_resumed(void *ctx)
{
	sink_repaint(((struct app *)ctx)->sink);
	app_dirty(ctx);
}

const struct sink_calls app_sink_calls = { on_input, on_resized, on_ready, on_gone, on_resumed };

/* ---- timers ---- */

static void tick_cb(uv_timer_t *t)
{
	struct app *a = t->data;
	app_dirty(a);
	app_tick(a, a->tick_ms);
}

void app_tick(struct app *a, int ms)
{
	a->tick_ms = ms;
	if (ms <= 0) {
		uv_timer_stop(&a->tick);
		return;
	}
	int64_t past = clock_now_ms() % ms;
	if (getenv("STOKER_FROZEN_TIME"))
		past = 0;
	uv_timer_start(&a->tick, tick_cb, (uint64_t)(ms - past), 0);
}

/* ---- overlays ---- */

static void paste_mode(struct app *a)
{
	bool on = a->overlays.len > 0 && a->overlays.items[a->overlays.len - 1].ops->paste;
	sink_paste(a->sink, on);
}

void app_push(struct app *a, const struct overlay_ops *ops, void *self)
{
	struct overlay o = { ops, self };
	vec_push(&a->overlays, o);
	paste_mode(a);
	a->dirty = true;
}

void app_pop(struct app *a, void *self)
{
	for (size_t i = a->overlays.len; i > 0; i--)
		if (a->overlays.items[i - 1].self == self) {
			vec_push(&a->dead, a->overlays.items[i - 1]);
			vec_remove(&a->overlays, i - 1);
			break;
		}
	paste_mode(a);
	a->dirty = true;
}
