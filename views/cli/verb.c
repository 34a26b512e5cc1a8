#include "views/cli/verb.h"

#include <string.h>

#include "core/base/fs.h"

#define JSON_MAX (4 << 20)

int verb_run(struct cli *c, const struct cli_command *cmd, const struct cli_verb *verbs,
             const struct cli_args *a)
{
	const struct cli_verb *v = verbs;
	int words = a->argc ? a->argc - 1 : 0;

	while (a->argc && v->name && strcmp(v->name, a->argv[0]))
		v++;
	if (!v->name)
		return cli_usage(c, cmd, "%s cannot \"%s\"", cmd->name, a->argv[0]);
	if (words < v->min)
		return cli_usage(c, cmd, "%s %s needs a name", cmd->name, v->name);
	if (words > v->max)
		return cli_usage(c, cmd, "\"%s\" is one word too many", a->argv[v->max + 1]);
	return v->exec(c, a);
}

static void read_stdin(struct buf *out)
{
	char part[65536];
	size_t n;

	while ((n = fread(part, 1, sizeof part, stdin)) > 0 && out->len < JSON_MAX)
		buf_add(out, part, n);
}

int verb_read_json(const char *path, cJSON **out, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	*out = NULL;
	if (!strcmp(path, "-"))
		read_stdin(&text);
	else
		rc = fs_read(path, JSON_MAX, &text, err);
	if (!rc && !(*out = json_parse(buf_str(&text), text.len, err))) {
		error_prefix(err, "%s", path);
		rc = ERR_INVALID;
	}
	if (!rc && !cJSON_IsObject(*out)) {
		cJSON_Delete(*out);
		*out = NULL;
		rc = error_set(err, ERR_INVALID, "%s: expected a JSON object", path);
	}
	buf_free(&text);
	return rc;
}

int ask_tokens(struct cli *c, const char *op, cJSON *req, const char *list, size_t limit, cJSON **items,
               struct error *err)
{
	cJSON *all = cJSON_CreateArray(), *page = NULL, *x;
	char token[256] = "";
	int rc;

	req = req ? req : cJSON_CreateObject();
	do {
		cJSON_DeleteItemFromObjectCaseSensitive(req, "NextToken");
		json_add_str(req, "NextToken", *token ? token : NULL);
		if (!(rc = ask(c, op, cJSON_Duplicate(req, true), &page, err))) {
			cJSON *from = cJSON_GetObjectItemCaseSensitive(page, list);
			while (from && (x = cJSON_DetachItemFromArray(from, 0)))
				cJSON_AddItemToArray(all, x);
			snprintf(token, sizeof token, "%s", json_str(page, "NextToken", ""));
		}
		cJSON_Delete(page);
		page = NULL;
	} while (!rc && *token && (!limit || (size_t)cJSON_GetArraySize(all) < limit));
	while (limit && (size_t)cJSON_GetArraySize(all) > limit)
		cJSON_DeleteItemFromArray(all, cJSON_GetArraySize(all) - 1);
	cJSON_Delete(req);
	if (rc) {
		cJSON_Delete(all);
		all = NULL;
	}
	*items = all;
	return rc;
}
