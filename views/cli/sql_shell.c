/* The interactive shell: lines become statements, statements become rows. */
#include "views/cli/sql_run.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"

#define PROMPT "sql> "
#define PROMPT_MORE "   > "

struct shell {
	struct sql_view *view;
	struct sql_line *line;   /* NULL: plain lines */
	struct buf text;         /* what was typed and has not run */
	int64_t split_req;       /* the question under way, 0 = none */
	bool leave, prompted;
	int status;
};

static void prompt(struct shell *s)
{
	const char *p = s->text.len ? PROMPT_MORE : PROMPT;

	if (s->view->catalog_changed)
		sql_view_ask_words(s->view);
	if (s->line) {
		sql_line_prompt(s->line, p);
	} else {
		fputs(p, s->view->cli->out);
		fflush(s->view->cli->out);
	}
	s->prompted = true;
}

/* Without readline the terminal itself edits the line. */
static bool read_plain(char **line)
{
	size_t size = 0;
	ssize_t n;

	*line = NULL;
	n = getline(line, &size, stdin);
	if (n < 0) {
		free(*line);
		*line = NULL;
	} else if (n && (*line)[n - 1] == '\n') {
		(*line)[n - 1] = 0;
	}
	return true;
}

static bool is_exit(const char *text)
{
	char word[16];
	size_t n;

	text += strspn(text, " \t\n");
	n = strcspn(text, " \t\n;");
	if (n >= sizeof word || text[n + strspn(text + n, " \t\n;")])
		return false;
	snprintf(word, sizeof word, "%.*s", (int)n, text);
	return !strcasecmp(word, "exit") || !strcasecmp(word, "quit");
}

static void ask_split(struct shell *s)
{
	struct error err = ERROR_INIT;
	cJSON *m = json_add_str(cJSON_CreateObject(), "type", "split");

	s->split_req = ++s->view->req;
	json_add_int(m, "req", s->split_req);
	if (sql_session_send(s->view->session, json_add_str(m, "sql", buf_str(&s->text)), &err)) {
		s->status = cli_fail(s->view->cli, &err);
		s->leave = true;
	}
}

static void take_line(struct shell *s, char *line)
{
	s->prompted = false;
	if (!line) {
		if (!s->line)
			fputc('\n', s->view->cli->out);
		s->leave = true;
		return;
	}
	if (!s->text.len && is_exit(line) && *line) {
		s->leave = true;
	} else if (s->text.len || line[strspn(line, " \t")]) {
		if (s->text.len)
			buf_addc(&s->text, '\n');
		buf_adds(&s->text, line);
		ask_split(s);
	}
	free(line);
}

static void run_text(struct shell *s)
{
	char *script = buf_steal(&s->text);
	bool gone = false;

	if (s->line)
		sql_line_remember(s->line, script);
	s->status = sql_run(s->view, script, NULL, &gone);
	s->status = gone ? CLI_FAILED : CLI_OK;
	s->leave = gone;
	free(script);
}

/* Complete and with a statement: run. Complete without one (only comments): forget. Else: read on. */
static void take_split(struct shell *s, const cJSON *reply)
{
	bool any = cJSON_GetArraySize(json_arr(reply, "items")) > 0;

	s->split_req = 0;
	if (!json_bool(reply, "complete", false))
		return;
	if (any)
		run_text(s);
	else
		buf_clear(&s->text);
}

static void take_frame(struct shell *s, const struct sql_frame *f)
{
	if (!strcmp(f->type, "statements") && json_int(f->json, "req", -1) == s->split_req)
		take_split(s, f->json);
	else if (!sql_view_take(s->view, f)) {
		s->leave = true;
		s->status = CLI_FAILED;
	}
}

static void take_interrupt(struct shell *s)
{
	if (s->line && s->prompted)
		sql_line_abandon(s->line);
	else
		fputc('\n', s->view->cli->out);
	buf_clear(&s->text);
	s->split_req = 0;
	s->prompted = false;
}

static void step(struct shell *s)
{
	struct sql_frame f;
	struct error err = ERROR_INIT;
	char *line;
	bool typing = !s->split_req;

	if (typing && !s->prompted)
		prompt(s);
	switch (sql_session_wait(s->view->session, typing ? STDIN_FILENO : -1, -1, &f, &err)) {
	case SQL_EVENT_FRAME: take_frame(s, &f); break;
	case SQL_EVENT_INT: take_interrupt(s); break;
	case SQL_EVENT_CONT:
		if (s->line)
			sql_line_redraw(s->line);
		break;
	case SQL_EVENT_INPUT:
		if (s->line ? sql_line_read(s->line, &line) : read_plain(&line))
			take_line(s, line);
		break;
	case SQL_EVENT_END:
		s->leave = true;
		s->status = err.code == ERR_CANCELLED ? CLI_FAILED : cli_fail(s->view->cli, &err);
		break;
	case SQL_EVENT_TIME: break;
	}
}

int sql_shell(struct sql_view *v)
{
	struct shell s = { .view = v };
	char *history = fs_home_path("sql_history");

	fs_mkdirs(fs_home(), 0700, NULL);
	s.line = sql_line_open(v, history);
	if (!s.line)
		setvbuf(stdin, NULL, _IONBF, 0);   /* else lines could wait unseen behind poll */
	sql_view_ask_words(v);
	fprintf(v->cli->out, "stoker %s, Spark SQL. Statements end with ; and Ctrl-C cancels one; Ctrl-D leaves.\n",
	        STOKER_VERSION);
	while (!s.leave)
		step(&s);
	sql_line_close(s.line);
	buf_free(&s.text);
	free(history);
	return s.status;
}
