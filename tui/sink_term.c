#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "core/base/utf8.h"
#include "tui/sink_guard.h"
#include "tui/sink_impl.h"

#define CLIPBOARD_MAX 74000

bool sink_term_capable(void)
{
	static const char *const kinds[] = { "xterm", "tmux", "foot", "alacritty", "kitty", "wezterm", "vte",
	                                     "konsole", "contour", "mintty", "st-", "rxvt", "iterm",
	                                     "ghostty", "mlterm", "putty", "gnome" };
	const char *term = getenv("TERM");
	for (size_t i = 0; term && i < sizeof kinds / sizeof *kinds; i++)
		if (strncmp(term, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return term && (strcmp(term, "st") == 0 || strncmp(term, "screen", 6) == 0);
}

void sink_term_guard(struct sink *s)
{
	struct buf b = BUF_INIT;
	const char *rmcup = pen_cap("rmcup");
	if (s->xterm)
		buf_adds(&b, "\033\\");      /* ends a sequence that was cut off */
	if (s->sync_on)
		buf_adds(&b, "\033[?2026l");
	if (s->xterm)
		buf_adds(&b, "\033[?1002l\033[?1006l\033[?2004l\033[23;0t");
	buf_adds(&b, pen_cap("sgr0"));
	buf_adds(&b, pen_cap("rmkx"));
	buf_adds(&b, *rmcup ? rmcup : pen_cap("clear"));
	buf_adds(&b, pen_cap("cnorm"));      /* last: leaving the alternate screen restores cursor states */
	guard_bytes(buf_str(&b), b.len);
	buf_free(&b);
}

void sink_term_enter(struct sink *s)
{
	if (s->xterm)
		buf_adds(&s->out, "\033[22;0t");
	buf_adds(&s->out, pen_cap("smcup"));
	buf_adds(&s->out, pen_cap("smkx"));
	if (s->mouse && s->xterm)
		buf_adds(&s->out, "\033[?1002h\033[?1006h");
	if (s->paste && s->xterm)
		buf_adds(&s->out, "\033[?2004h");
	if (s->sync_asked && !s->sync_on)
		buf_adds(&s->out, "\033[?2026$p");
}

int sink_term_raw(struct sink *s)
{
	struct termios t = s->saved;
	t.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
	t.c_oflag &= ~(tcflag_t)OPOST;
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	return tcsetattr(s->fd, TCSANOW, &t);
}

void sink_term_size(int fd, int *w, int *h)
{
	struct winsize ws = { 0 };
	if (ioctl(fd, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0 || ws.ws_row == 0) {
		ws.ws_col = 80;
		ws.ws_row = 24;
	}
	*w = ws.ws_col;
	*h = ws.ws_row;
}

static void send_now(struct sink *s, const char *text)
{
	if (!s->taken || s->gone)
		return;
	buf_adds(&s->out, text);
	sink_out_flush(s);
}

void sink_mouse(struct sink *s, bool on)
{
	s->mouse = on;
	if (s->xterm)
		send_now(s, on ? "\033[?1002h\033[?1006h" : "\033[?1002l\033[?1006l");
}

void sink_paste(struct sink *s, bool on)
{
	if (s->paste == on)
		return;
	s->paste = on;
	if (s->xterm)
		send_now(s, on ? "\033[?2004h" : "\033[?2004l");
}

void sink_bell(struct sink *s)
{
	send_now(s, "\a");
}

void sink_title(struct sink *s, const char *text)
{
	struct buf clean = BUF_INIT, b = BUF_INIT;
	if (!s->xterm)
		return;
	utf8_clean(&clean, text, strnlen(text, 200));
	buf_addf(&b, "\033]0;%s\033\\", buf_str(&clean));
	send_now(s, buf_str(&b));
	buf_free(&b);
	buf_free(&clean);
}

void sink_reply(struct sink *s, int mode, int value)
{
	if (mode == 0) {
		sink_out_answer(s);
	} else if (mode == 2026 && s->sync_asked && (value == 1 || value == 2)) {
		s->sync_on = true;
		sink_term_guard(s);
	}
}

static void base64(struct buf *out, const char *text, size_t n)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *s = (const unsigned char *)text;
	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)s[i] << 16 | (i + 1 < n ? (unsigned)s[i + 1] << 8 : 0) |
		             (i + 2 < n ? s[i + 2] : 0);
		buf_addc(out, abc[v >> 18]);
		buf_addc(out, abc[v >> 12 & 63]);
		buf_addc(out, i + 1 < n ? abc[v >> 6 & 63] : '=');
		buf_addc(out, i + 2 < n ? abc[v & 63] : '=');
	}
}

int sink_clipboard(struct sink *s, const char *text, struct error *err)
{
	size_t n = strlen(text);
	if ((n + 2) / 3 * 4 > CLIPBOARD_MAX)
		return error_set(err, ERR_FULL, "too long for the terminal's clipboard (%zu bytes)", n);
	if (!s->xterm)
		return error_set(err, ERR_UNSUPPORTED, "this terminal has no clipboard for programs");
	/* Multiplexers pass it on when it is wrapped in their own sequence (tmux also by itself). */
	const char *term = getenv("TERM");
	bool screen = term && strncmp(term, "screen", 6) == 0 && !getenv("TMUX");
	struct buf b = BUF_INIT;
	buf_adds(&b, screen ? "\033P\033]52;c;" : "\033]52;c;");
	base64(&b, text, n);
	buf_adds(&b, screen ? "\a\033\\" : "\033\\");
	send_now(s, buf_str(&b));
	buf_free(&b);
	return 0;
}
