/* Documents and records: the two general shapes that the parts of the control plane keep their state in. */
#include "core/store/db.h"

void store_put_doc(struct store *s, const char *kind, const char *region, const char *id, const char *body)
{
	db_write(s, "INSERT OR REPLACE INTO docs VALUES (?,?,?,?)", "tttt", kind, region, id, body);
}

void store_drop_doc(struct store *s, const char *kind, const char *region, const char *id)
{
	db_write(s, "DELETE FROM docs WHERE kind=? AND region=? AND id=?", "ttt", kind, region, id);
}

int store_load_docs(struct store *s, const char *kind, store_doc_fn fn, void *ctx, struct error *err)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT region, id, body FROM docs WHERE kind=? ORDER BY region, id");

	db_bind(q, "t", kind);
	while (db_row(s, q))
		fn(db_text(q, 0), db_text(q, 1), db_text(q, 2), ctx);
	return s->rc == SQLITE_OK ? 0 : db_error(s, s->rc, s->rc_text, err, "reading");
}

void store_add_record(struct store *s, const char *kind, const char *region, const char *subject, int64_t time,
                      const char *body)
{
	db_write(s, "INSERT INTO records (kind, region, subject, time, body) VALUES (?,?,?,?,?)", "tttlt", kind,
	         region, subject, time, body);
}

int store_first_record(struct store *s, const char *kind, int64_t since, record_fn fn, void *ctx,
                       struct error *err)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT seq, region, subject, time, body FROM records WHERE kind=?1 AND seq ="
	                          " (SELECT min(seq) FROM records WHERE kind=?1 AND time >= ?2)");

	db_bind(q, "tl", kind, since);
	if (db_row(s, q)) {
		struct record x = { sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 3), db_text(q, 1),
		                    db_text(q, 2), db_text(q, 4) };
		fn(&x, ctx);
		sqlite3_reset(q);
	}
	return s->rc == SQLITE_OK ? 0 : db_error(s, s->rc, s->rc_text, err, "reading");
}

void store_drop_records(struct store *s, const char *kind, int64_t before)
{
	db_write(s, "DELETE FROM records WHERE kind=? AND seq < ?", "tl", kind, before);
}

void store_trim_records(struct store *s, const char *kind, int64_t before)
{
	db_write(s, "DELETE FROM records WHERE kind=? AND time < ?", "tl", kind, before);
}

#define FILTER " AND (?3 IS NULL OR region=?3) AND time >= ?4 AND time <= ?5 AND seq < ?6" \
	" ORDER BY seq DESC LIMIT ?7"

int store_read_records(struct store *s, const struct record_query *r, record_fn fn, void *ctx,
                       struct error *err)
{
	static const char *const of_subject = "SELECT seq, region, subject, time, body FROM records"
	                                      " WHERE kind=?1 AND subject=?2" FILTER;
	static const char *const of_kind = "SELECT seq, region, subject, time, body FROM records"
	                                   " WHERE kind=?1 AND ?2 IS NULL" FILTER;
	static const char *const of_either = "SELECT seq, region, subject, time, body FROM records"
	                                     " WHERE kind=?1 AND subject IN (?2, ?8)" FILTER;
	bool more = true, either = r->subject && r->shared;
	sqlite3_stmt *q = db_stmt(s, either ? of_either : r->subject ? of_subject : of_kind);

	db_bind(q, either ? "tttlllit" : "tttllli", r->kind, r->subject, r->region, r->since,
	        r->until ? r->until : INT64_MAX, r->before ? r->before : INT64_MAX, r->max, r->shared);
	while (more && db_row(s, q)) {
		struct record x = { sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 3), db_text(q, 1),
		                    db_text(q, 2), db_text(q, 4) };
		more = fn(&x, ctx);
	}
	if (q)
		sqlite3_reset(q);
	return s->rc == SQLITE_OK ? 0 : db_error(s, s->rc, s->rc_text, err, "reading");
}
