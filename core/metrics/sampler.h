/* What /proc says of this machine and of processes: CPU by kind, load, memory, disks, network. Linux.
 *
 * Rates come from the difference to the previous sample, so the first one has none. */
#ifndef CORE_METRICS_SAMPLER_H
#define CORE_METRICS_SAMPLER_H

#include <cjson/cJSON.h>
#include <stdint.h>

struct sampler;

/* disk_path: a path on the file system whose space is reported. root: "" or, in tests, a folder that holds
 * a copy of /proc. */
struct sampler *sampler_new(const char *disk_path, const char *root);
void sampler_free(struct sampler *s);

/* Add the members of a `sample` message (cpu, load…, mem, disk, net) to msg; now in ms. */
void sampler_machine(struct sampler *s, int64_t now, cJSON *msg);

/* CPU time in ms and resident bytes of a process group: its leader and all processes of the group.
 * 0, or ERR_NOTFOUND when it is gone. */
struct group_usage {
	int pgid;
	int64_t cpu_ms, rss;
};
/* One pass over /proc for all groups. */
void sampler_groups(struct sampler *s, struct group_usage *groups, size_t n);

/* Bytes of the files below a folder (one level of sub-folders): an executor's spill. */
int64_t sampler_folder_bytes(const char *path);

#endif
