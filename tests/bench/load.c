/* A load for the server: requests from a file of lines "Target {json}", in turns, over kept connections.
 *
 *     load --unix PATH | --port N --key ID --secret S   --file F [--rate R] [--connections C] [--seconds T]
 *
 * With a rate, requests leave on their time whether or not earlier ones were answered (latency then counts from that
 * time, so that a stall is not hidden); without one, every connection asks as soon as it was answered. Over TCP each
 * request is signed. Prints one line of JSON: requests, errors, seconds, rate, and latencies in ms. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/mem.h"
#include "core/net/sigv4.h"
#include "core/net/socket.h"

#define MAX_CONNECTIONS 256

struct line {
	char *target, *body;
};

struct conn {
	int fd;
	bool busy;
	int64_t due;             /* us: when it ought to have left */
	struct buf in;
};

static struct {
	const char *unix_path, *key, *secret, *file;
	int port, connections;
	double rate, seconds;
	VEC(struct line) lines;
	VEC(double) ms;
	long errors;
	size_t next;
	struct conn conns[MAX_CONNECTIONS];
	char host[32];
} L = { .connections = 32, .seconds = 10 };

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void read_lines(void)
{
	struct buf b = BUF_INIT;
	struct error err = ERROR_INIT;

	if (fs_read(L.file, 64 << 20, &b, &err))
		die(err.message);
	for (char *save, *s = strtok_r(b.data, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
		char *space = strchr(s, ' ');
		if (!space)
			continue;
		struct line l = { xstrndup(s, (size_t)(space - s)), xstrdup(space + 1) };
		vec_push(&L.lines, l);
	}
	buf_free(&b);
	if (!L.lines.len)
		die("no requests in the file");
}

static int connect_one(void)
{
	struct error err = ERROR_INIT;
	int fd = -1;

	if (L.unix_path) {
		if (socket_connect_unix(L.unix_path, &fd, &err))
			die(err.message);
	} else {
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)L.port),
		                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&a, sizeof a))
			die("connect");
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

struct headers {
	const struct line *l;
	char date[24];
};

static const char *header(void *ctx, const char *name)
{
	struct headers *h = ctx;

	if (!strcmp(name, "content-type"))
		return "application/x-amz-json-1.1";
	if (!strcmp(name, "host"))
		return L.host;
	if (!strcmp(name, "x-amz-date"))
		return h->date;
	return !strcmp(name, "x-amz-target") ? h->l->target : NULL;
}

static void add_signature(struct buf *out, const struct line *l)
{
	struct headers h = { .l = l };
	struct sigv4_scope scope = { L.key, L.secret, NULL, "us-east-1", "elasticmapreduce", clock_now_ms() };
	struct sigv4_request r = { "POST", "/", header, &h, l->body, strlen(l->body) };
	struct buf auth = BUF_INIT;

	clock_amz_date(scope.time_ms, h.date, sizeof h.date);
	sigv4_sign(&r, &scope, "content-type;host;x-amz-date;x-amz-target", &auth);
	buf_addf(out, "X-Amz-Date: %s\r\nAuthorization: %s\r\n", h.date, buf_str(&auth));
	buf_free(&auth);
}

static void send_next(struct conn *c, int64_t due)
{
	const struct line *l = &L.lines.items[L.next++ % L.lines.len];
	struct buf out = BUF_INIT;

	buf_addf(&out, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-amz-json-1.1\r\n"
	         "X-Amz-Target: %s\r\nContent-Length: %zu\r\n", L.host, l->target, strlen(l->body));
	if (L.key)
		add_signature(&out, l);
	buf_adds(&out, "\r\n");
	buf_adds(&out, l->body);
	for (size_t at = 0; at < out.len;) {
		ssize_t n = write(c->fd, out.data + at, out.len - at);
		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { c->fd, POLLOUT, 0 };
			poll(&p, 1, 1000);
		} else if (n < 0) {
			die("write");
		} else {
			at += (size_t)n;
		}
	}
	buf_free(&out);
	c->busy = true;
	c->due = due;
}

/* Is the whole reply there? */
static bool complete(struct conn *c)
{
	char *end = c->in.len ? strstr(buf_str(&c->in), "\r\n\r\n") : NULL, *len;

	if (!end)
		return false;
	len = strcasestr(buf_str(&c->in), "content-length:");
	return len && c->in.len >= (size_t)(end + 4 - c->in.data) + strtoul(len + 15, NULL, 10);
}

static void take(struct conn *c)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(c->fd, chunk, sizeof chunk)) > 0)
		buf_add(&c->in, chunk, (size_t)n);
	if (n == 0)
		die("the server closed a connection");
	if (!complete(c))
		return;
	if (strncmp(c->in.data, "HTTP/1.1 200", 12) && !L.errors++)
		fprintf(stderr, "load: %s\n", c->in.data);
	vec_push(&L.ms, (double)(clock_mono_us() - c->due) / 1000);
	buf_clear(&c->in);
	c->busy = false;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(double q)
{
	size_t i = (size_t)(q * (double)L.ms.len);

	return L.ms.len ? L.ms.items[i < L.ms.len ? i : L.ms.len - 1] : 0;
}

static void run(void)
{
	struct pollfd p[MAX_CONNECTIONS];
	int64_t begin = clock_mono_us(), end = begin + (int64_t)(L.seconds * 1e6);
	long sent = 0;

	for (int64_t now = begin; now < end; now = clock_mono_us()) {
		int wait = 1;
		for (int i = 0; i < L.connections; i++) {
			struct conn *c = &L.conns[i];
			int64_t due = L.rate > 0 ? begin + (int64_t)((double)sent * 1e6 / L.rate) : now;
			if (!c->busy && due <= now) {
				send_next(c, due);
				sent++;
			}
			p[i] = (struct pollfd){ c->fd, POLLIN, 0 };
		}
		if (poll(p, (nfds_t)L.connections, wait) < 0 && errno != EINTR)
			die("poll");
		for (int i = 0; i < L.connections; i++)
			if (p[i].revents)
				take(&L.conns[i]);
	}
	double s = (double)(clock_mono_us() - begin) / 1e6;
	qsort(L.ms.items, L.ms.len, sizeof *L.ms.items, by_value);
	printf("{\"requests\": %zu, \"errors\": %ld, \"seconds\": %.3f, \"rate\": %.1f, \"median\": %.3f, \"p90\": %.3f, "
	       "\"p99\": %.3f, \"max\": %.3f}\n", L.ms.len, L.errors, s, (double)L.ms.len / s, quantile(0.5),
	       quantile(0.9), quantile(0.99), quantile(1));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "unix", 1, NULL, 'u' }, { "port", 1, NULL, 'p' }, { "key", 1, NULL, 'k' }, { "secret", 1, NULL, 's' },
		{ "file", 1, NULL, 'f' }, { "rate", 1, NULL, 'r' }, { "connections", 1, NULL, 'c' },
		{ "seconds", 1, NULL, 't' }, { NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'u': L.unix_path = optarg; break;
		case 'p': L.port = atoi(optarg); break;
		case 'k': L.key = optarg; break;
		case 's': L.secret = optarg; break;
		case 'f': L.file = optarg; break;
		case 'r': L.rate = atof(optarg); break;
		case 'c': L.connections = atoi(optarg); break;
		case 't': L.seconds = atof(optarg); break;
		default: return 2;
		}
	}
	if (!L.file || (!L.unix_path && !L.port) || L.connections < 1 || L.connections > MAX_CONNECTIONS)
		return 2;
	snprintf(L.host, sizeof L.host, "127.0.0.1:%d", L.port);
	read_lines();
	for (int i = 0; i < L.connections; i++)
		L.conns[i].fd = connect_one();
	run();
	return L.errors ? 1 : 0;
}
