/* Errors: an int code for the program, sentences for the person.
 *
 * Functions that can fail return 0 or one of the negative codes below and, when the caller passed a
 * struct error, leave there what happened (message), why (detail) and what to do next (hint), in the
 * manner of PostgreSQL's message/detail/hint. A struct error is a plain value: no ownership, nothing to
 * free. Text longer than a field is cut at a UTF-8 boundary. */
#ifndef CORE_BASE_ERROR_H
#define CORE_BASE_ERROR_H

#include <stdarg.h>

enum error_code {
	ERR_OK = 0,
	ERR_NOMEM = -1,
	ERR_IO = -2,          /* the operating system refused; errno's text is in detail */
	ERR_INVALID = -3,     /* the input is wrong; names file, line, field and what was expected */
	ERR_NOTFOUND = -4,
	ERR_EXISTS = -5,
	ERR_STATE = -6,       /* right request, wrong moment */
	ERR_AUTH = -7,        /* not signed, badly signed, or not allowed */
	ERR_UNAVAILABLE = -8, /* the other side is not there or has gone */
	ERR_TIMEOUT = -9,
	ERR_UNSUPPORTED = -10,
	ERR_CANCELLED = -11,
	ERR_FULL = -12,       /* disk, budget or limit exhausted */
	ERR_CORRUPT = -13,    /* stored data cannot be trusted */
	ERR_INTERNAL = -14
};

struct error {
	int code;
	char class_[64];     /* wire or Spark error class: "ValidationException", "PARSE_SYNTAX_ERROR"; may be "" */
	char sqlstate[6];    /* five characters, or "" */
	int line, column;    /* 1-based position in the input, 0 when there is none */
	char message[1024];
	char detail[1024];
	char hint[512];
};

#define ERROR_INIT { 0 }

/* Fill err (which may be NULL) and return code, so that callers can `return error_set(...)`.
 * Clears class, position, detail and hint of an earlier use. */
int error_set(struct error *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int error_vset(struct error *err, int code, const char *fmt, va_list ap);

/* As error_set, with strerror(errnum) as the detail. code is ERR_FULL for ENOSPC/EDQUOT, else ERR_IO. */
int error_errno(struct error *err, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

void error_class(struct error *err, const char *class_name, const char *sqlstate);
void error_detail(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void error_hint(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void error_at(struct error *err, int line, int column);

/* Put "context: " in front of the message: used on the way up to name the file or field. */
void error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Short name of a code for logs: "invalid", "not-found". Static storage. */
const char *error_code_name(int code);

#endif
