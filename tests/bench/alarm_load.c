/* How long one evaluation of 10,000 alarms takes: a control plane of its own in a temporary home, each alarm over a
 * metric of its own with an hour of points. Prints the CPU milliseconds of several rounds, one a line. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/control/cloudwatch/cloudwatch.h"

#define ALARMS 10000
#define ROUNDS 9

static void on_stop(void *ctx)
{
	(void)ctx;
}

static void fill(struct control *ctl, int64_t minute)
{
	struct pair_list none = { 0 };
	char name[32];

	for (int i = 0; i < ALARMS; i++) {
		struct metric_alarm *a = metric_alarm_new();
		snprintf(name, sizeof name, "metric-%d", i);
		a->name = xstrdup(name);
		a->ref.ns = xstrdup("Bench");
		a->ref.name = xstrdup(name);
		a->ref.stat = xstrdup("Average");
		a->ref.period = 60;
		a->periods = 3;
		a->threshold = 5;
		a->compare = ALARM_GT;
		cw_alarm_set(ctl, "us-east-1", a);
		for (int k = -60; k < ROUNDS + 2; k++)
			cw_put(ctl, "us-east-1", "Bench", name, &none, minute + k * 60000, (i + k) % 5, NULL);
	}
}

int main(void)
{
	char home[] = "/tmp/stoker-bench-XXXXXX";
	struct control_options o = { .program = "/bin/false", .stop = on_stop };
	struct error err = ERROR_INIT;
	struct control *ctl;
	uv_loop_t loop;

	setenv("STOKER_LOG", "error", 1);
	log_open("bench");
	if (!mkdtemp(home))
		return 1;
	o.home = home;
	uv_loop_init(&loop);
	if (control_new(&loop, &o, &ctl, &err)) {
		fprintf(stderr, "%s: %s\n", err.message, err.detail);
		return 1;
	}
	int64_t minute = clock_now_ms() / 60000 * 60000;
	const struct part *p = parts[PART_CLOUDWATCH];
	fill(ctl, minute);
	p->due(ctl);
	for (int i = 0; i <= ROUNDS; i++) {
		clock_t begin = clock();
		p->run(ctl, minute + (i + 1) * 60000 + 2000);
		if (i) /* the first brings all of them out of INSUFFICIENT_DATA, and is written */
			printf("%.2f\n", (double)(clock() - begin) * 1000 / CLOCKS_PER_SEC);
		control_turn(ctl);
	}
	control_free(ctl);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	fs_remove_tree(home, NULL);
	return 0;
}
