/* Files of people: themes and key changes. Wrong ones are refused with the line; what was before stays. */
#include <stdint.h>
#include <stdlib.h>

#include "tui/bindings.h"
#include "tui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct theme *t = theme_new();
	struct keymap *km = keymap_new();
	const struct bind_scope *scopes[] = { &bind_log, &bind_table, &bind_global };
	if (theme_parse(t, (const char *)data, size, &err) && err.line < 1)
		abort();
	for (int d = DEPTH_MONO; d <= DEPTH_RGB; d++)
		for (int s = 0; s < SURF_COUNT; s++)
			for (int r = 0; r < ROLE_COUNT; r++) {
				struct look l = theme_look(t, (enum depth)d, (enum surface)s, (enum role)r);
				if (l.fg < -1 || l.bg < -1 || l.fg > 0xFFFFFF || (d == DEPTH_8 && l.fg > 7))
					abort();
			}
	if (keymap_parse(km, (const char *)data, size, &err) && err.line < 1)
		abort();
	keymap_find(km, scopes, 3, 'q', false);
	keymap_free(km);
	theme_free(t);
	return 0;
}
