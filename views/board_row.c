/* Rows of boards: cells and facts that are made from members of a record. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/board.h"

void board_cell(struct board *b, const struct board_page *page, const cJSON *row, int col, struct table_cell *o)
{
	static const struct board_cell own = { CELL_OWN, NULL, 0 };
	const struct board_cell *c = page->cells ? &page->cells[col] : &own;
	struct state_look look = { "", ROLE_TEXT };
	if (c->kind == CELL_SIGN || c->kind == CELL_LOOK)
		look = page->look(b, o->glyphs, row);
	switch (c->kind) {
	case CELL_OWN:
		page->cell(b, row, col, o);
		break;
	case CELL_TEXT:
		cell_text(o, c->style ? c->style : ROLE_TEXT, row, c->member);
		break;
	case CELL_DATE:
		cell_date(o, record_ms(row, c->member));
		break;
	case CELL_AGE:
		cell_age(o, record_ms(row, c->member));
		break;
	case CELL_CLUSTER:
		cell_cluster(o, board_model(b), row);
		break;
	case CELL_MONEY:
		cell_money(o, row, json_num(row, c->member, 0));
		break;
	case CELL_SIGN:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case CELL_LOOK:
		cell_text(o, look.style, row, c->member);
		break;
	}
}

void board_facts(struct board *b, const cJSON *row, const struct board_fact *list, size_t n, struct facts *f)
{
	char text[1024];
	for (size_t i = 0; i < n; i++) {
		const struct board_fact *x = &list[i];
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, x->member);
		const char *value = cJSON_IsString(v) ? v->valuestring : record_value(v, text, sizeof text);
		style_t st = x->style ? x->style : ROLE_TEXT;
		if (x->kind == FACT_WHEN && record_ms(row, x->member))
			value = text_when(record_ms(row, x->member), console_now(), text, sizeof text);
		else if (x->kind == FACT_CLUSTER)
			value = model_cluster_name(board_model(b), value);
		if (x->kind == FACT_GAP)
			facts_gap(f);
		else if (x->label)
			fact(f, x->label, st, value);
		else
			facts_text(f, st, value);
	}
}

/* ---- cells ---- */

const char *topic_word(const char *arn)
{
	const char *last = arn ? strrchr(arn, ':') : NULL;
	return !arn || !*arn ? "nobody" : last ? last + 1 : arn;
}

void cell_text(struct table_cell *o, style_t st, const cJSON *row, const char *member)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(row, member);
	record_value(v, o->text, sizeof o->text);
	o->style = st;
	if (cJSON_IsNumber(v))
		o->num = v->valuedouble;
}

void cell_age(struct table_cell *o, int64_t ms)
{
	char text[16];
	if (ms > 0)
		cell_num(o, ROLE_DIM, (double)(console_now() - ms), "%s",
		         clock_age(console_now() - ms, text, sizeof text));
}

void cell_date(struct table_cell *o, int64_t ms)
{
	char text[40];
	if (ms > 0)
		cell_num(o, ROLE_DIM, (double)ms, "%s", text_day(ms, console_now(), text, sizeof text));
}

char *row_money(const cJSON *row, double usd, const struct glyphs *g, char *out, size_t size)
{
	bool unknown = json_bool(row, "Unknown", false), estimate = json_bool(row, "Estimate", false);
	char text[40];
	text_money(usd, unknown, g, text, sizeof text);
	snprintf(out, size, "%s%s", estimate && !unknown ? "~" : "", text);
	return out;
}

void cell_money(struct table_cell *o, const cJSON *row, double usd)
{
	char text[40];
	cell_num(o, ROLE_MONEY, usd, "%s", row_money(row, usd, o->glyphs, text, sizeof text));
}

void cell_cluster(struct table_cell *o, const struct model *m, const cJSON *row)
{
	cell_set(o, ROLE_STRONG, "%s", model_cluster_name(m, json_str(row, "ClusterId", "")));
}
