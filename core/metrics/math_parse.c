/* From text to tree. Precedence, loosest first: OR, AND, comparisons, + -, * /, ^, unary minus. */
#include <ctype.h>
#include <stdio.h>

#include "core/metrics/math_impl.h"

#define MAX_DEPTH 60
#define MAX_NODES 1000

struct parser {
	const char *text, *at;
	struct error *err;
	int depth, nodes;
};

static void node_free(struct math_node *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->items.len; i++)
		node_free(n->items.items[i]);
	vec_free(&n->items);
	free(n->text);
	free(n);
}

void math_free(struct math_expr *e)
{
	if (e)
		node_free(e->root);
	free(e);
}

static void skip(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

static struct math_node *fail(struct parser *p, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static struct math_node *fail(struct parser *p, const char *at, const char *fmt, ...)
{
	va_list ap;
	int column = (int)(at - p->text) + 1;

	if (p->err->code)
		return NULL;
	va_start(ap, fmt);
	error_vset(p->err, ERR_INVALID, fmt, ap);
	va_end(ap);
	error_at(p->err, 1, column);
	error_prefix(p->err, "at position %d", column);
	return NULL;
}

static struct math_node *make(struct parser *p, enum node_kind kind, const char *at)
{
	struct math_node *n;

	if (++p->nodes > MAX_NODES)
		return fail(p, at, "the expression is too long");
	n = xcalloc(1, sizeof *n);
	n->kind = kind;
	n->column = (int)(at - p->text) + 1;
	return n;
}

static struct math_node *parse_or(struct parser *p);

static bool take(struct parser *p, const char *s)
{
	skip(p);
	if (strncmp(p->at, s, strlen(s)))
		return false;
	p->at += strlen(s);
	return true;
}

/* A word such as AND: not the beginning of a longer name. */
static bool take_word(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	skip(p);
	if (strncasecmp(p->at, word, n) || isalnum((unsigned char)p->at[n]) || p->at[n] == '_')
		return false;
	p->at += n;
	return true;
}

/* Items up to the closing character, which is taken. */
static bool parse_items(struct parser *p, struct math_node *n, char close)
{
	char end[2] = { close, 0 };

	if (take(p, end))
		return true;
	do {
		struct math_node *item = parse_or(p);
		if (!item)
			return false;
		vec_push(&n->items, item);
	} while (take(p, ","));
	if (!take(p, end)) {
		fail(p, p->at, "\"%c\" or \",\" is missing", close);
		return false;
	}
	return true;
}

static struct math_node *parse_text(struct parser *p)
{
	char quote = *p->at;
	const char *start = p->at, *end = strchr(start + 1, quote);
	struct math_node *n;

	if (!end)
		return fail(p, start, "the text that begins here has no end");
	if (!(n = make(p, NODE_TEXT, start)))
		return NULL;
	n->text = xstrndup(start + 1, (size_t)(end - start - 1));
	p->at = end + 1;
	return n;
}

static bool check_call(struct parser *p, const struct math_node *n, const char *start)
{
	const struct math_function *f = n->function;
	int given = (int)n->items.len;

	if (given < f->min || (f->max >= 0 && given > f->max)) {
		if (f->min == f->max)
			fail(p, start, "%s takes %d argument%s, not %d", f->name, f->min, f->min == 1 ? "" : "s", given);
		else
			fail(p, start, "%s takes %d to %d arguments, not %d", f->name, f->min, f->max, given);
		return false;
	}
	for (int i = 0; i < given; i++)
		if (n->items.items[i]->kind == NODE_TEXT && !(f->words >> i & 1)) {
			fail(p, p->text + n->items.items[i]->column - 1, "a text cannot stand here");
			return false;
		}
	return true;
}

static struct math_node *parse_name(struct parser *p)
{
	const char *start = p->at;
	struct math_node *n;

	while (isalnum((unsigned char)*p->at) || *p->at == '_')
		p->at++;
	if (!(n = make(p, NODE_ID, start)))
		return NULL;
	n->text = xstrndup(start, (size_t)(p->at - start));
	if (!take(p, "("))
		return n;
	for (char *c = n->text; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	n->kind = NODE_CALL;
	n->function = math_function_find(n->text);
	if (!n->function)
		fail(p, start, "there is no function %s", n->text);
	if (!n->function || !parse_items(p, n, ')') || !check_call(p, n, start)) {
		node_free(n);
		return NULL;
	}
	return n;
}

static struct math_node *parse_number(struct parser *p)
{
	char *end;
	struct math_node *n = make(p, NODE_NUMBER, p->at);

	if (!n)
		return NULL;
	n->number = strtod(p->at, &end);
	p->at = end;
	return n;
}

static struct math_node *parse_atom(struct parser *p)
{
	struct math_node *n;

	skip(p);
	if (isdigit((unsigned char)*p->at) || (*p->at == '.' && isdigit((unsigned char)p->at[1])))
		return parse_number(p);
	if (isalpha((unsigned char)*p->at) || *p->at == '_')
		return parse_name(p);
	if (*p->at == '\'' || *p->at == '"')
		return parse_text(p);
	if (take(p, "(")) {
		n = parse_or(p);
		if (n && !take(p, ")")) {
			node_free(n);
			return fail(p, p->at, "\")\" is missing");
		}
		return n;
	}
	if (*p->at == '[') {
		n = make(p, NODE_LIST, p->at++);
		if (n && parse_items(p, n, ']'))
			return n;
		node_free(n);
		return NULL;
	}
	return *p->at ? fail(p, p->at, "\"%.1s\" is not expected here", p->at)
	       : fail(p, p->at, "something is missing at the end");
}

static struct math_node *parse_unary(struct parser *p)
{
	const char *start;
	struct math_node *n, *inner = NULL;

	skip(p);
	start = p->at;
	if (++p->depth > MAX_DEPTH) {
		p->depth--;
		return fail(p, start, "the expression is nested too deeply");
	}
	if (!take(p, "-")) {
		n = parse_atom(p);
	} else {
		inner = parse_unary(p);
		n = inner ? make(p, NODE_NEGATE, start) : NULL;
		if (n)
			vec_push(&n->items, inner);
		else
			node_free(inner);
	}
	p->depth--;
	return n;
}

static struct math_node *binary(struct parser *p, enum binary_op op, struct math_node *left, const char *at,
                                struct math_node *right)
{
	struct math_node *n = right ? make(p, NODE_BINARY, at) : NULL;

	if (!n) {
		node_free(left);
		node_free(right);
		return NULL;
	}
	n->op = op;
	vec_push(&n->items, left);
	vec_push(&n->items, right);
	return n;
}

static struct math_node *parse_pow(struct parser *p)
{
	struct math_node *n = parse_unary(p);

	skip(p);
	const char *at = p->at;
	while (n && take(p, "^"))
		n = binary(p, OP_POW, n, at, parse_unary(p));
	return n;
}

static struct math_node *parse_mul(struct parser *p)
{
	struct math_node *n = parse_pow(p);

	for (;;) {
		skip(p);
		const char *at = p->at;
		if (n && take(p, "*"))
			n = binary(p, OP_MUL, n, at, parse_pow(p));
		else if (n && take(p, "/"))
			n = binary(p, OP_DIV, n, at, parse_pow(p));
		else
			return n;
	}
}

static struct math_node *parse_add(struct parser *p)
{
	struct math_node *n = parse_mul(p);

	for (;;) {
		skip(p);
		const char *at = p->at;
		if (n && take(p, "+"))
			n = binary(p, OP_ADD, n, at, parse_mul(p));
		else if (n && take(p, "-"))
			n = binary(p, OP_SUB, n, at, parse_mul(p));
		else
			return n;
	}
}

static struct math_node *parse_compare(struct parser *p)
{
	static const struct { const char *text; enum binary_op op; } ops[] = {
		{ "==", OP_EQ }, { "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE }, { "<", OP_LT }, { ">", OP_GT },
	};
	struct math_node *n = parse_add(p);

	for (size_t i = 0; n && i < sizeof ops / sizeof *ops; i++) {
		skip(p);
		const char *at = p->at;
		if (!take(p, ops[i].text))
			continue;
		n = binary(p, ops[i].op, n, at, parse_add(p));
		i = (size_t)-1;
	}
	return n;
}

static struct math_node *parse_and(struct parser *p)
{
	struct math_node *n = parse_compare(p);

	for (;;) {
		skip(p);
		const char *at = p->at;
		if (!n || !(take(p, "&&") || take_word(p, "AND")))
			return n;
		n = binary(p, OP_AND, n, at, parse_compare(p));
	}
}

static struct math_node *parse_or(struct parser *p)
{
	struct math_node *n = parse_and(p);

	for (;;) {
		skip(p);
		const char *at = p->at;
		if (!n || !(take(p, "||") || take_word(p, "OR")))
			return n;
		n = binary(p, OP_OR, n, at, parse_and(p));
	}
}

int math_parse(const char *text, struct math_expr **out, struct error *err)
{
	struct error own = ERROR_INIT;
	struct parser p = { .text = text, .at = text, .err = err ? err : &own };

	*p.err = own;
	struct math_node *root = parse_or(&p);
	skip(&p);
	if (root && *p.at) {
		fail(&p, p.at, "\"%.20s\" is not expected here", p.at);
		node_free(root);
		root = NULL;
	}
	if (root && root->kind == NODE_TEXT) {
		fail(&p, text, "a text alone is no expression");
		node_free(root);
		root = NULL;
	}
	if (!root)
		return p.err->code;
	*out = xcalloc(1, sizeof **out);
	(*out)->root = root;
	return 0;
}

/* ---- what is in it ---- */

static void names_of(const struct math_node *n, struct str_list *out)
{
	if (n->kind == NODE_ID && !str_list_has(out, n->text))
		str_list_add(out, n->text);
	for (size_t i = 0; i < n->items.len; i++) {
		bool word = n->kind == NODE_CALL && n->items.items[i]->kind == NODE_ID && (n->function->words >> i & 1) &&
		            isupper((unsigned char)n->items.items[i]->text[0]);
		if (!word)
			names_of(n->items.items[i], out);
	}
}

void math_names(const struct math_expr *e, struct str_list *out)
{
	names_of(e->root, out);
}
