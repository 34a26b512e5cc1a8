/* Readers of /proc, apart from whoever shows what they read. */
#include "core/metrics/sampler.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, CPUS };

struct sampler {
	char *disk_path, *root;
	int64_t last;                       /* ms; 0 = no earlier sample */
	unsigned long long cpu[CPUS];
	unsigned long long sectors_read, sectors_written, rx, tx;
};

struct sampler *sampler_new(const char *disk_path, const char *root)
{
	struct sampler *s = xcalloc(1, sizeof *s);

	s->disk_path = xstrdup(disk_path);
	s->root = xstrdup(root);
	return s;
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	free(s->disk_path);
	free(s->root);
	free(s);
}

static int read_proc(const struct sampler *s, const char *name, struct buf *b)
{
	char *path = xasprintf("%s/proc/%s", s->root, name);

	buf_clear(b);
	int ret = fs_read(path, 1 << 20, b, NULL);
	free(path);
	return ret;
}

static void sample_cpu(struct sampler *s, struct buf *b, cJSON *msg)
{
	unsigned long long now[CPUS] = { 0 }, total = 0, d[CPUS];
	static const char *const names[] = { "user", "nice", "system", "idle", "iowait", NULL, NULL, "steal" };

	if (read_proc(s, "stat", b) ||
	    sscanf(buf_str(b), "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &now[0], &now[1], &now[2],
	           &now[3], &now[4], &now[5], &now[6], &now[7]) < 4)
		return;
	for (int i = 0; i < CPUS; i++) {
		d[i] = now[i] > s->cpu[i] ? now[i] - s->cpu[i] : 0;
		total += d[i];
	}
	if (s->last && total) {
		cJSON *cpu = cJSON_CreateObject();
		for (int i = 0; i < CPUS; i++)
			if (names[i])
				json_add_num(cpu, names[i], 100.0 * (double)d[i] / (double)total);
		json_add_num(cpu, "irq", 100.0 * (double)(d[IRQ] + d[SOFTIRQ]) / (double)total);
		json_add(msg, "cpu", cpu);
	}
	memcpy(s->cpu, now, sizeof now);
}

static void sample_load(struct sampler *s, struct buf *b, cJSON *msg)
{
	double l[3];

	if (read_proc(s, "loadavg", b) || sscanf(buf_str(b), "%lf %lf %lf", &l[0], &l[1], &l[2]) != 3)
		return;
	json_add_num(msg, "load1", l[0]);
	json_add_num(msg, "load5", l[1]);
	json_add_num(msg, "load15", l[2]);
}

static double meminfo(const struct buf *b, const char *name)
{
	const char *p = strstr(buf_str(b), name);

	return p ? 1024.0 * strtod(p + strlen(name), NULL) : 0;
}

static void sample_memory(struct sampler *s, struct buf *b, cJSON *msg)
{
	cJSON *mem;

	if (read_proc(s, "meminfo", b))
		return;
	double total = meminfo(b, "MemTotal:"), freed = meminfo(b, "MemFree:");
	double cached = meminfo(b, "\nCached:") + meminfo(b, "Buffers:") + meminfo(b, "SReclaimable:") -
	                meminfo(b, "Shmem:");
	mem = cJSON_CreateObject();
	json_add_num(mem, "total", total);
	json_add_num(mem, "used", total - freed - cached);
	json_add_num(mem, "cached", cached);
	json_add_num(mem, "free", freed);
	json_add(msg, "mem", mem);
}

/* Whole devices only: partitions and device-mapper targets would count the same bytes again. */
static bool whole_disk(const char *name)
{
	size_t n = strlen(name);

	if (!strncmp(name, "nvme", 4) || !strncmp(name, "mmcblk", 6))
		return !strchr(name + 4, 'p');
	if (!strncmp(name, "sd", 2) || !strncmp(name, "vd", 2) || !strncmp(name, "xvd", 3))
		return n && (name[n - 1] < '0' || name[n - 1] > '9');
	return false;
}

static void sample_disk(struct sampler *s, struct buf *b, double seconds, cJSON *msg)
{
	unsigned long long rd = 0, wr = 0;
	cJSON *disk = cJSON_CreateObject();
	struct statvfs v;

	if (!read_proc(s, "diskstats", b)) {
		char *save = NULL;
		for (char *l = strtok_r(b->data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
			char name[64];
			unsigned long long r, w;
			if (sscanf(l, "%*d %*d %63s %*u %*u %llu %*u %*u %*u %llu", name, &r, &w) == 3 &&
			    whole_disk(name)) {
				rd += r;
				wr += w;
			}
		}
		if (s->last && seconds > 0) {
			json_add_num(disk, "read", rd >= s->sectors_read
			             ? 512.0 * (double)(rd - s->sectors_read) / seconds : 0);
			json_add_num(disk, "write", wr >= s->sectors_written
			             ? 512.0 * (double)(wr - s->sectors_written) / seconds : 0);
		}
		s->sectors_read = rd;
		s->sectors_written = wr;
	}
	if (!statvfs(s->disk_path, &v)) {
		double unit = (double)v.f_frsize;
		json_add_num(disk, "used", unit * (double)(v.f_blocks - v.f_bavail));
		json_add_num(disk, "total", unit * (double)v.f_blocks);
	}
	json_add(msg, "disk", disk);
}

static void sample_net(struct sampler *s, struct buf *b, double seconds, cJSON *msg)
{
	unsigned long long rx = 0, tx = 0;
	char *save = NULL;

	if (read_proc(s, "net/dev", b))
		return;
	for (char *l = strtok_r(b->data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(l, ':');
		unsigned long long r, t;
		if (!colon || !strncmp(l + strspn(l, " "), "lo:", 3))
			continue;
		if (sscanf(colon + 1, "%llu %*u %*u %*u %*u %*u %*u %*u %llu", &r, &t) == 2) {
			rx += r;
			tx += t;
		}
	}
	if (s->last && seconds > 0) {
		cJSON *net = cJSON_CreateObject();
		json_add_num(net, "rx", rx >= s->rx ? (double)(rx - s->rx) / seconds : 0);
		json_add_num(net, "tx", tx >= s->tx ? (double)(tx - s->tx) / seconds : 0);
		json_add(msg, "net", net);
	}
	s->rx = rx;
	s->tx = tx;
}

void sampler_machine(struct sampler *s, int64_t now, cJSON *msg)
{
	double seconds = s->last ? (double)(now - s->last) / 1000 : 0;
	struct buf b = BUF_INIT;

	sample_cpu(s, &b, msg);
	sample_load(s, &b, msg);
	sample_memory(s, &b, msg);
	sample_disk(s, &b, seconds, msg);
	sample_net(s, &b, seconds, msg);
	s->last = now;
	buf_free(&b);
}

static void add_process(const struct sampler *s, const char *pid, struct buf *b, struct group_usage *groups,
                        size_t n)
{
	unsigned long long utime, stime;
	long rss;
	int pgid;
	char name[300];

	snprintf(name, sizeof name, "%s/stat", pid);
	if (read_proc(s, name, b))
		return;
	const char *p = strrchr(buf_str(b), ')'); /* the command's name may hold anything */
	if (!p || sscanf(p + 2, "%*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d "
	                 "%*u %*u %ld", &pgid, &utime, &stime, &rss) != 4)
		return;
	for (size_t i = 0; i < n; i++)
		if (groups[i].pgid == pgid) {
			groups[i].cpu_ms += (int64_t)((utime + stime) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
			groups[i].rss += (int64_t)rss * sysconf(_SC_PAGESIZE);
		}
}

void sampler_groups(struct sampler *s, struct group_usage *groups, size_t n)
{
	char *path = xasprintf("%s/proc", s->root);
	DIR *d = n ? opendir(path) : NULL;
	struct buf b = BUF_INIT;
	struct dirent *e;

	for (size_t i = 0; i < n; i++)
		groups[i].cpu_ms = groups[i].rss = 0;
	while (d && (e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			add_process(s, e->d_name, &b, groups, n);
	if (d)
		closedir(d);
	buf_free(&b);
	free(path);
}

static int64_t folder_bytes(const char *path, int depth)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int64_t sum = 0;

	while (d && (e = readdir(d))) {
		struct stat st;
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		char *sub = xasprintf("%s/%s", path, e->d_name);
		if (!lstat(sub, &st))
			sum += S_ISDIR(st.st_mode) ? (depth ? folder_bytes(sub, depth - 1) : 0)
			       : (int64_t)st.st_blocks * 512;
		free(sub);
	}
	if (d)
		closedir(d);
	return sum;
}

int64_t sampler_folder_bytes(const char *path)
{
	return folder_bytes(path, 1);
}
