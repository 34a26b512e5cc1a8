#include "tui/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/sink_guard.h"
#include "tui/sink_impl.h"

#define RESIZE_MS 50

/* ---- size, ctrl-z, back again ---- */

static void check_size(struct sink *s)
{
	int w, h;
	sink_term_size(s->fd, &w, &h);
	pen_resize(s->pen, w, h);
	s->calls.resized(s->ctx, w, h);
}

static void resize_cb(uv_timer_t *t)
{
	check_size(t->data);
}

static void winch_cb(uv_signal_t *h, int sig)
{
	struct sink *s = h->data;
	(void)sig;
	if (!uv_is_active((uv_handle_t *)&s->resize))
		uv_timer_start(&s->resize, resize_cb, RESIZE_MS, 0);
}

static void take_terminal(struct sink *s)
{
	guard_retake();
	guard_capture_stderr();
	sink_term_raw(s);
	s->taken = true;
	buf_clear(&s->out);
	s->at = 0;
	s->ping_us = 0;
	sink_term_enter(s);
	sink_out_flush(s);
}

static void come_back(struct sink *s)
{
	take_terminal(s);
	check_size(s);
	s->calls.resumed(s->ctx);
}

static void cont_cb(uv_signal_t *h, int sig)
{
	(void)sig;
	come_back(h->data);
}

static void tstp_cb(uv_signal_t *h, int sig)
{
	(void)sig;
	sink_suspend(h->data);
}

/* An answer that is under way would land on the shell's command line: wait for it a little. */
static void await_answer(struct sink *s)
{
	char block[256];
	for (int i = 0; i < 15 && s->ping_us && !s->gone; i++) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };
		ssize_t k = poll(&p, 1, 10) > 0 ? read(s->fd, block, sizeof block) : 0;
		if (k < 0 || (p.revents & (POLLHUP | POLLERR)) || (k > 0 && memchr(block, 'n', (size_t)k)))
			s->ping_us = 0;
	}
}

void sink_suspend(struct sink *s)
{
	await_answer(s);
	s->taken = false;
	guard_restore();
	uv_signal_stop(&s->tstp);
	signal(SIGTSTP, SIG_DFL);
	kill(0, SIGTSTP);                 /* stands still here until SIGCONT */
	uv_signal_start(&s->tstp, tstp_cb, SIGTSTP);
	if (!s->taken)
		come_back(s);
}

void sink_repaint(struct sink *s)
{
	pen_repaint(s->pen);
}

/* ---- open and close ---- */

static int open_tty(struct sink *s, struct error *err)
{
	char name[128];
	int in = isatty(STDIN_FILENO) ? STDIN_FILENO : isatty(STDOUT_FILENO) ? STDOUT_FILENO : -1;
	int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	s->fd = -1;
	if (in >= 0 && ttyname_r(in, name, sizeof name) == 0)
		s->fd = open(name, flags);
	if (s->fd < 0 && in >= 0)
		s->fd = open("/dev/tty", flags);
	if (s->fd < 0 || tcgetattr(s->fd, &s->saved) < 0) {
		error_set(err, ERR_UNAVAILABLE, "there is no terminal to draw on");
		error_hint(err, "run it in a terminal, or use the commands that print text (stoker help)");
		return ERR_UNAVAILABLE;
	}
	return 0;
}

static int choose_sync(struct sink *s, const char *want, struct error *err)
{
	if (!want || !*want || strcasecmp(want, "auto") == 0)
		s->sync_asked = s->xterm && strncmp(getenv("TERM"), "screen", 6) != 0;
	else if (strcasecmp(want, "on") == 0)
		s->sync_on = true;
	else if (strcasecmp(want, "off") != 0)
		return error_set(err, ERR_INVALID, "unknown setting '%s' for synchronised output: "
		                 "use auto, on or off", want);
	return 0;
}

/* Signs beyond ASCII need a character set that has them, also when the user forced them on LANG=C. */
static int choose_glyphs(struct sink *s, const char *want, struct error *err)
{
	int rc = glyphs_choose(want, &s->glyphs, err);
	if (!rc && s->glyphs != GLYPHS_ASCII && strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0 &&
	    !setlocale(LC_CTYPE, "C.UTF-8"))
		s->glyphs = GLYPHS_ASCII;
	return rc;
}

static void start_handles(struct sink *s)
{
	uv_poll_init(s->loop, &s->poll, s->fd);
	uv_signal_init(s->loop, &s->winch);
	uv_signal_init(s->loop, &s->cont);
	uv_signal_init(s->loop, &s->tstp);
	uv_timer_init(s->loop, &s->resize);
	uv_timer_init(s->loop, &s->unblock);
	s->poll.data = s->winch.data = s->cont.data = s->tstp.data = s->resize.data = s->unblock.data = s;
	s->handles = 6;
	uv_signal_start(&s->winch, winch_cb, SIGWINCH);
	uv_signal_start(&s->cont, cont_cb, SIGCONT);
	uv_signal_start(&s->tstp, tstp_cb, SIGTSTP);
	sink_out_watch(s);
}

int sink_open(struct sink **out, uv_loop_t *loop, const struct sink_options *o,
              const struct sink_calls *calls, void *ctx, struct error *err)
{
	struct sink *s = xcalloc(1, sizeof *s);
	int w, h, rc;
	s->loop = loop;
	s->calls = *calls;
	s->ctx = ctx;
	s->forced_lean = -1;
	s->mouse = o->mouse;
	s->xterm = sink_term_capable();
	if ((rc = open_tty(s, err)) || (rc = choose_glyphs(s, o->glyphs, err)) ||
	    (rc = choose_sync(s, o->sync, err)))
		goto out;
	sink_term_size(s->fd, &w, &h);
	if ((rc = pen_open(&s->pen, w, h, o->color, err)))
		goto out;
	guard_arm(s->fd, &s->saved);
	sink_term_guard(s);
	start_handles(s);
	take_terminal(s);
	*out = s;
	return 0;
out:
	if (s->fd >= 0)
		close(s->fd);
	free(s);
	return rc;
}

static void closed_cb(uv_handle_t *h)
{
	struct sink *s = h->data;
	if (--s->handles > 0)
		return;
	close(s->fd);
	buf_free(&s->out);
	free(s);
}

void sink_close(struct sink *s)
{
	if (!s)
		return;
	if (s->taken)
		await_answer(s);
	s->taken = false;
	guard_disarm();
	pen_close(s->pen);
	uv_poll_stop(&s->poll);
	uv_close((uv_handle_t *)&s->poll, closed_cb);
	uv_close((uv_handle_t *)&s->winch, closed_cb);
	uv_close((uv_handle_t *)&s->cont, closed_cb);
	uv_close((uv_handle_t *)&s->tstp, closed_cb);
	uv_close((uv_handle_t *)&s->resize, closed_cb);
	uv_close((uv_handle_t *)&s->unblock, closed_cb);
}

void sink_size(const struct sink *s, int *w, int *h)
{
	sink_term_size(s->fd, w, h);
}

enum glyph_set sink_glyphs(const struct sink *s)
{
	return s->glyphs;
}

void sink_theme(struct sink *s, const struct theme *t)
{
	pen_theme(s->pen, t);
}
