/* Clusters, with their groups and instances. */
#include <stdio.h>

#include "core/store/config.h"
#include "core/store/db.h"

void store_put_cluster(struct store *s, const struct cluster *c)
{
	char *config = config_from_cluster(c);

	db_write(s, "INSERT OR REPLACE INTO clusters VALUES (?,?,?,?,?,?,?,?)", "tliitllt", c->id,
	         c->timeline.created, (int)c->state, (int)c->reason, c->reason_message, c->timeline.ready,
	         c->timeline.ended, config);
	free(config);
}

void store_put_group(struct store *s, const struct instance_group *g, int position)
{
	char *config = config_from_group(g);

	db_write(s, "INSERT OR REPLACE INTO groups VALUES (?,?,?,?,?,?,?,?,?,?,?)", "titiitilllt",
	         g->cluster_id, position, g->id, (int)g->state, (int)g->reason, g->reason_message,
	         g->requested, g->timeline.created, g->timeline.ready, g->timeline.ended, config);
	free(config);
}

void store_put_instance(struct store *s, const struct instance *i)
{
	db_write(s, "INSERT OR REPLACE INTO instances VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	         "ttttiitttttiitllliiit", i->id, i->cluster_id, i->group_id, i->ec2_id, (int)i->role,
	         (int)i->market, i->type, i->public_dns, i->private_dns, i->public_ip, i->private_ip,
	         (int)i->state, (int)i->reason, i->reason_message, i->timeline.created, i->timeline.ready,
	         i->timeline.ended, i->vcpu, i->mem_mb, i->pid, i->token);
}

void store_drop_cluster(struct store *s, const char *id)
{
	static const char *const sql[] = {
		"DELETE FROM clusters WHERE id=?", "DELETE FROM groups WHERE cluster_id=?",
		"DELETE FROM instances WHERE cluster_id=?", "DELETE FROM steps WHERE cluster_id=?",
		"DELETE FROM containers WHERE cluster_id=?", "DELETE FROM events WHERE cluster_id=?",
	};
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
		db_write(s, sql[i], "t", id);
}

static void copy_id(char *to, sqlite3_stmt *q, int column)
{
	const char *t = db_text(q, column);

	snprintf(to, MODEL_ID_SIZE, "%s", t ? t : "");
}

static void load_groups(struct store *s, struct map *clusters)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT * FROM groups ORDER BY cluster_id, position");

	while (db_row(s, q)) {
		struct cluster *c = map_get(clusters, db_text(q, 0));
		if (!c)
			continue;
		struct instance_group *g = instance_group_new();
		copy_id(g->cluster_id, q, 0);
		copy_id(g->id, q, 2);
		g->state = (enum group_state)sqlite3_column_int(q, 3);
		g->reason = (enum group_reason)sqlite3_column_int(q, 4);
		g->reason_message = db_copy(q, 5);
		g->requested = sqlite3_column_int(q, 6);
		g->timeline.created = sqlite3_column_int64(q, 7);
		g->timeline.ready = sqlite3_column_int64(q, 8);
		g->timeline.ended = sqlite3_column_int64(q, 9);
		config_to_group(db_text(q, 10), g);
		vec_push(&c->groups, g);
	}
}

static struct instance *read_instance(sqlite3_stmt *q)
{
	struct instance *i = instance_new();
	const char *token = db_text(q, 20);

	copy_id(i->id, q, 0);
	copy_id(i->cluster_id, q, 1);
	copy_id(i->group_id, q, 2);
	copy_id(i->ec2_id, q, 3);
	i->role = (enum instance_role)sqlite3_column_int(q, 4);
	i->market = (enum market)sqlite3_column_int(q, 5);
	i->type = db_copy(q, 6);
	i->public_dns = db_copy(q, 7);
	i->private_dns = db_copy(q, 8);
	i->public_ip = db_copy(q, 9);
	i->private_ip = db_copy(q, 10);
	i->state = (enum instance_state)sqlite3_column_int(q, 11);
	i->reason = (enum instance_reason)sqlite3_column_int(q, 12);
	i->reason_message = db_copy(q, 13);
	i->timeline.created = sqlite3_column_int64(q, 14);
	i->timeline.ready = sqlite3_column_int64(q, 15);
	i->timeline.ended = sqlite3_column_int64(q, 16);
	i->vcpu = sqlite3_column_int(q, 17);
	i->mem_mb = sqlite3_column_int(q, 18);
	i->pid = sqlite3_column_int(q, 19);
	snprintf(i->token, sizeof i->token, "%s", token ? token : "");
	return i;
}

static void load_instances(struct store *s, struct map *clusters)
{
	sqlite3_stmt *q = db_stmt(s, "SELECT * FROM instances ORDER BY created, rowid");

	while (db_row(s, q)) {
		struct cluster *c = map_get(clusters, db_text(q, 1));
		if (c)
			vec_push(&c->instances, read_instance(q));
	}
}

/* Lives in steps.c. */
void store_load_steps(struct store *s, struct map *clusters);

int store_load_clusters(struct store *s, void (*each)(struct cluster *c, void *ctx), void *ctx,
                        struct error *err)
{
	struct map *clusters = map_new();
	sqlite3_stmt *q = db_stmt(s, "SELECT * FROM clusters ORDER BY created, rowid");
	size_t it = 0;
	void *v;
	int ret = 0;

	while (db_row(s, q)) {
		struct cluster *c = cluster_new();
		copy_id(c->id, q, 0);
		c->timeline.created = sqlite3_column_int64(q, 1);
		c->state = (enum cluster_state)sqlite3_column_int(q, 2);
		c->reason = (enum cluster_reason)sqlite3_column_int(q, 3);
		c->reason_message = db_copy(q, 4);
		c->timeline.ready = sqlite3_column_int64(q, 5);
		c->timeline.ended = sqlite3_column_int64(q, 6);
		config_to_cluster(db_text(q, 7), c);
		map_set(clusters, c->id, c);
	}
	load_groups(s, clusters);
	load_instances(s, clusters);
	store_load_steps(s, clusters);
	if (s->rc != SQLITE_OK)
		ret = db_error(s, s->rc, s->rc_text, err, "reading");
	while (map_next(clusters, &it, NULL, &v)) {
		if (ret)
			cluster_free(v);
		else
			each(v, ctx);
	}
	map_free(clusters, NULL);
	return ret;
}
