/* EMR releases as data: labels and the applications that matter to Spark clusters (release.def). */
#ifndef CORE_MODEL_RELEASE_H
#define CORE_MODEL_RELEASE_H

#include <stdbool.h>
#include <stddef.h>

struct release {
	int major, minor, patch;
	const char *hadoop, *hive, *spark;   /* NULL: not known */
};

/* "emr-7.1.0" → its numbers. false unless the text has exactly this form; the release need not be in the table. */
bool release_parse(const char *label, struct release *out);
/* Is `label` a release at or above these? One line of releases each for 5 and 6: 6.0 is older than 5.30 was.
 * False for what is no label. Releases above 6 have what the last 6 has. */
bool release_has(const char *label, int minor_of_5, int minor_of_6);
const struct release *release_find(const char *label);   /* NULL when it is not in the table */
/* The version of an application (case does not matter) in a release; NULL when it is not known. */
const char *release_application(const char *label, const char *name);
const struct release *release_all(size_t *n);            /* newest first */

#endif
