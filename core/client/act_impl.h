/* How acts are made; for act*.c. */
#ifndef CORE_CLIENT_ACT_IMPL_H
#define CORE_CLIENT_ACT_IMPL_H

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/client/act.h"

#define EMR(op) "ElasticMapReduce." op
#define STOKER(op) "Stoker." op
#define CLOUDWATCH(op) "GraniteServiceVersion20100801." op

struct act *act_new(const char *target, const char *verb);
/* The same with its request (taken). */
struct act *act_with(const char *target, const char *verb, cJSON *in);
void act_line(struct act *a, const char *label, const char *before, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void act_cost_lines(struct act *a, double before, double change, bool unknown);
double act_price_now(const struct mcluster *mc, bool *unknown);
const char *act_name_of(const struct mcluster *mc);

/* One line per member of the request that differs from what was, or is new; members that stay as they were
 * are shown without a before. was may be NULL. */
struct act_member {
	const char *member, *label;
};
void act_diff(struct act *a, const cJSON *was, const struct act_member *members, size_t n);
/* `aws <words> --member value …` from the request's members, as the aws program names them. */
void act_aws_line(struct act *a, const char *words);
/* `stoker <word> …`: each word quoted where it must be; ends with NULL. Words may be added to it again. */
void act_stoker_words(struct act *a, ...) __attribute__((sentinel));
/* `stoker call <target> <request>`: for what aws has no words. */
void act_stoker_line(struct act *a);

#endif
