/* stoker keys: access keys and what they may do. */
#include <stdlib.h>
#include <string.h>

#include "views/cli/plan.h"
#include "views/cli/table.h"
#include "views/cli/verb.h"

static cJSON *policies_of(const struct cli_args *a)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < a->values.len; i++) {
		const struct cli_value *v = &a->values.items[i];
		if (v->value && *v->value && !strcmp(v->option->name, "policy"))
			cJSON_AddItemToArray(list, cJSON_CreateString(v->value));
	}
	return list;
}

static void add_rights(const struct cli_args *a, cJSON *req)
{
	json_add_str(req, "Role", cli_opt(a, "role"));
	json_add(req, "PolicyNames", cli_opt(a, "policy") ? policies_of(a) : NULL);
}

/* "-": the secret comes on standard input, where `ps` does not show it. */
static char *read_secret(const char *value)
{
	char line[512];

	if (!value || strcmp(value, "-"))
		return xstrdup(value);
	if (!fgets(line, sizeof line, stdin))
		line[0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return xstrdup(line);
}

static int print_key(struct cli *c, const cJSON *key)
{
	if (c->json)
		return cli_print_json(c, cJSON_Duplicate(key, true));
	fprintf(c->out, "access key  %s\n", json_str(key, "AccessKeyId", ""));
	if (json_str(key, "SecretAccessKey", NULL))
		fprintf(c->out, "secret key  %s\n", json_str(key, "SecretAccessKey", ""));
	fprintf(c->out, "user        %s\nrole        %s\nstatus      %s\n", json_str(key, "UserName", ""),
	        json_str(key, "Role", ""), json_str(key, "Status", ""));
	return CLI_OK;
}

static int call(struct cli *c, const char *op, cJSON *req)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (ask(c, op, req, &reply, &err))
		return cli_fail(c, &err);
	int status = json_obj(reply, "Key") ? print_key(c, json_obj(reply, "Key")) : CLI_OK;
	cJSON_Delete(reply);
	return status;
}

static int create(struct cli *c, const struct cli_args *a)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "AccessKeyId", cli_opt(a, "access-key"));
	char *secret = read_secret(cli_opt(a, "secret-key"));

	json_add_str(req, "SecretAccessKey", secret);
	json_add_str(req, "UserName", cli_opt(a, "user"));
	if (!cli_opt(a, "role") && cli_opt(a, "policy"))
		json_add_str(req, "Role", "none");
	add_rights(a, req);
	free(secret);
	return call(c, "Stoker.CreateKey", req);
}

static int list_keys(struct cli *c, cJSON **reply)
{
	struct error err = ERROR_INIT;

	return ask(c, "Stoker.ListKeys", NULL, reply, &err) ? cli_fail(c, &err) : CLI_OK;
}

static const char *joined(const cJSON *list, struct buf *b)
{
	const cJSON *x;

	buf_clear(b);
	cJSON_ArrayForEach(x, list)
		buf_addf(b, "%s%s", b->len ? "," : "", x->valuestring);
	return b->len ? buf_str(b) : "-";
}

static int list(struct cli *c, const struct cli_args *a)
{
	struct text_table *t;
	struct buf b = BUF_INIT;
	cJSON *reply = NULL;
	const cJSON *x;
	char time[64];
	int status = list_keys(c, &reply);

	(void)a;
	if (status)
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	t = text_table_new();
	static const char *const titles[] = { "ACCESS KEY", "USER", "ROLE", "POLICIES", "STATUS", "LAST USED" };
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
		text_table_column(t, titles[i], TABLE_LEFT, i == 3);
	cJSON_ArrayForEach(x, json_arr(reply, "Keys")) {
		const char *state = json_str(x, "Status", "");
		text_table_cell(t, "", "%s", json_str(x, "AccessKeyId", ""));
		text_table_cell(t, "", "%s", json_str(x, "UserName", ""));
		text_table_cell(t, "", "%s", json_str(x, "Role", ""));
		text_table_cell(t, "", "%s", joined(json_arr(x, "PolicyNames"), &b));
		text_table_cell(t, strcmp(state, "Active") ? cli_dim(c) : "", "%s", state);
		text_table_cell(t, "", "%s", cli_time(json_num(x, "LastUsedAt", 0), time, sizeof time));
	}
	buf_free(&b);
	cJSON_Delete(reply);
	return cli_print_table(c, t);
}

static int set_status(struct cli *c, const char *id, const char *status)
{
	return call(c, "Stoker.UpdateKey", json_add_str(json_add_str(cJSON_CreateObject(), "AccessKeyId", id), "Status",
	                                                status));
}

static int enable(struct cli *c, const struct cli_args *a) { return set_status(c, a->argv[1], "Active"); }
static int disable(struct cli *c, const struct cli_args *a) { return set_status(c, a->argv[1], "Inactive"); }

static int set_rights(struct cli *c, const struct cli_args *a)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "AccessKeyId", a->argv[1]);

	add_rights(a, req);
	return call(c, "Stoker.UpdateKey", req);
}

static int drop(struct cli *c, const struct cli_args *a)
{
	const char *id = a->argv[1];
	char *question = xasprintf("Delete the key %s? What signs with it is refused from then on.", id);
	int go = plan_confirm(c, a, true, question);

	free(question);
	if (go)
		return go < 0 ? CLI_OK : go;
	return call(c, "Stoker.DeleteKey", json_add_str(cJSON_CreateObject(), "AccessKeyId", id));
}

/* A new key with the rights of the old one, which then is switched off: who still has it can be told, and it can
 * be switched on again until everybody has the new one. */
static int rotate(struct cli *c, const struct cli_args *a)
{
	const char *id = a->argv[1];
	struct error err = ERROR_INIT;
	cJSON *keys = NULL, *reply = NULL, *req;
	int status = list_keys(c, &keys);
	const cJSON *old = status ? NULL : ask_find(json_arr(keys, "Keys"), "AccessKeyId", id);

	if (!status && !old) {
		error_set(&err, ERR_NOTFOUND, "there is no access key %s", id);
		status = cli_fail(c, &err);
	} else if (!status && !strcmp(json_str(old, "UserName", ""), "owner")) {
		error_set(&err, ERR_INVALID, "%s is the key of the server's owner", id);
		error_hint(&err, "For a new one stop the server, remove credentials.json and start it again.");
		status = cli_fail(c, &err);
	}
	if (!status) {
		req = json_add_str(cJSON_CreateObject(), "Role", json_str(old, "Role", ""));
		if (strcmp(json_str(old, "UserName", ""), id))
			json_add_str(req, "UserName", json_str(old, "UserName", NULL));
		json_add(req, "PolicyNames", cJSON_Duplicate(json_arr(old, "PolicyNames"), true));
		status = ask(c, "Stoker.CreateKey", req, &reply, &err) ? cli_fail(c, &err)
		                                                       : print_key(c, json_obj(reply, "Key"));
		cJSON_Delete(reply);
	}
	if (!status && !cli_flag(a, "keep")) {
		req = json_add_str(json_add_str(cJSON_CreateObject(), "AccessKeyId", id), "Status", "Inactive");
		reply = NULL;
		status = ask(c, "Stoker.UpdateKey", req, &reply, &err) ? cli_fail(c, &err) : CLI_OK;
		cJSON_Delete(reply);
		if (!status && !c->json)
			fprintf(c->err, "%s is inactive now; delete it when nobody needs it: stoker keys delete %s\n", id, id);
	}
	cJSON_Delete(keys);
	return status;
}

static const struct cli_verb verbs[] = {
	{ "list", 0, 0, list }, { "create", 0, 0, create }, { "set", 1, 1, set_rights }, { "enable", 1, 1, enable },
	{ "disable", 1, 1, disable }, { "rotate", 1, 1, rotate }, { "delete", 1, 1, drop }, { 0 },
};

static int exec_keys(struct cli *c, const struct cli_args *a)
{
	return verb_run(c, cli_find("keys"), verbs, a);
}

static const struct cli_option options[] = {
	{ "role", 0, "ROLE", "create, set: viewer, operator, admin or none" },
	{ "policy", 0, "NAME", "create, set: a policy of `stoker policies` (may be repeated; \"\": none)" },
	{ "user", 0, "NAME", "create: whose key it is (default: the access key itself)" },
	{ "access-key", 0, "ID", "create: with this access key (default: a new one)" },
	{ "secret-key", 0, "SECRET", "create: and this secret; - reads it from standard input" },
	{ "keep", 0, NULL, "rotate: leave the old key active" },
	PLAN_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_keys = {
	.name = "keys", .args = "[create|list|set|disable|enable|rotate|delete] [ACCESS-KEY]", .max = 2,
	.summary = "make and manage the access keys that AWS clients sign with",
	.about = "A viewer reads; an operator also acts on clusters, steps, scaling, alarms, schedules and dead "
	         "letters; an admin also on keys, policies and topics. Finer rights come from policies (`stoker "
	         "policies`). The secret is shown once; `stoker env --key ACCESS-KEY` prints it for the owner of the"
	         " server. rotate makes a new key with the same rights and switches the old one off. The owner's own"
	         " key cannot be changed.",
	.options = options, .words = "create|list|set|disable|enable|rotate|delete", .exec = exec_keys,
};
