/* The form that changes a fleet's targets: units on demand and units on the spot market. */
#include <stdio.h>
#include <string.h>

#include "core/model/fleet.h"
#include "views/forms.h"
#include "views/sheet.h"

static const struct instance_group *chosen(const struct sheet *s, const struct form *f)
{
	const struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "fleet"));
	return mc && id ? cluster_group(mc->c, id) : NULL;
}

/* The targets follow the fleet that is chosen. */
static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	struct sheet *s = ctx;
	const struct instance_group *g = chosen(s, f);
	*out = 0;
	if (!g || !g->fleet)
		return;
	if (strcmp(s->id, g->id)) {
		char n[16];
		snprintf(s->id, sizeof s->id, "%s", g->id);
		snprintf(n, sizeof n, "%d", g->fleet->target_on_demand);
		form_set((struct form *)f, "on_demand", n);
		snprintf(n, sizeof n, "%d", g->fleet->target_spot);
		form_set((struct form *)f, "spot", n);
	}
	snprintf(out, size, "now %d on demand and %d spot are there, %d and %d are wanted",
	         g->fleet->provisioned_on_demand, g->fleet->provisioned_spot, g->fleet->target_on_demand,
	         g->fleet->target_spot);
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	const struct instance_group *g = chosen(s, f);
	int on_demand = (int)form_number(f, "on_demand"), spot = (int)form_number(f, "spot");
	*field = "on_demand";
	if (!g || !g->fleet)
		return "that fleet has gone";
	if (on_demand == g->fleet->target_on_demand && spot == g->fleet->target_spot)
		return "that is what it has already";
	if (g->role == ROLE_CORE && on_demand + spot < 1)
		return "core nodes hold data: at least one unit stays";
	return sheet_done(s, f, act_scale_fleet(sheet_cluster(s), g, on_demand, spot));
}

void form_fleet_open(struct console *con, const char *fleet_id)
{
	struct sheet *s = sheet_new(con, NULL, "");
	const struct mcluster *mc = sheet_cluster(s);
	const char **fleets = sheet_groups(s, false);
	const char *label = fleet_id ? sheet_group_label(s, fleet_id) : NULL;
	const struct instance_group *g = fleet_id && mc ? cluster_group(mc->c, fleet_id) : NULL;
	char title[300], on_demand[16], spot[16];
	if (!*fleets) {
		app_message(con->app, MESSAGE_INFO, "no fleet of this cluster can be scaled");
		sheet_free(s);
		return;
	}
	if (!g || g->role == ROLE_MASTER)
		g = cluster_group(mc->c, sheet_group_id(s, fleets[0])), label = fleets[0];
	snprintf(s->id, sizeof s->id, "%s", g->id);
	snprintf(on_demand, sizeof on_demand, "%d", g->fleet ? g->fleet->target_on_demand : 0);
	snprintf(spot, sizeof spot, "%d", g->fleet ? g->fleet->target_spot : 0);
	snprintf(title, sizeof title, "Scale fleets of %s", cluster_label(mc->c));
	const struct form_field fields[] = {
		{ FIELD_CHOICE, "fleet", "fleet", .help = "whose targets", .choices = fleets, .value = label },
		{ FIELD_NUMBER, "on_demand", "on demand", .help = "units that are bought on demand", .value = on_demand,
		  .min = 0, .max = 4000 },
		{ FIELD_NUMBER, "spot", "spot", .help = "units that are bought on the spot market", .value = spot,
		  .min = 0, .max = 4000 },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 3, .verb = "show the plan",
		.summary = summary, .submit = submit, .cancel = sheet_free, .ctx = s });
}
