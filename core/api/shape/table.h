/* The macros that tables of shapes are written with; for the .c files that hold such tables.
 *
 *     TEXT(name256, 1, 256);
 *     STRUCT(tag, R("Key", name256), M("Value", text));
 *     LIST(tags, tag, 0, 50);
 *
 * R required, M optional: both acted on. K kept and shown, RK required as well, I ignored, N not served. */
#ifndef CORE_API_SHAPE_TABLE_H
#define CORE_API_SHAPE_TABLE_H

#include "core/api/shape/shape.h"

#define NAMES(id, ...) \
	static const char *const id##_items[] = { __VA_ARGS__ }; \
	static const struct names id = { id##_items, sizeof id##_items / sizeof *id##_items }
#define TEXT(id, least, most) \
	static const struct shape id = { .kind = SHAPE_STRING, .min = (least), .max = (most) }
#define PATTERN(id, least, most, test, words) \
	static const struct shape id = { .kind = SHAPE_STRING, .min = (least), .max = (most), .fits = (test), \
	                                 .pattern = (words) }
#define XML(id, least, most) static const struct shape id = { .kind = SHAPE_XML, .min = (least), .max = (most) }
#define LEAF(id, what) static const struct shape id = { .kind = (what) }
#define RANGE(id, what, least, most) \
	static const struct shape id = { .kind = (what), .min = (least), .max = (most), .natural = (least) == 0 }
#define ENUM(id, table) static const struct shape id = { .kind = SHAPE_ENUM, .names = &(table) }
#define LIST(id, item, least, most) \
	static const struct shape id = { .kind = SHAPE_LIST, .of = &(item), .min = (least), .max = (most) }
#define MAP(id, value) static const struct shape id = { .kind = SHAPE_MAP, .of = &(value) }
#define STRUCT(id, ...) \
	static const struct shape_member id##_members[] = { __VA_ARGS__ }; \
	static const struct shape id = STRUCT_BODY(#id, id##_members)
/* One that other files see: id as the linker knows it, and the name that people read. */
#define GLOBAL_STRUCT_AS(id, title, ...) \
	static const struct shape_member id##_members[] = { __VA_ARGS__ }; \
	const struct shape id = STRUCT_BODY(title, id##_members)
#define STRUCT_BODY(title, list) \
	{ .name = (title), .kind = SHAPE_STRUCT, .members = (list), .n_members = sizeof (list) / sizeof *(list) }

#define R(name, shape) { name, &(shape), true, SHAPE_ACTED }
#define M(name, shape) { name, &(shape), false, SHAPE_ACTED }
#define K(name, shape) { name, &(shape), false, SHAPE_KEPT }
#define RK(name, shape) { name, &(shape), true, SHAPE_KEPT }
#define I(name, shape) { name, &(shape), false, SHAPE_IGNORED }
#define N(name, shape) { name, &(shape), false, SHAPE_UNSERVED }

#endif
