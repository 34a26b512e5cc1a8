/* Folders that are no longer wanted: moved aside at once, removed by a thread, because removing a large
 * folder takes longer than the loop may stand still. What is left at the end is removed by the next start. */
#ifndef CORE_CONTROL_TRASH_H
#define CORE_CONTROL_TRASH_H

struct trash;

/* Everything is collected below `folder`, on the same file system as what is thrown away. */
struct trash *trash_new(const char *folder);
void trash_free(struct trash *t);                      /* does not wait; NULL is allowed */
void trash_throw(struct trash *t, const char *path);   /* absent is fine */

#endif
