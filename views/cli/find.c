/* Which cluster, which step: people name things by what they remember of them. */
#include "views/cli/ask.h"

#include <ctype.h>
#include <string.h>

bool ask_cluster_ended(const char *state)
{
	return !strcmp(state, "TERMINATED") || !strcmp(state, "TERMINATED_WITH_ERRORS");
}

bool ask_step_ended(const char *state)
{
	return !strcmp(state, "COMPLETED") || !strcmp(state, "FAILED") || !strcmp(state, "CANCELLED") ||
	       !strcmp(state, "INTERRUPTED");
}

const char *ask_state(const cJSON *object)
{
	return json_str(json_obj(object, "Status"), "State", "");
}

double ask_timeline(const cJSON *object, const char *name)
{
	return json_num(json_obj(json_obj(object, "Status"), "Timeline"), name, 0);
}

const cJSON *ask_find(const cJSON *items, const char *key, const char *value)
{
	const cJSON *x;

	cJSON_ArrayForEach(x, items)
		if (!strcmp(json_str(x, key, ""), value))
			return x;
	return NULL;
}

/* How well a word fits an object: the higher the better, 0 not at all. */
enum fit { FIT_NONE, FIT_NAME_BEGIN, FIT_ID_BEGIN, FIT_NAME, FIT_ID };

static bool begins(const char *s, const char *word)
{
	return !strncasecmp(s, word, strlen(word));
}

static enum fit fit_of(const cJSON *x, const char *word)
{
	const char *id = json_str(x, "Id", ""), *name = json_str(x, "Name", "");
	const char *dash = strchr(id, '-');

	if (!strcmp(id, word))
		return FIT_ID;
	if (!strcmp(name, word))
		return FIT_NAME;
	if (begins(id, word) || (dash && begins(dash + 1, word)))
		return FIT_ID_BEGIN;
	return begins(name, word) ? FIT_NAME_BEGIN : FIT_NONE;
}

static int not_unique(const cJSON *items, const char *what, const char *word, int best, bool live_only,
                      bool (*ended)(const char *state), struct error *err)
{
	struct buf b = BUF_INIT;
	const cJSON *x;
	int n = 0;

	cJSON_ArrayForEach(x, items)
		if ((int)fit_of(x, word) == best && !(live_only && ended(ask_state(x))) && n++ < 6)
			buf_addf(&b, "%s%s (%s)", n > 1 ? ", " : "", json_str(x, "Id", ""), json_str(x, "Name", ""));
	error_set(err, ERR_NOTFOUND, "\"%s\" fits %d %ss: %s%s", word, n, what, buf_str(&b), n > 6 ? ", …" : "");
	error_hint(err, "Name it by its id, or by more letters.");
	buf_free(&b);
	return ERR_NOTFOUND;
}

int ask_match(const cJSON *items, const char *what, const char *word, bool (*ended)(const char *state),
              const cJSON **found, struct error *err)
{
	const cJSON *x, *live = NULL, *any = NULL;
	int best = FIT_NONE, n_live = 0, n_any = 0;

	*found = NULL;
	cJSON_ArrayForEach(x, items) {
		int fit = fit_of(x, word);
		if (fit == FIT_NONE || fit < best)
			continue;
		if (fit > best) {
			best = fit;
			live = any = NULL;
			n_live = n_any = 0;
		}
		n_any++;
		any = any ? any : x;
		if (!ended(ask_state(x))) {
			n_live++;
			live = live ? live : x;
		}
	}
	if (!n_any) {
		error_set(err, ERR_NOTFOUND, "there is no %s \"%s\"", what, word);
		error_hint(err, "stoker %ss lists them.", what);
		return ERR_NOTFOUND;
	}
	/* Steps repeat their names night after night: the newest is meant. Two live clusters of one name
	 * are two things, and which one is meant only the caller knows. */
	if (best == FIT_NAME && (!strcmp(what, "step") || n_live == 0))
		*found = any;
	else if (n_live == 1 || (n_live == 0 && n_any == 1))
		*found = n_live ? live : any;
	else
		return not_unique(items, what, word, best, n_live > 1, ended, err);
	return 0;
}

/* A whole id, as the service hands them out: no list is needed to know it. */
static bool whole_id(const char *word, const char *prefix)
{
	size_t n = strlen(prefix), i = n;

	if (strncmp(word, prefix, n))
		return false;
	while (isupper((unsigned char)word[i]) || isdigit((unsigned char)word[i]))
		i++;
	return !word[i] && i - n >= 12 && i < MODEL_ID_SIZE;
}

static int only_live(const cJSON *items, const cJSON **found, struct error *err)
{
	const cJSON *x;
	int n = 0;

	cJSON_ArrayForEach(x, items)
		if (!ask_cluster_ended(ask_state(x))) {
			*found = x;
			n++;
		}
	if (n == 1)
		return 0;
	error_set(err, ERR_NOTFOUND, n ? "which cluster? %d are live" : "no cluster is live", n);
	error_hint(err, n ? "Name one: stoker clusters lists them." : "stoker create makes one.");
	return ERR_NOTFOUND;
}

int ask_cluster(struct cli *c, const char *word, char id[MODEL_ID_SIZE], struct error *err)
{
	cJSON *items = NULL, *reply = NULL;
	const cJSON *found = NULL;
	int rc;

	if (word && whole_id(word, "j-")) {
		rc = ask(c, "DescribeCluster", json_add_str(cJSON_CreateObject(), "ClusterId", word), &reply, err);
		if (rc && rc != ERR_UNAVAILABLE && strstr(err->message, "not valid"))
			rc = error_set(err, ERR_NOTFOUND, "there is no cluster \"%s\"", word);
		if (!rc)
			snprintf(id, MODEL_ID_SIZE, "%s", word);
		cJSON_Delete(reply);
		return rc;
	}
	rc = ask_all(c, "ListClusters", NULL, "Clusters", 0, &items, err);
	if (!rc)
		rc = word ? ask_match(items, "cluster", word, ask_cluster_ended, &found, err)
		          : only_live(items, &found, err);
	if (!rc)
		snprintf(id, MODEL_ID_SIZE, "%s", json_str(found, "Id", ""));
	cJSON_Delete(items);
	return rc;
}

int ask_step(struct cli *c, const char *cluster, const char *word, char id[MODEL_ID_SIZE], struct error *err)
{
	cJSON *items = NULL;
	const cJSON *found;
	int rc = ask_all(c, "ListSteps", json_add_str(cJSON_CreateObject(), "ClusterId", cluster), "Steps", 0,
	                 &items, err);

	if (!rc)
		rc = ask_match(items, "step", word, ask_step_ended, &found, err);
	if (!rc)
		snprintf(id, MODEL_ID_SIZE, "%s", json_str(found, "Id", ""));
	cJSON_Delete(items);
	return rc;
}
