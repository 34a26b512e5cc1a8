/* The frame sink: canvas → bytes → terminal, without ever waiting for the terminal.
 *
 * ncurses draws into a memory file (newterm), so that one frame is one buffer. The buffer goes to a
 * descriptor of our own on the same terminal, non-blocking, driven by uv_poll; the next frame is computed
 * only when the last one has left, so frames are skipped before they cost anything and never cut. Frames
 * are wrapped in synchronised-output marks when the terminal says that it knows them. On a true-colour
 * terminal ncurses works with private palette numbers that are replaced by the real colours on the way out.
 *
 * The sink owns the terminal's state: raw mode, alternate screen, mouse, paste, title. It restores it on
 * sink_close, exit(), and on TERM HUP INT QUIT SEGV ABRT BUS ILL FPE, from an async-signal-safe routine,
 * before the signal takes its course. SIGPIPE is ignored: a lost peer is an error code, not a death. What
 * libraries write to stderr meanwhile is kept and shown after the end.
 * One sink per process (signal handlers need a static record). */
#ifndef TUI_SINK_H
#define TUI_SINK_H

#include <uv.h>

#include "core/base/error.h"
#include "tui/draw.h"
#include "tui/keys.h"

struct sink;

struct sink_options {
	const char *color;       /* as theme_depth's want */
	const char *glyphs;      /* as glyphs_choose's want */
	const char *sync;        /* NULL or "auto", "on", "off" */
	bool mouse;
};

struct sink_calls {
	/* Bytes arrived; decode and act. */
	void (*input)(void *ctx, const char *data, size_t n);
	void (*resized)(void *ctx, int w, int h);      /* debounced, canvas not yet touched */
	void (*ready)(void *ctx);                      /* the last frame has left; a new one may be drawn */
	void (*gone)(void *ctx);                       /* the terminal hung up: end the program */
	void (*resumed)(void *ctx);                    /* back from ctrl-z: everything was forgotten */
};

/* Opens the terminal of standard input. setlocale(LC_CTYPE, "") must have run. ERR_UNAVAILABLE when there
 * is none, ERR_UNSUPPORTED when terminfo does not know $TERM or the terminal cannot move its cursor. */
int sink_open(struct sink **out, uv_loop_t *loop, const struct sink_options *o,
              const struct sink_calls *calls, void *ctx, struct error *err);
/* Restores the terminal now; memory goes when the loop has closed the handles: run it once more. */
void sink_close(struct sink *s);

void sink_size(const struct sink *s, int *w, int *h);
enum glyph_set sink_glyphs(const struct sink *s);
void sink_theme(struct sink *s, const struct theme *t);   /* takes a copy of what it needs; repaints */

bool sink_idle(const struct sink *s);    /* the last frame has left */
void sink_await(struct sink *s);         /* call ready() as soon as it is idle */
/* A frame took over 250 ms to leave (or to be answered for) within the last minute. */
bool sink_lean(const struct sink *s);
void sink_force_lean(struct sink *s, int on);             /* 1 on, 0 off, -1 by measurement */
/* Send what differs from the last frame. The sink must be idle. */
void sink_frame(struct sink *s, const struct canvas *c);
void sink_repaint(struct sink *s);       /* forget what is on the screen: next frame is whole */
void sink_suspend(struct sink *s);       /* restore, stop this process group; returns after SIGCONT */

void sink_mouse(struct sink *s, bool on);
void sink_paste(struct sink *s, bool on);                 /* bracketed paste, while something takes text */
void sink_title(struct sink *s, const char *text);
void sink_bell(struct sink *s);
/* The terminal's answer to a mode query (EVENT_REPLY). */
void sink_reply(struct sink *s, int mode, int value);
/* Put text on the terminal's clipboard (OSC 52). ERR_FULL over 74,000 bytes encoded. */
int sink_clipboard(struct sink *s, const char *text, struct error *err);

struct sink_stats {
	uint64_t frames, bytes, skipped;     /* skipped: frames asked for while one was leaving */
	int64_t last_bytes, last_drain_us;
};
void sink_stats(const struct sink *s, struct sink_stats *out);

#endif
