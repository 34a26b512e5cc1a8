#include "core/client/cache.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/client/question.h"

#define VERSION 1
#define KEEP_MS (14 * 86400000LL)

struct entry {
	char *question, *cluster, *body;
	int64_t fetched;
};

struct cache {
	sqlite3 *db;
	char *context;
	struct map *dirty;     /* question + '\n' + cluster → struct entry */
};

static const char schema[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA busy_timeout=50;"
	"CREATE TABLE IF NOT EXISTS reply(context TEXT NOT NULL, question TEXT NOT NULL,"
	" cluster TEXT NOT NULL, fetched INTEGER NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY(context, cluster, question)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS setting(context TEXT NOT NULL, key TEXT NOT NULL, value TEXT,"
	" PRIMARY KEY(context, key)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS audit(time INTEGER NOT NULL, context TEXT NOT NULL, person TEXT,"
	" call TEXT NOT NULL, outcome TEXT NOT NULL);"
	"PRAGMA user_version=1;";

char *cache_path(const char *home, bool local)
{
	if (local)
		return xasprintf("%s/console.db", home);
	const char *xdg = getenv("XDG_CACHE_HOME"), *user = getenv("HOME");
	if (xdg && *xdg)
		return xasprintf("%s/stoker/console.db", xdg);
	return xasprintf("%s/.cache/stoker/console.db", user ? user : "");
}

static int user_version(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int v = -1;
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return v;
}

static sqlite3 *open_db(const char *path)
{
	sqlite3 *db = NULL;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(path, &db, flags, NULL) == SQLITE_OK) {
		int v = user_version(db);
		if (v == VERSION)
			sqlite3_exec(db, "PRAGMA synchronous=OFF; PRAGMA busy_timeout=50", NULL, NULL, NULL);
		else if (v > VERSION)
			goto fail; /* a newer console's: leave it alone */
		if (v == VERSION || (v >= 0 && sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK))
			return db;
	}
fail:
	sqlite3_close(db);
	return NULL;
}

/* A cache that cannot be read is worth nothing, but is not thrown away either. */
static bool set_aside(const char *path)
{
	char *aside = xasprintf("%s.broken", path);
	bool ok = fs_exists(path) && !rename(path, aside);
	free(aside);
	return ok;
}

static bool is_broken(const char *path)
{
	sqlite3 *db = NULL;
	bool broken = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK && user_version(db) < 0;
	int code = db ? sqlite3_errcode(db) : SQLITE_OK;
	sqlite3_close(db);
	return broken && (code == SQLITE_NOTADB || code == SQLITE_CORRUPT);
}

struct cache *cache_open(const char *path, const char *context)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	struct error err;
	if (slash) {
		*slash = 0;
		if (fs_mkdirs(dir, 0700, &err))
			log_warn("no cache: %s", err.message);
	}
	free(dir);
	sqlite3 *db = open_db(path);
	if (!db && is_broken(path) && set_aside(path))
		db = open_db(path);
	if (!db)
		return NULL;
	struct cache *c = xcalloc(1, sizeof *c);
	c->db = db;
	c->context = xstrdup(context);
	c->dirty = map_new();
	return c;
}

static void entry_free(void *p)
{
	struct entry *e = p;
	if (!e)
		return;
	free(e->question);
	free(e->cluster);
	free(e->body);
	free(e);
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	cache_flush(c);
	sqlite3_close(c->db);
	map_free(c->dirty, entry_free);
	free(c->context);
	free(c);
}

void cache_put(struct cache *c, const char *question, const char *cluster, int64_t fetched,
               const cJSON *reply)
{
	if (!c || !question)
		return;
	struct entry *e = xcalloc(1, sizeof *e);
	e->question = xstrdup(question);
	e->cluster = xstrdup(cluster);
	e->body = json_print(reply);
	e->fetched = fetched;
	char *key = xasprintf("%s\n%s", question, cluster);
	entry_free(map_set(c->dirty, key, e));
	free(key);
}

bool cache_is_dirty(const struct cache *c)
{
	return c && map_len(c->dirty);
}

static void bind_text(sqlite3_stmt *st, int i, const char *s)
{
	sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC);
}

static void write_entry(struct cache *c, sqlite3_stmt *st, const struct entry *e)
{
	bind_text(st, 1, c->context);
	bind_text(st, 2, e->question);
	bind_text(st, 3, e->cluster);
	sqlite3_bind_int64(st, 4, e->fetched);
	bind_text(st, 5, e->body);
	sqlite3_step(st);
	sqlite3_reset(st);
}

static void forget_old(struct cache *c)
{
	char sql[128];
	snprintf(sql, sizeof sql, "DELETE FROM reply WHERE fetched < %lld",
	         (long long)(clock_now_ms() - KEEP_MS));
	sqlite3_exec(c->db, sql, NULL, NULL, NULL);
}

void cache_flush(struct cache *c)
{
	sqlite3_stmt *st = NULL;
	if (!cache_is_dirty(c))
		return;
	if (sqlite3_exec(c->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return; /* another console writes: next time */
	if (sqlite3_prepare_v2(c->db, "INSERT OR REPLACE INTO reply VALUES(?,?,?,?,?)", -1, &st, NULL) ==
	    SQLITE_OK) {
		size_t it = 0;
		const char *key;
		void *value;
		while (map_next(c->dirty, &it, &key, &value))
			write_entry(c, st, value);
	}
	sqlite3_finalize(st);
	forget_old(c);
	sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL);
	map_free(c->dirty, entry_free);
	c->dirty = map_new();
}

static void load_row(struct model *m, const char *question, const char *cluster, int64_t fetched,
                     const char *body)
{
	struct error err;
	struct mcluster *mc = *cluster ? model_cluster(m, cluster) : NULL;
	if (*cluster && !mc)
		return;
	cJSON *reply = json_parse(body, strlen(body), &err);
	if (reply)
		question_take_cached(m, mc, question, fetched, reply);
	cJSON_Delete(reply);
}

void cache_load(struct cache *c, struct model *m)
{
	/* Clusters must be known before their parts, and groups before instances, hence the order. */
	static const char sql[] = "SELECT question, cluster, fetched, body FROM reply WHERE context = ?"
		" ORDER BY cluster <> '', question <> 'clusters', question <> 'detail', question";
	sqlite3_stmt *st = NULL;
	if (!c || sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) != SQLITE_OK)
		return;
	bind_text(st, 1, c->context);
	while (sqlite3_step(st) == SQLITE_ROW)
		load_row(m, (const char *)sqlite3_column_text(st, 0),
		         (const char *)sqlite3_column_text(st, 1), sqlite3_column_int64(st, 2),
		         (const char *)sqlite3_column_text(st, 3));
	sqlite3_finalize(st);
}

char *cache_setting(struct cache *c, const char *key)
{
	sqlite3_stmt *st = NULL;
	char *value = NULL;
	if (!c || sqlite3_prepare_v2(c->db, "SELECT value FROM setting WHERE context = ? AND key = ?", -1,
	                             &st, NULL) != SQLITE_OK)
		return NULL;
	bind_text(st, 1, c->context);
	bind_text(st, 2, key);
	if (sqlite3_step(st) == SQLITE_ROW)
		value = xstrdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return value;
}

void cache_set(struct cache *c, const char *key, const char *value)
{
	sqlite3_stmt *st = NULL;
	if (!c || sqlite3_prepare_v2(c->db, "INSERT OR REPLACE INTO setting VALUES(?,?,?)", -1, &st, NULL) !=
	              SQLITE_OK)
		return;
	bind_text(st, 1, c->context);
	bind_text(st, 2, key);
	bind_text(st, 3, value);
	sqlite3_step(st);
	sqlite3_finalize(st);
}

void cache_audit(struct cache *c, int64_t time, const char *call, const char *outcome)
{
	sqlite3_stmt *st = NULL;
	const char *person = getenv("USER");
	if (!c || sqlite3_prepare_v2(c->db, "INSERT INTO audit VALUES(?,?,?,?,?)", -1, &st, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_int64(st, 1, time);
	bind_text(st, 2, c->context);
	bind_text(st, 3, person);
	bind_text(st, 4, call);
	bind_text(st, 5, outcome);
	if (sqlite3_step(st) != SQLITE_DONE)
		log_warn("the trail of acts could not be written: %s", sqlite3_errmsg(c->db));
	sqlite3_finalize(st);
}
