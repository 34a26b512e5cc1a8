/* CBOR (RFC 8949) as Smithy's rpc-v2-cbor protocol uses it: what AWS's SDKs for Go, Rust and Kotlin speak to services
 * whose model offers it. A request becomes the JSON tree that every other protocol gives; a reply is written from
 * one. */
#ifndef CORE_API_SHAPE_CBOR_H
#define CORE_API_SHAPE_CBOR_H

#include "core/api/shape/shape.h"

/* Exactly one item of n bytes. Byte strings become text of base64, timestamps (tag 1) epoch seconds, undefined null;
 * other tags are ignored. Integers beyond 2^53 lose their last digits, as in JSON. ERR_INVALID with the offset for
 * what is cut, not well-formed, nested over 100 levels, or has a map key that is not text. Caller: cJSON_Delete. */
cJSON *cbor_read(const void *data, size_t n, struct error *err);

/* v by its shape, appended: times get tag 1, numbers of whole shapes become integers, members that the table lacks are
 * left out. s NULL: as the JSON says. */
void cbor_write(const struct shape *s, const cJSON *v, struct buf *out);

#endif
