/* Deciding by policy documents, and their memory. */
#include "core/model/policy_inner.h"

static void pattern_free(struct policy_pattern *p)
{
	free(p->text);
	for (size_t i = 0; i < p->variables.len; i++) {
		free(p->variables.items[i].ref.tag);
		free(p->variables.items[i].otherwise);
	}
	vec_free(&p->variables);
}

static void condition_free(struct policy_condition *c)
{
	free(c->ref.tag);
	for (size_t i = 0; i < c->values.len; i++)
		pattern_free(&c->values.items[i].pattern);
	vec_free(&c->values);
}

static void statement_free(struct policy_statement *s)
{
	free(s->sid);
	for (size_t i = 0; i < s->actions.len; i++)
		pattern_free(&s->actions.items[i]);
	for (size_t i = 0; i < s->resources.len; i++)
		pattern_free(&s->resources.items[i]);
	for (size_t i = 0; i < s->conditions.len; i++)
		condition_free(&s->conditions.items[i]);
	vec_free(&s->actions);
	vec_free(&s->resources);
	vec_free(&s->conditions);
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->statements.len; i++)
		statement_free(&p->statements.items[i]);
	vec_free(&p->statements);
	free(p);
}

static bool action_fits(const struct policy_statement *s, const struct policy_request *r)
{
	bool any = false;

	for (size_t i = 0; i < s->actions.len && !any; i++)
		any = pattern_fits(&s->actions.items[i], r->action, true, r);
	return any != s->not_action;
}

static bool resource_fits(const struct policy_statement *s, const struct policy_request *r)
{
	bool any = false;

	for (size_t i = 0; i < s->resources.len && !any; i++)
		any = pattern_fits_arn(&s->resources.items[i], r->resource, r);
	return any != s->not_resource;
}

static bool statement_fits(const struct policy_statement *s, const struct policy_request *r)
{
	if (!action_fits(s, r) || !resource_fits(s, r))
		return false;
	for (size_t i = 0; i < s->conditions.len; i++)
		if (!condition_holds(&s->conditions.items[i], r))
			return false;
	return true;
}

enum policy_effect policy_decide(const struct policy *p, const struct policy_request *r)
{
	enum policy_effect effect = POLICY_NONE;

	for (size_t i = 0; i < p->statements.len; i++) {
		const struct policy_statement *s = &p->statements.items[i];
		if ((!s->deny && effect == POLICY_ALLOW) || !statement_fits(s, r))
			continue;
		if (s->deny)
			return POLICY_DENY;
		effect = POLICY_ALLOW;
	}
	return effect;
}
