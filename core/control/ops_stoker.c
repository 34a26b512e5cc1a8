/* The Stoker.* operations: what no public protocol has (core/api/stoker/README.md, section 2). */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/control/access/access.h"
#include "core/control/ops.h"

static struct cluster *wanted(struct control *ctl, const cJSON *in, struct error *err)
{
	return op_cluster(ctl, in, "ClusterId", false, err);
}

static int only_local(const struct call *call, const char *name, struct error *err)
{
	if (call->local)
		return 0;
	return emr_error(err, "AccessDeniedException", "%s is answered on the Unix socket only", name);
}

/* Live clusters by region: who looks into one region learns that there are others. */
static void add_regions(cJSON *out, const struct map *regions)
{
	cJSON *a = cJSON_CreateArray();
	const char *name;
	size_t it = 0;
	void *n;

	while (map_next(regions, &it, &name, &n)) {
		cJSON *o = json_add_str(cJSON_CreateObject(), "Region", name);
		cJSON_AddItemToArray(a, json_add_int(o, "Clusters", (intptr_t)n));
	}
	json_add(out, "Regions", a);
}

static int get_server_status(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                             struct error *err)
{
	struct map *regions = map_new();
	int live = 0;
	size_t it = 0;
	void *v;

	(void)in;
	(void)err;
	while (map_next(ctl->clusters, &it, NULL, &v)) {
		const struct cluster *c = v;
		if (cluster_state_ended(c->state))
			continue;
		live++;
		map_set(regions, c->region, (void *)((intptr_t)map_get(regions, c->region) + 1));
	}
	json_add_str(out, "Region", call->region);
	add_regions(out, regions);
	map_free(regions, NULL);
	json_add_str(out, "Version", STOKER_VERSION);
	json_add_int(out, "Pid", getpid());
	json_add_time(out, "StartedAt", ctl->started_at);
	json_add_str(out, "Home", ctl->home);
	json_add_str(out, "Endpoint", ctl->endpoint);
	json_add_int(out, "Clusters", live);
	json_add_int(out, "MemoryBudgetMB", ctl->budget_mb);
	json_add_int(out, "MemoryGrantedMB", ctl->granted_mb);
	json_add_int(out, "Vcpus", ctl->machine_vcpus);
	return 0;
}

static int get_environment(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                           struct error *err)
{
	const char *key = json_str(in, "AccessKeyId", ctl->access_key);
	int ret = only_local(call, "GetEnvironment", err);

	if (ret)
		return ret;
	if (!key_is_owners(ctl, key)) {
		json_add_str(out, "Endpoint", ctl->endpoint);
		json_add_str(out, "Region", ctl->region);
		return key_environment(ctl, key, out, err);
	}
	char *api = xasprintf("%s/%s/api/v1", ctl->endpoint, ctl->api_token);
	char *history = xasprintf("%s/history", ctl->home);
	json_add_str(out, "Endpoint", ctl->endpoint);
	json_add_str(out, "AccessKeyId", ctl->access_key);
	json_add_str(out, "SecretAccessKey", ctl->secret_key);
	json_add_str(out, "Region", ctl->region);
	json_add_str(out, "SparkApi", api);
	json_add_str(out, "HistoryDir", history);
	free(history);
	free(api);
	return 0;
}

static int stop_server(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                       struct error *err)
{
	const char *mode = json_str(in, "Mode", "detach");
	int ret = only_local(call, "StopServer", err);

	(void)out;
	if (ret)
		return ret;
	if (!strcmp(mode, "terminate"))
		control_terminate_all(ctl);
	else if (!strcmp(mode, "detach"))
		ctl->stop(ctl->stop_ctx);
	else
		return emr_error_validation(err, "Mode must be detach or terminate");
	return 0;
}

/* ---- metrics ---- */

static void add_series(struct control *ctl, cJSON *series, const char *cluster, const char *instance,
                       const char *metric, int period, int64_t start, int64_t end, int *rc,
                       struct error *err)
{
	struct metric_points p = { 0 };

	if (*rc)
		return;
	if (metrics_query(ctl->metrics, cluster, instance, metric, period, start, end, &p, err)) {
		*rc = emr_error_validation(err, "Unknown metric: %s", metric);
		return;
	}
	cJSON *o = json_add_str(cJSON_CreateObject(), "Metric", metric), *a = cJSON_CreateArray();
	json_add_str(o, "InstanceId", instance);
	json_add_int(o, "Period", period);
	for (size_t i = 0; i < p.len; i++) {
		cJSON *pt = cJSON_CreateArray();
		cJSON_AddItemToArray(pt, cJSON_CreateNumber((double)p.items[i].time));
		cJSON_AddItemToArray(pt, isnan(p.items[i].value) ? cJSON_CreateNull()
		                     : cJSON_CreateNumber(round(p.items[i].value * 1000) / 1000));
		cJSON_AddItemToArray(a, pt);
	}
	json_add(o, "Points", a);
	cJSON_AddItemToArray(series, o);
	free(p.items);
}

static int get_metrics(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                       struct error *err)
{
	struct cluster *c = wanted(ctl, in, err);
	const char *instance = json_str(in, "InstanceId", NULL);
	int64_t now = clock_now_ms() / 1000, end = emr_decode_time(in, "EndTime") / 1000;
	int64_t start = emr_decode_time(in, "StartTime") / 1000;
	int period = json_int32(in, "Period", 0), rc = 0;
	struct str_list names = { 0 }, instances = { 0 };

	(void)call;
	if (!c)
		return err->code;
	end = end ? end : now;
	start = start ? start : end - 3600;
	if (start > end)
		return emr_error_validation(err, "StartTime must not be after EndTime");
	if (period != 5 && period != 60 && period != 3600)
		period = metrics_period(start, now);
	if (instance && strcmp(instance, "*") && !cluster_instance(c, instance))
		return emr_error_validation(err, "Instance id '%s' is not valid.", instance);
	emr_decode_strings(in, "Metrics", &names);
	cJSON *series = cJSON_CreateArray();
	if (instance && !strcmp(instance, "*"))
		metrics_instances(ctl->metrics, c->id, start, &instances);
	else if (instance)
		str_list_add(&instances, cluster_instance(c, instance)->id);
	for (size_t m = 0; m < names.len; m++) {
		if (!instance)
			add_series(ctl, series, c->id, NULL, names.items[m], period, start, end, &rc, err);
		for (size_t i = 0; i < instances.len; i++)
			add_series(ctl, series, c->id, instances.items[i], names.items[m], period, start, end, &rc,
			           err);
	}
	json_add(out, "Series", series);
	str_list_free(&names);
	str_list_free(&instances);
	return rc;
}

/* ---- progress ---- */

static const char *const progress_names[][2] = {
	{ "Fraction", "fraction" }, { "Statement", "statement" }, { "Statements", "statements" },
	{ "Description", "description" }, { "RowsIn", "rows_in" }, { "RowsOut", "rows_out" },
	{ "BytesIn", "bytes_in" }, { "BytesOut", "bytes_out" }, { "Stage", "stage" },
	{ "TasksDone", "tasks_done" }, { "Tasks", "tasks" },
};

static void add_totals(cJSON *o, const struct step *s)
{
	if (s->state == STEP_COMPLETED)
		json_add_num(o, "Fraction", 1);
	if (!s->statements)
		return;
	if (s->state == STEP_COMPLETED)
		json_add_int(o, "Statement", s->statements);
	json_add_int(o, "Statements", s->statements);
	json_add_int(o, "RowsIn", s->rows_in);
	json_add_int(o, "RowsOut", s->rows_out);
	json_add_int(o, "BytesIn", s->bytes_in);
	json_add_int(o, "BytesOut", s->bytes_out);
}

static int get_step_progress(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                             struct error *err)
{
	struct cluster *c = wanted(ctl, in, err);
	struct str_list ids = { 0 };

	(void)call;
	if (!c)
		return err->code;
	emr_decode_strings(in, "StepIds", &ids);
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < c->steps.len; i++) {
		struct step *s = c->steps.items[i];
		struct ctl_step *rt = s->runtime;
		if (ids.len ? !str_list_has(&ids, s->id) : s->state != STEP_RUNNING)
			continue;
		cJSON *o = json_add_str(cJSON_CreateObject(), "StepId", s->id);
		if (step_state_ended(s->state))
			add_totals(o, s);
		for (size_t k = 0; rt && rt->progress && k < sizeof progress_names / sizeof *progress_names; k++) {
			const cJSON *v = cJSON_GetObjectItemCaseSensitive(rt->progress, progress_names[k][1]);
			if (v && !cJSON_IsNull(v))
				json_add(o, progress_names[k][0], cJSON_Duplicate(v, true));
		}
		cJSON_AddItemToArray(a, o);
	}
	json_add(out, "Steps", a);
	str_list_free(&ids);
	return 0;
}

/* ---- logs ---- */

#define LOG_MAX_BYTES (1 << 20)

/* JSON carries text: bytes that are not UTF-8 become U+FFFD. A character cut by the end of what was read is
 * left for the next call. */
static size_t add_text(cJSON *out, const char *data, size_t n, bool more)
{
	struct buf text = BUF_INIT;
	size_t i = 0;

	while (i < n) {
		uint32_t cp;
		size_t left = n - i, len = utf8_decode(data + i, left, &cp);
		unsigned char c = (unsigned char)data[i];
		size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
		if (cp == 0xfffd && want > left && more && left < 4 && c < 0xf5)
			break;
		char enc[4];
		if (cp)
			buf_add(&text, enc, utf8_encode(cp, enc));
		i += len;
	}
	json_add_str(out, "Data", buf_str(&text));
	buf_free(&text);
	return i;
}

static int read_log_file(const char *path, int64_t offset, int64_t max, cJSON *out, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	ssize_t n = 0;
	char *data = xmalloc((size_t)max + 1);

	if (fd < 0 && errno != ENOENT) {
		free(data);
		return error_errno(err, errno, "Cannot read %s", path);
	}
	if (fd >= 0 && fstat(fd, &st))
		st.st_size = 0;
	if (offset < 0)
		offset = st.st_size + offset < 0 ? 0 : st.st_size + offset;
	if (fd >= 0 && offset < st.st_size)
		n = pread(fd, data, (size_t)max, offset);
	size_t used = add_text(out, data, n > 0 ? (size_t)n : 0, true);
	if (!used && n > 0) /* a broken character at the very end: do not stand still */
		used = add_text(out, data, (size_t)n, false);
	json_add_int(out, "Offset", offset);
	json_add_int(out, "NextOffset", offset + (int64_t)used);
	json_add_int(out, "Size", st.st_size);
	if (fd >= 0)
		close(fd);
	free(data);
	return 0;
}

static int read_step_log(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                         struct error *err)
{
	static const char *const logs[] = { "controller", "stdout", "stderr", "syslog" };
	struct cluster *c = wanted(ctl, in, err);
	const char *id = json_str(in, "StepId", ""), *log = json_str(in, "Log", "stdout");
	struct step *s = c ? cluster_step(c, id) : NULL;
	int64_t max = json_int(in, "MaxBytes", 65536);
	bool known = false;

	(void)call;
	if (!c)
		return err->code;
	if (!s)
		return emr_error_no_step(err, id);
	for (size_t i = 0; i < 4; i++)
		known |= !strcmp(log, logs[i]);
	if (!known)
		return emr_error_validation(err, "Log must be controller, stdout, stderr or syslog");
	if (max < 1 || max > LOG_MAX_BYTES)
		max = LOG_MAX_BYTES;
	char *path = path_step_log(ctl, c, s, log);
	bool ended = step_state_ended(s->state);
	int ret = read_log_file(path, json_int(in, "Offset", 0), max, out, err);
	free(path);
	json_add_bool(out, "Complete", ended);
	return ret;
}

const struct op stoker_ops[] = {
	{ "Stoker.GetServerStatus", get_server_status },
	{ "Stoker.GetEnvironment", get_environment },
	{ "Stoker.StopServer", stop_server },
	{ "Stoker.GetMetrics", get_metrics },
	{ "Stoker.GetStepProgress", get_step_progress },
	{ "Stoker.ReadStepLog", read_step_log },
	{ NULL, NULL },
};
