#include "core/engine/eventlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"

#define SPARK_VERSION "3.5.0" /* whose reader the lines are meant for */
#define SQL_PREFIX "org.apache.spark.sql.execution.ui."

struct eventlog {
	int fd;
	char *path, *host;
	int vcpu, mem_mb, executor;
	int job, execution;          /* the next one's number; also stage, and task's stage */
	int64_t task;                /* the next task's number */
	bool in_statement, in_job, warned;
	char *description;
	int64_t job_start, task_start;
};

char *eventlog_app_id(char *out, size_t size)
{
	int64_t now = clock_now_ms();
	snprintf(out, size, "application_%lld_%04d", (long long)now, (int)(getpid() % 10000));
	return out;
}

/* ---- writing ---- */

/* A log that cannot be written is said once and does not harm the job. */
static void emit(struct eventlog *l, cJSON *event)
{
	struct buf b = BUF_INIT;
	json_print_to(&b, event);
	buf_addc(&b, '\n');
	if (write(l->fd, b.data, b.len) != (ssize_t)b.len && !l->warned) {
		l->warned = true;
		log_warn("the event log %s cannot be written: %s", l->path, strerror(errno));
	}
	buf_free(&b);
	cJSON_Delete(event);
}

static cJSON *event(const char *name)
{
	cJSON *e = cJSON_CreateObject();
	return json_add_str(e, "Event", name);
}

static cJSON *object_in(cJSON *parent, const char *name)
{
	return cJSON_AddObjectToObject(parent, name);
}

/* ---- the application ---- */

static void emit_start(struct eventlog *l, const struct eventlog_options *o)
{
	cJSON *e = event("SparkListenerLogStart");
	emit(l, json_add_str(e, "Spark Version", SPARK_VERSION));
	e = event("SparkListenerApplicationStart");
	json_add_str(e, "App Name", o->app_name);
	json_add_str(e, "App ID", o->app_id);
	json_add_int(e, "Timestamp", clock_now_ms());
	emit(l, json_add_str(e, "User", o->user));
}

static void emit_environment(struct eventlog *l, const struct eventlog_options *o)
{
	cJSON *e = event("SparkListenerEnvironmentUpdate");
	cJSON *jvm = object_in(e, "JVM Information");
	json_add_str(jvm, "Java Version", "none (stoker " STOKER_VERSION ")");
	json_add_str(jvm, "Java Home", "");
	json_add_str(jvm, "Scala Version", "none");
	cJSON *spark = o->conf ? cJSON_Duplicate(o->conf, true) : cJSON_CreateObject();
	if (!cJSON_GetObjectItem(spark, "spark.app.id"))
		json_add_str(spark, "spark.app.id", o->app_id);
	if (!cJSON_GetObjectItem(spark, "spark.app.name"))
		json_add_str(spark, "spark.app.name", o->app_name);
	json_add(e, "Spark Properties", spark);
	object_in(e, "Hadoop Properties");
	object_in(e, "System Properties");
	object_in(e, "Metrics Properties");
	object_in(e, "Classpath Entries");
	emit(l, e);
}

static cJSON *block_manager(const struct eventlog *l, const char *id)
{
	cJSON *b = cJSON_CreateObject();
	json_add_str(b, "Executor ID", id);
	json_add_str(b, "Host", l->host);
	return json_add_int(b, "Port", 0);
}

static void emit_block_manager(struct eventlog *l, const char *id, int64_t memory)
{
	cJSON *e = event("SparkListenerBlockManagerAdded");
	json_add(e, "Block Manager ID", block_manager(l, id));
	json_add_int(e, "Maximum Memory", memory);
	json_add_int(e, "Timestamp", clock_now_ms());
	json_add_int(e, "Maximum Onheap Memory", memory);
	emit(l, json_add_int(e, "Maximum Offheap Memory", 0));
}

struct eventlog *eventlog_open(const struct eventlog_options *o, struct error *err)
{
	struct eventlog *l = xcalloc(1, sizeof *l);
	if (fs_mkdirs(o->folder, 0700, err)) {
		free(l);
		return NULL;
	}
	l->path = xasprintf("%s/%s.inprogress", o->folder, o->app_id);
	l->fd = open(l->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0660);
	if (l->fd < 0) {
		error_errno(err, errno, "cannot make the event log %s", l->path);
		free(l->path);
		free(l);
		return NULL;
	}
	l->host = xstrdup(o->host ? o->host : "localhost");
	l->vcpu = o->vcpu;
	l->mem_mb = o->mem_mb;
	emit_start(l, o);
	emit_block_manager(l, "driver", 64 << 20);
	emit_environment(l, o);
	return l;
}

void eventlog_close(struct eventlog *l, int status)
{
	if (!l)
		return;
	cJSON *e = event("SparkListenerApplicationEnd");
	json_add_int(e, "Timestamp", clock_now_ms());
	emit(l, json_add_int(e, "ExitCode", status));
	fsync(l->fd);
	close(l->fd);
	char *final = xstrndup(l->path, strlen(l->path) - strlen(".inprogress"));
	if (rename(l->path, final))
		log_warn("cannot rename the event log %s: %s", l->path, strerror(errno));
	free(final);
	free(l->path);
	free(l->host);
	free(l->description);
	free(l);
}

/* ---- executors ---- */

void eventlog_executor_size(struct eventlog *l, const char *host, int vcpu, int mem_mb)
{
	if (!l)
		return;
	free(l->host);
	l->host = xstrdup(host);
	l->vcpu = vcpu;
	l->mem_mb = mem_mb;
}

void eventlog_executor_added(struct eventlog *l, int id)
{
	if (!l)
		return;
	char name[16];
	l->executor = id;
	snprintf(name, sizeof name, "%d", id);
	cJSON *e = event("SparkListenerExecutorAdded");
	json_add_int(e, "Timestamp", clock_now_ms());
	json_add_str(e, "Executor ID", name);
	cJSON *i = object_in(e, "Executor Info");
	json_add_str(i, "Host", l->host);
	json_add_int(i, "Total Cores", l->vcpu);
	object_in(i, "Log Urls");
	object_in(i, "Attributes");
	object_in(i, "Resources");
	json_add_int(i, "Resource Profile Id", 0);
	emit(l, e);
	emit_block_manager(l, name, (int64_t)l->mem_mb << 20);
}

void eventlog_executor_removed(struct eventlog *l, int id, const char *reason)
{
	if (!l)
		return;
	char name[16];
	snprintf(name, sizeof name, "%d", id);
	cJSON *e = event("SparkListenerExecutorRemoved");
	json_add_int(e, "Timestamp", clock_now_ms());
	json_add_str(e, "Executor ID", name);
	emit(l, json_add_str(e, "Removed Reason", reason));
}

/* ---- statements ---- */

static cJSON *plan_info(const cJSON *tree)
{
	cJSON *p = cJSON_CreateObject(), *children = cJSON_CreateArray();
	const cJSON *c;
	json_add_str(p, "nodeName", json_str(tree, "nodeName", "Statement"));
	json_add_str(p, "simpleString", json_str(tree, "simpleString", json_str(tree, "nodeName", "Statement")));
	cJSON_ArrayForEach(c, json_arr(tree, "children"))
		cJSON_AddItemToArray(children, plan_info(c));
	json_add(p, "children", children);
	object_in(p, "metadata");
	cJSON_AddArrayToObject(p, "metrics");
	return p;
}

static void plan_text(struct buf *out, const cJSON *tree, int depth)
{
	const cJSON *c;
	buf_addf(out, "%*s%s%s\n", depth * 3, "", depth ? "+- " : "",
	         json_str(tree, "simpleString", json_str(tree, "nodeName", "Statement")));
	cJSON_ArrayForEach(c, json_arr(tree, "children"))
		plan_text(out, c, depth + 1);
}

void eventlog_statement_start(struct eventlog *l, const struct sql_plan *p)
{
	if (!l || !p->kernel_sql)
		return;
	struct buf text = BUF_INIT;
	buf_adds(&text, "== Physical Plan ==\n");
	plan_text(&text, p->tree, 0);
	free(l->description);
	l->description = xstrdup(p->text ? p->text : "");
	l->in_statement = true;
	cJSON *e = event(SQL_PREFIX "SparkListenerSQLExecutionStart");
	json_add_int(e, "executionId", l->execution);
	json_add_str(e, "description", l->description);
	json_add_str(e, "details", l->description);
	json_add_str(e, "physicalPlanDescription", buf_str(&text));
	json_add(e, "sparkPlanInfo", plan_info(p->tree));
	json_add_int(e, "time", clock_now_ms());
	object_in(e, "modifiedConfigs");
	emit(l, e);
	buf_free(&text);
}

static cJSON *stage_info(const struct eventlog *l, int64_t end, const char *failure)
{
	cJSON *s = cJSON_CreateObject();
	json_add_int(s, "Stage ID", l->job);
	json_add_int(s, "Stage Attempt ID", 0);
	json_add_str(s, "Stage Name", l->description);
	json_add_int(s, "Number of Tasks", 1);
	cJSON_AddArrayToObject(s, "RDD Info");
	cJSON_AddArrayToObject(s, "Parent IDs");
	json_add_str(s, "Details", "");
	json_add_int(s, "Submission Time", l->job_start);
	if (end)
		json_add_int(s, "Completion Time", end);
	json_add_str(s, "Failure Reason", failure);
	cJSON_AddArrayToObject(s, "Accumulables");
	return json_add_int(s, "Resource Profile Id", 0);
}

static cJSON *properties(const struct eventlog *l)
{
	char id[16];
	cJSON *p = cJSON_CreateObject();
	snprintf(id, sizeof id, "%d", l->execution);
	json_add_str(p, "spark.sql.execution.id", id);
	return json_add_str(p, "spark.job.description", l->description);
}

static void begin_job(struct eventlog *l)
{
	l->in_job = true;
	l->job_start = clock_now_ms();
	cJSON *e = event("SparkListenerJobStart"), *stages = cJSON_CreateArray(), *ids = cJSON_CreateArray();
	json_add_int(e, "Job ID", l->job);
	json_add_int(e, "Submission Time", l->job_start);
	cJSON_AddItemToArray(stages, stage_info(l, 0, NULL));
	cJSON_AddItemToArray(ids, cJSON_CreateNumber(l->job));
	json_add(e, "Stage Infos", stages);
	json_add(e, "Stage IDs", ids);
	emit(l, json_add(e, "Properties", properties(l)));
	e = event("SparkListenerStageSubmitted");
	json_add(e, "Stage Info", stage_info(l, 0, NULL));
	emit(l, json_add(e, "Properties", properties(l)));
}

static void end_job(struct eventlog *l, const struct error *err)
{
	int64_t now = clock_now_ms();
	cJSON *e = event("SparkListenerStageCompleted");
	emit(l, json_add(e, "Stage Info", stage_info(l, now, err ? err->message : NULL)));
	e = event("SparkListenerJobEnd");
	json_add_int(e, "Job ID", l->job);
	json_add_int(e, "Completion Time", now);
	cJSON *r = object_in(e, "Job Result");
	json_add_str(r, "Result", err ? "JobFailed" : "JobSucceeded");
	if (err) {
		cJSON *x = object_in(r, "Exception");
		json_add_str(x, "Message", err->message);
		cJSON_AddArrayToObject(x, "Stack Trace");
	}
	emit(l, e);
	l->job++;
	l->in_job = false;
}

void eventlog_statement_end(struct eventlog *l, const struct error *err)
{
	if (!l || !l->in_statement)
		return;
	if (l->in_job)
		end_job(l, err);
	cJSON *e = event(SQL_PREFIX "SparkListenerSQLExecutionEnd");
	json_add_int(e, "executionId", l->execution++);
	json_add_int(e, "time", clock_now_ms());
	emit(l, json_add_str(e, "errorMessage", err ? err->message : ""));
	l->in_statement = false;
}

/* ---- tasks ---- */

static cJSON *task_info(const struct eventlog *l, int attempt, int64_t finish, bool failed, bool killed)
{
	char id[16];
	cJSON *t = cJSON_CreateObject();
	snprintf(id, sizeof id, "%d", l->executor);
	json_add_int(t, "Task ID", l->task);
	json_add_int(t, "Index", 0);
	json_add_int(t, "Attempt", attempt);
	json_add_int(t, "Partition ID", 0);
	json_add_int(t, "Launch Time", l->task_start);
	json_add_str(t, "Executor ID", id);
	json_add_str(t, "Host", l->host);
	json_add_str(t, "Locality", "PROCESS_LOCAL");
	json_add_bool(t, "Speculative", false);
	json_add_int(t, "Getting Result Time", 0);
	json_add_int(t, "Finish Time", finish);
	json_add_bool(t, "Failed", failed);
	json_add_bool(t, "Killed", killed);
	cJSON_AddArrayToObject(t, "Accumulables");
	return t;
}

void eventlog_task_start(struct eventlog *l, int attempt)
{
	if (!l || !l->in_statement)
		return;
	if (!l->in_job)
		begin_job(l);
	l->task_start = clock_now_ms();
	cJSON *e = event("SparkListenerTaskStart");
	json_add_int(e, "Stage ID", l->job);
	json_add_int(e, "Stage Attempt ID", 0);
	emit(l, json_add(e, "Task Info", task_info(l, attempt, 0, false, false)));
}

static cJSON *end_reason(const struct eventlog *l, const struct error *err)
{
	char id[16];
	cJSON *r = cJSON_CreateObject();
	snprintf(id, sizeof id, "%d", l->executor);
	if (!err)
		return json_add_str(r, "Reason", "Success");
	if (!strcmp(err->class_, "EXECUTOR_LOST")) {
		json_add_str(r, "Reason", "ExecutorLostFailure");
		json_add_str(r, "Executor ID", id);
		json_add_bool(r, "Exit Caused By App", false);
		return json_add_str(r, "Loss Reason", err->message);
	}
	if (!strcmp(err->class_, "KILLED")) {
		json_add_str(r, "Reason", "TaskKilled");
		return json_add_str(r, "Kill Reason", err->message);
	}
	json_add_str(r, "Reason", "ExceptionFailure");
	json_add_str(r, "Class Name", err->class_);
	json_add_str(r, "Description", err->message);
	cJSON_AddArrayToObject(r, "Stack Trace");
	json_add_str(r, "Full Stack Trace", err->message);
	cJSON_AddArrayToObject(r, "Accumulator Updates");
	return r;
}

static void add_shuffle(cJSON *m)
{
	static const char *const read[] = { "Remote Blocks Fetched", "Local Blocks Fetched", "Fetch Wait Time",
	                                    "Remote Bytes Read", "Remote Bytes Read To Disk",
	                                    "Local Bytes Read", "Total Records Read" };
	static const char *const wrote[] = { "Shuffle Bytes Written", "Shuffle Write Time",
	                                     "Shuffle Records Written" };
	cJSON *r = object_in(m, "Shuffle Read Metrics"), *w = object_in(m, "Shuffle Write Metrics");
	for (size_t i = 0; i < sizeof read / sizeof *read; i++)
		json_add_int(r, read[i], 0);
	for (size_t i = 0; i < sizeof wrote / sizeof *wrote; i++)
		json_add_int(w, wrote[i], 0);
}

static cJSON *task_metrics(const cJSON *done)
{
	cJSON *m = cJSON_CreateObject();
	json_add_int(m, "Executor Deserialize Time", 0);
	json_add_int(m, "Executor Deserialize CPU Time", 0);
	json_add_int(m, "Executor Run Time", json_int(done, "run_ms", 0));
	json_add_int(m, "Executor CPU Time", json_int(done, "cpu_ns", 0));
	json_add_int(m, "Peak Execution Memory", json_int(done, "peak_mem", 0));
	json_add_int(m, "Result Size", json_arr(done, "files") ? 0 : json_int(done, "bytes_out", 0));
	json_add_int(m, "JVM GC Time", 0);
	json_add_int(m, "Result Serialization Time", 0);
	json_add_int(m, "Memory Bytes Spilled", json_int(done, "spill", 0));
	json_add_int(m, "Disk Bytes Spilled", json_int(done, "spill", 0));
	add_shuffle(m);
	cJSON *in = object_in(m, "Input Metrics"), *out = object_in(m, "Output Metrics");
	json_add_int(in, "Bytes Read", json_int(done, "bytes_in", 0));
	json_add_int(in, "Records Read", json_int(done, "rows_in", 0));
	bool files = json_arr(done, "files") != NULL;
	json_add_int(out, "Bytes Written", files ? json_int(done, "bytes_out", 0) : 0);
	json_add_int(out, "Records Written", files ? json_int(done, "rows_out", 0) : 0);
	cJSON_AddArrayToObject(m, "Updated Blocks");
	return m;
}

void eventlog_task_end(struct eventlog *l, int attempt, const cJSON *done, const struct error *err)
{
	if (!l || !l->in_job)
		return;
	bool killed = err && !strcmp(err->class_, "KILLED");
	cJSON *e = event("SparkListenerTaskEnd");
	json_add_int(e, "Stage ID", l->job);
	json_add_int(e, "Stage Attempt ID", 0);
	json_add_str(e, "Task Type", "ResultTask");
	json_add(e, "Task End Reason", end_reason(l, err));
	json_add(e, "Task Info", task_info(l, attempt, clock_now_ms(), err && !killed, killed));
	object_in(e, "Task Executor Metrics");
	emit(l, json_add(e, "Task Metrics", task_metrics(done)));
	l->task++;
}
