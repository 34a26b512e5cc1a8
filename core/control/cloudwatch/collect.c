/* The metrics of clusters (AWS/ElasticMapReduce, by JobFlowId) and of their hosts (CWAgent), each minute. What each
 * name means on this cluster is told in core/api/cloudwatch/README.md. */
#include <math.h>
#include <sys/statvfs.h>

#include "core/base/json.h"
#include "core/control/cloudwatch/state.h"
#include "core/model/fleet.h"

#define HOUR_MS 3600000LL
#define HOSTS_MAX 1000           /* with more nodes than this their hosts have no metrics of their own */

/* ---- counting ---- */

struct counts {
	int running[3], requested[3], vcpu_running[3], vcpu_requested[3]; /* by role */
	int units_running[3], units_requested[3]; /* of fleets */
	int live, active, unhealthy, lost, draining;
	int steps[STEP_STATES], killed, started, unlaunched;
	int containers, executors, executors_pending;
	int64_t mem_total, mem_used; /* MB */
	int64_t bytes_in, bytes_out;
};

static bool works(const struct counts *n, enum instance_role role)
{
	return role != ROLE_MASTER || !(n->requested[ROLE_CORE] + n->requested[ROLE_TASK]);
}

static void count_groups(const struct cluster *c, struct counts *n)
{
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		n->requested[g->role] += g->requested;
		if (g->fleet) {
			n->units_requested[g->role] += g->fleet->target_on_demand + g->fleet->target_spot;
			n->units_running[g->role] += g->fleet->provisioned_on_demand + g->fleet->provisioned_spot;
		}
	}
}

static void count_nodes(const struct cluster *c, int64_t now, struct counts *n)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		const struct node *node = in->runtime;
		if (in->state == INSTANCE_TERMINATED) {
			n->lost += works(n, in->role) && in->reason == INSTANCE_REASON_INSTANCE_FAILURE &&
			           now - in->timeline.ended < HOUR_MS;
			continue;
		}
		n->vcpu_requested[in->role] += in->vcpu;
		if (works(n, in->role))
			n->live++;
		if (in->state != INSTANCE_RUNNING)
			continue;
		n->running[in->role]++;
		n->vcpu_running[in->role] += in->vcpu;
		if (!works(n, in->role) || !node)
			continue;
		n->draining += node->draining;
		n->active += node->link && !node->draining && !node->health.since;
		n->unhealthy += !node->link || node->health.since;
		n->mem_total += in->mem_mb;
		n->mem_used += node->mem_used;
		for (size_t k = 0; k < node->execs.len; k++) {
			n->containers += node->execs.items[k]->m->kind != CONTAINER_HEALTH;
			n->executors += node->execs.items[k]->m->kind == CONTAINER_EXECUTOR;
		}
	}
}

static void count_steps(const struct cluster *c, struct counts *n)
{
	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		const struct ctl_step *rt = s->runtime;
		n->steps[s->state]++;
		n->started += s->timeline.ready > 0;
		n->killed += s->timeline.ready > 0 && (s->state == STEP_CANCELLED || s->state == STEP_INTERRUPTED);
		n->unlaunched += s->state == STEP_RUNNING && rt && !rt->exec;
		/* What runs has its newest totals with its driver's last word. */
		n->bytes_in += rt && rt->progress ? json_int(rt->progress, "bytes_in", s->bytes_in) : s->bytes_in;
		n->bytes_out += rt && rt->progress ? json_int(rt->progress, "bytes_out", s->bytes_out) : s->bytes_out;
	}
}

/* Executors that jobs want and have not. */
static void count_wishes(struct control *ctl, const struct cluster *c, struct counts *n)
{
	for (size_t i = 0; i < ctl->drivers.len; i++) {
		const struct driver *d = ctl->drivers.items[i];
		int have = 0;
		size_t it = 0;
		void *v;
		if (!d->exec || d->exec->c != c || d->want <= 0)
			continue;
		while (map_next(ctl->containers, &it, NULL, &v)) {
			const struct exec *x = v;
			have += x->m->kind == CONTAINER_EXECUTOR && !strcmp(x->m->parent, d->exec->m->id);
		}
		n->executors_pending += d->want > have ? d->want - have : 0;
	}
}

/* ---- telling ---- */

struct tell {
	struct control *ctl;
	const struct cluster *c;
	int64_t time;
};

static void tell(const struct tell *t, const char *metric, double value, const char *unit)
{
	cw_put_cluster(t->ctl, t->c, metric, t->time, value, unit);
}

static void count(const struct tell *t, const char *metric, double value)
{
	tell(t, metric, value, "Count");
}

static double share(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static void tell_work(const struct tell *t, const struct counts *n)
{
	int pending = n->executors_pending + n->unlaunched;
	int64_t room = n->mem_total - n->mem_used, budget = resources_free(t->ctl);
	bool idle = !n->steps[STEP_RUNNING] && !n->steps[STEP_PENDING] && !n->steps[STEP_CANCEL_PENDING] && !n->containers;

	room = room < budget ? room : budget; /* nodes share the machine: what it cannot grant is not available */
	room = room > 0 ? room : 0;
	tell(t, "IsIdle", idle, "None");
	count(t, "AppsSubmitted", n->started);
	count(t, "AppsRunning", n->steps[STEP_RUNNING] + n->steps[STEP_CANCEL_PENDING]);
	count(t, "AppsPending", n->steps[STEP_PENDING]);
	count(t, "AppsCompleted", n->steps[STEP_COMPLETED]);
	count(t, "AppsFailed", n->steps[STEP_FAILED]);
	count(t, "AppsKilled", n->killed);
	count(t, "ContainerAllocated", n->containers);
	count(t, "ContainerReserved", 0);
	count(t, "ContainerPending", pending);
	count(t, "ContainerPendingRatio", n->containers ? (double)pending / n->containers : pending);
	count(t, "MemoryTotalMB", (double)n->mem_total);
	count(t, "MemoryAllocatedMB", (double)n->mem_used);
	count(t, "MemoryAvailableMB", (double)room);
	count(t, "MemoryReservedMB", 0);
	tell(t, "YARNMemoryAvailablePercentage", share((double)room, (double)n->mem_total), "Percent");
	if (t->c->idle_timeout_s) {
		tell(t, "AutoTerminationIsClusterIdle", idle, "None");
		count(t, "TotalNotebookKernels", 0);
	}
}

static int missing(const struct counts *n, enum instance_role role)
{
	return n->requested[role] > n->running[role] ? n->requested[role] - n->running[role] : 0;
}

static void tell_nodes(const struct tell *t, const struct counts *n)
{
	count(t, "CoreNodesRunning", n->running[ROLE_CORE]);
	count(t, "CoreNodesPending", missing(n, ROLE_CORE));
	count(t, "TaskNodesRunning", n->running[ROLE_TASK]);
	count(t, "TaskNodesPending", missing(n, ROLE_TASK));
	count(t, "MRTotalNodes", n->live);
	count(t, "MRActiveNodes", n->active);
	count(t, "MRLostNodes", n->lost);
	count(t, "MRUnhealthyNodes", n->unhealthy);
	count(t, "MRDecommissionedNodes", n->draining);
	count(t, "MRRebootedNodes", 0);
	count(t, "MultiMasterInstanceGroupNodesRequested", n->requested[ROLE_MASTER]);
	count(t, "MultiMasterInstanceGroupNodesRunning", n->running[ROLE_MASTER]);
	tell(t, "MultiMasterInstanceGroupNodesRunningPercentage",
	     share(n->running[ROLE_MASTER], n->requested[ROLE_MASTER]), "Percent");
}

/* What managed scaling looks at: the primary node is not counted. */
static void tell_capacity(const struct tell *t, const struct counts *n)
{
	count(t, "TotalNodesRequested", n->requested[ROLE_CORE] + n->requested[ROLE_TASK]);
	count(t, "TotalNodesRunning", n->running[ROLE_CORE] + n->running[ROLE_TASK]);
	count(t, "CoreNodesRequested", n->requested[ROLE_CORE]);
	count(t, "TaskNodesRequested", n->requested[ROLE_TASK]);
	count(t, "TotalVCPURequested", n->vcpu_requested[ROLE_CORE] + n->vcpu_requested[ROLE_TASK]);
	count(t, "TotalVCPURunning", n->vcpu_running[ROLE_CORE] + n->vcpu_running[ROLE_TASK]);
	count(t, "CoreVCPURequested", n->vcpu_requested[ROLE_CORE]);
	count(t, "CoreVCPURunning", n->vcpu_running[ROLE_CORE]);
	count(t, "TaskVCPURequested", n->vcpu_requested[ROLE_TASK]);
	count(t, "TaskVCPURunning", n->vcpu_running[ROLE_TASK]);
	if (!t->c->uses_fleets)
		return;
	count(t, "TotalUnitsRequested", n->units_requested[ROLE_CORE] + n->units_requested[ROLE_TASK]);
	count(t, "TotalUnitsRunning", n->units_running[ROLE_CORE] + n->units_running[ROLE_TASK]);
	count(t, "CoreUnitsRequested", n->units_requested[ROLE_CORE]);
	count(t, "CoreUnitsRunning", n->units_running[ROLE_CORE]);
	count(t, "TaskUnitsRequested", n->units_requested[ROLE_TASK]);
	count(t, "TaskUnitsRunning", n->units_running[ROLE_TASK]);
}

struct io {
	int64_t in, out;
};

/* Bytes since the last look. A cluster that was there before the server has moved its bytes in minutes long gone. */
static void tell_bytes(const struct tell *t, const struct counts *n)
{
	struct cw *cw = cw_of(t->ctl);
	struct io *io = map_get(cw->io, t->c->id);

	if (!io) {
		io = xcalloc(1, sizeof *io);
		if (t->c->timeline.created < t->ctl->started_at)
			*io = (struct io){ n->bytes_in, n->bytes_out };
		map_set(cw->io, t->c->id, io);
	}
	tell(t, "S3BytesRead", (double)(n->bytes_in > io->in ? n->bytes_in - io->in : 0), "Bytes");
	tell(t, "S3BytesWritten", (double)(n->bytes_out > io->out ? n->bytes_out - io->out : 0), "Bytes");
	*io = (struct io){ n->bytes_in, n->bytes_out };
}

static void tell_storage(const struct tell *t, const struct counts *n, const struct statvfs *v)
{
	static const char *const sound[] = { "MissingBlocks", "CorruptBlocks", "PendingDeletionBlocks",
	                                     "UnderReplicatedBlocks", "DfsPendingReplicationBlocks" };
	double total = (double)v->f_blocks * (double)v->f_frsize, room = (double)v->f_bavail * (double)v->f_frsize;
	bool cores = n->requested[ROLE_CORE] > 0;

	tell(t, "HDFSUtilization", total > 0 ? share(total - room, total) : 0, "Percent");
	count(t, "CapacityRemainingGB", room / 1073741824.0);
	tell(t, "LiveDataNodes", cores ? share(n->running[ROLE_CORE], n->requested[ROLE_CORE])
	     : share(n->running[ROLE_MASTER], n->requested[ROLE_MASTER]), "Percent");
	count(t, "TotalLoad", n->executors);
	for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
		count(t, sound[i], 0);
}

static void collect_cluster(struct control *ctl, const struct cluster *c, int64_t now, const struct statvfs *v)
{
	struct counts n = { 0 };
	struct tell t = { ctl, c, now };

	count_groups(c, &n);
	count_nodes(c, now, &n);
	count_steps(c, &n);
	count_wishes(ctl, c, &n);
	tell_work(&t, &n);
	tell_nodes(&t, &n);
	tell_capacity(&t, &n);
	tell_bytes(&t, &n);
	tell_storage(&t, &n, v);
}

/* ---- hosts ---- */

static const struct {
	const char *name, *unit;
	enum metric metric;
} host_metrics[] = {
	{ "cpu_usage_active", "Percent", METRIC_CPU }, { "mem_used_percent", "Percent", METRIC_MEM_PERCENT },
	{ "disk_used_percent", "Percent", METRIC_DISK_PERCENT }, { "net_bytes_recv", "Bytes/Second", METRIC_NET_RX },
	{ "net_bytes_sent", "Bytes/Second", METRIC_NET_TX }, { "node_cpu_usage", "Percent", METRIC_NODE_CPU },
	{ "node_mem_used", "Bytes", METRIC_NODE_RSS },
};
#define HOST_METRICS (sizeof host_metrics / sizeof *host_metrics)

struct host {
	double sum[HOST_METRICS];
	int n[HOST_METRICS];
};

void cw_sampled(struct control *ctl, struct node *n, const double *values)
{
	struct cw *cw = cw_of(ctl);

	if (!cw || map_len(ctl->nodes) > HOSTS_MAX)
		return;
	if (!cw->hosts)
		cw->hosts = map_new();
	struct host *h = map_get(cw->hosts, n->m->id);
	if (!h) {
		h = xcalloc(1, sizeof *h);
		map_set(cw->hosts, n->m->id, h);
	}
	for (size_t i = 0; i < HOST_METRICS; i++)
		if (isfinite(values[host_metrics[i].metric])) {
			h->sum[i] += values[host_metrics[i].metric];
			h->n[i]++;
		}
}

static void collect_host(struct control *ctl, const struct node *n, const struct host *h, int64_t now)
{
	struct pair p[] = { { (char *)"InstanceId", n->m->ec2_id }, { (char *)CW_DIM_CLUSTER, n->c->id } };
	struct pair_list dims = { p, 2, 2 };

	for (size_t i = 0; i < HOST_METRICS; i++)
		if (h->n[i])
			cw_put(ctl, n->c->region, CW_HOST_NAMESPACE, host_metrics[i].name, &dims, now, h->sum[i] / h->n[i],
			       host_metrics[i].unit);
}

static void collect_hosts(struct control *ctl, int64_t now)
{
	struct cw *cw = cw_of(ctl);
	const char *id;
	size_t it = 0;
	void *v;

	if (!cw->hosts)
		return;
	while (map_next(cw->hosts, &it, &id, &v)) {
		const struct node *n = map_get(ctl->nodes, id);
		if (n)
			collect_host(ctl, n, v, now);
	}
	map_free(cw->hosts, free);
	cw->hosts = NULL;
}

void cw_collect_free(struct cw *cw)
{
	if (cw->hosts)
		map_free(cw->hosts, free);
	if (cw->io)
		map_free(cw->io, free);
}

void cw_collect(struct control *ctl, int64_t now)
{
	struct cw *cw = cw_of(ctl);
	struct statvfs v = { 0 };
	size_t it = 0;
	void *c;

	if (!cw->io)
		cw->io = map_new();
	if (statvfs(ctl->home, &v))
		v = (struct statvfs){ 0 };
	while (map_next(ctl->clusters, &it, NULL, &c)) {
		const struct cluster *cluster = c;
		if (!cluster_state_ended(cluster->state))
			collect_cluster(ctl, cluster, now, &v);
		else
			free(map_remove(cw->io, cluster->id));
	}
	collect_hosts(ctl, now);
}
