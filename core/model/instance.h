/* Instance groups and instances: the nodes of a cluster. */
#ifndef CORE_MODEL_INSTANCE_H
#define CORE_MODEL_INSTANCE_H

#include "core/model/common.h"

enum instance_role { ROLE_MASTER, ROLE_CORE, ROLE_TASK };
extern const struct names instance_role_names;

enum market { MARKET_ON_DEMAND, MARKET_SPOT };
extern const struct names market_names;

enum group_state {
	GROUP_PROVISIONING,
	GROUP_BOOTSTRAPPING,
	GROUP_RUNNING,
	GROUP_RECONFIGURING,
	GROUP_RESIZING,
	GROUP_SUSPENDED,
	GROUP_TERMINATING,
	GROUP_TERMINATED,
	GROUP_ARRESTED,
	GROUP_SHUTTING_DOWN,
	GROUP_ENDED,
	GROUP_STATES
};
extern const struct names group_state_names;
extern const struct transitions group_transitions;

/* Instance groups: INTERNAL_ERROR, VALIDATION_ERROR, INSTANCE_FAILURE, CLUSTER_TERMINATED. */
enum group_reason {
	GROUP_REASON_NONE,
	GROUP_REASON_INTERNAL_ERROR,
	GROUP_REASON_VALIDATION_ERROR,
	GROUP_REASON_INSTANCE_FAILURE,
	GROUP_REASON_CLUSTER_TERMINATED
};
extern const struct names group_reason_names;

enum instance_state {
	INSTANCE_AWAITING_FULFILLMENT,
	INSTANCE_PROVISIONING,
	INSTANCE_BOOTSTRAPPING,
	INSTANCE_RUNNING,
	INSTANCE_TERMINATED,
	INSTANCE_STATES
};
extern const struct names instance_state_names;
extern const struct transitions instance_transitions;

enum instance_reason {
	INSTANCE_REASON_NONE,
	INSTANCE_REASON_INTERNAL_ERROR,
	INSTANCE_REASON_VALIDATION_ERROR,
	INSTANCE_REASON_INSTANCE_FAILURE,
	INSTANCE_REASON_BOOTSTRAP_FAILURE,
	INSTANCE_REASON_CLUSTER_TERMINATED
};
extern const struct names instance_reason_names;

struct ebs_volume {
	char *type;          /* gp2, gp3, io1 … */
	int size_gb, iops, throughput;
	int per_instance;    /* VolumesPerInstance */
};
VEC_STRUCT(ebs_volume_list, struct ebs_volume);
void ebs_volume_list_free(struct ebs_volume_list *l);

struct fleet;             /* core/model/fleet.h */

struct instance_group {
	char id[MODEL_ID_SIZE];
	char cluster_id[MODEL_ID_SIZE];
	char *name;
	enum instance_role role;
	enum market market;
	char *bid_price;     /* as sent; NULL = up to the on-demand price */
	char *type;          /* "m5.xlarge" */
	int requested;       /* RequestedInstanceCount */
	int running;         /* RunningInstanceCount; the control plane keeps it */
	enum group_state state;
	enum group_reason reason;
	char *reason_message;
	struct timeline timeline;
	struct configuration_list configurations;
	int64_t configurations_version;
	struct ebs_volume_list ebs;
	bool ebs_optimized;
	char *custom_ami_id;
	struct fleet *fleet; /* owned; NULL: a plain group of one type and one market */
	void *runtime;       /* the control plane's; never owned by the model */
	bool unsaved;        /* the control plane's: changed since the journal was written */
};
VEC_STRUCT(group_list, struct instance_group *);

struct instance {
	char id[MODEL_ID_SIZE];         /* ci-… */
	char ec2_id[MODEL_ID_SIZE];     /* i-… */
	char group_id[MODEL_ID_SIZE];   /* ig-…, or if-… of a fleet */
	char cluster_id[MODEL_ID_SIZE];
	enum instance_role role;
	enum market market;
	char *type;
	char *public_dns, *private_dns, *public_ip, *private_ip;
	enum instance_state state;
	enum instance_reason reason;
	char *reason_message;
	struct timeline timeline;
	int vcpu;                       /* what it really offers (embedded clusters; 0 = unknown) */
	int mem_mb;
	char *wire;                     /* the server's: its text in replies; NULL: to be made (it has changed) */
	int pid;                        /* of its worker process, 0 = none known */
	char token[40];                 /* the worker proves itself with it; never on the wire */
	void *runtime;                  /* the control plane's; never owned by the model */
	bool unsaved;                   /* the control plane's: changed since the journal was written */
};
VEC_STRUCT(instance_list, struct instance *);

struct instance_group *instance_group_new(void);
void instance_group_free(struct instance_group *g); /* and the struct itself; NULL is allowed */
struct instance *instance_new(void);
void instance_free(struct instance *i);             /* and the struct itself; NULL is allowed */

#endif
