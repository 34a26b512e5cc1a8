/* Samples, one row per node and period: a row holds all metrics as little-endian doubles, so that a sample
 * costs one insert. Roll-ups are made when the first sample of the next minute (hour) arrives. */
#include "core/metrics/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/store/db.h"

static const char *const items[METRICS] = {
	"cpu", "cpu.user", "cpu.nice", "cpu.system", "cpu.iowait", "cpu.irq", "cpu.steal", "cpu.idle", "load1",
	"load5", "load15", "mem.total", "mem.used", "mem.cached", "mem.free", "mem.usedPercent", "disk.read",
	"disk.write", "disk.used", "disk.total", "disk.usedPercent", "net.rx", "net.tx", "node.cpu", "node.rss",
	"node.spill", "node.memGranted", "node.containers", "vcpus",
};
const struct names metric_names = { items, METRICS };

#define APP_ID 0x53746f4d /* "StoM" */
#define COMMIT_MS 10000

/* tier: 5, 60 or 3600, the seconds of a row. */
static const char *const migrations[] = {
	"CREATE TABLE nodes (id INTEGER PRIMARY KEY, cluster TEXT, instance TEXT UNIQUE, last INTEGER);"
	"CREATE INDEX nodes_cluster ON nodes (cluster);"
	"CREATE TABLE samples (tier INTEGER, node INTEGER, t INTEGER, n INTEGER, v BLOB,"
	" PRIMARY KEY (tier, node, t)) WITHOUT ROWID",
};

struct metrics {
	struct store db;
	struct map *nodes;        /* instance → struct known */
	int64_t committed, trimmed;
};

/* What is remembered of a node between samples. */
struct known {
	int64_t id;
	int64_t minute, hour;     /* of the last sample, in s; 0 = none in this run */
	int64_t last;             /* s */
	double values[METRICS];
};

int metrics_open(const char *path, struct metrics **out, struct error *err)
{
	struct metrics *m = xcalloc(1, sizeof *m);
	int ret = db_open(path, APP_ID, migrations, 1, false, &m->db, err);

	if (ret) {
		free(m);
		return ret;
	}
	m->nodes = map_new();
	m->committed = clock_now_ms();
	*out = m;
	return 0;
}

void metrics_close(struct metrics *m)
{
	struct error err = ERROR_INIT;

	if (!m)
		return;
	if (db_commit(&m->db, &err))
		log_warn("metrics: %s", err.message);
	db_close(&m->db);
	map_free(m->nodes, free);
	free(m);
}

/* ---- reading a sample ---- */

static double number(const cJSON *obj, const char *name)
{
	const cJSON *v = obj ? cJSON_GetObjectItemCaseSensitive(obj, name) : NULL;

	return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : NAN;
}

void metrics_read_sample(const cJSON *sample, double *values)
{
	for (int i = 0; i < METRICS; i++) {
		const char *name = items[i], *dot = strchr(name, '.');
		char group[32];
		if (dot && strncmp(name, "node.", 5)) {
			snprintf(group, sizeof group, "%.*s", (int)(dot - name), name);
			values[i] = number(json_obj(sample, group), dot + 1);
		} else {
			values[i] = dot ? NAN : number(sample, name);
		}
	}
	values[METRIC_CPU] = 100 - values[METRIC_CPU_IDLE] - values[METRIC_CPU_IOWAIT];
	values[METRIC_MEM_PERCENT] = percent(values[METRIC_MEM_USED], values[METRIC_MEM_TOTAL]);
	values[METRIC_DISK_PERCENT] = percent(values[METRIC_DISK_USED], values[METRIC_DISK_TOTAL]);
}

/* ---- writing ---- */

static void put_row(struct metrics *m, int tier, int64_t node, int64_t t, int n, const double *v)
{
	sqlite3_stmt *q;

	if (db_begin(&m->db) != SQLITE_OK)
		return;
	q = db_stmt(&m->db, "INSERT OR REPLACE INTO samples VALUES (?,?,?,?,?)");
	if (!q)
		return;
	db_bind(q, "illi", tier, node, t, n);
	sqlite3_bind_blob(q, 5, v, METRICS * sizeof *v, SQLITE_TRANSIENT);
	db_row(&m->db, q);
	sqlite3_reset(q);
}

/* Average the rows of [from, from + span) of one tier into one row of the next; weights are their samples. */
static void roll_up(struct metrics *m, int64_t node, int from_tier, int to_tier, int64_t from)
{
	sqlite3_stmt *q = db_stmt(&m->db, "SELECT n, v FROM samples WHERE tier=? AND node=? AND t>=? AND t<?");
	double sum[METRICS] = { 0 }, weight[METRICS] = { 0 }, v[METRICS];
	int n = 0;

	db_bind(q, "illl", from_tier, node, from, from + to_tier);
	while (db_row(&m->db, q)) {
		int k = sqlite3_column_int(q, 0);
		if (sqlite3_column_bytes(q, 1) != (int)sizeof v)
			continue;
		memcpy(v, sqlite3_column_blob(q, 1), sizeof v);
		for (int i = 0; i < METRICS; i++)
			if (!isnan(v[i])) {
				sum[i] += v[i] * k;
				weight[i] += k;
			}
		n += k;
	}
	for (int i = 0; i < METRICS; i++)
		v[i] = weight[i] > 0 ? sum[i] / weight[i] : NAN;
	if (n)
		put_row(m, to_tier, node, from, n, v);
}

static void load_known(struct metrics *m, struct known *k, const char *cluster_id, const char *instance_id)
{
	sqlite3_stmt *q = db_stmt(&m->db, "SELECT id, last FROM nodes WHERE instance=?");

	db_bind(q, "t", instance_id);
	if (db_row(&m->db, q)) {
		k->id = sqlite3_column_int64(q, 0);
		k->last = sqlite3_column_int64(q, 1);
		k->minute = k->last / 60 * 60;
		k->hour = k->last / 3600 * 3600;
		sqlite3_reset(q);
		return;
	}
	db_write(&m->db, "INSERT INTO nodes (cluster, instance, last) VALUES (?,?,0)", "tt", cluster_id,
	         instance_id);
	k->id = sqlite3_last_insert_rowid(m->db.db);
}

static void trim(struct metrics *m, int64_t now)
{
	if (now - m->trimmed < 300)
		return;
	m->trimmed = now;
	db_write(&m->db, "DELETE FROM samples WHERE tier=5 AND t<?", "l", now - 3900);
	db_write(&m->db, "DELETE FROM samples WHERE tier=60 AND t<?", "l", now - 15LL * 86400);
	db_write(&m->db, "DELETE FROM samples WHERE tier=3600 AND t<?", "l", now - 455LL * 86400);
}

void metrics_add(struct metrics *m, const char *cluster_id, const char *instance_id, int64_t time,
                 const double *values)
{
	struct known *k = map_get(m->nodes, instance_id);
	int64_t s = time / 1000, minute = s / 60 * 60, hour = s / 3600 * 3600;
	struct error err = ERROR_INIT;

	if (!k) {
		k = xcalloc(1, sizeof *k);
		load_known(m, k, cluster_id, instance_id);
		map_set(m->nodes, instance_id, k);
	}
	if (k->minute && minute > k->minute)
		roll_up(m, k->id, 5, 60, k->minute);
	if (k->hour && hour > k->hour)
		roll_up(m, k->id, 60, 3600, k->hour);
	k->minute = minute;
	k->hour = hour;
	k->last = s;
	memcpy(k->values, values, sizeof k->values);
	put_row(m, 5, k->id, s / 5 * 5, 1, values);
	db_write(&m->db, "UPDATE nodes SET last=? WHERE id=?", "ll", s, k->id);
	trim(m, s);
	if (time - m->committed >= COMMIT_MS || time < m->committed) {
		m->committed = time;
		if (db_commit(&m->db, &err))
			log_warn("metrics: %s: %s", err.message, err.detail);
	}
}

bool metrics_latest(struct metrics *m, const char *instance_id, int64_t now, double *values)
{
	struct known *k = map_get(m->nodes, instance_id);

	if (!k || !k->last || now / 1000 - k->last > 60)
		return false;
	memcpy(values, k->values, sizeof k->values);
	return true;
}

/* ---- reading ---- */

int metrics_period(int64_t start, int64_t now)
{
	return start >= now - 3900 ? 5 : start >= now - 15LL * 86400 ? 60 : 3600;
}

void metrics_instances(struct metrics *m, const char *cluster_id, int64_t start, struct str_list *out)
{
	sqlite3_stmt *q = db_stmt(&m->db, "SELECT instance FROM nodes WHERE cluster=? AND last>=? ORDER BY id");

	db_bind(q, "tl", cluster_id, start);
	while (db_row(&m->db, q))
		str_list_add(out, db_text(q, 0));
}

enum fold { FOLD_MEAN, FOLD_SUM, FOLD_COUNT };

/* One period's value over the nodes that reported: each node counts once. */
struct slot {
	double sum;
	int n;
};

static enum fold fold_of(const char *name, int metric, const char *instance_id)
{
	if (instance_id)
		return FOLD_MEAN;
	if (!strcmp(name, "nodes"))
		return FOLD_COUNT;
	return metric == METRIC_VCPUS || !strncmp(name, "node.", 5) ? FOLD_SUM : FOLD_MEAN;
}

static sqlite3_stmt *select_rows(struct metrics *m, const char *cluster_id, const char *instance_id,
                                 int tier, int64_t start, int64_t end)
{
	sqlite3_stmt *q;

	q = instance_id
	    ? db_stmt(&m->db, "SELECT s.t, s.v, k.id FROM nodes k JOIN samples s ON s.tier=?2 AND s.node=k.id"
	              " AND s.t>=?3 AND s.t<=?4 WHERE k.cluster=?1 AND k.instance=?5 AND k.last>=?3 ORDER BY 3, 1")
	    : db_stmt(&m->db, "SELECT s.t, s.v, k.id FROM nodes k JOIN samples s ON s.tier=?2 AND s.node=k.id"
	              " AND s.t>=?3 AND s.t<=?4 WHERE k.cluster=?1 AND k.last>=?3 ORDER BY 3, 1");
	db_bind(q, instance_id ? "tillt" : "till", cluster_id, tier, start, end, instance_id);
	return q;
}

/* Rows come by node and time; several rows of a node in one period count as their mean. */
static void read_rows(struct metrics *m, sqlite3_stmt *q, int metric, int period, int64_t start,
                      struct slot *slots, size_t n)
{
	double v[METRICS], sum = 0;
	int64_t node = -1, slot = -1;
	int rows = 0;

	for (bool more = true; more;) {
		int64_t i = -1, k = -1;
		more = db_row(&m->db, q);
		if (more) {
			i = (sqlite3_column_int64(q, 0) - start) / period;
			k = sqlite3_column_int64(q, 2);
		}
		if ((k != node || i != slot) && rows) {
			slots[slot].sum += metric < 0 ? 1 : sum / rows;
			slots[slot].n++;
			sum = 0;
			rows = 0;
		}
		node = k;
		slot = i;
		if (i < 0 || (size_t)i >= n || sqlite3_column_bytes(q, 1) != (int)sizeof v)
			continue;
		memcpy(v, sqlite3_column_blob(q, 1), sizeof v);
		if (metric < 0 || !isnan(v[metric])) {
			sum += metric < 0 ? 1 : v[metric];
			rows++;
		}
	}
}

#define MAX_POINTS 20000

int metrics_query(struct metrics *m, const char *cluster_id, const char *instance_id, const char *name,
                  int period, int64_t start, int64_t end, struct metric_points *out, struct error *err)
{
	int metric = names_parse(&metric_names, name);
	enum fold fold = fold_of(name, metric, instance_id);

	if (metric < 0 && fold != FOLD_COUNT)
		return error_set(err, ERR_NOTFOUND, "Unknown metric: %s", name);
	start = start / period * period;
	if ((end - start) / period > MAX_POINTS)
		start = end / period * period - (int64_t)MAX_POINTS * period;
	size_t n = (size_t)((end - start) / period) + 1;
	struct slot *slots = xcalloc(n, sizeof *slots);
	read_rows(m, select_rows(m, cluster_id, instance_id, period, start, end), metric, period, start, slots,
	          n);
	/* The minute and hour that still run are not rolled up yet: finer rows stand in for them. */
	for (int tier = period == 3600 ? 60 : 5; period > 5 && tier >= 5; tier = tier == 60 ? 5 : 0) {
		int64_t from = end / period * period - period;
		struct slot *fine = xcalloc(n, sizeof *fine);
		if (from < start)
			from = start;
		read_rows(m, select_rows(m, cluster_id, instance_id, tier, from, end), metric, period, start, fine,
		          n);
		for (size_t i = 0; i < n; i++)
			if (!slots[i].n)
				slots[i] = fine[i];
		free(fine);
	}
	for (size_t i = 0; i < n; i++) {
		struct metric_point p = { start + (int64_t)i * period, NAN };
		if (slots[i].n)
			p.value = fold == FOLD_MEAN ? slots[i].sum / slots[i].n : slots[i].sum;
		vec_push(out, p);
	}
	free(slots);
	return 0;
}
