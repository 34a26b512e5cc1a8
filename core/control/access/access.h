/* Who may do what, and who did what: keys, policies, the check before each operation, the audit trail.
 * See README.md in this folder. */
#ifndef CORE_CONTROL_ACCESS_ACCESS_H
#define CORE_CONTROL_ACCESS_ACCESS_H

#include "core/control/ops.h"
#include "core/control/part.h"
#include "core/model/policy.h"

#define EVENT_KEY "Stoker Key State Change"
#define EVENT_POLICY "Stoker Policy State Change"

/* ---- roles.c ---- */
enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN };
extern const struct names role_names;      /* none, viewer, operator, admin */

/* An operation as the check and the trail see it. */
struct operation {
	const char *service;       /* "elasticmapreduce", "cloudwatch", "stoker", "glue" */
	const char *source;        /* as CloudTrail says it: "elasticmapreduce.amazonaws.com" */
	const char *name;          /* "RunJobFlow"; points into the target */
	bool reads;                /* changes nothing: not in the trail */
	bool data;                 /* data, not management: in the trail only when refused, as on CloudTrail */
	enum role role;            /* the least one that may do it */
};
/* false: the target's prefix is none of ours. */
bool operation_find(const char *target, struct operation *out);

/* ---- state ---- */
struct key {
	char id[64], user[64];
	char *secret;
	enum role role;
	struct str_list policies;
	bool active;
	int64_t created, used;     /* ms; used 0: never */
	bool used_unsaved;
};

struct named_policy {
	char *name, *text;         /* text: the document, compact */
	int64_t updated;
	struct policy *compiled;   /* NULL: cannot be read; whoever has it may do nothing */
};

/* What the trail keeps of a call until it is in the journal. */
struct audit {
	char *text;                /* a JSON object without its last brace: all but request, outcome and chain */
	char *request;             /* JSON text without secrets, or NULL */
	char region[MODEL_REGION_SIZE], cluster[MODEL_ID_SIZE];
	char *clusters;            /* JSON list of all clusters that it names, when there are several; or NULL */
	int64_t time;
	char *error_code, *error_message;   /* NULL: success */
	char *response;            /* JSON text without secrets, or NULL */
	bool data;                 /* kept only when it failed */
};

struct access {
	struct map *keys;          /* access key → struct key */
	struct map *policies;      /* name → struct named_policy */
	VEC(struct audit *) trail; /* to be written with the next commit */
	size_t lost;               /* could not be kept while the journal was away */
	char head[65], written[65];     /* hash of the last record; of the last one in this commit */
	int64_t number, written_number; /* its number in the chain, 1… */
	int64_t save_at, trim_at;  /* epoch ms; 0: never */
};
struct access *access_of(const struct control *ctl);
/* Keys and policies are of no region. */
void access_event(struct control *ctl, const char *id, const char *type, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- keys.c ---- */
extern const struct op access_ops[];
int keys_load(struct control *ctl, struct error *err);
void keys_free(struct access *a);
void key_used(struct control *ctl, struct key *k);      /* now */
void keys_save_used(struct control *ctl);
bool key_is_owners(const struct control *ctl, const char *id);
/* What GetEnvironment tells of a key; an error when there is none. */
int key_environment(struct control *ctl, const char *id, cJSON *out, struct error *err);
int op_create_key(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_list_keys(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_update_key(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_delete_key(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);

/* ---- policies.c ---- */
int policies_load(struct control *ctl, struct error *err);
void policies_free(struct access *a);
int op_put_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_list_policies(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_delete_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);

/* ---- check.c ---- */
/* May this call do this? 0, or AccessDeniedException in AWS's words. Says nothing of whether what is named
 * exists. */
int access_check(struct control *ctl, const char *target, const cJSON *in, struct call *call,
                 struct error *err);
/* May a user do this with one of the active keys that he has? For what the server does later in his name. */
int access_check_user(struct control *ctl, const char *user, const char *region, const char *target,
                      const cJSON *in, struct error *err);
/* The clusters that a request names, by their ids or by what is theirs; each once, in its order. Of a request that
 * names too many to look them all up: none. */
void access_clusters(struct control *ctl, const struct operation *op, const cJSON *in, const struct call *call,
                     struct str_list *out);
bool access_is_owner(const struct control *ctl, const struct call *call);    /* or the server itself */
/* Is this the owner, the server itself, or an active key with the role admin? Who is not sees settings without the
 * secrets in them. */
bool access_is_admin(struct control *ctl, const struct call *call);

/* ---- audit.c ---- */
#define AUDIT_SHARED "*"           /* the subject of records that are of several clusters */
/* Keep what a call asks for. `in` NULL: its body could not be read. */
void audit_begin(struct control *ctl, const char *target, const cJSON *in, struct call *call);
/* The call has its answer: err NULL for success. */
void audit_end(struct control *ctl, struct call *call, const struct error *err);
/* For journal.c: into the open transaction; and, when that was committed, out of memory. */
void audit_write(struct control *ctl);
void audit_written(struct control *ctl);
bool audit_waiting(const struct control *ctl);
/* The journal refused what the call did: it is a failure now. */
void audit_refused(struct call *call, const struct error *err);
int audit_load(struct control *ctl, struct error *err);
void audit_free(struct access *a);
void audit_trim(struct control *ctl, int64_t now);

/* ---- audit_read.c ---- */
int op_list_audit(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_verify_audit(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);

/* ---- redact.c ---- */
/* A copy without secrets: members and arguments whose names say that they hold one. */
cJSON *redact(const cJSON *v);
/* Is this the name of a secret? */
bool redact_name(const char *name, size_t n);
/* Of a webhook only its host, of a shell line only its program. free() */
char *redact_webhook(const char *url);
char *redact_command(const char *line);

#endif
