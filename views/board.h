/* A board: the screen of one subject. It has one to three pages, each a list of rows with what is known of
 * the selected one beside or below it, and perhaps a strip of sums above. Small screens show one page at a
 * time, with tabs; tall ones show all lists at once.
 *
 * Rows are records of the model (core/client/records.h): JSON as it came, with stable ids. A screen fills in a
 * const struct board_kind and a view_ops made by BOARD_VIEW; everything else (focus, scrolling, filter,
 * mouse, ages, reasons for emptiness) is the same everywhere. */
#ifndef VIEWS_BOARD_H
#define VIEWS_BOARD_H

#include "core/base/json.h"
#include "views/facts.h"
#include "views/view.h"

#define BOARD_PAGES 3

struct board;

/* How a column or a fact is made from a member of its row; what needs more than that is the screen's own. */
enum board_kind_of_cell { CELL_OWN, CELL_TEXT, CELL_DATE, CELL_AGE, CELL_CLUSTER, CELL_MONEY, CELL_SIGN, CELL_LOOK };
struct board_cell {
	enum board_kind_of_cell kind; /* OWN: page->cell; SIGN: of page->look; LOOK: text in the style of page->look */
	const char *member;
	style_t style;                /* 0: ROLE_TEXT */
};
enum board_kind_of_fact { FACT_TEXT, FACT_WHEN, FACT_CLUSTER, FACT_GAP };
struct board_fact {
	const char *label;            /* NULL: a paragraph without one */
	const char *member;
	style_t style;                /* 0: ROLE_TEXT */
	enum board_kind_of_fact kind;
};

struct board_page {
	const char *name;             /* "Budgets": tab and frame */
	const char *detail;           /* title of the pane with the facts */
	const char *nothing;          /* what an empty list means */
	const struct table_column *columns;
	size_t n;
	int part;                     /* enum global_part, or -1 - enum cluster_part of the cluster at hand */
	const struct board_cell *cells;               /* one per column; NULL: all are the screen's own */
	void (*collect)(struct board *b);             /* board_add() each row; NULL: the part's records … */
	bool (*keep)(struct board *b, const cJSON *row);   /* … that this lets pass; optional */
	struct state_look (*look)(struct board *b, const struct glyphs *g, const cJSON *row);   /* sign and style */
	void (*cell)(struct board *b, const cJSON *row, int col, struct table_cell *o);
	void (*facts)(struct board *b, const cJSON *row, struct facts *f);
	/* Something above the facts (a graph); gives the lines it took. Optional. */
	int (*picture)(struct board *b, const cJSON *row, struct draw d);
	int share;                    /* of the height where lists are stacked; 0: 1 */
	const char *elsewhere;        /* where it is found when the other side does not offer it; optional */
	int instead;                  /* part that tells some of it then; 0: none */
	bool scoped;                  /* of all clusters or of the one at hand: VA_ONE_CLUSTER */
};
#define BOARD_CLUSTER_PART(p) (-1 - (p))
#define BOARD_COLUMNS(list) list, sizeof(list) / sizeof *(list)

struct board_kind {
	const struct board_page *pages;
	size_t n;
	const struct bind_scope *scope;
	int head_rows;                                /* lines of the strip above; 0: none */
	int head_part;                                /* whose age its frame shows */
	const char *head_title;
	void (*head)(struct board *b, struct draw d);
	/* row: the selected one of the page at hand, may be NULL. Optional all. */
	bool (*action)(struct board *b, const cJSON *row, int action, const char *arg);
	const char *(*disabled)(struct board *b, const cJSON *row, int action);
	void (*want)(struct board *b, const cJSON *row, struct live_interest *want);
	void (*note)(struct board *b, const struct glyphs *g, char *out, size_t size);   /* of the list's frame */
	const char *(*copy)(struct board *b, const cJSON *row);       /* id for the clipboard; NULL: the row's */
	void (*opened)(struct board *b, const char *arg);
	bool of_cluster;                              /* titles name the cluster at hand */
	bool long_rows;                               /* rows are sentences: they get the whole width */
	int mode_action;                              /* action that goes to the next mode; 0: there is one mode */
	const char *const *modes;                     /* what each shows, for the frame; ends with NULL */
};

struct board_list {
	struct board *board;
	const struct board_page *page;
	struct table *table;
	VEC(struct record) rows;
};

struct board {
	struct view view;
	const struct board_kind *kind;
	struct board_list lists[BOARD_PAGES];
	struct board_list *filling;   /* NULL but while rows are collected */
	size_t at;                    /* page at hand */
	bool stacked;                 /* all lists are on screen */
	struct scroller scroll;       /* of the facts */
	char shown[RECORD_ID_SIZE];   /* whose facts these are */
	int mode, mode2;              /* switches of the screen's own */
	bool one_cluster;             /* only what is about the cluster at hand */
	char text[300], query[128];
	cJSON *own;                   /* rows that the screen makes itself; freed with the board */
};

struct board *board_of(struct view *v);
struct view *board_open(struct console *con, const struct board_kind *kind, const char *arg);
void board_add(struct board *b, const char *id, const cJSON *o);    /* from collect */
const cJSON *board_row(struct board *b);          /* selected row of the page at hand; NULL: none */
const char *board_id(struct board *b);            /* its id, or NULL */
void board_select(struct board *b, size_t page, const char *id);
/* A switch of the screen's own has changed: collect the rows again. */
void board_changed(struct view *v);
/* Rows of a part, whatever page. */
const struct records *board_records(struct board *b, int part);
struct model *board_model(struct board *b);
/* The list of facts, in its order. */
void board_facts(struct board *b, const cJSON *row, const struct board_fact *list, size_t n, struct facts *f);
#define BOARD_FACTS(b, row, list, f) board_facts(b, row, list, sizeof(list) / sizeof *(list), f)

/* Parts of view_ops. */
void board_close(struct view *v);
void board_draw(struct view *v, struct draw d);
bool board_action(struct view *v, int action, const char *arg);
bool board_event(struct view *v, const struct event *ev);
const char *board_disabled(struct view *v, int action);
size_t board_scopes(struct view *v, const struct bind_scope **out);
void board_want(struct view *v, struct live_interest *want);
struct table *board_table(struct view *v);
const char *board_selected(struct view *v);
/* The view of a screen that is a board: `id` is the extern, `word` its command. */
#define BOARD_VIEW(id, word, its_kind) \
	static struct view *id##_open(struct console *con, const char *arg) \
	{ \
		return board_open(con, &(its_kind), arg); \
	} \
	const struct view_ops id = { word, id##_open, board_close, board_draw, board_action, board_event, \
		board_disabled, board_scopes, board_want, board_changed, board_table, NULL, NULL, board_selected, NULL }

/* ---- cells that many lists have (board_row.c) ---- */
/* What page's cells say about a column; asks the screen for its own. */
void board_cell(struct board *b, const struct board_page *page, const cJSON *row, int col, struct table_cell *o);
/* What people call a topic: the last word of its ARN; "nobody" for none. */
const char *topic_word(const char *arn);
void cell_text(struct table_cell *o, style_t st, const cJSON *row, const char *member);
void cell_age(struct table_cell *o, int64_t ms);                       /* how long ago; "" for 0 */
void cell_date(struct table_cell *o, int64_t ms);                      /* weekday and time */
/* A sum of a row: ≥ where a rate is missing (Unknown), ~ where one is an estimate (Estimate). */
void cell_money(struct table_cell *o, const cJSON *row, double usd);
char *row_money(const cJSON *row, double usd, const struct glyphs *g, char *out, size_t size);
void cell_cluster(struct table_cell *o, const struct model *m, const cJSON *row);   /* ClusterId as a name */

#endif
