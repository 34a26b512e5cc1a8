/* Dates and timestamps as Spark reads them from text: years of one to six digits with an optional sign,
 * missing parts, a tail after T or blank, zones. Shared with the executor's C functions. */
#ifndef CORE_SQL_DATETIME_H
#define CORE_SQL_DATETIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sql_datetime {
	int year, month, day;      /* of the proleptic Gregorian calendar */
	int hour, minute, second, micros;
	char zone[48];             /* "", "+05:30", "UTC", "America/New_York": as the kernel reads it */
	bool time_only;            /* no date was given: today */
};

/* Days since 1970-01-01 and back. */
int64_t sql_days_from_civil(int64_t year, int month, int day);
void sql_civil_from_days(int64_t days, int *year, int *month, int *day);
int sql_month_days(int year, int month);

/* "2024", "2024-2", "2024-02-09", "2024-02-09 anything". Blanks around are allowed. */
bool sql_parse_date(const char *s, size_t n, int32_t *days);
bool sql_parse_timestamp(const char *s, size_t n, struct sql_datetime *out);
/* "2024-02-29 10:11:12.000001+05:30" for the kernel; zone only with_zone. At least 96 bytes; gives out. */
char *sql_datetime_text(const struct sql_datetime *t, bool with_zone, char *out, size_t size);

#endif
