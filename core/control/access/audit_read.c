/* Reading the trail: pages of what fits, CloudTrail's shape, and the proof that nothing was changed. */
#include <ctype.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/access/access.h"
#include "core/control/ops.h"
#include "core/net/sigv4.h"

#define KIND "audit"
#define LOOK_MAX 5000                  /* records that one request looks at; the next page goes on */
#define VERIFY_MAX 5000

/* ---- CloudTrail ---- */

static void add_camel(cJSON *to, const cJSON *m);

/* Members of structures begin small in CloudTrail; keys of maps (Properties) stay as they are. */
static cJSON *camel(const cJSON *v)
{
	const cJSON *m;

	if (!cJSON_IsObject(v) && !cJSON_IsArray(v))
		return cJSON_Duplicate(v, true);
	cJSON *out = cJSON_IsObject(v) ? cJSON_CreateObject() : cJSON_CreateArray();
	cJSON_ArrayForEach(m, v) {
		if (cJSON_IsObject(v))
			add_camel(out, m);
		else
			cJSON_AddItemToArray(out, camel(m));
	}
	return out;
}

static void add_camel(cJSON *to, const cJSON *m)
{
	bool map = !strcmp(m->string, "Properties") && cJSON_IsObject(m);
	char *name = xstrdup(m->string);

	name[0] = (char)tolower((unsigned char)name[0]);
	json_add(to, name, map ? cJSON_Duplicate(m, true) : camel(m));
	free(name);
}

static cJSON *identity(const cJSON *e)
{
	const char *key = json_str(e, "AccessKeyId", NULL), *actor = json_str(e, "Actor", "");
	cJSON *o = cJSON_CreateObject();

	if (!key || !strcmp(actor, "owner")) {
		bool service = !key && !strcmp(json_str(e, "Source", ""), "stoker");
		json_add_str(o, "type", service ? "AWSService" : "Root");
		json_add_str(o, service ? "invokedBy" : "principalId", service ? actor : EMR_ACCOUNT);
		if (!service)
			json_add_str(o, "arn", "arn:aws:iam::" EMR_ACCOUNT ":root");
	} else {
		char *arn = xasprintf("arn:aws:iam::" EMR_ACCOUNT ":user/%s", actor);
		json_add_str(o, "type", "IAMUser");
		json_add_str(o, "principalId", key);
		json_add_str(o, "arn", arn);
		json_add_str(o, "userName", actor);
		free(arn);
	}
	json_add_str(o, "accountId", EMR_ACCOUNT);
	json_add_str(o, "accessKeyId", key);
	return o;
}

static void add_resource(cJSON *list, const char *cluster, const char *region)
{
	char *arn = emr_cluster_arn(cluster, region);
	cJSON *r = json_add_str(cJSON_CreateObject(), "ARN", arn);

	json_add_str(r, "accountId", EMR_ACCOUNT);
	json_add_str(r, "type", "AWS::EMR::Cluster");
	cJSON_AddItemToArray(list, r);
	free(arn);
}

static cJSON *resources(const cJSON *e)
{
	const cJSON *all = json_arr(e, "Clusters"), *id;
	const char *region = json_str(e, "Region", "");
	cJSON *list = cJSON_CreateArray();

	if (!all)
		add_resource(list, json_str(e, "ClusterId", ""), region);
	cJSON_ArrayForEach(id, all)
		if (cJSON_IsString(id))
			add_resource(list, id->valuestring, region);
	return list;
}

static cJSON *cloudtrail(const cJSON *e)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "eventVersion", "1.09");
	const cJSON *request = json_obj(e, "Request"), *response = json_obj(e, "Response");
	int64_t second = json_int(e, "Time", 0) / 1000 * 1000;
	char time[32], *dot;

	if ((dot = strchr(clock_iso8601(second, time, sizeof time), '.')))
		strcpy(dot, "Z");
	json_add(o, "userIdentity", identity(e));
	json_add_str(o, "eventTime", time);
	json_add_str(o, "eventSource", json_str(e, "EventSource", ""));
	json_add_str(o, "eventName", json_str(e, "EventName", ""));
	json_add_str(o, "awsRegion", json_str(e, "Region", ""));
	json_add_str(o, "sourceIPAddress", json_str(e, "Source", ""));
	json_add_str(o, "userAgent", json_str(e, "UserAgent", ""));
	json_add_str(o, "errorCode", json_str(e, "ErrorCode", NULL));
	json_add_str(o, "errorMessage", json_str(e, "ErrorMessage", NULL));
	json_add(o, "requestParameters", request ? camel(request) : cJSON_CreateNull());
	json_add(o, "responseElements", response ? camel(response) : cJSON_CreateNull());
	json_add_str(o, "requestID", json_str(e, "RequestId", json_str(e, "EventId", "")));
	json_add_str(o, "eventID", json_str(e, "EventId", ""));
	json_add_bool(o, "readOnly", false);
	if (json_str(e, "Resource", NULL))
		json_add(o, "resources", resources(e));
	json_add(o, "additionalEventData", json_add_int(cJSON_CreateObject(), "number", json_int(e, "Number", 0)));
	json_add_str(o, "eventType", "AwsApiCall");
	json_add_bool(o, "managementEvent", true);
	json_add_str(o, "recipientAccountId", EMR_ACCOUNT);
	json_add_str(o, "eventCategory", "Management");
	return o;
}

/* ---- pages ---- */

struct page {
	const char *actor, *name, *outcome, *cluster;
	struct str_list words;         /* lower case; all must occur */
	int64_t since, until, last, after;     /* after: a Number */
	int want, looked;
	bool trail, ended;             /* ended: nothing older can fit */
	cJSON *out;
};

static bool is(const cJSON *e, const char *member, const char *want)
{
	return !want || !strcmp(json_str(e, member, ""), want);
}

static bool has_words(const char *text, const struct str_list *words)
{
	for (size_t i = 0; i < words->len; i++)
		if (!strcasestr(text, words->items[i]))
			return false;
	return true;
}

/* Records of several clusters are found by all of them. */
static bool is_of(const cJSON *e, const char *cluster)
{
	const cJSON *all = json_arr(e, "Clusters"), *id;

	if (!cluster || !all)
		return true;
	cJSON_ArrayForEach(id, all)
		if (cJSON_IsString(id) && !strcmp(id->valuestring, cluster))
			return true;
	return false;
}

/* As clients see it: the time in seconds, no word of the chain. */
static cJSON *encode(cJSON *e)
{
	int64_t time = json_int(e, "Time", 0);
	cJSON *o = json_add_str(cJSON_CreateObject(), "EventId", json_str(e, "EventId", ""));
	static const char *const members[] = { "Actor", "AccessKeyId", "Source", "UserAgent", "Region", "EventSource",
		"EventName", "Resource", "ClusterId", "Clusters", "Outcome", "ErrorCode", "ErrorMessage", "RequestId",
		"Request", "Response", "LostBefore", "Number" };

	json_add_time(o, "Time", time);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		json_add(o, members[i], cJSON_DetachItemFromObjectCaseSensitive(e, members[i]));
	return o;
}

/* From the end, where we wrote it: a request may hold the same words. */
static int64_t number_of(const char *body)
{
	static const char member[] = ",\"Number\":";
	const char *last = NULL;

	for (const char *p = body; (p = strstr(p, member)); p++)
		last = p;
	return last ? strtoll(last + sizeof member - 1, NULL, 10) : 0;
}

static bool take(const struct record *r, void *ctx)
{
	struct page *p = ctx;

	p->looked++;
	if (r->time < p->since || (p->after && number_of(r->body) <= p->after)) {
		p->ended = true;
		return false;
	}
	p->last = r->seq;
	if (r->time > p->until || !has_words(r->body, &p->words) || (p->actor && !strstr(r->body, p->actor)) ||
	    (p->name && !strstr(r->body, p->name)) || (p->outcome && !strstr(r->body, p->outcome)) ||
	    (p->cluster && !strstr(r->body, p->cluster)))
		return true;
	cJSON *e = json_parse(r->body, strlen(r->body), NULL);
	if (is(e, "Actor", p->actor) && is(e, "EventName", p->name) && is(e, "Outcome", p->outcome) &&
	    is_of(e, p->cluster)) {
		cJSON_AddItemToArray(p->out, p->trail ? cloudtrail(e) : encode(e));
		p->want--;
	}
	cJSON_Delete(e);
	return p->want > 0;
}

static void split_words(const char *text, struct str_list *out)
{
	char *copy = xstrdup(text);

	for (char *save = NULL, *t = strtok_r(copy, " \t", &save); t; t = strtok_r(NULL, " \t", &save))
		str_list_add(out, t);
	free(copy);
}

int op_list_audit(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *format = json_str(in, "Format", NULL), *outcome = json_str(in, "Outcome", NULL);
	int64_t max = json_int(in, "MaxResults", 100), until = emr_decode_time(in, "Until");
	struct record_query q = { .kind = KIND, .subject = json_str(in, "ClusterId", NULL), .shared = AUDIT_SHARED,
		.max = LOOK_MAX };
	struct page p = {
		.actor = json_str(in, "Actor", NULL), .name = json_str(in, "EventName", NULL), .outcome = outcome,
		.cluster = q.subject, .after = json_int(in, "After", 0), .since = emr_decode_time(in, "Since"),
		.until = until ? until : INT64_MAX, .trail = format != NULL,
		.want = max < 1 || max > 1000 ? 1000 : (int)max,
	};
	int ret = op_page_token(in, &q.before, err);

	(void)call;
	if (!ret && format && strcmp(format, "cloudtrail"))
		ret = emr_error_validation(err, "Format must be cloudtrail");
	if (!ret && outcome && strcmp(outcome, "Success") && strcmp(outcome, "Failure"))
		ret = emr_error_validation(err, "Outcome must be Success or Failure");
	if (ret)
		return ret;
	p.out = cJSON_CreateArray();
	split_words(json_str(in, "Query", ""), &p.words);
	ret = records_read(ctl, &q, take, &p, err);
	json_add(out, format ? "Records" : "AuditEvents", p.out);
	if (!ret && !p.ended && (p.want <= 0 || p.looked >= LOOK_MAX))
		op_add_page_token(out, p.last);
	str_list_free(&p.words);
	return ret;
}

/* ---- proof ---- */

struct proof {
	char expected[65];             /* hash that the record at hand must have; "": the newest, whatever it has */
	int64_t number;                /* its number; 0: whatever it has */
	int64_t checked, last, oldest;
	char *broken;
	bool more;
};

static void breaks(struct proof *p, const struct record *r, const char *what)
{
	char time[32];

	p->broken = xasprintf("The record of %s (number %lld or near) %s", clock_iso8601(r->time, time, sizeof time),
	                      (long long)p->number, what);
}

static bool prove(const struct record *r, void *ctx)
{
	struct proof *p = ctx;
	char hash[65];
	cJSON *v = json_parse(r->body, strlen(r->body), NULL);
	int64_t number = json_int(v, "Number", 0);

	sigv4_sha256_hex(r->body, strlen(r->body), hash);
	if (p->expected[0] && strcmp(hash, p->expected))
		breaks(p, r, number == p->number ? "was changed" : "is not the one that was written there");
	else if (p->number && number != p->number)
		breaks(p, r, "has a wrong number");
	else if (json_int(v, "Time", -1) != r->time || strcmp(json_str(v, "Region", ""), r->region) ||
	         strcmp(json_arr(v, "Clusters") ? AUDIT_SHARED : json_str(v, "ClusterId", ""), r->subject))
		breaks(p, r, "was changed in the columns that it is found by");
	snprintf(p->expected, sizeof p->expected, "%s", json_str(v, "Previous", ""));
	p->number = number - 1;
	p->oldest = number;
	p->last = r->seq;
	p->checked++;
	cJSON_Delete(v);
	p->more = p->checked >= VERIFY_MAX;
	return !p->broken;
}

/* The token carries what the next page must begin with. */
static int read_proof(const struct access *a, const cJSON *in, struct proof *p, int64_t *before, struct error *err)
{
	const char *token = json_str(in, "NextToken", NULL);
	long long seq = 0, number = 0;

	if (!token) {
		snprintf(p->expected, sizeof p->expected, "%s", a->number ? a->head : "");
		p->number = a->number;
		return 0;
	}
	if (sscanf(token, "%lld:%lld:%64[0-9a-f]", &seq, &number, p->expected) != 3)
		return emr_error_validation(err, "NextToken is not one of this list");
	*before = seq;
	p->number = number;
	return 0;
}

/* Newest first, a stretch at a time. Where nothing older is left the chain must have reached its begin. */
int op_verify_audit(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const struct access *a = access_of(ctl);
	struct record_query q = { .kind = KIND, .max = VERIFY_MAX };
	struct proof p = { 0 };
	int ret = read_proof(a, in, &p, &q.before, err);

	(void)call;
	if (!ret)
		ret = records_read(ctl, &q, prove, &p, err);
	if (ret) {
		free(p.broken);
		return ret;
	}
	char *base = store_get(ctl->store, "audit_base");
	int64_t first = base ? strtoll(base, NULL, 10) : 1;
	if (!p.broken && !p.more && p.number >= first)
		p.broken = xasprintf("Records 1 to %lld are missing", (long long)p.number);
	json_add_int(out, "Checked", p.checked);
	json_add_bool(out, "Intact", !p.broken);
	json_add_str(out, "Broken", p.broken);
	json_add_int(out, "Number", a->number);
	json_add_str(out, "Head", a->head);
	if (p.more && !p.broken) {
		char *token = xasprintf("%lld:%lld:%s", (long long)p.last, (long long)p.number, p.expected);
		json_add_str(out, "NextToken", token);
		free(token);
	}
	free(base);
	free(p.broken);
	return 0;
}
