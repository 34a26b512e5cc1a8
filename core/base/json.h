/* Helpers over cJSON: typed reads with defaults, checked reads with an error that names the field, and
 * short builders. Numbers are doubles in cJSON: 64-bit ids beyond 2^53 travel as strings. */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* Parse exactly len bytes. Trailing garbage, NUL bytes, nesting over 100 levels and duplicate top-level
 * text are errors with the byte offset as line and column. Caller frees with cJSON_Delete. */
cJSON *json_parse(const char *text, size_t len, struct error *err);

/* Lenient reads: def when obj is NULL, the member is absent, null or of another type. */
const char *json_str(const cJSON *obj, const char *name, const char *def);
int64_t json_int(const cJSON *obj, const char *name, int64_t def);
int json_int32(const cJSON *obj, const char *name, int def);          /* the nearest that an int can hold */
double json_num(const cJSON *obj, const char *name, double def);
bool json_bool(const cJSON *obj, const char *name, bool def);
const cJSON *json_obj(const cJSON *obj, const char *name);   /* NULL unless an object */
const cJSON *json_arr(const cJSON *obj, const char *name);   /* NULL unless an array */

/* Builders; each gives obj so that calls can be chained. A NULL string adds nothing. */
cJSON *json_add_str(cJSON *obj, const char *name, const char *value);
cJSON *json_add_int(cJSON *obj, const char *name, int64_t value);
cJSON *json_add_num(cJSON *obj, const char *name, double value);
cJSON *json_add_bool(cJSON *obj, const char *name, bool value);
cJSON *json_add(cJSON *obj, const char *name, cJSON *value);  /* takes value; NULL adds nothing */
/* Epoch seconds with a millisecond fraction, the AWS JSON form; ms <= 0 adds nothing. */
cJSON *json_add_time(cJSON *obj, const char *name, int64_t ms);

/* Compact text; caller frees with free(). */
char *json_print(const cJSON *v);
void json_print_to(struct buf *out, const cJSON *v);
/* Append s as a quoted JSON string. */
void json_quote(struct buf *out, const char *s);

#endif
