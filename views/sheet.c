#include "views/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/model/price.h"

#define MAX_TYPES 256

struct sheet *sheet_new(struct console *con, const cJSON *was, const char *id)
{
	struct sheet *s = xcalloc(1, sizeof *s);
	s->con = con;
	s->arena = arena_new();
	s->was = was ? cJSON_Duplicate(was, 1) : NULL;
	snprintf(s->id, sizeof s->id, "%s", id ? id : "");
	snprintf(s->cluster, sizeof s->cluster, "%s", con->cluster);
	return s;
}

void sheet_free(void *ctx)
{
	struct sheet *s = ctx;
	arena_free(s->arena);
	cJSON_Delete(s->was);
	cJSON_Delete(s->now);
	free(s);
}

struct mcluster *sheet_cluster(const struct sheet *s)
{
	return model_cluster(s->con->model, s->cluster);
}

const char *sheet_done(struct sheet *s, const struct form *f, struct act *a)
{
	return acts_run_form(s->con, a, f);
}

/* ---- choices ---- */

static const char **list_of(struct sheet *s, size_t n)
{
	return arena_alloc(s->arena, (n + 1) * sizeof(char *));
}

const char **sheet_clusters(struct sheet *s, const char *first)
{
	const struct model *m = s->con->model;
	const char **list = list_of(s, m->clusters.len + 1);
	size_t n = 0;
	if (first)
		list[n++] = first;
	for (size_t i = 0; i < m->clusters.len; i++)
		if (!cluster_state_closing(m->clusters.items[i]->c->state))
			list[n++] = arena_strdup(s->arena, cluster_label(m->clusters.items[i]->c));
	return list;
}

const char *sheet_cluster_id(const struct sheet *s, const char *label)
{
	const struct mcluster *mc = model_find(s->con->model, label);
	return mc ? mc->c->id : NULL;
}

const char **sheet_topics(struct sheet *s)
{
	const struct records *r = model_records(s->con->model, PART_TOPICS);
	const char **list = list_of(s, r->rows.len + 1);
	size_t n = 0;
	list[n++] = "nobody";
	for (size_t i = 0; i < r->rows.len; i++)
		list[n++] = arena_strdup(s->arena, json_str(r->rows.items[i].o, "TopicName", "?"));
	return list;
}

const char *sheet_topic_arn(const struct sheet *s, const char *name)
{
	const struct records *r = model_records(s->con->model, PART_TOPICS);
	for (size_t i = 0; i < r->rows.len; i++)
		if (!strcmp(json_str(r->rows.items[i].o, "TopicName", ""), name))
			return json_str(r->rows.items[i].o, "TopicArn", NULL);
	return NULL;
}

const char *sheet_topic_name(const struct sheet *s, const char *arn)
{
	const struct records *r = model_records(s->con->model, PART_TOPICS);
	for (size_t i = 0; arn && i < r->rows.len; i++)
		if (!strcmp(json_str(r->rows.items[i].o, "TopicArn", ""), arn))
			return json_str(r->rows.items[i].o, "TopicName", NULL);
	return "nobody";
}

static const char *group_label(struct sheet *s, const struct instance_group *g)
{
	static const char *const roles[] = { "master", "core", "task" };
	return arena_printf(s->arena, "%s %s (%s)", roles[g->role], g->type ? g->type : "", g->id);
}

const char **sheet_groups(struct sheet *s, bool master)
{
	const struct mcluster *mc = sheet_cluster(s);
	const char **list = list_of(s, mc ? mc->c->groups.len : 0);
	size_t n = 0;
	for (size_t i = 0; mc && i < mc->c->groups.len; i++)
		if (master || mc->c->groups.items[i]->role != ROLE_MASTER)
			list[n++] = group_label(s, mc->c->groups.items[i]);
	return list;
}

const char *sheet_group_id(const struct sheet *s, const char *label)
{
	const struct mcluster *mc = sheet_cluster(s);
	const char *paren = strrchr(label, '(');
	for (size_t i = 0; mc && paren && i < mc->c->groups.len; i++) {
		const char *id = mc->c->groups.items[i]->id;
		if (!strncmp(paren + 1, id, strlen(id)) && paren[1 + strlen(id)] == ')')
			return id;
	}
	return NULL;
}

const char *sheet_group_label(struct sheet *s, const char *id)
{
	const struct mcluster *mc = sheet_cluster(s);
	const struct instance_group *g = mc ? cluster_group(mc->c, id) : NULL;
	return g ? group_label(s, g) : NULL;
}

/* ---- checks ---- */

const char *check_number(void *ctx, const char *v)
{
	char *end;
	(void)ctx;
	strtod(v, &end);
	return !*v || *end ? "a number, as 80 or 0.5" : NULL;
}

const char *check_positive(void *ctx, const char *v)
{
	const char *why = check_number(ctx, v);
	return why ? why : strtod(v, NULL) > 0 ? NULL : "more than 0";
}

const char *check_expression(void *ctx, const char *v)
{
	static const char *const kinds[] = { "cron(", "rate(", "at(" };
	size_t n = strlen(v);
	(void)ctx;
	for (int i = 0; i < 3; i++)
		if (!strncmp(v, kinds[i], strlen(kinds[i])) && n > strlen(kinds[i]) + 1 && v[n - 1] == ')')
			return NULL;
	return "cron(0 2 * * ? *), rate(6 hours) or at(2026-12-24T18:00:00)";
}

const char *check_zone(void *ctx, const char *v)
{
	char path[256];
	(void)ctx;
	if (!*v || !strcmp(v, "UTC"))
		return NULL;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", v);
	if (strstr(v, "..") || *v == '/')
		return "a name such as Europe/Berlin";
	return fs_exists("/usr/share/zoneinfo") && !fs_exists(path) ? "no such time zone: Europe/Berlin, UTC" : NULL;
}

const char *check_word(void *ctx, const char *v)
{
	(void)ctx;
	for (const char *p = v; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", *p))
			return "letters, digits, - _ and . only";
	return NULL;
}

const char *check_words(void *ctx, const char *v)
{
	struct str_list words = { 0 };
	(void)ctx;
	int rc = act_split_words(v, &words, NULL);
	str_list_free(&words);
	return rc ? "a quote is not closed" : NULL;
}

void word_add(struct buf *out, const char *w)
{
	bool quote = !*w || strpbrk(w, " \t\n'\"\\");
	buf_adds(out, quote ? "\"" : "");
	for (; *w; w++) {
		if (quote && (*w == '"' || *w == '\\'))
			buf_addc(out, '\\');
		buf_addc(out, *w);
	}
	buf_adds(out, quote ? "\"" : "");
}

const char *const *type_names(void)
{
	static const char *names[MAX_TYPES + 1];
	size_t n;
	const struct price *p = price_all(&n);
	for (size_t i = 0; i < n && i < MAX_TYPES; i++)
		names[i] = p[i].type;
	return names;
}

double form_double(const struct form *f, const char *name)
{
	return strtod(form_text(f, name), NULL);
}
