/* Topics: documents; and the operations on them. */
#include <ctype.h>
#include <stdio.h>

#include "core/api/emr/emr.h"
#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/access/access.h"
#include "core/control/notify/deliver.h"

#define TOPIC_DOC "topic"
#define NOTICE_DOC "notice"      /* what is on its way: in the journal with what it tells of */
#define MAX_TOPICS 1000
#define MAX_WAITING 1000         /* notices on their way; more are refused */
#define MAX_TARGET 4096

static const char *const way_names[TOPIC_WAYS] = { "Webhook", "Command", "Email" };

struct notify *notify_of(struct control *ctl)
{
	return ctl->parts[PART_NOTIFY];
}

char *topic_arn(const char *region, const char *name)
{
	return xasprintf("arn:aws:sns:%s:" EMR_ACCOUNT ":%s", region, name);
}

/* ---- topics ---- */

static void topic_free(void *p)
{
	struct topic *t = p;

	free(t->name);
	free(t->target);
	free(t->subject);
	free(t->error);
	free(t);
}

static struct topic *find(struct control *ctl, const char *region, const char *name)
{
	char *key = xasprintf("%s\n%s", region, name);
	struct topic *t = map_get(notify_of(ctl)->topics, key);

	free(key);
	return t;
}

/* By the last part of its ARN (one of another region names nothing here), or by its name, as people type it. */
static struct topic *find_arn(struct control *ctl, const char *region, const char *arn)
{
	char *prefix = topic_arn(region, "");
	bool named = strncmp(arn, "arn:", 4) != 0, ours = !strncmp(arn, prefix, strlen(prefix));
	struct topic *t = !notify_of(ctl) ? NULL : named ? find(ctl, region, arn)
	                  : ours ? find(ctl, region, arn + strlen(prefix)) : NULL;

	free(prefix);
	return t;
}

static struct topic *keep(struct control *ctl, const char *region, const char *name, const cJSON *body)
{
	struct topic *t = xcalloc(1, sizeof *t);
	char *key = xasprintf("%s\n%s", region, name);
	const cJSON *last = json_obj(body, "LastSent");

	snprintf(t->region, sizeof t->region, "%s", region);
	t->name = xstrdup(name);
	for (int i = 0; i < TOPIC_WAYS; i++)
		if (json_str(body, way_names[i], NULL)) {
			t->way = (enum topic_way)i;
			text_set(&t->target, json_str(body, way_names[i], ""));
		}
	t->sent = emr_decode_time(last, "Time");
	t->subject = xstrdup(json_str(last, "Subject", NULL));
	t->error = xstrdup(json_str(last, "Error", NULL));
	struct topic *old = map_set(notify_of(ctl)->topics, key, t);
	if (old)
		topic_free(old);
	free(key);
	return t;
}

/* Whoever knows a webhook's address may use it, and a shell line may hold a token: only admins read them. */
static char *shown(const struct topic *t)
{
	return t->way == TOPIC_WEBHOOK ? redact_webhook(t->target) : t->way == TOPIC_COMMAND ? redact_command(t->target)
	       : xstrdup(t->target);
}

static void mask(const struct topic *t, cJSON *o)
{
	char *target = shown(t);

	cJSON_ReplaceItemInObjectCaseSensitive(o, way_names[t->way], cJSON_CreateString(target));
	free(target);
	cJSON *last = cJSON_GetObjectItemCaseSensitive(o, "LastSent");
	if (t->way == TOPIC_COMMAND && last) /* what a program said last may be just that */
		cJSON_DeleteItemFromObjectCaseSensitive(last, "Error");
}

static cJSON *encode(const struct topic *t)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "TopicName", t->name);
	char *arn = topic_arn(t->region, t->name);

	json_add_str(o, "TopicArn", arn);
	json_add_str(o, way_names[t->way], t->target);
	free(arn);
	if (t->sent) {
		cJSON *l = json_add_time(cJSON_CreateObject(), "Time", t->sent);
		json_add_str(l, "Subject", t->subject);
		json_add_str(l, "Outcome", t->error ? "failed" : "delivered");
		json_add(o, "LastSent", json_add_str(l, "Error", t->error));
	}
	return o;
}

static void save(struct control *ctl, const struct topic *t)
{
	cJSON *body = encode(t);

	doc_put(ctl, TOPIC_DOC, t->region, t->name, body);
	cJSON_Delete(body);
}

/* ---- notices ---- */

bool notify_exists(struct control *ctl, const char *region, const char *topic_arn_)
{
	return find_arn(ctl, region, topic_arn_) != NULL;
}

int notify_check(struct control *ctl, const char *region, const char *topic_arn_, struct error *err)
{
	if (!topic_arn_ || notify_exists(ctl, region, topic_arn_))
		return 0;
	return emr_error_validation(err, "There is no topic '%.200s'; PutTopic makes one", topic_arn_);
}

bool notify_send(struct control *ctl, const char *region, const char *topic_arn_, const char *subject,
                 const cJSON *body)
{
	const struct topic *t = topic_arn_ ? find_arn(ctl, region, topic_arn_) : NULL;

	if (!t || notify_of(ctl)->deliveries.len >= MAX_WAITING)
		return false;
	struct delivery *d = delivery_new(ctl, t, subject, body);
	id_uuid(d->id, sizeof d->id);
	cJSON *doc = json_add_str(cJSON_CreateObject(), "TopicName", d->topic);
	json_add_str(json_add_str(json_add_str(doc, "Subject", d->subject), "Text", d->text), "Plain", d->plain);
	doc_put(ctl, NOTICE_DOC, d->region, d->id, doc);
	cJSON_Delete(doc);
	return true;
}

bool notify_child(struct control *ctl, int pid, int status)
{
	return delivery_child(ctl, pid, status);
}

static void answer_test(struct delivery *d, const char *error)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Outcome", error ? "failed" : "delivered");

	json_add_str(o, "Error", error);
	json_print_to(&d->call->body, o);
	audit_end(d->ctl, d->call, NULL);
	cJSON_Delete(o);
	vec_push(&d->ctl->calls, d->call);
	d->call = NULL;
}

void delivery_done(struct delivery *d, const char *error)
{
	struct topic *t = find(d->ctl, d->region, d->topic);

	if (t) { /* it may be gone by now */
		t->sent = clock_now_ms();
		text_set(&t->subject, d->subject);
		text_set(&t->error, error);
		save(d->ctl, t);
	}
	if (d->id[0])
		doc_drop(d->ctl, NOTICE_DOC, d->region, d->id);
	if (d->call)
		answer_test(d, error);
	delivery_free(d);
}

/* ---- operations ---- */

static int check_name(const char *name, struct error *err)
{
	size_t n = strlen(name);
	bool ok = n >= 1 && n <= 256;

	for (const char *p = name; *p && ok; p++)
		ok = isalnum((unsigned char)*p) || *p == '-' || *p == '_';
	return ok ? 0 : emr_error_validation(err, "TopicName must have 1 to 256 letters, digits, - and _; \"%.60s\" has "
	                                          "not.",
	                                     name);
}

static bool printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return false;
	return true;
}

static int check_target(enum topic_way way, const char *s, struct error *err)
{
	const char *at = strchr(s, '@');

	if (strlen(s) > MAX_TARGET || !*s)
		return emr_error_validation(err, "%s must have 1 to %d characters.", way_names[way], MAX_TARGET);
	if (way == TOPIC_WEBHOOK && ((strncmp(s, "http://", 7) && strncmp(s, "https://", 8)) || strchr(s, ' ') ||
	                             !printable(s)))
		return emr_error_validation(err, "Webhook must be a URL that begins with http:// or https://; \"%.100s\" is "
		                            "none.", s);
	if (way == TOPIC_EMAIL && (!at || at == s || !at[1] || *s == '-' || strpbrk(s, " \t,;<>\"") || !printable(s)))
		return emr_error_validation(err, "Email must be one address such as ops@example.org; \"%.100s\" is none.", s);
	return 0;
}

static int put_topic(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *name = json_str(in, "TopicName", "");
	int given = 0, rc = check_name(name, err);
	const struct topic *old = find(ctl, call->region, name);
	cJSON *body = cJSON_CreateObject();

	for (int i = 0; i < TOPIC_WAYS && !rc; i++) {
		const char *s = json_str(in, way_names[i], NULL);
		if (!s)
			continue;
		given++;
		json_add_str(body, way_names[i], s);
		rc = check_target((enum topic_way)i, s, err);
	}
	if (!rc && given != 1)
		rc = emr_error_validation(err, "Give exactly one of Webhook, Command and Email.");
	if (!rc && !old && map_len(notify_of(ctl)->topics) >= MAX_TOPICS)
		rc = emr_error_validation(err, "This server keeps at most %d topics; delete one first.", MAX_TOPICS);
	if (!rc) {
		struct topic *t = keep(ctl, call->region, name, body);
		save(ctl, t);
		char *arn = topic_arn(call->region, name);
		json_add_str(out, "TopicArn", arn);
		free(arn);
	}
	cJSON_Delete(body);
	return rc;
}

static int list_topics(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	cJSON *list = cJSON_AddArrayToObject(out, "Topics");
	size_t it = 0;
	void *v;

	(void)in;
	(void)err;
	bool whole = access_is_admin(ctl, call);
	while (map_next(notify_of(ctl)->topics, &it, NULL, &v)) {
		const struct topic *t = v;
		if (strcmp(t->region, call->region))
			continue;
		cJSON *o = encode(t);
		if (!whole)
			mask(t, o);
		cJSON_AddItemToArray(list, o);
	}
	return 0;
}

static struct topic *wanted(struct control *ctl, const cJSON *in, const struct call *call, struct error *err)
{
	struct topic *t = find(ctl, call->region, json_str(in, "TopicName", ""));

	if (!t) {
		emr_error_validation(err, "There is no topic \"%.100s\" in %s.", json_str(in, "TopicName", ""), call->region);
		error_hint(err, "ListTopics (stoker topics) tells those that there are.");
	}
	return t;
}

static int delete_topic(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct topic *t = wanted(ctl, in, call, err);

	(void)out;
	if (!t)
		return err->code;
	char *key = xasprintf("%s\n%s", t->region, t->name);
	doc_drop(ctl, TOPIC_DOC, t->region, t->name);
	map_remove(notify_of(ctl)->topics, key);
	topic_free(t);
	free(key);
	return 0;
}

static int test_topic(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const struct topic *t = wanted(ctl, in, call, err);

	(void)out;
	if (!t)
		return err->code;
	if (notify_of(ctl)->deliveries.len >= MAX_WAITING)
		return emr_error_validation(err, "%d notices are on their way already: try again when some have arrived.",
		                            MAX_WAITING);
	cJSON *body = json_add_str(cJSON_CreateObject(), "Note", "This is a test: notices of this topic arrive here.");
	json_add_str(body, "SentBy", actor_of(ctl));
	struct delivery *d = delivery_new(ctl, t, "A test from stoker", body);
	cJSON_Delete(body);
	d->once = true;
	d->call = call;
	return 1;
}

static const struct op ops[] = {
	{ "Stoker.PutTopic", put_topic }, { "Stoker.ListTopics", list_topics }, { "Stoker.DeleteTopic", delete_topic },
	{ "Stoker.TestTopic", test_topic }, { NULL, NULL },
};

/* ---- life ---- */

static void load_topic(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	(void)ctx;
	keep(ctl, region, id, body);
}

struct notices {
	struct pair_list lost;         /* their topic has gone */
	struct str_list there;         /* ids */
};

/* Notices of a former run go out again; those whose topic has gone are dropped after the walk. */
static void load_notice(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	const struct notify *n = notify_of(ctl);
	const struct topic *t = find(ctl, region, json_str(body, "TopicName", ""));
	struct notices *all = ctx;

	str_list_add(&all->there, id);
	for (size_t i = 0; i < n->deliveries.len; i++)
		if (!strcmp(n->deliveries.items[i]->id, id))
			return;
	if (t) {
		delivery_again(ctl, t, id, json_str(body, "Subject", ""), xstrdup(json_str(body, "Text", "{}")),
		               xstrdup(json_str(body, "Plain", "")));
	} else {
		struct pair p = { xstrdup(region), xstrdup(id) };
		vec_push(&all->lost, p);
	}
}

/* What a refused request would have told of did not happen. */
static void recall(struct control *ctl, const struct str_list *there)
{
	struct notify *n = notify_of(ctl);

	for (size_t i = n->deliveries.len; i-- > 0;) {
		struct delivery *d = n->deliveries.items[i];
		if (d->id[0] && !str_list_has(there, d->id))
			delivery_free(d);
	}
}

static int load_notices(struct control *ctl, struct error *err)
{
	struct notices all = { 0 };
	int ret = docs_each(ctl, NOTICE_DOC, load_notice, &all, err);

	if (!ret)
		recall(ctl, &all.there);
	for (size_t i = 0; i < all.lost.len; i++)
		doc_drop(ctl, NOTICE_DOC, all.lost.items[i].key, all.lost.items[i].value);
	pair_list_free(&all.lost);
	str_list_free(&all.there);
	return ret;
}

static int load(struct control *ctl, struct error *err)
{
	if (!notify_of(ctl))
		ctl->parts[PART_NOTIFY] = xcalloc(1, sizeof(struct notify));
	if (notify_of(ctl)->topics)
		map_free(notify_of(ctl)->topics, topic_free);
	notify_of(ctl)->topics = map_new();
	int ret = docs_each(ctl, TOPIC_DOC, load_topic, NULL, err);
	return ret ? ret : load_notices(ctl, err);
}

static void close_part(struct control *ctl)
{
	struct notify *n = notify_of(ctl);
	bool waited = false;

	if (!n)
		return;
	while (n->deliveries.len) {
		struct delivery *d = n->deliveries.items[n->deliveries.len - 1];
		waited |= d->call != NULL;
		if (d->call)
			answer_test(d, "The server is about to stop.");
		delivery_free(d);
	}
	if (waited)
		control_turn(ctl);
	vec_free(&n->deliveries);
	http_client_close(n->http);
	map_free(n->topics, topic_free);
	free(n);
	ctl->parts[PART_NOTIFY] = NULL;
}

const struct part notify_part = { .name = "notify", .ops = ops, .load = load, .close = close_part };
