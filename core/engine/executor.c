#include "core/engine/executor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/engine.h"
#include "core/net/frame.h"
#include "core/net/socket.h"

#define MAX_BATCHES 4
#define PROGRESS_MS 250
#define INTERRUPT_MS 50

struct executor_item {
	cJSON *msg;
	struct executor_item *next;
};

/* ---- the link: blocking writes from both threads, reads from one ---- */

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ERR_UNAVAILABLE;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int executor_send(struct executor *x, const cJSON *msg, const void *data, size_t len)
{
	struct buf b = BUF_INIT;
	int rc = frame_write(&b, msg, data, len, NULL);
	if (!rc) {
		pthread_mutex_lock(&x->out_lock);
		rc = write_all(x->o->fd, b.data, b.len);
		pthread_mutex_unlock(&x->out_lock);
	}
	buf_free(&b);
	return rc;
}

static cJSON *message(const char *type, int64_t req)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", type);
	if (req)
		json_add_int(m, "req", req);
	return m;
}

static int send_free(struct executor *x, cJSON *m)
{
	int rc = executor_send(x, m, NULL, 0);
	cJSON_Delete(m);
	return rc;
}

bool executor_cancelled(struct executor *x)
{
	pthread_mutex_lock(&x->lock);
	bool yes = x->cancelled;
	pthread_mutex_unlock(&x->lock);
	return yes;
}

int executor_send_rows(struct executor *x, int64_t req, uint64_t count, const struct buf *rows)
{
	pthread_mutex_lock(&x->lock);
	while (x->unacknowledged >= MAX_BATCHES && !x->cancelled)
		pthread_cond_wait(&x->wake, &x->lock);
	bool stop = x->cancelled;
	x->unacknowledged++;
	pthread_mutex_unlock(&x->lock);
	if (stop)
		return ERR_CANCELLED;
	cJSON *m = message("rows", req);
	json_add_int(m, "count", (int64_t)count);
	int rc = executor_send(x, m, rows->data, rows->len);
	cJSON_Delete(m);
	return rc;
}

/* ---- the reader ---- */

static void leave(struct executor *x, int status)
{
	/* The main thread may sit in the kernel: no waiting for it, and no exit handlers. */
	if (x->o->temp)
		fs_remove_tree(x->o->temp, NULL);
	_exit(status); /* nor for leaks: what the kernel holds in the middle of a query would be named as such */
}

static void interrupt_locked(struct executor *x)
{
	if (x->kernel_up && x->running)
		duck.interrupt(x->k.con);
}

static void cancel_request(struct executor *x, int64_t req)
{
	pthread_mutex_lock(&x->lock);
	if (x->running == req) {
		x->cancelled = true;
		interrupt_locked(x);
		pthread_cond_broadcast(&x->wake);
	}
	for (struct executor_item *i = x->head; i; i = i->next)
		if (json_int(i->msg, "req", 0) == req)
			json_add_bool(i->msg, "cancelled", true);
	pthread_mutex_unlock(&x->lock);
}

static void take_more(struct executor *x)
{
	pthread_mutex_lock(&x->lock);
	if (x->unacknowledged > 0)
		x->unacknowledged--;
	pthread_cond_broadcast(&x->wake);
	pthread_mutex_unlock(&x->lock);
}

static void enqueue(struct executor *x, cJSON *msg)
{
	struct executor_item *i = xcalloc(1, sizeof *i);
	i->msg = msg;
	pthread_mutex_lock(&x->lock);
	if (x->tail)
		x->tail->next = i;
	else
		x->head = i;
	x->tail = i;
	pthread_cond_broadcast(&x->wake);
	pthread_mutex_unlock(&x->lock);
}

static void on_frame(struct executor *x, struct frame *f)
{
	const char *type = json_str(f->json, "type", "");
	if (!strcmp(type, "cancel")) {
		cancel_request(x, json_int(f->json, "req", 0));
	} else if (!strcmp(type, "more")) {
		take_more(x);
	} else if (!strcmp(type, "exit")) {
		leave(x, 0);
	} else {
		enqueue(x, f->json);
		return;
	}
	cJSON_Delete(f->json);
}

/* False when the driver has gone. */
static bool read_link(struct executor *x, struct buf *in)
{
	buf_reserve(in, 65536);
	ssize_t n = read(x->o->fd, in->data + in->len, in->cap - in->len - 1);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	in->len += (size_t)n;
	for (;;) {
		struct frame f;
		size_t need;
		struct error err = ERROR_INIT;
		int rc = in->len ? frame_read(in->data, in->len, &f, &need, &err) : 0;
		if (rc < 0) {
			log_error("the driver's stream is broken: %s", err.message);
			return false;
		}
		if (!rc)
			return true;
		size_t used = f.used;
		on_frame(x, &f);
		buf_consume(in, used);
	}
}

static void report_progress(struct executor *x)
{
	pthread_mutex_lock(&x->lock);
	int64_t req = x->kernel_up ? x->running : 0;
	bool again = req && x->cancelled;
	duckdb_query_progress_type p = { 0 };
	if (again)
		interrupt_locked(x); /* the first one may have come before the query began */
	else if (req)
		p = duck.query_progress(x->k.con);
	if (p.rows_processed > x->rows_seen)
		x->rows_seen = p.rows_processed;
	uint64_t rows = x->rows_seen;
	pthread_mutex_unlock(&x->lock);
	if (!req || again)
		return;
	cJSON *m = message("progress", req);
	json_add_num(m, "fraction", p.percentage >= 0 ? p.percentage / 100 : -1);
	json_add_int(m, "rows_in", (int64_t)rows);
	send_free(x, m);
}

static int wait_ms(struct executor *x)
{
	pthread_mutex_lock(&x->lock);
	int ms = x->cancelled && x->running ? INTERRUPT_MS : x->running || x->head ? PROGRESS_MS : -1;
	pthread_mutex_unlock(&x->lock);
	return ms;
}

static void *reader_main(void *arg)
{
	struct executor *x = arg;
	struct buf in = BUF_INIT;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	int sig = signalfd(-1, &set, SFD_CLOEXEC);
	for (;;) {
		struct pollfd p[2] = { { x->o->fd, POLLIN, 0 }, { sig, POLLIN, 0 } };
		int n = poll(p, 2, wait_ms(x));
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && p[1].revents)
			leave(x, 128 + SIGTERM);
		if (n > 0 && p[0].revents && !read_link(x, &in))
			break;
		if (n == 0)
			report_progress(x);
	}
	leave(x, 0);
	return NULL;
}

/* ---- requests ---- */

static cJSON *next_request(struct executor *x)
{
	pthread_mutex_lock(&x->lock);
	while (!x->head)
		pthread_cond_wait(&x->wake, &x->lock);
	struct executor_item *i = x->head;
	x->head = i->next;
	if (!x->head)
		x->tail = NULL;
	x->running = json_int(i->msg, "req", 0);
	x->cancelled = json_bool(i->msg, "cancelled", false);
	x->unacknowledged = 0;
	x->rows_seen = 0;
	pthread_mutex_unlock(&x->lock);
	cJSON *m = i->msg;
	free(i);
	return m;
}

static void end_request(struct executor *x)
{
	pthread_mutex_lock(&x->lock);
	x->running = 0;
	x->cancelled = false;
	pthread_mutex_unlock(&x->lock);
}

static void send_error(struct executor *x, int64_t req, const struct error *err)
{
	cJSON *m = message("error", req);
	json_add_str(m, "kind", err->class_[0] ? err->class_ : "INTERNAL");
	json_add_str(m, "message", err->message);
	if (err->detail[0])
		json_add_str(m, "detail", err->detail);
	send_free(x, m);
}

static void add_metrics(cJSON *m, struct task_metrics *t)
{
	json_add_int(m, "rows_in", (int64_t)t->rows_in);
	json_add_int(m, "rows_out", (int64_t)t->rows_out);
	json_add_int(m, "bytes_in", (int64_t)t->bytes_in);
	json_add_int(m, "bytes_out", (int64_t)t->bytes_out);
	json_add_int(m, "cpu_ns", (int64_t)t->cpu_ns);
	json_add_int(m, "run_ms", t->run_ms);
	json_add_int(m, "peak_mem", (int64_t)t->peak_mem);
	json_add_int(m, "spill", (int64_t)t->spill);
	json_add(m, "files", t->files);
}

static void handle(struct executor *x, const cJSON *msg)
{
	const char *type = json_str(msg, "type", "");
	int64_t req = json_int(msg, "req", 0);
	struct error err = ERROR_INIT;
	struct task_metrics t = { 0 };
	cJSON *columns = NULL;
	int rc;
	if (executor_cancelled(x)) {
		rc = error_set(&err, ERR_CANCELLED, "cancelled before it began");
		error_class(&err, "KILLED", NULL);
	} else if (!strcmp(type, "setup")) {
		rc = task_setup(x, msg, &err);
	} else if (!strcmp(type, "describe")) {
		rc = task_describe(x, msg, &columns, &err);
	} else if (!strcmp(type, "task")) {
		rc = task_run(x, msg, &t, &err);
	} else {
		return; /* a newer driver's message */
	}
	end_request(x);
	if (rc) {
		cJSON_Delete(t.files);
		send_error(x, req, &err);
		return;
	}
	cJSON *m = message("done", req);
	json_add(m, "columns", columns);
	add_metrics(m, &t);
	send_free(x, m);
}

static int say_hello(struct executor *x)
{
	cJSON *m = message("hello", 0);
	json_add_str(m, "id", x->o->id);
	json_add_str(m, "token", x->o->token);
	json_add_int(m, "pid", getpid());
	json_add_str(m, "kernel_version", duck.library_version());
	return send_free(x, m);
}

/* The kernel makes its spill folder when it needs one, but not the folders above. */
static void make_temp_parent(const char *temp)
{
	const char *slash = temp ? strrchr(temp, '/') : NULL;
	if (!slash || slash == temp)
		return;
	char *parent = xstrndup(temp, (size_t)(slash - temp));
	fs_mkdirs(parent, 0700, NULL);
	free(parent);
}

static int start(struct executor *x)
{
	struct error err = ERROR_INIT;
	const char *tz = x->o->timezone ? x->o->timezone : zone_local_name();
	struct kernel_options ko = { x->o->vcpu, x->o->mem_mb, x->o->temp, tz };
	make_temp_parent(x->o->temp);
	int rc = kernel_open(&x->k, &ko, &err);
	if (rc) {
		log_error("%s%s%s", err.message, err.detail[0] ? ": " : "", err.detail);
		send_error(x, 0, &err);
		return rc;
	}
	x->zone = zone_new(tz);
	pthread_mutex_lock(&x->lock);
	x->kernel_up = true;
	pthread_mutex_unlock(&x->lock);
	return say_hello(x);
}

int executor_serve(const struct executor_options *o)
{
	struct executor x = { .o = o };
	pthread_mutex_init(&x.lock, NULL);
	pthread_mutex_init(&x.out_lock, NULL);
	pthread_cond_init(&x.wake, NULL);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	fcntl(o->fd, F_SETFL, fcntl(o->fd, F_GETFL) & ~O_NONBLOCK);
	if (pthread_create(&x.reader, NULL, reader_main, &x))
		return 1;
	if (start(&x))
		leave(&x, 1);
	for (;;) {
		cJSON *m = next_request(&x);
		handle(&x, m);
		cJSON_Delete(m);
	}
}

/* ---- entry ---- */

static int usage(void)
{
	fputs("usage: stokerd executor --id N --container C --connect PATH --vcpu N --mem-mb N "
	      "--temp DIR\nA driver starts it; it is of no use by hand.\n", stderr);
	return 2;
}

/* The server may start an executor together with its driver: the kernel is loaded while the driver does not
 * listen yet, and the driver is given ten seconds. */
static int connect_driver(const char *path, int *fd, struct error *err)
{
	struct error why = ERROR_INIT;
	int rc = socket_connect_unix(path, fd, err);
	if (!rc)
		return 0;
	kernel_load(&why); /* a failure is met again, and told, by kernel_open */
	for (int tries = 0; rc && tries < 5000; tries++) {
		struct timespec pause = { 0, 2000000 };
		rc = socket_connect_unix(path, fd, err);
		if (rc)
			nanosleep(&pause, NULL);
	}
	return rc;
}

int engine_executor_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "id", 1, NULL, 'i' }, { "container", 1, NULL, 'c' }, { "connect", 1, NULL, 's' },
		{ "vcpu", 1, NULL, 'v' }, { "mem-mb", 1, NULL, 'm' },
		{ "temp", 1, NULL, 'd' }, { "timezone", 1, NULL, 'z' }, { NULL, 0, NULL, 0 }
	};
	struct executor_options o = { .id = "1", .token = "", .vcpu = 1, .mem_mb = 1024 };
	const char *path = NULL, *container = "";
	optind = 1;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'i': o.id = optarg; break;
		case 'c': container = optarg; break;
		case 's': path = optarg; break;
		case 'v': o.vcpu = atoi(optarg); break;
		case 'm': o.mem_mb = atoi(optarg); break;
		case 'd': o.temp = optarg; break;
		case 'z': o.timezone = optarg; break;
		default: return usage();
		}
	}
	if (!path || optind != argc)
		return usage();
	const char *token = id_take_secret("STOKER_TOKEN");
	o.token = token ? token : "";
	char who[96];
	snprintf(who, sizeof who, "executor %s %s", o.id, container);
	log_open(who);
	struct error err = ERROR_INIT;
	if (connect_driver(path, &o.fd, &err)) {
		log_error("the driver does not answer: %s", err.message);
		return 1;
	}
	return executor_serve(&o);
}
