/* Spark's functions that the kernel has no words for, as C functions over whole vectors. */
#include "core/engine/kernel.h"

int kernel_register_functions(duckdb_connection con, struct error *err)
{
	(void)con;
	(void)err;
	return 0;
}
