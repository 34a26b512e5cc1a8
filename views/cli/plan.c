/* Show the plan before acting. */
#include "views/cli/plan.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/model/price.h"
#include "views/cli/table.h"

/* $/h of one instance; *missing is set when a part of the price is not known. */
static double hourly(const char *type, bool *missing)
{
	const struct price *p = price_find(type);

	if (!p) {
		*missing = true;
		return 0;
	}
	if (p->emr < 0)
		*missing = true;
	return p->ec2 + (p->emr < 0 ? 0 : p->emr);
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
	double before = 0, after = 0;
	bool missing = false, spot = false;

	text_table_column(t, "GROUP", TABLE_LEFT, false);
	text_table_column(t, "TYPE", TABLE_LEFT, false);
	text_table_column(t, "NOW", TABLE_RIGHT, false);
	text_table_column(t, "THEN", TABLE_RIGHT, false);
	text_table_column(t, "$/H EACH", TABLE_RIGHT, false);
	text_table_column(t, "CHANGE $/H", TABLE_RIGHT, false);
	for (size_t i = 0; i < n; i++) {
		bool unknown = false;
		double each = hourly(groups[i].type, &unknown), change = each * (groups[i].after - groups[i].before);
		before += each * groups[i].before;
		after += each * groups[i].after;
		missing |= unknown;
		spot |= groups[i].spot;
		text_table_cell(t, "", "%s%s", groups[i].role, groups[i].spot ? " (spot)" : "");
		text_table_cell(t, "", "%s", groups[i].type);
		text_table_cell(t, "", "%d", groups[i].before);
		text_table_cell(t, "", "%d", groups[i].after);
		text_table_cell(t, "", "%s%.3f", unknown ? "≥" : "", each);
		text_table_cell(t, "", "%s%+.3f", unknown ? "≥" : "", change);
	}
	print_to_err(c, t);
	fprintf(c->err, "%s%.2f $/h → %s%.2f $/h (list prices of %s)%s\n", missing ? "≥" : "", before,
	        missing ? "≥" : "", after, PRICE_DATE, spot ? "; spot instances cost less than shown" : "");
}

void plan_word(struct buf *b, const char *word)
{
	static const char plain[] = "_-+=.,/:@%";
	bool quote = !*word;

	for (const char *s = word; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(plain, *s))
			quote = true;
	buf_addc(b, ' ');
	if (!quote) {
		buf_adds(b, word);
		return;
	}
	buf_addc(b, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *word);
	buf_addc(b, '\'');
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
