/* Auto-termination policies: a cluster that waits for longer than its time-out ends. The clock itself is the
 * control plane's tick; a cluster is idle while it is WAITING, and everything that makes it work restarts the
 * time. */
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

const struct op emr_idle_ops[] = {
	{ "ElasticMapReduce.PutAutoTerminationPolicy", put_policy },
	{ "ElasticMapReduce.GetAutoTerminationPolicy", get_policy },
	{ "ElasticMapReduce.RemoveAutoTerminationPolicy", remove_policy },
	{ NULL, NULL },
};
