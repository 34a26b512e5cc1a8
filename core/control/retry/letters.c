/* Dead letters: what a person needs to understand a failed step and to run it again. The letter is a
 * document; what is large and seldom read (log tails, the cluster's configurations) is a record beside it, so
 * that memory holds neither. */
#include "core/control/retry/inner.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/control/notify/notify.h"

#define KIND "dead-letter"
#define TAIL_BYTES 16384

static const char *const state_items[] = { "PENDING", "REPLAYED", "DISCARDED" };
const struct names letter_state_names = { state_items, LETTER_STATES };

void letter_free(void *p)
{
	struct letter *l = p;

	if (l)
		free(l->text);
	free(l);
}

cJSON *letter_open(const struct letter *l)
{
	cJSON *body = json_parse(l->text, strlen(l->text), NULL);

	return body ? body : cJSON_CreateObject();
}

/* What lists are filtered by. */
static void take(struct letter *l, const cJSON *body)
{
	int class = names_parse(&failure_class_names, json_str(body, "Class", ""));
	int state = names_parse(&letter_state_names, json_str(body, "State", ""));

	snprintf(l->cluster_id, sizeof l->cluster_id, "%s", json_str(body, "ClusterId", ""));
	l->class = class < 0 ? FAILURE_NON_RETRYABLE : (enum failure_class)class;
	l->state = state < 0 ? LETTER_PENDING : (enum letter_state)state;
	free(l->text);
	l->text = json_print(body);
}

struct letter *letter_from_doc(const char *region, const char *id, const cJSON *body)
{
	struct letter *l = xcalloc(1, sizeof *l);

	snprintf(l->id, sizeof l->id, "%s", id);
	snprintf(l->region, sizeof l->region, "%s", region);
	l->time = (int64_t)(json_num(body, "Time", 0) * 1000 + 0.5);
	l->seq = json_int(body, "Seq", 0);
	take(l, body);
	return l;
}

int letters_by_seq(const void *a, const void *b)
{
	const struct letter *x = *(struct letter *const *)a, *y = *(struct letter *const *)b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

void letter_store(struct control *ctl, struct letter *l, cJSON *body)
{
	size_t *bytes = &retry_state_of(ctl)->letter_bytes;

	*bytes -= l->text ? strlen(l->text) : 0;
	take(l, body);
	*bytes += strlen(l->text);
	doc_put(ctl, KIND, l->region, l->id, body);
	cJSON_Delete(body);
}

static void drop(struct control *ctl, struct letter *l)
{
	struct retry_state *st = retry_state_of(ctl);

	doc_drop(ctl, KIND, l->region, l->id);
	st->letter_bytes -= strlen(l->text);
	map_remove(st->letters, l->id);
	letter_free(l);
}

/* ---- writing one ---- */

static void add_clean(cJSON *o, const char *name, const char *text, size_t n)
{
	struct buf b = BUF_INIT;
	const char *line = text, *end = text + n;

	while (line < end) { /* line by line: cleaning takes line ends for control characters */
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		utf8_clean(&b, line, (size_t)((nl ? nl : end) - line));
		if (nl)
			buf_addc(&b, '\n');
		line = nl ? nl + 1 : end;
	}
	json_add_str(o, name, buf_str(&b));
	buf_free(&b);
}

/* The last whole lines of a log. */
static void add_tail(struct control *ctl, struct cluster *c, struct step *s, const char *log, cJSON *out)
{
	char *path = path_step_log(ctl, c, s, log), *data = xmalloc(TAIL_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0) {
		off_t from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
		ssize_t n = pread(fd, data, TAIL_BYTES, from);
		const char *first = n > 0 && from ? memchr(data, '\n', (size_t)n) : NULL;
		size_t skip = first ? (size_t)(first + 1 - data) : 0;
		if (n > 0)
			add_clean(out, log, data + skip, (size_t)n - skip);
	}
	if (fd >= 0)
		close(fd);
	free(data);
	free(path);
}

static void keep_details(struct control *ctl, struct cluster *c, struct step *s, const struct letter *l)
{
	cJSON *body = cJSON_CreateObject(), *log = cJSON_CreateObject();

	add_tail(ctl, c, s, "controller", log);
	add_tail(ctl, c, s, "stderr", log);
	json_add(body, "Log", log);
	json_add(body, "Configurations", emr_encode_configurations(&c->configurations));
	record_add(ctl, KIND, l->region, l->id, l->time, body);
	cJSON_Delete(body);
}

/* A step that failed says why; one that was interrupted ended with its cluster. */
static void add_reason(const struct cluster *c, const struct step *s, const cJSON *last, cJSON *o)
{
	char *message;

	if (s->state == STEP_FAILED) {
		json_add_str(o, "Class", json_str(last, "Class", "NON_RETRYABLE"));
		json_add_str(o, "Reason", s->failure_reason);
		json_add_str(o, "Message", s->failure_message);
		return;
	}
	message = xasprintf("The cluster ended while the step ran%s%s", c->reason_message ? ": " : ".",
	                    c->reason_message ? c->reason_message : "");
	json_add_str(o, "Class", names_get(&failure_class_names, FAILURE_RETRYABLE));
	json_add_str(o, "Reason", names_get(&cluster_reason_names, (int)c->reason));
	json_add_str(o, "Message", message);
	free(message);
}

static cJSON *describe(const struct cluster *c, const struct step *s, const struct trying *t, const char *id)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "DeadLetterId", id);
	const cJSON *last = t ? cJSON_GetArrayItem(t->attempts, cJSON_GetArraySize(t->attempts) - 1) : NULL;

	json_add_time(o, "Time", s->timeline.ended);
	json_add_str(o, "ClusterId", c->id);
	json_add_str(o, "ClusterName", c->name);
	json_add_str(o, "StepId", s->id);
	json_add_str(o, "StepName", s->name);
	add_reason(c, s, last, o);
	json_add_str(o, "LogFile", s->failure_log);
	json_add(o, "Attempts", t ? cJSON_Duplicate(t->attempts, true) : cJSON_CreateArray());
	json_add(o, "Step", emr_request_step(s));
	json_add_str(o, "ExecutionRoleArn", s->execution_role_arn);
	json_add_str(o, "State", "PENDING");
	return o;
}

static void tell(struct control *ctl, const struct letter *l, const cJSON *body, const char *topic)
{
	char *subject = xasprintf("Step %s of cluster %s failed", json_str(body, "StepName", ""),
	                          json_str(body, "ClusterName", ""));

	notify_send(ctl, l->region, topic, subject, body);
	free(subject);
}

/* The oldest makes room, a closed one before one that waits for somebody. */
static void make_room(struct control *ctl)
{
	struct retry_state *st = retry_state_of(ctl);
	struct letter *oldest = NULL;
	size_t it = 0;
	void *v;

	while (map_next(st->letters, &it, NULL, &v)) {
		oldest = oldest ? oldest : v;
		if (((struct letter *)v)->state != LETTER_PENDING) {
			oldest = v;
			break;
		}
	}
	if (oldest->state == LETTER_PENDING)
		event_add(ctl, SEVERITY_WARN, oldest->cluster_id, oldest->id, EVENT_LETTER,
		          "Dead letter %s was let go, though nobody has closed it: no more than %zu of %zu MB are kept",
		          oldest->id, st->letters_max, st->bytes_max >> 20);
	drop(ctl, oldest);
}

void letter_write(struct control *ctl, struct cluster *c, struct step *s, const struct trying *t)
{
	struct retry_policy p;

	if (retry_policy_of(c, s, &p, NULL)) /* of a journal that was not checked: keep the letter all the same */
		p = (struct retry_policy){ .dead_letter = true };
	if (!p.dead_letter)
		return;
	struct retry_state *st = retry_state_of(ctl);
	while (map_len(st->letters) >= st->letters_max || (map_len(st->letters) &&
	                                                   st->letter_bytes > st->bytes_max))
		make_room(ctl);
	struct letter *l = xcalloc(1, sizeof *l);
	id_make(l->id, sizeof l->id, "dl-", 13);
	snprintf(l->region, sizeof l->region, "%s", c->region);
	l->time = s->timeline.ended;
	l->seq = ++st->letter_seq;
	cJSON *body = json_add_int(describe(c, s, t, l->id), "Seq", l->seq);
	map_set(st->letters, l->id, l);
	letter_store(ctl, l, cJSON_Duplicate(body, true));
	keep_details(ctl, c, s, l);
	struct acting before = actor_begin(ctl, "stoker:retry", s->failure_message);
	event_add(ctl, SEVERITY_WARN, c->id, l->id, EVENT_LETTER, "Step %s (%s) left dead letter %s (%s)", s->id,
	          s->name, l->id, names_get(&failure_class_names, (int)l->class));
	actor_end(ctl, &before);
	if (p.topic)
		tell(ctl, l, body, p.topic);
	cJSON_Delete(body);
}

/* ---- the end of one ---- */

void letter_close(struct control *ctl, struct letter *l, cJSON *body, enum letter_state state,
                  const char *note)
{
	cJSON_DeleteItemFromObjectCaseSensitive(body, "State");
	json_add_str(body, "State", names_get(&letter_state_names, (int)state));
	json_add_time(body, "ClosedAt", clock_now_ms());
	json_add_str(body, "ClosedBy", actor_of(ctl));
	json_add_str(body, "Note", note);
	letter_store(ctl, l, body);
}

void letters_trim(struct control *ctl, int64_t now)
{
	struct retry_state *st = retry_state_of(ctl);
	size_t it = 0;
	void *v;

	while (map_next(st->letters, &it, NULL, &v)) {
		struct letter *l = v;
		if (now - l->time <= LETTERS_KEEP_MS)
			continue;
		drop(ctl, l);
	}
	store_trim_records(ctl->store, KIND, now - LETTERS_KEEP_MS);
}
