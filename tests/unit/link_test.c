/* Links over real sockets: whole, torn, coalesced and broken frames; back-pressure; closing from inside
 * handlers; the rules for socket files. Nothing waits for time, only for events with a deadline. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/net/frame.h"
#include "core/net/link.h"
#include "core/net/socket.h"

struct peer {
	int messages, closes, drains;
	size_t bytes;
	char type[64];
	char data[64];
	int64_t sum;
	struct error why;
	struct link *to_close;     /* closed by the handler */
	bool pause;
};

struct env {
	uv_loop_t loop;
	char dir[64];
};

static void on_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct peer *p = ctx;
	p->messages++;
	p->bytes += len;
	p->sum += json_int(msg, "n", 0);
	snprintf(p->type, sizeof p->type, "%s", json_str(msg, "type", "?"));
	snprintf(p->data, sizeof p->data, "%.*s", (int)(len < 60 ? len : 60), (const char *)data);
	if (p->pause)
		link_pause(l);
	if (p->to_close) {
		link_close(p->to_close);
		p->to_close = NULL;
	}
}

static void on_close(struct link *l, const struct error *why, void *ctx)
{
	struct peer *p = ctx;
	(void)l;
	p->closes++;
	p->why = *why;
}

static void on_drain(struct link *l, void *ctx)
{
	struct peer *p = ctx;
	(void)l;
	p->drains++;
}

static const struct link_handlers handlers = { on_message, on_close, on_drain };

static int setup(void **state)
{
	struct env *e = xcalloc(1, sizeof *e);
	strcpy(e->dir, "/tmp/stoker-link-XXXXXX");
	assert_non_null(mkdtemp(e->dir));
	uv_loop_init(&e->loop);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;
	/* What is still open here was left by a failed test: do not wait for it. */
	int64_t until = clock_mono_us() + 60000000;
	while (uv_run(&e->loop, UV_RUN_NOWAIT) && clock_mono_us() < until)
		usleep(1000);
	assert_int_equal(uv_loop_close(&e->loop), 0);
	fs_remove_tree(e->dir, NULL);
	free(e);
	return 0;
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
}

/* Turn the loop until cond holds, at most 10 s. */
#define WAIT(e, cond) \
	do { \
		int64_t until = clock_mono_us() + 60000000; \
		uv_timer_t tick; \
		uv_timer_init(&(e)->loop, &tick); \
		uv_timer_start(&tick, on_tick, 5, 5); \
		while (!(cond) && clock_mono_us() < until) \
			uv_run(&(e)->loop, UV_RUN_ONCE); \
		uv_close((uv_handle_t *)&tick, NULL); \
		uv_run(&(e)->loop, UV_RUN_NOWAIT); \
		assert_true(cond); \
	} while (0)

static void make_pair(struct env *e, struct peer *pa, struct peer *pb, struct link **a, struct link **b)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(link_open(&e->loop, fds[0], &handlers, pa, a, NULL), 0);
	assert_int_equal(link_open(&e->loop, fds[1], &handlers, pb, b, NULL), 0);
}

static cJSON *message(const char *type, int n)
{
	return json_add_int(json_add_str(cJSON_CreateObject(), "type", type), "n", n);
}

static void send_one(struct link *l, const char *type, int n, const void *data, size_t len)
{
	cJSON *m = message(type, n);
	assert_int_equal(link_send(l, m, data, len), 0);
	cJSON_Delete(m);
}

static void passes_messages_both_ways(void **state)
{
	struct env *e = *state;
	struct peer pa = { 0 }, pb = { 0 };
	struct link *a, *b;
	make_pair(e, &pa, &pb, &a, &b);
	send_one(a, "hello", 1, "raw", 3);
	send_one(b, "welcome", 2, NULL, 0);
	WAIT(e, pa.messages == 1 && pb.messages == 1);
	assert_string_equal(pb.type, "hello");
	assert_string_equal(pb.data, "raw");
	assert_string_equal(pa.type, "welcome");
	assert_int_equal(link_peer_pid(a), getpid());
	link_close(a);
	WAIT(e, pb.closes == 1);
	assert_int_equal(pb.why.code, ERR_UNAVAILABLE);
	assert_int_equal(pa.closes, 0);
}

static void reads_torn_and_joined_frames(void **state)
{
	struct env *e = *state;
	struct peer p = { 0 };
	int fds[2];
	struct link *l;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(link_open(&e->loop, fds[0], &handlers, &p, &l, NULL), 0);
	struct buf b = BUF_INIT;
	int64_t want = 0;
	for (int i = 1; i <= 20; i++) {
		cJSON *m = message("t", i);
		frame_write(&b, m, "0123456789", (size_t)(i % 11), NULL);
		cJSON_Delete(m);
		want += i;
	}
	for (size_t i = 0; i < b.len; i++) {
		assert_int_equal(write(fds[1], b.data + i, 1), 1);
		uv_run(&e->loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(write(fds[1], b.data, b.len), (ssize_t)b.len);
	WAIT(e, p.messages == 40);
	assert_int_equal(p.sum, 2 * want);
	/* A stream that ends inside a frame says so. */
	assert_int_equal(write(fds[1], b.data, 11), 11);
	close(fds[1]);
	WAIT(e, p.closes == 1);
	assert_non_null(strstr(p.why.message, "middle of a message"));
	buf_free(&b);
}

static void breaks_on_bad_frames(void **state)
{
	struct env *e = *state;
	static const struct { const char *bytes; size_t n; const char *says; } bad[] = {
		{ "\xff\xff\xff\xff\0\0\0\0", 8, "over the limit" },
		{ "\0\0\0\x02\0\0\0\0", 8, "contradict" },
		{ "\0\0\0\x06\0\0\0\x03{}", 10, "contradict" },
		{ "\0\0\0\x06\0\0\0\x02{]", 10, "malformed" },
		{ "\0\0\0\x06\0\0\0\x02[]", 10, "not a JSON object" },
		{ "\0\0\0\x06\0\0\0\x02{}", 10, "with a type" },
		{ "\0\0\0\x0e\0\0\0\x0a{\"type\":1}", 18, "with a type" },
		{ "\0\0\0\x04\0\0\0\0", 8, "JSON" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct peer p = { 0 };
		int fds[2];
		struct link *l;
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		assert_int_equal(link_open(&e->loop, fds[0], &handlers, &p, &l, NULL), 0);
		assert_int_equal(write(fds[1], bad[i].bytes, bad[i].n), (ssize_t)bad[i].n);
		WAIT(e, p.closes == 1);
		assert_non_null(strstr(p.why.message, bad[i].says));
		assert_int_equal(p.why.code, ERR_INVALID);
		assert_int_equal(p.messages, 0);
		close(fds[1]);
	}
}

static void large_messages_and_back_pressure(void **state)
{
	struct env *e = *state;
	struct peer pa = { 0 }, pb = { .pause = true };
	struct link *a, *b;
	make_pair(e, &pa, &pb, &a, &b);
	size_t n = 8u << 20;
	char *data = xcalloc(1, n);
	send_one(a, "big", 1, data, n);
	assert_true(link_queued(a) > 0);
	send_one(a, "big", 2, data, n);
	assert_true(link_queued(a) > n);
	WAIT(e, pb.messages == 1);
	for (int i = 0; i < 20; i++)
		uv_run(&e->loop, UV_RUN_NOWAIT);
	assert_int_equal(pb.messages, 1);
	assert_int_equal(pa.drains, 0);
	pb.pause = false;
	link_resume(b);
	WAIT(e, pb.messages == 2 && pa.drains == 1);
	assert_int_equal(link_queued(a), 0);
	assert_int_equal(pb.bytes, 2 * n);
	cJSON *m = message("huge", 0);
	assert_int_equal(link_send(a, m, data, (size_t)FRAME_MAX), ERR_FULL);
	cJSON_Delete(m);
	free(data);
	link_close(a);
	link_close(b);
	link_close(b);
}

static void resume_delivers_what_is_buffered(void **state)
{
	struct env *e = *state;
	struct peer pa = { 0 }, pb = { .pause = true };
	struct link *a, *b;
	make_pair(e, &pa, &pb, &a, &b);
	for (int i = 0; i < 5; i++)
		send_one(a, "m", 1, NULL, 0);
	for (int i = 1; i <= 5; i++) {
		WAIT(e, pb.messages == i);
		link_resume(b);
	}
	link_close(a);
	pb.pause = false;
	link_resume(b);
	WAIT(e, pb.closes == 1);
}

static void handlers_may_close(void **state)
{
	struct env *e = *state;
	struct peer pa = { 0 }, pb = { 0 };
	struct link *a, *b;
	make_pair(e, &pa, &pb, &a, &b);
	pb.to_close = b; /* itself, with a second message waiting */
	send_one(a, "one", 1, NULL, 0);
	send_one(a, "two", 1, NULL, 0);
	WAIT(e, pb.messages == 1 && pa.closes == 1);
	assert_int_equal(pb.closes, 0);
	make_pair(e, &pa, &pb, &a, &b);
	pb.to_close = a; /* the other end of the same process */
	send_one(a, "three", 1, NULL, 0);
	WAIT(e, pb.closes == 1);
	assert_int_equal(pb.messages, 2);
}

static void finish_and_flush_deliver_the_last_word(void **state)
{
	struct env *e = *state;
	struct peer pa = { 0 }, pb = { 0 };
	struct link *a, *b;
	make_pair(e, &pa, &pb, &a, &b);
	size_t n = 4u << 20;
	char *data = xcalloc(1, n);
	send_one(a, "last", 1, data, n);
	struct error err;
	assert_int_equal(link_flush(a, 20, &err), ERR_TIMEOUT);
	link_finish(a);
	cJSON *m = message("late", 0);
	assert_int_equal(link_send(a, m, NULL, 0), ERR_UNAVAILABLE);
	cJSON_Delete(m);
	WAIT(e, pb.messages == 1 && pb.closes == 1);
	assert_int_equal(pa.closes, 0);
	make_pair(e, &pa, &pb, &a, &b);
	send_one(a, "small", 1, NULL, 0);
	assert_int_equal(link_flush(a, 1000, &err), 0);
	link_finish(a);
	WAIT(e, pb.messages == 2 && pb.closes == 2);
	free(data);
}

static void send_to_a_dead_peer(void **state)
{
	struct env *e = *state;
	struct peer pa = { 0 };
	int fds[2];
	struct link *a;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(link_open(&e->loop, fds[0], &handlers, &pa, &a, NULL), 0);
	close(fds[1]);
	cJSON *m = message("x", 0);
	assert_int_equal(link_send(a, m, NULL, 0), ERR_UNAVAILABLE);
	assert_int_equal(pa.closes, 0);
	cJSON_Delete(m);
	WAIT(e, pa.closes == 1);
}

struct server {
	struct peer p;
	struct link *last;
	int links;
};

static void on_link(struct link *l, void *ctx)
{
	struct server *s = ctx;
	s->links++;
	s->last = l;
	link_set_handlers(l, &handlers, &s->p);
}

static void listens_connects_and_replaces_stale_sockets(void **state)
{
	struct env *e = *state;
	struct server s = { 0 };
	struct peer p = { 0 };
	struct link_listener *ls;
	struct link *l;
	struct error err;
	char *path = xasprintf("%s/control.sock", e->dir);
	assert_int_equal(link_connect(&e->loop, path, &handlers, &p, &l, &err), ERR_UNAVAILABLE);
	assert_int_equal(link_listen(&e->loop, path, on_link, &s, &ls, &err), 0);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	struct link_listener *second;
	assert_int_equal(link_listen(&e->loop, path, on_link, &s, &second, &err), ERR_EXISTS);
	assert_string_equal(err.message, "a server is already running");
	assert_int_equal(link_connect(&e->loop, path, &handlers, &p, &l, &err), 0);
	send_one(l, "hello", 7, NULL, 0);
	WAIT(e, s.p.messages == 1);
	send_one(s.last, "welcome", 8, NULL, 0);
	WAIT(e, p.messages == 1);
	link_close(l);
	WAIT(e, s.p.closes == 2); /* this one, and the second listener's probe */
	link_listener_close(ls);
	assert_int_not_equal(stat(path, &st), 0);
	/* A socket file that nobody serves is replaced. */
	int fd;
	assert_int_equal(socket_listen_unix(path, &fd, &err), 0);
	close(fd);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(link_listen(&e->loop, path, on_link, &s, &ls, &err), 0);
	link_listener_close(ls);
	/* What is not a socket is not touched. */
	assert_int_equal(fs_write_atomic(path, "x", 1, 0600, &err), 0);
	assert_int_equal(link_listen(&e->loop, path, on_link, &s, &ls, &err), ERR_EXISTS);
	assert_true(fs_exists(path));
	free(path);
}

static void a_predecessor_leaves_its_successors_socket(void **state)
{
	struct env *e = *state;
	struct error err;
	char *path = xasprintf("%s/s.sock", e->dir);
	int old, new;
	assert_int_equal(socket_listen_unix(path, &old, &err), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(socket_listen_unix(path, &new, &err), 0);
	socket_unlink_unix(path, old);
	assert_true(fs_exists(path));
	socket_unlink_unix(path, new);
	assert_false(fs_exists(path));
	close(old);
	close(new);
	free(path);
}

static void long_paths_work(void **state)
{
	struct env *e = *state;
	struct server s = { 0 };
	struct peer p = { 0 };
	struct link_listener *ls;
	struct link *l;
	struct error err;
	char *dir = xasprintf("%s/%0120d/%0100d", e->dir, 1, 2);
	assert_int_equal(fs_mkdirs(dir, 0700, &err), 0);
	char *path = xasprintf("%s/control.sock", dir);
	assert_true(strlen(path) > 200);
	assert_int_equal(link_connect(&e->loop, path, &handlers, &p, &l, &err), ERR_UNAVAILABLE);
	assert_int_equal(link_listen(&e->loop, path, on_link, &s, &ls, &err), 0);
	assert_int_equal(link_connect(&e->loop, path, &handlers, &p, &l, &err), 0);
	send_one(l, "hello", 1, NULL, 0);
	WAIT(e, s.p.messages == 1);
	link_close(l);
	WAIT(e, s.p.closes == 1);
	link_listener_close(ls);
	assert_false(fs_exists(path));
	char *bad = xasprintf("%s/%0100d", dir, 3);
	assert_int_equal(link_listen(&e->loop, bad, on_link, &s, &ls, &err), ERR_INVALID);
	free(bad);
	free(path);
	free(dir);
}

static void tcp_listens_on_loopback_only(void **state)
{
	(void)state;
	struct error err;
	int a, b;
	uint16_t port = 0, again = 0;
	assert_int_equal(socket_listen_tcp(0, false, &a, &port, &err), 0);
	assert_int_not_equal(port, 0);
	assert_int_equal(socket_listen_tcp(port, false, &b, &again, &err), ERR_EXISTS);
	assert_non_null(strstr(err.hint, "port"));
	close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passes_messages_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_torn_and_joined_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(breaks_on_bad_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(large_messages_and_back_pressure, setup, teardown),
		cmocka_unit_test_setup_teardown(resume_delivers_what_is_buffered, setup, teardown),
		cmocka_unit_test_setup_teardown(handlers_may_close, setup, teardown),
		cmocka_unit_test_setup_teardown(finish_and_flush_deliver_the_last_word, setup, teardown),
		cmocka_unit_test_setup_teardown(send_to_a_dead_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(listens_connects_and_replaces_stale_sockets, setup, teardown),
		cmocka_unit_test_setup_teardown(a_predecessor_leaves_its_successors_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(long_paths_work, setup, teardown),
		cmocka_unit_test(tcp_listens_on_loopback_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
