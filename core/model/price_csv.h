/* Price lists as text: lines and fields, with errors that say where. Shared by the two kinds of list. */
#ifndef CORE_MODEL_PRICE_CSV_H
#define CORE_MODEL_PRICE_CSV_H

#include "core/base/error.h"
#include "core/base/mem.h"

#define PRICE_CSV_COLUMNS 9

/* The columns that a list must have; the values of a line come in this order, whatever the file's. */
struct price_csv {
	const char *name;                       /* of the file, for errors */
	const char *const *columns;             /* PRICE_CSV_COLUMNS of them */
	const char *next, *end;                 /* what has not been read */
	int line;
	int place[PRICE_CSV_COLUMNS];           /* file's column → ours */
	char *values[PRICE_CSV_COLUMNS];        /* of the line, trimmed, never NULL; in the arena */
	struct arena *arena;
};

/* Reads the line of names. */
int price_csv_open(struct price_csv *c, const char *name, const char *const *columns, const char *text,
                   size_t len, struct arena *arena, struct error *err);
/* The next line: 1, 0 at the end, or an error code. */
int price_csv_next(struct price_csv *c, struct error *err);
/* The error of a field: "prices.csv: line 3, ec2_usd_h: "x" is not …". Gives ERR_INVALID. */
int price_csv_wrong(const struct price_csv *c, int column, struct error *err, const char *expected);
/* A number of at least 0, finite, in full. */
int price_csv_number(const struct price_csv *c, int column, const char *text, const char *expected,
                     double *out, struct error *err);
/* date and source: needed in every line. */
int price_csv_origin(const struct price_csv *c, int date, int source, struct error *err);

#endif
