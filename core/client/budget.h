/* Request budget: a token bucket per operation, so that a console never gets an account throttled. What
 * is on screen goes first: a hidden part may only use the upper half of a bucket. */
#ifndef CORE_CLIENT_BUDGET_H
#define CORE_CLIENT_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget;

/* burst tokens at most, `rate` new ones per second. */
struct budget *budget_new(double burst, double rate);
void budget_free(struct budget *b);
/* Take a token for an operation at now_ms; false when there is none to spare. */
bool budget_take(struct budget *b, const char *op, bool visible, int64_t now_ms);
/* Milliseconds until budget_take would say yes; 0 now. */
int64_t budget_wait(struct budget *b, const char *op, bool visible, int64_t now_ms);
/* The other side said ThrottlingException: empty the bucket and halve its rate for a minute. */
void budget_throttled(struct budget *b, const char *op, int64_t now_ms);
/* Share of the emptiest bucket that is left, 0–1; *op is its name (NULL when none was used). */
double budget_left(struct budget *b, int64_t now_ms, const char **op);

#endif
