/* The trail: one record for each call that would change something, whatever came of it. Records form a chain:
 * each holds the SHA-256 of the one before, so that none can be changed, removed or put between unseen. They
 * are written in the transaction that holds what the call did; where that fails, the call is a failure, and its
 * record waits for the journal to come back. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/access/access.h"
#include "core/net/sigv4.h"

#define KIND "audit"
#define REQUEST_MAX 65536              /* bytes; longer ones are told by their length */
#define DENIED_MAX 2048                /* of a refused one */
#define RESPONSE_MAX 4096
#define WAITING_MAX 10000              /* records kept while the journal is away */
#define KEEP_MS (400LL * 24 * 3600 * 1000)
#define BASE "audit_base"              /* setting: number of the oldest record that is kept */
#define HEAD "audit_head"              /* setting: number and hash of the newest: an end that was cut off shows */

/* ---- of a call ---- */

static const char *cluster_of(const cJSON *in)
{
	static const char *const members[] = { "ClusterId", "JobFlowId" };
	const char *resource = emr_id_of(json_str(in, "ResourceId", ""));

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (json_str(in, members[i], NULL))
			return json_str(in, members[i], "");
	if (*resource)
		return strncmp(resource, EMR_STUDIO_PREFIX, strlen(EMR_STUDIO_PREFIX)) ? resource : "";
	const cJSON *ids = json_arr(in, "JobFlowIds");
	const cJSON *first = ids ? ids->child : NULL;
	return cJSON_IsString(first) ? first->valuestring : "";
}

/* Takes text; what is longer than most is told by its length. */
static char *cut(char *text, size_t most)
{
	size_t n = text ? strlen(text) : 0;

	if (n <= most)
		return text;
	free(text);
	return xasprintf("{\"TruncatedBytes\":%zu}", n);
}

static char *request_of(const cJSON *in)
{
	cJSON *clean = redact(in);
	char *text = json_print(clean);

	cJSON_Delete(clean);
	return cut(text, REQUEST_MAX);
}

static void keep_clusters(struct control *ctl, struct audit *a, const struct operation *op, const cJSON *in,
                          const struct call *call)
{
	struct str_list ids = { 0 };

	access_clusters(ctl, op, in, call, &ids);
	snprintf(a->cluster, sizeof a->cluster, "%s", ids.len ? ids.items[0] : cluster_of(in));
	if (ids.len > 1) {
		cJSON *list = cJSON_CreateArray();
		for (size_t i = 0; i < ids.len; i++)
			cJSON_AddItemToArray(list, cJSON_CreateString(ids.items[i]));
		a->clusters = json_print(list);
		cJSON_Delete(list);
	}
	str_list_free(&ids);
}

void audit_begin(struct control *ctl, const char *target, const cJSON *in, struct call *call)
{
	struct operation op;
	char id[37];

	if (call->audit || !operation_find(target, &op) || op.reads)
		return;
	struct audit *a = xcalloc(1, sizeof *a);
	cJSON *o = json_add_str(cJSON_CreateObject(), "EventId", id_uuid(id, sizeof id));
	a->time = clock_now_ms();
	a->data = op.data;
	snprintf(a->region, sizeof a->region, "%s", call->region);
	if (in)
		keep_clusters(ctl, a, &op, in, call);
	json_add_int(o, "Time", a->time);
	json_add_str(o, "Actor", call->user);
	json_add_str(o, "AccessKeyId", call->access_key[0] ? call->access_key : NULL);
	json_add_str(o, "Source", call->internal ? "stoker" : call->source);
	json_add_str(o, "UserAgent", call->user_agent[0] ? call->user_agent : NULL);
	json_add_str(o, "Region", call->region);
	json_add_str(o, "EventSource", op.source);
	json_add_str(o, "EventName", op.name);
	json_add_str(o, "RequestId", call->request_id[0] ? call->request_id : NULL);
	if (in)
		a->request = request_of(in);
	a->text = json_print(o);
	a->text[strlen(a->text) - 1] = '\0';
	cJSON_Delete(o);
	call->audit = a;
}

static void audit_one_free(struct audit *a)
{
	free(a->text);
	free(a->request);
	free(a->clusters);
	free(a->error_code);
	free(a->error_message);
	free(a->response);
	free(a);
}

static void set_error(struct audit *a, const struct error *err)
{
	text_set(&a->error_code, err->class_[0] ? err->class_ : "InternalServerError");
	text_set(&a->error_message, err->message);
}

/* What the call made is named in its answer: the new cluster, the new steps. */
static void keep_response(struct audit *a, const struct call *call)
{
	cJSON *v = call->body.len && call->body.len <= RESPONSE_MAX ? json_parse(call->body.data, call->body.len, NULL)
	                                                             : NULL;

	if (!v || !v->child) {
		cJSON_Delete(v);
		return;
	}
	cJSON *clean = redact(v);
	if (!a->cluster[0])
		snprintf(a->cluster, sizeof a->cluster, "%s", cluster_of(v));
	a->response = json_print(clean);
	cJSON_Delete(clean);
	cJSON_Delete(v);
}

void audit_end(struct control *ctl, struct call *call, const struct error *err)
{
	struct access *access = access_of(ctl);
	struct audit *a = call->audit;

	if (!a)
		return;
	if (err)
		set_error(a, err);
	if (err && !strcmp(err->class_, "AccessDeniedException")) /* who may not ask may not fill the disk either */
		a->request = cut(a->request, DENIED_MAX);
	if (!err && !a->data)
		keep_response(a, call);
	if ((a->data && !err) || access->trail.len >= WAITING_MAX) {
		access->lost += !a->data || err;
		audit_one_free(a);
		call->audit = NULL;
		return;
	}
	vec_push(&access->trail, a);
	mark_changed(ctl);
}

void audit_refused(struct call *call, const struct error *err)
{
	struct audit *a = call->audit;

	if (!a)
		return;
	set_error(a, err);
	free(a->response);
	a->response = NULL;
}

/* ---- into the journal ---- */

bool audit_waiting(const struct control *ctl)
{
	const struct access *a = access_of(ctl);

	return a && a->trail.len;
}

static void add_member(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, ",\"%s\":", name);
	json_quote(b, value);
}

/* The record as it is kept: its hash is over exactly these bytes. */
static char *finish(const struct audit *a, int64_t number, const char *previous, size_t lost)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, a->text);
	if (a->request)
		buf_addf(&b, ",\"Request\":%s", a->request);
	if (a->cluster[0]) {
		char *arn = emr_cluster_arn(a->cluster, a->region);
		add_member(&b, "ClusterId", a->cluster);
		add_member(&b, "Resource", arn);
		free(arn);
	}
	if (a->clusters)
		buf_addf(&b, ",\"Clusters\":%s", a->clusters);
	add_member(&b, "Outcome", a->error_code ? "Failure" : "Success");
	if (a->error_code) {
		add_member(&b, "ErrorCode", a->error_code);
		add_member(&b, "ErrorMessage", a->error_message);
	}
	if (a->response)
		buf_addf(&b, ",\"Response\":%s", a->response);
	if (lost)
		buf_addf(&b, ",\"LostBefore\":%zu", lost);
	buf_addf(&b, ",\"Number\":%lld", (long long)number);
	add_member(&b, "Previous", previous);
	buf_addc(&b, '}');
	return buf_steal(&b);
}

void audit_write(struct control *ctl)
{
	struct access *a = access_of(ctl);

	if (!audit_waiting(ctl))
		return;
	strcpy(a->written, a->head);
	a->written_number = a->number;
	for (size_t i = 0; i < a->trail.len; i++) {
		const struct audit *one = a->trail.items[i];
		char *text = finish(one, ++a->written_number, a->written, i ? 0 : a->lost);
		sigv4_sha256_hex(text, strlen(text), a->written);
		store_add_record(ctl->store, KIND, one->region, one->clusters ? AUDIT_SHARED : one->cluster, one->time,
		                 text);
		free(text);
	}
	char *head = xasprintf("%lld:%s", (long long)a->written_number, a->written);
	store_set(ctl->store, HEAD, head);
	free(head);
}

void audit_written(struct control *ctl)
{
	struct access *a = access_of(ctl);

	if (!audit_waiting(ctl))
		return;
	strcpy(a->head, a->written);
	a->number = a->written_number;
	a->lost = 0;
	for (size_t i = 0; i < a->trail.len; i++)
		audit_one_free(a->trail.items[i]);
	a->trail.len = 0;
}

/* ---- start, age, end ---- */

static bool take_head(const struct record *r, void *ctx)
{
	struct access *a = ctx;
	cJSON *v = json_parse(r->body, strlen(r->body), NULL);

	a->number = json_int(v, "Number", 0);
	sigv4_sha256_hex(r->body, strlen(r->body), a->head);
	cJSON_Delete(v);
	return false;
}

int audit_load(struct control *ctl, struct error *err)
{
	struct record_query q = { .kind = KIND, .max = 1 };
	struct access *a = access_of(ctl);
	char *head = store_get(ctl->store, HEAD);
	long long number = 0;
	int ret = 0;

	memset(a->head, '0', 64);
	if (head && sscanf(head, "%lld:%64[0-9a-f]", &number, a->head) == 2)
		a->number = number;
	else
		ret = store_read_records(ctl->store, &q, take_head, a, err);
	free(head);
	return ret;
}

struct first {
	int64_t number, seq;
};

static bool take_first(const struct record *r, void *ctx)
{
	cJSON *v = json_parse(r->body, strlen(r->body), NULL);

	*(struct first *)ctx = (struct first){ json_int(v, "Number", 0), r->seq };
	cJSON_Delete(v);
	return false;
}

/* Age is the one reason for which records go; the chain then begins with the oldest that is kept. */
void audit_trim(struct control *ctl, int64_t now)
{
	struct error err = ERROR_INIT;
	struct first first = { 0 };
	char text[24];

	store_first_record(ctl->store, KIND, now - KEEP_MS, take_first, &first, &err);
	if (first.number <= 1)
		return;
	snprintf(text, sizeof text, "%lld", (long long)first.number);
	store_set(ctl->store, BASE, text);
	store_drop_records(ctl->store, KIND, first.seq);
}

void audit_free(struct access *a)
{
	for (size_t i = 0; i < a->trail.len; i++)
		audit_one_free(a->trail.items[i]);
	vec_free(&a->trail);
}
