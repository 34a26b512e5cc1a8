/* A link reads and writes its descriptor itself, driven by uv_poll: the frames of one turn are joined in
 * one buffer, a read fills the buffer that is parsed in place, and the last word before an exit can be
 * written without turning the loop. */
#include "core/net/link.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/net/frame.h"
#include "core/net/socket.h"

#define READ_CHUNK 65536u
#define READ_TURN (4u << 20)       /* one busy peer must not starve the loop */
#define KEEP_CAP (1u << 20)        /* larger buffers are given back when empty */

struct link {
	uv_poll_t poll;
	int fd;
	struct link_handlers h;
	void *ctx;
	struct buf in, out;
	size_t in_at, out_at;      /* bytes already parsed, already written */
	bool paused, ended, finishing, busy;
	pid_t pid;
};

static void on_poll(uv_poll_t *p, int status, int events);

static void arm(struct link *l)
{
	int want = (l->paused || l->finishing ? 0 : UV_READABLE) | (l->out.len > l->out_at ? UV_WRITABLE : 0);
	if (l->ended)
		return;
	/* UV_DISCONNECT alone would spin while paused: epoll reports a hang-up until it is read. */
	if (want)
		uv_poll_start(&l->poll, want, on_poll);
	else
		uv_poll_stop(&l->poll);
}

static void on_closed(uv_handle_t *h)
{
	struct link *l = h->data;
	buf_free(&l->in);
	buf_free(&l->out);
	free(l);
}

void link_close(struct link *l)
{
	if (!l || l->ended)
		return;
	l->ended = true;
	uv_poll_stop(&l->poll);
	uv_close((uv_handle_t *)&l->poll, on_closed);
	close(l->fd);
	l->fd = -1;
}

static void end(struct link *l, const struct error *why)
{
	if (l->ended)
		return;
	bool tell = !l->finishing && l->h.on_close;
	struct link_handlers h = l->h;
	link_close(l);
	if (tell)
		h.on_close(l, why, l->ctx);
}

static void end_errno(struct link *l, int errnum)
{
	struct error why;
	error_errno(&why, errnum, "the link broke");
	if (errnum == EPIPE || errnum == ECONNRESET)
		why.code = ERR_UNAVAILABLE;
	end(l, &why);
}

static void trim(struct buf *b, size_t *at)
{
	if (*at == b->len) {
		*at = 0;
		buf_clear(b);
		if (b->cap > KEEP_CAP)
			buf_free(b);
	} else if (*at > KEEP_CAP || *at > b->len / 2) {
		buf_consume(b, *at);
		*at = 0;
	}
}

/* Write what the socket takes; gives 0 or the errno of a broken socket. */
static int write_some(struct link *l)
{
	while (l->out_at < l->out.len) {
		ssize_t n = send(l->fd, l->out.data + l->out_at, l->out.len - l->out_at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
			return errno;
		l->out_at += (size_t)n;
	}
	trim(&l->out, &l->out_at);
	return 0;
}

int link_send(struct link *l, const cJSON *msg, const void *data, size_t len)
{
	if (l->ended || l->finishing)
		return ERR_UNAVAILABLE;
	bool idle = l->out_at == l->out.len;
	struct error err;
	int rc = frame_write(&l->out, msg, data, len, &err);
	if (rc) {
		log_error("link: %s", err.message);
		return rc;
	}
	/* A broken socket is reported by the reading side, from the loop: on_close never runs inside a call
	 * of the owner. */
	if (idle && write_some(l) != 0) {
		l->out_at = l->out.len;
		trim(&l->out, &l->out_at);
		return ERR_UNAVAILABLE;
	}
	if (idle)
		arm(l);
	return 0;
}

size_t link_queued(const struct link *l)
{
	return l->out.len - l->out_at;
}

/* Deliver every complete frame. */
static void parse(struct link *l)
{
	struct error err;
	l->busy = true;
	while (!l->ended && !l->paused && !l->finishing) {
		struct frame f;
		size_t need;
		int rc = frame_read(l->in.data ? l->in.data + l->in_at : "", l->in.len - l->in_at, &f, &need, &err);
		if (rc < 0) {
			end(l, &err);
			break;
		}
		if (rc == 0) {
			trim(&l->in, &l->in_at);
			if (need > FRAME_HEAD)
				buf_reserve(&l->in, need - (l->in.len - l->in_at));
			break;
		}
		l->in_at += f.used;
		if (l->h.on_message)
			l->h.on_message(l, f.json, f.data, f.len, l->ctx);
		cJSON_Delete(f.json);
	}
	l->busy = false;
}

static void read_some(struct link *l)
{
	size_t got = 0;
	while (!l->ended && !l->paused && !l->finishing && got < READ_TURN) {
		size_t room = l->in.cap > l->in.len + 1 ? l->in.cap - l->in.len - 1 : 0;
		if (room < READ_CHUNK) {
			buf_reserve(&l->in, READ_CHUNK);
			room = READ_CHUNK;
		}
		ssize_t n = recv(l->fd, l->in.data + l->in.len, room, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n < 0) {
			end_errno(l, errno);
			return;
		}
		if (n == 0) {
			struct error why;
			error_set(&why, ERR_UNAVAILABLE, l->in.len > l->in_at ?
			          "the link ended in the middle of a message" : "the other side closed the link");
			end(l, &why);
			return;
		}
		l->in.len += (size_t)n;
		got += (size_t)n;
		parse(l);
		if ((size_t)n < room)
			return;
	}
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct link *l = p->data;
	if (status < 0) {
		/* A socket error: reading and writing tell which, after what is still in the buffer. */
		events |= UV_READABLE | UV_WRITABLE;
	}
	if (events & UV_WRITABLE) {
		bool had = link_queued(l) > 0;
		int e = write_some(l);
		if (e) {
			/* What the peer said before it went is still worth hearing. */
			l->out_at = l->out.len;
			trim(&l->out, &l->out_at);
			events |= UV_READABLE;
		} else if (had && link_queued(l) == 0 && l->h.on_drain && !l->finishing) {
			l->h.on_drain(l, l->ctx);
		}
		if (l->finishing && link_queued(l) == 0) {
			link_close(l);
			return;
		}
	}
	if (!l->ended && (events & UV_READABLE))
		read_some(l);
	arm(l);
}

void link_pause(struct link *l)
{
	l->paused = true;
	arm(l);
}

void link_resume(struct link *l)
{
	if (!l->paused || l->ended)
		return;
	l->paused = false;
	if (!l->busy)
		parse(l);
	arm(l);
}

void link_receive(struct link *l)
{
	if (l->busy || l->ended)
		return;
	read_some(l);
	arm(l);
}

int link_flush(struct link *l, int timeout_ms, struct error *err)
{
	int64_t until = clock_mono_us() + (int64_t)timeout_ms * 1000;
	while (!l->ended && link_queued(l) > 0) {
		int e = write_some(l);
		if (e)
			return error_errno(err, e, "the link broke");
		int64_t left = until - clock_mono_us();
		if (link_queued(l) == 0)
			break;
		if (left <= 0)
			return error_set(err, ERR_TIMEOUT, "the other side does not read");
		struct pollfd p = { .fd = l->fd, .events = POLLOUT };
		poll(&p, 1, (int)(left / 1000) + 1);
	}
	return l->ended ? error_set(err, ERR_UNAVAILABLE, "the link has ended") : 0;
}

void link_finish(struct link *l)
{
	if (!l || l->ended)
		return;
	if (link_queued(l) == 0) {
		link_close(l);
		return;
	}
	l->finishing = true;
	arm(l);
}

void link_set_handlers(struct link *l, const struct link_handlers *h, void *ctx)
{
	l->h = *h;
	l->ctx = ctx;
}

pid_t link_peer_pid(const struct link *l)
{
	return l->pid;
}

int link_open(uv_loop_t *loop, int fd, const struct link_handlers *h, void *ctx, struct link **out,
              struct error *err)
{
	struct link *l = xcalloc(1, sizeof *l);
	fs_set_flags(fd);
	l->fd = fd;
	if (h)
		l->h = *h;
	l->ctx = ctx;
	socket_peer(fd, NULL, &l->pid, NULL);
	int rc = uv_poll_init(loop, &l->poll, fd);
	if (rc) {
		close(fd);
		free(l);
		return error_set(err, ERR_IO, "cannot watch a link: %s", uv_strerror(rc));
	}
	l->poll.data = l;
	*out = l;
	arm(l);
	return 0;
}

int link_connect(uv_loop_t *loop, const char *path, const struct link_handlers *h, void *ctx,
                 struct link **out, struct error *err)
{
	int fd;
	int rc = socket_connect_unix(path, &fd, err);
	return rc ? rc : link_open(loop, fd, h, ctx, out, err);
}

struct link_listener {
	uv_poll_t poll;
	int fd;
	bool full;
	char *path;
	void (*on_link)(struct link *l, void *ctx);
	void *ctx;
};

static void on_accept(uv_poll_t *p, int status, int events)
{
	struct link_listener *s = p->data;
	(void)status;
	(void)events;
	for (int i = 0; i < 64 && s->fd >= 0; i++) {
		int fd = socket_accept(s->fd, &s->full);
		struct link *l = NULL;
		if (fd < 0)
			return;
		if (link_open(p->loop, fd, NULL, NULL, &l, NULL) == 0)
			s->on_link(l, s->ctx);
	}
}

int link_listen(uv_loop_t *loop, const char *path, void (*on_link)(struct link *l, void *ctx), void *ctx,
                struct link_listener **out, struct error *err)
{
	int fd;
	int rc = socket_listen_unix(path, &fd, err);
	if (rc)
		return rc;
	struct link_listener *s = xcalloc(1, sizeof *s);
	s->fd = fd;
	s->path = xstrdup(path);
	s->on_link = on_link;
	s->ctx = ctx;
	s->poll.data = s;
	uv_poll_init(loop, &s->poll, fd);
	uv_poll_start(&s->poll, UV_READABLE, on_accept);
	*out = s;
	return 0;
}

static void on_listener_closed(uv_handle_t *h)
{
	struct link_listener *s = h->data;
	free(s->path);
	free(s);
}

void link_listener_close(struct link_listener *s)
{
	if (!s || s->fd < 0)
		return;
	uv_poll_stop(&s->poll);
	uv_close((uv_handle_t *)&s->poll, on_listener_closed);
	socket_unlink_unix(s->path, s->fd);
	close(s->fd);
	s->fd = -1;
}
