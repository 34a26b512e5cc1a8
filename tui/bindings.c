#include "tui/bindings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "tui/keys.h"

#define X(id, name, keys, hint, help, flags) { name, keys, hint, help, id, flags },
static const struct binding global_items[] = { ACTIONS_GLOBAL(X) };
static const struct binding table_items[] = { ACTIONS_TABLE(X) };
static const struct binding log_items[] = { ACTIONS_LOG(X) };
static const struct binding graph_items[] = { ACTIONS_GRAPH(X) };
#undef X

const struct bind_scope bind_global = BIND_SCOPE("global", "Everywhere", global_items);
const struct bind_scope bind_table = BIND_SCOPE("table", "In a table", table_items);
const struct bind_scope bind_log = BIND_SCOPE("log", "In a log", log_items);
const struct bind_scope bind_graph = BIND_SCOPE("graph", "In a graph", graph_items);

struct keymap {
	struct map *changed;       /* "scope.name" → keys, owned */
};

struct keymap *keymap_new(void)
{
	struct keymap *km = xcalloc(1, sizeof *km);
	km->changed = map_new();
	return km;
}

void keymap_free(struct keymap *km)
{
	if (!km)
		return;
	map_free(km->changed, free);
	free(km);
}

/* Walks over words separated by blanks; gives the word's length, 0 at the end. */
static size_t next_word(const char **s)
{
	*s += strspn(*s, " \t");
	return strcspn(*s, " \t");
}

static int check_keys(const char *keys, int line, struct error *err)
{
	for (size_t n; (n = next_word(&keys)) > 0; keys += n)
		if (key_parse(keys, n) == TK_NONE) {
			error_set(err, ERR_INVALID, "keys line %d: '%.*s' is not a key", line, (int)n, keys);
			error_at(err, line, 0);
			error_hint(err, "keys are a, A, ctrl-x, alt-x, f5, pgup, space, enter, …");
			return ERR_INVALID;
		}
	return 0;
}

static char *trimmed(const char *s, size_t n)
{
	while (n > 0 && strchr(" \t\r", *s)) {
		s++;
		n--;
	}
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		n--;
	return xstrndup(s, n);
}

static int parse_line(struct keymap *km, const char *s, size_t n, int line, struct error *err)
{
	char *text = trimmed(s, n), *eq = strchr(text, '=');
	int rc = 0;
	if (*text && *text != '#' && (!eq || !memchr(text, '.', (size_t)(eq - text)))) {
		rc = error_set(err, ERR_INVALID, "keys line %d: expected scope.action = keys, not '%s'", line, text);
		error_at(err, line, 0);
	} else if (*text && *text != '#') {
		char *name = trimmed(text, (size_t)(eq - text)), *keys = trimmed(eq + 1, strlen(eq + 1));
		rc = check_keys(keys, line, err);
		if (rc)
			free(keys);
		else
			free(map_set(km->changed, name, keys));
		free(name);
	}
	free(text);
	return rc;
}

int keymap_parse(struct keymap *km, const char *text, size_t n, struct error *err)
{
	for (int line = 1; n > 0; line++) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl ? (size_t)(nl - text) : n;
		int rc = parse_line(km, text, len, line, err);
		if (rc)
			return rc;
		len += nl ? 1 : 0;
		text += len;
		n -= len;
	}
	return 0;
}

int keymap_load(struct keymap *km, const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	if (!fs_exists(path))
		return 0;
	int rc = fs_read(path, 1 << 20, &text, err);
	if (!rc)
		rc = keymap_parse(km, buf_str(&text), text.len, err);
	if (rc)
		error_prefix(err, "%s", path);
	buf_free(&text);
	return rc;
}

const char *keymap_keys(const struct keymap *km, const struct bind_scope *scope, const struct binding *b)
{
	char id[128];
	if (!km || map_len(km->changed) == 0)
		return b->keys;
	snprintf(id, sizeof id, "%s.%s", scope->name, b->name);
	const char *changed = map_get(km->changed, id);
	return changed ? changed : b->keys;
}

static bool has_key(const char *keys, uint32_t key)
{
	for (size_t n; (n = next_word(&keys)) > 0; keys += n)
		if (key_parse(keys, n) == key)
			return true;
	return false;
}

const struct binding *keymap_find(const struct keymap *km, const struct bind_scope *const *scopes,
                                  size_t n, uint32_t key, bool read_only)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < scopes[i]->n; j++) {
			const struct binding *b = &scopes[i]->items[j];
			if (read_only && (b->flags & BIND_DANGEROUS))
				continue;
			if (has_key(keymap_keys(km, scopes[i], b), key))
				return b;
		}
	return NULL;
}

const struct binding *keymap_named(const struct bind_scope *const *scopes, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < scopes[i]->n; j++)
			if (strcmp(scopes[i]->items[j].name, name) == 0)
				return &scopes[i]->items[j];
	return NULL;
}

char *keymap_short(const struct keymap *km, const struct bind_scope *scope, const struct binding *b,
                   bool utf8, char *out, size_t size)
{
	const char *keys = keymap_keys(km, scope, b);
	size_t n = next_word(&keys);
	*out = '\0';
	if (n > 0)
		key_short(key_parse(keys, n), utf8, out, size);
	return out;
}

static size_t conflict(const struct keymap *km, const struct bind_scope *const *scopes, size_t n,
                       size_t i, const struct binding *b, uint32_t key, struct buf *out)
{
	for (size_t o = i; o < n; o++)
		for (size_t j = 0; j < scopes[o]->n; j++) {
			const struct binding *other = &scopes[o]->items[j];
			bool same_scope = o == i;
			if (other == b || (same_scope && other < b))
				continue;
			if (!same_scope && !(b->flags & BIND_DANGEROUS))
				continue;
			if (!has_key(keymap_keys(km, scopes[o], other), key))
				continue;
			char name[24];
			buf_addf(out, "%s: %s.%s and %s.%s\n", key_name(key, name, sizeof name),
			         scopes[i]->name, b->name, scopes[o]->name, other->name);
			return 1;
		}
	return 0;
}

size_t keymap_conflicts(const struct keymap *km, const struct bind_scope *const *scopes, size_t n,
                        struct buf *out)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < scopes[i]->n; j++) {
			const struct binding *b = &scopes[i]->items[j];
			const char *keys = keymap_keys(km, scopes[i], b);
			for (size_t k; (k = next_word(&keys)) > 0; keys += k)
				found += conflict(km, scopes, n, i, b, key_parse(keys, k), out);
		}
	return found;
}

/* A backslash and a leading dot or quote mean something to troff. */
static void manual_text(struct buf *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		buf_adds(out, "\\&");
	for (; *s; s++)
		if (*s == '\\')
			buf_adds(out, "\\e");
		else if (*s == '-')
			buf_adds(out, "\\-");
		else
			buf_addc(out, *s);
}

/* Inside a quoted argument: a quote is doubled, and nothing is taken for a macro or for punctuation. */
static void manual_keys(struct buf *out, const char *s)
{
	buf_adds(out, "\\&");
	for (; *s; s++)
		if (*s == '\\')
			buf_adds(out, "\\e");
		else if (*s == '"')
			buf_adds(out, "\"\"");
		else if (*s == '-')
			buf_adds(out, "\\-");
		else
			buf_addc(out, *s);
	buf_adds(out, "\\&");
}

void keymap_manual(const struct bind_scope *scope, struct buf *out)
{
	buf_addf(out, ".Ss %s\n.Bl -tag -width Ds -compact\n", scope->title);
	for (size_t i = 0; i < scope->n; i++) {
		const struct binding *b = &scope->items[i];
		buf_adds(out, ".It Ic \"");
		manual_keys(out, *b->keys ? b->keys : ":");
		buf_adds(out, "\" (:");
		manual_text(out, b->name);
		buf_adds(out, ")\n");
		manual_text(out, b->help);
		buf_adds(out, ".\n");
	}
	buf_adds(out, ".El\n");
}
