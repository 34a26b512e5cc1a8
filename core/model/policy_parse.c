/* Reading policy documents: every member is checked where it stands, and the error says where that is. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/model/policy_inner.h"

static const struct policy_operator operators[] = {
	{ "StringEquals", TYPE_STRING, RELATION_EQ, false }, { "StringNotEquals", TYPE_STRING, RELATION_EQ, true },
	{ "StringEqualsIgnoreCase", TYPE_FOLDED, RELATION_EQ, false },
	{ "StringNotEqualsIgnoreCase", TYPE_FOLDED, RELATION_EQ, true },
	{ "StringLike", TYPE_LIKE, RELATION_EQ, false }, { "StringNotLike", TYPE_LIKE, RELATION_EQ, true },
	{ "NumericEquals", TYPE_NUMBER, RELATION_EQ, false }, { "NumericNotEquals", TYPE_NUMBER, RELATION_EQ, true },
	{ "NumericLessThan", TYPE_NUMBER, RELATION_LT, false },
	{ "NumericLessThanEquals", TYPE_NUMBER, RELATION_LE, false },
	{ "NumericGreaterThan", TYPE_NUMBER, RELATION_GT, false },
	{ "NumericGreaterThanEquals", TYPE_NUMBER, RELATION_GE, false },
	{ "DateEquals", TYPE_DATE, RELATION_EQ, false }, { "DateNotEquals", TYPE_DATE, RELATION_EQ, true },
	{ "DateLessThan", TYPE_DATE, RELATION_LT, false }, { "DateLessThanEquals", TYPE_DATE, RELATION_LE, false },
	{ "DateGreaterThan", TYPE_DATE, RELATION_GT, false },
	{ "DateGreaterThanEquals", TYPE_DATE, RELATION_GE, false },
	{ "Bool", TYPE_BOOL, RELATION_EQ, false }, { "IpAddress", TYPE_IP, RELATION_EQ, false },
	{ "NotIpAddress", TYPE_IP, RELATION_EQ, true }, { "ArnEquals", TYPE_ARN, RELATION_EQ, false },
	{ "ArnLike", TYPE_ARN, RELATION_EQ, false }, { "ArnNotEquals", TYPE_ARN, RELATION_EQ, true },
	{ "ArnNotLike", TYPE_ARN, RELATION_EQ, true }, { "Null", TYPE_NULL, RELATION_EQ, false },
};
#define N_OPERATORS (sizeof operators / sizeof *operators)

/* Where we are, for errors: "Statement[1].Condition.StringLike". */
struct place {
	struct buf path;
	bool variables;                /* Version 2012-10-17: ${…} is not plain text */
	struct error *err;
};

static size_t enter(struct place *at, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static size_t enter(struct place *at, const char *fmt, ...)
{
	size_t back = at->path.len;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&at->path, fmt, ap);
	va_end(ap);
	return back;
}

static void leave(struct place *at, size_t back)
{
	at->path.len = back;
	if (at->path.data)
		at->path.data[back] = '\0';
}

static int bad(struct place *at, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int bad(struct place *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_vset(at->err, ERR_INVALID, fmt, ap);
	va_end(ap);
	if (at->path.len)
		error_prefix(at->err, "%.200s", buf_str(&at->path));
	error_class(at->err, "MalformedPolicyDocumentException", NULL);
	return ERR_INVALID;
}

/* ---- patterns ---- */

/* What stands between "${" and "}": a key, perhaps with ", 'default'". */
static int add_variable(struct place *at, struct policy_pattern *p, const char *s, size_t n)
{
	char *inner = xstrndup(s, n), *comma = strchr(inner, ',');
	struct policy_variable v = { 0 };
	int ret = 0;

	if (comma) {
		*comma++ = '\0';
		comma += strspn(comma, " ");
		size_t m = strlen(comma);
		if (m >= 2 && comma[0] == '\'' && comma[m - 1] == '\'')
			v.otherwise = xstrndup(comma + 1, m - 2);
		else
			ret = bad(at, "the default of ${%s} must stand in single quotes", inner);
	}
	inner[strcspn(inner, " ")] = '\0';
	if (!ret && !context_find(inner, &v.ref))
		ret = bad(at, "${%s} is no variable that is known here", inner);
	if (ret) {
		free(v.otherwise);
	} else {
		vec_push(&p->variables, v);
	}
	free(inner);
	return ret;
}

static bool is_escape(const char *s, size_t n)
{
	return n == 1 && strchr("*?$", *s);
}

/* wild: `*` and `?` stand for others. */
static int compile(struct place *at, const char *s, bool wild, bool variables, struct policy_pattern *p)
{
	struct buf b = BUF_INIT;
	int ret = 0;

	buf_reserve(&b, strlen(s) + 1);
	for (; *s && !ret; s++) {
		size_t n = variables && s[0] == '$' && s[1] == '{' ? strcspn(s + 2, "}") : 0;
		if ((unsigned char)*s < ' ' || *s == 0x7f) {
			ret = bad(at, "a control character is not allowed");
		} else if (n && !s[2 + n]) {
			ret = bad(at, "'${' without '}'");
		} else if (n && is_escape(s + 2, n)) {
			buf_addc(&b, s[2]);
			s += 3;
		} else if (n) {
			ret = add_variable(at, p, s + 2, n);
			buf_addc(&b, PATTERN_VAR);
			s += 2 + n;
		} else {
			buf_addc(&b, wild && *s == '*' ? PATTERN_ANY : wild && *s == '?' ? PATTERN_ONE : *s);
		}
	}
	buf_addc(&b, '\0');
	p->text = buf_steal(&b);
	return ret;
}

/* ---- actions and resources ---- */

static bool good_action(const char *s)
{
	const char *colon = strchr(s, ':');

	if (!strcmp(s, "*") || !strcmp(s, "*:*"))
		return true;
	if (!colon || colon == s || !colon[1])
		return false;
	for (const char *p = s; p < colon; p++)
		if (!isalnum((unsigned char)*p) && *p != '-')
			return false;
	for (const char *p = colon + 1; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '*' && *p != '?')
			return false;
	return true;
}

static int read_action(struct place *at, const char *s, struct policy_pattern *p)
{
	if (!good_action(s))
		return bad(at, "'%.100s' is no action: expected \"*\" or \"service:Name\", such as "
		           "\"elasticmapreduce:Describe*\"", s);
	return compile(at, s, true, false, p);
}

static int read_resource(struct place *at, const char *s, struct policy_pattern *p)
{
	if (strcmp(s, "*") && strncmp(s, "arn:", 4))
		return bad(at, "'%.100s' is no resource: expected \"*\" or an ARN, such as "
		           "\"arn:aws:elasticmapreduce:*:*:cluster/*\"", s);
	return compile(at, s, true, at->variables, p);
}

typedef int (*read_pattern_fn)(struct place *at, const char *s, struct policy_pattern *p);

static int add_pattern(struct place *at, const cJSON *v, read_pattern_fn read, struct pattern_list *out)
{
	struct policy_pattern p = { 0 };

	if (!cJSON_IsString(v))
		return bad(at, "expected a string");
	int ret = read(at, v->valuestring, &p);
	vec_push(out, p);
	return ret;
}

/* A string or a list of them, one at least. */
static int read_patterns(struct place *at, const cJSON *v, read_pattern_fn read, struct pattern_list *out)
{
	const cJSON *item;
	int i = 0, ret = 0;

	if (!cJSON_IsArray(v))
		return add_pattern(at, v, read, out);
	if (!cJSON_GetArraySize(v))
		return bad(at, "the list is empty: expected one string at least");
	cJSON_ArrayForEach(item, v) {
		size_t back = enter(at, "[%d]", i++);
		if ((ret = add_pattern(at, item, read, out)))
			return ret;
		leave(at, back);
	}
	return 0;
}

/* ---- conditions ---- */

static int read_truth(struct place *at, const char *s, struct policy_value *v)
{
	v->number = !strcasecmp(s, "true");
	if (v->number > 0 || !strcasecmp(s, "false"))
		return 0;
	return bad(at, "'%.100s' is neither \"true\" nor \"false\"", s);
}

static int read_number(struct place *at, const char *s, bool date, struct policy_value *v)
{
	int64_t ms = date ? clock_parse(s) : -1;
	char *end;

	if (ms >= 0) {
		v->number = (double)ms;
		return 0;
	}
	v->number = strtod(s, &end) * (date ? 1000 : 1);
	if (*s && !*end && isfinite(v->number))
		return 0;
	if (date)
		return bad(at, "'%.100s' is no time: expected ISO 8601, such as \"2026-11-21T00:00:00Z\", or "
		           "epoch seconds", s);
	return bad(at, "'%.100s' is no number", s);
}

static int read_value(struct place *at, const struct policy_operator *op, const char *s,
                      struct policy_value *v)
{
	switch (op->type) {
	case TYPE_STRING:
	case TYPE_FOLDED:
		return compile(at, s, false, at->variables, &v->pattern);
	case TYPE_LIKE:
		return compile(at, s, true, at->variables, &v->pattern);
	case TYPE_ARN:
		return read_resource(at, s, &v->pattern);
	case TYPE_NUMBER:
	case TYPE_DATE:
		return read_number(at, s, op->type == TYPE_DATE, v);
	case TYPE_IP:
		return address_parse(s, true, v) ? 0 : bad(at, "'%.100s' is no address: expected an IPv4 or IPv6 "
			"address or block, such as \"10.0.0.0/8\"", s);
	case TYPE_BOOL:
	case TYPE_NULL:
		break;
	}
	return read_truth(at, s, v);
}

static int add_value(struct place *at, const cJSON *json, struct policy_condition *c)
{
	struct policy_value v = { 0 };
	char *text = cJSON_IsNumber(json) || cJSON_IsBool(json) ? json_print(json) : NULL;
	const char *s = text ? text : cJSON_IsString(json) ? json->valuestring : NULL;
	int ret = s ? read_value(at, c->op, s, &v) : bad(at, "expected a string");

	vec_push(&c->values, v);
	free(text);
	return ret;
}

static int read_values(struct place *at, const cJSON *json, struct policy_condition *c)
{
	const cJSON *item;
	int i = 0, ret = 0;

	if (!cJSON_IsArray(json))
		return add_value(at, json, c);
	if (!cJSON_GetArraySize(json))
		return bad(at, "the list is empty: expected one value at least");
	cJSON_ArrayForEach(item, json) {
		size_t back = enter(at, "[%d]", i++);
		if ((ret = add_value(at, item, c)))
			return ret;
		leave(at, back);
	}
	return 0;
}

/* "ForAnyValue:StringLikeIfExists" and its kin. */
static int read_operator(struct place *at, const char *name, struct policy_condition *c)
{
	static const char if_exists[] = "IfExists";
	const char *base = name;

	if (!strncmp(name, "ForAllValues:", 13))
		c->quantifier = QUANTIFIER_ALL;
	else if (!strncmp(name, "ForAnyValue:", 12))
		c->quantifier = QUANTIFIER_ANY;
	base += c->quantifier == QUANTIFIER_ALL ? 13 : c->quantifier == QUANTIFIER_ANY ? 12 : 0;
	size_t n = strlen(base), m = sizeof if_exists - 1;
	c->if_exists = n > m && !strcmp(base + n - m, if_exists);
	n -= c->if_exists ? m : 0;
	for (size_t i = 0; i < N_OPERATORS && !c->op; i++)
		if (strlen(operators[i].name) == n && !strncmp(operators[i].name, base, n))
			c->op = &operators[i];
	if (!c->op || (c->op->type == TYPE_NULL && (c->if_exists || c->quantifier)))
		return bad(at, "no such operator; there are String…, Numeric…, Date…, Arn… (Equals, NotEquals, Like, "
		           "LessThan and their kin), Bool, IpAddress, NotIpAddress and Null, with ForAllValues: or "
		           "ForAnyValue: before and IfExists behind");
	return 0;
}

static int read_key(struct place *at, const char *operator_, const cJSON *item, struct policy_condition *c)
{
	int ret = read_operator(at, operator_, c);

	if (ret)
		return ret;
	size_t back = enter(at, ".%.80s", item->string);
	if (!context_find(item->string, &c->ref)) {
		struct buf names = BUF_INIT;
		context_names(&names);
		ret = bad(at, "no such condition key; there are %s", buf_str(&names));
		buf_free(&names);
		return ret;
	}
	if ((ret = read_values(at, item, c)))
		return ret;
	leave(at, back);
	return 0;
}

static bool twice(const cJSON *item)
{
	for (const cJSON *o = item->next; o; o = o->next)
		if (!strcmp(o->string, item->string))
			return true;
	return false;
}

static int read_conditions(struct place *at, const cJSON *v, struct policy_statement *s)
{
	const cJSON *op, *key;
	int ret;

	if (!cJSON_IsObject(v))
		return bad(at, "expected an object {operator: {key: values}}");
	cJSON_ArrayForEach(op, v) {
		size_t back = enter(at, ".%.60s", op->string);
		if (twice(op))
			return bad(at, "stands there twice");
		if (!cJSON_IsObject(op))
			return bad(at, "expected an object {key: values}");
		cJSON_ArrayForEach(key, op) {
			struct policy_condition c = { 0 };
			ret = twice(key) ? bad(at, "'%.80s' stands there twice", key->string) :
			      read_key(at, op->string, key, &c);
			vec_push(&s->conditions, c);
			if (ret)
				return ret;
		}
		leave(at, back);
	}
	return 0;
}

/* ---- statements ---- */

static int read_effect(struct place *at, const cJSON *v, struct policy_statement *s)
{
	const char *text = cJSON_IsString(v) ? v->valuestring : "";

	s->deny = !strcmp(text, "Deny");
	if (!s->deny && strcmp(text, "Allow"))
		return bad(at, "expected \"Allow\" or \"Deny\"");
	return 0;
}

static int read_sid(struct place *at, const cJSON *v, struct policy_statement *s)
{
	const char *text = cJSON_IsString(v) ? v->valuestring : NULL;

	if (!text || text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")])
		return bad(at, "expected letters and digits");
	s->sid = xstrdup(text);
	return 0;
}

static int read_member(struct place *at, const cJSON *v, struct policy_statement *s)
{
	const char *name = v->string;
	bool inverted = !strncmp(name, "Not", 3), actions = !strcmp(name + (inverted ? 3 : 0), "Action");

	if (!strcmp(name, "Effect"))
		return read_effect(at, v, s);
	if (!strcmp(name, "Sid"))
		return read_sid(at, v, s);
	if (!strcmp(name, "Condition"))
		return read_conditions(at, v, s);
	if (!strcmp(name, "Principal") || !strcmp(name, "NotPrincipal"))
		return bad(at, "a policy of a key has no principal: whoever holds the key is it");
	if (!actions && strcmp(name + (inverted ? 3 : 0), "Resource"))
		return bad(at, "no such member; there are Sid, Effect, Action, NotAction, Resource, NotResource and "
		           "Condition");
	if (actions ? s->actions.len : s->resources.len)
		return bad(at, "only one of %s and Not%s may be given", name + (inverted ? 3 : 0), name + (inverted ? 3 : 0));
	*(actions ? &s->not_action : &s->not_resource) = inverted;
	return read_patterns(at, v, actions ? read_action : read_resource, actions ? &s->actions : &s->resources);
}

static int read_statement(struct place *at, const cJSON *v, struct policy *p)
{
	struct policy_statement s = { 0 };
	const cJSON *item;
	int ret = cJSON_IsObject(v) ? 0 : bad(at, "expected an object");

	for (item = cJSON_IsObject(v) ? v->child : NULL; item && !ret; item = item->next) {
		size_t back = enter(at, ".%.40s", item->string);
		ret = twice(item) ? bad(at, "stands there twice") : read_member(at, item, &s);
		if (!ret)
			leave(at, back);
	}
	if (!ret && !json_str(v, "Effect", NULL))
		ret = bad(at, "Effect is missing: \"Allow\" or \"Deny\"");
	else if (!ret && !s.actions.len)
		ret = bad(at, "Action or NotAction is missing");
	else if (!ret && !s.resources.len)
		ret = bad(at, "Resource or NotResource is missing");
	for (size_t i = 0; !ret && s.sid && *s.sid && i < p->statements.len; i++)
		if (p->statements.items[i].sid && !strcmp(p->statements.items[i].sid, s.sid))
			ret = bad(at, "the Sid '%s' is another statement's too", s.sid);
	vec_push(&p->statements, s);
	return ret;
}

static int read_statements(struct place *at, const cJSON *v, struct policy *p)
{
	const cJSON *item;
	int i = 0, ret;

	if (!cJSON_IsArray(v))
		return read_statement(at, v, p);
	cJSON_ArrayForEach(item, v) {
		size_t back = enter(at, "[%d]", i++);
		if ((ret = read_statement(at, item, p)))
			return ret;
		leave(at, back);
	}
	return i ? 0 : bad(at, "the list is empty: expected one statement at least");
}

/* ---- the document ---- */

static int read_version(struct place *at, const cJSON *doc, bool *variables)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(doc, "Version");
	const char *text = !v ? "2008-10-17" : cJSON_IsString(v) ? v->valuestring : "";

	*variables = !strcmp(text, "2012-10-17");
	if (*variables || !strcmp(text, "2008-10-17"))
		return 0;
	enter(at, "Version");
	return bad(at, "expected \"2012-10-17\" (or the older \"2008-10-17\", without variables)");
}

static int read_document(struct place *at, const cJSON *doc, struct policy *p)
{
	const cJSON *item;
	int ret;

	if (!cJSON_IsObject(doc))
		return bad(at, "A policy document must be a JSON object with Version and Statement");
	if ((ret = read_version(at, doc, &at->variables)))
		return ret;
	cJSON_ArrayForEach(item, doc) {
		size_t back = enter(at, "%.40s", item->string);
		bool statement = !strcmp(item->string, "Statement");
		if (twice(item))
			return bad(at, "stands there twice");
		if (!statement && strcmp(item->string, "Version") && strcmp(item->string, "Id"))
			return bad(at, "no such member; there are Version, Id and Statement");
		if (statement && (ret = read_statements(at, item, p)))
			return ret;
		leave(at, back);
	}
	return p->statements.len ? 0 : bad(at, "Statement is missing");
}

int policy_read(const cJSON *document, struct policy **out, struct error *err)
{
	struct policy *p = xcalloc(1, sizeof *p);
	struct place at = { .path = BUF_INIT, .err = err };
	int ret = read_document(&at, document, p);

	buf_free(&at.path);
	if (ret)
		policy_free(p);
	else
		*out = p;
	return ret;
}

int policy_parse(const char *text, size_t len, struct policy **out, struct error *err)
{
	cJSON *doc = NULL;
	int ret = 0;

	if (len > POLICY_MAX_BYTES)
		ret = error_set(err, ERR_INVALID, "A policy document may have %d bytes, not %zu", POLICY_MAX_BYTES, len);
	else if (!(doc = json_parse(text, len, err)))
		ret = ERR_INVALID;
	if (ret) {
		error_class(err, "MalformedPolicyDocumentException", NULL);
		return ret;
	}
	ret = policy_read(doc, out, err);
	cJSON_Delete(doc);
	return ret;
}
