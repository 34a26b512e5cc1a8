/* The keys of every screen: no dangerous key hides another, no key is bound twice in one scope, and all of
 * them can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tui/keys.h"
#include "views/bindings.h"

static const struct bind_scope *const boards[] = { &bind_alarms, &bind_cost, &bind_scaling, &bind_spot,
	&bind_events, &bind_audit, &bind_letters, &bind_schedules, &bind_topics };
static const struct bind_scope *const others[] = { &bind_home, &bind_cluster, &bind_steps, &bind_nodes };

static void check(const struct bind_scope *const *scopes, size_t n)
{
	struct keymap *km = keymap_new();
	struct buf out = BUF_INIT;
	if (keymap_conflicts(km, scopes, n, &out))
		fail_msg("%s: %s", scopes[0]->name, buf_str(&out));
	buf_free(&out);
	keymap_free(km);
}

static void test_conflicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof boards / sizeof *boards; i++)
		check((const struct bind_scope *[]){ boards[i], &bind_board, &bind_console, &bind_table, &bind_global }, 5);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		check((const struct bind_scope *[]){ others[i], &bind_console, &bind_table, &bind_global }, 4);
}

/* Inside one scope a key means one thing, and a name too. */
static void test_once(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof boards / sizeof *boards + 2; s++) {
		size_t n = sizeof boards / sizeof *boards;
		const struct bind_scope *scope = s < n ? boards[s] : s == n ? &bind_board : &bind_console;
		char seen[1024] = " ";
		for (size_t i = 0; i < scope->n; i++) {
			char keys[64], *save = NULL;
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(scope->items[i].name, scope->items[k].name);
			snprintf(keys, sizeof keys, "%s", scope->items[i].keys);
			for (char *key = strtok_r(keys, " ", &save); key; key = strtok_r(NULL, " ", &save)) {
				char word[32];
				snprintf(word, sizeof word, " %.20s ", key);
				if (strstr(seen, word))
					fail_msg("%s: %s is bound twice", scope->name, key);
				snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.20s ", key);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_conflicts), cmocka_unit_test(test_once) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
