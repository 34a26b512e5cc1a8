/* The rule of a composite alarm: in which states of other alarms it is in ALARM.
 *
 *     ALARM("cpu") AND NOT (OK(disk) OR INSUFFICIENT_DATA('a b'))     TRUE     FALSE
 *     AT_LEAST(2, ALARM, (a, b, c))     AT_LEAST(50%, NOT OK, (a, b))
 *
 * NOT binds closest, then AND, then OR. An alarm is named by its name, in quotes when that holds more than letters,
 * digits and -_.:/, or by its ARN. No clock, no store: who asks brings the states. */
#ifndef CORE_MODEL_ALARM_RULE_H
#define CORE_MODEL_ALARM_RULE_H

#include "core/base/error.h"
#include "core/model/alarm.h"

#define ALARM_RULE_NAMES_MAX 100     /* different alarms in a rule */
#define ALARM_RULE_ELEMENTS_MAX 500  /* conditions and operators */

struct alarm_rule;

/* own: the beginning of the ARNs of alarms of this account and region; it is taken off, so that names() are plain, and
 * an ARN that begins otherwise is an error. ERR_INVALID says what is wrong at which place. */
int alarm_rule_parse(const char *text, const char *own, struct alarm_rule **out, struct error *err);
void alarm_rule_free(struct alarm_rule *r);                          /* NULL is allowed */
const struct str_list *alarm_rule_names(const struct alarm_rule *r); /* the alarms that it speaks of, each once */

/* The state of an alarm: an enum alarm_state, or -1 when there is none of that name (it is then in no state). */
typedef int (*alarm_rule_state)(void *ctx, const char *name);
bool alarm_rule_holds(const struct alarm_rule *r, alarm_rule_state state, void *ctx);

#endif
