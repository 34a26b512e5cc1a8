/* "Operation {json}": what the validator lets through decodes or is refused with a code, what decodes can
 * be encoded, sent again and read back; and any JSON is readable as a reply. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/emr/emr.h"
#include "core/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void again(const struct cluster *c)
{
	struct error err;
	cJSON *o = emr_encode_cluster(c, NULL);
	cluster_free(emr_read_cluster(o));
	cJSON_Delete(o);
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		o = g->fleet ? emr_encode_instance_fleet(g) : emr_encode_instance_group(g);
		instance_group_free(g->fleet ? emr_read_instance_fleet(o) : emr_read_instance_group(o));
		cJSON_Delete(o);
	}
	for (size_t i = 0; i < c->steps.len; i++) {
		o = emr_encode_step(c->steps.items[i]);
		step_free(emr_read_step(o));
		cJSON_Delete(o);
	}
	struct cluster *d = NULL;
	o = emr_request_run_job_flow(c);
	must(emr_validate(emr_find_operation("RunJobFlow"), o, &err) == 0);
	must(emr_decode_run_job_flow(o, &d, &err) == 0);
	must(d->steps.len == c->steps.len && d->groups.len == c->groups.len);
	cluster_free(d);
	cJSON_Delete(o);
}

static int decode_fleet(const cJSON *in, struct error *err)
{
	struct emr_fleet_change change = { 0 };
	struct instance_group *g = NULL;
	int rc = emr_decode_fleet_change(in, &change, err);
	emr_fleet_change_free(&change);
	if (!rc && json_str(json_obj(in, "InstanceFleet"), "InstanceFleetType", NULL))
		rc = emr_decode_fleet(json_obj(in, "InstanceFleet"), &g, err);
	instance_group_free(g);
	return rc;
}

static int decode(const cJSON *in, struct error *err)
{
	struct cluster *c = NULL;
	struct step_list steps = { 0 };
	struct group_list groups = { 0 };
	struct emr_group_changes changes = { 0 };
	int rc = emr_decode_steps(in, &steps, err);
	emr_steps_free(&steps);
	if (!rc)
		rc = emr_decode_groups(in, &groups, err);
	emr_groups_free(&groups);
	if (!rc)
		rc = emr_decode_modify_groups(in, &changes, err);
	emr_group_changes_free(&changes);
	if (!rc && json_obj(in, "Instances"))
		rc = emr_decode_run_job_flow(in, &c, err);
	if (!rc && json_obj(in, "InstanceFleet"))
		rc = decode_fleet(in, err);
	if (c)
		again(c);
	cluster_free(c);
	return rc;
}

static void read_as_reply(const cJSON *v)
{
	cluster_free(emr_read_cluster(v));
	step_free(emr_read_step(v));
	instance_group_free(emr_read_instance_group(v));
	instance_group_free(emr_read_instance_fleet(v));
	instance_free(emr_read_instance(v));
}

static const char *id_at(void *list, size_t i)
{
	return ((const char **)list)[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[64] = "";
	size_t n = 0;
	while (n < size && n < sizeof name - 1 && data[n] != ' ')
		n++;
	memcpy(name, data, n);
	const struct emr_operation *op = emr_find_operation(name);
	struct error err = ERROR_INIT;
	cJSON *in = n < size ? json_parse((const char *)data + n, size - n, &err) : NULL;
	if (!in)
		return 0;
	read_as_reply(in);
	int rc = op ? emr_validate(op, in, &err) : emr_error_unknown_operation(&err, name);
	if (!rc) {
		const char *ids[] = { "a", "b", "c" };
		struct emr_page page;
		if (!emr_page(in, name, 2, 3, id_at, ids, &page, NULL))
			must(page.first <= page.end && page.end <= 3);
		free(page.marker);
		rc = decode(in, &err);
	}
	must(!rc || (err.class_[0] && err.message[0]));
	if (rc) {
		struct buf b = BUF_INIT;
		must(emr_error_reply(&err, &b) >= 400);
		cJSON *body = json_parse(b.data, b.len, NULL);
		must(body != NULL);
		cJSON_Delete(body);
		buf_free(&b);
	}
	cJSON_Delete(in);
	return 0;
}
