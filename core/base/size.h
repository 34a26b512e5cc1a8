/* Sizes as Spark writes them: "512m", "4g", "1.5g", "2t"; a plain number is MiB. */
#ifndef CORE_BASE_SIZE_H
#define CORE_BASE_SIZE_H

/* In MiB, at least 1; -1 for what is no size or none above zero. */
int size_mb(const char *text);

#endif
