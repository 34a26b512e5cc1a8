/* Show the plan before acting. */
#include "views/cli/plan.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/client/act.h"
#include "core/model/price_table.h"
#include "views/cli/table.h"

/* The prices that the server of this machine goes by: the shipped list, and prices.csv in its home. What is
 * wrong with that file is said by the server. */
static struct price_table *prices_of(const struct cli *c)
{
	struct price_table *t = price_table_new();
	char *path = c->endpoint ? NULL : fs_home_path("prices.csv");
	struct buf text = BUF_INIT;

	if (path && !fs_read(path, 4 << 20, &text, NULL))
		price_table_read(t, path, buf_str(&text), text.len, NULL);
	buf_free(&text);
	free(path);
	return t;
}

const char *plan_region(const struct cli *c)
{
	const char *names[] = { "AWS_REGION", "AWS_DEFAULT_REGION" };

	for (size_t i = 0; !c->region && i < sizeof names / sizeof *names; i++) {
		const char *v = getenv(names[i]);
		if (v && *v)
			return v;
	}
	return c->region ? c->region : PRICE_REGION;
}

void plan_print_prices(const struct cli *c)
{
	const char *region = plan_region(c), *date = price_date(region);

	if (date)
		fprintf(c->err, "list prices of %s as of %s", region, date);
	else
		fprintf(c->err, "no list prices of %s are known", region);
}

/* What is not certain about a sum. */
struct doubt {
	bool missing, estimate;
};

/* $/h of one instance. */
static double hourly(const struct cli *c, const struct price_table *t, const char *type, struct doubt *d)
{
	const struct price *p = price_table_find(t, type, plan_region(c));

	if (!p || p->ec2 < 0 || p->emr < 0)
		d->missing = true;
	if (!p)
		return 0;
	d->estimate |= p->emr >= 0 && p->emr_estimate;
	return (p->ec2 < 0 ? 0 : p->ec2) + (p->emr < 0 ? 0 : p->emr);
}

static const char *sign_of(const struct doubt *d)
{
	return d->missing ? "≥" : d->estimate ? "~" : "";
}

static void print_to_err(struct cli *c, struct text_table *t)
{
	struct buf b = BUF_INIT;

	text_table_render(t, 0, c->color, &b);
	fflush(c->out);
	fputs(buf_str(&b), c->err);
	buf_free(&b);
	text_table_free(t);
}

void plan_print(struct cli *c, const struct plan_group *groups, size_t n)
{
	struct text_table *t = text_table_new();
	struct price_table *prices = prices_of(c);
	double before = 0, after = 0;
	struct doubt all = { false, false };
	bool spot = false;

	text_table_column(t, "GROUP", TABLE_LEFT, false);
	text_table_column(t, "TYPE", TABLE_LEFT, false);
	text_table_column(t, "NOW", TABLE_RIGHT, false);
	text_table_column(t, "THEN", TABLE_RIGHT, false);
	text_table_column(t, "$/H EACH", TABLE_RIGHT, false);
	text_table_column(t, "CHANGE $/H", TABLE_RIGHT, false);
	for (size_t i = 0; i < n; i++) {
		struct doubt d = { false, false };
		double each = hourly(c, prices, groups[i].type, &d),
		       change = each * (groups[i].after - groups[i].before);
		before += each * groups[i].before;
		after += each * groups[i].after;
		all.missing |= d.missing;
		all.estimate |= d.estimate;
		spot |= groups[i].spot;
		text_table_cell(t, "", "%s%s", groups[i].role, groups[i].spot ? " (spot)" : "");
		text_table_cell(t, "", "%s", groups[i].type);
		text_table_cell(t, "", "%d", groups[i].before);
		text_table_cell(t, "", "%d", groups[i].after);
		text_table_cell(t, "", "%s%.3f", sign_of(&d), each);
		text_table_cell(t, "", "%s%+.3f", sign_of(&d), change);
	}
	print_to_err(c, t);
	fprintf(c->err, "%s%.2f $/h → %s%.2f $/h (", sign_of(&all), before, sign_of(&all), after);
	plan_print_prices(c);
	fprintf(c->err, "%s)%s\n", all.estimate ? "; ~ holds an estimate" : "",
	        spot ? "; spot instances cost less than shown" : "");
	price_table_free(prices);
}

void plan_word(struct buf *b, const char *word)
{
	buf_addc(b, ' ');
	act_shell_word(b, word);
}

int plan_confirm(struct cli *c, const struct cli_args *a, bool destroys, const char *question)
{
	if (cli_flag(a, "dry-run"))
		return -1;
	if (cli_flag(a, "yes"))
		return CLI_OK;
	if (destroys && !isatty(STDIN_FILENO))
		return cli_usage(c, NULL, "nobody can be asked without a terminal; --yes says that it is meant");
	if (cli_confirm(c, true, "%s", question))
		return CLI_OK;
	fprintf(c->err, "stoker: nothing was done\n");
	return CLI_FAILED;
}
