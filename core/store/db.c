/* The connection: opening with suspicion, cached statements, group commit. */
#include "core/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"

int db_error(struct store *s, int rc, const char *text, struct error *err, const char *doing)
{
	int primary = rc & 0xff;
	const char *path = s->path ? s->path : "?";

	if (primary == SQLITE_FULL || (primary == SQLITE_IOERR && text && strstr(text, "full"))) {
		error_set(err, ERR_FULL, "No space left on the disk while %s %s", doing, path);
		error_hint(err, "Free some space; nothing that was accepted before is lost.");
	} else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
		error_set(err, ERR_CORRUPT, "%s is damaged or not a stoker database", path);
		error_detail(err, "%s", text ? text : sqlite3_errstr(rc));
		error_hint(err, "It was left as it is. Restore a copy, or move it away to start empty.");
	} else {
		error_set(err, ERR_IO, "Failed %s %s", doing, path);
		error_detail(err, "%s", text ? text : sqlite3_errstr(rc));
	}
	return err ? err->code : (primary == SQLITE_FULL ? ERR_FULL : ERR_IO);
}

static void stick(struct store *s, int rc)
{
	if (s->rc != SQLITE_OK)
		return;
	s->rc = rc;
	free(s->rc_text);
	s->rc_text = xstrdup(sqlite3_errmsg(s->db));
}

static int exec(struct store *s, const char *sql, struct error *err, const char *doing)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_error(s, rc, sqlite3_errmsg(s->db), err, doing);
}

static int pragma_int(struct store *s, const char *sql, int *out)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		*out = sqlite3_column_int(q, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	return rc;
}

#define PAGES_CHECKED (64 << 20) /* bytes of a file whose loss harms no job: a larger one is opened unread */

/* One pass over every page: finds a torn or overwritten file before anything is built on it. */
static int check_pages(struct store *s, struct error *err)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &q, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc == SQLITE_ROW && !strcmp(db_text(q, 0), "ok"))
		rc = SQLITE_OK;
	else if (rc == SQLITE_ROW)
		rc = SQLITE_CORRUPT;
	int ret = rc == SQLITE_OK ? 0 : db_error(s, rc, NULL, err, "checking");
	sqlite3_finalize(q);
	return ret;
}

static int migrate(struct store *s, int app_id, const char *const *migrations, int n, struct error *err)
{
	int version = 0, owner = 0, tables = 0, rc;

	if ((rc = pragma_int(s, "PRAGMA user_version", &version)) != SQLITE_OK ||
	    (rc = pragma_int(s, "PRAGMA application_id", &owner)) != SQLITE_OK ||
	    (rc = pragma_int(s, "SELECT count(*) FROM sqlite_schema", &tables)) != SQLITE_OK)
		return db_error(s, rc, sqlite3_errmsg(s->db), err, "reading");
	if (tables && owner != app_id) {
		error_set(err, ERR_CORRUPT, "%s is a database of another program", s->path);
		error_hint(err, "It was left as it is. Move it away, or choose another STOKER_HOME.");
		return ERR_CORRUPT;
	}
	if (version > n) {
		error_set(err, ERR_CORRUPT, "%s was written by a newer stoker (schema %d, this one knows %d)",
		          s->path, version, n);
		error_hint(err, "It was left as it is. Use the newer program.");
		return ERR_CORRUPT;
	}
	for (int ret; version < n; version++) {
		char *sql = xasprintf("BEGIN IMMEDIATE;%s;PRAGMA application_id=%d;PRAGMA user_version=%d;"
		                      "COMMIT", migrations[version], app_id, version + 1);
		ret = exec(s, sql, err, "setting up");
		free(sql);
		if (ret) {
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
			return ret;
		}
	}
	return 0;
}

/* SQLite takes an empty file for a new database: right for a new one, wrong beside a live log. */
static int check_file(const char *path, struct error *err)
{
	struct stat st, wal;
	char *wal_path = xasprintf("%s-wal", path);
	int ret = 0;

	if (!stat(path, &st) && st.st_size == 0 && !stat(wal_path, &wal) && wal.st_size > 0) {
		ret = error_set(err, ERR_CORRUPT, "%s is empty, but its log is not", path);
		error_hint(err, "It was left as it is. Restore a copy, or move both files away to start empty.");
	}
	free(wal_path);
	return ret;
}

int db_open(const char *path, int app_id, const char *const *migrations, int n, bool full_sync,
            struct store *s, struct error *err)
{
	int ret = check_file(path, err), rc;
	struct stat st;

	*s = (struct store){ .path = xstrdup(path), .stmts = map_new() };
	if (ret)
		goto fail;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		ret = error_errno(err, errno, "Cannot open %s", path);
		goto fail;
	}
	close(fd);
	rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		ret = db_error(s, rc, s->db ? sqlite3_errmsg(s->db) : NULL, err, "opening");
		goto fail;
	}
	sqlite3_busy_timeout(s->db, 2000);
	/* Closing a database that is refused below must not carry its log over into it. */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	bool check = full_sync || stat(path, &st) || st.st_size < PAGES_CHECKED;
	if ((ret = check ? check_pages(s, err) : 0) || (ret = migrate(s, app_id, migrations, n, err)) ||
	    (ret = exec(s, "PRAGMA journal_mode=WAL;PRAGMA foreign_keys=OFF;PRAGMA cache_size=-2048;"
	                "PRAGMA wal_autocheckpoint=1000;PRAGMA journal_size_limit=8388608", err,
	                "setting up")) ||
	    (ret = exec(s, full_sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", err,
	                "setting up")))
		goto fail;
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	return 0;
fail:
	db_close(s);
	return ret;
}

static void finalize(void *q)
{
	sqlite3_finalize(q);
}

void db_close(struct store *s)
{
	if (s->stmts)
		map_free(s->stmts, finalize);
	s->stmts = NULL;
	if (s->db) {
		if (s->in_tx)
			sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		sqlite3_close(s->db);
	}
	s->db = NULL;
	free(s->rc_text);
	free(s->path);
	s->rc_text = s->path = NULL;
}

sqlite3_stmt *db_stmt(struct store *s, const char *sql)
{
	sqlite3_stmt *q = map_get(s->stmts, sql);

	if (q) {
		sqlite3_reset(q);
		sqlite3_clear_bindings(q);
		return q;
	}
	int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL);
	if (rc != SQLITE_OK) {
		stick(s, rc);
		return NULL;
	}
	map_set(s->stmts, sql, q);
	return q;
}

static void vbind(sqlite3_stmt *q, const char *fmt, va_list ap)
{
	for (int i = 1; *fmt; fmt++, i++)
		switch (*fmt) {
		case 't':
			sqlite3_bind_text(q, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
			break;
		case 'i':
			sqlite3_bind_int(q, i, va_arg(ap, int));
			break;
		case 'l':
			sqlite3_bind_int64(q, i, va_arg(ap, int64_t));
			break;
		case 'd':
			sqlite3_bind_double(q, i, va_arg(ap, double));
			break;
		default:
			sqlite3_bind_null(q, i);
		}
}

void db_bind(sqlite3_stmt *q, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vbind(q, fmt, ap);
	va_end(ap);
}

int db_begin(struct store *s)
{
	if (s->in_tx)
		return s->rc;
	int rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		stick(s, rc);
	s->in_tx = true;
	return rc;
}

void db_write(struct store *s, const char *sql, const char *fmt, ...)
{
	va_list ap;

	if (db_begin(s) != SQLITE_OK || s->rc != SQLITE_OK)
		return;
	sqlite3_stmt *q = db_stmt(s, sql);
	if (!q)
		return;
	va_start(ap, fmt);
	vbind(q, fmt, ap);
	va_end(ap);
	int rc = sqlite3_step(q);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		stick(s, rc);
	sqlite3_reset(q);
}

bool db_row(struct store *s, sqlite3_stmt *q)
{
	int rc = q ? sqlite3_step(q) : SQLITE_DONE;

	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		stick(s, rc);
	if (q)
		sqlite3_reset(q);
	return false;
}

const char *db_text(sqlite3_stmt *q, int column)
{
	return (const char *)sqlite3_column_text(q, column);
}

char *db_copy(sqlite3_stmt *q, int column)
{
	return xstrdup(db_text(q, column));
}

int db_commit(struct store *s, struct error *err)
{
	int ret = 0;

	if (s->in_tx && s->rc == SQLITE_OK) {
		int rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
		if (rc != SQLITE_OK)
			stick(s, rc);
	}
	if (s->rc != SQLITE_OK) {
		ret = db_error(s, s->rc, s->rc_text, err, "writing");
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	}
	s->rc = SQLITE_OK;
	s->in_tx = false;
	return ret;
}
