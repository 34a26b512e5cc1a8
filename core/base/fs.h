/* Files and the folder that everything lies under. Functions give 0 or an error code; the error names
 * the path and carries the system's reason. */
#ifndef CORE_BASE_FS_H
#define CORE_BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* $STOKER_HOME, else $XDG_STATE_HOME/stoker, else $HOME/.local/state/stoker. Static storage, read once. */
const char *fs_home(void);
/* home + "/" + formatted rest; caller frees. */
char *fs_home_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

int fs_mkdirs(const char *path, mode_t mode, struct error *err);   /* as mkdir -p */
int fs_read(const char *path, size_t max, struct buf *out, struct error *err); /* ERR_FULL when larger */
/* Write to a temporary name in the same folder, fsync, rename, fsync the folder: all or nothing. */
int fs_write_atomic(const char *path, const void *data, size_t n, mode_t mode, struct error *err);
int fs_remove_tree(const char *path, struct error *err);           /* absent is success; never follows links */
bool fs_exists(const char *path);
/* Folder of the running program, without a slash at the end. Static storage. */
const char *fs_program_dir(void);
/* Set close-on-exec and non-blocking. */
void fs_set_flags(int fd);

#endif
