/* The tables, for the files of this room. */
#ifndef CORE_API_CLOUDWATCH_SHAPES_H
#define CORE_API_CLOUDWATCH_SHAPES_H

#include "core/api/cloudwatch/cloudwatch.h"
#include "core/api/shape/shape.h"

struct cw_operation {
	const char *name;
	const struct shape *input;
	const struct shape *output;      /* NULL: the reply is empty */
};

#endif
