/* The oldest of the operations, DescribeJobFlows, and session credentials. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

#define JOB_FLOWS_MAX 512
#define DAY_MS (24LL * 3600 * 1000)

struct filter {
	struct str_list ids;
	uint32_t states;                  /* of job flows; 0: any */
	int64_t after, before;
	bool any;                         /* something was asked for */
};

/* With no filter at all: what was created and completed in the last two weeks, and what of the last two
 * months still works. With one: the last two months. */
static bool wanted(const struct cluster *c, const struct filter *f, int64_t now)
{
	enum emr_job_flow_state state = emr_job_flow_state(c);

	if (f->ids.len && !str_list_has(&f->ids, c->id))
		return false;
	if ((f->states && !(f->states & (1u << state))) || (f->after && c->timeline.created < f->after) ||
	    (f->before && c->timeline.created > f->before))
		return false;
	if (f->any)
		return true;
	return c->timeline.created >= now - (cluster_state_ended(c->state) ? 14 : 60) * DAY_MS;
}

static int known(struct control *ctl, const struct str_list *ids, struct error *err)
{
	for (size_t i = 0; i < ids->len; i++)
		if (!op_find(ctl, ids->items[i]))
			return emr_error_no_job_flow(err);
	return 0;
}

static int describe_job_flows(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                              struct error *err)
{
	struct filter f = { .states = emr_decode_mask(in, "JobFlowStates", &emr_job_flow_state_names),
	                    .after = emr_decode_time(in, "CreatedAfter"),
	                    .before = emr_decode_time(in, "CreatedBefore") };
	int64_t now = clock_now_ms();
	VEC(struct cluster *) found = { 0 };
	size_t it = 0;
	void *v;

	(void)call;
	emr_decode_strings(in, "JobFlowIds", &f.ids);
	f.any = f.ids.len || f.states || f.after || f.before;
	int rc = known(ctl, &f.ids, err);
	while (!rc && map_next(ctl->clusters, &it, NULL, &v))
		if (op_visible(ctl, v) && wanted(v, &f, now))
			vec_push(&found, v);
	if (!rc) {
		cJSON *a = cJSON_AddArrayToObject(out, "JobFlows");
		for (size_t i = found.len; i-- > 0 && found.len - i <= JOB_FLOWS_MAX;) {
			op_normalize_hours(found.items[i], now);
			cJSON_AddItemToArray(a, emr_encode_job_flow(found.items[i]));
		}
	}
	vec_free(&found);
	str_list_free(&f.ids);
	return rc;
}

/* Session credentials belong to clusters whose applications ask for a runtime role; there is none here that
 * would accept them, and a user name and password that nothing knows would only mislead. */
static int session_credentials(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                               struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);

	(void)out;
	(void)call;
	if (!c)
		return err->code;
	if (c->state != CLUSTER_RUNNING && c->state != CLUSTER_WAITING)
		return emr_error_invalid_request(err, NULL, "Cluster %s is %s: session credentials are for clusters that "
		                                 "are running or waiting.", c->id,
		                                 names_get(&cluster_state_names, (int)c->state));
	return emr_error_invalid_request(err, NULL, "Cluster %s has no endpoint that takes session credentials: its "
	                                 "applications do not use runtime roles.", c->id);
}

const struct op emr_job_flow_ops[] = {
	{ "ElasticMapReduce.DescribeJobFlows", describe_job_flows },
	{ "ElasticMapReduce.GetClusterSessionCredentials", session_credentials },
	{ NULL, NULL },
};
