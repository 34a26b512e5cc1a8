/* Delivering: an HTTP POST, or a process with the message on its standard input. What may pass by itself is tried
 * again, with growing pauses; everything else fails at once and says why. */
#include "core/control/notify/deliver.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/control/access/access.h"

extern char **environ;

#define COMMAND_LIMIT_MS 30000
#define POST_LIMIT_MS 15000
#define REPLY_MAX 65536          /* nobody reads it */
#define SENDMAIL "/usr/sbin/sendmail"
#define EX_TEMPFAIL 75

static const int pauses_ms[] = { 1000, 5000, 30000, 120000 };
#define ATTEMPTS (int)(sizeof pauses_ms / sizeof *pauses_ms + 1)

static void start(uv_timer_t *t);

/* ---- the message ---- */

static char *message_text(const struct topic *t, const char *subject, const cJSON *body)
{
	char id[37], when[40], *arn = topic_arn(t->region, t->name), *inner = json_print(body);
	cJSON *o = json_add_str(cJSON_CreateObject(), "Type", "Notification");

	json_add_str(o, "MessageId", id_uuid(id, sizeof id));
	json_add_str(o, "TopicArn", arn);
	json_add_str(o, "Subject", subject);
	json_add_str(o, "Message", inner);
	json_add_str(o, "Timestamp", clock_iso8601(clock_now_ms(), when, sizeof when));
	json_add_str(o, "text", subject); /* what chat services show */
	char *text = json_print(o);
	cJSON_Delete(o);
	free(inner);
	free(arn);
	return text;
}

static void add_plain(struct buf *b, const cJSON *v, int depth)
{
	for (const cJSON *c = v->child; c; c = c->next) {
		if (cJSON_IsObject(c) || cJSON_IsArray(c)) {
			if (!c->child)
				continue;
			buf_addf(b, "%*s%s:\n", depth * 2, "", c->string ? c->string : "-");
			add_plain(b, c, depth + 1);
			continue;
		}
		buf_addf(b, "%*s%s%s", depth * 2, "", c->string ? c->string : "-", c->string ? ": " : " ");
		if (cJSON_IsString(c))
			buf_adds(b, c->valuestring);
		else
			json_print_to(b, c);
		buf_addc(b, '\n');
	}
}

struct delivery *delivery_again(struct control *ctl, const struct topic *t, const char *id, const char *subject,
                                char *text, char *plain)
{
	struct delivery *d = xcalloc(1, sizeof *d);

	d->ctl = ctl;
	snprintf(d->id, sizeof d->id, "%s", id);
	snprintf(d->region, sizeof d->region, "%s", t->region);
	d->topic = xstrdup(t->name);
	d->target = xstrdup(t->target);
	d->way = t->way;
	d->subject = xstrdup(subject);
	d->text = text;
	d->plain = plain;
	d->errors = -1;
	uv_timer_init(ctl->loop, &d->timer);
	d->timer.data = d;
	uv_timer_start(&d->timer, start, 0, 0);
	vec_push(&notify_of(ctl)->deliveries, d);
	return d;
}

struct delivery *delivery_new(struct control *ctl, const struct topic *t, const char *subject, const cJSON *body)
{
	struct buf plain = BUF_INIT;

	add_plain(&plain, body, 0);
	struct delivery *d = delivery_again(ctl, t, "", subject, message_text(t, subject, body), xstrdup(buf_str(&plain)));
	buf_free(&plain);
	return d;
}

static void on_closed(uv_handle_t *h)
{
	struct delivery *d = h->data;

	free(d->topic);
	free(d->target);
	free(d->subject);
	free(d->text);
	free(d->plain);
	free(d);
}

void delivery_free(struct delivery *d)
{
	struct notify *n = notify_of(d->ctl);

	for (size_t i = 0; i < n->deliveries.len; i++)
		if (n->deliveries.items[i] == d)
			vec_remove(&n->deliveries, i);
	if (d->http)
		http_call_cancel(d->http);
	if (d->pid)
		kill(-d->pid, SIGKILL);
	if (d->errors >= 0)
		close(d->errors);
	uv_close((uv_handle_t *)&d->timer, on_closed);
}

static void failed(struct delivery *d, bool passing, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void failed(struct delivery *d, bool passing, const char *fmt, ...)
{
	struct buf why = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&why, fmt, ap);
	va_end(ap);
	if (passing && !d->once && d->attempt < ATTEMPTS) {
		log_info("notice to %s: attempt %d: %s", d->topic, d->attempt, buf_str(&why));
		uv_timer_start(&d->timer, start, (uint64_t)pauses_ms[d->attempt - 1], 0);
	} else {
		log_warn("notice to %s was not delivered after %d attempt%s: %s", d->topic, d->attempt,
		         d->attempt == 1 ? "" : "s", buf_str(&why));
		delivery_done(d, buf_str(&why));
	}
	buf_free(&why);
}

/* ---- webhook ---- */

static void on_posted(const struct http_result *r, void *ctx)
{
	struct delivery *d = ctx;

	d->http = NULL;
	/* A status that came says it all: what follows it may be huge, or never end. */
	if (r->err.code && !r->status)
		failed(d, true, "%s%s%s", r->err.message, r->err.detail[0] ? ": " : "", r->err.detail);
	else if (r->status >= 200 && r->status < 300)
		delivery_done(d, NULL);
	else
		failed(d, r->status >= 500 || r->status == 429 || r->status == 408,
		       "The webhook answered with HTTP status %d.",
		       r->status);
}

static void post(struct delivery *d)
{
	struct notify *n = notify_of(d->ctl);
	static const char *const headers[] = { "Content-Type: application/json; charset=UTF-8",
	                                       "x-amz-sns-message-type: Notification", "User-Agent: stoker", NULL };
	struct http_send s = { .url = d->target, .headers = headers, .body = d->text, .len = strlen(d->text),
	                       .timeout_ms = POST_LIMIT_MS, .max_reply = REPLY_MAX };
	struct error err = ERROR_INIT;

	if (!n->http && http_client_new(d->ctl->loop, &n->http, &err)) {
		failed(d, false, "%s", err.message);
		return;
	}
	d->http = http_client_send(n->http, &s, on_posted, d, &err);
	if (!d->http)
		failed(d, false, "%s", err.message);
}

/* ---- processes ---- */

static int memory_file(const char *name, const char *text, size_t n)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	while (fd >= 0 && n) {
		ssize_t w = write(fd, text, n);
		if (w < 0) {
			close(fd);
			return -1;
		}
		text += w;
		n -= (size_t)w;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* A command gets the server's environment without what opens doors: tokens, keys, passwords. */
static bool secret(const char *entry)
{
	size_t n = strcspn(entry, "=");

	return redact_name(entry, n) || (n == 17 && !strncmp(entry, "AWS_ACCESS_KEY_ID", n));
}

static char **environment(const struct delivery *d)
{
	size_t count = 0, k = 0;

	while (environ[count])
		count++;
	char **env = xcalloc(count + 3, sizeof *env);
	for (size_t i = 0; i < count; i++)
		if (!secret(environ[i]))
			env[k++] = xstrdup(environ[i]);
	env[k++] = xasprintf("STOKER_TOPIC=%s", d->topic);
	env[k++] = xasprintf("STOKER_SUBJECT=%s", d->subject);
	return env;
}

static void on_late(uv_timer_t *t)
{
	struct delivery *d = t->data;

	d->late = true;
	kill(-d->pid, SIGKILL);
}

/* In a process group of its own, so that the time limit ends what it started as well. */
static int spawn(struct delivery *d, const char *program, char *const argv[], int in, char *const env[])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid = 0;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_adddup2(&files, d->errors, 1);
	posix_spawn_file_actions_adddup2(&files, d->errors, 2);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	int rc = posix_spawn(&pid, program, &files, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	d->pid = rc ? 0 : pid;
	return rc;
}

static void run_program(struct delivery *d, const char *program, char *const argv[], const char *input)
{
	int in = memory_file("notice", input, strlen(input)), rc = 0;
	char **env = environment(d);

	if (d->errors >= 0)
		close(d->errors);
	d->errors = memory_file("errors", "", 0);
	d->late = false;
	if (in < 0 || d->errors < 0)
		rc = errno;
	else
		rc = spawn(d, program, argv, in, env);
	if (in >= 0)
		close(in);
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	free(env);
	if (rc)
		failed(d, false, "%s could not be started: %s.%s", program, strerror(rc), d->way == TOPIC_EMAIL
		       ? " Set STOKER_SENDMAIL to the machine's sendmail, or install one." : "");
	else
		uv_timer_start(&d->timer, on_late, COMMAND_LIMIT_MS, 0);
}

/* The last line that the program wrote, "" when none. */
static void last_words(const struct delivery *d, char *out, size_t size)
{
	char text[600];
	off_t end = lseek(d->errors, 0, SEEK_END), from = end > 512 ? end - 512 : 0;
	ssize_t n = pread(d->errors, text, 512, from);
	struct buf clean = BUF_INIT;

	out[0] = '\0';
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	if (n <= 0)
		return;
	text[n] = '\0';
	const char *line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	utf8_clean(&clean, line, strlen(line));
	snprintf(out, size, ": %s", buf_str(&clean));
	buf_free(&clean);
}

bool delivery_child(struct control *ctl, int pid, int status)
{
	struct notify *n = notify_of(ctl);
	struct delivery *d = NULL;
	char said[600];

	for (size_t i = 0; n && i < n->deliveries.len && !d; i++)
		if (n->deliveries.items[i]->pid == pid)
			d = n->deliveries.items[i];
	if (!d)
		return false;
	kill(-pid, SIGKILL); /* what it left behind */
	d->pid = 0;
	uv_timer_stop(&d->timer);
	last_words(d, said, sizeof said);
	if (d->late)
		failed(d, false, "The program did not end within %d seconds and was stopped.", COMMAND_LIMIT_MS / 1000);
	else if (WIFSIGNALED(status))
		failed(d, false, "The program was ended by signal %d%s", WTERMSIG(status), said);
	else if (WEXITSTATUS(status))
		failed(d, WEXITSTATUS(status) == EX_TEMPFAIL, "The program ended with status %d%s", WEXITSTATUS(status), said);
	else
		delivery_done(d, NULL);
	return true;
}

static void command(struct delivery *d)
{
	char *argv[] = { (char *)"sh", (char *)"-c", d->target, NULL };

	run_program(d, "/bin/sh", argv, d->text);
}

/* ---- e-mail ---- */

/* A header's text: one line, in RFC 2047's form where it is more than ASCII. */
static void add_header(struct buf *out, const char *s)
{
	bool plain = true;

	for (const char *p = s; *p; p++)
		plain &= *p >= ' ' && *p < 127;
	if (plain) {
		buf_adds(out, s);
		return;
	}
	buf_adds(out, "=?UTF-8?Q?");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			buf_addc(out, (char)c);
		else if (c == ' ' || c < ' ')
			buf_addc(out, '_');
		else
			buf_addf(out, "=%02X", c);
	}
	buf_adds(out, "?=");
}

static void email(struct delivery *d)
{
	const char *program = getenv("STOKER_SENDMAIL");
	char *argv[] = { (char *)"sendmail", (char *)"-i", (char *)"-t", NULL };
	struct buf b = BUF_INIT;

	buf_addf(&b, "To: %s\nSubject: ", d->target);
	add_header(&b, d->subject);
	buf_addf(&b, "\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
	         "Content-Transfer-Encoding: 8bit\n\n%s\n\n%s", d->subject, d->plain);
	run_program(d, program && *program ? program : SENDMAIL, argv, buf_str(&b));
	buf_free(&b);
}

static void start(uv_timer_t *t)
{
	struct delivery *d = t->data;

	d->attempt++;
	if (d->way == TOPIC_WEBHOOK)
		post(d);
	else if (d->way == TOPIC_COMMAND)
		command(d);
	else
		email(d);
}
