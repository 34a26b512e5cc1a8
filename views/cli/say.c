/* How the command line speaks: errors, questions, units, colours. */
#include "views/cli/cli.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "views/cli/table.h"

static void print_clean(FILE *f, const char *s)
{
	struct buf b = BUF_INIT;

	utf8_clean(&b, s, strlen(s));
	fputs(buf_str(&b), f);
	buf_free(&b);
}

static int exit_of(int code)
{
	switch (code) {
	case ERR_OK: return CLI_OK;
	case ERR_UNAVAILABLE: return CLI_UNREACHABLE;
	case ERR_NOTFOUND: return CLI_NOTFOUND;
	case ERR_TIMEOUT: return CLI_TIMEOUT;
	case ERR_CANCELLED: return CLI_INTERRUPTED;
	default: return CLI_FAILED;
	}
}

int cli_fail(struct cli *c, const struct error *e)
{
	fflush(c->out);
	fputs("stoker: ", c->err);
	print_clean(c->err, e->message);
	if (e->detail[0]) {
		fputs(": ", c->err);
		print_clean(c->err, e->detail);
	}
	fputc('\n', c->err);
	if (e->hint[0]) {
		fputs("  ", c->err);
		print_clean(c->err, e->hint);
		fputc('\n', c->err);
	}
	return exit_of(e->code);
}

const char *cli_guess(const struct near *n, const char *dashes, char out[CLI_GUESS])
{
	const char *best = near_guess(n);

	*out = '\0';
	if (best)
		snprintf(out, CLI_GUESS, "; did you mean \"%s%.50s\"?", dashes, best);
	return out;
}

int cli_unknown(struct cli *c, const char *command)
{
	const struct cli_command *const *all;
	struct near near = { .wanted = command };
	char guess[CLI_GUESS];
	size_t n;

	all = cli_commands(&n);
	for (size_t i = 0; i < n; i++) {
		near_offer(&near, all[i]->name);
		if (all[i]->alias)
			near_offer(&near, all[i]->alias);
	}
	return cli_usage(c, NULL, "there is no command \"%s\"%s", command, cli_guess(&near, "", guess));
}

int cli_usage(struct cli *c, const struct cli_command *cmd, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	fflush(c->out);
	fputs("stoker: ", c->err);
	print_clean(c->err, buf_str(&b));
	fputc('\n', c->err);
	if (cmd)
		fprintf(c->err, "usage: stoker %s%s%s%s; see stoker help %s\n", cmd->name,
		        cmd->pass ? "" : " [options]", *cmd->args ? " " : "", cmd->args, cmd->name);
	else
		fputs("see stoker help\n", c->err);
	buf_free(&b);
	return CLI_USAGE;
}

int cli_print_json(struct cli *c, cJSON *v)
{
	char *text = cJSON_Print(v);

	fprintf(c->out, "%s\n", text ? text : "null");
	free(text);
	cJSON_Delete(v);
	return CLI_OK;
}

int cli_print_table(struct cli *c, struct text_table *t)
{
	struct buf out = BUF_INIT;

	text_table_render(t, c->width, c->color, &out);
	fputs(buf_str(&out), c->out);
	buf_free(&out);
	text_table_free(t);
	return CLI_OK;
}

const char *cli_state_color(const struct cli *c, const char *state)
{
	static const struct { const char *state, *color; } colors[] = {
		{ "RUNNING", "\033[32m" }, { "WAITING", "\033[36m" }, { "COMPLETED", "\033[32m" },
		{ "STARTING", "\033[33m" }, { "BOOTSTRAPPING", "\033[33m" }, { "PROVISIONING", "\033[33m" },
		{ "RESIZING", "\033[33m" }, { "TERMINATING", "\033[33m" }, { "CANCEL_PENDING", "\033[33m" },
		{ "FAILED", "\033[31m" }, { "TERMINATED_WITH_ERRORS", "\033[31m" }, { "INTERRUPTED", "\033[31m" },
		{ "ERROR", "\033[31m" }, { "CRITICAL", "\033[1;31m" }, { "WARN", "\033[33m" },
		{ "ARRESTED", "\033[31m" }, { "SUSPENDED", "\033[31m" },
		{ "TERMINATED", "\033[2m" }, { "CANCELLED", "\033[2m" }, { "PENDING", "\033[2m" },
	};

	for (size_t i = 0; c->color && i < sizeof colors / sizeof *colors; i++)
		if (!strcmp(colors[i].state, state))
			return colors[i].color;
	return "";
}

const char *cli_bold(const struct cli *c)
{
	return c->color ? "\033[1m" : "";
}

const char *cli_dim(const struct cli *c)
{
	return c->color ? "\033[2m" : "";
}

const char *cli_plain(const struct cli *c)
{
	return c->color ? "\033[0m" : "";
}

bool cli_confirm(struct cli *c, bool def, const char *fmt, ...)
{
	char line[64];
	va_list ap;

	if (!isatty(STDIN_FILENO))
		return def;
	fflush(c->out);
	va_start(ap, fmt);
	vfprintf(c->err, fmt, ap);
	va_end(ap);
	fputs(" [y/N] ", c->err);
	fflush(c->err);
	if (!fgets(line, sizeof line, stdin)) {
		fputc('\n', c->err);
		return false;
	}
	return line[0] == 'y' || line[0] == 'Y';
}

const char *cli_money(double v, char *out, size_t size)
{
	if (!(v >= 0))
		snprintf(out, size, "unknown");
	else if (v > 0 && v < 0.01)
		snprintf(out, size, "$%.4f", v);
	else
		snprintf(out, size, "$%.2f", v);
	return out;
}

const char *cli_cost(double v, bool lower_bound, char *out, size_t size)
{
	char money[32];

	if (lower_bound && !(v > 0))
		return cli_money(-1, out, size);
	snprintf(out, size, "%s%s", lower_bound ? "≥" : "", cli_money(v, money, sizeof money));
	return out;
}

const char *cli_time(double epoch, char *out, size_t size)
{
	time_t t = (time_t)epoch;
	struct tm tm;

	if (epoch <= 0 || !localtime_r(&t, &tm))
		snprintf(out, size, "-");
	else
		strftime(out, size, "%Y-%m-%d %H:%M:%S %Z", &tm);
	return out;
}

const char *cli_count(double n, char *out, size_t size)
{
	static const char units[] = " kMGT";
	int u = 0;

	while (fabs(n) >= 1000 && units[u + 1]) {
		n /= 1000;
		u++;
	}
	if (u == 0)
		snprintf(out, size, "%.0f", n);
	else
		snprintf(out, size, fabs(n) < 10 ? "%.1f%c" : "%.0f%c", n, units[u]);
	return out;
}
