/* Releases and instance types, from the tables of core/model. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/control/emr/emr_part.h"
#include "core/model/price.h"
#include "core/model/release.h"

#define TOKEN_MAX 100

/* One page of a list of n: NextToken is the number of items before it, behind the name of its list. */
static int page(const cJSON *in, const char *kind, size_t n, size_t *first, size_t *end, struct error *err)
{
	const char *token = json_str(in, "NextToken", "");
	size_t most = (size_t)json_int(in, "MaxResults", TOKEN_MAX), len = strlen(kind);
	char *rest = NULL;

	*first = 0;
	if (*token) {
		unsigned long at = !strncmp(token, kind, len) && token[len] == '-' ? strtoul(token + len + 1, &rest, 10) : 0;
		if (!rest || *rest || !at || at >= n)
			return emr_error_invalid_request(err, NULL, "NextToken '%.200s' is not valid.", token);
		*first = at;
	}
	*end = n - *first > most ? *first + most : n;
	return 0;
}

static void add_token(cJSON *out, const char *kind, size_t end, size_t n)
{
	char token[64];

	snprintf(token, sizeof token, "%s-%zu", kind, end);
	if (end < n)
		json_add_str(out, "NextToken", token);
}

static void label(const struct release *r, char out[32])
{
	snprintf(out, 32, "emr-%d.%d.%d", r->major, r->minor, r->patch);
}

struct application_version {
	const char *name, *version;
};

static size_t applications(const struct release *r, struct application_version out[3])
{
	size_t n = 0;

	if (r->hadoop)
		out[n++] = (struct application_version){ "Hadoop", r->hadoop };
	if (r->hive)
		out[n++] = (struct application_version){ "Hive", r->hive };
	if (r->spark)
		out[n++] = (struct application_version){ "Spark", r->spark };
	return n;
}

/* "spark@3.5.0", or "spark" for any version; names are not case-sensitive. */
static bool carries(const struct release *r, const char *wanted)
{
	struct application_version apps[3];
	size_t n = applications(r, apps), len = strcspn(wanted, "@");

	for (size_t i = 0; i < n; i++)
		if (strlen(apps[i].name) == len && !strncasecmp(apps[i].name, wanted, len) &&
		    (!wanted[len] || !strcmp(wanted + len + 1, apps[i].version)))
			return true;
	return false;
}

static int list_labels(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const cJSON *filters = json_obj(in, "Filters");
	const char *prefix = json_str(filters, "Prefix", ""), *wanted = json_str(filters, "Application", "");
	VEC(const struct release *) found = { 0 };
	size_t n, first, end;
	const struct release *all = release_all(&n);
	char text[32];

	(void)ctl;
	(void)call;
	for (size_t i = 0; i < n; i++) {
		label(&all[i], text);
		if (!strncmp(text, prefix, strlen(prefix)) && (!*wanted || carries(&all[i], wanted)))
			vec_push(&found, &all[i]);
	}
	int rc = page(in, "labels", found.len, &first, &end, err);
	if (!rc) {
		cJSON *a = cJSON_AddArrayToObject(out, "ReleaseLabels");
		for (size_t i = first; i < end; i++) {
			label(found.items[i], text);
			cJSON_AddItemToArray(a, cJSON_CreateString(text));
		}
		add_token(out, "labels", end, found.len);
	}
	vec_free(&found);
	return rc;
}

static int describe_label(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	size_t n, first, end;
	const struct release *newest = release_all(&n);
	const char *wanted = json_str(in, "ReleaseLabel", "");
	const struct release *r = *wanted ? release_find(wanted) : newest;
	struct application_version apps[3];
	char text[32];

	(void)ctl;
	(void)call;
	if (!r)
		return emr_error_invalid_request(err, NULL, "The supplied release label is invalid: %.200s.", wanted);
	size_t count = applications(r, apps);
	int rc = page(in, "applications", count, &first, &end, err);
	if (rc)
		return rc;
	label(r, text);
	json_add_str(out, "ReleaseLabel", text);
	cJSON *a = cJSON_AddArrayToObject(out, "Applications");
	for (size_t i = first; i < end; i++)
		cJSON_AddItemToArray(a, json_add_str(json_add_str(cJSON_CreateObject(), "Name", apps[i].name),
		                                     "Version", apps[i].version));
	add_token(out, "applications", end, count);
	return 0;
}

/* ---- instance types ---- */

struct types {
	const struct price **items;
	size_t len, cap;
};

static const char *type_at(void *list, size_t i)
{
	return ((struct types *)list)->items[i]->type;
}

/* Graviton families end in g before the dot. */
static bool is_arm(const char *type)
{
	const char *dot = strchr(type, '.');

	return dot && dot > type && dot[-1] == 'g';
}

/* The first releases of the lines 5 and 6 for which EMR lists a family (ListSupportedInstanceTypes of every release
 * in us-east-1 as of 2026-10; all of line 7 have all of these). A family that is not here is as old as they are. */
static const struct {
	const char *family;
	int minor_of_5, patch_of_5, minor_of_6;
} since[] = {
	{ "i3", 9, 0, 0 }, { "m5", 13, 0, 0 }, { "c5", 13, 0, 0 }, { "r5", 13, 0, 0 }, { "i3en", 25, 0, 0 },
	{ "m6g", 30, 0, 1 }, { "c6g", 31, 0, 1 }, { "r6g", 31, 0, 1 },
	{ "m6i", 35, 0, 6 }, { "c6i", 35, 0, 6 }, { "r6i", 35, 0, 6 },
	{ "c7g", 36, 1, 7 }, { "m7g", 36, 1, 10 }, { "r7g", 36, 1, 10 },
	{ "m8g", 36, 1, 10 }, { "c8g", 36, 1, 10 }, { "r8g", 36, 1, 10 }, { "i8g", 36, 1, 10 },
};

/* EMR offers no .large of these families. */
static bool offered(const struct price *p, const struct release *r)
{
	size_t len = strcspn(p->type, ".");

	if (!strcmp(p->type + len, ".large"))
		return false;
	for (size_t i = 0; i < sizeof since / sizeof *since; i++)
		if (!strncmp(since[i].family, p->type, len) && !since[i].family[len])
			return r->major > 6 || (r->major == 6 && r->minor >= since[i].minor_of_6) ||
			       (r->major == 5 && (r->minor > since[i].minor_of_5 ||
			                          (r->minor == since[i].minor_of_5 && r->patch >= since[i].patch_of_5)));
	return true;
}

static cJSON *encode_type(const struct price *p)
{
	int disks = 0, gb = 0;
	bool ebs_only = sscanf(p->storage, "%dx%d", &disks, &gb) != 2;
	cJSON *o = json_add_str(cJSON_CreateObject(), "Type", p->type);
	char family[16];

	snprintf(family, sizeof family, "%.*s", (int)strcspn(p->type, "."), p->type);
	json_add_num(o, "MemoryGB", p->mem_gib);
	json_add_int(o, "StorageGB", ebs_only ? 0 : disks * gb);
	json_add_int(o, "VCPU", p->vcpu);
	json_add_bool(o, "Is64BitsOnly", true);
	json_add_str(o, "InstanceFamilyId", family);
	json_add_bool(o, "EbsOptimizedAvailable", true);
	json_add_bool(o, "EbsOptimizedByDefault", true);
	json_add_int(o, "NumberOfDisks", ebs_only ? 0 : disks);
	json_add_bool(o, "EbsStorageOnly", ebs_only);
	return json_add_str(o, "Architecture", is_arm(p->type) ? "AARCH64" : "X86_64");
}

static int list_types(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *release = json_str(in, "ReleaseLabel", "");
	struct types types = { 0 };
	struct release parsed;
	struct emr_page pg;
	size_t n;
	const struct price *all = price_all(&n);

	(void)ctl;
	(void)call;
	if (!release_parse(release, &parsed))
		return emr_error_invalid_request(err, NULL, "The supplied release label is invalid: %.200s.", release);
	for (size_t i = 0; i < n; i++)
		if (offered(&all[i], &parsed))
			vec_push(&types, &all[i]);
	int rc = emr_page(in, "ListSupportedInstanceTypes", EMR_PAGE, types.len, type_at, &types, &pg, err);
	if (!rc) {
		cJSON *a = cJSON_AddArrayToObject(out, "SupportedInstanceTypes");
		for (size_t i = pg.first; i < pg.end; i++)
			cJSON_AddItemToArray(a, encode_type(types.items[i]));
		json_add_str(out, "Marker", pg.marker);
		free(pg.marker);
	}
	vec_free(&types);
	return rc;
}

const struct op emr_release_ops[] = {
	{ "ElasticMapReduce.ListReleaseLabels", list_labels },
	{ "ElasticMapReduce.DescribeReleaseLabel", describe_label },
	{ "ElasticMapReduce.ListSupportedInstanceTypes", list_types },
	{ NULL, NULL },
};
