/* What the files of the control plane share. Nobody outside this room includes it (tests do).
 *
 * The model's structs hold what is journaled; the structs here hang on their `runtime` pointers and hold
 * what a restart can find again: links, deadlines, wishes. */
#ifndef CORE_CONTROL_STATE_H
#define CORE_CONTROL_STATE_H

#include <cjson/cJSON.h>
#include <uv.h>

#include "core/api/emr/emr.h"
#include "core/base/map.h"
#include "core/control/control.h"
#include "core/control/trash.h"
#include "core/metrics/metrics.h"
#include "core/model/cluster.h"
#include "core/model/container.h"
#include "core/model/event.h"
#include "core/net/link.h"
#include "core/store/store.h"

#define SILENCE_MS 8000          /* a worker that says nothing for so long is lost */
#define ADOPT_MS 8000            /* after a start: so long may a worker take to come back */
#define PROVISION_MS 20000       /* from spawn to hello */
#define STOP_MS 8000             /* from "stop" to SIGKILL */
#define DRAIN_MS 3600000         /* default of graceful decommissioning */
#define KEEP_EVENTS_MS (60LL * 24 * 3600 * 1000)
#define MAX_ATTEMPTS 3
#define DRIVER_MB 64
#define EXECUTOR_MIN_MB 256

struct node;
struct exec;
struct driver;
struct part;
struct metric_alarm;
struct audit;

enum part_id {
	PART_ACCESS, PART_EMR, PART_FLEET, PART_SPOT, PART_CLOUDWATCH, PART_NOTIFY, PART_SCALING, PART_COST,
	PART_RETRY, PART_SCHEDULE, PART_COUNT
};

enum object { OBJECT_CLUSTER, OBJECT_GROUP, OBJECT_INSTANCE, OBJECT_STEP, OBJECT_CONTAINER };
struct dirty {
	enum object kind;
	void *object;
};

/* A request whose answer waits for the commit. */
struct call {
	control_reply_fn done;
	void *ctx;
	bool local;                  /* over the Unix socket: by the owner of the server */
	bool internal;               /* by the server itself (a schedule): not checked against policies */
	char user[64], access_key[64], region[MODEL_REGION_SIZE], source[64], user_agent[256], request_id[40];
	struct audit *audit;         /* what the trail will say of it; NULL: it reads only */
	struct str_list docs;        /* keys of the documents that it put */
	int status;
	struct buf body;
	char error_type[64];
	void (*undo)(struct control *ctl, void *arg); /* takes the request's effect back; NULL: reads only */
	void *undo_arg;
	void (*undo_free)(void *arg);
};

struct watch {
	struct control *ctl;
	struct call *call;
	int64_t since;
	uv_timer_t timer;
};

/* A record that waits for the commit. */
struct pending_record {
	char *kind, *region, *subject, *body;
	int64_t time;
	struct call *call;           /* on whose behalf, or NULL */
};

/* A message that may leave only after the commit. */
struct outgoing {
	char instance_id[MODEL_ID_SIZE];  /* to a worker … */
	struct driver *driver;            /* … or to a driver (NULL: to the worker) */
	cJSON *msg;
};

/* How nodes come and go: the local provisioner, or a fake one in tests. */
struct provisioner {
	int (*spawn)(struct control *ctl, struct node *n, struct error *err);
	void (*kill)(struct control *ctl, struct node *n);  /* at once, with all it runs */
	bool (*alive)(struct control *ctl, struct node *n); /* does its process exist? */
	/* Deliver to a worker; tests look into the messages. */
	void (*send)(struct control *ctl, struct node *n, const cJSON *msg);
};

struct control {
	uv_loop_t *loop;
	char *home, *program, *region, *endpoint, *access_key, *secret_key, *api_token;
	struct store *store;
	struct metrics *metrics;
	struct trash *trash;
	struct link_listener *listener;
	struct provisioner provisioner;
	void (*stop)(void *ctx);
	void *stop_ctx;
	int spot_notice_s;           /* from a notice to the end of a spot instance */
	bool stopping;               /* StopServer with terminate: stop when the last cluster has ended */
	bool closing;                /* control_free is under way: links that end mean nothing */
	int64_t started_at;          /* ms since the epoch */
	int64_t started_mono;

	struct map *clusters;        /* id → struct cluster, oldest first */
	struct map *nodes;           /* ci-… → struct node, live ones only */
	struct map *containers;      /* id → struct exec */
	VEC(struct driver *) drivers;

	int machine_mb, machine_vcpus;
	int budget_mb, granted_mb;   /* granted_mb <= budget_mb, always */

	void *parts[PART_COUNT];     /* state of each part */
	struct map *ops;             /* target → struct bound_op */
	struct map *docs;            /* documents to write */
	VEC(struct pending_record) records;
	struct call *call;           /* the request that is being run, or NULL */
	const char *actor, *cause;   /* who makes what happens now happen, and why; NULL: "system" */
	const char *acting_region;   /* of what it happens to, when that is in no cluster; NULL: the call's */
	/* An alarm of a scaling policy is in ALARM: called at each of its evaluations. */
	void (*scaling_alarm)(struct control *ctl, const struct metric_alarm *a);

	VEC(struct dirty) dirty;
	struct str_list dropped;     /* containers to remove from the journal */
	struct event_list events;    /* to append */
	struct str_list gone;        /* clusters to remove from the journal */
	VEC(struct outgoing) outbox;
	VEC(struct call *) calls;    /* answered after the next commit */
	VEC(struct watch *) watches;
	int64_t version;
	bool changed;                /* since the last version */
	bool stalled;                /* the journal cannot be written: retry later */
	struct error stall;
	int64_t stalled_since;
	bool in_turn;

	uv_prepare_t prepare;
	uv_timer_t tick;
	uv_timer_t due;              /* for the parts */
	int64_t due_at;              /* epoch ms that `due` is set for; 0: not set */
	int64_t ticked;              /* mono ms of the last tick */
	uv_signal_t child;
	int handles;                 /* uv handles that are still to close */
};

/* On cluster->runtime. */
struct ctl_cluster {
	struct control *ctl;
	struct cluster *m;
	bool wake;                   /* look at it in this turn */
	int64_t stop_deadline;       /* TERMINATING: mono ms after which workers are killed */
	int provision_failures;      /* in a row */
	char *last_provision_error;
	int64_t off_size_since;      /* wall ms; 0: every group has its size */
	int64_t idle_since;          /* wall ms of the last activity */
};

/* On group->runtime. */
struct ctl_group {
	int decommission_s;          /* -1: the default */
	struct str_list shrink_first, protect;
	struct str_list terminate_now; /* EC2InstanceIdsToTerminate, until the commit is done */
	int failures;                /* instances that failed in a row */
};

/* On instance->runtime: a node. Lives until its worker has gone. */
struct node {
	struct control *ctl;
	struct instance *m;
	struct cluster *c;
	struct link *link;           /* NULL while away */
	int64_t spawned, seen;       /* mono ms */
	int bootstrap_next;          /* index of the next bootstrap action */
	int mem_used, vcpu_used;     /* granted to its containers */
	bool draining, stopping;
	bool interrupted;            /* notice from the spot market: drains, and is not taken back */
	bool drain_told;             /* drivers know that its executors leave */
	int64_t drain_deadline, stop_deadline; /* mono ms, 0 = none */
	char *doom;                  /* why it must go at the next look, or NULL */
	struct {
		char *script, *disk;     /* why it is unhealthy, or NULL: emr/health.c */
		int64_t since, checked;  /* wall ms; since 0: it is healthy, else it gets no new work */
		bool late;               /* its script was ended for its time-out */
	} health;
	enum instance_reason doom_reason;
	VEC(struct exec *) execs;
};

/* On container->runtime. */
struct exec {
	struct control *ctl;
	struct container *m;
	struct node *node;           /* NULL once the node is lost */
	struct step *step;           /* of PROCESS and DRIVER; NULL for the rest */
	struct cluster *c;
	struct driver *driver;       /* of a DRIVER: its link, when it has said hello */
	bool kill_sent;              /* a signal of ours is under way: its end is no accident */
};

/* On step->runtime while the step is RUNNING or CANCEL_PENDING. */
struct ctl_step {
	struct exec *exec;           /* what runs it; NULL: to be launched (again) */
	enum step_cancel_option cancel_option;
	bool cancel_wanted;          /* send the signal */
	bool cancel_sent;
	char *failed_class, *failed_message; /* what the driver said before it went */
	char *lost;                  /* why the last attempt ended without a verdict */
	int64_t started;             /* wall ms of the attempt that runs or just ended */
	cJSON *progress;
};

/* A driver or a shell session. */
struct driver {
	struct control *ctl;
	struct link *link;
	struct exec *exec;           /* NULL for a session */
	char app_id[MODEL_ID_SIZE];
	bool session;
	int session_mb;              /* granted to a session */
	int want, want_vcpu, want_mb;
	int64_t starved_since;       /* wall ms: wants executors, has none; 0 = not so */
	int next_number;
};

/* ---- journal.c ---- */
void mark_dirty(struct control *ctl, enum object kind, void *object);
void forget_dirty(struct control *ctl, enum object kind, void *object); /* before it is freed */
void mark_changed(struct control *ctl);                     /* watchers are told after the turn */
void control_turn(struct control *ctl);                     /* commit, answer, send, schedule; until quiet */
void wake_cluster(struct control *ctl, struct cluster *c);
void wake_all(struct control *ctl);
void send_worker(struct control *ctl, struct node *n, cJSON *msg);     /* after the commit; takes msg */
void send_driver(struct control *ctl, struct driver *d, cJSON *msg);   /* after the commit; takes msg */
void drop_outgoing(struct control *ctl, struct driver *d);  /* the driver has gone */
cJSON *message(const char *type);

/* ---- docs.c ---- */
/* Documents: state with a key. region "" is for what belongs to the whole server. Written with the turn. */
void doc_put(struct control *ctl, const char *kind, const char *region, const char *id, const cJSON *body);
void doc_drop(struct control *ctl, const char *kind, const char *region, const char *id);
typedef void (*doc_fn)(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx);
/* Those of a kind as they are now. fn must not read documents itself. */
int docs_each(struct control *ctl, const char *kind, doc_fn fn, void *ctx, struct error *err);
/* Histories. What was added in this turn is not read before its commit. */
void record_add(struct control *ctl, const char *kind, const char *region, const char *subject, int64_t time,
                const cJSON *body);
int records_read(struct control *ctl, const struct record_query *q, record_fn fn, void *ctx,
                 struct error *err);
void docs_write(struct control *ctl);                       /* for journal.c, as the rest here */
bool docs_waiting(const struct control *ctl);
void docs_clear(struct control *ctl);
void docs_take_back(struct control *ctl, struct call *call);
/* A call (NULL: all) is about to be gone: what it left pending is nobody's request now. */
void docs_keep(struct control *ctl, const struct call *call);

/* ---- events.c ---- */
/* Everything until actor_end happens because of this actor ("stoker:scaling") and cause (a sentence or NULL;
 * both must live until then). They nest. Whoever acts for something that is in a region and in no cluster sets
 * ctl->acting_region in between: events of no cluster are of that region then. */
struct acting {
	const char *actor, *cause, *region;
};
struct acting actor_begin(struct control *ctl, const char *actor, const char *cause);
void actor_end(struct control *ctl, const struct acting *before);
const char *actor_of(const struct control *ctl);            /* never NULL */
void event_add(struct control *ctl, enum severity severity, const char *cluster_id, const char *resource_id,
               const char *type, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* event_shape.c: what the event's resource is like now (free(), or NULL); an event as EventBridge would send it. */
char *event_detail(const struct control *ctl, const struct event *e);
cJSON *event_bridge(const struct event *e);
/* For journal.c: what a refused request made happen did not; what others did stays, and is nobody's request now. */
void events_take_back(struct control *ctl, const struct call *call);
void events_keep(struct control *ctl, const struct call *call);   /* as docs_keep */
#define EVENT_CLUSTER "EMR Cluster State Change"
#define EVENT_STEP "EMR Step Status Change"
#define EVENT_GROUP "EMR Instance Group State Change"
#define EVENT_FLEET "EMR Instance Fleet State Change"
#define EVENT_INSTANCE "EMR Instance State Change"

/* ---- resources.c ---- */
void resources_probe(int *mem_mb, int *vcpus);              /* of the machine, cgroup limits included */
bool resources_take(struct control *ctl, int mb);           /* from the budget */
void resources_give(struct control *ctl, int mb);
int resources_free(const struct control *ctl);
/* What a node of this type offers on this machine; an unknown type offers all. */
void resources_offer(const struct control *ctl, const char *type, int *vcpu, int *mem_mb);
/* Memory to grant out of `want` (0 = no wish) with so much free on the node and in the budget; 0 = none now. */
int resources_size(int want, int node_mb, int node_free, int budget_mb, int budget_free);

/* ---- cluster.c: states of clusters ---- */
struct cluster *find_cluster(const struct control *ctl, const char *id);
struct ctl_cluster *runtime_of(struct cluster *c);
struct ctl_cluster *cluster_attach(struct control *ctl, struct cluster *c); /* gives it a runtime */
void cluster_detach(struct control *ctl, struct cluster *c);                /* before cluster_free */
void cluster_set_state(struct control *ctl, struct cluster *c, enum cluster_state s,
                       enum cluster_reason reason, const char *msg);
void cluster_terminate(struct control *ctl, struct cluster *c, enum cluster_reason reason, const char *msg);
void cluster_schedule(struct control *ctl, struct cluster *c);              /* one look: do what can be done */
bool cluster_ends_with_errors(const struct cluster *c);

/* ---- groups.c: sizes ---- */
void group_set_state(struct control *ctl, struct instance_group *g, enum group_state s,
                     enum group_reason reason, const char *msg);
void groups_schedule(struct control *ctl, struct cluster *c);
bool group_counts(const struct cluster *c, const struct instance_group *g, const struct instance *i);
/* The next node to give up: those named first, then idle ones, then the youngest; never protected ones while others
 * are left. Of a fleet: one of this market that gives no more than so many units. NULL: none. */
struct node *group_victim(const struct cluster *c, struct instance_group *g, enum market market, int units);
void group_drain(struct control *ctl, struct cluster *c, struct instance_group *g, struct node *n);
/* An interrupted instance has gone: with the last master goes the cluster. */
void group_interrupted(struct control *ctl, struct cluster *c, const struct instance *i);
int group_live(const struct cluster *c, const struct instance_group *g);    /* not terminated, not draining */
/* Ask for n instances: grows at once, shrinks by draining. Lifts a suspension. */
void group_resize(struct control *ctl, struct cluster *c, struct instance_group *g, int n);
void group_terminate_instance(struct control *ctl, struct cluster *c, struct instance *i);
struct ctl_group *group_runtime(struct instance_group *g);
void group_free_runtime(struct instance_group *g);

/* ---- nodes.c: workers ---- */
/* A spot instance waits for the market (AWAITING_FULFILLMENT) until node_fulfil. */
struct node *node_create(struct control *ctl, struct cluster *c, struct instance_group *g, const char *type,
                         enum market market);
void node_fulfil(struct control *ctl, struct node *n);                      /* the market gives it: to be started */
struct node *node_attach(struct control *ctl, struct cluster *c, struct instance *i);
void node_spawn(struct control *ctl, struct node *n);
void node_hello(struct control *ctl, struct node *n, const cJSON *msg);
void node_message(struct control *ctl, struct node *n, const cJSON *msg);
void node_link_closed(struct control *ctl, struct node *n);
void node_stop(struct control *ctl, struct node *n);                        /* orderly */
void node_gone(struct control *ctl, struct node *n, enum instance_reason reason, const char *why);
/* End it in the next look at its cluster: callers may go on using n. */
void node_doom(struct control *ctl, struct node *n, enum instance_reason reason, const char *why);
void node_tick(struct control *ctl, struct node *n, int64_t now);
void node_bootstrap_next(struct control *ctl, struct node *n);
void node_bootstrap_failed(struct control *ctl, struct node *n, int index, const char *why);
const char *role_word(enum instance_role role);                             /* "master", "core", "task" */

/* ---- provision.c ---- */
extern const struct provisioner provisioner_local;
void provision_reap(struct control *ctl);                   /* SIGCHLD: collect dead workers */

/* ---- execs.c: containers ---- */
struct exec *exec_create(struct control *ctl, struct node *n, enum container_kind kind, struct step *s,
                         int mem_mb, int vcpu);
struct exec *exec_attach(struct control *ctl, struct container *m, struct node *n);
void exec_launch(struct control *ctl, struct exec *e, cJSON *argv, cJSON *env, const char *cwd,
                 const char *out, const char *err);
void exec_signal(struct control *ctl, struct exec *e, int signal, bool tree);
/* The process has ended (or never began: error is a sentence). Frees e. */
void exec_ended(struct control *ctl, struct exec *e, int status, int signal, const char *error);
void exec_lost(struct control *ctl, struct exec *e, const char *why);       /* its node has gone. Frees e */

/* ---- steps.c: the queue ---- */
struct ctl_step *step_runtime(struct step *s);              /* made when absent */
void step_free_runtime(struct step *s);
void steps_schedule(struct control *ctl, struct cluster *c);
void step_exec_ended(struct control *ctl, struct cluster *c, struct step *s, struct exec *e, int status,
                     int signal, const char *error);
void step_exec_lost(struct control *ctl, struct cluster *c, struct step *s, const char *why);
void step_end(struct control *ctl, struct cluster *c, struct step *s, enum step_state state);
/* What a step did so far, from a message of its driver: journaled with the step. */
void step_keep_totals(struct step *s, const cJSON *progress);
void steps_end_all(struct control *ctl, struct cluster *c); /* the cluster terminates */
enum step_state step_cancel(struct control *ctl, struct cluster *c, struct step *s,
                            enum step_cancel_option option);

/* ---- launch.c: from a step to a process ---- */
/* Launch on the primary node. 0, or an error whose message becomes the step's failure. */
int step_launch(struct control *ctl, struct cluster *c, struct step *s, struct node *primary,
                struct error *err);
bool step_is_sql(const struct step *s);                     /* run by the embedded engine */

/* ---- drivers.c ---- */
void driver_hello(struct control *ctl, struct link *l, const cJSON *msg);
void driver_schedule(struct control *ctl, struct cluster *c);  /* grant executors that fit */
void driver_prelaunch(struct control *ctl, struct exec *driver);
void driver_executor_leaving(struct control *ctl, struct exec *e); /* its node drains */
void driver_executor_ended(struct control *ctl, struct exec *e, int status, int signal, const char *why);
void driver_detach(struct control *ctl, struct driver *d);     /* its link has ended */
struct driver *driver_of(struct control *ctl, const char *container);

/* ---- paths.c: folders, and step logs ---- */
char *path_local(const struct control *ctl, const char *uri);    /* s3://b/k → lake, file:// → path; free() */
char *path_cluster(const struct control *ctl, const struct cluster *c, const char *rest);
char *path_step_log(const struct control *ctl, const struct cluster *c, const struct step *s,
                    const char *name);                          /* name NULL: the folder */
char *path_node_log(const struct control *ctl, const struct cluster *c, const struct instance *i,
                    const char *rest);
char *uri_step_log(const struct control *ctl, const struct cluster *c, const struct step *s,
                   const char *name);                           /* as clients are told */
void controller_log(const struct control *ctl, const struct cluster *c, const struct step *s,
                    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
char *last_line_of(const char *path);                          /* last line with text, or NULL; free() */

/* ---- alarms.c ---- */
void alarms_compute(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out);

/* ---- ops*.c: operations. Give 0 and fill out, or an error; tables end with a NULL name. ---- */
typedef int (*op_fn)(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
struct op {
	const char *name;
	op_fn fn;
};
int op_watch_state(struct control *ctl, const cJSON *in, struct call *call); /* takes call when it gives 1 */
void watches_notify(struct control *ctl);
void watches_close(struct control *ctl);
void call_undo(struct call *call, void (*undo)(struct control *ctl, void *arg), void *arg,
               void (*undo_free)(void *arg));

int64_t mono_ms(void);

#endif
