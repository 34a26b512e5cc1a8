/* What signing and verifying share. */
#ifndef CORE_NET_SIGV4_INNER_H
#define CORE_NET_SIGV4_INNER_H

#include "core/net/sigv4.h"

#define SIGV4_ALGORITHM "AWS4-HMAC-SHA256"

/* The signature of r for date (YYYYMMDDThhmmssZ), in hex. keys may be NULL. */
void sigv4_signature(const struct sigv4_request *r, const struct sigv4_scope *s, struct sigv4_keys *keys,
                     const char *date, const char *signed_headers, char out[65]);

#endif
