/* Documents and records on their way to the journal: kept until the commit that holds them, and laid over
 * the journal's own for whoever reads meanwhile. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/part.h"

struct pending_doc {
	char *kind, *region, *id;
	char *body;                    /* NULL: dropped */
	const struct call *call;       /* on whose behalf, or NULL */
	struct pending_doc *before;    /* what was pending until a call put this: it comes back when the call is refused */
};

static void free_doc(void *p)
{
	struct pending_doc *d = p, *before;

	for (; d; d = before) {
		before = d->before;
		free(d->kind);
		free(d->region);
		free(d->id);
		free(d->body);
		free(d);
	}
}

/* What `call` did not put stays below what it puts; of one hand's only the last is kept. */
static struct pending_doc *below(struct pending_doc *old, const struct call *call)
{
	if (!old || old->call != call)
		return old;
	struct pending_doc *before = old->before;
	old->before = NULL;
	free_doc(old);
	return before;
}

static void set(struct control *ctl, const char *kind, const char *region, const char *id, char *body)
{
	struct pending_doc *d = xcalloc(1, sizeof *d);
	char *key = xasprintf("%s\n%s\n%s", kind, region, id);

	*d = (struct pending_doc){ xstrdup(kind), xstrdup(region), xstrdup(id), body, ctl->call, NULL };
	d->before = below(map_set(ctl->docs, key, d), ctl->call);
	if (ctl->call)
		str_list_add(&ctl->call->docs, key);
	free(key);
	ctl->changed = true;
}

void doc_put(struct control *ctl, const char *kind, const char *region, const char *id, const cJSON *body)
{
	set(ctl, kind, region, id, json_print(body));
}

void doc_drop(struct control *ctl, const char *kind, const char *region, const char *id)
{
	set(ctl, kind, region, id, NULL);
}

struct each {
	struct control *ctl;
	const char *kind;
	doc_fn fn;
	void *ctx;
};

static void each_text(const struct each *e, const char *region, const char *id, const char *body)
{
	cJSON *v = json_parse(body, strlen(body), NULL);

	if (v)
		e->fn(e->ctl, region, id, v, e->ctx);
	cJSON_Delete(v);
}

static void each_stored(const char *region, const char *id, const char *body, void *ctx)
{
	struct each *e = ctx;
	char *key = xasprintf("%s\n%s\n%s", e->kind, region, id);
	bool newer = map_has(e->ctl->docs, key);

	free(key);
	if (!newer)
		each_text(e, region, id, body);
}

int docs_each(struct control *ctl, const char *kind, doc_fn fn, void *ctx, struct error *err)
{
	struct each e = { ctl, kind, fn, ctx };
	int ret = store_load_docs(ctl->store, kind, each_stored, &e, err);
	size_t it = 0;
	void *v;

	while (!ret && map_next(ctl->docs, &it, NULL, &v)) {
		const struct pending_doc *d = v;
		if (d->body && !strcmp(d->kind, kind))
			each_text(&e, d->region, d->id, d->body);
	}
	return ret;
}

void record_add(struct control *ctl, const char *kind, const char *region, const char *subject, int64_t time,
                const cJSON *body)
{
	struct pending_record r = { xstrdup(kind), xstrdup(region), xstrdup(subject), json_print(body), time,
	                            ctl->call };

	vec_push(&ctl->records, r);
	ctl->changed = true;
}

int records_read(struct control *ctl, const struct record_query *q, record_fn fn, void *ctx,
                 struct error *err)
{
	return store_read_records(ctl->store, q, fn, ctx, err);
}

static void free_record(struct pending_record *r)
{
	free(r->kind);
	free(r->region);
	free(r->subject);
	free(r->body);
}

void docs_write(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->docs, &it, NULL, &v)) {
		const struct pending_doc *d = v;
		if (d->body)
			store_put_doc(ctl->store, d->kind, d->region, d->id, d->body);
		else
			store_drop_doc(ctl->store, d->kind, d->region, d->id);
	}
	for (size_t i = 0; i < ctl->records.len; i++) {
		const struct pending_record *r = &ctl->records.items[i];
		store_add_record(ctl->store, r->kind, r->region, r->subject, r->time, r->body);
	}
}

bool docs_waiting(const struct control *ctl)
{
	return map_len(ctl->docs) || ctl->records.len;
}

void docs_clear(struct control *ctl)
{
	if (map_len(ctl->docs)) {
		map_free(ctl->docs, free_doc);
		ctl->docs = map_new();
	}
	for (size_t i = 0; i < ctl->records.len; i++)
		free_record(&ctl->records.items[i]);
	vec_free(&ctl->records);
}

/* Back to what was pending before the call put its own; what was put over that goes as well, as it was built on it. */
static void take_back(struct control *ctl, const char *key, const struct call *call)
{
	struct pending_doc *top = map_get(ctl->docs, key), *d = top;

	while (d && d->call != call)
		d = d->before;
	if (!d)
		return;
	struct pending_doc *before = d->before;
	d->before = NULL;
	if (before)
		map_set(ctl->docs, key, before);
	else
		map_remove(ctl->docs, key);
	free_doc(top);
}

void docs_keep(struct control *ctl, const struct call *call)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->docs, &it, NULL, &v))
		for (struct pending_doc *d = v; d; d = d->before)
			if (!call || d->call == call)
				d->call = NULL;
	for (size_t i = 0; i < ctl->records.len; i++)
		if (!call || ctl->records.items[i].call == call)
			ctl->records.items[i].call = NULL;
}

/* A refused request: its documents and records never were, and the parts read their state again: all of them, since
 * an operation may speak to parts that are not its own. */
void docs_take_back(struct control *ctl, struct call *call)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < call->docs.len; i++)
		take_back(ctl, call->docs.items[i], call);
	for (size_t i = ctl->records.len; i-- > 0;)
		if (ctl->records.items[i].call == call) {
			free_record(&ctl->records.items[i]);
			vec_remove(&ctl->records, i);
		}
	if (call->docs.len && parts_load(ctl, &err))
		log_error("the state could not be read again: %s: %s", err.message, err.detail);
}
