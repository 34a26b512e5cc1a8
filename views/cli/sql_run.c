/* Running SQL text in a session and showing what comes back. */
#include "views/cli/sql_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/utf8.h"

#define WORDS_MS 500

static void progress_clear(struct sql_view *v)
{
	if (v->progress_shown)
		fputs("\r\033[K", v->cli->err);
	v->progress_shown = false;
}

/* Only on a terminal: a script's stderr holds errors and nothing else. */
static void progress_show(struct sql_view *v, const cJSON *p)
{
	char rows[32];

	if (!isatty(fileno(v->cli->err)))
		return;
	fputs("\r\033[K", v->cli->err);
	double fraction = json_num(p, "fraction", -1);
	if (fraction >= 0)
		fprintf(v->cli->err, "%3.0f%%  ", fraction * 100);
	fprintf(v->cli->err, "%s rows read", cli_count(json_num(p, "rows_in", 0), rows, sizeof rows));
	fflush(v->cli->err);
	v->progress_shown = true;
}

/* spark-sql's closing line, for people only. */
static void show_result(struct sql_view *v, const cJSON *r)
{
	const char *kind = json_str(r, "kind", "");
	long long rows = (long long)json_int(r, "rows", 0);

	if (strcmp(kind, "query") != 0)
		v->catalog_changed = true;
	if (!v->chat)
		return;
	fflush(v->cli->out);
	if (!strcmp(kind, "command"))
		fprintf(v->cli->err, "%sTime taken: %.3f seconds%s\n", cli_dim(v->cli), json_num(r, "ms", 0) / 1000,
		        cli_plain(v->cli));
	else
		fprintf(v->cli->err, "%sTime taken: %.3f seconds, Fetched %lld row(s)%s\n", cli_dim(v->cli),
		        json_num(r, "ms", 0) / 1000, rows, cli_plain(v->cli));
}

static void show_error(struct sql_view *v, const cJSON *e)
{
	const char *text = json_str(e, "text", json_str(e, "message", "it failed, and nobody said why"));
	size_t n = strlen(text);

	fflush(v->cli->out);
	if (!strcmp(json_str(e, "class", ""), "CANCELLED"))
		fputs("cancelled\n", v->cli->err);
	else
		fprintf(v->cli->err, "%s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
}

static int compare_words(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

static void words_free(struct sql_view *v)
{
	for (size_t i = 0; i < v->n_words; i++)
		free(v->words[i]);
	free(v->words);
	v->words = NULL;
	v->n_words = 0;
}

static void take_words(struct sql_view *v, const cJSON *words)
{
	const cJSON *w;

	words_free(v);
	v->words = xcalloc((size_t)cJSON_GetArraySize(words) + 1, sizeof *v->words);
	cJSON_ArrayForEach(w, words)
		if (cJSON_IsString(w))
			v->words[v->n_words++] = xstrdup(w->valuestring);
	qsort(v->words, v->n_words, sizeof *v->words, compare_words);
}

void sql_view_free(struct sql_view *v)
{
	words_free(v);
}

bool sql_view_take(struct sql_view *v, const struct sql_frame *f)
{
	if (!strcmp(f->type, "words")) {
		take_words(v, json_arr(f->json, "words"));
		v->words_asked = false;
	}
	if (strcmp(f->type, "fatal") != 0)
		return true;
	fflush(v->cli->out);
	fprintf(v->cli->err, "stoker: %s\n", json_str(f->json, "message", "the SQL session cannot go on"));
	return false;
}

void sql_view_ask_words(struct sql_view *v)
{
	struct error ignore = ERROR_INIT;
	cJSON *m = json_add_str(cJSON_CreateObject(), "type", "words");

	v->catalog_changed = false;
	v->words_asked = !sql_session_send(v->session, json_add_int(m, "req", ++v->req), &ignore);
}

void sql_view_await_words(struct sql_view *v)
{
	struct sql_frame f;
	struct error ignore = ERROR_INIT;

	while (v->words_asked && sql_session_wait(v->session, -1, WORDS_MS, &f, &ignore) == SQL_EVENT_FRAME)
		sql_view_take(v, &f);
}

static int send_run(struct sql_view *v, const char *script, const char *file, struct error *err)
{
	cJSON *m = json_add_str(cJSON_CreateObject(), "type", "run");

	json_add_int(m, "req", ++v->req);
	json_add_str(m, "sql", script);
	json_add_str(m, "format", v->format);
	json_add_bool(m, "header", v->header);
	json_add_bool(m, "keep_going", v->keep_going);
	json_add_str(m, "file", file);
	return sql_session_send(v->session, m, err);
}

static void send_cancel(struct sql_view *v, int64_t req)
{
	struct error ignore = ERROR_INIT;
	cJSON *m = json_add_str(cJSON_CreateObject(), "type", "cancel");

	sql_session_send(v->session, json_add_int(m, "req", req), &ignore);
}

struct run {
	int64_t req;
	int failed, interrupts;
	bool finished, gone;
};

static void take_frame(struct sql_view *v, struct run *r, const struct sql_frame *f)
{
	const char *t = f->type;

	if (json_int(f->json, "req", -1) != r->req) {
		r->gone = !sql_view_take(v, f);
		return;
	}
	if (!strcmp(t, "progress")) {
		progress_show(v, f->json);
		return;
	}
	progress_clear(v);
	if (!strcmp(t, "rows")) {
		if (fwrite(f->data, 1, f->len, v->cli->out) < f->len && errno == EPIPE)
			v->pipe_closed = true;
	} else if (!strcmp(t, "result")) {
		show_result(v, f->json);
	} else if (!strcmp(t, "error")) {
		show_error(v, f->json);
		r->failed++;
	} else if (!strcmp(t, "finished")) {
		r->finished = true;
	}
}

/* The first Ctrl-C cancels the statement; the second one, in a script, does not wait for that. */
static void take_interrupt(struct sql_view *v, struct run *r)
{
	if (r->interrupts++ == 0)
		send_cancel(v, r->req);
	else if (!v->chat)
		r->gone = true;
}

int sql_run(struct sql_view *v, const char *script, const char *file, bool *gone)
{
	struct sql_frame f;
	struct error err = ERROR_INIT;
	struct run r = { 0 };

	if (send_run(v, script, file, &err)) {
		*gone = true;
		return cli_fail(v->cli, &err);
	}
	r.req = v->req;
	while (!r.finished && !r.gone) {
		/* A reader that closed the pipe wants no more rows. */
		if (ferror(v->cli->out))
			break;
		switch (sql_session_wait(v->session, -1, -1, &f, &err)) {
		case SQL_EVENT_FRAME: take_frame(v, &r, &f); break;
		case SQL_EVENT_INT: take_interrupt(v, &r); break;
		case SQL_EVENT_END:
			progress_clear(v);
			*gone = true;
			return cli_fail(v->cli, &err);
		default: break;
		}
	}
	progress_clear(v);
	fflush(v->cli->out);
	*gone = r.gone || !r.finished;
	if (r.interrupts)
		return CLI_INTERRUPTED;
	return r.failed || r.gone ? CLI_FAILED : CLI_OK;
}
