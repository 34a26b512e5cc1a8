/* stoker policies: named IAM-style policy documents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "views/cli/ask.h"
#include "views/cli/plan.h"
#include "views/cli/table.h"

#define MAX_BYTES 65536

static int call(struct cli *c, const char *op, cJSON *req)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int status = ask(c, op, req, &reply, &err) ? cli_fail(c, &err) : CLI_OK;

	cJSON_Delete(reply);
	return status;
}

static int read_file(const char *path, struct buf *out, struct error *err)
{
	char part[4096];
	size_t n;

	if (strcmp(path, "-"))
		return fs_read(path, MAX_BYTES, out, err);
	while (out->len <= MAX_BYTES && (n = fread(part, 1, sizeof part, stdin)))
		buf_add(out, part, n);
	return out->len > MAX_BYTES ? error_set(err, ERR_FULL, "the document is longer than %d bytes", MAX_BYTES) : 0;
}

static int put(struct cli *c, const char *name, const char *path)
{
	struct error err = ERROR_INIT;
	struct buf b = BUF_INIT;

	if (read_file(path, &b, &err)) {
		buf_free(&b);
		return cli_fail(c, &err);
	}
	cJSON *req = json_add_str(cJSON_CreateObject(), "PolicyName", name);
	json_add_str(req, "PolicyDocument", buf_str(&b));
	buf_free(&b);
	return call(c, "Stoker.PutPolicy", req);
}

static int show(struct cli *c, const cJSON *policies, const char *name)
{
	const cJSON *p = ask_find(policies, "PolicyName", name);
	struct error err = ERROR_INIT;

	if (!p) {
		error_set(&err, ERR_NOTFOUND, "there is no policy %s", name);
		return cli_fail(c, &err);
	}
	const char *text = json_str(p, "PolicyDocument", "");
	cJSON *doc = json_parse(text, strlen(text), NULL);
	if (doc)
		return cli_print_json(c, doc);
	fprintf(c->out, "%s\n", text);
	return CLI_OK;
}

static int list(struct cli *c, const cJSON *policies)
{
	struct text_table *t = text_table_new();
	const cJSON *x, *k;
	struct buf b = BUF_INIT;
	char time[64];

	text_table_column(t, "POLICY", TABLE_LEFT, false);
	text_table_column(t, "UPDATED", TABLE_LEFT, false);
	text_table_column(t, "KEYS", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, policies) {
		buf_clear(&b);
		cJSON_ArrayForEach(k, json_arr(x, "Keys"))
			buf_addf(&b, "%s%s", b.len ? "," : "", k->valuestring);
		text_table_cell(t, "", "%s", json_str(x, "PolicyName", ""));
		text_table_cell(t, "", "%s", cli_time(json_num(x, "UpdatedAt", 0), time, sizeof time));
		text_table_cell(t, "", "%s", b.len ? buf_str(&b) : "-");
	}
	buf_free(&b);
	return cli_print_table(c, t);
}

static int read_policies(struct cli *c, const char *name)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int status;

	if (ask(c, "Stoker.ListPolicies", NULL, &reply, &err))
		return cli_fail(c, &err);
	if (c->json && !name)
		return cli_print_json(c, reply);
	status = name ? show(c, json_arr(reply, "Policies"), name) : list(c, json_arr(reply, "Policies"));
	cJSON_Delete(reply);
	return status;
}

static int drop(struct cli *c, const struct cli_args *a, const char *name)
{
	char *question = xasprintf("Delete the policy %s?", name);
	int go = plan_confirm(c, a, true, question);

	free(question);
	if (go)
		return go < 0 ? CLI_OK : go;
	return call(c, "Stoker.DeletePolicy", json_add_str(cJSON_CreateObject(), "PolicyName", name));
}

static int exec_policies(struct cli *c, const struct cli_args *a)
{
	const char *verb = a->argc ? a->argv[0] : "list", *name = a->argc > 1 ? a->argv[1] : NULL;

	if (!strcmp(verb, "list") && !name)
		return read_policies(c, NULL);
	if (!strcmp(verb, "show") && name)
		return read_policies(c, name);
	if (!strcmp(verb, "put") && a->argc == 3)
		return put(c, name, a->argv[2]);
	if (!strcmp(verb, "delete") && name)
		return drop(c, a, name);
	return cli_usage(c, cli_find("policies"), "expected: list, show NAME, put NAME FILE, or delete NAME");
}

static const struct cli_option options[] = { PLAN_OPTIONS, { 0 } };

const struct cli_command cli_cmd_policies = {
	.name = "policies", .args = "[list|show|put|delete] [NAME] [FILE]", .max = 3,
	.summary = "manage the IAM-style policies that keys may have",
	.about = "put reads a policy document from FILE (- is standard input): Version, Statement, Effect, Action, "
	         "Resource and Condition as AWS has them. Actions are elasticmapreduce:NAME, cloudwatch:NAME and "
	         "stoker:NAME; resources are the ARNs of clusters; conditions may look at the tags of a cluster "
	         "(aws:ResourceTag/KEY), of the request (aws:RequestTag/KEY), at the address, region, user and time.",
	.options = options, .words = "list|show|put|delete", .exec = exec_policies,
};
