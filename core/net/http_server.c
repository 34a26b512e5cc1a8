/* libmicrohttpd parses and keeps connections; we accept (so that Unix peers are checked before a byte is
 * read), watch its epoll descriptor, and run it when that is readable or its next timeout is due. A
 * request that is not answered inside its handler is suspended and resumed by http_reply. */
#include "core/net/http_server.h"

#include <netdb.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/net/socket.h"

#define DRAIN_LIMIT (64u << 20)   /* of a body over the limit we read so much, to be heard by its sender */

struct listener {
	uv_poll_t poll;
	int fd;
	bool full;
	struct http_server *server;
};

struct http_server {
	struct http_server_options o;
	struct MHD_Daemon *mhd;
	uv_poll_t epoll;
	uv_timer_t timer;
	VEC(struct listener *) listeners;
	struct http_request *first;       /* all that live, newest first */
	size_t pending;
	size_t held;                      /* bytes of all bodies */
	int handles;                      /* ours in the loop that are not closed yet */
	bool closing;
	bool in_run, close_later;         /* inside MHD_run; where it must not be stopped */
	bool resumed;                     /* a connection was resumed since the last MHD_run */
	struct log_gate full;
};

enum phase { READING, HANDLED, ANSWERED };

struct http_request {
	struct http_server *server;
	struct http_request *next, **link;
	struct MHD_Connection *conn;
	struct MHD_Response *response;
	int status;
	enum phase phase;
	bool in_handler, suspended, too_large, no_room, queued;
	bool is_unix;
	uid_t uid;
	char *target, *path;
	const char *method, *query;
	struct buf body;
	size_t received;
	struct arena *arena;              /* joined headers, decoded parameters */
	VEC(char *) headers;              /* name, value, … of the answer */
	char peer[64];
};

static void run(struct http_server *s);
static void kick(struct http_server *s);

/* ---- requests ---- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *conn)
{
	struct http_server *s = cls;
	struct http_request *r = xcalloc(1, sizeof *r);
	r->server = s;
	r->conn = conn;
	r->target = xstrdup(uri);
	r->next = s->first;
	r->link = &s->first;
	if (s->first)
		s->first->link = &r->next;
	s->first = r;
	return r;
}

static void drop_body(struct http_request *r)
{
	r->server->held -= r->body.len;
	buf_free(&r->body);
}

static void request_free(struct http_request *r)
{
	*r->link = r->next;
	if (r->next)
		r->next->link = r->link;
	if (r->response)
		MHD_destroy_response(r->response);
	for (size_t i = 0; i < r->headers.len; i++)
		free(r->headers.items[i]);
	vec_free(&r->headers);
	arena_free(r->arena);
	drop_body(r);
	free(r->target);
	free(r->path);
	free(r);
}

static void on_completed(void *cls, struct MHD_Connection *conn, void **con_cls,
                         enum MHD_RequestTerminationCode why)
{
	struct http_request *r = *con_cls;
	(void)cls;
	(void)conn;
	(void)why;
	*con_cls = NULL;
	/* A handed-out request that nobody answered is suspended, and a suspended one does not end. */
	if (r)
		request_free(r);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoding; %00 stays as it is, so that a string cannot end early. */
static char *decode(const char *s, size_t n, bool plus, char *out)
{
	char *w = out;
	for (size_t i = 0; i < n; i++) {
		int hi, lo;
		if (s[i] == '%' && i + 2 < n && (hi = hex_digit(s[i + 1])) >= 0 &&
		    (lo = hex_digit(s[i + 2])) >= 0 && (hi | lo)) {
			*w++ = (char)(hi * 16 + lo);
			i += 2;
		} else {
			*w++ = plus && s[i] == '+' ? ' ' : s[i];
		}
	}
	*w = '\0';
	return out;
}

static void look_at_peer(struct http_request *r)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	int domain = 0;
	socklen_t n = sizeof domain;
	if (info && getsockopt(info->connect_fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 && domain == AF_UNIX)
		r->is_unix = socket_peer(info->connect_fd, &r->uid, NULL, NULL) == 0;
	struct sockaddr_storage ss;
	socklen_t size = sizeof ss;
	if (r->is_unix)
		strcpy(r->peer, "unix");
	else if (info && getpeername(info->connect_fd, (struct sockaddr *)&ss, &size) == 0)
		getnameinfo((struct sockaddr *)&ss, size, r->peer, sizeof r->peer, NULL, 0, NI_NUMERICHOST);
}

static void begin(struct http_request *r, const char *method)
{
	/* MHD's method string lives as long as the connection's request does. */
	r->method = method;
	r->arena = arena_new();
	char *mark = strchr(r->target, '?');
	size_t n = mark ? (size_t)(mark - r->target) : strlen(r->target);
	r->query = mark ? mark + 1 : "";
	r->path = decode(r->target, n, false, xmalloc(n + 1));
	look_at_peer(r);
	const char *len = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Length");
	unsigned long long want = len ? strtoull(len, NULL, 10) : 0;
	if (want > r->server->o.max_body)
		r->too_large = true;
	else
		buf_reserve(&r->body, (size_t)want);
}

/* false: enough of it has been thrown away. */
static bool take_body(struct http_request *r, const char *data, size_t n)
{
	r->received += n;
	if (r->body.len + n > r->server->o.max_body)
		r->too_large = true;
	else if (r->server->held + n > r->server->o.max_held)
		r->no_room = true;
	if (r->too_large || r->no_room) {
		drop_body(r);
	} else {
		buf_add(&r->body, data, n);
		r->server->held += n;
	}
	return r->received <= DRAIN_LIMIT;
}

static enum MHD_Result send_answer(struct http_request *r)
{
	r->queued = true;
	return MHD_queue_response(r->conn, (unsigned)r->status, r->response);
}

static void set_answer(struct http_request *r, int status, const char *type, const void *body, size_t len)
{
	/* MHD only reads a buffer that it copies. */
	union { const void *in; void *out; } b = { .in = len ? body : "" };
	r->response = MHD_create_response_from_buffer(len, b.out, MHD_RESPMEM_MUST_COPY);
	r->status = status;
	r->phase = ANSWERED;
	if (type)
		MHD_add_response_header(r->response, "Content-Type", type);
	for (size_t i = 0; i + 1 < r->headers.len; i += 2)
		MHD_add_response_header(r->response, r->headers.items[i], r->headers.items[i + 1]);
}

static void refuse(struct http_request *r, int status, const char *code, const char *message)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "{\"__type\":\"%s\",\"Message\":\"%s\"}", code, message);
	set_answer(r, status, "application/x-amz-json-1.1", b.data, b.len);
	buf_free(&b);
}

static void refuse_large(struct http_request *r)
{
	char text[128];
	snprintf(text, sizeof text, "The request body is larger than the %zu bytes allowed.",
	         r->server->o.max_body);
	http_reply_header(r, "x-amzn-errortype", "RequestEntityTooLargeException");
	refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "RequestEntityTooLargeException", text);
}

/* Where a request ends must have one answer: what stands in front of us may count otherwise, and would take the end of
 * a body for the next request. libmicrohttpd lets all of these pass. */
struct framing {
	int lengths, codings;
	bool odd;                         /* a name with a blank in it, a coding that is not "chunked" */
};

static enum MHD_Result look_at_framing(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct framing *f = cls;
	(void)kind;
	f->odd |= !*key || key[strcspn(key, " \t\r\n")];
	f->lengths += !strcasecmp(key, "Content-Length");
	if (!strcasecmp(key, "Transfer-Encoding")) {
		f->codings++;
		f->odd |= !value || strcasecmp(value, "chunked");
	}
	return MHD_YES;
}

static bool well_framed(struct http_request *r)
{
	struct framing f = { 0 };
	MHD_get_connection_values(r->conn, MHD_HEADER_KIND, look_at_framing, &f);
	return !f.odd && f.lengths + f.codings <= 1;
}

static enum MHD_Result refuse_framing(struct http_request *r)
{
	http_reply_header(r, "x-amzn-errortype", "MalformedHttpRequestException");
	http_reply_header(r, "Connection", "close");
	refuse(r, 400, "MalformedHttpRequestException", "The request's headers leave open where its body ends.");
	return send_answer(r);
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
                                 const char *version, const char *data, size_t *size, void **con_cls)
{
	struct http_request *r = *con_cls;
	struct http_server *s = cls;
	(void)conn;
	(void)url;
	(void)version;
	if (!r)
		return MHD_NO;
	if (!r->arena) {
		begin(r, method);
		if (!well_framed(r))
			return refuse_framing(r);
		const char *len = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Length");
		if (!r->too_large || !len || strtoull(len, NULL, 10) <= DRAIN_LIMIT)
			return MHD_YES;
		refuse_large(r); /* far too large to read it all only to say so */
		return send_answer(r);
	}
	if (*size) {
		bool more = take_body(r, data, *size);
		*size = 0;
		return more ? MHD_YES : MHD_NO; /* NO closes the connection */
	}
	if (r->phase == READING && r->too_large)
		refuse_large(r);
	else if (r->phase == READING && r->no_room)
		refuse(r, 503, "ServiceUnavailableException", "Too much is being received at once: try again.");
	else if (r->phase == READING && s->closing)
		refuse(r, 503, "ServiceUnavailableException", "The server is closing.");
	if (r->phase == READING) {
		r->phase = HANDLED;
		r->in_handler = true;
		s->pending++;
		s->o.on_request(r, s->o.ctx);
		r->in_handler = false;
	}
	if (r->phase == ANSWERED)
		return r->queued ? MHD_YES : send_answer(r);
	r->suspended = true;
	MHD_suspend_connection(r->conn);
	return MHD_YES;
}

void http_reply(struct http_request *r, int status, const char *type, const void *body, size_t len)
{
	if (r->phase != HANDLED)
		return;
	r->server->pending--;
	set_answer(r, status, type, body, len);
	if (r->suspended) {
		r->suspended = false;
		MHD_resume_connection(r->conn);
		kick(r->server);
	}
}

void http_reply_header(struct http_request *r, const char *name, const char *value)
{
	char *v = xstrdup(value), *w = v;
	for (const char *p = v; *p; p++)
		if (*p != '\r' && *p != '\n')
			*w++ = *p;
	*w = '\0';
	vec_push(&r->headers, xstrdup(name));
	vec_push(&r->headers, v);
}

/* ---- what a handler may ask ---- */

const char *http_request_method(const struct http_request *r) { return r->method; }
const char *http_request_target(const struct http_request *r) { return r->target; }
const char *http_request_path(const struct http_request *r) { return r->path; }
bool http_request_is_unix(const struct http_request *r) { return r->is_unix; }
const char *http_request_peer(const struct http_request *r) { return r->peer; }
uid_t http_request_uid(const struct http_request *r) { return r->uid; }

const char *http_request_body(const struct http_request *r, size_t *len)
{
	if (len)
		*len = r->body.len;
	return buf_str(&r->body);
}

const char *http_request_param(const struct http_request *r, const char *name)
{
	const char *p = r->query;
	while (*p) {
		size_t n = strcspn(p, "&");
		const char *eq = memchr(p, '=', n);
		size_t kn = eq ? (size_t)(eq - p) : n;
		char *key = decode(p, kn, true, arena_alloc(r->arena, kn + 1));
		if (strcmp(key, name) == 0)
			return eq ? decode(eq + 1, n - kn - 1, true, arena_alloc(r->arena, n)) : "";
		p += n + (p[n] == '&');
	}
	return NULL;
}

struct header_search {
	struct arena *arena;
	const char *name;
	char *value;
};

static enum MHD_Result join_header(void *cls, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct header_search *f = cls;
	(void)kind;
	if (strcasecmp(key, f->name) == 0)
		f->value = f->value ? arena_printf(f->arena, "%s,%s", f->value, value ? value : "")
		                    : arena_strdup(f->arena, value ? value : "");
	return MHD_YES;
}

const char *http_request_header(const struct http_request *r, const char *name)
{
	struct header_search f = { .arena = r->arena, .name = name };
	MHD_get_connection_values(r->conn, MHD_HEADER_KIND, join_header, &f);
	return f.value;
}

size_t http_server_pending(const struct http_server *s)
{
	return s->pending;
}

/* ---- the loop ---- */

static void on_timer(uv_timer_t *t)
{
	run(t->data);
}

static void on_epoll(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	run(p->data);
}

/* Without threads nothing tells MHD's descriptor about a resumed connection: run it in the next turn. */
static void kick(struct http_server *s)
{
	s->resumed = true;
	if (!s->in_run && !s->closing && !s->close_later)
		uv_timer_start(&s->timer, on_timer, 0, 0);
}

/* MHD may have more to do without its descriptor saying so: it tells by a timeout of 0. */
static void run(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG wait = 0;
	s->in_run = true;
	for (int i = 0; i < 16; i++) {
		s->resumed = false;
		MHD_run(s->mhd);
		if (s->resumed)
			wait = 0;
		else if (MHD_get_timeout(s->mhd, &wait) != MHD_YES) {
			wait = (MHD_UNSIGNED_LONG_LONG)-1;
			break;
		}
		if (wait > 0)
			break;
	}
	s->in_run = false;
	if (s->closing || s->close_later)
		return; /* the timer, if any, is the one that closes */
	if (wait == (MHD_UNSIGNED_LONG_LONG)-1)
		uv_timer_stop(&s->timer);
	else
		uv_timer_start(&s->timer, on_timer, wait, 0);
}

static void on_accept(uv_poll_t *p, int status, int events)
{
	struct listener *l = p->data;
	(void)status;
	(void)events;
	for (int i = 0; i < 64; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t n = sizeof ss;
		int fd = socket_accept(l->fd, &l->full);
		if (fd < 0)
			break;
		getpeername(fd, (struct sockaddr *)&ss, &n);
		/* It closes fd itself when it refuses. */
		if (MHD_add_connection(l->server->mhd, fd, (struct sockaddr *)&ss, n) != MHD_YES &&
		    log_gate(&l->server->full, 10, "connections that found no room"))
			log_warn("http: no room for another connection");
	}
	run(l->server);
}

static void mhd_log(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	char text[512];
	vsnprintf(text, sizeof text, fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	log_debug("http: %s", text);
}

static size_t keep_escapes(void *cls, struct MHD_Connection *conn, char *s)
{
	(void)cls;
	(void)conn;
	return strlen(s);
}

int http_server_new(uv_loop_t *loop, const struct http_server_options *o, struct http_server **out,
                    struct error *err)
{
	struct http_server *s = xcalloc(1, sizeof *s);
	s->o = *o;
	if (!s->o.max_body)
		s->o.max_body = HTTP_BODY_LIMIT;
	if (!s->o.max_held)
		s->o.max_held = HTTP_HELD_LIMIT;
	unsigned idle = (unsigned)(o->idle_timeout_s ? o->idle_timeout_s : 120);
	unsigned most = (unsigned)(o->max_connections ? o->max_connections : 512);
	s->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
	                          MHD_USE_ERROR_LOG, 0, NULL, NULL, on_access, s,
	                          MHD_OPTION_EXTERNAL_LOGGER, mhd_log, NULL,
	                          MHD_OPTION_URI_LOG_CALLBACK, on_uri, s,
	                          MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	                          MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
	                          MHD_OPTION_CONNECTION_LIMIT, most,
	                          MHD_OPTION_CONNECTION_TIMEOUT, idle,
	                          MHD_OPTION_END);
	const union MHD_DaemonInfo *info =
		s->mhd ? MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		if (s->mhd)
			MHD_stop_daemon(s->mhd);
		free(s);
		return error_set(err, ERR_INTERNAL, "cannot start the HTTP server");
	}
	uv_poll_init(loop, &s->epoll, info->epoll_fd);
	uv_timer_init(loop, &s->timer);
	s->epoll.data = s->timer.data = s;
	s->handles = 2;
	uv_poll_start(&s->epoll, UV_READABLE, on_epoll);
	*out = s;
	return 0;
}

int http_server_listen(struct http_server *s, int fd, struct error *err)
{
	struct listener *l = xcalloc(1, sizeof *l);
	l->fd = fd;
	l->server = s;
	int rc = uv_poll_init(s->epoll.loop, &l->poll, fd);
	if (rc) {
		close(fd);
		free(l);
		return error_set(err, ERR_IO, "cannot watch a listening socket: %s", uv_strerror(rc));
	}
	l->poll.data = l;
	s->handles++;
	vec_push(&s->listeners, l);
	uv_poll_start(&l->poll, UV_READABLE, on_accept);
	return 0;
}

static void one_handle_less(struct http_server *s)
{
	if (--s->handles > 0)
		return;
	vec_free(&s->listeners);
	free(s);
}

static void on_listener_closed(uv_handle_t *h)
{
	struct listener *l = h->data;
	struct http_server *s = l->server;
	free(l);
	one_handle_less(s);
}

static void on_closed(uv_handle_t *h)
{
	one_handle_less(h->data);
}

void http_server_quiesce(struct http_server *s)
{
	for (size_t i = 0; i < s->listeners.len; i++) {
		struct listener *l = s->listeners.items[i];
		uv_poll_stop(&l->poll);
		uv_close((uv_handle_t *)&l->poll, on_listener_closed);
		close(l->fd);
	}
	s->listeners.len = 0;
}

/* Answered, and perhaps not sent yet. */
static bool still_sending(const struct http_server *s)
{
	for (const struct http_request *r = s->first; r; r = r->next)
		if (r->phase == ANSWERED)
			return true;
	return false;
}

static void on_close_later(uv_timer_t *t)
{
	http_server_close(t->data);
}

void http_server_close(struct http_server *s)
{
	if (!s || s->closing)
		return;
	http_server_quiesce(s);
	if (s->in_run) {
		s->close_later = true;
		uv_timer_start(&s->timer, on_close_later, 0, 0);
		return;
	}
	s->closing = true;
	for (struct http_request *r = s->first; r; r = r->next)
		if (r->phase == HANDLED)
			http_reply(r, 503, "application/x-amz-json-1.1",
			           "{\"__type\":\"ServiceUnavailableException\",\"Message\":\"The server is closing.\"}",
			           75);
	int64_t until = clock_mono_us() + 200000;
	do {
		run(s);
		if (!still_sending(s))
			break;
		usleep(500);
	} while (clock_mono_us() < until);
	uv_poll_stop(&s->epoll);
	uv_timer_stop(&s->timer);
	MHD_stop_daemon(s->mhd);
	s->mhd = NULL;
	uv_close((uv_handle_t *)&s->epoll, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}
