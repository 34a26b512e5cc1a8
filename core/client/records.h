/* Replies that are lists of things with many members (budgets, decisions, dead letters …), kept as they came:
 * one row per thing, with an id that stays the same when the list is read again. Views read members by
 * their names of the wire. Rows are valid until the next take. */
#ifndef CORE_CLIENT_RECORDS_H
#define CORE_CLIENT_RECORDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/mem.h"

#define RECORD_ID_SIZE 192

struct record {
	char id[RECORD_ID_SIZE];
	const cJSON *o;
};

struct records {
	cJSON *pages;              /* array of the replies that hold the rows; NULL: none */
	VEC(struct record) rows;   /* in the server's order */
	char *token;               /* NextToken of the last page; NULL: that was all */
};

void records_clear(struct records *r);
/* Take a page of `op`'s reply in. list: the member with the rows, NULL: the reply itself is what is asked
 * for (one row). ids: members that together make a row's id, separated by blanks; NULL or absent members: made
 * from all of the row. The first page replaces what was there. ERR_INVALID when there is no such list. */
int records_take(struct records *r, const char *op, const char *list, const char *ids, const cJSON *reply,
                 bool first, struct error *err);
const cJSON *records_find(const struct records *r, const char *id);   /* NULL when it is not there */
/* The last reply as a whole, for members beside the list; NULL before the first. */
const cJSON *records_reply(const struct records *r);

/* Epoch seconds of the wire as milliseconds, also from ISO-8601 text; 0 when absent. */
int64_t record_ms(const cJSON *o, const char *member);
/* A member as text: strings as they are, numbers without useless digits, lists joined by ", ", objects as
 * JSON; "" when absent. Gives out. */
char *record_text(const cJSON *o, const char *member, char *out, size_t size);
char *record_value(const cJSON *v, char *out, size_t size);

#endif
