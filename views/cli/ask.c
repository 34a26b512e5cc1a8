/* Questions to the server: core/client's blocking calls, with pages put together. */
#include "views/cli/ask.h"

#include <string.h>

#include "core/client/client.h"

static int ask_open(struct cli *c, struct error *err)
{
	struct client_options o = { .endpoint = c->endpoint, .region = c->region, .no_start = c->no_start };

	return c->client ? 0 : client_open(NULL, &o, &c->client, err);
}

void ask_close(struct cli *c)
{
	client_close(c->client);
	c->client = NULL;
}

int ask(struct cli *c, const char *op, cJSON *req, cJSON **reply, struct error *err)
{
	char target[128];
	int rc = ask_open(c, err);

	snprintf(target, sizeof target, "%s%s", strchr(op, '.') ? "" : "ElasticMapReduce.", op);
	*reply = NULL;
	if (!rc)
		rc = client_call(c->client, target, req, reply, err);
	cJSON_Delete(req);
	return rc;
}

int ask_done(struct cli *c, const char *op, cJSON *req)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (ask(c, op, req, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply ? reply : cJSON_CreateObject());
	cJSON_Delete(reply);
	return CLI_OK;
}

/* Lists call the place of their next page Marker (the older ones) or NextToken. Makes req ask for it. */
static bool next_page(const cJSON *page, cJSON *req)
{
	const char *name = json_str(page, "Marker", NULL) ? "Marker" : "NextToken", *place = json_str(page, name, NULL);

	if (place) {
		cJSON_DeleteItemFromObjectCaseSensitive(req, name);
		json_add_str(req, name, place);
	}
	return place;
}

int ask_all(struct cli *c, const char *op, cJSON *req, const char *list, size_t limit, cJSON **items,
            struct error *err)
{
	cJSON *all = cJSON_CreateArray(), *page = NULL;
	size_t n = 0;
	bool more;
	int rc;

	req = req ? req : cJSON_CreateObject();
	do {
		rc = ask(c, op, cJSON_Duplicate(req, true), &page, err);
		cJSON *from = rc ? NULL : cJSON_GetObjectItemCaseSensitive(page, list);
		for (; from && from->child && (!limit || n < limit); n++)
			cJSON_AddItemToArray(all, cJSON_DetachItemViaPointer(from, from->child));
		more = !rc && next_page(page, req);
		cJSON_Delete(page);
		page = NULL;
	} while (more && (!limit || n < limit));
	cJSON_Delete(req);
	if (rc) {
		cJSON_Delete(all);
		all = NULL;
	}
	*items = all;
	return rc;
}

bool ask_unknown(const struct error *err)
{
	return err->code == ERR_UNSUPPORTED;
}
