/* Schema and life of the journal. */
#include "core/store/store.h"

#include "core/store/db.h"

/* Migration n takes schema n to n + 1. Never edit one that was released: add the next. */
static const char *const migrations[STORE_SCHEMA] = {
	"CREATE TABLE clusters (id TEXT PRIMARY KEY, created INTEGER, state INTEGER, reason INTEGER,"
	" message TEXT, ready INTEGER, ended INTEGER, config TEXT);"
	"CREATE TABLE groups (cluster_id TEXT, position INTEGER, id TEXT, state INTEGER, reason INTEGER,"
	" message TEXT, requested INTEGER, created INTEGER, ready INTEGER, ended INTEGER, config TEXT,"
	" PRIMARY KEY (cluster_id, position)) WITHOUT ROWID;"
	"CREATE TABLE instances (id TEXT PRIMARY KEY, cluster_id TEXT, group_id TEXT, ec2_id TEXT,"
	" role INTEGER, market INTEGER, type TEXT, public_dns TEXT, private_dns TEXT, public_ip TEXT,"
	" private_ip TEXT, state INTEGER, reason INTEGER, message TEXT, created INTEGER, ready INTEGER,"
	" ended INTEGER, vcpu INTEGER, mem_mb INTEGER, pid INTEGER, token TEXT);"
	"CREATE INDEX instances_cluster ON instances (cluster_id);"
	"CREATE TABLE steps (cluster_id TEXT, seq INTEGER, id TEXT, name TEXT, on_failure INTEGER, jar TEXT,"
	" main_class TEXT, args TEXT, properties TEXT, role_arn TEXT, state INTEGER, reason_code TEXT,"
	" reason_message TEXT, failure_reason TEXT, failure_message TEXT, failure_log TEXT,"
	" created INTEGER, started INTEGER, ended INTEGER, attempts INTEGER, checkpoint INTEGER,"
	" PRIMARY KEY (cluster_id, seq)) WITHOUT ROWID;"
	"CREATE TABLE containers (id TEXT PRIMARY KEY, kind INTEGER, cluster_id TEXT, instance_id TEXT,"
	" step_id TEXT, parent TEXT, app_id TEXT, number INTEGER, mem_mb INTEGER, vcpu INTEGER, pid INTEGER,"
	" token TEXT, created INTEGER);"
	"CREATE TABLE events (time INTEGER, severity INTEGER, cluster_id TEXT, resource_id TEXT, type TEXT,"
	" message TEXT);"
	"CREATE INDEX events_time ON events (time);"
	"CREATE INDEX events_cluster ON events (cluster_id, time);"
	"CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
	"CREATE TABLE tables (database TEXT, name TEXT, body TEXT,"
	" PRIMARY KEY (database, name)) WITHOUT ROWID",
	"ALTER TABLE steps ADD COLUMN output INTEGER DEFAULT 0",
	"ALTER TABLE steps ADD COLUMN statements INTEGER DEFAULT 0;"
	"ALTER TABLE steps ADD COLUMN rows_in INTEGER DEFAULT 0;"
	"ALTER TABLE steps ADD COLUMN rows_out INTEGER DEFAULT 0;"
	"ALTER TABLE steps ADD COLUMN bytes_in INTEGER DEFAULT 0;"
	"ALTER TABLE steps ADD COLUMN bytes_out INTEGER DEFAULT 0",
	"ALTER TABLE events ADD COLUMN region TEXT DEFAULT '';"
	"ALTER TABLE events ADD COLUMN actor TEXT;"
	"ALTER TABLE events ADD COLUMN cause TEXT;"
	"CREATE TABLE docs (kind TEXT, region TEXT, id TEXT, body TEXT,"
	" PRIMARY KEY (kind, region, id)) WITHOUT ROWID;"
	"CREATE TABLE records (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, region TEXT, subject TEXT,"
	" time INTEGER, body TEXT);"
	"CREATE INDEX records_kind ON records (kind, seq);"
	"CREATE INDEX records_subject ON records (kind, subject, seq);"
	"CREATE INDEX records_time ON records (kind, time)",
	"ALTER TABLE steps ADD COLUMN log_uri TEXT;"
	"ALTER TABLE steps ADD COLUMN encryption_key TEXT",
	/* Numbers that are never given twice, and words to find by. What is not text becomes a word too. */
	"CREATE TABLE stream (seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER, severity INTEGER,"
	" cluster_id TEXT, resource_id TEXT, type TEXT, message TEXT, region TEXT, actor TEXT, cause TEXT,"
	" detail TEXT);"
	"INSERT INTO stream SELECT rowid, time, severity, cluster_id, resource_id, type, message, region, actor,"
	" cause, NULL FROM events;"
	"DROP TABLE events;"
	"ALTER TABLE stream RENAME TO events;"
	"CREATE INDEX events_time ON events (time);"
	"CREATE INDEX events_cluster ON events (cluster_id);"
	"CREATE INDEX events_region ON events (region);"
	"CREATE VIEW event_words AS SELECT seq, message || ' ' || ifnull(cause, '') || ' ' || ifnull(actor, '') ||"
	" ' ' || cluster_id || ' ' || resource_id || ' ' || type || ' xtype_' || replace(type, ' ', '_') ||"
	" substr(' xsev1 xsev2 xsev3', 1, 6 * severity) AS words FROM events;"
	"CREATE VIRTUAL TABLE events_text USING fts5(words, content='', detail=none, columnsize=0,"
	" tokenize=\"unicode61 tokenchars '-_'\");"
	"INSERT INTO events_text (rowid, words) SELECT seq, words FROM event_words;"
	"INSERT OR REPLACE INTO settings SELECT 'events_indexed', ifnull(max(seq), 0) FROM events;"
	"CREATE TRIGGER events_gone BEFORE DELETE ON events WHEN old.seq <= (SELECT CAST(value AS INTEGER) FROM"
	" settings WHERE key = 'events_indexed') BEGIN INSERT INTO events_text (events_text, rowid, words)"
	" SELECT 'delete', seq, words FROM event_words WHERE seq = old.seq; END",
};

#define APP_ID 0x53746f6b /* "Stok" */

int store_open(const char *path, struct store **out, struct error *err)
{
	struct store *s = xcalloc(1, sizeof *s);
	int ret = db_open(path, APP_ID, migrations, STORE_SCHEMA, true, s, err);

	if (ret) {
		free(s);
		return ret;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	db_close(s);
	free(s);
}

int store_commit(struct store *s, struct error *err)
{
	return db_commit(s, err);
}

bool store_dirty(const struct store *s)
{
	return s->in_tx;
}

void store_limit_growth(struct store *s, int64_t bytes)
{
	sqlite3_stmt *q = db_stmt(s, "PRAGMA page_count");
	int64_t pages = db_row(s, q) ? sqlite3_column_int64(q, 0) : 0;
	char *sql = xasprintf("PRAGMA max_page_count=%lld",
	                      (long long)(bytes < 0 ? 1073741823 : pages + bytes / 4096));

	sqlite3_reset(q);
	sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	free(sql);
}
