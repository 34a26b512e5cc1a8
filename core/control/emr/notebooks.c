/* Notebook executions. This server has no notebook kernel, so an execution is recorded and has failed at once,
 * with the reason: clients that start one and wait for it see what they would see of a notebook that cannot
 * run, and not a call that they do not know how to handle. */
#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

#define NO_KERNEL "Notebooks cannot run on this server: it has no notebook kernel. Add the notebook's work as a " \
                  "step (spark-sql, or any command) instead."

static const char *const kept[] = {
	"EditorId", "ExecutionEngine", "NotebookExecutionName", "NotebookParams", "NotebookInstanceSecurityGroupId",
	"Tags", "NotebookS3Location", "OutputNotebookS3Location", "OutputNotebookFormat", "EnvironmentVariables", NULL
};

/* Ends with NULL: what a list shows of an execution. */
static const char *const summary[] = {
	"NotebookExecutionId", "EditorId", "NotebookExecutionName", "Status", "StartTime", "EndTime",
	"NotebookS3Location", NULL
};

#define NOTEBOOKS_MAX 1000

/* They end at once and are never removed: the oldest make room. */
static void make_room(struct control *ctl)
{
	struct map *all = emr_state(ctl)->notebooks;
	size_t it = 0;
	void *v;

	while (map_len(all) >= NOTEBOOKS_MAX && map_next(all, &it, NULL, &v)) {
		const struct emr_doc *d = v;
		emr_doc_drop(ctl, all, KIND_NOTEBOOK, d->region, d->id);
	}
}

static int missing(struct error *err, const char *id)
{
	return emr_error_invalid_request(err, NULL, "Notebook execution id '%.200s' is not valid.", id);
}

static int start(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *engine = json_str(json_obj(in, "ExecutionEngine"), "Id", "");
	struct cluster *c = op_find(ctl, engine);
	bool where = json_obj(in, "NotebookS3Location") ||
	             (json_str(in, "EditorId", NULL) && json_str(in, "RelativePath", NULL));
	int64_t now = clock_now_ms();
	char id[MODEL_ID_SIZE];

	if (!c)
		return emr_error_no_cluster(err, engine);
	if (cluster_state_closing(c->state))
		return emr_error_invalid_request(err, NULL, "Cluster %s is %s: a notebook needs one that runs.", c->id,
		                                 names_get(&cluster_state_names, (int)c->state));
	if (!where)
		return emr_error_invalid_request(err, NULL, "Say where the notebook is: NotebookS3Location, or EditorId "
		                                 "and RelativePath.");
	id_make(id, sizeof id, "ex-", 40);
	cJSON *doc = emr_members(in, kept);
	json_add_str(doc, "NotebookExecutionId", id);
	char *arn = emr_arn("notebook-execution", id, call->region);
	json_add_str(doc, "Arn", arn);
	free(arn);
	json_add_str(doc, "Status", "FAILED");
	json_add_str(doc, "LastStateChangeReason", NO_KERNEL);
	json_add_time(doc, "StartTime", now);
	json_add_time(doc, "EndTime", now);
	make_room(ctl);
	emr_doc_put(ctl, emr_state(ctl)->notebooks, KIND_NOTEBOOK, call->region, id, doc);
	event_add(ctl, SEVERITY_WARN, c->id, c->id, "EMR Notebook Execution Status Change",
	          "Notebook execution %s has failed: %s", id, NO_KERNEL);
	json_add_str(out, "NotebookExecutionId", id);
	return 0;
}

static int stop(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *id = json_str(in, "NotebookExecutionId", "");
	const cJSON *doc = emr_doc_get(emr_state(ctl)->notebooks, call->region, id);

	(void)out;
	if (!doc)
		return missing(err, id);
	return emr_error_invalid_request(err, NULL, "Notebook execution %.200s is %s: it cannot be stopped.", id,
	                                 json_str(doc, "Status", ""));
}

static int describe(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *id = json_str(in, "NotebookExecutionId", "");
	const cJSON *doc = emr_doc_get(emr_state(ctl)->notebooks, call->region, id);

	if (!doc)
		return missing(err, id);
	json_add(out, "NotebookExecution", cJSON_Duplicate(doc, true));
	return 0;
}

static bool wanted(const cJSON *doc, const cJSON *in)
{
	int64_t start_ms = (int64_t)(json_num(doc, "StartTime", 0) * 1000);
	int64_t from = emr_decode_time(in, "From"), to = emr_decode_time(in, "To");
	const char *status = json_str(in, "Status", NULL), *editor = json_str(in, "EditorId", NULL);
	const char *engine = json_str(in, "ExecutionEngineId", NULL);

	return (!status || !strcmp(status, json_str(doc, "Status", ""))) &&
	       (!editor || !strcmp(editor, json_str(doc, "EditorId", ""))) &&
	       (!engine || !strcmp(engine, json_str(json_obj(doc, "ExecutionEngine"), "Id", ""))) &&
	       (!from || start_ms >= from) && (!to || start_ms <= to);
}

static int list(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct emr_docs all = { 0 }, docs = { 0 };
	struct emr_page page;

	emr_docs_of(emr_state(ctl)->notebooks, call->region, &all);
	for (size_t i = 0; i < all.len; i++)
		if (wanted(all.items[i]->body, in))
			vec_push(&docs, all.items[i]);
	int rc = emr_page(in, "ListNotebookExecutions", EMR_PAGE, docs.len, emr_doc_mark_at, &docs, &page, err);
	if (!rc) {
		cJSON *a = cJSON_AddArrayToObject(out, "NotebookExecutions");
		for (size_t i = page.first; i < page.end; i++) {
			cJSON *v = emr_members(docs.items[i]->body, summary);
			const cJSON *engine = json_obj(docs.items[i]->body, "ExecutionEngine");
			cJSON_AddItemToArray(a, json_add_str(v, "ExecutionEngineId", json_str(engine, "Id", NULL)));
		}
		json_add_str(out, "Marker", page.marker);
		free(page.marker);
	}
	vec_free(&docs);
	vec_free(&all);
	return rc;
}

const struct op emr_notebook_ops[] = {
	{ "ElasticMapReduce.StartNotebookExecution", start },
	{ "ElasticMapReduce.StopNotebookExecution", stop },
	{ "ElasticMapReduce.DescribeNotebookExecution", describe },
	{ "ElasticMapReduce.ListNotebookExecutions", list },
	{ NULL, NULL },
};
