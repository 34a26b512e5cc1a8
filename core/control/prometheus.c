/* The text that Prometheus scrapes. */
#include "core/base/clock.h"
#include "core/control/state.h"

static void count_states(struct control *ctl, struct buf *b)
{
	int clusters[CLUSTER_STATES] = { 0 }, steps[STEP_STATES] = { 0 }, nodes = 0;
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		clusters[c->state]++;
		for (size_t i = 0; i < c->steps.len; i++)
			steps[c->steps.items[i]->state]++;
		for (size_t i = 0; i < c->instances.len; i++)
			nodes += c->instances.items[i]->state == INSTANCE_RUNNING;
	}
	buf_adds(b, "# HELP stoker_clusters Clusters by state.\n# TYPE stoker_clusters gauge\n");
	for (int i = 0; i < CLUSTER_STATES; i++)
		buf_addf(b, "stoker_clusters{state=\"%s\"} %d\n", names_get(&cluster_state_names, i), clusters[i]);
	buf_adds(b, "# HELP stoker_steps Steps by state.\n# TYPE stoker_steps gauge\n");
	for (int i = 0; i < STEP_STATES; i++)
		buf_addf(b, "stoker_steps{state=\"%s\"} %d\n", names_get(&step_state_names, i), steps[i]);
	buf_addf(b, "# HELP stoker_nodes_running Instances that are up.\n# TYPE stoker_nodes_running gauge\n"
	         "stoker_nodes_running %d\n", nodes);
}

static void gauge(struct buf *b, const char *name, const char *help, double value)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %.17g\n", name, help, name, name, value);
}

static void node_gauges(struct control *ctl, struct buf *b)
{
	static const struct { enum metric m; const char *name; } shown[] = {
		{ METRIC_CPU, "stoker_node_cpu_percent" }, { METRIC_NODE_RSS, "stoker_node_rss_bytes" },
		{ METRIC_NODE_SPILL, "stoker_node_spill_bytes" }, { METRIC_LOAD1, "stoker_node_load1" },
		{ METRIC_NODE_GRANTED, "stoker_node_memory_granted_bytes" },
	};
	double values[METRICS];

	for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
		size_t it = 0;
		void *v;
		buf_addf(b, "# TYPE %s gauge\n", shown[k].name);
		while (map_next(ctl->nodes, &it, NULL, &v)) {
			struct node *n = v;
			if (metrics_latest(ctl->metrics, n->m->id, clock_now_ms(), values) &&
			    values[shown[k].m] == values[shown[k].m])
				buf_addf(b, "%s{cluster=\"%s\",instance=\"%s\"} %.17g\n", shown[k].name, n->c->id,
				         n->m->ec2_id, values[shown[k].m]);
		}
	}
}

char *control_prometheus(struct control *ctl)
{
	struct buf b = BUF_INIT;

	count_states(ctl, &b);
	gauge(&b, "stoker_memory_budget_bytes", "Memory that may be granted to jobs.",
	      ctl->budget_mb * 1048576.0);
	gauge(&b, "stoker_memory_granted_bytes", "Memory that is granted to jobs.",
	      ctl->granted_mb * 1048576.0);
	gauge(&b, "stoker_start_time_seconds", "When the server started.", (double)ctl->started_at / 1000);
	node_gauges(ctl, &b);
	return buf_steal(&b);
}
