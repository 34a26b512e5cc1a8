#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/sql/lexer.h"
#include "core/sql/sql.h"

/* ---- cutting a script ---- */

/* All statements in brackets, "…" behind one that no semicolon ends. */
static void assert_cut(const char *script, const char *expected)
{
	struct buf out = BUF_INIT;
	size_t at = 0, begin, end;
	bool complete;
	while (sql_next_statement(script, strlen(script), &at, &begin, &end, &complete)) {
		buf_addc(&out, '[');
		buf_add(&out, script + begin, end - begin);
		buf_adds(&out, complete ? "]" : "]…");
	}
	assert_string_equal(buf_str(&out), expected);
	buf_free(&out);
}

static void test_statements(void **state)
{
	(void)state;
	assert_cut("", "");
	assert_cut(" ; ;\n-- nothing\n/* here */ ;", "");
	assert_cut("select 1; select 2", "[select 1][select 2]…");
	assert_cut("  select 1 -- a;b\n + 2 ; ", "[select 1 -- a;b\n + 2]");
	assert_cut("select ';', \";\", `;`, r'\\', 'a\\';' ; x", "[select ';', \";\", `;`, r'\\', 'a\\';'][x]…");
	assert_cut("select 'it''s;' ; b", "[select 'it''s;'][b]…");
	assert_cut("a /* ; /* ; */ ; */ b; c", "[a /* ; /* ; */ ; */ b][c]…");
	assert_cut("/*+ x */ a;", "[/*+ x */ a]");
	assert_cut("-- one \\\n still; comment\nselect 1;", "[select 1]");
	assert_cut("select 'open; select 2", "[select 'open; select 2]…");
	assert_cut("select 1 /* open; ", "[select 1 /* open; ]…");
	assert_cut("bar'x;' ; y", "[bar'x;'][y]…");
}

/* ---- tokens ---- */

static const char *lookup(void *ctx, const char *prefix, const char *name)
{
	(void)ctx;
	if (strcmp(prefix, "env") == 0 || strcmp(prefix, "odd") == 0)
		return NULL;
	if (strcmp(name, "n") == 0)
		return "42";
	if (strcmp(name, "name") == 0)
		return "O'Hara -- \" */";
	if (strcmp(name, "nested") == 0)
		return "<${n}|${hivevar:n}>";
	if (strcmp(name, "loop") == 0)
		return "${loop}";
	if (strcmp(name, "words") == 0)
		return "a b";
	return NULL;
}

static int lex(struct arena *a, const char *script, struct sql_tokens *t, struct error *err)
{
	struct sql_text text;
	int rc = sql_expand(a, script, 0, strlen(script), lookup, NULL, &text, err);
	return rc ? rc : sql_lex(a, script, &text, t, err);
}

/* Kind letter and text of each token: wSELECT i1 n1.5 s'x' q[a b] o+ !$ */
static void assert_tokens(const char *script, const char *expected)
{
	static const char letters[] = " wqsino!";
	struct arena *a = arena_new();
	struct sql_tokens t = {0};
	struct buf out = BUF_INIT;
	assert_int_equal(lex(a, script, &t, NULL), 0);
	for (size_t i = 0; i + 1 < t.len; i++) {
		buf_addf(&out, "%s%c", i ? " " : "", letters[t.items[i].kind]);
		buf_add(&out, t.items[i].text, t.items[i].len);
	}
	assert_int_equal(t.items[t.len - 1].kind, SQL_TOK_END);
	assert_string_equal(buf_str(&out), expected);
	buf_free(&out);
	sql_tokens_free(&t);
	arena_free(a);
}

static void test_tokens(void **state)
{
	(void)state;
	assert_tokens("select a.b, 1+2", "wselect wa o. wb o, i1 o+ i2");
	assert_tokens("2024_sales 1a 1e 1e5x 1L 1e5 1.5 .5 5. 1.5BD", "w2024_sales w1a w1e w1e5x n1L n1e5 n1.5 n.5 n5. n1.5BD");
	assert_tokens("t.1a t.1 1.a 5.D", "wt o. w1a wt n.1 i1 o. wa n5.D");
	assert_tokens("a<=>b <= <> != !< !> == => -> :: || |> >> <<",
	              "wa o<=> wb o<= o<> o!= o!< o!> o== o=> o-> o:: o|| o|> o> o> o<<");
	assert_tokens("`a``b` `x y` 'it''s' r'\\' \"q\"", "qa`b qx y s'it''s' sr'\\' s\"q\"");
	assert_tokens("a--c\nb/* x /* y */ z */c /*+ h(1) */ 2*/*d*/3", "wa wb wc o/*+ wh o( i1 o) o*/ i2 o* i3");
	assert_tokens("$ @ 'open", "!$ !@ !' wopen");
	assert_tokens("a\xC2\xA0" "b\xE3\x80\x80" "c", "wa wb wc");
	assert_tokens("\xC3\xA9t\xC3\xA9", "w\xC3\xA9t\xC3\xA9");
}

static void test_variables(void **state)
{
	(void)state;
	assert_tokens("${n} x${n}y ${words}", "i42 wx42y wa wb");
	assert_tokens("'${name}' -- ${name}\n /* ${name} */ 1", "s'O'Hara -- \" */' i1");
	assert_tokens("'${nested}'", "s'<42|42>'");
	assert_tokens("${unknown} 1 '${hivevar:unknown}'", "i1 s''");
	assert_tokens("'${env:X}${odd:n}${} ${a b}'", "s'${env:X}${odd:n}${} ${a b}'");
	struct arena *a = arena_new();
	struct sql_tokens t = {0};
	struct error err = ERROR_INIT;
	assert_int_equal(lex(a, "select ${loop}", &t, &err), ERR_INVALID);
	arena_free(a);
}

/* "line:column-line:column" of token i. */
static void assert_place(const char *script, size_t i, const char *expected)
{
	struct arena *a = arena_new();
	struct sql_tokens t = {0};
	assert_int_equal(lex(a, script, &t, NULL), 0);
	assert_true(i < t.len);
	const struct sql_token *k = &t.items[i];
	const char *place = arena_printf(a, "%d:%d-%d:%d", k->pos.line, k->pos.column, k->end.line, k->end.column);
	assert_string_equal(place, expected);
	sql_tokens_free(&t);
	arena_free(a);
}

static void test_places(void **state)
{
	(void)state;
	assert_place("a\n  bc\n", 1, "2:3-2:5");
	assert_place("'\xC3\xA9\xC3\xA9' b", 1, "1:6-1:7");
	assert_place("'x\ny' b", 0, "1:1-2:3");
	assert_place("a ${n} b", 1, "1:3-1:7");
	assert_place("a ${n} b", 2, "1:8-1:9");
	assert_place("${words} c", 1, "1:1-1:9");
	assert_place("${unknown}a b", 1, "1:13-1:14");
	assert_place("x${n}y b", 0, "1:1-1:7");
	assert_place("a  ", 1, "1:4-1:4");
}

/* ---- values of strings ---- */

static void assert_value(const char *script, const char *expected, size_t len)
{
	struct arena *a = arena_new();
	struct sql_tokens t = {0};
	size_t n;
	assert_int_equal(lex(a, script, &t, NULL), 0);
	const char *value = sql_token_string(a, &t.items[0], &n);
	assert_int_equal(n, len);
	assert_memory_equal(value, expected, len);
	sql_tokens_free(&t);
	arena_free(a);
}

static void test_values(void **state)
{
	(void)state;
	assert_value("'it''s'", "it's", 4);
	assert_value("\"a\"\"b'c\"", "a\"b'c", 5);
	assert_value("'\\n\\t\\\\\\'\\\"\\0\\b\\r\\Z\\x'", "\n\t\\'\"\0\b\r\x1Ax", 10);
	assert_value("'\\%\\_\\065'", "\\%\\_5", 5);
	assert_value("'\\u0041\\U00000042\\u00'", "ABu00", 5);
	assert_value("'\\ud83d\\ude00'", "\xF0\x9F\x98\x80", 4);
	assert_value("r'a\\n'", "a\\n", 3);
	assert_value("'${name}'", "O'Hara -- \" */", 14);
}

static void test_unclosed_comment(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct sql_tokens t = {0};
	struct error err = ERROR_INIT;
	assert_int_equal(lex(a, "select\n /* /* */ ", &t, &err), ERR_INVALID);
	assert_string_equal(err.class_, "UNCLOSED_BRACKETED_COMMENT");
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 2);
	sql_tokens_free(&t);
	arena_free(a);
}

static void test_keywords(void **state)
{
	(void)state;
	size_t n;
	const char *const *words = sql_keyword_list(&n);
	for (size_t i = 0; i < n; i++) {
		enum sql_kw kw = sql_keyword(words[i], strlen(words[i]));
		assert_string_equal(sql_keyword_text(kw), words[i]);
		assert_true(i == 0 || strcmp(words[i - 1], words[i]) < 0);
	}
	assert_int_equal(sql_keyword("SelecT", 6), KW_SELECT);
	assert_int_equal(sql_keyword("selec", 5), KW_NONE);
	assert_int_equal(sql_keyword("selects", 7), KW_NONE);
	assert_int_equal(sql_keyword("date_add", 8), KW_DATE_ADD);
}

/* ---- errors as text ---- */

static void assert_render(const char *script, int line, int column, const char *expected)
{
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	error_set(&err, ERR_INVALID, "Wrong.");
	error_class(&err, "CLASS", "42601");
	error_at(&err, line, column);
	sql_render_error(&out, "x.sql", script, &err);
	assert_string_equal(buf_str(&out), expected);
	buf_free(&out);
}

static void test_render(void **state)
{
	(void)state;
	assert_render("select\n  a b c\n", 2, 7,
	              "[CLASS] Wrong. SQLSTATE: 42601; line 2 pos 6\nx.sql:2:7\n    a b c\n        ^\n");
	assert_render("\t\xE4\xBD\xA0 x", 1, 4, "[CLASS] Wrong. SQLSTATE: 42601; line 1 pos 3\nx.sql:1:4\n   \xE4\xBD\xA0 x\n      ^\n");
	assert_render("ab", 1, 3, "[CLASS] Wrong. SQLSTATE: 42601; line 1 pos 2\nx.sql:1:3\n  ab\n    ^\n");
	assert_render("ab", 9, 1, "[CLASS] Wrong. SQLSTATE: 42601; line 9 pos 0\nx.sql:9:1\n");
	char longer[400];
	memset(longer, 'x', sizeof longer);
	longer[399] = '\0';
	struct buf out = BUF_INIT;
	struct error err = {.message = "m", .line = 1, .column = 300};
	sql_render_error(&out, NULL, longer, &err);
	assert_true(out.len < 300);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements), cmocka_unit_test(test_tokens), cmocka_unit_test(test_variables),
		cmocka_unit_test(test_places), cmocka_unit_test(test_values), cmocka_unit_test(test_unclosed_comment),
		cmocka_unit_test(test_keywords), cmocka_unit_test(test_render),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
