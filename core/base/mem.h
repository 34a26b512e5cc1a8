/* Memory: allocators that never return NULL, and an arena for things that die together.
 *
 * A request, a frame and a plan each own one arena; nothing inside is freed on its own. */
#ifndef CORE_BASE_MEM_H
#define CORE_BASE_MEM_H

#include <stddef.h>

/* As malloc & co., but print one line and abort() when memory is gone. The crash handler of the
 * console restores the terminal on SIGABRT. Free with free(). */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);              /* NULL gives NULL */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* _exit() of a process that must not run exit handlers. A sanitized build looks for leaks first, as exit() would. */
_Noreturn void mem_exit(int status);

struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);          /* NULL is allowed */
void arena_reset(struct arena *a);         /* empties, keeps the first block */
void *arena_alloc(struct arena *a, size_t n); /* zeroed, aligned for any type */
char *arena_strdup(struct arena *a, const char *s);   /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t arena_used(const struct arena *a);  /* bytes handed out */

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* Growable array of any element type, used as a plain struct:
 *     VEC(int) v = {0};  vec_push(&v, 3);  v.items[v.len - 1];  vec_free(&v);
 * Elements move when it grows: never keep a pointer into it across a push. */
#define VEC(type) struct { type *items; size_t len, cap; }
#define vec_reserve(v, n) \
	do { \
		if ((v)->cap < (size_t)(n)) { \
			size_t vec_c = (v)->cap ? (v)->cap * 2 : 8; \
			while (vec_c < (size_t)(n)) \
				vec_c *= 2; \
			(v)->items = xrealloc((v)->items, vec_c * sizeof *(v)->items); \
			(v)->cap = vec_c; \
		} \
	} while (0)
#define vec_push(v, x) \
	do { \
		vec_reserve((v), (v)->len + 1); \
		(v)->items[(v)->len++] = (x); \
	} while (0)
/* Remove element i, keeping the order of the rest. */
#define vec_remove(v, i) \
	do { \
		size_t vec_i = (i); \
		memmove((v)->items + vec_i, (v)->items + vec_i + 1, \
		        ((v)->len - vec_i - 1) * sizeof *(v)->items); \
		(v)->len--; \
	} while (0)
#define vec_free(v) (free((v)->items), (v)->items = NULL, (v)->len = (v)->cap = 0)

#endif
