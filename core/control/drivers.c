/* Drivers: the running jobs' side of the conversation. Grants of executors, checkpoints, progress, and the
 * catalogue. A shell session is a driver without a step. */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/size.h"
#include "core/control/state.h"

struct driver *driver_of(struct control *ctl, const char *container)
{
	for (size_t i = 0; i < ctl->drivers.len; i++)
		if (ctl->drivers.items[i]->exec && !strcmp(ctl->drivers.items[i]->exec->m->id, container))
			return ctl->drivers.items[i];
	return NULL;
}

/* ---- executors ---- */

static bool executor_of(const struct exec *x, const struct exec *driver)
{
	return x->m->kind == CONTAINER_EXECUTOR && !strcmp(x->m->parent, driver->m->id) && !x->kill_sent;
}

static int count_executors(struct control *ctl, const struct exec *driver)
{
	int n = 0;
	size_t it = 0;
	void *v;

	while (map_next(ctl->containers, &it, NULL, &v))
		n += executor_of(v, driver);
	return n;
}

/* Core and task nodes do the work; the primary only where it is alone. Most free memory first. */
static struct node *place(struct cluster *c)
{
	struct node *best = NULL;
	bool workers = false;

	for (size_t i = 0; i < c->groups.len; i++)
		workers |= c->groups.items[i]->role != ROLE_MASTER && c->groups.items[i]->requested > 0;
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (!n || n->m->state != INSTANCE_RUNNING || !n->link || n->draining || n->stopping ||
		    n->health.since)
			continue;
		if (workers && n->m->role == ROLE_MASTER)
			continue;
		if (!best || n->m->mem_mb - n->mem_used > best->m->mem_mb - best->mem_used)
			best = n;
	}
	return best;
}

static void launch_executor(struct control *ctl, struct exec *driver, struct exec *x)
{
	struct cluster *c = driver->c;
	char number[16], vcpu[16], mem[16], rel[256];
	cJSON *argv = cJSON_CreateArray(), *env = cJSON_CreateObject();

	snprintf(number, sizeof number, "%d", x->m->number);
	snprintf(vcpu, sizeof vcpu, "%d", x->m->vcpu);
	snprintf(mem, sizeof mem, "%d", x->m->mem_mb);
	snprintf(rel, sizeof rel, "nodes/%s/tmp/%s", x->node->m->id, x->m->id);
	char *temp = path_cluster(ctl, c, rel);
	char *sock = xasprintf("%s/run/%s.sock", ctl->home, driver->m->id);
	char *logs = path_node_log(ctl, c, x->node->m, "containers");
	char *dir = xasprintf("%s/%s", logs, x->m->id);
	char *out = xasprintf("%s/stdout", dir), *err = xasprintf("%s/stderr", dir);
	const char *own[] = { ctl->program, "executor", "--id", number, "--container", x->m->id, "--connect",
	                      sock, "--vcpu", vcpu, "--mem-mb", mem, "--temp", temp };
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		cJSON_AddItemToArray(argv, cJSON_CreateString(own[i]));
	json_add_str(env, "STOKER_HOME", ctl->home);
	json_add_str(env, "STOKER_CLUSTER_ID", c->id);
	json_add_str(env, "STOKER_TOKEN", driver->m->token);
	fs_mkdirs(temp, 0700, NULL);
	fs_mkdirs(dir, 0755, NULL);
	exec_launch(ctl, x, argv, env, temp, out, err); /* its folder is where it spills */
	free(err);
	free(out);
	free(dir);
	free(logs);
	free(sock);
	free(temp);
}

static void say_leaving(struct control *ctl, struct driver *d, const struct exec *x)
{
	cJSON *msg = message("executor_leaving");
	char id[16];

	snprintf(id, sizeof id, "%d", x->m->number);
	send_driver(ctl, d, json_add_str(msg, "id", id));
}

void driver_executor_leaving(struct control *ctl, struct exec *e)
{
	struct driver *d = e->m->kind == CONTAINER_EXECUTOR && !e->kill_sent ? driver_of(ctl, e->m->parent) : NULL;

	if (d)
		say_leaving(ctl, d, e);
}

/* One more executor for a driver, where and as large as it fits now; NULL when it does not. */
static struct exec *grant(struct control *ctl, struct exec *driver, int number, int want_mb, int want_vcpu)
{
	struct node *n = place(driver->c);

	if (!n)
		return NULL;
	int mb = resources_size(want_mb, n->m->mem_mb, n->m->mem_mb - n->mem_used, ctl->budget_mb,
	                        resources_free(ctl));
	int vcpu = want_vcpu > 0 && want_vcpu < n->m->vcpu ? want_vcpu : n->m->vcpu;
	struct exec *x = mb ? exec_create(ctl, n, CONTAINER_EXECUTOR, driver->step, mb, vcpu) : NULL;
	if (!x)
		return NULL;
	x->m->number = number;
	strcpy(x->m->parent, driver->m->id);
	launch_executor(ctl, driver, x);
	return x;
}

static void announce(struct control *ctl, struct driver *d, struct exec *x)
{
	cJSON *msg = message("executor");
	char id[16];

	snprintf(id, sizeof id, "%d", x->m->number);
	json_add_str(msg, "id", id);
	json_add_str(msg, "container", x->m->id);
	json_add_str(msg, "host", x->node ? x->node->m->private_dns : "");
	json_add_int(msg, "vcpu", x->m->vcpu);
	json_add_int(msg, "mem_mb", x->m->mem_mb);
	send_driver(ctl, d, msg);
}

/* The value of a setting in a step's arguments: "OPTION value" or "--conf KEY=value"; NULL when it has none. */
static const char *asked(const struct step *s, const char *option, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i + 1 < s->args.len; i++) {
		const char *word = s->args.items[i], *next = s->args.items[i + 1];
		if (!strcmp(word, option))
			return next;
		if (!strcmp(word, "--conf") && !strncmp(next, key, len) && next[len] == '=')
			return next + len + 1;
	}
	return NULL;
}

/* Nearly every job begins with one executor: it starts beside its driver, as large as the step's arguments say, else
 * of the usual size. When there is no room now the driver asks as it would have. */
void driver_prelaunch(struct control *ctl, struct exec *driver)
{
	const char *memory = asked(driver->step, "--executor-memory", "spark.executor.memory");
	const char *cores = asked(driver->step, "--executor-cores", "spark.executor.cores");
	int mb = memory ? size_mb(memory) : 0;

	grant(ctl, driver, 1, mb > 0 ? mb : 0, cores ? atoi(cores) : 0);
}

void driver_schedule(struct control *ctl, struct cluster *c)
{
	for (size_t i = 0; i < ctl->drivers.len; i++) {
		struct driver *d = ctl->drivers.items[i];
		if (!d->exec || d->exec->c != c || !d->want)
			continue;
		int have = count_executors(ctl, d->exec);
		for (; have < d->want; have++) {
			struct exec *x = grant(ctl, d->exec, d->next_number, d->want_mb, d->want_vcpu);
			if (!x)
				break;
			d->next_number++;
			announce(ctl, d, x);
		}
		if (have)
			d->starved_since = 0;
		else if (!d->starved_since)
			d->starved_since = clock_now_ms();
	}
}

void driver_executor_ended(struct control *ctl, struct exec *e, int status, int signal, const char *why)
{
	struct driver *d = driver_of(ctl, e->m->parent);
	char rel[256], id[16];

	snprintf(rel, sizeof rel, "nodes/%s/tmp/%s", e->m->instance_id, e->m->id);
	char *temp = path_cluster(ctl, e->c, rel);
	trash_throw(ctl->trash, temp);
	free(temp);
	if (!d)
		return;
	cJSON *msg = message("executor_lost");
	snprintf(id, sizeof id, "%d", e->m->number);
	json_add_str(msg, "id", id);
	json_add_int(msg, "status", status);
	json_add_int(msg, "signal", signal);
	json_add_str(msg, "reason", why ? why : signal ? "the executor was ended by a signal"
	             : status ? "the executor ended with an error" : "the executor ended");
	send_driver(ctl, d, msg);
	wake_cluster(ctl, e->c);
}

static void release_executor(struct control *ctl, struct driver *d, const char *id)
{
	size_t it = 0;
	void *v;

	while (d->exec && map_next(ctl->containers, &it, NULL, &v)) {
		struct exec *x = v;
		if (executor_of(x, d->exec) && x->m->number == atoi(id)) {
			exec_signal(ctl, x, SIGTERM, false);
			if (d->want > 0)
				d->want--;
			return;
		}
	}
}

/* The driver has said what it wants: tell it what it has already, except for an executor that was started
 * beside it before it spoke and is not what it wants. */
static void tell_executors(struct control *ctl, struct driver *d)
{
	size_t it = 0;
	void *v;

	while (d->exec && map_next(ctl->containers, &it, NULL, &v)) {
		struct exec *x = v;
		if (!executor_of(x, d->exec))
			continue;
		if (x->m->number == 1 && d->next_number == 2 &&
		    ((d->want_mb && d->want_mb != x->m->mem_mb) || (d->want_vcpu && d->want_vcpu != x->m->vcpu)))
			exec_signal(ctl, x, SIGKILL, true);
		else
			announce(ctl, d, x);
		if (x->node && x->node->draining)
			say_leaving(ctl, d, x);
	}
}

/* ---- the catalogue ---- */

static void catalog_error(cJSON *reply, int code, const char *class_name, const char *fmt, const char *db,
                          const char *name)
{
	cJSON *e = cJSON_CreateObject();
	char *text = xasprintf(fmt, db, name);

	json_add_str(e, "code", error_code_name(code));
	json_add_str(e, "class", class_name);
	json_add_str(e, "message", text);
	json_add(reply, "error", e);
	free(text);
}

static void catalog_put(struct control *ctl, const cJSON *msg, const char *db, const char *name, cJSON *reply)
{
	char *old = store_get_table(ctl->store, db, name);

	if (old && !json_bool(msg, "or_replace", false)) {
		catalog_error(reply, ERR_EXISTS, "TABLE_OR_VIEW_ALREADY_EXISTS",
		              "Cannot create table or view `%s`.`%s` because it already exists", db, name);
	} else {
		char *text = json_print(json_obj(msg, "table"));
		store_put_table(ctl->store, db, name, text);
		free(text);
	}
	free(old);
}

static void on_catalog(struct control *ctl, struct driver *d, const cJSON *msg)
{
	const char *op = json_str(msg, "op", ""), *db = json_str(msg, "database", "default");
	const char *name = json_str(msg, "name", "");
	cJSON *reply = json_add_int(message("catalog"), "req", json_int(msg, "req", 0));
	struct str_list names = { 0 };

	if (!strcmp(op, "get")) {
		char *text = store_get_table(ctl->store, db, name);
		if (text)
			json_add(reply, "table", json_parse(text, strlen(text), NULL));
		else
			catalog_error(reply, ERR_NOTFOUND, "TABLE_OR_VIEW_NOT_FOUND",
			              "The table or view `%s`.`%s` cannot be found", db, name);
		free(text);
	} else if (!strcmp(op, "put") && json_obj(msg, "table")) {
		catalog_put(ctl, msg, db, name, reply);
	} else if (!strcmp(op, "drop")) {
		if (!store_drop_table(ctl->store, db, name) && !json_bool(msg, "if_exists", false))
			catalog_error(reply, ERR_NOTFOUND, "TABLE_OR_VIEW_NOT_FOUND",
			              "The table or view `%s`.`%s` cannot be found", db, name);
	} else if (!strcmp(op, "list")) {
		cJSON *a = cJSON_CreateArray();
		store_list_tables(ctl->store, db, &names);
		for (size_t i = 0; i < names.len; i++)
			cJSON_AddItemToArray(a, cJSON_CreateString(names.items[i]));
		json_add(reply, "names", a);
		str_list_free(&names);
	} else {
		catalog_error(reply, ERR_INVALID, "INTERNAL_ERROR", "Unknown catalogue request (%s.%s)", db, name);
	}
	struct error err = ERROR_INIT;
	if (store_dirty(ctl->store) && store_commit(ctl->store, &err)) {
		cJSON_DeleteItemFromObject(reply, "error");
		catalog_error(reply, err.code, "INTERNAL_ERROR", "The catalogue cannot be written (%s.%s)", db,
		              name);
	}
	link_send(d->link, reply, NULL, 0);
	cJSON_Delete(reply);
}

/* ---- messages ---- */

static void on_checkpoint(struct control *ctl, struct driver *d, const cJSON *msg)
{
	int done = json_int32(msg, "done", 0);
	struct step *s = d->exec ? d->exec->step : NULL;

	if (s && done > s->checkpoint) {
		char *path = path_step_log(ctl, d->exec->c, s, "stdout");
		struct stat st;
		s->checkpoint = done;
		step_keep_totals(s, msg);
		s->output = stat(path, &st) ? 0 : st.st_size;
		free(path);
		mark_dirty(ctl, OBJECT_STEP, s);
	}
	send_driver(ctl, d, json_add_int(message("ack"), "done", done));
}

static void on_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct driver *d = ctx;
	struct control *ctl = d->ctl;
	const char *type = json_str(msg, "type", "");
	struct step *s = d->exec ? d->exec->step : NULL;

	(void)l;
	(void)data;
	(void)len;
	if (!strcmp(type, "request_executors")) {
		d->want = json_int32(msg, "count", 0);
		d->want_vcpu = json_int32(msg, "vcpu", 0);
		d->want_mb = json_int32(msg, "mem_mb", 0);
		tell_executors(ctl, d);
		if (d->exec)
			wake_cluster(ctl, d->exec->c);
	} else if (!strcmp(type, "release_executor")) {
		release_executor(ctl, d, json_str(msg, "id", ""));
	} else if (!strcmp(type, "checkpoint")) {
		on_checkpoint(ctl, d, msg);
	} else if (!strcmp(type, "catalog")) {
		on_catalog(ctl, d, msg);
	} else if (!strcmp(type, "progress") && s) {
		struct ctl_step *rt = step_runtime(s);
		cJSON_Delete(rt->progress);
		rt->progress = cJSON_Duplicate(msg, true);
		mark_changed(ctl);
	} else if (!strcmp(type, "failed") && s) {
		text_set(&step_runtime(s)->failed_class, json_str(msg, "class", ""));
		text_set(&step_runtime(s)->failed_message, json_str(msg, "message", "The driver failed."));
	}
}

void driver_detach(struct control *ctl, struct driver *d)
{
	drop_outgoing(ctl, d);
	if (d->exec)
		d->exec->driver = NULL;
	if (d->session_mb) {
		resources_give(ctl, d->session_mb);
		wake_all(ctl);
	}
	for (size_t i = 0; i < ctl->drivers.len; i++)
		if (ctl->drivers.items[i] == d)
			vec_remove(&ctl->drivers, i);
	free(d);
}

static void on_close(struct link *l, const struct error *why, void *ctx)
{
	struct driver *d = ctx;

	(void)l;
	(void)why;
	if (!d->ctl->closing)
		driver_detach(d->ctl, d);
}

static const struct link_handlers handlers = { on_message, on_close, NULL };

static cJSON *conf_of(const struct cluster *c)
{
	cJSON *conf = cJSON_CreateObject();

	for (size_t i = 0; c && i < c->configurations.len; i++) {
		const struct configuration *g = c->configurations.items[i];
		if (!g->classification || strcmp(g->classification, "spark-defaults"))
			continue;
		for (size_t k = 0; k < g->properties.len; k++) {
			cJSON_DeleteItemFromObjectCaseSensitive(conf, g->properties.items[k].key);
			json_add_str(conf, g->properties.items[k].key, g->properties.items[k].value);
		}
	}
	return conf;
}

static void welcome(struct control *ctl, struct driver *d, int mem_mb, int vcpu)
{
	struct cluster *c = d->exec ? d->exec->c : NULL;
	cJSON *msg = json_add(message("welcome"), "conf", conf_of(c));
	struct step *s = d->exec ? d->exec->step : NULL;
	char *lake = xasprintf("%s/lake", ctl->home), *warehouse = xasprintf("%s/warehouse", ctl->home);
	char *history = xasprintf("%s/history", ctl->home);
	char *hdfs = c ? path_cluster(ctl, c, "hdfs") : NULL; /* a session is on no cluster */

	json_add_int(msg, "done", s ? s->checkpoint : 0);
	if (s && s->checkpoint) {
		json_add_int(msg, "rows_in", s->rows_in);
		json_add_int(msg, "rows_out", s->rows_out);
		json_add_int(msg, "bytes_in", s->bytes_in);
		json_add_int(msg, "bytes_out", s->bytes_out);
	}
	json_add_str(msg, "lake", lake);
	if (hdfs)
		json_add_str(msg, "hdfs", hdfs);
	json_add_str(msg, "warehouse", warehouse);
	json_add_str(msg, "history", history);
	if (d->session) {
		json_add_int(msg, "mem_mb", mem_mb);
		json_add_int(msg, "vcpu", vcpu);
	}
	link_send(d->link, msg, NULL, 0);
	cJSON_Delete(msg);
	free(hdfs);
	free(history);
	free(warehouse);
	free(lake);
}

static struct driver *driver_new(struct control *ctl, struct link *l, const cJSON *msg)
{
	struct driver *d = xcalloc(1, sizeof *d);

	d->ctl = ctl;
	d->link = l;
	d->next_number = 1;
	snprintf(d->app_id, sizeof d->app_id, "%s", json_str(msg, "app_id", ""));
	vec_push(&ctl->drivers, d);
	link_set_handlers(l, &handlers, d);
	return d;
}

static void refuse(struct link *l, const char *why)
{
	cJSON *msg = json_add_str(message("refused"), "message", why);

	link_send(l, msg, NULL, 0);
	cJSON_Delete(msg);
	link_finish(l);
}

static void session_hello(struct control *ctl, struct link *l, const cJSON *msg)
{
	int want = json_int32(msg, "mem_mb", 0), vcpu = json_int32(msg, "vcpu", 0);
	/* A shell holds its memory while its user thinks: without a wish it gets half of what a job gets. */
	int mb = resources_size(want ? want : ctl->budget_mb / 8, ctl->budget_mb, ctl->budget_mb,
	                        ctl->budget_mb, resources_free(ctl));

	if (!mb || !resources_take(ctl, mb)) {
		refuse(l, "All memory that may be granted is in use; try again when a job has ended.");
		return;
	}
	struct driver *d = driver_new(ctl, l, msg);
	d->session = true;
	d->session_mb = mb;
	welcome(ctl, d, mb, vcpu > 0 && vcpu < ctl->machine_vcpus ? vcpu : ctl->machine_vcpus);
}

void driver_hello(struct control *ctl, struct link *l, const cJSON *msg)
{
	struct exec *e = map_get(ctl->containers, json_str(msg, "container", ""));
	size_t it = 0;
	void *v;

	if (!strcmp(json_str(msg, "role", ""), "session")) {
		session_hello(ctl, l, msg);
		return;
	}
	if (!e || e->m->kind != CONTAINER_DRIVER || strcmp(e->m->token, json_str(msg, "token", ""))) {
		refuse(l, "This server does not know the driver.");
		return;
	}
	if (e->driver) { /* it has come back on a new link before the old one's end was seen */
		link_close(e->driver->link);
		driver_detach(ctl, e->driver);
	}
	struct driver *d = driver_new(ctl, l, msg);
	d->exec = e;
	e->driver = d;
	snprintf(e->m->app_id, sizeof e->m->app_id, "%s", d->app_id);
	welcome(ctl, d, 0, 0);
	while (map_next(ctl->containers, &it, NULL, &v)) {
		struct exec *x = v;
		if (executor_of(x, e) && x->m->number >= d->next_number)
			d->next_number = x->m->number + 1;
	}
	mark_changed(ctl);
}
