/* Failures and what is done about them: which class a failure is, whether and when it is tried again.
 *
 * RETRYABLE: the same step may well succeed a little later (a network, a node, a throttled service, a full
 * disk). NON_RETRYABLE: it will fail the same way again. DATA_QUALITY: the step did its work and found that
 * the data is not fit: a person has to look; a step says so by an error condition or a message that begins
 * with DATA_QUALITY (`raise_error('DATA_QUALITY: …')`, the last line on stderr), or by exit status 65.
 *
 * A policy comes from a step's Properties and, for what those leave open, from the properties of the
 * cluster's classification `stoker-retry`:
 *
 *     stoker.retry.maxAttempts        1…100     attempts in all; 1, the default, is EMR's behaviour: none
 * again
 *     stoker.retry.backoffSeconds     0…86400   wait after the first failure (10)
 *     stoker.retry.backoffMultiplier  1…100     each further wait is so many times longer (2)
 *     stoker.retry.maxBackoffSeconds  0…86400   but never longer than this (600)
 *     stoker.retry.jitter             none, full (0 … wait), equal (wait/2 … wait; the default)
 *     stoker.retry.on                 classes that are tried again, with commas; ALL; RETRYABLE
 *     stoker.retry.timeoutSeconds     1…604800  an attempt that runs longer is ended, and counts as RETRYABLE
 *     stoker.deadLetter               true (default), false: whether a failed step leaves a dead letter
 *     stoker.notify                   ARN or name of the topic that is told about a dead letter
 *
 * In the classification the prefix "stoker." or "stoker.retry." may be left out. No I/O, no state. */
#ifndef CORE_MODEL_RETRY_H
#define CORE_MODEL_RETRY_H

#include "core/base/error.h"
#include "core/model/cluster.h"

enum failure_class { FAILURE_RETRYABLE, FAILURE_NON_RETRYABLE, FAILURE_DATA_QUALITY, FAILURE_CLASSES };
extern const struct names failure_class_names;

/* What is known of a failed attempt; texts may be NULL. */
struct failure {
	/* what the driver said: an error condition of Spark's, IO_TRANSIENT, EXECUTOR_LOST … */
	const char *reason;
	const char *message;       /* for a person; of a plain process: its last line on stderr */
	int status;                /* exit status of a plain process, 0 when it did not exit */
	int signal;                /* that ended it, or 0 */
	bool timed_out;            /* ended by us, for timeoutSeconds */
	bool lost;                 /* it ended with its node, not by itself */
};

/* The class; *why (may be NULL) becomes what decided it: "exit status 75 (temporary failure)". Static text.
 * */
enum failure_class failure_classify(const struct failure *f, const char **why);

enum retry_jitter { JITTER_NONE, JITTER_FULL, JITTER_EQUAL };
extern const struct names retry_jitter_names;

#define RETRY_CLASSIFICATION "stoker-retry"
#define RETRY_ATTEMPTS_LIMIT 100

struct retry_policy {
	int max_attempts;          /* 1: none again */
	int64_t backoff_ms, max_backoff_ms;
	double multiplier;
	enum retry_jitter jitter;
	uint32_t on;               /* bit 1 << class */
	int64_t timeout_ms;        /* of one attempt; 0 = none */
	bool dead_letter;
	const char *topic;         /* borrowed from the step or the cluster; NULL = nobody is told */
};

/* The policy of a step in a cluster; s may be NULL: the cluster's defaults. ERR_INVALID names the property,
 * its value and what was expected. */
int retry_policy_of(const struct cluster *c, const struct step *s, struct retry_policy *out,
                    struct error *err);

/* Whether a failure of this class is tried again after so many failed attempts. */
bool retry_wanted(const struct retry_policy *p, enum failure_class class, int failed);

/* How long to wait after the n-th failed attempt (1…), in ms. seed moves on: the same seed gives the same
 * waits. */
int64_t retry_delay(const struct retry_policy *p, int failed, uint64_t *seed);

#endif
