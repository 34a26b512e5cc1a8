/* Which class a failure is. Tables, read in this order: data quality, what the driver said, the signal, the
 * exit status, known texts. What no table knows will fail the same way again. */
#include <ctype.h>
#include <signal.h>
#include <strings.h>

#include "core/model/retry.h"

static const char *const class_items[] = { "RETRYABLE", "NON_RETRYABLE", "DATA_QUALITY" };
const struct names failure_class_names = { class_items, FAILURE_CLASSES };

#define AGAIN FAILURE_RETRYABLE
#define NEVER FAILURE_NON_RETRYABLE

/* Error conditions up to their first dot, and the codes of errors that have none. */
static const struct { const char *reason; enum failure_class class; const char *why; } reasons[] = {
	{ "IO_TRANSIENT", AGAIN, "a transient error of a disk or a network" },
	{ "EXECUTOR_LOST", AGAIN, "an executor was lost too often" },
	{ "FETCH_FAILED", AGAIN, "shuffle data could not be fetched" },
	{ "COMMIT_DENIED", AGAIN, "another attempt held the right to commit" },
	{ "DISK_FULL", AGAIN, "a disk was full" },
	{ "KERNEL_UNAVAILABLE", AGAIN, "the kernel could not be started" },
	{ "CONCURRENT_QUERY", AGAIN, "another query was in the way" },
	{ "OUT_OF_MEMORY", NEVER, "the same memory would not suffice again" },
	{ "OOM", NEVER, "the same memory would not suffice again" },
	{ "CANCELLED", NEVER, "it was cancelled" },
	{ "KILLED", NEVER, "it was ended on purpose" },
	{ "unavailable", AGAIN, "the other side was not there" },
	{ "timeout", AGAIN, "something took too long" },
	{ "full", AGAIN, "a disk or a limit was full" },
	{ "io", AGAIN, "the operating system refused" },
};

static const struct { int status; enum failure_class class; const char *why; } statuses[] = {
	{ 64, NEVER, "exit status 64 (wrong usage)" },
	{ 66, NEVER, "exit status 66 (no input)" },
	{ 68, AGAIN, "exit status 68 (host unknown)" },
	{ 69, AGAIN, "exit status 69 (service unavailable)" },
	{ 74, AGAIN, "exit status 74 (input/output error)" },
	{ 75, AGAIN, "exit status 75 (temporary failure)" },
	{ 77, NEVER, "exit status 77 (permission denied)" },
	{ 78, NEVER, "exit status 78 (configuration error)" },
	{ 124, AGAIN, "exit status 124 (timed out)" },
	{ 126, NEVER, "exit status 126 (the command cannot be executed)" },
	{ 127, NEVER, "exit status 127 (the command was not found)" },
	{ 137, AGAIN, "exit status 137 (killed by signal 9)" },
	{ 143, AGAIN, "exit status 143 (ended by signal 15)" },
};

static const struct { int signal; enum failure_class class; const char *why; } signals[] = {
	{ SIGKILL, AGAIN, "it was killed from outside (often for want of memory)" },
	{ SIGTERM, AGAIN, "it was ended from outside" },
	{ SIGHUP, AGAIN, "its session ended" },
	{ SIGINT, AGAIN, "it was interrupted from outside" },
	{ SIGXCPU, NEVER, "it used up its processor time" },
};

/* What programs say last when the trouble is not theirs; compared without regard to case. */
static const struct { const char *text, *why; } texts[] = {
	{ "connection refused", "a connection was refused" },
	{ "connection reset", "a connection was reset" },
	{ "connection aborted", "a connection was aborted" },
	{ "connection closed", "a connection was closed" },
	{ "connection timed out", "a connection timed out" },
	{ "could not connect", "a connection failed" },
	{ "failed to connect", "a connection failed" },
	{ "broken pipe", "a connection broke" },
	{ "network is unreachable", "the network was unreachable" },
	{ "no route to host", "a host was unreachable" },
	{ "temporary failure in name resolution", "a name could not be resolved" },
	{ "could not resolve host", "a name could not be resolved" },
	{ "unknownhostexception", "a name could not be resolved" },
	{ "timed out", "something timed out" },
	{ "timeout", "something timed out" },
	{ "throttl", "a service throttled it" },
	{ "rate exceeded", "a service throttled it" },
	{ "rate limit", "a service throttled it" },
	{ "too many requests", "a service throttled it" },
	{ "requestlimitexceeded", "a service throttled it" },
	{ "slow down", "a service throttled it" },
	{ "slowdown", "a service throttled it" },
	{ "service unavailable", "a service was unavailable" },
	{ "serviceunavailable", "a service was unavailable" },
	{ "internal server error", "a service failed inside" },
	{ "bad gateway", "a gateway failed" },
	{ "temporarily unavailable", "something was unavailable for a while" },
	{ "no space left on device", "a disk was full" },
	{ "disk quota exceeded", "a disk quota was used up" },
	{ "too many open files", "too many files were open" },
	{ "cannot allocate memory", "the machine had no memory left" },
	{ "deadlock", "a database saw a deadlock" },
	{ "could not serialize access", "a database saw a conflict" },
	{ "database is locked", "a database was locked" },
	{ "try again", "it asks to be tried again" },
};

static bool contains(const char *text, const char *part)
{
	size_t n = strlen(part);

	for (; text && *text; text++)
		if (!strncasecmp(text, part, n))
			return true;
	return false;
}

/* "DATA_QUALITY…" at the start, or behind "[CONDITION] " and the name of an error class with a colon. */
static bool says_quality(const char *text)
{
	static const char mark[] = "DATA_QUALITY";

	if (!text)
		return false;
	if (*text == '[') {
		const char *end = strchr(text, ']');
		if (!strncmp(text + 1, mark, sizeof mark - 1))
			return true;
		text = end ? end + 1 : text;
	}
	text += strspn(text, " ");
	if (!strncmp(text, mark, sizeof mark - 1))
		return true;
	/* "ValueError: DATA_QUALITY: …": one word in front. */
	size_t word = 0;
	while (isalnum((unsigned char)text[word]) || text[word] == '.' || text[word] == '_')
		word++;
	return word && !strncmp(text + word, ": ", 2) && !strncmp(text + word + 2, mark, sizeof mark - 1);
}

static enum failure_class by_text(const char *text, const char **why)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (contains(text, texts[i].text)) {
			*why = texts[i].why;
			return AGAIN;
		}
	*why = "nothing says that another attempt would end otherwise";
	return NEVER;
}

/* Of what a driver said. Conditions of reading and writing files may hide a network: their texts are looked
 * at. */
static enum failure_class by_reason(const struct failure *f, const char **why)
{
	size_t n = strcspn(f->reason, ".");

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strlen(reasons[i].reason) == n && !strncmp(reasons[i].reason, f->reason, n)) {
			*why = reasons[i].why;
			return reasons[i].class;
		}
	if (!strncmp(f->reason, "FAILED_", 7) || !strncmp(f->reason, "TASK_WRITE_FAILED", 17) ||
	    !strcmp(f->reason, "INTERNAL"))
		return by_text(f->message, why);
	*why = "the error condition is one of the script or its input";
	return NEVER;
}

static enum failure_class by_end(const struct failure *f, const char **why)
{
	for (size_t i = 0; f->signal && i < sizeof signals / sizeof *signals; i++)
		if (signals[i].signal == f->signal) {
			*why = signals[i].why;
			return signals[i].class;
		}
	if (f->signal) {
		*why = "it crashed";
		return NEVER;
	}
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (statuses[i].status == f->status) {
			*why = statuses[i].why;
			return statuses[i].class;
		}
	return by_text(f->message, why);
}

#define EX_DATAERR 65

enum failure_class failure_classify(const struct failure *f, const char **why)
{
	const char *ignored;
	bool driver = f->reason && *f->reason;

	why = why ? why : &ignored;
	if (f->timed_out) {
		*why = "the attempt took longer than stoker.retry.timeoutSeconds";
		return AGAIN;
	}
	if (f->lost) {
		*why = "its node was lost";
		return AGAIN;
	}
	if (says_quality(f->reason) || says_quality(f->message) || (!driver && f->status == EX_DATAERR)) {
		*why = !driver && f->status == EX_DATAERR ? "exit status 65 (data error)" : "a quality check failed";
		return FAILURE_DATA_QUALITY;
	}
	return driver ? by_reason(f, why) : by_end(f, why);
}
