/* Containers: what workers run, what was granted for it, and what its end means. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/emr/health.h"
#include "core/control/state.h"

struct exec *exec_attach(struct control *ctl, struct container *m, struct node *n)
{
	struct exec *e = xcalloc(1, sizeof *e);

	e->ctl = ctl;
	e->m = m;
	e->node = n;
	e->c = n->c;
	m->runtime = e;
	n->mem_used += m->mem_mb;
	n->vcpu_used += m->vcpu;
	ctl->granted_mb += m->mem_mb;
	vec_push(&n->execs, e);
	map_set(ctl->containers, m->id, e);
	return e;
}

struct exec *exec_create(struct control *ctl, struct node *n, enum container_kind kind, struct step *s,
                         int mem_mb, int vcpu)
{
	if (mem_mb > resources_free(ctl) || mem_mb > n->m->mem_mb - n->mem_used)
		return NULL;
	struct container *m = container_new();
	id_make(m->id, sizeof m->id, "c-", 12);
	m->kind = kind;
	strcpy(m->cluster_id, n->c->id);
	strcpy(m->instance_id, n->m->id);
	if (s)
		strcpy(m->step_id, s->id);
	m->mem_mb = mem_mb;
	m->vcpu = vcpu;
	m->created = clock_now_ms();
	id_secret(m->token, sizeof m->token, 32);
	struct exec *e = exec_attach(ctl, m, n);
	e->step = kind == CONTAINER_EXECUTOR ? NULL : s;
	mark_dirty(ctl, OBJECT_CONTAINER, m);
	return e;
}

void exec_launch(struct control *ctl, struct exec *e, cJSON *argv, cJSON *env, const char *cwd,
                 const char *out, const char *err)
{
	cJSON *msg = json_add_str(message("launch"), "id", e->m->id);

	json_add(msg, "argv", argv);
	json_add(msg, "env", env);
	json_add_str(msg, "cwd", cwd);
	json_add_str(msg, "stdout", out);
	json_add_str(msg, "stderr", err);
	if (e->m->kind == CONTAINER_EXECUTOR)
		json_add_str(msg, "spill", cwd);
	json_add_int(msg, "mem_mb", e->m->mem_mb);
	json_add_int(msg, "vcpu", e->m->vcpu);
	send_worker(ctl, e->node, msg);
}

void exec_signal(struct control *ctl, struct exec *e, int signal, bool tree)
{
	cJSON *msg = json_add_str(message("signal"), "id", e->m->id);

	e->kill_sent = true;
	json_add_bool(json_add_int(msg, "signal", signal), "tree", tree);
	if (e->node)
		send_worker(ctl, e->node, msg);
	else
		cJSON_Delete(msg);
}

/* Take e out of every account; the journal forgets it with the next commit. */
static void release(struct control *ctl, struct exec *e)
{
	struct node *n = e->node;

	for (size_t i = 0; n && i < n->execs.len; i++)
		if (n->execs.items[i] == e) {
			vec_remove(&n->execs, i);
			n->mem_used -= e->m->mem_mb;
			n->vcpu_used -= e->m->vcpu;
			break;
		}
	resources_give(ctl, e->m->mem_mb);
	map_remove(ctl->containers, e->m->id);
	forget_dirty(ctl, OBJECT_CONTAINER, e->m);
	str_list_add(&ctl->dropped, e->m->id);
	if (e->m->mem_mb)
		wake_all(ctl); /* somebody may be waiting for memory */
	else
		wake_cluster(ctl, e->c);
}

/* A driver takes its executors along: they serve nobody else. */
static void end_executors(struct control *ctl, const char *driver)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->containers, &it, NULL, &v)) {
		struct exec *x = v;
		if (x->m->kind == CONTAINER_EXECUTOR && !strcmp(x->m->parent, driver) && !x->kill_sent)
			exec_signal(ctl, x, 9, true);
	}
}

static void bootstrap_ended(struct control *ctl, struct node *n, int index, int status, int signal,
                            const char *error)
{
	char why[512];

	if (n->stopping || cluster_state_closing(n->c->state))
		return;
	if (!status && !signal && !error) {
		node_bootstrap_next(ctl, n);
		return;
	}
	if (error)
		snprintf(why, sizeof why, "could not be started: %s", error);
	else if (signal)
		snprintf(why, sizeof why, "was ended by signal %d", signal);
	else
		snprintf(why, sizeof why, "returned a non-zero return code (%d)", status);
	node_bootstrap_failed(ctl, n, index, why);
}

void exec_ended(struct control *ctl, struct exec *e, int status, int signal, const char *error)
{
	struct node *n = e->node;
	struct container *m = e->m;

	if (e->driver) /* the worker's word may overtake the driver's last ones */
		link_receive(e->driver->link);
	if (n)
		send_worker(ctl, n, json_add_str(message("forget"), "id", m->id));
	release(ctl, e);
	switch (m->kind) {
	case CONTAINER_BOOTSTRAP:
		if (n)
			bootstrap_ended(ctl, n, m->number, status, signal, error);
		break;
	case CONTAINER_DRIVER:
		end_executors(ctl, m->id);
		/* fall through */
	case CONTAINER_PROCESS:
		if (e->step)
			step_exec_ended(ctl, e->c, e->step, e, status, signal, error);
		break;
	case CONTAINER_HEALTH:
		if (n)
			health_script_ended(ctl, n, error);
		break;
	case CONTAINER_EXECUTOR:
		driver_executor_ended(ctl, e, status, signal, error);
	}
	if (e->driver)
		e->driver->exec = NULL;
	container_free(m);
	free(e);
}

void exec_lost(struct control *ctl, struct exec *e, const char *why)
{
	struct container *m = e->m;

	release(ctl, e);
	if (m->kind == CONTAINER_DRIVER)
		end_executors(ctl, m->id);
	if (m->kind == CONTAINER_EXECUTOR)
		driver_executor_ended(ctl, e, 0, 9, why);
	else if (e->step)
		step_exec_lost(ctl, e->c, e->step, why);
	if (e->driver)
		e->driver->exec = NULL;
	container_free(m);
	free(e);
}
