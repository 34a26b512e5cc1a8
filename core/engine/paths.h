/* Paths of users and what they are on this machine: s3:// is a folder of the lake, hdfs:// the cluster's own
 * storage, file:// and plain paths are local. Listing finds data files the way Spark does: names that begin
 * with '_' or '.' are not data, and folders named key=value carry partition columns. */
#ifndef CORE_ENGINE_PATHS_H
#define CORE_ENGINE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/mem.h"

struct path_roots {
	char *lake, *hdfs, *warehouse; /* folders; NULL: not there */
};

/* The absolute local path of what the user wrote; globs stay in it. `..` never leaves a bucket or the
 * storage. ERR_UNSUPPORTED for other schemes, ERR_INVALID for an empty bucket and the like. */
int paths_map(const struct path_roots *roots, const char *user, struct arena *a, const char **local,
             struct error *err);

struct path_key {
	const char *name;      /* as the folder has it, decoded */
	const char *type;      /* Spark's type that all values fit: int, bigint, double, date, timestamp, string */
};

struct path_list {
	const char **files;    /* absolute, sorted */
	size_t n_files;
	struct path_key *keys; /* partition columns in folder order */
	size_t n_keys;
	unsigned long long bytes;
};

struct path_options {
	bool recursive;        /* recursiveFileLookup: any depth, no partitions */
	bool all_strings;      /* partition types are not inferred */
	const char *glob_filter; /* pathGlobFilter: on file names; NULL: all */
};

/* Files of a mapped path: a file, a folder, or a glob (* ? [] {a,b}). Adds to *out; call once per path.
 * ERR_NOTFOUND of class PATH_NOT_FOUND names `user` when nothing is there. Folders whose partition columns
 * differ are ERR_INVALID (CONFLICTING_DIRECTORY_STRUCTURES). */
int paths_list(const char *user, const char *local, const struct path_options *o, struct arena *a,
              struct path_list *out, struct error *err);

/* %XX decoded. */
char *paths_decode(struct arena *a, const char *s, size_t n);

#endif
