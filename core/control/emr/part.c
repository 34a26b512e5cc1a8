/* The part "emr": its documents, and the list of its operations. */
#include <stdio.h>

#include "core/control/emr/emr_part.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/emr/health.h"

static char *key_of(const char *region, const char *id)
{
	return xasprintf("%s\n%s", region, id);
}

static void free_doc(void *p)
{
	struct emr_doc *d = p;

	if (!d)
		return;
	free(d->region);
	free(d->id);
	cJSON_Delete(d->body);
	free(d);
}

/* FNV-1a. */
static uint64_t hash_of(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

static void keep(struct map *m, const char *region, const char *id, cJSON *body)
{
	struct emr_doc *d = xcalloc(1, sizeof *d);
	char *key = key_of(region, id);

	d->region = xstrdup(region);
	d->id = xstrdup(id);
	d->body = body;
	snprintf(d->mark, sizeof d->mark, "%016llx", (unsigned long long)hash_of(id));
	free_doc(map_remove(m, key));     /* the newest stands last, also when it replaces */
	map_set(m, key, d);
	free(key);
}

const cJSON *emr_doc_get(const struct map *m, const char *region, const char *id)
{
	char *key = key_of(region, id);
	const struct emr_doc *d = map_get(m, key);

	free(key);
	return d ? d->body : NULL;
}

void emr_doc_put(struct control *ctl, struct map *m, const char *kind, const char *region, const char *id,
                 cJSON *body)
{
	doc_put(ctl, kind, region, id, body);
	keep(m, region, id, body);
}

void emr_doc_drop(struct control *ctl, struct map *m, const char *kind, const char *region, const char *id)
{
	char *key = key_of(region, id);

	doc_drop(ctl, kind, region, id);
	free_doc(map_remove(m, key));
	free(key);
}

static int64_t born(const struct emr_doc *d)
{
	double other = json_num(d->body, "StartTime", json_num(d->body, "CreationTime", 0));

	return (int64_t)(json_num(d->body, "CreationDateTime", other) * 1000);
}

static int newer_first(const void *a, const void *b)
{
	const struct emr_doc *x = *(struct emr_doc *const *)a, *y = *(struct emr_doc *const *)b;
	int64_t dx = born(x), dy = born(y);

	return dx != dy ? (dx < dy ? 1 : -1) : strcmp(y->id, x->id);
}

void emr_docs_of(const struct map *m, const char *region, struct emr_docs *out)
{
	size_t it = 0;
	void *v;

	while (map_next(m, &it, NULL, &v))
		if (!strcmp(((struct emr_doc *)v)->region, region))
			vec_push(out, v);
	if (out->len)
		qsort(out->items, out->len, sizeof *out->items, newer_first);
}

const char *emr_doc_mark_at(void *list, size_t i)
{
	return ((struct emr_docs *)list)->items[i]->mark;
}

int emr_answer_page(const cJSON *in, const char *operation, struct emr_docs *docs, const char *member,
                    const char *const *shown, cJSON *out, struct error *err)
{
	struct emr_page page;
	int rc = emr_page(in, operation, EMR_PAGE, docs->len, emr_doc_mark_at, docs, &page, err);

	if (!rc) {
		cJSON *a = cJSON_AddArrayToObject(out, member);
		for (size_t i = page.first; i < page.end; i++)
			cJSON_AddItemToArray(a, emr_members(docs->items[i]->body, shown));
		json_add_str(out, "Marker", page.marker);
		free(page.marker);
	}
	vec_free(docs);
	return rc;
}

struct emr_state *emr_state(struct control *ctl)
{
	return ctl->parts[PART_EMR];
}

static void take(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	(void)ctl;
	keep(ctx, region, id, cJSON_Duplicate(body, true));
}

static void unload(struct control *ctl)
{
	struct emr_state *s = emr_state(ctl);

	if (!s)
		return;
	map_free(s->security, free_doc);
	map_free(s->public_access, free_doc);
	map_free(s->notebooks, free_doc);
	map_free(s->studios, free_doc);
	map_free(s->mappings, free_doc);
	free(s);
	ctl->parts[PART_EMR] = NULL;
}

static int load(struct control *ctl, struct error *err)
{
	unload(ctl);
	struct emr_state *s = xcalloc(1, sizeof *s);
	s->health_at = clock_now_ms() + 1000;   /* after a start, or a refused request: look at all nodes */
	const struct { const char *kind; struct map **docs; } all[] = {
		{ KIND_SECURITY, &s->security }, { KIND_PUBLIC_ACCESS, &s->public_access },
		{ KIND_NOTEBOOK, &s->notebooks }, { KIND_STUDIO, &s->studios }, { KIND_MAPPING, &s->mappings },
	};
	int ret = 0;
	ctl->parts[PART_EMR] = s;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		*all[i].docs = map_new();
		if (!ret)
			ret = docs_each(ctl, all[i].kind, take, *all[i].docs, err);
	}
	return ret;
}

/* ---- what the operations share ---- */

cJSON *emr_members(const cJSON *from, const char *const *names)
{
	cJSON *o = cJSON_CreateObject();

	for (; *names; names++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(from, *names);
		if (v && !cJSON_IsNull(v))
			json_add(o, *names, cJSON_Duplicate(v, true));
	}
	return o;
}

struct cluster_undo {
	char id[MODEL_ID_SIZE];
	struct pair_list tags;
	int64_t idle_timeout_s;
};

static void copy_pairs(struct pair_list *to, const struct pair_list *from)
{
	pair_list_free(to);
	for (size_t i = 0; i < from->len; i++)
		pair_list_set(to, from->items[i].key, from->items[i].value);
}

static void undo_cluster(struct control *ctl, void *arg)
{
	struct cluster_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->id);

	if (!c)
		return;
	copy_pairs(&c->tags, &u->tags);
	c->idle_timeout_s = u->idle_timeout_s;
}

static void free_undo(void *arg)
{
	struct cluster_undo *u = arg;

	pair_list_free(&u->tags);
	free(u);
}

void emr_cluster_changes(struct control *ctl, struct cluster *c, struct call *call)
{
	struct cluster_undo *u = xcalloc(1, sizeof *u);

	strcpy(u->id, c->id);
	copy_pairs(&u->tags, &c->tags);
	u->idle_timeout_s = c->idle_timeout_s;
	call_undo(call, undo_cluster, u, free_undo);
	mark_dirty(ctl, OBJECT_CLUSTER, c);
}

char *emr_user_arn(const struct call *call)
{
	const char *partition = emr_partition(call->region);

	if (call->local || !call->user[0])
		return xasprintf("arn:%s:iam::" EMR_ACCOUNT ":root", partition);
	return xasprintf("arn:%s:iam::" EMR_ACCOUNT ":user/%s", partition, call->user);
}

/* ---- the list ---- */

static const struct op *const tables[] = {
	emr_tag_ops, emr_idle_ops, emr_security_ops, emr_release_ops, emr_public_access_ops, emr_notebook_ops,
	emr_job_flow_ops, emr_studio_ops, NULL
};

const struct part emr_part = { .name = "emr", .tables = tables, .load = load, .close = unload,
                               .due = health_due, .run = health_run, .sampled = health_sampled };
