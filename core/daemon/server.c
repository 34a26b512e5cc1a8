/* `stokerd server`: the process around the control plane. Lock, keys, sockets, signals. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/control/control.h"
#include "core/daemon/daemon.h"
#include "core/daemon/door.h"
#include "core/net/socket.h"

#define REGION "us-east-1"

struct server {
	uv_loop_t loop;
	struct control *control;
	struct door *door;
	uv_signal_t term, intr;
	uv_timer_t end;
	int lock, unix_fd;
	char *socket, *pid_file;
	char access_key[32], secret_key[64], token[64];
	int port, memory_share, spot_notice; /* port -1: not given */
	bool foreground, ending;
};

/* ---- keys ---- */

static int make_keys(struct server *s, const char *path, struct error *err)
{
	cJSON *o = cJSON_CreateObject();

	id_make(s->access_key, sizeof s->access_key, "AKIA", 16);
	id_secret(s->secret_key, sizeof s->secret_key, 40);
	id_secret(s->token, sizeof s->token, 40);
	json_add_str(o, "AccessKeyId", s->access_key);
	json_add_str(o, "SecretAccessKey", s->secret_key);
	json_add_str(o, "ApiToken", s->token);
	json_add_str(o, "Region", REGION);
	char *text = json_print(o);
	int ret = fs_write_atomic(path, text, strlen(text), 0600, err);
	free(text);
	cJSON_Delete(o);
	return ret;
}

static int read_keys(struct server *s, const char *path, struct error *err)
{
	struct buf b = BUF_INIT;
	cJSON *o = NULL;
	int ret = fs_read(path, 65536, &b, err);

	if (!ret && !(o = json_parse(buf_str(&b), b.len, err)))
		ret = err->code;
	if (!ret) {
		snprintf(s->access_key, sizeof s->access_key, "%s", json_str(o, "AccessKeyId", ""));
		snprintf(s->secret_key, sizeof s->secret_key, "%s", json_str(o, "SecretAccessKey", ""));
		snprintf(s->token, sizeof s->token, "%s", json_str(o, "ApiToken", ""));
		if (!s->access_key[0] || !s->secret_key[0] || !s->token[0])
			ret = error_set(err, ERR_CORRUPT, "It lacks AccessKeyId, SecretAccessKey or ApiToken");
	}
	if (ret) {
		error_prefix(err, "%s cannot be used", path);
		error_hint(err, "Repair it, or remove it: new keys are then made.");
	}
	cJSON_Delete(o);
	buf_free(&b);
	return ret;
}

static int load_keys(struct server *s, struct error *err)
{
	char *path = fs_home_path("credentials.json");
	int ret = fs_exists(path) ? read_keys(s, path, err) : make_keys(s, path, err);

	free(path);
	return ret;
}

/* ---- one server per home ---- */

static int take_lock(struct server *s, struct error *err)
{
	char *run = fs_home_path("run"), *path = fs_home_path("run/server.lock");
	int ret = fs_mkdirs(fs_home(), 0700, err);

	if (!ret)
		ret = fs_mkdirs(run, 0700, err);
	if (!ret && (s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		ret = error_errno(err, errno, "Cannot open %s", path);
	if (!ret && flock(s->lock, LOCK_EX | LOCK_NB)) {
		char pid[32] = "";
		ssize_t n = pread(s->lock, pid, sizeof pid - 1, 0);
		pid[n > 0 ? n : 0] = '\0';
		ret = error_set(err, ERR_EXISTS, "A server is already running for %s%s%s%s", fs_home(),
		                *pid ? " (process " : "", pid, *pid ? ")" : "");
		error_hint(err, "Use it, stop it with `stoker server stop`, or set another STOKER_HOME.");
	}
	if (!ret) {
		char pid[32];
		int n = snprintf(pid, sizeof pid, "%d", (int)getpid());
		if (ftruncate(s->lock, 0) || pwrite(s->lock, pid, (size_t)n, 0) != n)
			ret = error_errno(err, errno, "Cannot write %s", path);
		else
			ret = fs_write_atomic(s->pid_file, pid, (size_t)n, 0600, err);
	}
	free(path);
	free(run);
	return ret;
}

/* ---- sockets ---- */

/* A port that was asked for must be free; one that was only remembered is given up when it is not. */
static int listen_tcp(struct server *s, struct error *err)
{
	char *kept = s->port < 0 ? control_setting(s->control, "port") : NULL;
	uint16_t bound = 0;
	int fd = -1, want = s->port >= 0 ? s->port : kept ? atoi(kept) : 0;
	int ret = socket_listen_tcp((uint16_t)want, false, &fd, &bound, err);

	if (ret && s->port < 0 && want) {
		log_warn("port %d of the last start is in use; another one is chosen", want);
		ret = socket_listen_tcp(0, false, &fd, &bound, err);
	}
	free(kept);
	if (ret) {
		error_hint(err, "Choose another one with --port, or 0 to let the system choose.");
		return ret;
	}
	char text[16], endpoint[64];
	snprintf(text, sizeof text, "%u", bound);
	snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u", bound);
	if (want != bound || s->port >= 0)
		control_set_setting(s->control, "port", text);
	control_set_endpoint(s->control, endpoint);
	log_info("answering at %s and %s", endpoint, s->socket);
	return door_listen(s->door, fd, err);
}

/* ---- the end ---- */

static void close_handle(uv_handle_t *h)
{
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void close_all(struct server *s)
{
	if (s->unix_fd >= 0)
		socket_unlink_unix(s->socket, s->unix_fd);
	control_free(s->control);
	s->control = NULL;
	door_close(s->door);
	s->door = NULL;
	close_handle((uv_handle_t *)&s->term);
	close_handle((uv_handle_t *)&s->intr);
	close_handle((uv_handle_t *)&s->end);
}

static void on_end(uv_timer_t *t)
{
	log_info("stopping; workers and their jobs go on");
	close_all(t->data);
}

static void stop(void *ctx)
{
	struct server *s = ctx;

	if (s->ending)
		return;
	s->ending = true;
	uv_timer_start(&s->end, on_end, 0, 0);
}

static void on_signal(uv_signal_t *h, int signum)
{
	log_info("signal %d", signum);
	stop(h->data);
}

/* A link per node and per driver, a connection per client: as many as the system lets us have. */
static void raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static void start_hooks(struct server *s)
{
	raise_limits();
	uv_loop_init(&s->loop);
	uv_timer_init(&s->loop, &s->end);
	uv_signal_init(&s->loop, &s->term);
	uv_signal_init(&s->loop, &s->intr);
	s->end.data = s->term.data = s->intr.data = s;
	uv_signal_start(&s->term, on_signal, SIGTERM);
	uv_signal_start(&s->intr, on_signal, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

/* ---- start ---- */

static int open_all(struct server *s, struct error *err)
{
	char *program = xasprintf("%s/stokerd", fs_program_dir()), *home = realpath(fs_home(), NULL);
	struct control_options o = {
		.home = home ? home : fs_home(), .program = program, .region = REGION, .access_key = s->access_key,
		.secret_key = s->secret_key, .api_token = s->token, .memory_share = s->memory_share,
		.spot_notice_s = s->spot_notice,
		.stop = stop, .ctx = s,
	};
	int ret = control_new(&s->loop, &o, &s->control, err);

	free(program);
	free(home);
	if (ret)
		return ret;
	struct door_options d = { .control = s->control, .api_token = s->token };
	if ((ret = door_open(&s->loop, &d, &s->door, err)) || (ret = listen_tcp(s, err)) ||
	    (ret = socket_listen_unix(s->socket, &s->unix_fd, err)))
		return ret;
	int fd = dup(s->unix_fd); /* ours stays open, to remove the file at the end */
	fs_set_flags(fd);
	return door_listen(s->door, fd, err);
}

/* Tell whoever started us how it went: "ok", or why not. */
static void report_ready(int fd, const char *text)
{
	if (fd >= 0) {
		ssize_t n = write(fd, text, strlen(text));
		(void)n;
		close(fd);
	}
}

static void say_error(const struct error *err, int ready)
{
	char *text = xasprintf("%s%s%s%s%s", err->message, err->detail[0] ? ": " : "", err->detail,
	                       err->hint[0] ? "\n" : "", err->hint);

	log_error("%s%s%s", err->message, err->detail[0] ? ": " : "", err->detail);
	if (err->hint[0])
		log_error("%s", err->hint);
	report_ready(ready, text);
	free(text);
}

static int run(struct server *s, int ready)
{
	struct error err = ERROR_INIT;
	int ret;

	log_open("server");
	s->socket = fs_home_path("run/api.sock");
	s->pid_file = fs_home_path("run/server.pid");
	start_hooks(s);
	if ((ret = take_lock(s, &err)) || (ret = load_keys(s, &err)) || (ret = open_all(s, &err))) {
		say_error(&err, ready);
		close_all(s);
	} else {
		report_ready(ready, "ok");
	}
	uv_run(&s->loop, UV_RUN_DEFAULT);
	uv_loop_close(&s->loop);
	if (s->unix_fd >= 0)
		close(s->unix_fd);
	if (!ret)
		unlink(s->pid_file);
	if (s->lock >= 0)
		close(s->lock);
	free(s->socket);
	free(s->pid_file);
	if (!ret)
		log_info("stopped");
	return ret ? 1 : 0;
}

/* Away from the terminal: a session of its own, messages into the log. The parent waits for the outcome. */
static int run_in_background(struct server *s)
{
	char *dir = fs_home_path("log"), *log = fs_home_path("log/server.log"), said[2048];
	struct error err = ERROR_INIT;
	int ready[2], fd = -1, null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fs_mkdirs(dir, 0700, &err) || (fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0 ||
	    pipe2(ready, O_CLOEXEC)) {
		fprintf(stderr, "stokerd: cannot write %s: %s\n", log, err.code ? err.message : strerror(errno));
		return 1;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(ready[0]);
		setsid();
		dup2(null, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		mem_exit(run(s, ready[1]));
	}
	close(ready[1]);
	ssize_t n = pid < 0 ? 0 : read(ready[0], said, sizeof said - 1);
	said[n > 0 ? n : 0] = '\0';
	if (strcmp(said, "ok")) {
		fprintf(stderr, "stokerd: the server did not start: %s\n", *said ? said : "see its log");
		fprintf(stderr, "Its messages are in %s\n", log);
		return 1;
	}
	printf("stokerd runs as process %d; its messages are in %s\n", (int)pid, log);
	return 0;
}

static int usage(const char *why)
{
	if (why)
		fprintf(stderr, "stokerd server: %s\n", why);
	fputs("usage: stokerd server [--port N] [--memory-share PERCENT] [--spot-notice SECONDS] [--foreground]\n"
	      "  --port N              loopback port for AWS clients (0: let the system choose; default:\n"
	      "                        the port of the last start)\n"
	      "  --memory-share P      per cent of the machine's memory that jobs may be granted (60)\n"
	      "  --spot-notice S       from a spot interruption's notice to its end (120)\n"
	      "  --foreground          stay in the terminal and log to stderr\n", stderr);
	return 2;
}

static bool parse_number(const char *s, int max, int *out)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (!*s || *end || n < 0 || n > max)
		return false;
	*out = (int)n;
	return true;
}

static int parse_options(struct server *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' }, { "memory-share", required_argument, NULL, 'm' },
		{ "spot-notice", required_argument, NULL, 's' },
		{ "foreground", no_argument, NULL, 'f' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'p' && !parse_number(optarg, 65535, &s->port))
			return usage("--port must be a number from 0 to 65535");
		if (opt == 'm' && (!parse_number(optarg, 100, &s->memory_share) || !s->memory_share))
			return usage("--memory-share must be a number from 1 to 100");
		if (opt == 's' && (!parse_number(optarg, 86400, &s->spot_notice) || !s->spot_notice))
			return usage("--spot-notice must be a number from 1 to 86400");
		if (opt == 'f')
			s->foreground = true;
		if (opt == 'h' || opt == '?')
			return usage(NULL);
	}
	return optind < argc ? usage("it takes no other arguments") : 0;
}

int server_main(int argc, char **argv)
{
	struct server s = { .port = -1, .unix_fd = -1, .lock = -1 };
	int status = parse_options(&s, argc, argv);

	if (status)
		return status;
	/* Whoever has no terminal is in the background already. */
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tty >= 0)
		close(tty);
	return s.foreground || tty < 0 ? run(&s, -1) : run_in_background(&s);
}
