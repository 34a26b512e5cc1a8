/* Enumerations and their wire names. Every enum of the model has one table of names whose index is the
 * enum's value: decoding, encoding, validation messages and screens read the same table. */
#ifndef CORE_MODEL_NAMES_H
#define CORE_MODEL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

struct names {
	const char *const *items;
	int n;
};

const char *names_get(const struct names *t, int value);    /* "" when value is out of range; static */
int names_parse(const struct names *t, const char *name);   /* exact match; -1 when unknown or NULL */

/* Legal transitions: bit `to` of masks[from] is set. A state may always be "entered" again. */
struct transitions {
	const uint32_t *masks;
	int n;
};

bool transition_allowed(const struct transitions *t, int from, int to);

#endif
