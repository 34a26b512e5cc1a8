/* Containers: what workers were told to run and has not been forgotten yet. */
#include <stdio.h>

#include "core/store/db.h"

void store_put_container(struct store *s, const struct container *c)
{
	db_write(s, "INSERT OR REPLACE INTO containers VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", "tittttt" "iiiitl",
	         c->id, (int)c->kind, c->cluster_id, c->instance_id, c->step_id, c->parent, c->app_id,
	         c->number, c->mem_mb, c->vcpu, c->pid, c->token, c->created);
}

void store_drop_container(struct store *s, const char *id)
{
	db_write(s, "DELETE FROM containers WHERE id=?", "t", id);
}

static void copy(char *to, size_t size, sqlite3_stmt *q, int column)
{
	const char *t = db_text(q, column);

	snprintf(to, size, "%s", t ? t : "");
}

int store_load_containers(struct store *s, void (*each)(struct container *c, void *ctx), void *ctx,
                          struct error *err)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT * FROM containers ORDER BY rowid");

	while (db_row(s, q)) {
		struct container *c = container_new();
		copy(c->id, sizeof c->id, q, 0);
		c->kind = (enum container_kind)sqlite3_column_int(q, 1);
		copy(c->cluster_id, sizeof c->cluster_id, q, 2);
		copy(c->instance_id, sizeof c->instance_id, q, 3);
		copy(c->step_id, sizeof c->step_id, q, 4);
		copy(c->parent, sizeof c->parent, q, 5);
		copy(c->app_id, sizeof c->app_id, q, 6);
		c->number = sqlite3_column_int(q, 7);
		c->mem_mb = sqlite3_column_int(q, 8);
		c->vcpu = sqlite3_column_int(q, 9);
		c->pid = sqlite3_column_int(q, 10);
		copy(c->token, sizeof c->token, q, 11);
		c->created = sqlite3_column_int64(q, 12);
		each(c, ctx);
	}
	return s->rc == SQLITE_OK ? 0 : db_error(s, s->rc, s->rc_text, err, "reading");
}
