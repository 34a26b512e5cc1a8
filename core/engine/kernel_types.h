/* The kernel's types in Spark's words: what DESCRIBE of a file becomes a table's schema from. */
#ifndef CORE_ENGINE_KERNEL_TYPES_H
#define CORE_ENGINE_KERNEL_TYPES_H

#include <duckdb.h>
#include <stdbool.h>

#include "core/base/buf.h"

/* Append Spark's type that reads values of t: "struct<a:int,b:array<string>>". Types that Spark lacks
 * become the nearest that holds every value: unsigned ones the next wider, TIME and UUID a string. */
void kernel_type_spark(struct buf *out, duckdb_logical_type t);
/* Whether the kernel stores values of that Spark type just so (top level only); else a cast is needed. */
bool kernel_type_exact(duckdb_logical_type t);

#endif
