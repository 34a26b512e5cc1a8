/* stoker policies: named IAM-style policy documents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/cli/plan.h"
#include "views/cli/table.h"
#include "views/cli/verb.h"

#define MAX_BYTES 65536

static int put(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct buf b = BUF_INIT;

	if (cli_read(a->argv[2], MAX_BYTES, &b, &err)) {
		buf_free(&b);
		return cli_fail(c, &err);
	}
	cJSON *req = json_add_str(cJSON_CreateObject(), "PolicyName", a->argv[1]);
	json_add_str(req, "PolicyDocument", buf_str(&b));
	buf_free(&b);
	return ask_done(c, "Stoker.PutPolicy", req);
}

static int print_one(struct cli *c, const cJSON *policies, const char *name)
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

static int print_all(struct cli *c, const cJSON *policies)
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

/* list and show NAME */
static int show(struct cli *c, const struct cli_args *a)
{
	const char *name = a->argc > 1 ? a->argv[1] : NULL;
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int status;

	if (ask(c, "Stoker.ListPolicies", NULL, &reply, &err))
		return cli_fail(c, &err);
	if (c->json && !name)
		return cli_print_json(c, reply);
	status = name ? print_one(c, json_arr(reply, "Policies"), name) : print_all(c, json_arr(reply, "Policies"));
	cJSON_Delete(reply);
	return status;
}

static int drop(struct cli *c, const struct cli_args *a)
{
	char *question = xasprintf("Delete the policy %s?", a->argv[1]);
	int go = plan_confirm(c, a, true, question);

	free(question);
	if (go)
		return go < 0 ? CLI_OK : go;
	return ask_done(c, "Stoker.DeletePolicy", json_add_str(cJSON_CreateObject(), "PolicyName", a->argv[1]));
}

static const struct cli_verb verbs[] = {
	{ "list", 0, 0, show }, { "show", 1, 1, show }, { "put", 2, 2, put }, { "delete", 1, 1, drop }, { 0 },
};

static int exec_policies(struct cli *c, const struct cli_args *a)
{
	return verb_run(c, cli_find("policies"), verbs, a);
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
