/* Bindings: one record per action feeds the hint line, `?`, `:` completion, the mouse and the manual page,
 * so that help cannot lie. A scope is a const array of them with a name; a screen shows which scopes are
 * active, innermost first, and the first that binds a key wins.
 *
 *     static const struct binding steps_bindings[] = {
 *         { "cancel", "x", "cancel", "cancel the marked steps", STEP_CANCEL, BIND_HINT | BIND_DANGEROUS },
 *     };
 *     const struct bind_scope steps_scope = BIND_SCOPE("steps", "Steps", steps_bindings);
 *
 * Keys may be changed by a file (keymap_load): `steps.cancel = X ctrl-d`, `global.quit =` (no key). */
#ifndef TUI_BINDINGS_H
#define TUI_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "tui/actions.h"

enum bind_flag {
	BIND_HINT = 1,        /* in the hint line */
	BIND_DANGEROUS = 2,   /* destroys or costs: own colour; unbound in read-only mode */
	BIND_HIDDEN = 4,      /* obvious (arrows): only in `?` and the manual */
	BIND_MENU = 8,        /* opens a form or list: shown with an ellipsis */
	BIND_ARGS = 16,       /* as a command takes words after its name */
	BIND_LAST = 32        /* hint stands at the right end */
};

struct binding {
	const char *name;     /* command and configuration name: "add-step"; unique in its scope */
	const char *keys;     /* names as of key_parse, separated by blanks; "" for none */
	const char *hint;     /* one or two words */
	const char *help;     /* a sentence without a full stop */
	int action;           /* > 0: the program's; < 0: actions.h */
	unsigned flags;
};

struct bind_scope {
	const char *name, *title;
	const struct binding *items;
	size_t n;
};
#define BIND_SCOPE(name_, title_, array_) \
	{ (name_), (title_), (array_), sizeof(array_) / sizeof *(array_) }

/* The toolkit's scopes; the app adds bind_global last by itself. */
extern const struct bind_scope bind_global, bind_table, bind_log, bind_graph;

struct keymap;
struct keymap *keymap_new(void);
void keymap_free(struct keymap *km);
/* Read changes from text (or file); lines that name unknown scopes are kept for scopes not seen yet. Stops
 * at the first wrong line: ERR_INVALID with the line. An absent file is success. */
int keymap_parse(struct keymap *km, const char *text, size_t n, struct error *err);
int keymap_load(struct keymap *km, const char *path, struct error *err);

/* The binding that key means in these scopes (innermost first), or NULL. read_only hides dangerous ones. */
const struct binding *keymap_find(const struct keymap *km, const struct bind_scope *const *scopes,
                                  size_t n, uint32_t key, bool read_only);
/* By command name. */
const struct binding *keymap_named(const struct bind_scope *const *scopes, size_t n, const char *name);
/* The keys of a binding as they are now, "x ctrl-d"; "" for none. Valid until the keymap changes. */
const char *keymap_keys(const struct keymap *km, const struct bind_scope *scope, const struct binding *b);
/* First key, in short form for hints; "" for none; gives out. */
char *keymap_short(const struct keymap *km, const struct bind_scope *scope, const struct binding *b,
                   bool utf8, char *out, size_t size);
/* Find keys bound twice in the same set of scopes where an inner one is dangerous: a sentence per finding
 * is appended to out; gives their number. Tests run it over every screen. */
size_t keymap_conflicts(const struct keymap *km, const struct bind_scope *const *scopes, size_t n,
                        struct buf *out);
/* A scope's bindings as a subsection in mdoc(7), for the manual page. */
void keymap_manual(const struct bind_scope *scope, struct buf *out);

#endif
