#include "core/model/alarm_rule.h"

#include <ctype.h>
#include <strings.h>

#define DEPTH_MAX 64

enum node_kind { NODE_CONST, NODE_STATES, NODE_NOT, NODE_AND, NODE_OR };

struct node {
	enum node_kind kind;
	bool value;                  /* NODE_CONST */
	/* NODE_STATES: so many of the alarms are in the state (or, negated, are not) */
	enum alarm_state state;
	bool negated, percent;
	int least;
	struct str_list names;
	struct node *a, *b;          /* operands; NOT has one */
};

struct alarm_rule {
	struct node *root;
	struct str_list names;
};

struct parser {
	const char *text, *at, *own;
	int depth, elements;
	struct str_list *names;
	struct error *err;
};

static void node_free(struct node *n)
{
	if (!n)
		return;
	node_free(n->a);
	node_free(n->b);
	str_list_free(&n->names);
	free(n);
}

/* Frees n, so that a caller can return this. */
static struct node *wrong(struct parser *p, struct node *n, const char *what)
{
	node_free(n);
	if (!p->err->code)
		error_set(p->err, ERR_INVALID, "at position %d: %s", (int)(p->at - p->text) + 1, what);
	return NULL;
}

static struct node *node_new(struct parser *p, enum node_kind kind, struct node *a, struct node *b)
{
	struct node *n = xcalloc(1, sizeof *n);

	*n = (struct node){ .kind = kind, .a = a, .b = b, .least = 1 };
	if (++p->elements > ALARM_RULE_ELEMENTS_MAX)
		return wrong(p, n, "the rule has more than 500 elements");
	return n;
}

static void skip(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

static bool take(struct parser *p, char c)
{
	skip(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool word(struct parser *p, const char *w)
{
	size_t n = strlen(w);

	skip(p);
	if (strncasecmp(p->at, w, n) || is_word(p->at[n]))
		return false;
	p->at += n;
	return true;
}

static bool state_word(struct parser *p, enum alarm_state *out)
{
	for (int i = 0; i < ALARM_STATES; i++)
		if (word(p, names_get(&alarm_state_names, i))) {
			*out = (enum alarm_state)i;
			return true;
		}
	return false;
}

/* ---- names ---- */

static char *read_name(struct parser *p)
{
	struct buf b = BUF_INIT;

	skip(p);
	if (*p->at == '"' || *p->at == '\'') {
		char quote = *p->at++;
		for (; *p->at && *p->at != quote; p->at++) {
			if (*p->at == '\\' && p->at[1])
				p->at++;
			buf_addc(&b, *p->at);
		}
		if (!*p->at) {
			buf_free(&b);
			return NULL;
		}
		p->at++;
	} else {
		while (is_word(*p->at) || (*p->at && strchr("-.:/", *p->at)) || (unsigned char)*p->at > 127)
			buf_addc(&b, *p->at++);
	}
	return buf_steal(&b);
}

static bool add_name(struct parser *p, struct node *n)
{
	char *name = read_name(p);
	size_t own = strlen(p->own);
	const char *plain = name;

	if (!name || !*name) {
		free(name);
		return wrong(p, NULL, "the name of an alarm is expected, in quotes that are closed") != NULL;
	}
	if (!strncmp(name, "arn:", 4)) {
		plain = !strncmp(name, p->own, own) && name[own] ? name + own : NULL;
		if (!plain) {
			free(name);
			return wrong(p, NULL, "this is not the ARN of an alarm of this account and region") != NULL;
		}
	}
	str_list_add(&n->names, plain);
	if (!str_list_has(p->names, plain))
		str_list_add(p->names, plain);
	free(name);
	if (p->names->len > ALARM_RULE_NAMES_MAX)
		return wrong(p, NULL, "a rule takes at most 100 different alarms") != NULL;
	return true;
}

/* ---- expressions ---- */

static struct node *either(struct parser *p);

static struct node *one_state(struct parser *p, enum alarm_state state)
{
	struct node *n = node_new(p, NODE_STATES, NULL, NULL);

	if (!n)
		return NULL;
	n->state = state;
	if (!take(p, '('))
		return wrong(p, n, "\"(\" and an alarm are expected behind a state");
	if (!add_name(p, n)) {
		node_free(n);
		return NULL;
	}
	return take(p, ')') ? n : wrong(p, n, "\")\" is expected behind the alarm's name");
}

/* Behind AT_LEAST: (M, [NOT] STATE, (a, b …)). */
static struct node *at_least(struct parser *p)
{
	struct node *n = node_new(p, NODE_STATES, NULL, NULL);
	bool more = true;

	if (!n)
		return NULL;
	if (!take(p, '('))
		return wrong(p, n, "\"(\" is expected behind AT_LEAST");
	skip(p);
	n->least = 0;
	for (int digits = 0; isdigit((unsigned char)*p->at) && digits < 4; digits++)
		n->least = n->least * 10 + (*p->at++ - '0');
	n->percent = take(p, '%');
	if (n->least < 1 || (n->percent && n->least > 100))
		return wrong(p, n, "a number from 1 on, or 1% to 100%, is expected");
	if (!take(p, ','))
		return wrong(p, n, "\",\" is expected");
	n->negated = word(p, "NOT");
	if (!state_word(p, &n->state))
		return wrong(p, n, "ALARM, OK or INSUFFICIENT_DATA is expected");
	if (!take(p, ',') || !take(p, '('))
		return wrong(p, n, "a list of alarms in parentheses is expected");
	for (; more; more = take(p, ','))
		if (!add_name(p, n)) {
			node_free(n);
			return NULL;
		}
	if (!take(p, ')') || !take(p, ')'))
		return wrong(p, n, "\"))\" is expected behind the alarms");
	return !n->percent && (size_t)n->least > n->names.len
	       ? wrong(p, n, "AT_LEAST asks for more alarms than it lists") : n;
}

static struct node *operand(struct parser *p)
{
	enum alarm_state state;

	if (p->depth >= DEPTH_MAX)
		return wrong(p, NULL, "the rule is nested too deeply");
	p->depth++;
	struct node *n = NULL;
	if (word(p, "NOT")) {
		n = operand(p);
		n = n ? node_new(p, NODE_NOT, n, NULL) : NULL;
	} else if (take(p, '(')) {
		n = either(p);
		if (n && !take(p, ')'))
			n = wrong(p, n, "\")\" is expected");
	} else if (word(p, "TRUE") || word(p, "FALSE")) {
		bool yes = tolower((unsigned char)p->at[-2]) == 'u'; /* trUe, falSe */
		n = node_new(p, NODE_CONST, NULL, NULL);
		if (n)
			n->value = yes;
	} else if (word(p, "AT_LEAST")) {
		n = at_least(p);
	} else if (state_word(p, &state)) {
		n = one_state(p, state);
	} else {
		wrong(p, NULL, *p->at ? "ALARM(…), OK(…), INSUFFICIENT_DATA(…), AT_LEAST(…), TRUE, FALSE, NOT or \"(\" is "
		      "expected" : "the rule ends too early");
	}
	p->depth--;
	return n;
}

static struct node *chain(struct parser *p, enum node_kind kind, const char *w, struct node *(*part)(struct parser *))
{
	struct node *n = part(p);

	while (n && word(p, w)) {
		struct node *right = part(p);
		if (!right) {
			node_free(n);
			return NULL;
		}
		n = node_new(p, kind, n, right);
	}
	return n;
}

static struct node *both(struct parser *p)
{
	return chain(p, NODE_AND, "AND", operand);
}

static struct node *either(struct parser *p)
{
	return chain(p, NODE_OR, "OR", both);
}

int alarm_rule_parse(const char *text, const char *own, struct alarm_rule **out, struct error *err)
{
	struct alarm_rule *r = xcalloc(1, sizeof *r);
	struct error why = ERROR_INIT;
	struct parser p = { text, text, own, 0, 0, &r->names, &why };

	r->root = either(&p);
	skip(&p);
	if (r->root && *p.at)
		r->root = wrong(&p, r->root, "AND, OR or the end is expected");
	if (!r->root) {
		alarm_rule_free(r);
		return error_set(err, ERR_INVALID, "%s", why.message);
	}
	*out = r;
	return 0;
}

void alarm_rule_free(struct alarm_rule *r)
{
	if (!r)
		return;
	node_free(r->root);
	str_list_free(&r->names);
	free(r);
}

const struct str_list *alarm_rule_names(const struct alarm_rule *r)
{
	return &r->names;
}

/* ---- what it says ---- */

static bool enough(const struct node *n, alarm_rule_state state, void *ctx)
{
	size_t have = 0;

	for (size_t i = 0; i < n->names.len; i++)
		have += (state(ctx, n->names.items[i]) == (int)n->state) != n->negated;
	return n->percent ? have * 100 >= (size_t)n->least * n->names.len : have >= (size_t)n->least;
}

static bool holds(const struct node *n, alarm_rule_state state, void *ctx)
{
	switch (n->kind) {
	case NODE_CONST: return n->value;
	case NODE_STATES: return enough(n, state, ctx);
	case NODE_NOT: return !holds(n->a, state, ctx);
	case NODE_AND: return holds(n->a, state, ctx) && holds(n->b, state, ctx);
	case NODE_OR: return holds(n->a, state, ctx) || holds(n->b, state, ctx);
	}
	return false;
}

bool alarm_rule_holds(const struct alarm_rule *r, alarm_rule_state state, void *ctx)
{
	return holds(r->root, state, ctx);
}
