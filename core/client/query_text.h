/* The queries of an alarm on an expression (Metrics of PutMetricAlarm, MetricDataQueries) as lines that people read and
 * type, one query a line:
 *
 *     a = AWS/ElasticMapReduce MemoryAvailableMB Average 60 JobFlowId=j-2AXK7QW9ZP3LM     a metric
 *     b : FILL(a, 0)                                                                      an expression
 *
 * Words with blanks stand in quotes, as in a shell. */
#ifndef CORE_CLIENT_QUERY_TEXT_H
#define CORE_CLIENT_QUERY_TEXT_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* The query whose result the alarm watches: the one that returns data. NULL: there is none. */
const cJSON *query_returned(const cJSON *queries);
/* A line; nothing for what is no query. */
void query_print(const cJSON *query, struct buf *out);
/* All but the returned one, a line each. */
void query_print_inputs(const cJSON *queries, struct buf *out);
/* A query from a line, caller's; ReturnData is false. NULL with the reason in err. */
cJSON *query_parse(const char *line, struct error *err);
/* All lines; NULL with the reason in err, "line 2: …". was: queries whose members that no line shows (Label, Unit,
 * AccountId) are kept by their id; may be NULL. */
cJSON *query_parse_lines(const char *text, const cJSON *was, struct error *err);

#endif
