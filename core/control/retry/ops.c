/* Operations on dead letters. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/notify/notify.h"
#include "core/control/ops.h"
#include "core/control/retry/inner.h"

#define PAGE 50

static int check_topic(struct control *ctl, const struct retry_policy *p, struct error *err)
{
	const char *region = ctl->call ? ctl->call->region : ctl->region;

	if (!p->topic || notify_exists(ctl, region, p->topic))
		return 0;
	return error_set(err, ERR_INVALID, "stoker.notify: there is no topic '%.200s'; PutTopic makes one", p->topic);
}

int retry_check(struct control *ctl, const struct cluster *c, const struct step_list *steps, struct error *err)
{
	struct retry_policy p;
	struct error why = ERROR_INIT;
	int ret = retry_policy_of(c, NULL, &p, &why);

	if (!ret)
		ret = check_topic(ctl, &p, &why);
	for (size_t i = 0; i < steps->len && !ret; i++)
		if (!(ret = retry_policy_of(c, steps->items[i], &p, &why)))
			ret = check_topic(ctl, &p, &why);
	return ret ? emr_error_validation(err, "%s", why.message) : 0;
}

/* ---- ListDeadLetters: newest first ---- */

struct filter {
	const char *cluster;       /* NULL: any */
	int class, state;          /* -1: any */
	int64_t max;
};

static bool fits(const struct call *call, const struct letter *l, const struct filter *f)
{
	return !strcmp(l->region, call->region) && (!f->cluster || !strcmp(f->cluster, l->cluster_id)) &&
	       (f->class < 0 || f->class == (int)l->class) && (f->state < 0 || f->state == (int)l->state);
}

static cJSON *shown(const struct letter *l)
{
	cJSON *o = letter_open(l);

	cJSON_DeleteItemFromObjectCaseSensitive(o, "Seq");
	return json_add_str(o, "Region", l->region);
}

static int read_filter(const cJSON *in, struct filter *f, struct error *err)
{
	const char *class = json_str(in, "Class", NULL), *state = json_str(in, "State", NULL);

	*f = (struct filter){ json_str(in, "ClusterId", NULL), names_parse(&failure_class_names, class),
	                      names_parse(&letter_state_names, state), 0 };
	if (class && f->class < 0)
		return emr_error_validation(err,
		                            "Class '%.60s' is not valid: RETRYABLE, NON_RETRYABLE or DATA_QUALITY.",
		                            class);
	if (state && f->state < 0)
		return emr_error_validation(err, "State '%.60s' is not valid: PENDING, REPLAYED or DISCARDED.",
		                            state);
	return op_page_size(in, PAGE, &f->max, err);
}

static int list_dead_letters(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                             struct error *err)
{
	struct retry_state *st = retry_state_of(ctl);
	int64_t before;
	struct filter f;
	VEC(struct letter *) all = { 0 };
	size_t it = 0;
	void *v;

	if (read_filter(in, &f, err) || op_page_token(in, &before, err))
		return err->code;
	while (map_next(st->letters, &it, NULL, &v))
		vec_push(&all, v);
	cJSON *a = cJSON_CreateArray();
	struct letter *last = NULL;
	int64_t n = 0;
	for (size_t i = all.len; i-- > 0;) {
		struct letter *l = all.items[i];
		if ((before && l->seq >= before) || !fits(call, l, &f))
			continue;
		if (n == f.max) {
			op_add_page_token(out, last->seq);
			break;
		}
		cJSON_AddItemToArray(a, shown(l));
		n++;
		last = l;
	}
	vec_free(&all);
	json_add(out, "DeadLetters", a);
	return 0;
}

/* ---- one letter ---- */

static struct letter *wanted(struct control *ctl, const cJSON *in, const struct call *call, struct error *err)
{
	const char *id = json_str(in, "DeadLetterId", "");
	struct letter *l = map_get(retry_state_of(ctl)->letters, id);

	if (l && !strcmp(l->region, call->region))
		return l;
	emr_error(err, "ResourceNotFoundException", "There is no dead letter '%.80s'.", id);
	error_hint(err, "ListDeadLetters has their ids; they are kept for 60 days.");
	return NULL;
}

/* One that waits for somebody; *body (cJSON_Delete) is what it says. */
static struct letter *pending(struct control *ctl, const cJSON *in, const struct call *call, cJSON **body,
                              struct error *err)
{
	struct letter *l = wanted(ctl, in, call, err);

	*body = l ? letter_open(l) : NULL;
	if (!l || l->state == LETTER_PENDING)
		return l;
	if (l->state == LETTER_REPLAYED)
		emr_error_validation(err,
		                     "The dead letter %s was replayed as step %s of cluster %s; if that failed, "
		                     "it left a letter of its own.", l->id, json_str(*body, "ReplayStepId", ""),
		                     json_str(*body, "ReplayClusterId", ""));
	else
		emr_error_validation(err, "The dead letter %s was discarded by %s.", l->id,
		                     json_str(*body, "ClosedBy", ""));
	cJSON_Delete(*body);
	*body = NULL;
	return NULL;
}

static bool add_details(const struct record *r, void *ctx)
{
	cJSON *body = json_parse(r->body, strlen(r->body), NULL), *letter = ctx;
	static const char *const members[] = { "Log", "Configurations" };

	for (size_t i = 0; body && i < sizeof members / sizeof *members; i++)
		json_add(letter, members[i], cJSON_DetachItemFromObjectCaseSensitive(body, members[i]));
	cJSON_Delete(body);
	return false;
}

static int describe_dead_letter(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                                struct error *err)
{
	struct letter *l = wanted(ctl, in, call, err);

	if (!l)
		return err->code;
	cJSON *o = shown(l);
	struct record_query q = { .kind = "dead-letter", .region = l->region, .subject = l->id, .max = 1 };
	struct error why = ERROR_INIT;
	int ret = records_read(ctl, &q, add_details, o, &why);
	json_add(out, "DeadLetter", o);
	return ret ? emr_error(err, "InternalServerError", "%s", why.message) : 0;
}

/* ---- ReplayDeadLetter ---- */

static int where(struct control *ctl, const struct letter *l, const cJSON *body, const char *given,
                 const char **id,
                 struct error *err)
{
	const struct cluster *c = op_find(ctl, *id = given ? given : l->cluster_id);

	if (given || (c && !cluster_state_closing(c->state)))
		return 0;
	emr_error_validation(err,
	                     "Cluster %s (%s), where the step failed, has ended. "
	                     "Name another one with ClusterId.", *id, json_str(body, "ClusterName", ""));
	error_hint(err, "A cluster with the same configurations can be created from DescribeDeadLetter.");
	return ERR_INVALID;
}

static cJSON *replay_request(const cJSON *body, const char *cluster, const cJSON *step)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "JobFlowId", cluster), *steps = cJSON_CreateArray();

	cJSON_AddItemToArray(steps, cJSON_Duplicate(step ? step : json_obj(body, "Step"), true));
	json_add(req, "Steps", steps);
	return json_add_str(req, "ExecutionRoleArn", json_str(body, "ExecutionRoleArn", NULL));
}

/* Takes body. */
static void replayed(struct control *ctl, struct letter *l, cJSON *body, const char *cluster,
                     const char *step)
{
	json_add_str(body, "ReplayClusterId", cluster);
	json_add_str(body, "ReplayStepId", step);
	event_add(ctl, SEVERITY_INFO, cluster, l->id, EVENT_LETTER,
	          "Dead letter %s (%s) was replayed as step %s of cluster %s", l->id,
		json_str(body, "StepName", ""),
	          step, cluster);
	letter_close(ctl, l, body, LETTER_REPLAYED, NULL);
}

static int replay(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct letter *l,
                  cJSON **body,
                  struct error *err)
{
	const cJSON *step = cJSON_GetObjectItemCaseSensitive(in, "Step");
	const char *cluster;

	if (where(ctl, l, *body, json_str(in, "ClusterId", NULL), &cluster, err))
		return err->code;
	if (step && !cJSON_IsObject(step))
		return emr_error_validation(err,
		                            "Step must be a StepConfig: {Name, ActionOnFailure, HadoopJarStep}.");
	cJSON *req = replay_request(*body, cluster, step), *reply = cJSON_CreateObject();
	int ret = op_nested(ctl, "ElasticMapReduce.AddJobFlowSteps", req, reply, call, err);
	if (!ret) {
		const cJSON *id = cJSON_GetArrayItem(json_arr(reply, "StepIds"), 0);
		json_add_str(json_add_str(out, "ClusterId", cluster), "StepId", id->valuestring);
		replayed(ctl, l, *body, cluster, id->valuestring);
		*body = NULL;
	}
	cJSON_Delete(reply);
	cJSON_Delete(req);
	return ret;
}

static int replay_dead_letter(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                              struct error *err)
{
	cJSON *body;
	struct letter *l = pending(ctl, in, call, &body, err);
	int ret = l ? replay(ctl, in, out, call, l, &body, err) : err->code;

	cJSON_Delete(body);
	return ret;
}

static int discard_dead_letter(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                               struct error *err)
{
	cJSON *body;
	struct letter *l = pending(ctl, in, call, &body, err);
	const char *note = json_str(in, "Note", NULL);

	(void)out;
	if (!l)
		return err->code;
	if (note && strlen(note) > 1024) {
		cJSON_Delete(body);
		return emr_error_validation(err, "Note must have at most 1024 bytes.");
	}
	event_add(ctl, SEVERITY_INFO, l->cluster_id, l->id, EVENT_LETTER, "Dead letter %s (%s) was discarded%s%s",
	          l->id,
	          json_str(body, "StepName", ""), note ? ": " : "", note ? note : "");
	letter_close(ctl, l, body, LETTER_DISCARDED, note);
	return 0;
}

const struct op retry_ops[] = {
	{ "Stoker.ListDeadLetters", list_dead_letters },
	{ "Stoker.DescribeDeadLetter", describe_dead_letter },
	{ "Stoker.ReplayDeadLetter", replay_dead_letter },
	{ "Stoker.DiscardDeadLetter", discard_dead_letter },
	{ NULL, NULL },
};
