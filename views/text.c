#include "views/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/buf.h"
#include "core/base/clock.h"

struct state_look look_cluster(const struct glyphs *g, const struct cluster *c)
{
	switch (c->state) {
	case CLUSTER_RUNNING:
		return (struct state_look){ g->dot, ROLE_RUN };
	case CLUSTER_WAITING:
		return (struct state_look){ g->ring, ROLE_OK };
	case CLUSTER_STARTING:
	case CLUSTER_BOOTSTRAPPING:
		return (struct state_look){ g->wait, ROLE_WAIT };
	case CLUSTER_TERMINATED_WITH_ERRORS:
		return (struct state_look){ g->fail, ROLE_ERROR };
	case CLUSTER_TERMINATING:
		return (struct state_look){ g->off, ROLE_WARN };
	default:
		return (struct state_look){ g->off, ROLE_OFF };
	}
}

struct state_look look_step(const struct glyphs *g, enum step_state s)
{
	switch (s) {
	case STEP_COMPLETED:
		return (struct state_look){ g->ok, ROLE_OK };
	case STEP_RUNNING:
		return (struct state_look){ g->run, ROLE_RUN };
	case STEP_FAILED:
		return (struct state_look){ g->fail, ROLE_ERROR };
	case STEP_CANCEL_PENDING:
		return (struct state_look){ g->warn, ROLE_WARN };
	case STEP_INTERRUPTED:
		return (struct state_look){ g->warn, ROLE_WARN };
	case STEP_CANCELLED:
		return (struct state_look){ g->off, ROLE_OFF };
	default:
		return (struct state_look){ g->wait, ROLE_WAIT };
	}
}

struct state_look look_instance(const struct glyphs *g, enum instance_state s)
{
	if (s == INSTANCE_RUNNING)
		return (struct state_look){ g->dot, ROLE_OK };
	if (s == INSTANCE_TERMINATED)
		return (struct state_look){ g->off, ROLE_OFF };
	return (struct state_look){ g->wait, ROLE_WAIT };
}

struct state_look look_group(const struct glyphs *g, enum group_state s)
{
	switch (s) {
	case GROUP_RUNNING:
		return (struct state_look){ g->dot, ROLE_OK };
	case GROUP_RESIZING:
	case GROUP_RECONFIGURING:
		return (struct state_look){ g->run, ROLE_RUN };
	case GROUP_SUSPENDED:
	case GROUP_ARRESTED:
		return (struct state_look){ g->warn, ROLE_ERROR };
	case GROUP_PROVISIONING:
	case GROUP_BOOTSTRAPPING:
		return (struct state_look){ g->wait, ROLE_WAIT };
	default:
		return (struct state_look){ g->off, ROLE_OFF };
	}
}

struct state_look look_severity(const struct glyphs *g, const char *s)
{
	if (!strcmp(s, "CRITICAL") || !strcmp(s, "ERROR"))
		return (struct state_look){ g->fail, ROLE_ERROR };
	if (!strcmp(s, "WARN"))
		return (struct state_look){ g->warn, ROLE_WARN };
	return (struct state_look){ g->bullet, ROLE_DIM };
}

static const char *bound(bool lower_bound, const struct glyphs *g)
{
	return !lower_bound ? "" : g->set == GLYPHS_ASCII ? ">=" : "≥";
}

char *text_money(double usd, bool lower_bound, const struct glyphs *g, char *out, size_t size)
{
	if (lower_bound && usd <= 0) /* nothing of it is known */
		snprintf(out, size, "unknown");
	else
		snprintf(out, size, "%s$%.*f", bound(lower_bound, g), usd >= 10000 ? 0 : 2, usd);
	return out;
}

char *text_rate(double usd, bool lower_bound, const struct glyphs *g, char *out, size_t size)
{
	if (lower_bound && usd <= 0)
		snprintf(out, size, "unknown");
	else
		snprintf(out, size, "%s$%.2f/h", bound(lower_bound, g), usd);
	return out;
}

char *text_count(int64_t n, char *out, size_t size)
{
	static const char units[] = " kMGT";
	double v = (double)n;
	int u = 0;
	while (v >= 999.5 && u < 4)
		v /= 1000, u++;
	if (u)
		snprintf(out, size, "%.*f%c", v < 9.95 ? 1 : 0, v, units[u]);
	else
		snprintf(out, size, "%lld", (long long)n);
	return out;
}

char *text_bytes(double v, char *out, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	int u = 0;
	if (isnan(v)) {
		snprintf(out, size, "-");
		return out;
	}
	while (v >= 1000 && u < 5)
		v /= 1024, u++;
	snprintf(out, size, "%.*f %s", u && v < 9.95 ? 1 : 0, v, units[u]);
	return out;
}

static struct tm local(int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	localtime_r(&t, &tm);
	return tm;
}

char *text_date(int64_t ms, char *out, size_t size)
{
	struct tm tm = local(ms);
	strftime(out, size, "%a %H:%M:%S", &tm);
	return out;
}

char *text_day(int64_t ms, int64_t now, char *out, size_t size)
{
	int64_t days = (ms > now ? ms - now : now - ms) / 86400000;
	struct tm tm = local(ms);
	strftime(out, size, days < 6 ? "%a %H:%M:%S" : "%b %d %H:%M", &tm);
	return out;
}

char *text_when(int64_t ms, int64_t now, char *out, size_t size)
{
	if (ms <= 0) {
		snprintf(out, size, "-");
		return out;
	}
	char age[16], date[40];
	struct tm tm = local(ms);
	strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S %Z", &tm);
	if (now - ms < 60000)
		snprintf(age, sizeof age, "%ds", now > ms ? (int)((now - ms) / 1000) : 0);
	else
		clock_age(now - ms, age, sizeof age);
	snprintf(out, size, "%s (%s ago)", date, age);
	return out;
}

char *text_clock(int64_t ms, bool zone, char *out, size_t size)
{
	struct tm tm = local(ms);
	strftime(out, size, zone ? "%a %H:%M:%S %Z" : "%a %H:%M:%S", &tm);
	return out;
}

char *text_size(const struct mcluster *mc, char *out, size_t size)
{
	int want[3], have[3], n = 0;
	for (int r = 0; r < 3; r++)
		model_count(mc, r, &want[r], &have[r]);
	n = snprintf(out, size, "%d+%d", want[0], want[1]);
	if (want[2] && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, "+%d", want[2]);
	if (!want[0] && !want[1])
		snprintf(out, size, "%s", "");
	return out;
}

char *text_elapsed(const struct timeline *t, int64_t now, char *out, size_t size)
{
	int64_t from = t->ready ? t->ready : t->created;
	*out = 0;
	return from ? clock_duration((t->ended ? t->ended : now) - from, out, size) : out;
}

int64_t step_elapsed(const struct step *s, int64_t now)
{
	if (!s->timeline.ready)
		return -1;
	int64_t end = s->timeline.ended ? s->timeline.ended : now;
	return end > s->timeline.ready ? end - s->timeline.ready : 0;
}

char *text_progress(const struct step_progress *p, const struct glyphs *g, char *out, size_t size)
{
	char in[16], rows[16];
	int n = 0;
	*out = 0;
	if (!p)
		return out;
	if (p->statements > 1)
		n = snprintf(out, size, "%d/%d ", p->statement, p->statements);
	if (n < 0 || (size_t)n >= size)
		return out;
	if (p->rows_in > 0 || p->rows_out > 0)
		snprintf(out + n, size - (size_t)n, "%s %s %s rows", text_count(p->rows_in, in, sizeof in),
		         g->arrow_right, text_count(p->rows_out, rows, sizeof rows));
	else
		snprintf(out + n, size - (size_t)n, "%s", p->description);
	return out;
}

char *text_args(const struct step *s, char *out, size_t size)
{
	struct buf b = BUF_INIT;
	if (s->jar && strcmp(s->jar, "command-runner.jar"))
		buf_addf(&b, "%s ", s->jar);
	for (size_t i = 0; i < s->args.len; i++)
		buf_addf(&b, "%s%s", i ? " " : "", s->args.items[i]);
	snprintf(out, size, "%s", buf_str(&b));
	buf_free(&b);
	return out;
}

const char *cluster_label(const struct cluster *c)
{
	return c->name && *c->name ? c->name : c->id;
}
