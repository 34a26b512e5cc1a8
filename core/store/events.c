/* Events: an append-only stream with a time limit, and an index of its words. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/store/db.h"

/* The index costs a segment for each transaction that adds to it, whatever its size: it is brought up once for
 * many events. What it lacks yet is read and compared. */
#define INDEX_EVERY 1000

static int64_t indexed(struct store *s)
{
	char *text = store_get(s, "events_indexed");
	int64_t seq = text ? strtoll(text, NULL, 10) : 0;

	free(text);
	return seq;
}

static void index_words(struct store *s)
{
	db_write(s, "INSERT INTO events_text (rowid, words) SELECT seq, words FROM event_words WHERE seq > ?", "l",
	         indexed(s));
	db_write(s, "INSERT OR REPLACE INTO settings SELECT 'events_indexed', max(seq) FROM events", "");
	s->unindexed = 0;
}

void store_add_event(struct store *s, const struct event *e)
{
	db_write(s, "INSERT INTO events (time, severity, cluster_id, resource_id, type, message, region, actor,"
	         " cause, detail) VALUES (?,?,?,?,?,?,?,?,?,?)", "litttttttt", e->time, (int)e->severity, e->cluster_id,
	         e->resource_id, e->type, e->message, e->region, e->actor, e->cause, e->detail);
	if (++s->unindexed >= INDEX_EVERY)
		index_words(s);
}

void store_trim_events(struct store *s, int64_t before)
{
	db_write(s, "DELETE FROM events WHERE time < ?", "l", before);
}

/* ---- words ---- */

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* The pieces of a text as the index cuts it; what holds no letter is no word. */
static void add_terms(struct buf *b, const char *text)
{
	for (const char *p = text; *p;) {
		size_t n = 0;
		bool any = false;
		while (p[n] && in_word(p[n])) {
			any |= p[n] != '-' && p[n] != '_';
			n++;
		}
		if (any)
			buf_addf(b, "%s\"%.*s\"", b->len ? " " : "", (int)n, p);
		p += n ? n : 1;
	}
}

/* What the index is asked: the words, and what is not text as a word of its own. */
static void match_of(const struct event_query *q, struct buf *b)
{
	if (q->words)
		add_terms(b, q->words);
	if (q->resource_id)
		add_terms(b, q->resource_id);
	if (q->type) {
		char *type = xasprintf("xtype_%s", q->type);
		for (char *p = type; *p; p++)
			*p = *p == ' ' ? '_' : *p;
		add_terms(b, type);
		free(type);
	}
	if (q->severity > SEVERITY_INFO)
		buf_addf(b, "%s\"xsev%d\"", b->len ? " " : "", (int)q->severity);
	if (b->len && q->cluster_id)
		add_terms(b, q->cluster_id);
}

static bool has_word(const char *text, const char *word, size_t n)
{
	for (const char *p = text; p && *p; p++) {
		size_t m = 0;
		while (p[m] && in_word(p[m]))
			m++;
		if (m == n && !strncasecmp(p, word, n))
			return true;
		p += m;
		if (!*p)
			break;
	}
	return false;
}

/* As the index would say it. */
static bool has_words(const struct event *e, const char *words)
{
	const char *const texts[] = { e->message, e->cause, e->actor, e->cluster_id, e->resource_id, e->type };

	for (const char *p = words; *p;) {
		size_t n = 0;
		bool any = false, found = false;
		while (p[n] && in_word(p[n])) {
			any |= p[n] != '-' && p[n] != '_';
			n++;
		}
		for (size_t i = 0; any && !found && i < sizeof texts / sizeof *texts; i++)
			found = texts[i] && has_word(texts[i], p, n);
		if (any && !found)
			return false;
		p += n ? n : 1;
	}
	return true;
}

/* ---- reading ---- */

#define COLUMNS "e.seq, e.time, e.severity, e.cluster_id, e.resource_id, e.type, e.message, e.region, e.actor," \
	" e.cause, e.detail"
#define FILTER " AND e.time >= ?4 AND e.time <= ?5 AND e.severity >= ?6 AND (?7 IS NULL OR e.region IN ('', ?7))" \
	" AND (?8 IS NULL OR e.cluster_id = ?8) AND (?9 IS NULL OR e.resource_id = ?9)" \
	" AND (?10 IS NULL OR e.type = ?10)"

static const char by_words[] = "SELECT " COLUMNS " FROM events_text t CROSS JOIN events e ON e.seq = t.rowid"
	" WHERE events_text MATCH ?1 AND t.rowid < ?2 AND t.rowid > ?3" FILTER " ORDER BY t.rowid DESC LIMIT ?11";
static const char by_cluster[] = "SELECT " COLUMNS " FROM events e INDEXED BY events_cluster"
	" WHERE ?1 = '' AND e.cluster_id = ?8 AND e.seq < ?2 AND e.seq > ?3" FILTER " ORDER BY e.seq DESC LIMIT ?11";
static const char by_time[] = "SELECT " COLUMNS " FROM events e NOT INDEXED"
	" WHERE ?1 = '' AND e.seq < ?2 AND e.seq > ?3" FILTER " ORDER BY e.seq DESC LIMIT ?11";

/* A region's own and the server's: two walks in the order of numbers, merged. */
#define OF_REGION(which) "SELECT * FROM (SELECT " COLUMNS " FROM events e INDEXED BY events_region WHERE ?1 = ''" \
	" AND e.region = " which " AND e.seq < ?2 AND e.seq > ?3" FILTER " ORDER BY e.seq DESC LIMIT ?11)"
static const char by_region[] = OF_REGION("''") " UNION ALL " OF_REGION("?7") " ORDER BY 1 DESC LIMIT ?11";

static int64_t seq_at(struct store *s, const char *sql, int64_t time, int64_t none)
{
	sqlite3_stmt *q = db_stmt(s, sql);

	db_bind(q, "l", time);
	if (!db_row(s, q))
		return none;
	int64_t seq = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	return seq;
}

/* Times become numbers, so that the walk begins and ends where it must. Events are in the order of time but
 * for a clock that was set back: the filter by time stays. */
static void bounds(struct store *s, const struct event_query *q, int64_t *before, int64_t *after)
{
	*before = q->before ? q->before : INT64_MAX;
	*after = q->after;
	if (q->since > 0) {
		int64_t first = seq_at(s, "SELECT seq FROM events WHERE time >= ? ORDER BY time LIMIT 1", q->since,
		                       INT64_MAX);
		*after = first - 1 > *after ? first - 1 : *after;
	}
	if (q->until > 0) {
		int64_t last = seq_at(s, "SELECT seq FROM events WHERE time <= ? ORDER BY time DESC, seq DESC LIMIT 1",
		                      q->until, 0);
		*before = last + 1 < *before ? last + 1 : *before;
	}
}

static struct event take(sqlite3_stmt *q)
{
	struct event e = { .seq = sqlite3_column_int64(q, 0), .time = sqlite3_column_int64(q, 1),
	                   .severity = (enum severity)sqlite3_column_int(q, 2) };

	snprintf(e.cluster_id, sizeof e.cluster_id, "%s", db_text(q, 3));
	snprintf(e.resource_id, sizeof e.resource_id, "%s", db_text(q, 4));
	e.type = db_copy(q, 5);
	e.message = db_copy(q, 6);
	snprintf(e.region, sizeof e.region, "%s", db_text(q, 7) ? db_text(q, 7) : "");
	e.actor = db_copy(q, 8);
	e.cause = db_copy(q, 9);
	e.detail = db_copy(q, 10);
	return e;
}

/* One walk; words NULL: they were asked of the index. */
static void walk(struct store *s, const char *sql, const char *match, const struct event_query *q,
                 int64_t before, int64_t after, const char *words, struct event_list *out)
{
	sqlite3_stmt *st = db_stmt(s, sql);

	db_bind(st, "tllllitttt", match, before, after, q->since, q->until ? q->until : INT64_MAX, (int)q->severity,
	        q->region, q->cluster_id, q->resource_id, q->type);
	if (st)
		sqlite3_bind_int(st, 11, words ? -1 : q->max - (int)out->len);
	while ((int)out->len < q->max && db_row(s, st)) {
		struct event e = take(st);
		if (!words || has_words(&e, words))
			vec_push(out, e);
		else
			event_free(&e);
	}
	if (st)
		sqlite3_reset(st);
}

int store_find_events(struct store *s, const struct event_query *q, struct event_list *out, struct error *err)
{
	struct buf match = BUF_INIT;
	int64_t before, after, edge = indexed(s);

	match_of(q, &match);
	bounds(s, q, &before, &after);
	if (!match.len) {
		walk(s, q->cluster_id ? by_cluster : q->region && *q->region ? by_region : by_time, "", q, before, after,
		     NULL, out);
	} else {
		walk(s, by_time, "", q, before, after > edge ? after : edge, q->words ? q->words : "", out);
		if ((int)out->len < q->max && after < edge)
			walk(s, by_words, buf_str(&match), q, before < edge + 1 ? before : edge + 1, after, NULL, out);
	}
	buf_free(&match);
	return s->rc == SQLITE_OK ? 0 : db_error(s, s->rc, s->rc_text, err, "reading");
}
