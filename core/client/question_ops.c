/* Questions to the control plane's own operations: cost, scaling, spot, audit, retries, schedules. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/client/question_impl.h"

#define PAGE 200
#define DAY_MS 86400000LL

static cJSON *page(void)
{
	return json_add_int(cJSON_CreateObject(), "MaxResults", PAGE);
}

static cJSON *add_cluster(cJSON *in, const struct model *m)
{
	return json_add_str(in, "ClusterId", *m->focus.cluster ? m->focus.cluster : NULL);
}

void about_cluster(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%s", m->focus.cluster);
}

cJSON *ask_of_focus(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	return add_cluster(page(), m);
}

void about_search(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", m->focus.cluster, *m->focus.query ? " " : "", m->focus.query);
}

cJSON *ask_searched(const struct model *m, const struct mcluster *mc)
{
	return json_add_str(ask_of_focus(m, mc), "Query", *m->focus.query ? m->focus.query : NULL);
}

/* ---- cost ---- */

void about_cost(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%s", m->focus.cost_by);
}

cJSON *ask_cost_report(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	return json_add_str(cJSON_CreateObject(), "GroupBy", *m->focus.cost_by ? m->focus.cost_by : "cluster");
}

cJSON *ask_advice(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	return add_cluster(cJSON_CreateObject(), m);
}

/* ---- spot ---- */

cJSON *ask_spot_prices(const struct model *m, const struct mcluster *mc)
{
	(void)m, (void)mc;
	return json_add_time(cJSON_CreateObject(), "Since", clock_now_ms() - DAY_MS);
}

/* ---- dead letters ---- */

void about_letters(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%s %d", m->focus.cluster, m->focus.all_letters);
}

cJSON *ask_letters(const struct model *m, const struct mcluster *mc)
{
	return json_add_str(ask_of_focus(m, mc), "State", m->focus.all_letters ? NULL : "PENDING");
}

void about_letter(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%s", m->focus.letter);
}

cJSON *ask_letter(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	return *m->focus.letter ? json_add_str(cJSON_CreateObject(), "DeadLetterId", m->focus.letter) : NULL;
}

/* ---- schedules ---- */

void about_schedule(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%s", m->focus.schedule);
}

cJSON *ask_runs(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	return *m->focus.schedule ? json_add_str(page(), "ScheduleName", m->focus.schedule) : NULL;
}
