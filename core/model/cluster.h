/* A cluster: what RunJobFlow asked for, and what has become of it.
 *
 * The same struct travels both ways: the server decodes RunJobFlow into one (without ids and states),
 * keeps it, and encodes it for DescribeCluster; the console decodes that reply into one again. */
#ifndef CORE_MODEL_CLUSTER_H
#define CORE_MODEL_CLUSTER_H

#include "core/model/common.h"
#include "core/model/instance.h"
#include "core/model/step.h"

enum cluster_state {
	CLUSTER_STARTING,
	CLUSTER_BOOTSTRAPPING,
	CLUSTER_RUNNING,
	CLUSTER_WAITING,
	CLUSTER_TERMINATING,
	CLUSTER_TERMINATED,
	CLUSTER_TERMINATED_WITH_ERRORS,
	CLUSTER_STATES
};
extern const struct names cluster_state_names;
extern const struct transitions cluster_transitions;

enum cluster_reason {
	CLUSTER_REASON_NONE,
	CLUSTER_REASON_INTERNAL_ERROR,
	CLUSTER_REASON_VALIDATION_ERROR,
	CLUSTER_REASON_INSTANCE_FAILURE,
	CLUSTER_REASON_INSTANCE_FLEET_TIMEOUT,
	CLUSTER_REASON_BOOTSTRAP_FAILURE,
	CLUSTER_REASON_USER_REQUEST,
	CLUSTER_REASON_STEP_FAILURE,
	CLUSTER_REASON_ALL_STEPS_COMPLETED
};
extern const struct names cluster_reason_names;

struct application {
	char *name, *version;
	struct str_list args;
};
VEC_STRUCT(application_list, struct application);

struct bootstrap_action {
	char *name, *path;
	struct str_list args;
};
VEC_STRUCT(bootstrap_list, struct bootstrap_action);

#define CLUSTER_BOOTSTRAP_LIMIT 16
#define CLUSTER_TASK_GROUP_LIMIT 48
#define CLUSTER_CONCURRENCY_LIMIT 256

struct cluster {
	char id[MODEL_ID_SIZE];
	char region[MODEL_REGION_SIZE];    /* the world it lives in; of a client's: that it asked */
	char *arn;                         /* as read by a client; a server makes it from the id */
	char *name, *log_uri, *log_encryption_key;
	char *release_label, *hadoop_version, *ami_version;
	char *os_release_label, *custom_ami_id;
	char *service_role, *instance_profile /* JobFlowRole */, *auto_scaling_role, *step_role;
	char *security_configuration, *scale_down_behavior, *repo_upgrade_on_boot;
	int ebs_root_gb;                   /* 0 = not given */

	char *key_name, *subnet_id, *availability_zone;
	struct str_list requested_subnets, requested_zones;
	char *master_security_group, *slave_security_group, *service_security_group;
	struct str_list extra_master_groups, extra_slave_groups;

	bool keep_alive;                   /* KeepJobFlowAliveWhenNoSteps = not AutoTerminate */
	bool termination_protected;
	bool visible_to_all;               /* default true */
	bool unhealthy_replacement;
	bool uses_fleets;                  /* InstanceCollectionType INSTANCE_FLEET: every group is a fleet */
	int step_concurrency;              /* 1…256 */
	int64_t idle_timeout_s;            /* AutoTerminationPolicy; 0 = none */

	struct application_list applications;
	struct configuration_list configurations;
	struct bootstrap_list bootstrap_actions;
	struct pair_list tags;
	/* JSON object of request members that are stored and shown, but not acted on; NULL when none. Never
	 * holds a password of KerberosAttributes. */
	char *extra;

	enum cluster_state state;
	enum cluster_reason reason;
	char *reason_message;
	struct timeline timeline;
	char *master_dns;
	int normalized_hours;

	struct group_list groups;          /* in the order of creation */
	struct instance_list instances;
	struct step_list steps;            /* in the order of submission, oldest first */
	void *runtime;                     /* the control plane's; never owned by the model */
	bool unsaved;                      /* the control plane's: changed since the journal was written */
};

struct cluster *cluster_new(void);     /* with EMR's defaults */
void cluster_free(struct cluster *c);  /* groups, instances, steps and the struct itself; NULL is allowed */

bool cluster_state_ended(enum cluster_state s);   /* TERMINATED or TERMINATED_WITH_ERRORS */
bool cluster_state_closing(enum cluster_state s); /* TERMINATING or ended: may not be modified */

struct instance_group *cluster_group(const struct cluster *c, const char *id);   /* NULL when absent */
struct instance_group *cluster_group_of(const struct cluster *c, enum instance_role role); /* the first */
struct instance *cluster_instance(const struct cluster *c, const char *id);      /* ci-… or i-… */
/* The live instance of the MASTER group, or NULL; of three, the oldest that runs. */
struct instance *cluster_primary(const struct cluster *c);
struct step *cluster_step(const struct cluster *c, const char *id);
int cluster_active_steps(const struct cluster *c);        /* PENDING + RUNNING + CANCEL_PENDING */
/* Value of a property in a classification, NULL when absent: ("spark-defaults", "spark.sql.ansi.enabled"). */
const char *cluster_property(const struct cluster *c, const char *classification, const char *key);

#endif
