/* Data types and column lists. */
#include "core/sql/parse.h"

struct type_word { const char *word, *name; enum sql_type_kind kind; };

static const struct type_word type_words[] = {
	{"boolean", "boolean", SQL_TY_SIMPLE}, {"tinyint", "tinyint", SQL_TY_SIMPLE},
	{"byte", "tinyint", SQL_TY_SIMPLE}, {"smallint", "smallint", SQL_TY_SIMPLE},
	{"short", "smallint", SQL_TY_SIMPLE}, {"int", "int", SQL_TY_SIMPLE}, {"integer", "int", SQL_TY_SIMPLE},
	{"bigint", "bigint", SQL_TY_SIMPLE}, {"long", "bigint", SQL_TY_SIMPLE}, {"float", "float", SQL_TY_SIMPLE},
	{"real", "float", SQL_TY_SIMPLE}, {"double", "double", SQL_TY_SIMPLE}, {"date", "date", SQL_TY_SIMPLE},
	{"timestamp", "timestamp", SQL_TY_SIMPLE}, {"timestamp_ltz", "timestamp", SQL_TY_SIMPLE},
	{"timestamp_ntz", "timestamp_ntz", SQL_TY_SIMPLE}, {"time", "time", SQL_TY_SIMPLE},
	{"string", "string", SQL_TY_SIMPLE}, {"binary", "binary", SQL_TY_SIMPLE}, {"void", "void", SQL_TY_SIMPLE},
	{"variant", "variant", SQL_TY_SIMPLE}, {"decimal", "decimal", SQL_TY_DECIMAL},
	{"dec", "decimal", SQL_TY_DECIMAL}, {"numeric", "decimal", SQL_TY_DECIMAL}, {"char", "char", SQL_TY_CHAR},
	{"character", "char", SQL_TY_CHAR}, {"varchar", "varchar", SQL_TY_VARCHAR}, {"array", "array", SQL_TY_ARRAY},
	{"map", "map", SQL_TY_MAP}, {"struct", "struct", SQL_TY_STRUCT}, {"interval", "interval", SQL_TY_INTERVAL},
};

static int parse_small_int(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	int64_t v = parse_int64(p);
	if (v > 1000000)
		fail_at(p, pos, "PARSE_SYNTAX_ERROR", "42601", "A length of %lld is too large for a type.", (long long)v);
	return (int)v;
}

static void parse_decimal_size(struct parser *p, struct sql_type_ast *t)
{
	t->precision = 10;
	if (!take_op(p, '('))
		return;
	t->precision = parse_small_int(p);
	if (take_op(p, ','))
		t->scale = parse_small_int(p);
	expect_op(p, ')');
	if (t->precision > 38)
		fail_at(p, t->pos, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
		        "Decimal precision %d exceeds max precision 38.", t->precision);
	if (t->scale > t->precision)
		fail_at(p, t->pos, "INVALID_DECIMAL_SCALE", "42K03",
		        "Decimal scale %d cannot be greater than precision %d.", t->scale, t->precision);
}

static void parse_interval_units(struct parser *p, struct sql_type_ast *t)
{
	int64_t factor;
	struct sql_pos pos = p->tok->pos;
	if (!interval_unit(p->tok->kw, &t->from, &factor)) {
		fail_unsupported(p, t->pos, "The type INTERVAL without units");
		return;
	}
	t->to = t->from;
	advance(p);
	if (!take_kw(p, KW_TO))
		return;
	if (!interval_unit(p->tok->kw, &t->to, &factor))
		fail_here(p);
	else if (t->to <= t->from || (t->from <= SQL_UNIT_MONTH) != (t->to <= SQL_UNIT_MONTH))
		fail_at(p, pos, "PARSE_SYNTAX_ERROR", "42601", "An interval cannot go between these units.");
	else
		advance(p);
}

/* '>' of a nested type; "<>" is one token. */
static void parse_struct_fields(struct parser *p, struct sql_type_ast *t)
{
	VEC(struct sql_field_ast) fields = {0};
	if (take_op(p, SQL_TOP_NE))
		return;
	expect_op(p, '<');
	while (!p->failed && !is_op(p, '>')) {
		struct sql_field_ast f = {.pos = p->tok->pos};
		f.name = parse_ident(p).name;
		take_op(p, ':');
		f.type = parse_type(p);
		f.not_null = take_kw2(p, KW_NOT, KW_NULL);
		if (take_kw(p, KW_COMMENT))
			f.comment = parse_string(p, NULL);
		vec_push(&fields, f);
		if (!take_op(p, ','))
			break;
	}
	expect_op(p, '>');
	TAKE_LIST(p, &fields, t->fields, t->n_fields);
}

static void parse_type_details(struct parser *p, struct sql_type_ast *t)
{
	switch (t->kind) {
	case SQL_TY_DECIMAL:
		parse_decimal_size(p, t);
		break;
	case SQL_TY_CHAR: case SQL_TY_VARCHAR:
		expect_op(p, '(');
		t->precision = parse_small_int(p);
		expect_op(p, ')');
		break;
	case SQL_TY_MAP: case SQL_TY_ARRAY:
		expect_op(p, '<');
		if (t->kind == SQL_TY_MAP) {
			t->key = parse_type(p);
			expect_op(p, ',');
		}
		t->element = parse_type(p);
		expect_op(p, '>');
		break;
	case SQL_TY_STRUCT:
		parse_struct_fields(p, t);
		break;
	case SQL_TY_INTERVAL:
		parse_interval_units(p, t);
		break;
	default:
		break;
	}
}

const struct sql_type_ast *parse_type(struct parser *p)
{
	struct sql_type_ast *t = arena_new_of(p->arena, struct sql_type_ast);
	t->pos = p->tok->pos;
	if (!is_word(p->tok))
		return fail_here(p);
	const char *word = lower_text(p, token_text(p, p->tok));
	size_t i = 0, n = sizeof type_words / sizeof *type_words;
	while (i < n && strcmp(type_words[i].word, word) != 0)
		i++;
	if (i == n)
		return fail_at(p, t->pos, "UNSUPPORTED_DATATYPE", "0A000", "Unsupported data type \"%.100s\".", word);
	if (!enter(p))
		return NULL;
	advance(p);
	t->kind = type_words[i].kind;
	t->name = type_words[i].name;
	parse_type_details(p, t);
	leave(p);
	return p->failed ? NULL : t;
}

static void parse_column_options(struct parser *p, struct sql_field_ast *f)
{
	for (;;) {
		if (take_kw2(p, KW_NOT, KW_NULL))
			f->not_null = true;
		else if (take_kw(p, KW_COMMENT))
			f->comment = parse_string(p, NULL);
		else if (take_kw(p, KW_DEFAULT))
			f->dflt = parse_value(p);
		else if (is_kw(p, KW_GENERATED) || is_kw(p, KW_PRIMARY) || is_kw(p, KW_UNIQUE) || is_kw(p, KW_CHECK) ||
		         is_kw(p, KW_CONSTRAINT) || is_kw(p, KW_FOREIGN))
			fail_unsupported(p, p->tok->pos, "A column constraint or a generated column");
		else
			break;
	}
}

struct sql_field_ast *parse_columns(struct parser *p, size_t *n, bool types)
{
	struct sql_field_ast *out;
	VEC(struct sql_field_ast) list = {0};
	do {
		struct sql_field_ast f = {.pos = p->tok->pos};
		if ((is_kw(p, KW_CONSTRAINT) || is_kw(p, KW_PRIMARY) || is_kw(p, KW_FOREIGN)) && is_word(peek(p, 1)) &&
		    types && (peek_kw(p, 2, KW_PRIMARY) || peek_op(p, 2, '(')))
			fail_unsupported(p, f.pos, "A table constraint");
		f.name = parse_ident(p).name;
		take_op(p, ':');
		if (types)
			f.type = parse_type(p);
		parse_column_options(p, &f);
		vec_push(&list, f);
	} while (take_op(p, ','));
	TAKE_LIST(p, &list, out, *n);
	return out;
}
