/* Memory and cores: what the machine has, what nodes offer, what may be granted.
 *
 * Nodes of the local provisioner share one machine and may together offer more than it has; so every
 * grant is taken out of two accounts, the node's and the server's budget. Only memory binds: cores are
 * shared by the kernel's scheduler, as on YARN with its default calculator. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/control/cost/cost.h"

static long meminfo_mb(void)
{
	struct buf b = BUF_INIT;
	long kb = 0;

	if (!fs_read("/proc/meminfo", 65536, &b, NULL)) {
		const char *p = strstr(buf_str(&b), "MemTotal:");
		if (p)
			kb = strtol(p + 9, NULL, 10);
	}
	buf_free(&b);
	return kb / 1024;
}

static long cgroup_mb(void)
{
	static const char *const files[] = {
		"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
	};
	long mb = 0;

	for (size_t i = 0; i < 2 && !mb; i++) {
		struct buf b = BUF_INIT;
		if (!fs_read(files[i], 4096, &b, NULL))
			mb = (long)(strtoll(buf_str(&b), NULL, 10) >> 20); /* "max" reads as 0: no limit */
		buf_free(&b);
	}
	return mb;
}

void resources_probe(int *mem_mb, int *vcpus)
{
	long mb = meminfo_mb(), limit = cgroup_mb(), cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (limit > 0 && limit < mb)
		mb = limit;
	*mem_mb = mb > 0 ? (int)mb : 1024;
	*vcpus = cpus > 0 ? (int)cpus : 1;
}

int resources_free(const struct control *ctl)
{
	return ctl->budget_mb - ctl->granted_mb;
}

bool resources_take(struct control *ctl, int mb)
{
	if (mb > resources_free(ctl))
		return false;
	ctl->granted_mb += mb;
	return true;
}

void resources_give(struct control *ctl, int mb)
{
	ctl->granted_mb -= mb;
}

void resources_offer(const struct control *ctl, const char *type, int *vcpu, int *mem_mb)
{
	const struct price *p = cost_size_of(ctl, type);
	int mb = p ? (int)(p->mem_gib * 1024) : ctl->budget_mb;
	int cpus = p ? p->vcpu : ctl->machine_vcpus;

	*mem_mb = mb < ctl->budget_mb ? mb : ctl->budget_mb;
	*vcpu = cpus < ctl->machine_vcpus ? cpus : ctl->machine_vcpus;
}

/* Without a wish: a quarter of the budget, so that a few jobs fit side by side. A wish that is larger than
 * the node gets the node; one that does not fit now is cut down to half at most, else it waits. */
int resources_size(int want, int node_mb, int node_free, int budget_mb, int budget_free)
{
	int room = node_free < budget_free ? node_free : budget_free;
	int cap = node_mb < budget_mb ? node_mb : budget_mb;
	int wish = want > 0 ? want : budget_mb / 4;

	if (wish > cap)
		wish = cap;
	if (room >= wish)
		return wish;
	if (room >= EXECUTOR_MIN_MB && room >= wish / 2)
		return room;
	return 0;
}
