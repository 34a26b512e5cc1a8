#include "tests/console/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/console/term_impl.h"
#include "tui/keys.h"

#define DEADLINE_MS TERM_DEADLINE_MS

/* ---- starting ---- */

static void set_environment(const struct term_options *o, const char *home)
{
	const char *keep = getenv("PATH");
	char *path = xstrdup(keep ? keep : "/usr/bin:/bin");
	clearenv();
	setenv("PATH", path, 1);
	setenv("HOME", home, 1);
	setenv("STOKER_HOME", home, 1);
	setenv("TZ", "UTC", 1);
	setenv("TERM", o->type ? o->type : "xterm-256color", 1);
	setenv("LANG", o->lang ? o->lang : "C.UTF-8", 1);
	setenv("STOKER_FROZEN_TIME", TERM_FROZEN, 1);
	setenv("ASAN_OPTIONS", "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0", 1);
	for (size_t i = 0; o->env && o->env[i]; i++) {
		char *name = xstrdup(o->env[i]), *eq = strchr(name, '=');
		if (eq)
			*eq = '\0';
		if (eq && eq[1])
			setenv(name, eq + 1, 1);
		else
			unsetenv(name);
		free(name);
	}
	free(path);
}

static void reply_cb(const char *s, size_t len, void *user)
{
	struct term *t = user;
	if (!t->mute && t->fd >= 0 && write(t->fd, s, len) < 0)
		return;
}

static int prop_cb(VTermProp prop, VTermValue *val, void *user)
{
	struct term *t = user;
	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate = val->boolean;
	if (prop == VTERM_PROP_CURSORVISIBLE)
		t->cursor = val->boolean;
	return 1;
}

struct term *term_start(const struct term_options *o)
{
	static const VTermScreenCallbacks calls = { .settermprop = prop_cb };
	struct term *t = xcalloc(1, sizeof *t);
	t->w = o->w ? o->w : 80;
	t->h = o->h ? o->h : 24;
	t->mute = o->mute;
	t->cursor = true;
	snprintf(t->home, sizeof t->home, "/tmp/stoker-term-XXXXXX");
	assert_non_null(mkdtemp(t->home));
	struct winsize ws = { .ws_col = (unsigned short)t->w, .ws_row = (unsigned short)t->h };
	t->pid = forkpty(&t->fd, NULL, NULL, &ws);
	assert_true(t->pid >= 0);
	if (t->pid == 0) {
		set_environment(o, t->home);
		execv(o->argv[0], (char *const *)o->argv);
		fprintf(stderr, "cannot run %s: %s\n", o->argv[0], strerror(errno));
		_exit(127);
	}
	fcntl(t->fd, F_SETFL, O_NONBLOCK);
	t->vt = vterm_new(t->h, t->w);
	vterm_set_utf8(t->vt, 1);
	vterm_output_set_callback(t->vt, reply_cb, t);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &calls, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	return t;
}

void term_free(struct term *t)
{
	int status;
	if (!t)
		return;
	if (!t->ended && waitpid(t->pid, &status, WNOHANG) == 0) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, &status, 0);
	}
	if (t->fd >= 0)
		close(t->fd);
	vterm_free(t->vt);
	buf_free(&t->log);
	buf_free(&t->pending);
	fs_remove_tree(t->home, NULL);
	free(t);
}

const char *term_built(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/../%s", fs_program_dir(), name);
	return path;
}

const char *term_demo(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", fs_program_dir(), name);
	return path;
}

/* ---- the loop ---- */

/* How many bytes may be read now, at the rate that was set. */
static size_t allowance(struct term *t)
{
	if (t->rate <= 0)
		return 65536;
	int64_t now = clock_mono_us();
	t->credit += (double)(now - t->rate_us) * (double)t->rate / 1e6;
	t->credit = t->credit > (double)t->rate ? (double)t->rate : t->credit;
	t->rate_us = now;
	return t->credit < 1 ? 0 : (size_t)t->credit;
}

/* Bytes at the end of data that begin a character without ending it. */
static size_t cut_character(const char *data, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)data[n - back];
		size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
		if (want > 1)
			return want > back ? back : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

/* A read may end inside a character. libvterm keeps one decoder for text that begins in ASCII and another for
 * text that does not, so the rest of a character must not come to it alone. */
static void feed(struct term *t, const char *data, size_t n)
{
	buf_add(&t->pending, data, n);
	size_t kept = cut_character(t->pending.data, t->pending.len), whole = t->pending.len - kept;
	vterm_input_write(t->vt, t->pending.data, whole);
	buf_consume(&t->pending, whole);
}

/* One read; gives the bytes, 0 when there are none, -1 at the end. */
static ssize_t pump(struct term *t, int wait_ms)
{
	char block[65536];
	if (t->fd < 0)
		return -1;
	size_t most = allowance(t);
	struct pollfd p = { .fd = t->fd, .events = most ? POLLIN : 0 };
	if (poll(&p, 1, most ? wait_ms : wait_ms < 5 ? wait_ms : 5) <= 0 || !most)
		return 0;
	ssize_t k = read(t->fd, block, most < sizeof block ? most : sizeof block);
	if (k <= 0)
		return k < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
	t->credit -= (double)k;
	t->bytes += (uint64_t)k;
	t->last_us = clock_mono_us();
	buf_add(&t->log, block, (size_t)k);
	feed(t, block, (size_t)k);
	vterm_screen_flush_damage(t->screen);
	return k;
}

void term_run(struct term *t, int ms)
{
	int64_t end = clock_mono_us() + (int64_t)ms * 1000, now;
	while ((now = clock_mono_us()) < end)
		if (pump(t, (int)((end - now) / 1000) + 1) < 0)
			return;
}

void term_settle(struct term *t, int quiet_ms)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000LL, from = clock_mono_us();
	if (t->last_us < from)
		t->last_us = from;
	while (clock_mono_us() < end && clock_mono_us() - t->last_us < (int64_t)quiet_ms * 1000)
		if (pump(t, quiet_ms) < 0)
			return;
}

void term_wait_output(struct term *t, uint64_t before)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000LL;
	while (t->bytes == before && clock_mono_us() < end && pump(t, 20) >= 0)
		;
	assert_true(t->bytes != before);
}

static void give_up(struct term *t, const char *what, const char *text)
{
	char *s = term_screen(t);
	printf("the screen %s '%s' in %d ms:\n%s\n", what, text, DEADLINE_MS, s);
	fflush(stdout);
	free(s);
	fail();
}

bool term_shows(struct term *t, const char *text)
{
	char *s = term_screen(t);
	bool hit = strstr(s, text) != NULL;
	free(s);
	return hit;
}

static void wait_until(struct term *t, const char *text, bool want)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000LL;
	while (term_shows(t, text) != want) {
		if (clock_mono_us() > end || (pump(t, 50) < 0 && term_shows(t, text) != want)) {
			give_up(t, want ? "did not show" : "still showed", text);
			return;
		}
	}
}

void term_wait(struct term *t, const char *text)
{
	wait_until(t, text, true);
}

void term_wait_gone(struct term *t, const char *text)
{
	wait_until(t, text, false);
}

void term_wait_line(struct term *t, int y, const char *text)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000LL;
	for (;;) {
		char *line = term_line(t, y < 0 ? t->h + y : y);
		bool hit = strstr(line, text) != NULL;
		free(line);
		if (hit)
			return;
		if (clock_mono_us() > end || pump(t, 50) < 0) {
			give_up(t, "did not show in that line", text);
			return;
		}
	}
}

int term_wait_exit(struct term *t)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000LL;
	int status = -1;
	while (waitpid(t->pid, &status, WNOHANG) == 0) {
		if (clock_mono_us() > end) {
			give_up(t, "stayed; the program did not end", "");
			return -1;
		}
		pump(t, 5);
	}
	while (pump(t, 0) > 0)
		;
	t->ended = true;
	return status;
}

/* ---- typing ---- */

void term_raw(struct term *t, const void *bytes, size_t n)
{
	const char *s = bytes;
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000LL;
	while (n > 0 && t->fd >= 0 && clock_mono_us() < end) {
		ssize_t k = write(t->fd, s, n);
		if (k > 0) {
			s += k;
			n -= (size_t)k;
		} else {
			pump(t, 5);
		}
	}
}

static void special(char *out, size_t size, const char *seq, uint32_t mods)
{
	int m = 1 + (mods & TK_SHIFT ? 1 : 0) + (mods & TK_ALT ? 2 : 0) + (mods & TK_CTRL ? 4 : 0);
	size_t n = strlen(seq);
	if (m == 1)
		snprintf(out, size, "\033[%s", seq);
	else if (seq[n - 1] == '~')
		snprintf(out, size, "\033[%.*s;%d~", (int)n - 1, seq, m);
	else
		snprintf(out, size, "\033[1;%d%s", m, seq);
}

static void encode(uint32_t key, char *out, size_t size)
{
	static const struct {
		uint32_t key;
		const char *seq;
	} keys[] = { { TK_UP, "A" }, { TK_DOWN, "B" }, { TK_RIGHT, "C" }, { TK_LEFT, "D" }, { TK_HOME, "H" },
		     { TK_END, "F" }, { TK_PGUP, "5~" }, { TK_PGDN, "6~" }, { TK_INSERT, "2~" }, { TK_DELETE, "3~" },
		     { TK_F1, "11~" }, { TK_F1 + 1, "12~" }, { TK_F1 + 2, "13~" }, { TK_F1 + 3, "14~" },
		     { TK_F1 + 4, "15~" }, { TK_F1 + 5, "17~" }, { TK_F1 + 6, "18~" }, { TK_F1 + 7, "19~" },
		     { TK_F1 + 8, "20~" }, { TK_F1 + 9, "21~" } };
	uint32_t base = key & ~TK_MODS, mods = key & TK_MODS;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].key == base) {
			special(out, size, keys[i].seq, mods);
			return;
		}
	if (key == (TK_TAB | TK_SHIFT)) {
		snprintf(out, size, "\033[Z");
		return;
	}
	char u[5] = "";
	if (mods & TK_CTRL)
		u[0] = (char)(base & 0x1F);
	else
		u[utf8_encode(base, u)] = '\0';
	snprintf(out, size, "%s%s", mods & TK_ALT ? "\033" : "", u);
}

void term_keys(struct term *t, const char *text)
{
	while (*text) {
		const char *close = *text == '<' && text[1] != '<' ? strchr(text, '>') : NULL;
		if (close) {
			char seq[32];
			uint32_t key = key_parse(text + 1, (size_t)(close - text - 1));
			assert_int_not_equal(key, TK_NONE);
			encode(key, seq, sizeof seq);
			term_raw(t, seq, strlen(seq));
			text = close + 1;
			continue;
		}
		term_raw(t, text, 1);
		text += *text == '<' ? 2 : 1;
	}
}

void term_paste(struct term *t, const char *text)
{
	char *all = xasprintf("\033[200~%s\033[201~", text);
	term_raw(t, all, strlen(all));
	free(all);
}

void term_click(struct term *t, int x, int y)
{
	char seq[64];
	snprintf(seq, sizeof seq, "\033[<0;%d;%dM\033[<0;%d;%dm", x + 1, y + 1, x + 1, y + 1);
	term_raw(t, seq, strlen(seq));
}

void term_resize(struct term *t, int w, int h)
{
	struct winsize ws = { .ws_col = (unsigned short)w, .ws_row = (unsigned short)h };
	t->w = w;
	t->h = h;
	vterm_set_size(t->vt, h, w);
	ioctl(t->fd, TIOCSWINSZ, &ws);
}

/* ---- measuring ---- */

uint64_t term_bytes(const struct term *t)
{
	return t->bytes;
}

void term_rate(struct term *t, long bytes_per_second)
{
	t->rate = bytes_per_second;
	t->rate_us = clock_mono_us();
	t->credit = 0;
}

int64_t term_latency(struct term *t, const char *text)
{
	uint64_t before = t->bytes;
	int64_t start = clock_mono_us(), end = start + DEADLINE_MS * 1000LL;
	term_keys(t, text);
	while (t->bytes == before && clock_mono_us() < end)
		if (pump(t, 10) < 0)
			break;
	return t->last_us - start;
}

void term_hangup(struct term *t)
{
	close(t->fd);
	t->fd = -1;
}

bool term_alternate(const struct term *t)
{
	return t->alternate;
}

bool term_cursor_visible(const struct term *t)
{
	return t->cursor;
}

const char *term_log(const struct term *t, size_t *n)
{
	*n = t->log.len;
	return buf_str(&t->log);
}

bool term_cooked(const struct term *t)
{
	struct termios m;
	return tcgetattr(t->fd, &m) == 0 && (m.c_lflag & ICANON) && (m.c_lflag & ECHO) && (m.c_oflag & OPOST);
}

pid_t term_pid(const struct term *t)
{
	return t->pid;
}

static int64_t status_field(pid_t pid, const char *name)
{
	char path[64], line[256];
	long long v = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, name, strlen(name)) == 0)
			sscanf(line + strlen(name), " %lld", &v);
	if (f)
		fclose(f);
	return v;
}

void term_usage(const struct term *t, int64_t *cpu_ms, int64_t *switches, int64_t *rss_kb)
{
	char path[64];
	long utime = 0, stime = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)t->pid);
	FILE *f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &utime, &stime) != 2)
			utime = stime = -1;
		fclose(f);
	}
	*cpu_ms = (utime + stime) * 1000 / sysconf(_SC_CLK_TCK);
	*switches = status_field(t->pid, "voluntary_ctxt_switches:");
	*rss_kb = status_field(t->pid, "VmRSS:");
}
