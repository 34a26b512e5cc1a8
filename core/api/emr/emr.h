/* The Amazon EMR API as tables and codecs: used by the server (requests in, replies out) and by its
 * clients (the other way round). No state, no I/O. The contract is the public service model, version
 * 2009-03-31, AWS JSON 1.1; texts of errors are the ones that AWS's clients match on.
 *
 * A server answers a request so:
 *     op = emr_find_operation(name)        NULL → emr_error_unknown_operation
 *     in = json_parse(body)                failure → emr_error_serialization
 *     emr_validate(op, in, err)            shapes, required members, enums, lengths
 *     emr_decode_…(in, …, err)             model structs, and the rules that need no state
 *     … its own rules …                    emr_error_…
 *     json_add(reply, "Cluster", emr_encode_cluster(c, region)) …
 * and any failure by emr_error_reply(err, …). */
#ifndef CORE_API_EMR_EMR_H
#define CORE_API_EMR_EMR_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/model/cluster.h"
#include "core/model/fleet.h"

#define EMR_TARGET_PREFIX "ElasticMapReduce."
#define EMR_CONTENT_TYPE "application/x-amz-json-1.1"
#define EMR_ACCOUNT "000000000000"
#define EMR_REGION "us-east-1"            /* where a request names none */
#define EMR_PAGE 50                       /* items in a page of any list */
#define EMR_INSTANCES_PAGE 2000           /* … of ListInstances */

/* ---- operations ---- */

struct shape;

struct emr_operation {
	const char *name;
	const struct shape *input, *output;   /* output NULL: the reply has no body */
	bool job_flow;          /* of the old family: unknown ids are "Specified job flow ID not valid." */
	int (*check)(const cJSON *in, struct error *err);   /* beyond the shape; NULL: nothing */
};

/* Exact name, without the target prefix; NULL when EMR has none of that name. Whether this server serves it
 * is the control plane's to know. */
const struct emr_operation *emr_find_operation(const char *name);
const struct emr_operation *emr_operations(size_t *n);   /* all of EMR, by name */

/* All operations with their members and what this server does with each, as Markdown, appended. */
void emr_document(bool (*served)(const char *name), struct buf *out);

/* Shape of a request. Wrong JSON types: class SerializationException. Missing members, enum, length and
 * range violations, all of them in one text: ValidationException "1 validation error detected: …".
 * Unknown members are ignored; null counts as absent. */
int emr_validate(const struct emr_operation *op, const cJSON *in, struct error *err);

/* ---- errors: err->class_ is the wire code, err->detail the ErrorCode member or "" ---- */

/* Any error of this API; gives ERR_INVALID, so that callers can return it. */
int emr_error(struct error *err, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int emr_error_validation(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int emr_error_invalid_request(struct error *err, const char *error_code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));   /* error_code NULL: none */
int emr_error_unknown_operation(struct error *err, const char *name);
int emr_error_serialization(struct error *err, const char *why);
int emr_error_no_cluster(struct error *err, const char *id);  /* Cluster id '…' is not valid. NoSuchCluster */
int emr_error_no_job_flow(struct error *err);                 /* Specified job flow ID not valid. */
int emr_error_no_step(struct error *err, const char *id);     /* Step id '…' is not valid. */
int emr_error_no_group(struct error *err, const char *id);    /* Instance group id '…' is not valid. */
int emr_error_closing(struct error *err);   /* A job flow that is shutting down, terminated, or finished … */
int emr_error_protected(struct error *err); /* Could not shut down one or more job flows since … */
/* Instance fleets and instance groups exclude each other; instead: the operation that would have been right. */
int emr_error_uses_fleets(struct error *err, const char *operation, const char *instead);
int emr_error_uses_groups(struct error *err, const char *operation, const char *instead);
int emr_error_no_fleet(struct error *err, const char *id);    /* Instance fleet id '…' is not valid. */
int emr_error_fleet_early(struct error *err);                 /* An instance fleet may only be modified when … */
int emr_error_too_many_steps(struct error *err);
int emr_error_resize_early(struct error *err); /* An instance group may only be modified when … */
/* CANCEL_AND_WAIT or TERMINATE_CLUSTER where several steps may run at a time. */
int emr_error_on_failure(struct error *err, const struct step *s);
/* HTTP status, and the body appended: {"__type":…,"Message":…,"ErrorCode"?}. The error type header has
 * err->class_. An error without a class is InternalServerError (500). */
int emr_error_reply(const struct error *err, struct buf *body);

/* ---- requests in: call emr_validate first; what they give is the caller's to free ---- */

/* A new cluster with name, options, groups, steps, bootstrap actions, tags, configurations; without ids,
 * states and times. Every semantic rule that needs no state is checked here. */
int emr_decode_run_job_flow(const cJSON *in, struct cluster **out, struct error *err);
int emr_decode_steps(const cJSON *in, struct step_list *out, struct error *err);   /* AddJobFlowSteps.Steps */
/* AddInstanceGroups.InstanceGroups; only TASK groups may be added to a cluster: that rule is the caller's. */
int emr_decode_groups(const cJSON *in, struct group_list *out, struct error *err);
int emr_check_tag(const char *key, const char *value, struct error *err);
/* An AutoTerminationPolicy (NULL: an empty one) → seconds. */
int emr_decode_idle(const cJSON *policy, int64_t *seconds, struct error *err);
/* Does the cluster's release have auto-termination? From 5.30.0 and 6.1.0 on. */
int emr_check_idle_release(const struct cluster *c, struct error *err);
void emr_steps_free(struct step_list *l);
void emr_groups_free(struct group_list *l);

/* One entry of ModifyInstanceGroups. */
struct emr_group_change {
	char *group_id;
	int count;                        /* -1: not given */
	struct str_list terminate;        /* EC2InstanceIdsToTerminate: now, and the count shrinks */
	struct str_list shrink_first, protect;    /* ShrinkPolicy.InstanceResizePolicy */
	int decommission_timeout_s;       /* ShrinkPolicy.DecommissionTimeout; -1: not given */
	bool reconfigure;                 /* Configurations was given */
	bool merge;                       /* ReconfigurationType MERGE */
	struct configuration_list configurations;
};
VEC_STRUCT(emr_group_changes, struct emr_group_change);
int emr_decode_modify_groups(const cJSON *in, struct emr_group_changes *out, struct error *err);
void emr_group_changes_free(struct emr_group_changes *l);

/* RunJobFlow.Instances.InstanceFleets, all of them; or one InstanceFleetConfig. Each becomes a group with a fleet. */
int emr_decode_fleets(const cJSON *instances, struct group_list *out, struct error *err);
int emr_decode_fleet(const cJSON *config, struct instance_group **out, struct error *err);
/* ModifyInstanceFleet. */
struct emr_fleet_change {
	char *fleet_id;
	int on_demand, spot;              /* -1: not given */
	char *resize, *context;           /* JSON; NULL: not given */
	struct fleet_type_list types;     /* empty: not given */
};
int emr_decode_fleet_change(const cJSON *in, struct emr_fleet_change *out, struct error *err);
void emr_fleet_change_free(struct emr_fleet_change *c);
void emr_decode_fleet_resize(const char *resize, struct fleet *f);    /* ResizeSpecifications → fields */
int emr_check_fleet_target(enum instance_role role, const char *name, int on_demand, int spot, struct error *err);
int emr_check_fleet_types(const struct fleet_type_list *l, bool strategy, struct error *err);
bool emr_fleet_has_strategy(const struct fleet *f);

/* Members of lists of strings: StepIds, JobFlowIds … */
void emr_decode_strings(const cJSON *in, const char *member, struct str_list *out);
/* Bit i set for each value names_parse gives i for; 0 when the member is absent or empty (= all). */
uint32_t emr_decode_mask(const cJSON *in, const char *member, const struct names *names);
/* Epoch seconds (or ISO-8601 text) → ms; 0 when absent. */
int64_t emr_decode_time(const cJSON *in, const char *member);

/* ---- pages ----
 * A marker names the last item of its page, so that a list that grows at its front loses and repeats
 * nothing. Items are addressed by their place in the reply's order. */
struct emr_page {
	size_t first, end;                /* items [first, end) belong to this page */
	char *marker;                     /* for the next page, NULL on the last; free() */
};
/* kind is the operation's name: a marker of another list is refused. */
int emr_page(const cJSON *in, const char *kind, size_t per_page, size_t n,
             const char *(*id_at)(void *list, size_t i), void *list, struct emr_page *out,
             struct error *err);

/* ---- replies out; region NULL = EMR_REGION ---- */

const char *emr_partition(const char *region);                /* "aws", "aws-cn", "aws-us-gov" */
#define EMR_STUDIO_PREFIX "es-"           /* of the ids of studios */
const char *emr_id_of(const char *id_or_arn);                         /* what stands at the end of an ARN */
char *emr_arn(const char *kind, const char *id, const char *region);  /* arn:…:KIND/ID; free() */
char *emr_cluster_arn(const char *id, const char *region);    /* free() */
cJSON *emr_encode_cluster(const struct cluster *c, const char *region);          /* DescribeCluster.Cluster */
cJSON *emr_encode_cluster_summary(const struct cluster *c, const char *region);  /* ListClusters.Clusters[] */
cJSON *emr_encode_step(const struct step *s);                 /* DescribeStep.Step */
cJSON *emr_encode_step_summary(const struct step *s);         /* ListSteps.Steps[] */
cJSON *emr_encode_instance_group(const struct instance_group *g);
cJSON *emr_encode_instance_fleet(const struct instance_group *g);   /* g->fleet is not NULL */
cJSON *emr_encode_instance(const struct instance *i);
cJSON *emr_encode_bootstrap_action(const struct bootstrap_action *b);
cJSON *emr_encode_configurations(const struct configuration_list *l);

/* DescribeJobFlows: states and words of its own. */
enum emr_job_flow_state {
	JOB_FLOW_STARTING, JOB_FLOW_BOOTSTRAPPING, JOB_FLOW_RUNNING, JOB_FLOW_WAITING, JOB_FLOW_SHUTTING_DOWN,
	JOB_FLOW_TERMINATED, JOB_FLOW_COMPLETED, JOB_FLOW_FAILED
};
extern const struct names emr_job_flow_state_names;
enum emr_job_flow_state emr_job_flow_state(const struct cluster *c);
cJSON *emr_encode_job_flow(const struct cluster *c);          /* DescribeJobFlows.JobFlows[] */

/* ---- a client's side: requests out, replies in. Lenient: what is missing stays empty ---- */

cJSON *emr_request_run_job_flow(const struct cluster *c);     /* groups, steps and all */
cJSON *emr_request_step(const struct step *s);                /* AddJobFlowSteps.Steps[] */
cJSON *emr_request_instance_fleet(const struct instance_group *g);
cJSON *emr_request_instance_group(const struct instance_group *g);
struct cluster *emr_read_cluster(const cJSON *v);             /* of either encoding; NULL unless an object */
struct step *emr_read_step(const cJSON *v);
struct instance_group *emr_read_instance_group(const cJSON *v);
struct instance_group *emr_read_instance_fleet(const cJSON *v);     /* requested and running are units */
struct instance *emr_read_instance(const cJSON *v);
void emr_read_configurations(const cJSON *v, struct configuration_list *out);
/* An error reply's body → class_, message, detail (ErrorCode); gives err->code by its kind. */
int emr_read_error(int status, const char *body, size_t len, struct error *err);

#endif
