/* Events: an append-only record with a time limit. */
#include <stdio.h>

#include "core/store/db.h"

void store_add_event(struct store *s, const struct event *e)
{
	db_write(s, "INSERT INTO events (time, severity, cluster_id, resource_id, type, message, region, actor,"
	         " cause) VALUES (?,?,?,?,?,?,?,?,?)", "littttttt", e->time, (int)e->severity, e->cluster_id,
	         e->resource_id, e->type, e->message, e->region, e->actor, e->cause);
}

void store_trim_events(struct store *s, int64_t before)
{
	db_write(s, "DELETE FROM events WHERE time < ?", "l", before);
}

int store_load_events(struct store *s, const char *cluster_id, int64_t since, int max,
                      struct event_list *out, struct error *err)
{
	sqlite3_stmt *q;

	if (cluster_id) {
		q = db_stmt(s, "SELECT rowid, * FROM events WHERE time >= ?1 AND cluster_id = ?3"
		            " ORDER BY time DESC, rowid DESC LIMIT ?2");
		db_bind(q, "lit", since, max, cluster_id);
	} else {
		q = db_stmt(s, "SELECT rowid, * FROM events WHERE time >= ?1 ORDER BY time DESC, rowid DESC LIMIT ?2");
		db_bind(q, "li", since, max);
	}
	while (db_row(s, q)) {
		struct event e = { .seq = sqlite3_column_int64(q, 0), .time = sqlite3_column_int64(q, 1),
		                   .severity = (enum severity)sqlite3_column_int(q, 2) };
		snprintf(e.cluster_id, sizeof e.cluster_id, "%s", db_text(q, 3));
		snprintf(e.resource_id, sizeof e.resource_id, "%s", db_text(q, 4));
		e.type = db_copy(q, 5);
		e.message = db_copy(q, 6);
		snprintf(e.region, sizeof e.region, "%s", db_text(q, 7) ? db_text(q, 7) : "");
		e.actor = db_copy(q, 8);
		e.cause = db_copy(q, 9);
		vec_push(out, e);
	}
	return s->rc == SQLITE_OK ? 0 : db_error(s, s->rc, s->rc_text, err, "reading");
}
