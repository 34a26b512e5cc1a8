/* Named values of the server, and the catalogue's tables. */
#include "core/store/db.h"

static char *one_text(struct store *s, sqlite3_stmt *q)
{
	char *value = NULL;

	if (db_row(s, q)) {
		value = db_copy(q, 0);
		sqlite3_reset(q);
	}
	return value;
}

void store_set(struct store *s, const char *key, const char *value)
{
	db_write(s, "INSERT OR REPLACE INTO settings VALUES (?,?)", "tt", key, value);
}

char *store_get(struct store *s, const char *key)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT value FROM settings WHERE key=?");

	db_bind(q, "t", key);
	return one_text(s, q);
}

void store_put_table(struct store *s, const char *database, const char *name, const char *json)
{
	db_write(s, "INSERT OR REPLACE INTO tables VALUES (?,?,?)", "ttt", database, name, json);
}

char *store_get_table(struct store *s, const char *database, const char *name)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT body FROM tables WHERE database=? AND name=?");

	db_bind(q, "tt", database, name);
	return one_text(s, q);
}

bool store_drop_table(struct store *s, const char *database, const char *name)
{
	char *old = store_get_table(s, database, name);
	bool there = old != NULL;

	free(old);
	if (there)
		db_write(s, "DELETE FROM tables WHERE database=? AND name=?", "tt", database, name);
	return there;
}

void store_list_tables(struct store *s, const char *database, struct str_list *names)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT name FROM tables WHERE database=? ORDER BY name");

	db_bind(q, "t", database);
	while (db_row(s, q))
		str_list_add(names, db_text(q, 0));
}
