/* What somebody may have meant: names by how far they are from a misspelt one. Case does not count. */
#ifndef CORE_BASE_NEAR_H
#define CORE_BASE_NEAR_H

#include <stddef.h>

/* Letters to change, insert or drop to make one of the other (Levenshtein); of a long y the first 126 bytes count. */
size_t near_distance(const char *x, const char *y);

/* The nearest of the names that were offered. Zero-initialised but for wanted; the strings are borrowed. */
struct near {
	const char *wanted;
	const char *best;        /* NULL: none was offered */
	size_t distance;
};
void near_offer(struct near *n, const char *name);
/* The best one, if it is near enough to be worth a question: a letter of three is wrong at most. Else NULL. */
const char *near_guess(const struct near *n);

#endif
