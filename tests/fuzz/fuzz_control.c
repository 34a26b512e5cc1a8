/* Whole calls, one a line, against a control plane whose workers are fake:
 *     Target {json}     a call of the owner; j-@0 in it is the id of the first cluster, s-@2 of the third step, and so
 *                       on with ig-, if- and i-
 *     +MS               time passes, and what is due runs
 *     =STATUS           every container that runs ends with that status
 * Every call is answered, and never with a failure of the server's own; what lists say is the same after a restart.
 * Nothing leaves the process: no programs are started, no connections made, no folders outside its own.
 *
 * Inputs are changed as JSON as well as bytes: a value becomes an odd one, or goes, or another of the same input. */
#include <errno.h>
#include <netdb.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NO_EVENT_WATCH /* it looks at states behind the turns of one test */
#include "tests/unit/control_fixture.h"

#include "core/control/part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

#define START 1790000000000LL
#define DAY_MS 86400000LL
#define MAX_CALLS 40

/* ---- the outside world ---- */

static const char *home;

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
                char *const argv[], char *const envp[])
{
	(void)pid;
	(void)path;
	(void)actions;
	(void)attr;
	(void)argv;
	(void)envp;
	return ENOENT;
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	(void)fd;
	(void)addr;
	(void)len;
	errno = ECONNREFUSED;
	return -1;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	(void)node;
	(void)service;
	(void)hints;
	(void)res;
	return EAI_NONAME;
}

int mkdir(const char *path, mode_t mode)
{
	if (home && strncmp(path, home, strlen(home))) {
		struct stat st;
		errno = stat(path, &st) ? EACCES : EEXIST;
		return -1;
	}
	return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* ---- ids ---- */

/* The id of the n-th thing of a kind, or NULL. */
static const char *nth_id(struct control *ctl, const char *kind, size_t n)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		bool groups = !strcmp(kind, "ig") || !strcmp(kind, "if");
		size_t have = !strcmp(kind, "j") ? 1 : !strcmp(kind, "s") ? c->steps.len : groups ? c->groups.len
		                                                                                   : c->instances.len;
		if (n >= have) {
			n -= have;
			continue;
		}
		return *kind == 'j' ? c->id : *kind == 's' ? ((struct step *)c->steps.items[n])->id
		       : groups ? ((struct instance_group *)c->groups.items[n])->id : ((struct instance *)c->instances.items[n])->id;
	}
	return NULL;
}

/* One id at p ("ig-@12"): its length, or 0 when there is none. */
static size_t add_id(struct control *ctl, const char *p, struct buf *out)
{
	static const char *const kinds[] = { "ig", "if", "i", "j", "s" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i]);
		if (strncmp(p, kinds[i], n) || strncmp(p + n, "-@", 2) || p[n + 2] < '0' || p[n + 2] > '9')
			continue;
		char *end;
		const char *id = nth_id(ctl, kinds[i], (size_t)strtoul(p + n + 2, &end, 10));
		buf_adds(out, id ? id : "j-NONE");
		return (size_t)(end - p);
	}
	return 0;
}

static void with_ids(struct control *ctl, const char *p, struct buf *out)
{
	while (*p) {
		size_t n = add_id(ctl, p, out);
		if (!n)
			buf_add(out, p, 1);
		p += n ? n : 1;
	}
}

/* ---- one input ---- */

static void must(struct fixture *f, bool ok, const char *what, const char *line)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n  answer %d %s: %s\n", what, line, f->status, f->error, f->message);
	abort();
}

static void come_up(struct fixture *f)
{
	size_t it = 0, n = 0;
	void *v;
	char *ids[64];

	while (n < 64 && map_next(f->ctl->clusters, &it, NULL, &v))
		ids[n++] = xstrdup(((struct cluster *)v)->id);
	for (size_t i = 0; i < n; i++) {
		struct cluster *c = find_cluster(f->ctl, ids[i]);
		if (c && c->instances.len < 100)
			hello_all(f, c);
		free(ids[i]);
	}
}

static void call(struct fixture *f, const char *line)
{
	static const struct control_caller owner = { .local = true, .user = "owner", .region = "us-east-1" };
	struct buf b = BUF_INIT;

	with_ids(f->ctl, line, &b);
	const char *text = buf_str(&b), *body = strchr(text, ' ');
	char *target = body ? xstrndup(text, (size_t)(body - text)) : xstrdup(text);
	bool watches = !strcmp(target, "Stoker.WatchState");

	body = body ? body + 1 : "";
	f->status = 0;
	control_call(f->ctl, target, body, strlen(body), &owner, on_reply, f);
	control_turn(f->ctl);
	must(f, f->status != 0 || watches, "no answer", text);
	must(f, f->status < 500, "a failure of the server", text);
	must(f, f->status <= 200 || (f->error[0] && f->message[0]), "an error without words", text);
	free(target);
	buf_free(&b);
	come_up(f);
}

static void pass(struct fixture *f, int64_t ms)
{
	if (ms < 0 || ms > 40 * DAY_MS)
		return;
	set_clock(now_ms + ms);
	for (int i = 0; i < 3; i++) {
		int64_t due = parts_due(f->ctl);
		if (due && due <= now_ms)
			parts_run(f->ctl, now_ms);
		control_turn(f->ctl);
	}
	come_up(f);
}

static void end_all(struct fixture *f, int status)
{
	size_t it = 0, n = 0;
	void *v;
	struct exec *list[32];

	while (n < 32 && map_next(f->ctl->containers, &it, NULL, &v))
		list[n++] = v;
	for (size_t i = 0; i < n; i++)
		exec_ended(f->ctl, list[i], status, 0, NULL);
	control_turn(f->ctl);
	come_up(f);
}

static void run_line(struct fixture *f, const char *line)
{
	if (*line == '+')
		pass(f, strtoll(line + 1, NULL, 10));
	else if (*line == '=')
		end_all(f, (int)strtol(line + 1, NULL, 10) & 0xff);
	else if (*line)
		call(f, line);
	clear_sent(f);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The items of a list in the order of their texts: which order they have is not promised. */
static void add_sorted(const cJSON *list, struct buf *out)
{
	struct str_list texts = { 0 };

	for (const cJSON *x = list ? list->child : NULL; x; x = x->next)
		vec_push(&texts, json_print(x));
	if (texts.len)
		qsort(texts.items, texts.len, sizeof *texts.items, by_text);
	for (size_t i = 0; i < texts.len; i++)
		buf_addf(out, "  %s\n", texts.items[i]);
	str_list_free(&texts);
}

/* What is in documents, as people see it. */
static char *lists(struct fixture *f)
{
	static const char *const all[] = {
		"Stoker.ListKeys", "Stoker.ListPolicies", "Stoker.ListSchedules", "Stoker.ListTopics", "Stoker.ListBudgets",
		"Stoker.ListDeadLetters", "Stoker.ListSpotInterruptions", "GraniteServiceVersion20100801.DescribeAlarms",
		"ElasticMapReduce.ListSecurityConfigurations",
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		call(f, all[i]);
		must(f, f->status == 200, "a list that is refused", all[i]);
		buf_addf(&b, "%s\n", all[i]);
		for (const cJSON *list = f->reply->child; list; list = list->next)
			add_sorted(list, &b);
	}
	return buf_steal(&b);
}

static void check_restart(struct fixture *f)
{
	char *before = lists(f), *after;

	close_control(f);
	open_control(f);
	after = lists(f);
	if (strcmp(before, after)) {
		fprintf(stderr, "before the restart:\n%s\nafter it:\n%s\n", before, after);
		abort();
	}
	free(before);
	free(after);
}

static struct fixture *begin(void)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	bool memory = !access("/dev/shm", W_OK);    /* the journal waits for its disk otherwise */

	snprintf(f->dir, sizeof f->dir, "%s/stoker-fuzz-XXXXXX", memory ? "/dev/shm" : "/tmp");
	home = NULL;
	if (!mkdtemp(f->dir))
		abort();
	home = f->dir;
	f->next_pid = 4000000;
	F = f;
	set_clock(START);
	uv_loop_init(&f->loop);
	open_control(f);
	return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *line = text, *next;
	void *state;

	log_to("/dev/null");
	struct fixture *f = begin();
	for (int i = 0; line && i < MAX_CALLS; i++, line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		run_line(f, line);
	}
	check_restart(f);
	state = f;
	teardown(&state);
	free(text);
	return 0;
}

/* ---- inputs changed as JSON ---- */

static unsigned dice;

static unsigned roll(unsigned n)
{
	dice = dice * 1664525u + 1013904223u;
	return (dice >> 8) % n;
}

static size_t count_nodes(const cJSON *v)
{
	size_t n = 0;

	for (const cJSON *x = v->child; x; x = x->next)
		n += 1 + count_nodes(x);
	return n;
}

/* The n-th value below v, in order; *parent is where it lies. */
static cJSON *nth_node(cJSON *v, size_t *n, cJSON **parent)
{
	for (cJSON *x = v->child; x; x = x->next) {
		if (!(*n)--) {
			*parent = v;
			return x;
		}
		cJSON *below = nth_node(x, n, parent);
		if (below)
			return below;
	}
	return NULL;
}

static cJSON *odd_value(void)
{
	static const double numbers[] = { 0, -1, 1, 2147483647, -2147483648.0, 4294967296.0, 9007199254740993.0, 1e300, 0.5,
	                                  60, 3600, 1790000000, 1790000000000, 100, 1000001 };
	static const char *const texts[] = { "", "j-@0", "s-@0", "ig-@1", "if-@0", "i-@0", "*", "NaN", "1790000000",
	                                     "cron(0 12 * * ? *)", "rate(1 minute)", "../../x", "s3://b/k", "us-west-2",
	                                     "2026-09-21T14:00:00Z", "%s%n", "m5.xlarge", "SPOT", "\xc3\xa9", "0" };

	switch (roll(6)) {
	case 0: return cJSON_CreateNull();
	case 1: return cJSON_CreateBool(roll(2));
	case 2: return roll(2) ? cJSON_CreateArray() : cJSON_CreateObject();
	case 3: return cJSON_CreateNumber(numbers[roll(sizeof numbers / sizeof *numbers)]);
	default: return cJSON_CreateString(texts[roll(sizeof texts / sizeof *texts)]);
	}
}

static void change_value(cJSON *in)
{
	cJSON *parent = NULL, *other_parent = NULL;
	size_t n = count_nodes(in), at = n ? roll((unsigned)n) : 0;
	cJSON *x = n ? nth_node(in, &at, &parent) : NULL;

	if (!x)
		return;
	if (!roll(5)) {
		cJSON_Delete(cJSON_DetachItemViaPointer(parent, x));
		return;
	}
	at = roll((unsigned)n);
	cJSON *other = nth_node(in, &at, &other_parent);
	cJSON *fresh = roll(3) || !other ? odd_value() : cJSON_Duplicate(other, true);
	if (cJSON_IsArray(parent) && roll(2)) {
		cJSON_AddItemToArray(parent, fresh);
	} else if (cJSON_IsArray(parent)) {
		cJSON_ReplaceItemViaPointer(parent, x, fresh);
	} else {
		char *key = xstrdup(x->string);
		cJSON_ReplaceItemInObjectCaseSensitive(parent, key, fresh);
		free(key);
	}
}

/* One of the lines, its JSON changed: the whole text, or NULL when it is none. */
static char *change_line(const char *text)
{
	size_t lines = 1, pick, len;
	const char *p = text, *json;

	for (const char *q = text; (q = strchr(q, '\n')); q++)
		lines++;
	for (pick = roll((unsigned)lines); pick; pick--)
		p = strchr(p, '\n') + 1;
	len = strcspn(p, "\n");
	json = memchr(p, ' ', len);
	cJSON *in = json ? json_parse(json + 1, len - (size_t)(json + 1 - p), NULL) : NULL;
	if (!cJSON_IsObject(in)) {
		cJSON_Delete(in);
		return NULL;
	}
	for (unsigned i = 1 + roll(3); i; i--)
		change_value(in);
	char *body = json_print(in);
	char *out = xasprintf("%.*s%s%s", (int)(json + 1 - text), text, body, p + len);
	cJSON_Delete(in);
	free(body);
	return out;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	dice = seed;
	char *text = roll(4) ? xstrndup((const char *)data, size) : NULL, *changed = text ? change_line(text) : NULL;
	size_t n = changed ? strlen(changed) : 0;

	free(text);
	if (changed && n <= max) {
		memcpy(data, changed, n);
		free(changed);
		return n;
	}
	free(changed);
	return LLVMFuzzerMutate(data, size, max);
}
