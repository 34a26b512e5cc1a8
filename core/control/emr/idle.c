/* Auto-termination policies: a cluster that waits for longer than its time-out ends, unless it is protected.
 * The clock is the control plane's tick; a cluster is idle while it is WAITING. Work, a new policy and a restart
 * of the server begin the time anew. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

static struct cluster *able(struct control *ctl, const cJSON *in, struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);

	if (c && emr_check_idle_release(c, err))
		return NULL;
	return c;
}

static int put_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = able(ctl, in, err);
	int64_t seconds;
	int rc;

	(void)out;
	if (!c)
		return err->code;
	if (cluster_state_closing(c->state))
		return emr_error_closing(err);
	if ((rc = emr_decode_idle(json_obj(in, "AutoTerminationPolicy"), &seconds, err)))
		return rc;
	emr_cluster_changes(ctl, c, call);
	c->idle_timeout_s = seconds;
	runtime_of(c)->idle_since = clock_now_ms();   /* a new policy does not end a cluster at once */
	return 0;
}

static int get_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = able(ctl, in, err);

	(void)call;
	if (!c)
		return err->code;
	if (c->idle_timeout_s)
		json_add(out, "AutoTerminationPolicy",
		         json_add_int(cJSON_CreateObject(), "IdleTimeout", c->idle_timeout_s));
	return 0;
}

static int remove_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                         struct error *err)
{
	struct cluster *c = able(ctl, in, err);

	(void)out;
	if (!c)
		return err->code;
	if (cluster_state_closing(c->state))
		return emr_error_closing(err);
	emr_cluster_changes(ctl, c, call);
	c->idle_timeout_s = 0;
	return 0;
}

static void end_idle(struct control *ctl, struct cluster *c, int64_t idle_ms)
{
	char *cause = xasprintf("The cluster was idle for %lld seconds; its auto-termination policy allows %lld.",
	                        (long long)(idle_ms / 1000), (long long)c->idle_timeout_s);
	struct acting before = actor_begin(ctl, "stoker:auto-termination", cause);

	cluster_terminate(ctl, c, CLUSTER_REASON_ALL_STEPS_COMPLETED,
	                  "Terminated after it had been idle for the auto-termination time");
	actor_end(ctl, &before);
	free(cause);
}

void emr_idle_check(struct control *ctl, int64_t now)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		int64_t idle = c->idle_timeout_s ? now - runtime_of(c)->idle_since : 0;
		if (c->idle_timeout_s && c->state == CLUSTER_WAITING && !c->termination_protected &&
		    idle >= c->idle_timeout_s * 1000)
			end_idle(ctl, c, idle);
	}
}

const struct op emr_idle_ops[] = {
	{ "ElasticMapReduce.PutAutoTerminationPolicy", put_policy },
	{ "ElasticMapReduce.GetAutoTerminationPolicy", get_policy },
	{ "ElasticMapReduce.RemoveAutoTerminationPolicy", remove_policy },
	{ NULL, NULL },
};
