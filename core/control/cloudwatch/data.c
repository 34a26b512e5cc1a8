/* Queries: references and metric math over the store; GetMetricData, and what alarms of metric math ask. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cloudwatch/state.h"

#define MAX_SLOTS 400000         /* periods of one query */
#define MAX_SEARCH 100           /* series that SEARCH gives */
#define MAX_DATAPOINTS 100800
#define MAX_DEPTH 20
#define MAX_WORK 20000000        /* periods that one request reads and computes, in all */
#define RUN_WORK 200             /* what running an expression costs besides its periods, in periods */

struct scope {
	struct control *ctl;
	const char *region;
	const struct metric_query_list *queries;
	struct math_expr **parsed;
	int64_t start, end;          /* s */
	int depth;
	int64_t *work;               /* periods so far */
};

int cw_parse_queries(const struct metric_query_list *l, struct math_expr ***parsed, struct error *err)
{
	struct math_expr **all = xcalloc(l->len + 1, sizeof *all);
	struct str_list names = { 0 };
	int rc = 0;

	for (size_t i = 0; i < l->len && !rc; i++) {
		struct error why = ERROR_INIT;
		if (!l->items[i].expression || !math_parse(l->items[i].expression, &all[i], &why))
			continue;
		rc = cw_error_validation(err, "Error in expression '%.100s': %s", l->items[i].id, why.message);
	}
	for (size_t i = 0; i < l->len && !rc; i++) {
		if (all[i])
			math_names(all[i], &names);
		for (size_t k = 0; k < names.len && !rc; k++) {
			bool known = false;
			for (size_t q = 0; q < l->len; q++)
				known |= !strcmp(l->items[q].id, names.items[k]);
			if (!known)
				rc = cw_error_validation(err, "Error in expression '%.100s': there is no query with the id \"%.100s\"",
				                         l->items[i].id, names.items[k]);
		}
		str_list_free(&names);
		names = (struct str_list){ 0 };
	}
	str_list_free(&names);
	if (rc)
		cw_parsed_free(all, l->len);
	else
		*parsed = all;
	return rc;
}

void cw_parsed_free(struct math_expr **parsed, size_t n)
{
	for (size_t i = 0; parsed && i < n; i++)
		math_free(parsed[i]);
	free(parsed);
}

/* Expressions that name each other are computed as often as they are named: a few of them could ask for ever. */
static int check_work(const struct scope *sc, struct error *err)
{
	if (*sc->work <= MAX_WORK)
		return 0;
	return error_set(err, ERR_INVALID, "the queries need more than %d values to be computed: name expressions less "
	                                   "often, or ask for a shorter time or longer periods", MAX_WORK);
}

/* A list is given whole or not at all. */
static int checked(const struct scope *sc, struct math_value *out, struct error *err)
{
	if (!check_work(sc, err))
		return 0;
	math_value_free(out);
	*out = (struct math_value){ 0 };
	return err->code;
}

/* ---- series → values ---- */

/* one: of this unit only. */
static struct math_series read_series(const struct scope *sc, struct series *s, bool one, const char *stat, int period)
{
	struct math_series out = { .period = period };
	int64_t start = sc->start / period * period, n = (sc->end - start + period - 1) / period;
	struct stat_wish w;

	if (!s || n <= 0 || n > MAX_SLOTS || !stat_parse(stat, &w))
		return out;
	*sc->work += n;
	struct series_slot *slots = xcalloc((size_t)n, sizeof *slots);
	(one ? series_read_one : series_read)(cw_of(sc->ctl)->series, s, period, start, (size_t)n,
	                                      stat_needs_values(&w), clock_now_ms() / 1000, slots);
	for (int64_t i = 0; i < n; i++)
		math_series_add(&out, start + i * period, stat_value(&w, &slots[i].set, &slots[i].bag));
	series_slots_free(slots, (size_t)n);
	free(slots);
	return out;
}

static void one_series(struct math_value *out, struct math_series s)
{
	*out = (struct math_value){ .kind = MATH_SERIES, .n = 1, .series = xcalloc(1, sizeof *out->series) };
	out->series[0] = s;
}

static void read_ref(const struct scope *sc, const struct metric_query *q, struct math_value *out)
{
	struct series_name name = { sc->region, q->ref.ns, q->ref.name, &q->ref.dims };
	struct series *s = series_find(cw_of(sc->ctl)->series, &name);

	if (s && q->ref.unit)
		s = series_of_unit(s, q->ref.unit);
	struct math_series m = read_series(sc, s, q->ref.unit != NULL, q->ref.stat, q->ref.period);
	m.label = xstrdup(q->label ? q->label : q->ref.name);
	one_series(out, m);
}

/* ---- what expressions ask for ---- */

static int run(struct scope *sc, size_t i, struct math_value *out, struct error *err);

static int get_id(void *ctx, const char *id, struct math_value *out, struct error *err)
{
	struct scope *sc = ctx;

	for (size_t i = 0; i < sc->queries->len; i++)
		if (!strcmp(sc->queries->items[i].id, id))
			return run(sc, i, out, err);
	return error_set(err, ERR_INVALID, "there is no query with the id \"%.100s\"", id);
}

static int get_metrics(void *ctx, const char *filter, struct math_value *out, struct error *err)
{
	struct scope *sc = ctx;

	*out = (struct math_value){ .kind = MATH_LIST };
	out->series = xcalloc(sc->queries->len + 1, sizeof *out->series);
	for (size_t i = 0; i < sc->queries->len && *sc->work <= MAX_WORK; i++) {
		const struct metric_query *q = &sc->queries->items[i];
		struct math_value v = { 0 };
		if (q->expression || (filter && !strstr(q->id, filter)))
			continue;
		read_ref(sc, q, &v);
		out->series[out->n++] = v.series[0];
		free(v.series);
	}
	return checked(sc, out, err);
}

/* SEARCH('{Namespace,Dimension,…} words and Name="value" …'): the schema names exactly the dimensions; the words must
 * occur in the metric's name or in values, a pair must be equal. OR and parentheses are not known. */
struct search {
	struct scope *sc;
	char ns[256];
	struct str_list dims, words;
	struct pair_list pairs;
	const char *stat;
	int period;
	struct math_value *out;
};

static char *trimmed(const char *s, size_t n)
{
	while (n && isspace((unsigned char)*s)) {
		s++;
		n--;
	}
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	if (n > 1 && *s == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
	}
	return xstrndup(s, n);
}

static const char *read_schema(struct search *se, const char *p)
{
	const char *end = *p == '{' ? strchr(p, '}') : NULL;
	bool first = true;

	for (p++; end && p <= end;) {
		size_t n = strcspn(p, ",}");
		char *word = trimmed(p, n);
		if (first)
			snprintf(se->ns, sizeof se->ns, "%s", word);
		else
			str_list_add(&se->dims, word);
		first = false;
		free(word);
		p += n + 1;
	}
	return end ? end + 1 : p - 1;
}

/* The next token: a quoted text or what stands up to a blank or '='. */
static char *next_token(const char **p)
{
	const char *s = *p;
	size_t n = *s == '"' && strchr(s + 1, '"') ? (size_t)(strchr(s + 1, '"') - s) + 1 : strcspn(s, " \t=");

	*p = s + n;
	return trimmed(s, n);
}

static void read_terms(struct search *se, const char *p)
{
	for (;;) {
		p += strspn(p, " \t");
		if (!*p)
			return;
		if (*p == '=') {
			p++;
			continue;
		}
		char *word = next_token(&p);
		p += strspn(p, " \t");
		if (*p == '=') {
			p++;
			p += strspn(p, " \t");
			char *value = next_token(&p);
			pair_list_set(&se->pairs, word, value);
			free(value);
		} else if (strcasecmp(word, "AND")) {
			str_list_add(&se->words, word);
		}
		free(word);
	}
}

static bool occurs(const struct series_view *v, const char *word)
{
	bool found = strcasestr(v->name, word) != NULL;

	for (size_t i = 0; i < v->dims->len && !found; i++)
		found = strcasestr(v->dims->items[i].value, word) != NULL;
	return found;
}

static bool found(const struct search *se, const struct series_view *v)
{
	bool ok = !se->ns[0] || v->dims->len == se->dims.len;

	for (size_t i = 0; i < se->dims.len && ok; i++)
		ok = pair_list_get(v->dims, se->dims.items[i]) != NULL;
	for (size_t i = 0; i < se->words.len && ok; i++)
		ok = occurs(v, se->words.items[i]);
	for (size_t i = 0; i < se->pairs.len && ok; i++) {
		const char *key = se->pairs.items[i].key;
		const char *have = !strcasecmp(key, "MetricName") ? v->name : !strcasecmp(key, "Namespace") ? v->ns
		                   : pair_list_get(v->dims, key);
		ok = have && !strcmp(have, se->pairs.items[i].value);
	}
	return ok;
}

static bool search_one(const struct series_view *v, void *ctx)
{
	struct search *se = ctx;
	struct buf label = BUF_INIT;

	if (!found(se, v))
		return true;
	struct math_series s = read_series(se->sc, v->s, false, se->stat, se->period);
	buf_adds(&label, v->name);
	for (size_t i = 0; i < v->dims->len; i++)
		buf_addf(&label, " %s", v->dims->items[i].value);
	s.label = buf_steal(&label);
	se->out->series = xrealloc(se->out->series, (se->out->n + 1) * sizeof s);
	se->out->series[se->out->n++] = s;
	return se->out->n < MAX_SEARCH && *se->sc->work <= MAX_WORK;
}

static int get_search(void *ctx, const char *query, const char *stat, int period, struct math_value *out,
                      struct error *err)
{
	struct search se = { .sc = ctx, .stat = stat, .period = period, .out = out };
	struct stat_wish w;

	*out = (struct math_value){ .kind = MATH_LIST };
	if (!stat_parse(stat, &w))
		return error_set(err, ERR_INVALID, "SEARCH: \"%.40s\" is no statistic", stat);
	if (cw_check_period(period, err))
		return err->code;
	query += strspn(query, " \t");
	if (*query == '{')
		query = read_schema(&se, query);
	read_terms(&se, query);
	series_each(cw_of(se.sc->ctl)->series, se.sc->region, se.ns[0] ? se.ns : NULL, 0, search_one, &se);
	str_list_free(&se.dims);
	str_list_free(&se.words);
	pair_list_free(&se.pairs);
	return checked(se.sc, out, err);
}

/* ---- running ---- */

static int period_of(const struct scope *sc, const struct metric_query *q)
{
	int period = q->period;

	for (size_t i = 0; i < sc->queries->len && !q->period; i++)
		if (!sc->queries->items[i].expression && sc->queries->items[i].ref.period > period)
			period = sc->queries->items[i].ref.period;
	return period > 0 ? period : 60;
}

static int run(struct scope *sc, size_t i, struct math_value *out, struct error *err)
{
	const struct metric_query *q = &sc->queries->items[i];

	*sc->work += RUN_WORK;
	if (check_work(sc, err))
		return err->code;
	if (!q->expression) {
		read_ref(sc, q, out);
		return 0;
	}
	if (sc->depth >= MAX_DEPTH)
		return error_set(err, ERR_INVALID, "the queries refer to each other in a circle, or too deeply");
	int period = period_of(sc, q);
	struct math_env env = { .ctx = sc, .start = sc->start / period * period, .end = sc->end, .period = period,
	                        .get = get_id, .metrics = get_metrics, .search = get_search };
	if ((env.end - env.start) / period > MAX_SLOTS)
		return error_set(err, ERR_INVALID, "the time range has more than %d periods of %d s", MAX_SLOTS, period);
	*sc->work += (env.end - env.start) / period;
	sc->depth++;
	int rc = math_eval(sc->parsed[i], &env, out, err);
	sc->depth--;
	if (!rc && out->kind == MATH_NUMBER)
		math_to_series(out, env.start, env.end, period);
	return rc;
}

int cw_run_query(struct control *ctl, const char *region, const struct metric_query_list *l,
                 struct math_expr **parsed, size_t i, int64_t start, int64_t end, struct math_value *out,
                 struct error *err)
{
	int64_t work = 0;
	struct scope sc = { ctl, region, l, parsed, start, end, 0, &work };

	*out = (struct math_value){ 0 };
	return run(&sc, i, out, err);
}

/* ---- GetMetricData ---- */

struct reply {
	cJSON *results;
	int64_t skip, room;          /* datapoints that earlier pages had; that still fit */
	int64_t seen;
	bool ascending, more;
};

static void add_result(struct reply *r, const struct metric_query *q, const struct math_series *s)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", q->id);
	bool cut = false;

	json_add_str(o, "Label", q->label && q->expression && !s->label ? q->label : s->label ? s->label : q->id);
	cJSON *times = cJSON_AddArrayToObject(o, "Timestamps"), *values = cJSON_AddArrayToObject(o, "Values");
	for (size_t k = 0; k < s->n; k++) {
		size_t i = r->ascending ? k : s->n - 1 - k;
		if (r->seen++ < r->skip)
			continue;
		if (!r->room) {
			r->seen--;
			r->more = cut = true;
			break;
		}
		r->room--;
		cJSON_AddItemToArray(times, cJSON_CreateNumber((double)s->times[i]));
		cJSON_AddItemToArray(values, cJSON_CreateNumber(s->values[i]));
	}
	json_add_str(o, "StatusCode", cut ? "PartialData" : "Complete");
	cJSON_AddItemToArray(r->results, o);
}

static void add_failure(struct reply *r, const struct metric_query *q, const struct error *why)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", q->id), *m = json_add_str(cJSON_CreateObject(), "Code",
	                                                                              "ArithmeticError");

	json_add_str(o, "Label", q->label ? q->label : q->id);
	cJSON_AddArrayToObject(o, "Timestamps");
	cJSON_AddArrayToObject(o, "Values");
	json_add_str(o, "StatusCode", "InternalError");
	cJSON *list = cJSON_AddArrayToObject(o, "Messages");
	cJSON_AddItemToArray(list, json_add_str(m, "Value", why->message));
	cJSON_AddItemToArray(r->results, o);
}

/* Points of a lone query under its label; several series of one expression keep their own. */
static void add_value(struct reply *r, const struct metric_query *q, struct math_value *v)
{
	for (size_t i = 0; i < v->n && !r->more; i++) {
		struct math_series *s = &v->series[i];
		if (q->label && (v->kind == MATH_SERIES || !s->label))
			text_set(&s->label, q->label);
		add_result(r, q, s);
	}
	if (!v->n && v->kind == MATH_SERIES)
		add_result(r, q, &(struct math_series){ 0 });
}

static int check_span(const struct metric_query_list *l, int64_t start, int64_t end, struct error *err)
{
	int64_t sum = 0;

	for (size_t i = 0; i < l->len; i++) {
		const struct metric_query *q = &l->items[i];
		int period = q->expression ? q->period : q->ref.period;
		sum += (end - start) / (period > 0 ? period : 60) + 1;
	}
	if (sum <= 2000000)
		return 0;
	return cw_error_combination(err, "The queries ask for %lld datapoints, which is too many: ask for a shorter time "
	                                 "or "
	                            "longer periods.", (long long)sum);
}

static int check_data(const cJSON *in, struct reply *r, struct error *err)
{
	int64_t most = json_int(in, "MaxDatapoints", MAX_DATAPOINTS);

	if (emr_decode_time(in, "StartTime") >= emr_decode_time(in, "EndTime"))
		return cw_error_validation(err, "The parameter StartTime must be less than the parameter EndTime.");
	if (most < 1)
		return cw_error_validation(err, "MaxDatapoints must be 1 or more.");
	r->room = most < MAX_DATAPOINTS ? most : MAX_DATAPOINTS;
	r->ascending = !strcmp(json_str(in, "ScanBy", ""), "TimestampAscending");
	return cw_read_place("GetMetricData", in, &r->skip, err);
}

static void run_all(struct control *ctl, const char *region, const struct metric_query_list *l,
                    struct math_expr **parsed, int64_t start, int64_t end, struct reply *r)
{
	int64_t work = 0;
	struct scope sc = { ctl, region, l, parsed, start, end, 0, &work };

	for (size_t i = 0; i < l->len && !r->more; i++) {
		struct math_value v = { 0 };
		struct error why = ERROR_INIT;
		if (!l->items[i].return_data)
			continue;
		if (run(&sc, i, &v, &why))
			add_failure(r, &l->items[i], &why);
		else
			add_value(r, &l->items[i], &v);
		math_value_free(&v);
	}
}

CW_OP(cw_get_metric_data)
{
	struct metric_query_list l = { 0 };
	struct math_expr **parsed = NULL;
	struct reply r = { 0 };
	int64_t start = emr_decode_time(in, "StartTime") / 1000, end = (emr_decode_time(in, "EndTime") + 999) / 1000;
	int rc = cw_validate(cw_find_operation("GetMetricData"), in, err);

	if (!rc)
		rc = check_data(in, &r, err);
	if (!rc)
		rc = cw_decode_queries(json_arr(in, "MetricDataQueries"), false, &l, err);
	if (!rc)
		rc = check_span(&l, start, end, err);
	if (!rc)
		rc = cw_parse_queries(&l, &parsed, err);
	if (!rc) {
		r.results = cJSON_AddArrayToObject(out, "MetricDataResults");
		cJSON_AddArrayToObject(out, "Messages");
		run_all(ctl, call->region, &l, parsed, start, end, &r);
		if (r.more)
			cw_add_place(out, r.seen);
	}
	cw_parsed_free(parsed, l.len);
	metric_query_list_free(&l);
	return rc;
}
