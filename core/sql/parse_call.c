/* Calls: name(args) with all that may follow, and the functions that have a syntax of their own. */
#include <strings.h>

#include "core/sql/parse.h"

/* ---- ORDER BY lists and windows ---- */

static struct sql_sort parse_sort_item(struct parser *p)
{
	struct sql_sort s = {.pos = p->tok->pos, .expr = parse_expr(p)};
	if (!take_kw(p, KW_ASC))
		s.desc = take_kw(p, KW_DESC);
	if (take_kw(p, KW_NULLS)) {
		s.nulls = is_kw(p, KW_FIRST) ? SQL_NULLS_FIRST : SQL_NULLS_LAST;
		if (!take_kw(p, KW_FIRST))
			expect_kw(p, KW_LAST);
	}
	return s;
}

struct sql_sort *parse_sort_list(struct parser *p, size_t *n)
{
	struct sql_sort *out;
	VEC(struct sql_sort) list = {0};
	do
		vec_push(&list, parse_sort_item(p));
	while (take_op(p, ','));
	TAKE_LIST(p, &list, out, *n);
	return out;
}

static struct sql_bound parse_bound(struct parser *p)
{
	struct sql_bound b = {SQL_BOUND_CURRENT_ROW, NULL};
	if (take_kw2(p, KW_CURRENT, KW_ROW))
		return b;
	bool unbounded = take_kw(p, KW_UNBOUNDED);
	if (!unbounded)
		b.offset = parse_value(p);
	if (take_kw(p, KW_PRECEDING))
		b.kind = unbounded ? SQL_BOUND_UNBOUNDED_PRECEDING : SQL_BOUND_PRECEDING;
	else if (take_kw(p, KW_FOLLOWING))
		b.kind = unbounded ? SQL_BOUND_UNBOUNDED_FOLLOWING : SQL_BOUND_FOLLOWING;
	else
		fail_here(p);
	return b;
}

static void parse_frame(struct parser *p, struct sql_window *w)
{
	if (!is_kw(p, KW_ROWS) && !is_kw(p, KW_RANGE))
		return;
	w->has_frame = true;
	w->range = is_kw(p, KW_RANGE);
	advance(p);
	bool between = take_kw(p, KW_BETWEEN);
	w->start = parse_bound(p);
	w->end = (struct sql_bound){SQL_BOUND_CURRENT_ROW, NULL};
	if (between) {
		expect_kw(p, KW_AND);
		w->end = parse_bound(p);
	}
}

struct sql_window *parse_window_spec(struct parser *p)
{
	struct sql_window *w = arena_new_of(p->arena, struct sql_window);
	w->pos = p->tok->pos;
	bool open = take_op(p, '(');
	if (!open || (is_word(p->tok) && peek_op(p, 1, ')'))) {
		w->ref = parse_ident(p).name;
		vec_push(&p->window_refs, w);
		if (open)
			expect_op(p, ')');
		return w;
	}
	if (take_kw2(p, KW_PARTITION, KW_BY) || take_kw2(p, KW_DISTRIBUTE, KW_BY) || take_kw2(p, KW_CLUSTER, KW_BY))
		w->partition = parse_expr_list(p, &w->n_partition);
	if (take_kw2(p, KW_ORDER, KW_BY) || take_kw2(p, KW_SORT, KW_BY))
		w->order = parse_sort_list(p, &w->n_order);
	parse_frame(p, w);
	expect_op(p, ')');
	return w;
}

static int sort_height(const struct sql_sort *s, size_t n)
{
	int height = 0;
	for (size_t i = 0; i < n; i++)
		if (height_of(s[i].expr) > height)
			height = s[i].expr->height;
	return height;
}

static int window_height(const struct sql_window *w)
{
	if (!w)
		return 0;
	int a = height_of_list(w->partition, w->n_partition), b = sort_height(w->order, w->n_order);
	int c = height_of(w->start.offset), d = height_of(w->end.offset);
	a = a > b ? a : b;
	c = c > d ? c : d;
	return a > c ? a : c;
}

/* ---- plain calls ---- */

static struct sql_expr *parse_table_arg(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_TABLE_ARG, p->tok->pos);
	expect_kw(p, KW_TABLE);
	expect_op(p, '(');
	e->subquery = at_query(p) ? parse_query(p) : NULL;
	if (!e->subquery)
		return fail_unsupported(p, e->pos, "A table name as an argument");
	expect_op(p, ')');
	return finish_expr(p, e, query_height(e->subquery));
}

static struct sql_expr *parse_arg(struct parser *p, bool aliases)
{
	if (is_word(p->tok) && peek_op(p, 1, SQL_TOP_FAT_ARROW)) {
		struct sql_expr *e = new_expr(p, SQL_EX_NAMED_ARG, p->tok->pos);
		e->named_arg.name = parse_ident(p);
		advance(p);
		e->named_arg.value = parse_expr(p);
		return finish_expr(p, e, height_of(e->named_arg.value));
	}
	if (is_kw(p, KW_TABLE) && peek_op(p, 1, '('))
		return parse_table_arg(p);
	return aliases ? parse_named_expr(p) : parse_expr(p);
}

static struct sql_expr **parse_args(struct parser *p, bool aliases, size_t *n)
{
	struct sql_expr **out;
	VEC(struct sql_expr *) list = {0};
	if (!is_op(p, ')')) {
		do
			vec_push(&list, parse_arg(p, aliases));
		while (take_op(p, ','));
	}
	TAKE_LIST(p, &list, out, *n);
	return out;
}

struct sql_expr **parse_call_args(struct parser *p, size_t *n)
{
	struct sql_expr **out = parse_args(p, false, n);
	expect_op(p, ')');
	return out;
}

static bool parse_null_rule(struct parser *p, struct sql_call *c)
{
	if (take_kw2(p, KW_IGNORE, KW_NULLS))
		c->nulls = SQL_NULLS_IGNORE;
	else if (take_kw2(p, KW_RESPECT, KW_NULLS))
		c->nulls = SQL_NULLS_RESPECT;
	else
		return false;
	return true;
}

struct sql_expr *parse_call_tail(struct parser *p, struct sql_expr *e)
{
	struct sql_call *c = &e->call;
	if (take_kw2(p, KW_WITHIN, KW_GROUP)) {
		expect_op(p, '(');
		expect_kw(p, KW_ORDER);
		expect_kw(p, KW_BY);
		c->within = parse_sort_list(p, &c->n_within);
		expect_op(p, ')');
	}
	if (is_kw(p, KW_FILTER) && peek_op(p, 1, '(') && take_kw(p, KW_FILTER)) {
		expect_op(p, '(');
		expect_kw(p, KW_WHERE);
		c->filter = parse_expr(p);
		expect_op(p, ')');
	}
	parse_null_rule(p, c);
	if (is_kw(p, KW_OVER) && (peek_op(p, 1, '(') || is_word(peek(p, 1))) && take_kw(p, KW_OVER))
		c->over = parse_window_spec(p);
	int height = height_of_list(c->args, c->n_args), parts[] = {
		sort_height(c->within, c->n_within), height_of(c->filter), window_height(c->over)};
	for (size_t i = 0; i < 3; i++)
		height = parts[i] > height ? parts[i] : height;
	return finish_expr(p, e, height);
}

struct sql_expr *parse_call(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_FUNCTION, p->tok->pos);
	struct sql_call *c = &e->call;
	bool is_struct = is_kw(p, KW_STRUCT);
	if (is_kw(p, KW_IDENTIFIER))
		return fail_unsupported(p, e->pos, "The IDENTIFIER clause");
	c->name = parse_name(p);
	expect_op(p, '(');
	if (take_kw(p, KW_DISTINCT))
		c->distinct = true;
	else if (is_kw(p, KW_ALL) && !peek_op(p, 1, ',') && !peek_op(p, 1, ')') && !peek_op(p, 1, '('))
		advance(p);
	c->args = parse_args(p, is_struct, &c->n_args);
	parse_null_rule(p, c);
	expect_op(p, ')');
	return parse_call_tail(p, e);
}

/* ---- calls with words between their arguments ---- */

static struct sql_expr *make_call(struct parser *p, struct sql_pos pos, const char *name, enum sql_call_syntax syntax,
                                  struct sql_expr *const *args, size_t n)
{
	struct sql_expr *e = new_expr(p, SQL_EX_FUNCTION, pos);
	e->call.name = (struct sql_name){.pos = pos, .n = 1};
	e->call.name.parts = arena_alloc(p->arena, sizeof *e->call.name.parts);
	e->call.name.parts[0] = name;
	e->call.syntax = syntax;
	e->call.args = arena_alloc(p->arena, n * sizeof *e->call.args);
	memcpy(e->call.args, args, n * sizeof *args);
	e->call.n_args = n;
	return finish_expr(p, e, height_of_list(args, n));
}

static struct sql_expr *parse_extract(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	advance(p);
	expect_op(p, '(');
	struct sql_ident field = {.pos = p->tok->pos};
	if (is_string(p))
		field.name = parse_string(p, NULL);
	else
		field = parse_ident(p);
	struct sql_expr *args[] = {string_expr(p, field.pos, field.name), NULL};
	expect_kw(p, KW_FROM);
	args[1] = parse_value(p);
	expect_op(p, ')');
	return make_call(p, pos, "extract", SQL_CALL_EXTRACT, args, 2);
}

/* SUBSTRING(x FROM a FOR b); the first argument is parsed already. Also OVERLAY's end. */
static struct sql_expr *parse_from_for(struct parser *p, struct sql_pos pos, const char *name,
                                       enum sql_call_syntax syntax, struct sql_expr **args, size_t n)
{
	expect_kw(p, KW_FROM);
	args[n++] = parse_value(p);
	if (take_kw(p, KW_FOR))
		args[n++] = parse_value(p);
	expect_op(p, ')');
	return make_call(p, pos, name, syntax, args, n);
}

/* The rest of a plain call whose first argument turned out to be just that. */
static struct sql_expr *parse_plain_rest(struct parser *p, struct sql_pos pos, const char *name,
                                         struct sql_expr *first)
{
	VEC(struct sql_expr *) args = {0};
	vec_push(&args, first);
	while (take_op(p, ','))
		vec_push(&args, parse_arg(p, false));
	expect_op(p, ')');
	struct sql_expr *e = make_call(p, pos, name, SQL_CALL_PLAIN, args.items, args.len);
	vec_free(&args);
	return parse_call_tail(p, e);
}

static struct sql_expr *parse_substring(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	const char *name = token_text(p, p->tok);
	struct sql_expr *args[3];
	advance(p);
	expect_op(p, '(');
	args[0] = parse_value(p);
	if (is_kw(p, KW_FROM))
		return parse_from_for(p, pos, "substring", SQL_CALL_SUBSTRING, args, 1);
	return parse_plain_rest(p, pos, name, args[0]);
}

static struct sql_expr *parse_overlay(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	const char *name = token_text(p, p->tok);
	struct sql_expr *args[4];
	advance(p);
	expect_op(p, '(');
	args[0] = parse_value(p);
	if (!take_kw(p, KW_PLACING))
		return parse_plain_rest(p, pos, name, args[0]);
	args[1] = parse_value(p);
	return parse_from_for(p, pos, "overlay", SQL_CALL_OVERLAY, args, 2);
}

static struct sql_expr *parse_position(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	const char *name = token_text(p, p->tok);
	advance(p);
	expect_op(p, '(');
	struct sql_expr *args[] = {parse_value(p), NULL};
	if (!take_kw(p, KW_IN))
		return parse_plain_rest(p, pos, name, args[0]);
	args[1] = parse_value(p);
	expect_op(p, ')');
	return make_call(p, pos, "locate", SQL_CALL_POSITION, args, 2);
}

static struct sql_expr *parse_trim(struct parser *p)
{
	static const char *const names[] = {"trim", "ltrim", "rtrim"};
	struct sql_pos pos = p->tok->pos;
	const char *name = token_text(p, p->tok);
	enum sql_trim_side side = SQL_TRIM_BOTH;
	advance(p);
	expect_op(p, '(');
	bool sided = (is_kw(p, KW_BOTH) || is_kw(p, KW_LEADING) || is_kw(p, KW_TRAILING)) && !peek_op(p, 1, ')') &&
	             !peek_op(p, 1, ',');
	if (sided) {
		side = is_kw(p, KW_BOTH) ? SQL_TRIM_BOTH : is_kw(p, KW_LEADING) ? SQL_TRIM_LEADING
		                                                                 : SQL_TRIM_TRAILING;
		advance(p);
	}
	struct sql_expr *args[2] = {NULL, NULL};
	size_t n = 1;
	if (!is_kw(p, KW_FROM))
		args[1] = parse_value(p);
	if (!sided && !is_kw(p, KW_FROM))
		return parse_plain_rest(p, pos, name, args[1]);
	n += args[1] != NULL;
	expect_kw(p, KW_FROM);
	args[0] = parse_value(p);
	expect_op(p, ')');
	struct sql_expr *e = make_call(p, pos, names[side], SQL_CALL_TRIM, args, n);
	e->call.trim_side = side;
	return e;
}

/* TIMESTAMPADD(MONTH, 1, ts): the unit is a word. */
static struct sql_expr *parse_date_unit(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	bool diff = is_kw(p, KW_TIMESTAMPDIFF) || is_kw(p, KW_DATEDIFF) || is_kw(p, KW_DATE_DIFF);
	advance(p);
	expect_op(p, '(');
	struct sql_expr *args[3];
	args[0] = string_expr(p, p->tok->pos, token_text(p, p->tok));
	advance(p);
	expect_op(p, ',');
	args[1] = parse_value(p);
	expect_op(p, ',');
	args[2] = parse_value(p);
	expect_op(p, ')');
	return make_call(p, pos, diff ? "timestampdiff" : "timestampadd", SQL_CALL_DATE_UNIT, args, 3);
}

static bool is_date_unit(const struct sql_token *t)
{
	static const char *const units[] = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE",
	                                    "SECOND", "MILLISECOND", "MICROSECOND"};
	for (size_t i = 0; t->kind == SQL_TOK_WORD && i < sizeof units / sizeof *units; i++)
		if (t->len == strlen(units[i]) && strncasecmp(t->text, units[i], t->len) == 0)
			return true;
	return false;
}

/* ---- CASE, CAST, EXISTS ---- */

static struct sql_expr *parse_case(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_CASE, p->tok->pos);
	VEC(struct sql_when) whens = {0};
	int height = 0;
	advance(p);
	if (!is_kw(p, KW_WHEN))
		e->cases.operand = parse_expr(p);
	do {
		expect_kw(p, KW_WHEN);
		struct sql_when w = {.cond = parse_expr(p)};
		expect_kw(p, KW_THEN);
		w.value = parse_expr(p);
		vec_push(&whens, w);
		height = height_of(w.cond) > height ? height_of(w.cond) : height;
		height = height_of(w.value) > height ? height_of(w.value) : height;
	} while (is_kw(p, KW_WHEN));
	if (take_kw(p, KW_ELSE))
		e->cases.otherwise = parse_expr(p);
	expect_kw(p, KW_END);
	TAKE_LIST(p, &whens, e->cases.whens, e->cases.n_whens);
	struct sql_expr *rest[] = {e->cases.operand, e->cases.otherwise};
	int other = height_of_list(rest, 2);
	return finish_expr(p, e, other > height ? other : height);
}

static struct sql_expr *parse_cast(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_CAST, p->tok->pos);
	e->cast.try_cast = is_kw(p, KW_TRY_CAST);
	advance(p);
	expect_op(p, '(');
	e->cast.arg = parse_expr(p);
	expect_kw(p, KW_AS);
	e->cast.type = parse_type(p);
	expect_op(p, ')');
	return finish_expr(p, e, height_of(e->cast.arg));
}

static struct sql_expr *parse_exists(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_EXISTS, p->tok->pos);
	advance(p);
	expect_op(p, '(');
	e->subquery = parse_query(p);
	expect_op(p, ')');
	return finish_expr(p, e, query_height(e->subquery));
}

bool at_special_call(const struct parser *p)
{
	bool call = peek_op(p, 1, '(');
	switch (p->tok->kind == SQL_TOK_WORD ? p->tok->kw : KW_NONE) {
	case KW_CASE: {
		const struct sql_token *next = peek(p, 1);
		return next->kind != SQL_TOK_END && !peek_op(p, 1, ',') && !peek_op(p, 1, ')') &&
		       !peek_op(p, 1, '.') && !peek_kw(p, 1, KW_FROM);
	}
	case KW_CAST: case KW_TRY_CAST: case KW_EXTRACT: case KW_SUBSTR: case KW_SUBSTRING: case KW_TRIM:
	case KW_OVERLAY: case KW_POSITION:
		return call && !peek_op(p, 2, ')');
	case KW_EXISTS:
		return call && at_query(&(struct parser){.tokens = p->tokens, .tok = p->tok + 2});
	case KW_TIMESTAMPADD: case KW_TIMESTAMPDIFF: case KW_DATEADD: case KW_DATE_ADD: case KW_DATEDIFF:
	case KW_DATE_DIFF:
		return call && is_date_unit(peek(p, 2)) && peek_op(p, 3, ',');
	default:
		return false;
	}
}

struct sql_expr *parse_special_call(struct parser *p)
{
	switch (p->tok->kw) {
	case KW_CASE: return parse_case(p);
	case KW_CAST: case KW_TRY_CAST: return parse_cast(p);
	case KW_EXTRACT: return parse_extract(p);
	case KW_SUBSTR: case KW_SUBSTRING: return parse_substring(p);
	case KW_TRIM: return parse_trim(p);
	case KW_OVERLAY: return parse_overlay(p);
	case KW_POSITION: return parse_position(p);
	case KW_EXISTS: return parse_exists(p);
	default: return parse_date_unit(p);
	}
}
