/* Output commit: a destination folder changes from its old content to its new content in one step, or not
 * at all.
 *
 * A job writes into an attempt folder beside the destination, .<name>.stoker-<job>-<pid>. To commit, the
 * next content of the destination is completed there (files of the old content that stay are hard-linked
 * in), _SUCCESS is added, everything is flushed to disk, and then one renameat2(RENAME_EXCHANGE) swaps the
 * two folders; a plain rename when the destination did not exist. Whatever happens before that step leaves
 * the destination exactly as it was, whatever happens after it leaves it new. The old content then lies in
 * the attempt folder and is removed; when the process dies first, the next attempt on the same destination
 * removes it. A live attempt holds a lock on its folder, so that it is never taken for a leftover. */
#ifndef CORE_ENGINE_COMMIT_H
#define CORE_ENGINE_COMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

enum commit_mode {
	COMMIT_APPEND,       /* the old files stay */
	COMMIT_REPLACE,      /* nothing of the old content stays */
	COMMIT_REPLACE_SOME  /* the folders that the job wrote files into are replaced, others stay */
};

struct commit;

/* Where a kill may strike, for tests: called with the name of each step before it is taken; see
 * engine_commit_test.c. NULL: nothing. */
extern void (*commit_trace)(const char *step);

/* Begin an attempt: clears leftovers of dead attempts on this destination, makes the attempt folder. dest is
 * absolute; its missing parents are made (and removed again by an abort). */
int commit_begin(const char *dest, const char *job, struct commit **out, struct error *err);
/* The folder that tasks write below. */
const char *commit_folder(const struct commit *c);
/* Replace `folder` (below the destination, "p=1/q=2") even when nothing was written into it: INSERT
 * OVERWRITE … PARTITION. May be called several times. */
void commit_replace_folder(struct commit *c, const char *folder);
int commit_finish(struct commit *c, enum commit_mode mode, struct error *err);
/* Without a commit_finish that gave 0 this undoes everything. NULL is allowed. */
void commit_free(struct commit *c);

/* Remove the folder dest in one step (rename away, then remove). */
int commit_remove(const char *dest, struct error *err);

#endif
