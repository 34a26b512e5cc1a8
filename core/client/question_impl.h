/* Requests of the questions, by subject; for question*.c. */
#ifndef CORE_CLIENT_QUESTION_IMPL_H
#define CORE_CLIENT_QUESTION_IMPL_H

#include "core/client/question.h"

/* question_alarms.c */
cJSON *ask_metric_alarms(const struct model *m, const struct mcluster *mc);
cJSON *ask_alarm_history(const struct model *m, const struct mcluster *mc);
/* GetMetricData for what the alarm in focus watches; NULL until the alarm itself is known. */
cJSON *ask_alarm_data(const struct model *m, const struct mcluster *mc);
void about_alarm(const struct model *m, char *out, size_t size);

/* question_ops.c: the control plane's own operations */
cJSON *ask_cost_report(const struct model *m, const struct mcluster *mc);
cJSON *ask_of_focus(const struct model *m, const struct mcluster *mc);    /* ClusterId of the focus, a page */
cJSON *ask_searched(const struct model *m, const struct mcluster *mc);    /* … and its query */
cJSON *ask_advice(const struct model *m, const struct mcluster *mc);
cJSON *ask_spot_prices(const struct model *m, const struct mcluster *mc); /* with a day of history */
cJSON *ask_letters(const struct model *m, const struct mcluster *mc);
cJSON *ask_letter(const struct model *m, const struct mcluster *mc);
cJSON *ask_runs(const struct model *m, const struct mcluster *mc);
void about_cost(const struct model *m, char *out, size_t size);
void about_cluster(const struct model *m, char *out, size_t size);
void about_search(const struct model *m, char *out, size_t size);
void about_letters(const struct model *m, char *out, size_t size);
void about_letter(const struct model *m, char *out, size_t size);
void about_schedule(const struct model *m, char *out, size_t size);

#endif
