/* readline, opened at run time: linking it would cost every `stoker sql -e` the loading of it. Its callback
 * interface is used, so that the shell's one wait sees keys, frames and signals alike. */
#include "views/cli/sql_run.h"

#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define HISTORY_LINES 5000

struct sql_line {
	void *lib;
	char *history;
	char *prompt;
	char *line;              /* the finished line */
	bool ready, installed;
	struct sql_view *view;
	void (*callback_handler_install)(const char *, void (*)(char *));
	void (*callback_handler_remove)(void);
	void (*callback_read_char)(void);
	void (*free_line_state)(void);
	void (*cleanup_after_signal)(void);
	void (*resize_terminal)(void);
	void (*forced_update_display)(void);
	void (*add_history)(const char *);
	int (*read_history)(const char *);
	int (*append_history)(int, const char *);
	int (*history_truncate_file)(const char *, int);
	void (*stifle_history)(int);
	char **(*completion_matches)(const char *, char *(*)(const char *, int));
};

/* readline's callbacks carry no argument. */
static struct sql_line *the_line;

static void on_line(char *text)
{
	/* Without this the prompt would be drawn again before the line has been looked at. */
	the_line->callback_handler_remove();
	the_line->installed = false;
	the_line->line = text;
	the_line->ready = true;
}

/* Words in the case that was typed: "sel" → "select", "SEL" → "SELECT". */
static char *complete_next(const char *text, int state)
{
	static size_t at;        /* readline asks again and again; it keeps no state for us */
	const struct sql_view *v = the_line->view;
	size_t n = strlen(text);

	if (!state)
		at = 0;
	while (at < v->n_words) {
		const char *w = v->words[at++];
		char *out;
		bool upper = true;
		if (strncasecmp(w, text, n))
			continue;
		out = strdup(w);
		for (const char *c = w; *c; c++)
			upper = upper && !islower((unsigned char)*c);
		if (upper && n && islower((unsigned char)*text))
			for (char *c = out; *c; c++)
				*c = (char)tolower((unsigned char)*c);
		return out;
	}
	return NULL;
}

/* In quotes readline's own completion of file names is right. */
static char **complete(const char *text, int start, int end)
{
	(void)end;
	if (start > 0 && strchr("'/", text[0]) && text[0])
		return NULL;
	sql_view_await_words(the_line->view);
	return the_line->view->n_words ? the_line->completion_matches(text, complete_next) : NULL;
}

/* A function pointer out of dlsym's object pointer, the way POSIX says. */
#define BIND(l, member, name) \
	(*(void **)(&(l)->member) = dlsym((l)->lib, name), (l)->member != NULL)

static bool bind_all(struct sql_line *l)
{
	return BIND(l, callback_handler_install, "rl_callback_handler_install") &&
	       BIND(l, callback_handler_remove, "rl_callback_handler_remove") &&
	       BIND(l, callback_read_char, "rl_callback_read_char") &&
	       BIND(l, free_line_state, "rl_free_line_state") &&
	       BIND(l, cleanup_after_signal, "rl_cleanup_after_signal") &&
	       BIND(l, resize_terminal, "rl_resize_terminal") &&
	       BIND(l, forced_update_display, "rl_forced_update_display") && BIND(l, add_history, "add_history") &&
	       BIND(l, read_history, "read_history") && BIND(l, append_history, "append_history") &&
	       BIND(l, history_truncate_file, "history_truncate_file") &&
	       BIND(l, stifle_history, "stifle_history") && BIND(l, completion_matches, "rl_completion_matches");
}

static void set_int(struct sql_line *l, const char *name, int value)
{
	int *p = dlsym(l->lib, name);

	if (p)
		*p = value;
}

static void set_up(struct sql_line *l)
{
	void **completer = dlsym(l->lib, "rl_attempted_completion_function");
	const char **name = dlsym(l->lib, "rl_readline_name");
	char *comment = dlsym(l->lib, "history_comment_char");
	char **(*function)(const char *, int, int) = complete;

	if (completer)
		memcpy(completer, &function, sizeof function);
	if (name)
		*name = "stoker";
	/* Timestamps in the file are what lets it hold statements of several lines. */
	if (comment)
		*comment = '#';
	set_int(l, "history_write_timestamps", 1);
	set_int(l, "rl_catch_signals", 0);
	set_int(l, "rl_catch_sigwinch", 0);
	l->stifle_history(HISTORY_LINES);
	l->read_history(l->history);
}

struct sql_line *sql_line_open(struct sql_view *v, const char *history)
{
	struct sql_line *l = xcalloc(1, sizeof *l);

	l->lib = dlopen("libreadline.so.8", RTLD_NOW | RTLD_LOCAL);
	if (!l->lib || !bind_all(l)) {
		if (l->lib)
			dlclose(l->lib);
		free(l);
		return NULL;
	}
	l->view = v;
	l->history = xstrdup(history);
	the_line = l;
	set_up(l);
	return l;
}

void sql_line_close(struct sql_line *l)
{
	if (!l)
		return;
	if (l->installed)
		l->callback_handler_remove();
	l->history_truncate_file(l->history, HISTORY_LINES);
	free(l->history);
	free(l->prompt);
	the_line = NULL;
	free(l);                 /* the library stays: it has handlers at exit */
}

void sql_line_prompt(struct sql_line *l, const char *prompt)
{
	free(l->prompt);
	l->prompt = xstrdup(prompt);
	l->ready = false;
	l->callback_handler_install(l->prompt, on_line);
	l->installed = true;
}

bool sql_line_read(struct sql_line *l, char **line)
{
	l->callback_read_char();
	if (!l->ready)
		return false;
	l->ready = false;
	*line = l->line;
	l->line = NULL;
	return true;
}

void sql_line_abandon(struct sql_line *l)
{
	l->free_line_state();
	l->cleanup_after_signal();
	l->callback_handler_remove();
	l->installed = false;
	fputs("^C\n", stdout);
	fflush(stdout);
}

void sql_line_redraw(struct sql_line *l)
{
	if (!l->installed)
		return;
	l->callback_handler_remove();
	l->callback_handler_install(l->prompt, on_line);
	l->resize_terminal();
	l->forced_update_display();
}

void sql_line_remember(struct sql_line *l, const char *statement)
{
	int fd = open(l->history, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	l->add_history(statement);
	l->append_history(1, l->history);
}
