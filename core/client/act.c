#include "core/client/act_impl.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/api/emr/emr.h"

void act_free(struct act *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->lines.len; i++) {
		free(a->lines.items[i].label);
		free(a->lines.items[i].before);
		free(a->lines.items[i].after);
	}
	vec_free(&a->lines);
	cJSON_Delete(a->in);
	free(a->title);
	free(a->text);
	free(a->cli);
	free(a->done);
	free(a->word);
	free(a);
}

/* A request may carry a whole file; nobody reads more of it than this. */
#define CALL_TEXT_MAX 4096

char *act_call_text(const struct act *a)
{
	char *body = json_print(a->in), *text;
	size_t n = strlen(body), shown = CALL_TEXT_MAX;
	while (n > shown && ((unsigned char)body[shown] & 0xc0) == 0x80)
		shown--;
	text = n <= shown ? xasprintf("%s %s", a->target, body)
	       : xasprintf("%s %.*s… (%zu bytes in all)", a->target, (int)shown, body, n);
	free(body);
	return text;
}

struct act *act_new(const char *target, const char *verb)
{
	struct act *a = xcalloc(1, sizeof *a);
	a->target = target;
	a->verb = verb;
	a->in = cJSON_CreateObject();
	return a;
}

struct act *act_with(const char *target, const char *verb, cJSON *in)
{
	struct act *a = act_new(target, verb);
	cJSON_Delete(a->in);
	a->in = in;
	return a;
}

void act_line(struct act *a, const char *label, const char *before, const char *fmt, ...)
{
	struct act_line l = { .label = xstrdup(label), .before = xstrdup(before) };
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	buf_str(&b);
	l.after = b.data ? buf_steal(&b) : xstrdup("");
	vec_push(&a->lines, l);
}

const char *act_name_of(const struct mcluster *mc)
{
	return mc->c->name && *mc->c->name ? mc->c->name : mc->c->id;
}

void act_shell_word(struct buf *out, const char *s)
{
	if (*s && !s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,@%+")]) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

static void option(struct buf *out, const char *flag, const char *value)
{
	if (!value || !*value)
		return;
	buf_addf(out, " %s ", flag);
	act_shell_word(out, value);
}

/* ---- cost ---- */

char *act_price_text(double per_hour, bool unknown, bool utf8, char *out, size_t size)
{
	snprintf(out, size, "%s$%.2f/h", unknown ? utf8 ? "≥ " : ">= " : "", per_hour);
	return out;
}

/* A fleet is counted in its first type: what it buys is its strategy's choice. */
static int instances_of(const struct instance_group *g)
{
	int w = g->fleet ? fleet_weight(g, g->type) : 1;
	return g->fleet ? (g->fleet->target_on_demand + w - 1) / w + (g->fleet->target_spot + w - 1) / w : g->requested;
}

double act_cluster_price(const struct cluster *c, bool *unknown)
{
	double sum = 0;
	*unknown = false;
	for (size_t i = 0; i < c->groups.len; i++)
		sum += model_price(c->region, c->groups.items[i]->type, instances_of(c->groups.items[i]), unknown);
	return sum;
}

double act_price_now(const struct mcluster *mc, bool *unknown)
{
	if (mc->cost.known) {
		*unknown = mc->cost.unknown_rate;
		return mc->cost.per_hour;
	}
	return act_cluster_price(mc->c, unknown);
}

void act_cost_lines(struct act *a, double before, double change, bool unknown)
{
	char was[32], is[32];
	double after = before + change;
	a->has_cost = true;
	a->per_hour = change;
	a->per_hour_unknown = unknown;
	if (after < 0.00005)
		after = 0;
	act_price_text(before, unknown && before > 0, false, was, sizeof was);
	act_price_text(after, unknown && after > 0, false, is, sizeof is);
	act_line(a, "cost per hour", was, "%s  (%s$%.2f)", is, change < 0 ? "-" : "+",
	     change < 0 ? -change : change);
	if (unknown)
		act_line(a, "", NULL, "the EMR fee of a type is not known: the sums are lower bounds");
}

/* ---- creating ---- */

static void group_cli(struct buf *b, const struct instance_group *g)
{
	const char *role = names_get(&instance_role_names, g->role);
	if (g->fleet) {
		cJSON *o = emr_request_instance_fleet(g);
		char *text = json_print(o);
		buf_addf(b, " '%s'", text);
		free(text);
		cJSON_Delete(o);
		return;
	}
	buf_addf(b, " InstanceGroupType=%s,InstanceType=%s,InstanceCount=%d", role, g->type, g->requested);
	if (g->bid_price || g->market == MARKET_SPOT)
		buf_addf(b, ",BidPrice=%s", g->bid_price ? g->bid_price : "OnDemandPrice");
}

static void create_cli(struct act *a, const struct cluster *c)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "aws emr create-cluster");
	option(&b, "--name", c->name);
	option(&b, "--release-label", c->release_label);
	if (c->applications.len)
		buf_adds(&b, " --applications");
	for (size_t i = 0; i < c->applications.len; i++)
		buf_addf(&b, " Name=%s", c->applications.items[i].name);
	buf_adds(&b, c->uses_fleets ? " --instance-fleets" : " --instance-groups");
	for (size_t i = 0; i < c->groups.len; i++)
		group_cli(&b, c->groups.items[i]);
	option(&b, "--log-uri", c->log_uri);
	for (size_t i = 0; i < c->bootstrap_actions.len; i++) {
		buf_adds(&b, i ? " Path=" : " --bootstrap-actions Path=");
		act_shell_word(&b, c->bootstrap_actions.items[i].path);
	}
	if (c->step_concurrency > 1)
		buf_addf(&b, " --step-concurrency-level %d", c->step_concurrency);
	if (c->idle_timeout_s)
		buf_addf(&b, " --auto-termination-policy IdleTimeout=%lld", (long long)c->idle_timeout_s);
	buf_adds(&b, c->keep_alive ? " --no-auto-terminate" : " --auto-terminate");
	if (c->termination_protected)
		buf_adds(&b, " --termination-protected");
	option(&b, "--security-configuration", c->security_configuration);
	buf_adds(&b, " --use-default-roles");
	a->cli = buf_steal(&b);
}

struct act *act_create(const struct cluster *c)
{
	struct act *a = act_new(EMR("RunJobFlow"), "create");
	bool unknown;
	double price = act_cluster_price(c, &unknown);
	cJSON_Delete(a->in);
	a->in = emr_request_run_job_flow(c);
	a->title = xasprintf("Create cluster %s", c->name ? c->name : "");
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		act_line(a, names_get(&instance_role_names, g->role), NULL, "%d x %s%s", instances_of(g), g->type,
		         g->fleet ? " (fleet)" : g->market == MARKET_SPOT ? " (spot)" : "");
	}
	act_line(a, "release", NULL, "%s", c->release_label ? c->release_label : "");
	act_line(a, "afterwards", NULL, "%s", c->keep_alive ? "waits for more steps (costs go on)"
	                                                : "terminates when its steps have ended");
	act_cost_lines(a, 0, price, unknown);
	create_cli(a, c);
	a->done = xasprintf("cluster %s is being created", c->name ? c->name : "");
	return a;
}

/* ---- terminating ---- */

static size_t active_steps(const struct mcluster *mc)
{
	size_t n = 0;
	for (size_t i = 0; i < mc->c->steps.len; i++)
		n += step_state_active(mc->c->steps.items[i]->state);
	return n;
}

static void ids_member(struct act *a, const char *member, const char *const *ids, size_t n)
{
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(ids[i]));
	json_add(a->in, member, list);
}

struct act *act_terminate(const struct mcluster *mc)
{
	struct act *a = act_new(EMR("TerminateJobFlows"), "terminate");
	const char *id = mc->c->id;
	bool unknown;
	double price = act_price_now(mc, &unknown);
	size_t active = active_steps(mc);
	ids_member(a, "JobFlowIds", &id, 1);
	a->title = xasprintf("Terminate %s", act_name_of(mc));
	a->text = xasprintf("All of its nodes end, and what is in their own storage (hdfs://) is lost.%s",
	                    mc->c->termination_protected
	                            ? " It is protected: the server will refuse until protection is off."
	                            : "");
	act_line(a, "state", names_get(&cluster_state_names, mc->c->state), "TERMINATING");
	if (active)
		act_line(a, "steps", NULL, "%zu unfinished %s end", active, active == 1 ? "step will" : "steps will");
	act_cost_lines(a, price, -price, unknown);
	a->cli = xasprintf("aws emr terminate-clusters --cluster-ids %s", id);
	a->done = xasprintf("%s is being terminated", act_name_of(mc));
	a->care = ACT_CARE_WORD;
	a->word = xstrdup(act_name_of(mc));
	a->danger = true;
	return a;
}

/* ---- steps ---- */

static void step_cli(struct act *a, const struct mcluster *mc, const struct step *s)
{
	struct buf b = BUF_INIT, steps = BUF_INIT;
	cJSON *o = cJSON_CreateObject(), *args = cJSON_CreateArray();
	json_add_str(o, "Type", "CUSTOM_JAR");
	json_add_str(o, "Name", s->name);
	json_add_str(o, "ActionOnFailure", names_get(&step_on_failure_names, s->on_failure));
	json_add_str(o, "Jar", s->jar);
	for (size_t i = 0; i < s->args.len; i++)
		cJSON_AddItemToArray(args, cJSON_CreateString(s->args.items[i]));
	json_add(o, "Args", args);
	buf_addc(&steps, '[');
	json_print_to(&steps, o);
	buf_addc(&steps, ']');
	cJSON_Delete(o);
	buf_addf(&b, "aws emr add-steps --cluster-id %s --steps ", mc->c->id);
	act_shell_word(&b, steps.data);
	buf_free(&steps);
	a->cli = buf_steal(&b);
}

struct act *act_add_step(const struct mcluster *mc, const struct step *s)
{
	struct act *a = act_new(EMR("AddJobFlowSteps"), "add");
	size_t active = active_steps(mc);
	cJSON *list = cJSON_CreateArray();
	struct buf words = BUF_INIT;
	json_add_str(a->in, "JobFlowId", mc->c->id);
	cJSON_AddItemToArray(list, emr_request_step(s));
	json_add(a->in, "Steps", list);
	a->title = xasprintf("Add step %s to %s", s->name ? s->name : "", act_name_of(mc));
	for (size_t i = 0; i < s->args.len; i++) {
		if (i)
			buf_addc(&words, ' ');
		act_shell_word(&words, s->args.items[i]);
	}
	act_line(a, "runs", NULL, "%s", buf_str(&words));
	act_line(a, "if it fails", NULL, "%s", names_get(&step_on_failure_names, s->on_failure));
	act_line(a, "queue", NULL, active ? "starts after %zu unfinished" : "starts at once", active);
	buf_free(&words);
	step_cli(a, mc, s);
	a->done = xasprintf("step %s is in the queue of %s", s->name ? s->name : "", act_name_of(mc));
	return a;
}

struct act *act_cancel_steps(const struct mcluster *mc, const char *const *ids, size_t n, bool kill)
{
	struct act *a = act_new(EMR("CancelSteps"), "cancel");
	struct buf b = BUF_INIT;
	json_add_str(a->in, "ClusterId", mc->c->id);
	ids_member(a, "StepIds", ids, n);
	json_add_str(a->in, "StepCancellationOption", kill ? "TERMINATE_PROCESS" : "SEND_INTERRUPT");
	buf_addf(&b, "aws emr cancel-steps --cluster-id %s --step-ids", mc->c->id);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = cluster_step(mc->c, ids[i]);
		buf_addf(&b, " %s", ids[i]);
		if (s)
			act_line(a, s->name ? s->name : s->id, names_get(&step_state_names, s->state), "%s",
			     s->state == STEP_RUNNING ? "CANCEL_PENDING, then CANCELLED" : "CANCELLED");
	}
	buf_addf(&b, " --step-cancellation-option %s", kill ? "TERMINATE_PROCESS" : "SEND_INTERRUPT");
	a->cli = buf_steal(&b);
	a->title = n == 1 ? xasprintf("Cancel a step of %s", act_name_of(mc))
	                  : xasprintf("Cancel %zu steps of %s", n, act_name_of(mc));
	a->text = xstrdup("A destination that a running step writes to stays as it was before the step.");
	a->done = xasprintf("%zu %s asked to end", n, n == 1 ? "step was" : "steps were");
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}

/* ---- groups ---- */

struct act *act_scale(const struct mcluster *mc, const char *group_id, int count)
{
	const struct instance_group *g = cluster_group(mc->c, group_id);
	if (!g)
		return NULL;
	struct act *a = act_new(EMR("ModifyInstanceGroups"), "scale");
	cJSON *list = cJSON_CreateArray(), *entry = cJSON_CreateObject();
	bool unknown = false, now_unknown;
	char was[16];
	double change = model_price(mc->c->region, g->type, count - g->requested, &unknown);
	const char *role = names_get(&instance_role_names, g->role);
	json_add_str(a->in, "ClusterId", mc->c->id);
	json_add_str(entry, "InstanceGroupId", group_id);
	json_add_int(entry, "InstanceCount", count);
	cJSON_AddItemToArray(list, entry);
	json_add(a->in, "InstanceGroups", list);
	a->title = xasprintf("Scale %s of %s", role, act_name_of(mc));
	snprintf(was, sizeof was, "%d", g->requested);
	act_line(a, role, was, "%d x %s", count, g->type);
	if (count < g->requested) {
		a->care = ACT_CARE_YES;
		a->text = xstrdup("Nodes that leave end what they run; lost tasks run again elsewhere.");
	}
	double now = act_price_now(mc, &now_unknown);
	act_cost_lines(a, now, change, unknown || now_unknown);
	a->cli = xasprintf("aws emr modify-instance-groups --cluster-id %s --instance-groups "
	                   "InstanceGroupId=%s,InstanceCount=%d", mc->c->id, group_id, count);
	a->done = xasprintf("%s of %s goes to %d", role, act_name_of(mc), count);
	return a;
}

struct act *act_add_group(const struct mcluster *mc, const struct instance_group *g)
{
	struct act *a = act_new(EMR("AddInstanceGroups"), "add");
	cJSON *list = cJSON_CreateArray();
	bool unknown = false, now_unknown;
	double change = model_price(mc->c->region, g->type, g->requested, &unknown);
	const char *role = names_get(&instance_role_names, g->role);
	json_add_str(a->in, "JobFlowId", mc->c->id);
	cJSON_AddItemToArray(list, emr_request_instance_group(g));
	json_add(a->in, "InstanceGroups", list);
	a->title = xasprintf("Add a %s group to %s", role, act_name_of(mc));
	act_line(a, role, "0", "%d x %s", g->requested, g->type);
	double now = act_price_now(mc, &now_unknown);
	act_cost_lines(a, now, change, unknown || now_unknown);
	a->cli = xasprintf("aws emr add-instance-groups --cluster-id %s --instance-groups "
	                   "InstanceGroupType=%s,InstanceType=%s,InstanceCount=%d",
	                   mc->c->id, role, g->type, g->requested);
	a->done = xasprintf("a %s group joins %s", role, act_name_of(mc));
	return a;
}

/* ---- switches ---- */

static struct act *act_switch(const struct mcluster *mc, const char *target, const char *member, bool was,
                              bool on, const char *label, const char *flag)
{
	struct act *a = act_new(target, on ? "switch on" : "switch off");
	const char *id = mc->c->id;
	ids_member(a, "JobFlowIds", &id, 1);
	json_add_bool(a->in, member, on);
	a->title = xasprintf("%s of %s", label, act_name_of(mc));
	act_line(a, label, was ? "on" : "off", "%s", on ? "on" : "off");
	a->cli = xasprintf("aws emr modify-cluster-attributes --cluster-id %s %s", id, flag);
	a->done = xasprintf("%s of %s is %s", label, act_name_of(mc), on ? "on" : "off");
	return a;
}

struct act *act_protect(const struct mcluster *mc, bool on)
{
	struct act *a = act_switch(mc, EMR("SetTerminationProtection"), "TerminationProtected",
	                           mc->c->termination_protected, on, "Termination protection",
	                           on ? "--termination-protected" : "--no-termination-protected");
	a->care = on ? ACT_CARE_NONE : ACT_CARE_YES;
	return a;
}

struct act *act_keep_alive(const struct mcluster *mc, bool on)
{
	struct act *a = act_switch(mc, EMR("SetKeepJobFlowAliveWhenNoSteps"), "KeepJobFlowAliveWhenNoSteps",
	                           mc->c->keep_alive, on, "Keep alive without steps",
	                           on ? "--no-auto-terminate" : "--auto-terminate");
	if (!on && !active_steps(mc)) {
		a->care = ACT_CARE_YES;
		a->text = xstrdup("It has no unfinished steps: it will terminate right away.");
	}
	return a;
}

/* ---- words ---- */

int act_split_words(const char *s, struct str_list *out, struct error *err)
{
	struct buf w = BUF_INIT;
	bool in_word = false;
	char quote = 0;
	for (; *s; s++) {
		if (!quote && isspace((unsigned char)*s)) {
			if (in_word)
				str_list_add(out, buf_str(&w));
			buf_clear(&w);
			in_word = false;
			continue;
		}
		in_word = true;
		if (quote && *s == quote)
			quote = 0;
		else if (!quote && (*s == '\'' || *s == '"'))
			quote = *s;
		else if (*s == '\\' && quote != '\'' && s[1])
			buf_addc(&w, *++s);
		else
			buf_addc(&w, *s);
	}
	if (in_word && !quote)
		str_list_add(out, buf_str(&w));
	buf_free(&w);
	return quote ? error_set(err, ERR_INVALID, "a %c is not closed", quote) : 0;
}
