/* Steps: keyed by (cluster, submission order), so that a queue reads back as it was. */
#include <stdio.h>

#include "core/store/config.h"
#include "core/store/db.h"

void store_load_steps(struct store *s, struct map *clusters);

void store_put_step(struct store *s, const struct step *st)
{
	char *args = config_from_strings(&st->args), *props = config_from_pairs(&st->properties);

	db_write(s, "INSERT OR REPLACE INTO steps VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	         "tlttittttti" "ttttt" "lllii" "l" "illll" "tt", st->cluster_id, st->seq, st->id, st->name,
	         (int)st->on_failure, st->jar, st->main_class, args, props, st->execution_role_arn,
	         (int)st->state, st->reason_code, st->reason_message, st->failure_reason,
	         st->failure_message, st->failure_log, st->timeline.created, st->timeline.ready,
	         st->timeline.ended, st->attempts, st->checkpoint, st->output,
	         st->statements, st->rows_in, st->rows_out, st->bytes_in, st->bytes_out,
	         st->log_uri, st->encryption_key);
	free(args);
	free(props);
}

static struct step *read_step(sqlite3_stmt *q)
{
	struct step *st = step_new();

	snprintf(st->cluster_id, sizeof st->cluster_id, "%s", db_text(q, 0));
	st->seq = sqlite3_column_int64(q, 1);
	snprintf(st->id, sizeof st->id, "%s", db_text(q, 2));
	st->name = db_copy(q, 3);
	st->on_failure = (enum step_on_failure)sqlite3_column_int(q, 4);
	st->jar = db_copy(q, 5);
	st->main_class = db_copy(q, 6);
	config_to_strings(db_text(q, 7), &st->args);
	config_to_pairs(db_text(q, 8), &st->properties);
	st->execution_role_arn = db_copy(q, 9);
	st->state = (enum step_state)sqlite3_column_int(q, 10);
	st->reason_code = db_copy(q, 11);
	st->reason_message = db_copy(q, 12);
	st->failure_reason = db_copy(q, 13);
	st->failure_message = db_copy(q, 14);
	st->failure_log = db_copy(q, 15);
	st->timeline.created = sqlite3_column_int64(q, 16);
	st->timeline.ready = sqlite3_column_int64(q, 17);
	st->timeline.ended = sqlite3_column_int64(q, 18);
	st->attempts = sqlite3_column_int(q, 19);
	st->checkpoint = sqlite3_column_int(q, 20);
	st->output = sqlite3_column_int64(q, 21);
	st->statements = sqlite3_column_int(q, 22);
	st->rows_in = sqlite3_column_int64(q, 23);
	st->rows_out = sqlite3_column_int64(q, 24);
	st->bytes_in = sqlite3_column_int64(q, 25);
	st->bytes_out = sqlite3_column_int64(q, 26);
	st->log_uri = db_copy(q, 27);
	st->encryption_key = db_copy(q, 28);
	return st;
}

void store_load_steps(struct store *s, struct map *clusters)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT * FROM steps ORDER BY cluster_id, seq");

	while (db_row(s, q)) {
		struct cluster *c = map_get(clusters, db_text(q, 0));
		if (c)
			vec_push(&c->steps, read_step(q));
	}
}
