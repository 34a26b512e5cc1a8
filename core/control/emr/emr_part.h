/* Operations of the EMR API that stand beside the life of clusters: tags, idle time-outs, and what belongs to
 * a region rather than to a cluster. Each file has its table of operations. Internal to this folder. */
#ifndef CORE_CONTROL_EMR_EMR_PART_H
#define CORE_CONTROL_EMR_EMR_PART_H

#include "core/base/map.h"
#include "core/control/ops.h"
#include "core/control/emr/emr_ops.h"
#include "core/control/part.h"

/* State of the part: a pure function of its documents. Keys are "region\nid". */
struct emr_state {
	struct map *security;      /* struct emr_doc: {Name, SecurityConfiguration, CreationDateTime} */
	struct map *public_access; /* … {BlockPublicAccessConfiguration, Metadata}, id "" */
	struct map *notebooks;     /* … as DescribeNotebookExecution shows it */
	struct map *studios;       /* … as DescribeStudio shows it */
	struct map *mappings;      /* … as GetStudioSessionMapping shows it, id "STUDIO/TYPE/id or name/IDENTITY" */
	int64_t health_at;         /* wall ms of the next look at the nodes' health; 0: none */
};

struct emr_doc {
	char *region, *id;
	char mark[20];             /* stands for the id in markers: names may be long and hold anything */
	cJSON *body;
};

struct emr_state *emr_state(struct control *ctl);
const cJSON *emr_doc_get(const struct map *m, const char *region, const char *id);   /* NULL when absent */
/* In memory and in the journal. body is taken; kind is one of the KIND_… below. */
void emr_doc_put(struct control *ctl, struct map *m, const char *kind, const char *region, const char *id,
                 cJSON *body);
void emr_doc_drop(struct control *ctl, struct map *m, const char *kind, const char *region, const char *id);
/* Those of a region, newest first; the array is the caller's to vec_free. */
struct emr_docs {
	struct emr_doc **items;
	size_t len, cap;
};
void emr_docs_of(const struct map *m, const char *region, struct emr_docs *out);
const char *emr_doc_mark_at(void *list, size_t i);           /* for emr_page over struct emr_docs */

#define KIND_SECURITY "security-configuration"
#define KIND_PUBLIC_ACCESS "block-public-access"
#define KIND_NOTEBOOK "notebook-execution"
#define KIND_STUDIO "studio"
#define KIND_MAPPING "studio-session-mapping"

/* A copy of those members of an object that are not null; names ends with NULL. Caller: cJSON_Delete. */
cJSON *emr_members(const cJSON *from, const char *const *names);
/* A page of docs, which it frees, under `member`: of each the members in `shown`. */
int emr_answer_page(const cJSON *in, const char *operation, struct emr_docs *docs, const char *member,
                    const char *const *shown, cJSON *out, struct error *err);
int emr_check_tags(const cJSON *tags, struct error *err);    /* [{Key, Value}], or NULL */

/* An operation changed this cluster: journal it, and take the change back when the journal refuses. Call it
 * before the change. */
void emr_cluster_changes(struct control *ctl, struct cluster *c, struct call *call);
char *emr_user_arn(const struct call *call);                 /* of the caller; free() */

extern const struct op emr_tag_ops[], emr_idle_ops[], emr_security_ops[], emr_release_ops[],
                       emr_public_access_ops[], emr_notebook_ops[], emr_job_flow_ops[], emr_studio_ops[];

#endif
