/* What the files of this room share: a connection with cached statements and one sticky error. */
#ifndef CORE_STORE_DB_H
#define CORE_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/map.h"
#include "core/store/store.h"

struct store {
	sqlite3 *db;
	struct map *stmts;     /* SQL text → prepared statement */
	bool in_tx;
	int rc;                /* first failure in this transaction, SQLITE_OK when none */
	char *rc_text;
	char *path;
	int unindexed;         /* events added since the index of their words was brought up */
};

/* Open any of our database files: refuses other programs' files, newer schemas and damage. */
int db_open(const char *path, int app_id, const char *const *migrations, int n, bool full_sync,
            struct store *s, struct error *err);
void db_close(struct store *s);

/* A cached statement, reset. NULL on error (which then sticks). Text must be static. */
sqlite3_stmt *db_stmt(struct store *s, const char *sql);
/* Bind by format: t text (NULL = NULL), i int, l int64, d double, n nothing (NULL). Counted from 1. */
void db_bind(sqlite3_stmt *q, const char *fmt, ...);
/* Run a writing statement: opens the transaction when none is open. */
void db_write(struct store *s, const char *sql, const char *fmt, ...);
/* Next row? An error sticks and gives false. */
bool db_row(struct store *s, sqlite3_stmt *q);
const char *db_text(sqlite3_stmt *q, int column);   /* NULL for NULL; valid until the next row */
char *db_copy(sqlite3_stmt *q, int column);         /* malloc'd, or NULL */
int db_begin(struct store *s);
int db_commit(struct store *s, struct error *err);
/* Turn the sticky error (or rc) into an error for a person. */
int db_error(struct store *s, int rc, const char *text, struct error *err, const char *doing);

#endif
