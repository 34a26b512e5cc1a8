/* Nodes: one worker process per instance, from its start to its end. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/emr/health.h"
#include "core/control/part.h"
#include "core/control/spot/spot.h"

const char *role_word(enum instance_role role)
{
	return role == ROLE_MASTER ? "master" : role == ROLE_CORE ? "core" : "task";
}

static void say_state(struct control *ctl, const struct node *n)
{
	const struct instance *i = n->m;

	event_add(ctl, SEVERITY_INFO, n->c->id, i->id, EVENT_INSTANCE, "Instance %s (%s, %s) is %s", i->ec2_id,
	          names_get(&instance_role_names, (int)i->role), i->type ? i->type : "",
	          names_get(&instance_state_names, (int)i->state));
}

static void set_state(struct control *ctl, struct node *n, enum instance_state s,
                      enum instance_reason reason, const char *msg)
{
	struct instance *i = n->m;

	if (i->state == s || !transition_allowed(&instance_transitions, i->state, s))
		return;
	i->state = s;
	i->reason = reason;
	text_set(&i->reason_message, msg);
	if (s == INSTANCE_RUNNING)
		i->timeline.ready = clock_now_ms();
	if (s != INSTANCE_TERMINATED)      /* how it ended is told where that is known */
		say_state(ctl, n);
	if (s == INSTANCE_TERMINATED)
		i->timeline.ended = clock_now_ms();
	mark_dirty(ctl, OBJECT_INSTANCE, i);
	wake_cluster(ctl, n->c);
}

struct node *node_attach(struct control *ctl, struct cluster *c, struct instance *i)
{
	struct node *n = xcalloc(1, sizeof *n);

	n->ctl = ctl;
	n->c = c;
	n->m = i;
	n->seen = mono_ms();
	i->runtime = n;
	map_set(ctl->nodes, i->id, n);
	return n;
}

struct node *node_create(struct control *ctl, struct cluster *c, struct instance_group *g, const char *type,
                         enum market market)
{
	struct instance *i = instance_new();

	id_make(i->id, sizeof i->id, "ci-", 13);
	id_hex(i->ec2_id, sizeof i->ec2_id, "i-", 17);
	strcpy(i->cluster_id, c->id);
	strcpy(i->group_id, g->id);
	i->role = g->role;
	i->market = market;
	text_set(&i->type, type);
	/* Names that resolve: `aws emr ssh` and its kin connect to what they are told. */
	text_set(&i->public_dns, "localhost");
	text_set(&i->private_dns, "localhost");
	text_set(&i->public_ip, "127.0.0.1");
	text_set(&i->private_ip, "127.0.0.1");
	i->state = market == MARKET_SPOT ? INSTANCE_AWAITING_FULFILLMENT : INSTANCE_PROVISIONING;
	i->timeline.created = clock_now_ms();
	resources_offer(ctl, i->type, &i->vcpu, &i->mem_mb);
	id_secret(i->token, sizeof i->token, 32);
	vec_push(&c->instances, i);
	mark_dirty(ctl, OBJECT_INSTANCE, i);
	if (g->role == ROLE_MASTER)
		text_set(&c->master_dns, i->public_dns);
	struct node *n = node_attach(ctl, c, i);
	say_state(ctl, n);
	spot_replaced(ctl, i);
	wake_cluster(ctl, c); /* the worker is started in the next round, after the commit */
	return n;
}

void node_fulfil(struct control *ctl, struct node *n)
{
	n->m->timeline.created = clock_now_ms(); /* there was no machine before */
	set_state(ctl, n, INSTANCE_PROVISIONING, INSTANCE_REASON_NONE, NULL);
	spot_taken(ctl, n->m);
}

void node_spawn(struct control *ctl, struct node *n)
{
	struct error err = ERROR_INIT;

	n->spawned = n->seen = mono_ms();
	if (ctl->provisioner.spawn(ctl, n, &err)) {
		char *why = xasprintf("%s%s%s", err.message, err.detail[0] ? ": " : "", err.detail);
		text_set(&runtime_of(n->c)->last_provision_error, why);
		node_gone(ctl, n, INSTANCE_REASON_INTERNAL_ERROR, why);
		free(why);
		return;
	}
	mark_dirty(ctl, OBJECT_INSTANCE, n->m);
}

void node_doom(struct control *ctl, struct node *n, enum instance_reason reason, const char *why)
{
	n->doom_reason = reason;
	text_set(&n->doom, why);
	wake_cluster(ctl, n->c);
}

/* ---- bootstrap actions ---- */

void node_bootstrap_failed(struct control *ctl, struct node *n, int index, const char *why)
{
	struct cluster *c = n->c;
	char *msg = xasprintf("On the %s instance (%s), bootstrap action %d %s", role_word(n->m->role),
	                      n->m->ec2_id, index, why);

	if (c->state == CLUSTER_STARTING || c->state == CLUSTER_BOOTSTRAPPING) {
		event_add(ctl, SEVERITY_ERROR, c->id, n->m->id, EVENT_INSTANCE, "%s", msg);
		cluster_terminate(ctl, c, CLUSTER_REASON_BOOTSTRAP_FAILURE, msg);
	} else {
		node_doom(ctl, n, INSTANCE_REASON_BOOTSTRAP_FAILURE, msg);
	}
	free(msg);
}

/* A script with an interpreter line that may be executed is started as it is, any other by bash. */
static bool runs_itself(const char *path)
{
	FILE *f = access(path, X_OK) ? NULL : fopen(path, "re");
	char head[4] = "";

	if (!f)
		return false;
	size_t n = fread(head, 1, sizeof head, f);
	fclose(f);
	return n >= 2 && ((head[0] == '#' && head[1] == '!') || !memcmp(head, "\177ELF", n));
}

static bool bootstrap_start(struct control *ctl, struct node *n, int index,
                            const struct bootstrap_action *b)
{
	char *path = path_local(ctl, b->path), rel[64];
	struct error err = ERROR_INIT;

	if (!path || !fs_exists(path)) {
		struct buf why = BUF_INIT;
		buf_addf(&why, "(%s) could not be found: %s", b->name, b->path);
		node_bootstrap_failed(ctl, n, index, buf_str(&why));
		buf_free(&why);
		free(path);
		return false;
	}
	snprintf(rel, sizeof rel, "bootstrap-actions/%d", index);
	char *dir = path_node_log(ctl, n->c, n->m, rel);
	char *cwd = xasprintf("%s/clusters/%s/nodes/%s", ctl->home, n->c->id, n->m->id);
	char *out = xasprintf("%s/stdout", dir), *log = xasprintf("%s/stderr", dir);
	if (fs_mkdirs(dir, 0755, &err) || fs_mkdirs(cwd, 0755, &err))
		log_warn("%s: %s", n->m->id, err.message);
	struct exec *e = exec_create(ctl, n, CONTAINER_BOOTSTRAP, NULL, 0, 0);
	e->m->number = index;
	cJSON *argv = cJSON_CreateArray();
	if (!runs_itself(path))
		cJSON_AddItemToArray(argv, cJSON_CreateString("bash"));
	cJSON_AddItemToArray(argv, cJSON_CreateString(path));
	for (size_t i = 0; i < b->args.len; i++)
		cJSON_AddItemToArray(argv, cJSON_CreateString(b->args.items[i]));
	cJSON *env = cJSON_CreateObject();
	json_add_str(env, "STOKER_NODE_ROLE", role_word(n->m->role));
	exec_launch(ctl, e, argv, env, cwd, out, log);
	free(out);
	free(log);
	free(cwd);
	free(dir);
	free(path);
	return true;
}

void node_bootstrap_next(struct control *ctl, struct node *n)
{
	size_t next = (size_t)n->bootstrap_next;

	if (next < n->c->bootstrap_actions.len) {
		n->bootstrap_next++;
		bootstrap_start(ctl, n, n->bootstrap_next, &n->c->bootstrap_actions.items[next]);
		return;
	}
	set_state(ctl, n, INSTANCE_RUNNING, INSTANCE_REASON_NONE, NULL);
	struct instance_group *g = cluster_group(n->c, n->m->group_id);
	if (g)
		group_runtime(g)->failures = 0;
	runtime_of(n->c)->provision_failures = 0;
}

/* ---- what workers say ---- */

static void adopt(struct control *ctl, struct node *n, const cJSON *msg)
{
	const cJSON *e;
	struct map *known = map_new();

	cJSON_ArrayForEach(e, json_arr(msg, "containers")) {
		const char *id = json_str(e, "id", "");
		struct exec *x = map_get(ctl->containers, id);
		map_set(known, id, n);
		if (x && x->node == n) {
			x->m->pid = json_int32(e, "pid", 0);
		} else {
			cJSON *kill = json_add_int(json_add_str(message("signal"), "id", id), "signal", 9);
			send_worker(ctl, n, json_add_bool(kill, "tree", true));
		}
	}
	cJSON_ArrayForEach(e, json_arr(msg, "exited")) {
		const char *id = json_str(e, "id", "");
		struct exec *x = map_get(ctl->containers, id);
		map_set(known, id, n);
		if (x && x->node == n)
			exec_ended(ctl, x, json_int32(e, "status", 0), json_int32(e, "signal", 0), NULL);
		else
			send_worker(ctl, n, json_add_str(message("forget"), "id", id));
	}
	for (size_t i = n->execs.len; i-- > 0;)
		if (i < n->execs.len && !map_has(known, n->execs.items[i]->m->id))
			exec_lost(ctl, n->execs.items[i], "the node never started it");
	map_free(known, NULL);
}

void node_hello(struct control *ctl, struct node *n, const cJSON *msg)
{
	int pid = json_int32(msg, "pid", 0);

	n->seen = mono_ms();
	if (!n->spawned)
		n->spawned = n->seen;
	if (n->m->pid != pid) {
		n->m->pid = pid;
		mark_dirty(ctl, OBJECT_INSTANCE, n->m);
	}
	send_worker(ctl, n, message("welcome"));
	adopt(ctl, n, msg);
	if (n->stopping) {
		send_worker(ctl, n, message("stop"));
	} else if (n->m->state == INSTANCE_PROVISIONING) {
		set_state(ctl, n, INSTANCE_BOOTSTRAPPING, INSTANCE_REASON_NONE, NULL);
		if (n->c->state == CLUSTER_STARTING)
			cluster_set_state(ctl, n->c, CLUSTER_STARTING, CLUSTER_REASON_NONE,
			                  "Configuring cluster software");
		node_bootstrap_next(ctl, n);
	}
	mark_changed(ctl);
	wake_cluster(ctl, n->c);
}

static void on_sample(struct control *ctl, struct node *n, const cJSON *msg)
{
	double values[METRICS];
	double cpu = 0, rss = 0, spill = 0;
	const cJSON *e;

	metrics_read_sample(msg, values);
	cJSON_ArrayForEach(e, json_arr(msg, "containers")) {
		cpu += json_num(e, "cpu", 0);
		rss += json_num(e, "rss", 0);
		spill += json_num(e, "spill", 0);
	}
	values[METRIC_NODE_CPU] = n->m->vcpu ? cpu / n->m->vcpu : cpu;
	values[METRIC_NODE_RSS] = rss;
	values[METRIC_NODE_SPILL] = spill;
	values[METRIC_NODE_GRANTED] = (double)n->mem_used * 1048576;
	values[METRIC_NODE_CONTAINERS] = (double)n->execs.len;
	values[METRIC_VCPUS] = n->m->vcpu;
	if (ctl->metrics)
		metrics_add(ctl->metrics, n->c->id, n->m->id, clock_now_ms(), values);
	parts_sampled(ctl, n, values);
	mark_changed(ctl);
}

void node_message(struct control *ctl, struct node *n, const cJSON *msg)
{
	const char *type = json_str(msg, "type", "");
	struct exec *e = map_get(ctl->containers, json_str(msg, "id", ""));

	n->seen = mono_ms();
	if (e && e->node != n)
		e = NULL;
	if (!strcmp(type, "launched")) {
		const char *error = json_str(msg, "error", NULL);
		if (e && error) {
			exec_ended(ctl, e, 127, 0, error);
		} else if (e) {
			e->m->pid = json_int32(msg, "pid", 0); /* a worker's hello repeats it: not journaled */
			if (e->step)
				controller_log(ctl, e->c, e->step, "Started child process %d", e->m->pid);
		}
	} else if (!strcmp(type, "exited")) {
		if (e && e->step)
			controller_log(ctl, e->c, e->step, "It used %.3f seconds of CPU time and at most %d MB",
			               json_num(msg, "cpu_ms", 0) / 1000,
			               (int)(json_int(msg, "peak_rss_kb", 0) / 1024));
		if (e)
			exec_ended(ctl, e, json_int32(msg, "status", 0), json_int32(msg, "signal", 0), NULL);
		else
			send_worker(ctl, n, json_add_str(message("forget"), "id", json_str(msg, "id", "")));
	} else if (!strcmp(type, "interruption")) {
		spot_metadata(ctl, n, msg);
	} else if (!strcmp(type, "sample")) {
		on_sample(ctl, n, msg);
	}
}

/* ---- the end of a node ---- */

void node_stop(struct control *ctl, struct node *n)
{
	if (n->stopping)
		return;
	n->stopping = true;
	spot_ending(ctl, n);
	n->stop_deadline = mono_ms() + STOP_MS;
	for (size_t i = 0; i < n->execs.len; i++)
		n->execs.items[i]->kill_sent = cluster_state_closing(n->c->state);
	send_worker(ctl, n, message("stop"));
}

static void count_failure(struct control *ctl, struct node *n, const char *why)
{
	struct instance_group *g = cluster_group(n->c, n->m->group_id);

	if (!g || ++group_runtime(g)->failures < MAX_ATTEMPTS)
		return;
	if (g->role != ROLE_TASK && n->c->state <= CLUSTER_BOOTSTRAPPING) {
		cluster_terminate(ctl, n->c, CLUSTER_REASON_INSTANCE_FAILURE, why);
		return;
	}
	if (g->role == ROLE_MASTER)
		cluster_terminate(ctl, n->c, CLUSTER_REASON_INSTANCE_FAILURE, "The master node was terminated. ");
	else
		group_set_state(ctl, g, GROUP_SUSPENDED, GROUP_REASON_INSTANCE_FAILURE, why);
}

void node_link_closed(struct control *ctl, struct node *n)
{
	n->link = NULL;
	n->seen = mono_ms();
	if (!ctl->provisioner.alive(ctl, n))
		node_gone(ctl, n, n->stopping ? INSTANCE_REASON_CLUSTER_TERMINATED
		          : INSTANCE_REASON_INSTANCE_FAILURE,
		          n->stopping ? "Instance was terminated." : "The worker process ended unexpectedly.");
}

void node_gone(struct control *ctl, struct node *n, enum instance_reason reason, const char *why)
{
	struct cluster *c = n->c;
	bool planned = n->stopping || n->interrupted || cluster_state_closing(c->state);
	bool early = n->m->state != INSTANCE_RUNNING;
	char *text = xstrdup(why);

	ctl->provisioner.kill(ctl, n);
	if (n->link)
		link_close(n->link);
	n->link = NULL;
	if (planned)
		reason = INSTANCE_REASON_CLUSTER_TERMINATED;
	if (n->m->state != INSTANCE_AWAITING_FULFILLMENT)
		spot_given_back(ctl, n->m);
	if (n->interrupted)
		spot_ending(ctl, n);
	bool taken = n->interrupted && !cluster_state_closing(c->state);
	set_state(ctl, n, INSTANCE_TERMINATED, taken ? INSTANCE_REASON_INSTANCE_FAILURE : reason,
	          taken ? "Spot instance was interrupted." : planned ? "Instance was terminated." : text);
	if (planned)
		event_add(ctl, SEVERITY_INFO, c->id, n->m->id, EVENT_INSTANCE, "Instance %s has ended%s",
		          n->m->ec2_id, n->interrupted ? ": it was interrupted" : "");
	else
		event_add(ctl, SEVERITY_WARN, c->id, n->m->id, EVENT_INSTANCE,
		          "Instance %s (%s) was lost and will be replaced: %s", n->m->ec2_id,
		          role_word(n->m->role), text);
	while (n->execs.len)
		exec_lost(ctl, n->execs.items[n->execs.len - 1], text);
	map_remove(ctl->nodes, n->m->id);
	n->m->runtime = NULL;
	if (!planned && early)
		count_failure(ctl, n, text);
	if (taken)
		group_interrupted(ctl, c, n->m);
	vec_free(&n->execs);
	free(n->doom);
	health_free(n);
	free(n);
	free(text);
	wake_cluster(ctl, c);
}

void node_tick(struct control *ctl, struct node *n, int64_t now)
{
	if (n->stopping) {
		if (!ctl->provisioner.alive(ctl, n) || now >= n->stop_deadline)
			node_gone(ctl, n, INSTANCE_REASON_CLUSTER_TERMINATED, "Instance was terminated.");
		return;
	}
	int64_t limit = n->m->state == INSTANCE_PROVISIONING && !n->link ? PROVISION_MS : SILENCE_MS;
	if (n->spawned && now - n->seen > limit)
		node_gone(ctl, n, INSTANCE_REASON_INSTANCE_FAILURE, n->link
		          ? "The worker did not answer for 8 seconds."
		          : "The worker process could not be reached.");
	else if (n->spawned && !n->link && n->m->pid && !ctl->provisioner.alive(ctl, n))
		node_gone(ctl, n, INSTANCE_REASON_INSTANCE_FAILURE, "The worker process ended unexpectedly.");
	else if (n->draining)
		wake_cluster(ctl, n->c);
}
