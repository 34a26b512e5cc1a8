/* Inside of the sink; for sink*.c only. */
#ifndef TUI_SINK_IMPL_H
#define TUI_SINK_IMPL_H

#include <termios.h>

#include "core/base/buf.h"
#include "tui/sink.h"
#include "tui/sink_curses.h"

struct sink {
	uv_loop_t *loop;
	uv_poll_t poll;
	uv_signal_t winch, cont, tstp;
	uv_timer_t resize, unblock;
	int handles;                 /* open libuv handles; freed when the last has closed */
	struct sink_calls calls;
	void *ctx;
	int fd;
	struct termios saved;
	struct pen *pen;
	enum glyph_set glyphs;
	bool xterm;                  /* understands CSI ? sequences without printing them */
	bool sync_on, sync_asked, mouse, paste, gone, taken, watching_write;
	struct buf out;
	size_t at;                   /* bytes of out that have left */
	int64_t frame_us;            /* when the frame under way was started; 0: none */
	size_t since_ping;           /* bytes since the last question */
	int64_t ping_us;             /* when the open question was asked; 0: none open */
	bool answers;                /* the terminal has answered once */
	bool held;                   /* somebody waits for ready() */
	int64_t slow_us;             /* when something was slow last; 0: never */
	int forced_lean;
	struct sink_stats stats;
};

/* sink_term.c: what is switched on, and how it is undone. */
void sink_term_enter(struct sink *s);        /* queue the bytes that take the screen */
void sink_term_guard(struct sink *s);        /* tell the guardian what to send in the end */
int sink_term_raw(struct sink *s);
void sink_term_size(int fd, int *w, int *h);
bool sink_term_capable(void);                /* $TERM is of a kind that swallows unknown CSI sequences */

/* sink_out.c */
void sink_out_flush(struct sink *s);
void sink_out_watch(struct sink *s);         /* start polling */
void sink_out_answer(struct sink *s);        /* the device status report came */

#endif
