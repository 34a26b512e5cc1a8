/* The metric that an alarm watches, as a graph with the threshold's line and the breaching points. */
#ifndef VIEWS_ALARM_GRAPH_H
#define VIEWS_ALARM_GRAPH_H

#include "views/view.h"

/* alarm: a row of DescribeAlarms; data: its GetMetricData results, NULL or empty while there are none. */
void alarm_graph_draw(struct draw d, const struct console *con, const cJSON *alarm, const struct records *data);
/* "Average of HDFSUtilization > 80 for 2 of 3 periods of 5 min". Gives out. */
char *alarm_rule_text(const cJSON *alarm, const struct glyphs *g, char *out, size_t size);
/* The cluster of the alarm's dimensions, "" when it has none. */
const char *alarm_cluster(const cJSON *alarm);

#endif
