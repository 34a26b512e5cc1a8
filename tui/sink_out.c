/* How it thinks: `out` holds the bytes of at most one frame plus small control sequences. uv_poll watches
 * the terminal for input always, and for room only while out is not empty. A frame is started by the app
 * when sink_idle() says so; sink_await() has it told when that becomes true again.
 *
 * The kernel's buffer would hide a slow link (it takes 20 KB), so the sink also asks the terminal for an
 * answer (device status report) behind every PING_BYTES of output. While an answer is overdue and much is
 * under way behind it no new frame is started, and if it takes over LEAN_US drawing becomes lean.
 * Terminals that did not answer the first question are not asked again. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tui/sink_impl.h"

#define LEAN_US 250000
#define LEAN_KEEP_US (60 * 1000000LL)   /* lean until nothing was slow for this long */
#define PING_BYTES 256                  /* ask for an answer after so many bytes */
#define PING_WINDOW 512                 /* bytes that may be under way behind an unanswered question */
#define PING_LOST_US 5000000            /* an answer this late will not come: forget the question */
#define RETRY_MS 100

static void hang_up(struct sink *s)
{
	if (s->gone)
		return;
	s->gone = true;
	uv_poll_stop(&s->poll);
	s->calls.gone(s->ctx);
}

static void note_drain(struct sink *s)
{
	int64_t now = clock_mono_us();
	if (s->frame_us) {
		s->stats.last_drain_us = now - s->frame_us;
		if (s->stats.last_drain_us > LEAN_US)
			s->slow_us = now;
	}
	s->frame_us = 0;
}

static void maybe_ready(struct sink *s)
{
	if (s->held && sink_idle(s)) {
		s->held = false;
		s->calls.ready(s->ctx);
	}
}

static void read_input(struct sink *s)
{
	char block[4096];
	while (!s->gone && s->taken) {
		ssize_t k = read(s->fd, block, sizeof block);
		if (k > 0) {
			s->calls.input(s->ctx, block, (size_t)k);
			if (k < (ssize_t)sizeof block)
				return;
		} else if (k < 0 && errno == EAGAIN) {
			return;
		} else if (k == 0 || errno != EINTR) {
			hang_up(s);
		}
	}
}

static void poll_cb(uv_poll_t *h, int status, int events)
{
	struct sink *s = h->data;
	if (status < 0 || (events & UV_DISCONNECT)) {
		hang_up(s);
		return;
	}
	if (events & UV_READABLE)
		read_input(s);
	if ((events & UV_WRITABLE) && !s->gone && s->taken) {
		sink_out_flush(s);
		maybe_ready(s);
	}
}

static void watch(struct sink *s, bool write)
{
	if (s->gone || s->watching_write == write)
		return;
	s->watching_write = write;
	uv_poll_start(&s->poll, UV_READABLE | UV_DISCONNECT | (write ? UV_WRITABLE : 0), poll_cb);
}

void sink_out_watch(struct sink *s)
{
	s->watching_write = true;
	watch(s, false);
}

void sink_out_flush(struct sink *s)
{
	while (s->at < s->out.len && !s->gone) {
		ssize_t k = write(s->fd, s->out.data + s->at, s->out.len - s->at);
		if (k > 0) {
			s->at += (size_t)k;
			s->stats.bytes += (uint64_t)k;
			s->since_ping += (size_t)k;
		} else if (k < 0 && errno == EAGAIN) {
			break;
		} else if (k == 0 || errno != EINTR) {
			hang_up(s);
			return;
		}
	}
	if (s->at >= s->out.len) {
		buf_clear(&s->out);
		s->at = 0;
		note_drain(s);
	}
	watch(s, s->out.len > 0);
}

static bool overdue(const struct sink *s)
{
	return s->ping_us && s->answers && s->since_ping > PING_WINDOW &&
	       clock_mono_us() - s->ping_us < PING_LOST_US;
}

bool sink_idle(const struct sink *s)
{
	return s->out.len == 0 && s->taken && !s->gone && !overdue(s);
}

static void retry_cb(uv_timer_t *t)
{
	struct sink *s = t->data;
	maybe_ready(s);
	if (s->held && s->out.len == 0)
		uv_timer_start(&s->unblock, retry_cb, RETRY_MS, 0);
}

void sink_await(struct sink *s)
{
	s->held = true;
	if (s->out.len == 0 && !uv_is_active((uv_handle_t *)&s->unblock))
		uv_timer_start(&s->unblock, retry_cb, RETRY_MS, 0);
}

/* Append the question to the frame that is about to leave, when it is time for one. */
static void ask(struct sink *s)
{
	int64_t now = clock_mono_us();
	bool first = s->stats.frames == 0;
	if (s->ping_us && now - s->ping_us > PING_LOST_US)
		s->ping_us = 0;
	if (!s->xterm || s->ping_us || (!first && !s->answers))
		return;
	if (!first && s->out.len + s->since_ping < PING_BYTES)
		return;
	buf_adds(&s->out, "\033[5n");
	s->ping_us = now;
	s->since_ping = 0;
}

void sink_out_answer(struct sink *s)
{
	int64_t now = clock_mono_us();
	if (s->ping_us && s->answers && now - s->ping_us > LEAN_US)
		s->slow_us = now;
	s->answers = true;
	s->ping_us = 0;
	s->since_ping = 0;
	maybe_ready(s);
}

void sink_frame(struct sink *s, const struct canvas *c)
{
	struct buf body = BUF_INIT;
	if (!sink_idle(s)) {
		s->stats.skipped++;
		sink_await(s);
		return;
	}
	pen_frame(s->pen, c, &body);
	if (body.len > 0) {
		if (s->sync_on)
			buf_adds(&s->out, "\033[?2026h");
		buf_add(&s->out, body.data, body.len);
		if (s->sync_on)
			buf_adds(&s->out, "\033[?2026l");
		s->frame_us = clock_mono_us();
		s->stats.last_bytes = (int64_t)s->out.len;
		ask(s);
		s->stats.frames++;
	}
	buf_free(&body);
	sink_out_flush(s);
}

bool sink_lean(const struct sink *s)
{
	if (s->forced_lean >= 0)
		return s->forced_lean;
	/* A frame that has not left yet counts as well. */
	int64_t now = clock_mono_us();
	if (s->ping_us && s->answers && now - s->ping_us > LEAN_US)
		return true;
	return s->slow_us && now - s->slow_us < LEAN_KEEP_US;
}

void sink_force_lean(struct sink *s, int on)
{
	s->forced_lean = on;
}

void sink_stats(const struct sink *s, struct sink_stats *out)
{
	*out = s->stats;
}
