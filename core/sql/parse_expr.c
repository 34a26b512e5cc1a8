/* Operators and predicates, by precedence climbing. */
#include "core/sql/parse.h"

struct sql_expr *new_expr(struct parser *p, enum sql_expr_kind kind, struct sql_pos pos)
{
	struct sql_expr *e = arena_new_of(p->arena, struct sql_expr);
	e->kind = kind;
	e->pos = pos;
	return e;
}

struct sql_expr *finish_expr(struct parser *p, struct sql_expr *e, int child_height)
{
	e->end = last_end(p);
	e->height = limit_height(p, child_height + 1, e->pos);
	return e;
}

int height_of(const struct sql_expr *e)
{
	return e ? e->height : 0;
}

int height_of_list(struct sql_expr *const *list, size_t n)
{
	int height = 0;
	for (size_t i = 0; i < n; i++)
		if (height_of(list[i]) > height)
			height = list[i]->height;
	return height;
}

static int higher(int a, int b)
{
	return a > b ? a : b;
}

struct sql_expr *string_expr(struct parser *p, struct sql_pos pos, const char *text)
{
	struct sql_expr *e = new_expr(p, SQL_EX_LITERAL, pos);
	e->lit.kind = SQL_LIT_STRING;
	e->lit.text = text;
	e->lit.len = strlen(text);
	return finish_expr(p, e, 0);
}

struct sql_expr **parse_expr_list(struct parser *p, size_t *n)
{
	struct sql_expr **out;
	VEC(struct sql_expr *) list = {0};
	do
		vec_push(&list, parse_expr(p));
	while (take_op(p, ','));
	TAKE_LIST(p, &list, out, *n);
	return out;
}

/* ---- value expressions ---- */

struct operator { enum sql_op op; int level; int tokens; };

/* '>' followed by more of its kind without a blank: >> and >>>. */
static int count_greater(const struct parser *p)
{
	int n = 0;
	while (n < 3 && peek_op(p, (size_t)n, '>') &&
	       (n == 0 || peek(p, (size_t)n)->text == peek(p, (size_t)n - 1)->text + 1))
		n++;
	return n;
}

static bool greater_operator(const struct parser *p, struct operator *o)
{
	int n = count_greater(p);
	*o = n == 3 ? (struct operator){SQL_OP_USHR, 5, 3}
	   : n == 2 ? (struct operator){SQL_OP_SHR, 5, 2} : (struct operator){SQL_OP_GT, 1, 1};
	return true;
}

/* The binary operator at the cursor; a higher level binds tighter. */
static bool read_operator(const struct parser *p, struct operator *o)
{
	static const struct { int token; struct operator o; } table[] = {
		{'*', {SQL_OP_MUL, 7, 1}}, {'/', {SQL_OP_DIV, 7, 1}}, {'%', {SQL_OP_MOD, 7, 1}},
		{'+', {SQL_OP_ADD, 6, 1}}, {'-', {SQL_OP_SUB, 6, 1}}, {SQL_TOP_CONCAT, {SQL_OP_CONCAT, 6, 1}},
		{SQL_TOP_SHL, {SQL_OP_SHL, 5, 1}},
		{'&', {SQL_OP_BITAND, 4, 1}}, {'^', {SQL_OP_BITXOR, 3, 1}}, {'|', {SQL_OP_BITOR, 2, 1}},
		{'=', {SQL_OP_EQ, 1, 1}}, {SQL_TOP_NULLSAFE, {SQL_OP_NULLSAFE_EQ, 1, 1}},
		{SQL_TOP_NE, {SQL_OP_NE, 1, 1}}, {'<', {SQL_OP_LT, 1, 1}}, {SQL_TOP_LE, {SQL_OP_LE, 1, 1}},
		{SQL_TOP_GE, {SQL_OP_GE, 1, 1}},
	};
	if (is_kw(p, KW_DIV)) {
		*o = (struct operator){SQL_OP_INTDIV, 7, 1};
		return true;
	}
	if (p->tok->kind != SQL_TOK_OP)
		return false;
	if (p->tok->op == '>')
		return greater_operator(p, o);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].token == p->tok->op) {
			*o = table[i].o;
			return true;
		}
	}
	return false;
}

static struct sql_expr *binary(struct parser *p, enum sql_op op, struct sql_pos op_pos, struct sql_expr *left,
                               struct sql_expr *right)
{
	struct sql_expr *e = new_expr(p, SQL_EX_BINARY, left ? left->pos : op_pos);
	e->binary.op = op;
	e->binary.op_pos = op_pos;
	e->binary.left = left;
	e->binary.right = right;
	return finish_expr(p, e, higher(height_of(left), height_of(right)));
}

static struct sql_expr *unary(struct parser *p, enum sql_op op, struct sql_pos pos, struct sql_expr *arg)
{
	struct sql_expr *e = new_expr(p, SQL_EX_UNARY, pos);
	e->unary.op = op;
	e->unary.arg = arg;
	return finish_expr(p, e, height_of(arg));
}

static bool is_number(const struct sql_token *t)
{
	return t->kind == SQL_TOK_INTEGER || t->kind == SQL_TOK_NUMBER;
}

static struct sql_expr *parse_unary(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	bool minus = is_op(p, '-');
	/* "-1" is a literal: its name has no brackets, and the smallest integers can be written */
	if (!minus && !is_op(p, '+') && !is_op(p, '~'))
		return parse_primary(p);
	if (minus && is_number(peek(p, 1)))
		return parse_primary(p);
	enum sql_op op = minus ? SQL_OP_NEG : is_op(p, '+') ? SQL_OP_PLUS : SQL_OP_BITNOT;
	if (!enter(p))
		return NULL;
	advance(p);
	struct sql_expr *arg = parse_unary(p);
	leave(p);
	return unary(p, op, pos, arg);
}

static struct sql_expr *parse_operators(struct parser *p, int level)
{
	struct sql_expr *left = parse_unary(p);
	struct operator o;
	while (!p->failed && read_operator(p, &o) && o.level >= level) {
		struct sql_pos op_pos = p->tok->pos;
		for (int i = 0; i < o.tokens; i++)
			advance(p);
		struct sql_expr *right = parse_operators(p, o.level + 1);
		left = binary(p, o.op, op_pos, left, right);
	}
	return left;
}

struct sql_expr *parse_value(struct parser *p)
{
	return parse_operators(p, 1);
}

/* ---- predicates ---- */

static struct sql_expr *parse_between(struct parser *p, struct sql_expr *arg, bool negated)
{
	struct sql_expr *e = new_expr(p, SQL_EX_BETWEEN, arg->pos);
	e->between.negated = negated;
	e->between.arg = arg;
	e->between.low = parse_value(p);
	expect_kw(p, KW_AND);
	e->between.high = parse_value(p);
	return finish_expr(p, e, higher(arg->height, higher(height_of(e->between.low), height_of(e->between.high))));
}

static struct sql_expr *parse_in(struct parser *p, struct sql_expr *arg, bool negated)
{
	struct sql_expr *e = new_expr(p, SQL_EX_IN, arg->pos);
	int height;
	e->in.negated = negated;
	e->in.arg = arg;
	expect_op(p, '(');
	if (at_query(p)) {
		e->in.query = parse_query(p);
		height = query_height(e->in.query);
	} else {
		e->in.list = parse_expr_list(p, &e->in.n_list);
		height = height_of_list(e->in.list, e->in.n_list);
	}
	expect_op(p, ')');
	return finish_expr(p, e, higher(arg->height, height));
}

static enum sql_quantifier parse_quantifier(struct parser *p)
{
	if (!peek_op(p, 1, '('))
		return SQL_QUANT_NONE;
	if (take_kw(p, KW_ANY) || take_kw(p, KW_SOME))
		return SQL_QUANT_ANY;
	return take_kw(p, KW_ALL) ? SQL_QUANT_ALL : SQL_QUANT_NONE;
}

static void parse_escape(struct parser *p, struct sql_expr *e)
{
	struct sql_pos pos = p->tok->pos;
	size_t len;
	const char *text = parse_string(p, &len);
	size_t chars = 0;
	for (size_t i = 0; i < len; i++)
		chars += ((unsigned char)text[i] & 0xC0) != 0x80;
	if (chars != 1)
		fail_at(p, pos, "INVALID_ESCAPE_CHAR", "42604",
		        "`EscapeChar` should be a string literal of length one, but got '%s'.", text);
	e->like.escape = text;
}

static struct sql_expr *parse_like(struct parser *p, struct sql_expr *arg, bool negated, enum sql_like_kind op)
{
	struct sql_expr *e = new_expr(p, SQL_EX_LIKE, arg->pos);
	e->like.op = op;
	e->like.negated = negated;
	e->like.arg = arg;
	e->like.quantifier = op == SQL_RLIKE ? SQL_QUANT_NONE : parse_quantifier(p);
	if (e->like.quantifier != SQL_QUANT_NONE) {
		expect_op(p, '(');
		e->like.patterns = parse_expr_list(p, &e->like.n_patterns);
		expect_op(p, ')');
	} else {
		struct sql_expr *pattern = parse_value(p);
		e->like.patterns = arena_alloc(p->arena, sizeof *e->like.patterns);
		e->like.patterns[0] = pattern;
		e->like.n_patterns = 1;
		if (op != SQL_RLIKE && take_kw(p, KW_ESCAPE))
			parse_escape(p, e);
	}
	return finish_expr(p, e, higher(arg->height, height_of_list(e->like.patterns, e->like.n_patterns)));
}

static struct sql_expr *parse_is(struct parser *p, struct sql_expr *arg)
{
	struct sql_expr *e = new_expr(p, SQL_EX_IS, arg->pos);
	e->is.arg = arg;
	e->is.negated = take_kw(p, KW_NOT);
	if (take_kw(p, KW_NULL)) {
		e->is.test = SQL_IS_NULL;
	} else if (take_kw(p, KW_TRUE)) {
		e->is.test = SQL_IS_TRUE;
	} else if (take_kw(p, KW_FALSE)) {
		e->is.test = SQL_IS_FALSE;
	} else if (take_kw(p, KW_UNKNOWN)) {
		e->is.test = SQL_IS_UNKNOWN;
	} else if (take_kw2(p, KW_DISTINCT, KW_FROM)) {
		e->is.test = SQL_IS_DISTINCT;
		e->is.other = parse_value(p);
	} else {
		fail_here(p);
	}
	return finish_expr(p, e, higher(arg->height, height_of(e->is.other)));
}

static bool begins_predicate(enum sql_kw kw)
{
	return kw == KW_BETWEEN || kw == KW_IN || kw == KW_LIKE || kw == KW_ILIKE || kw == KW_RLIKE ||
	       kw == KW_REGEXP;
}

/* One predicate at most: "a IS NULL IS NULL" is an error in Spark too. */
static struct sql_expr *parse_predicate(struct parser *p)
{
	struct sql_expr *arg = parse_value(p);
	if (!arg || p->tok->kind != SQL_TOK_WORD)
		return arg;
	if (take_kw(p, KW_IS))
		return parse_is(p, arg);
	bool negated = is_kw(p, KW_NOT);
	const struct sql_token *t = peek(p, negated ? 1 : 0);
	if (t->kind != SQL_TOK_WORD || !begins_predicate(t->kw))
		return arg;
	enum sql_kw kw = t->kw;
	if (kw == KW_IN && !peek_op(p, negated ? 2 : 1, '('))
		return arg; /* POSITION(a IN b) */
	if (negated)
		advance(p);
	advance(p);
	switch (kw) {
	case KW_BETWEEN: return parse_between(p, arg, negated);
	case KW_IN: return parse_in(p, arg, negated);
	case KW_LIKE: return parse_like(p, arg, negated, SQL_LIKE);
	case KW_ILIKE: return parse_like(p, arg, negated, SQL_ILIKE);
	default: return parse_like(p, arg, negated, SQL_RLIKE);
	}
}

/* ---- NOT, AND, OR ---- */

static struct sql_expr *parse_not(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	if (!is_kw(p, KW_NOT) && !is_op(p, '!'))
		return parse_predicate(p);
	if (!enter(p))
		return NULL;
	advance(p);
	struct sql_expr *arg = parse_not(p);
	leave(p);
	return unary(p, SQL_OP_NOT, pos, arg);
}

/* A chain of one operator becomes a balanced tree: thousands of OR then nest a dozen levels deep, and the
 * column's name has its brackets where Spark has them. */
static struct sql_expr *balance(struct parser *p, enum sql_op op, struct sql_expr **items, size_t low, size_t high)
{
	if (low == high)
		return items[low];
	size_t mid = high - low == 1 ? low : low + (high - low) / 2;
	struct sql_expr *left = balance(p, op, items, low, mid);
	struct sql_expr *right = balance(p, op, items, mid + 1, high);
	struct sql_expr *e = binary(p, op, right ? right->pos : p->tok->pos, left, right);
	if (right)
		e->end = right->end;
	return e;
}

static struct sql_expr *parse_chain(struct parser *p, enum sql_kw kw, enum sql_op op,
                                    struct sql_expr *(*parse_item)(struct parser *))
{
	struct sql_expr *e = parse_item(p);
	if (p->failed || !is_kw(p, kw))
		return e;
	VEC(struct sql_expr *) items = {0};
	vec_push(&items, e);
	while (take_kw(p, kw)) {
		e = parse_item(p);
		vec_push(&items, e);
	}
	e = p->failed ? NULL : balance(p, op, items.items, 0, items.len - 1);
	vec_free(&items);
	return e;
}

static struct sql_expr *parse_and(struct parser *p)
{
	return parse_chain(p, KW_AND, SQL_OP_AND, parse_not);
}

struct sql_expr *parse_expr(struct parser *p)
{
	if (!enter(p))
		return NULL;
	struct sql_expr *e = parse_chain(p, KW_OR, SQL_OP_OR, parse_and);
	leave(p);
	return e;
}

struct sql_expr *parse_named_expr(struct parser *p)
{
	struct sql_expr *arg = parse_expr(p);
	bool as = take_kw(p, KW_AS);
	if (!arg || (!as && !may_alias(p, false) && !is_op(p, '(')))
		return arg;
	struct sql_expr *e = new_expr(p, SQL_EX_ALIAS, arg->pos);
	e->alias.arg = arg;
	if (is_op(p, '(')) {
		e->alias.names = parse_ident_parens(p, &e->alias.n_names);
	} else {
		e->alias.names = arena_alloc(p->arena, sizeof *e->alias.names);
		e->alias.names[0] = parse_ident(p);
		e->alias.n_names = 1;
	}
	return finish_expr(p, e, arg->height);
}
