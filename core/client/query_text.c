#include "core/client/query_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/client/act.h"

const cJSON *query_returned(const cJSON *queries)
{
	const cJSON *q;
	cJSON_ArrayForEach(q, queries)
		if (json_bool(q, "ReturnData", true))
			return q;
	return NULL;
}

void query_print(const cJSON *q, struct buf *out)
{
	const cJSON *stat = json_obj(q, "MetricStat"), *metric = json_obj(stat, "Metric"), *x;
	const char *const words[] = { json_str(metric, "Namespace", ""), json_str(metric, "MetricName", ""),
	                              json_str(stat, "Stat", "") };
	if (!stat) {
		buf_addf(out, "%s : %s", json_str(q, "Id", ""), json_str(q, "Expression", ""));
		return;
	}
	buf_addf(out, "%s =", json_str(q, "Id", ""));
	for (int i = 0; i < 3; i++) {
		buf_addc(out, ' ');
		act_shell_word(out, words[i]);
	}
	buf_addf(out, " %d", (int)json_int(stat, "Period", 60));
	cJSON_ArrayForEach(x, json_arr(metric, "Dimensions")) {
		struct buf pair = BUF_INIT;
		buf_addf(&pair, "%s=%s", json_str(x, "Name", ""), json_str(x, "Value", ""));
		buf_addc(out, ' ');
		act_shell_word(out, buf_str(&pair));
		buf_free(&pair);
	}
}

void query_print_inputs(const cJSON *queries, struct buf *out)
{
	const cJSON *q, *returned = query_returned(queries);
	cJSON_ArrayForEach(q, queries) {
		if (q == returned)
			continue;
		if (out->len)
			buf_addc(out, '\n');
		query_print(q, out);
	}
}

/* ---- reading ---- */

static bool is_id(const char *s, size_t n)
{
	if (!n || n > 255 || !islower((unsigned char)*s))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '_')
			return false;
	return true;
}

/* NAMESPACE METRIC STATISTIC SECONDS [NAME=VALUE …] */
static cJSON *parse_metric(const struct str_list *w, struct error *err)
{
	char *end = NULL;
	long period = w->len > 3 ? strtol(w->items[3], &end, 10) : 0;
	if (w->len < 4 || *end || period < 1) {
		error_set(err, ERR_INVALID,
		          "a metric is namespace, name, statistic and seconds: AWS/ElasticMapReduce IsIdle Average 60");
		return NULL;
	}
	cJSON *dimensions = cJSON_CreateArray(), *metric = json_add_str(cJSON_CreateObject(), "Namespace", w->items[0]);
	for (size_t i = 4; i < w->len; i++) {
		const char *eq = strchr(w->items[i], '=');
		if (!eq || eq == w->items[i]) {
			cJSON_Delete(dimensions);
			cJSON_Delete(metric);
			error_set(err, ERR_INVALID, "'%.60s' is no dimension: NAME=VALUE, as JobFlowId=j-…", w->items[i]);
			return NULL;
		}
		char *name = xstrndup(w->items[i], (size_t)(eq - w->items[i]));
		cJSON *pair = json_add_str(json_add_str(cJSON_CreateObject(), "Name", name), "Value", eq + 1);
		cJSON_AddItemToArray(dimensions, pair);
		free(name);
	}
	json_add(json_add_str(metric, "MetricName", w->items[1]), "Dimensions", dimensions);
	cJSON *stat = json_add_int(json_add(cJSON_CreateObject(), "Metric", metric), "Period", period);
	return json_add_str(stat, "Stat", w->items[2]);
}

static cJSON *parse_rest(char sign, const char *rest, cJSON *q, struct error *err)
{
	struct str_list words = { 0 };
	cJSON *stat;
	if (sign == ':')
		return json_add_str(q, "Expression", rest);
	if (act_split_words(rest, &words, err)) {
		str_list_free(&words);
		return NULL;
	}
	stat = parse_metric(&words, err);
	str_list_free(&words);
	return stat ? json_add(q, "MetricStat", stat) : NULL;
}

cJSON *query_parse(const char *line, struct error *err)
{
	line += strspn(line, " \t");
	size_t n = strcspn(line, " \t:=");
	const char *rest = line + n + strspn(line + n, " \t");
	if (!is_id(line, n) || (*rest != ':' && *rest != '=')) {
		error_set(err, ERR_INVALID, "begins with an id in small letters and = (a metric) or : (an expression)");
		return NULL;
	}
	char sign = *rest++, *id = xstrndup(line, n);
	cJSON *q = json_add_str(cJSON_CreateObject(), "Id", id);
	free(id);
	rest += strspn(rest, " \t");
	if (!*rest) {
		error_set(err, ERR_INVALID, sign == ':' ? "the expression is missing" : "the metric is missing");
		cJSON_Delete(q);
		return NULL;
	}
	if (!parse_rest(sign, rest, q, err)) {
		cJSON_Delete(q);
		return NULL;
	}
	return json_add_bool(q, "ReturnData", false);
}

static const cJSON *by_id(const cJSON *queries, const char *id)
{
	const cJSON *q;
	cJSON_ArrayForEach(q, queries)
		if (!strcmp(json_str(q, "Id", ""), id))
			return q;
	return NULL;
}

static void keep_members(cJSON *q, const cJSON *old)
{
	static const char *const members[] = { "Label", "AccountId" };
	cJSON *stat = cJSON_GetObjectItemCaseSensitive(q, "MetricStat");
	for (int i = 0; i < 2; i++)
		json_add_str(q, members[i], json_str(old, members[i], NULL));
	if (stat)
		json_add_str(stat, "Unit", json_str(json_obj(old, "MetricStat"), "Unit", NULL));
}

cJSON *query_parse_lines(const char *text, const cJSON *was, struct error *err)
{
	cJSON *list = cJSON_CreateArray();
	char *copy = xstrdup(text), *save = NULL;
	int n = 1;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save), n++) {
		struct error why = ERROR_INIT;
		if (!line[strspn(line, " \t")])
			continue;
		cJSON *q = query_parse(line, &why);
		if (q && by_id(list, json_str(q, "Id", "")))
			error_set(&why, ERR_INVALID, "the id %.60s is there twice", json_str(q, "Id", ""));
		if (!q || why.code) {
			error_set(err, ERR_INVALID, "line %d: %s", n, why.message);
			cJSON_Delete(q);
			cJSON_Delete(list);
			free(copy);
			return NULL;
		}
		keep_members(q, by_id(was, json_str(q, "Id", "")));
		cJSON_AddItemToArray(list, q);
	}
	free(copy);
	return list;
}
