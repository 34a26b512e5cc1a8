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

int ask_all(struct cli *c, const char *op, cJSON *req, const char *list, size_t limit, cJSON **items,
            struct error *err)
{
	cJSON *all = cJSON_CreateArray(), *page = NULL, *x;
	int rc;

	req = req ? req : cJSON_CreateObject();
	do {
		const char *marker = json_str(page, "Marker", NULL);
		if (marker) {
			cJSON_DeleteItemFromObjectCaseSensitive(req, "Marker");
			json_add_str(req, "Marker", marker);
		}
		cJSON_Delete(page);
		rc = ask(c, op, cJSON_Duplicate(req, true), &page, err);
		cJSON *from = rc ? NULL : cJSON_GetObjectItemCaseSensitive(page, list);
		while (from && from->child && (!limit || (size_t)cJSON_GetArraySize(all) < limit)) {
			x = cJSON_DetachItemFromArray(from, 0);
			cJSON_AddItemToArray(all, x);
		}
	} while (!rc && json_str(page, "Marker", NULL) && (!limit || (size_t)cJSON_GetArraySize(all) < limit));
	cJSON_Delete(page);
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
