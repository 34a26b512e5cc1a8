/* What the files of this part share; README.md beside tells how a run comes about. */
#ifndef CORE_CONTROL_SCHEDULE_INNER_H
#define CORE_CONTROL_SCHEDULE_INNER_H

#include "core/control/part.h"
#include "core/model/cron.h"

#define SCHEDULE_NAME_MAX 64
#define SCHEDULES_MAX 1000
#define QUEUED_MAX 100                       /* runs of one schedule that wait for an earlier one */
#define ON_TIME_MS (5 * 60000LL)             /* a run that is less late is no missed one */
#define SET_BACK_MS 3600000LL                /* a clock that was set back by more begins anew */
#define MISSED_LISTED 100                    /* missed runs that get a record each; older ones share one */
#define RUNS_KEEP_MS (60LL * 24 * 3600 * 1000)
#define EVENT_SCHEDULE "Stoker Schedule Change"

enum catch_up { CATCH_UP_SKIP, CATCH_UP_ONE, CATCH_UP_ALL };
enum overlap { OVERLAP_ALLOW, OVERLAP_SKIP, OVERLAP_QUEUE, OVERLAP_CANCEL_PREVIOUS };
enum run_state { RUN_QUEUED, RUN_STARTED, RUN_SUCCEEDED, RUN_FAILED, RUN_SKIPPED, RUN_MISSED };
extern const struct names catch_up_names, overlap_names, run_state_names;

/* A document "schedule" by its name. */
struct schedule {
	char name[SCHEDULE_NAME_MAX + 1], region[MODEL_REGION_SIZE];
	cJSON *put;                /* the members of PutSchedule */
	char maker[64];            /* user of the key that put it; "": the owner */
	struct cron cron;
	struct tz *zone;
	bool enabled;
	enum catch_up catch_up;
	enum overlap overlap;
	int64_t window_ms;
	int64_t created_at;
	int64_t after;             /* every run up to this time has been decided upon */
	int64_t next_at;           /* 0: none */
	int failures;              /* in a row */
	int64_t failing_since;     /* the end of the first of them */
	cJSON *last_run;           /* the last that ended; NULL */
};

/* A document "schedule-run" by its id until it has ended; then a record of that kind, subject its schedule.
 * */
struct run {
	char id[MODEL_ID_SIZE], region[MODEL_REGION_SIZE], schedule[SCHEDULE_NAME_MAX + 1];
	int64_t scheduled_for, started_at, ended_at;
	enum run_state state;
	char *reason;
	char cluster_id[MODEL_ID_SIZE];
	struct str_list step_ids;
	bool own_cluster;          /* it ends with its cluster, not with its steps */
};

struct schedule_state {
	struct map *schedules;     /* "region/name" → struct schedule */
	struct map *runs;          /* id → struct run: queued and started ones, oldest first */
	bool check;                /* something ended: look at the runs */
	int64_t due_at;
	bool due_known;
	int64_t seen_until;        /* the latest `after` of an enabled one; valid when due_known */
	int64_t trim_at;
};

struct schedule_state *schedule_state_of(struct control *ctl);

/* ---- schedule.c ---- */
void schedule_free(void *s);
/* Read the members of PutSchedule. ERR_INVALID with a ValidationException. */
struct schedule *schedule_read(const char *region, const cJSON *put, struct error *err);
struct schedule *schedule_from_doc(const char *region, const cJSON *body);
void schedule_save(struct control *ctl, struct schedule *s);    /* also works out when it runs next */
struct schedule *schedule_find(struct control *ctl, const char *region, const char *name);
void schedule_put(struct control *ctl, struct schedule *s);     /* into the map; frees the one it replaces */

/* ---- fill.c ---- */
struct fill {
	const struct schedule *schedule;
	const char *run_id;
	int64_t scheduled_for;
};
/* The target's request with placeholders filled in. NULL: one is not known. */
cJSON *fill_request(const struct fill *f, struct error *err);

/* ---- target.c ---- */
/* Run the operation as a part of `call` (of PutSchedule's trial, of RunScheduleNow, or of the server's own).
 * */
int target_run(struct control *ctl, const struct schedule *s, struct run *r, struct call *call,
               struct error *err);
int target_start(struct control *ctl, const struct schedule *s, struct run *r, struct error *err);
/* Would it be taken now? What the operation refuses, it refuses here. */
int target_try(struct control *ctl, const struct schedule *s, struct error *err);
void target_cancel(struct control *ctl, const struct run *r, const char *why);
/* How it ended: RUN_STARTED while it goes on; else *reason (free()) for RUN_FAILED. */
enum run_state target_outcome(struct control *ctl, const struct run *r, char **reason);

/* ---- runs.c ---- */
void run_free(void *r);
struct run *run_new(const struct schedule *s, int64_t scheduled_for);
struct run *run_from_doc(const char *region, const char *id, const cJSON *body);
cJSON *run_encode(const struct run *r);
/* queued or started: into the map, a document */
void run_keep(struct control *ctl, struct run *r);
/* It has ended (or never began): a record, the schedule's count, an event, a notice. Frees it. */
void run_end(struct control *ctl, struct run *r, enum run_state state, const char *reason);
/* A time has come: start, queue or skip by the overlap policy. */
void run_due(struct control *ctl, struct schedule *s, int64_t scheduled_for, const char *note);
/* end those that have ended, start queued ones */
void runs_follow(struct control *ctl);
void runs_drop_queued(struct control *ctl, const struct schedule *s, const char *why);

/* ---- alarms.c ---- */
/* Schedules whose last run failed or was missed; registered with cloudwatch. */
void schedule_alarms(struct control *ctl, const char *region, const char *cluster_id, int64_t now,
                     struct alarm_list *out);

/* ---- decide.c ---- */
void schedule_decide(struct control *ctl, struct schedule *s, int64_t now);

/* ---- ops.c ---- */
extern const struct op schedule_ops[];

#endif
