/* Forms of the boards. Each ends in a plan (acts_run); `was` is the thing to change, NULL for a new one. */
#ifndef VIEWS_FORMS_H
#define VIEWS_FORMS_H

#include "views/view.h"

void form_acknowledge_open(struct console *con, const cJSON *alarm);      /* a row of ListAlarms */
void form_discard_open(struct console *con, const cJSON *letter);
void form_alarm_open(struct console *con, const cJSON *was);              /* a row of DescribeAlarms */
void form_budget_open(struct console *con, const cJSON *was);
void form_what_if_open(struct console *con);
/* scaling: a menu of the four kinds, and each of them; group: a row of GetScaling's Groups, or NULL */
void form_scaling_menu(struct console *con);
void form_managed_open(struct console *con, const cJSON *was);
void form_custom_open(struct console *con, const cJSON *group);
void form_utilization_open(struct console *con, const cJSON *group);
void form_scheduled_open(struct console *con, const cJSON *was);
void form_fleet_open(struct console *con, const char *fleet_id);         /* NULL: the form asks which */
void form_spot_price_open(struct console *con, const cJSON *was);
void form_spot_feed_open(struct console *con);
void form_interrupt_open(struct console *con, const char *const *ids, size_t n);
void form_fix_open(struct console *con, const cJSON *letter);
void form_schedule_open(struct console *con, const cJSON *was);
void form_topic_open(struct console *con, const cJSON *was);

#endif
