/* Random identifiers and tokens, from the kernel's random source. */
#ifndef CORE_BASE_ID_H
#define CORE_BASE_ID_H

#include <stddef.h>

/* prefix + n random characters of A–Z0–9, as EMR's: id_make(out, size, "j-", 13) → "j-2AXK7…".
 * Needs strlen(prefix) + n + 1 bytes; gives out. */
char *id_make(char *out, size_t size, const char *prefix, int n);
/* prefix + n random lower-case hex digits, as EC2's "i-0a1b…" (17); gives out. */
char *id_hex(char *out, size_t size, const char *prefix, int n);
/* RFC 4122 version 4; at least 37 bytes; gives out. */
char *id_uuid(char *out, size_t size);
/* n random characters of A–Za–z0–9 (secrets); gives out. */
char *id_secret(char *out, size_t size, int n);
/* The secret that a parent gave in this environment variable, taken out of the environment so that no child
 * inherits it; NULL when there is none. Secrets go this way because ps shows arguments to everybody and
 * an environment to its owner only. Static storage, for one secret per process. */
const char *id_take_secret(const char *variable);

#endif
