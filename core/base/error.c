#include "core/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf may cut inside a multi-byte sequence; a terminal must never see half of one. */
static void trim_utf8(char *s, size_t size, int wanted)
{
	if (wanted < 0 || (size_t)wanted < size)
		return;
	size_t n = size - 1;
	while (n > 0 && ((unsigned char)s[n - 1] & 0xC0) == 0x80)
		n--;
	if (n > 0 && ((unsigned char)s[n - 1] & 0xC0) == 0xC0)
		n--;
	else
		n = size - 1;
	s[n] = '\0';
}

static void put(char *field, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(field, size, fmt, ap);
	trim_utf8(field, size, n);
}

int error_vset(struct error *err, int code, const char *fmt, va_list ap)
{
	if (!err)
		return code;
	char text[sizeof err->message];
	put(text, sizeof text, fmt, ap); /* the arguments may point into err itself */
	memset(err, 0, sizeof *err);
	err->code = code;
	memcpy(err->message, text, sizeof text);
	return code;
}

int error_set(struct error *err, int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	error_vset(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int error_errno(struct error *err, int errnum, const char *fmt, ...)
{
	int code = errnum == ENOSPC || errnum == EDQUOT ? ERR_FULL : ERR_IO;
	va_list ap;
	va_start(ap, fmt);
	error_vset(err, code, fmt, ap);
	va_end(ap);
	error_detail(err, "%s", strerror(errnum));
	return code;
}

void error_class(struct error *err, const char *class_name, const char *sqlstate)
{
	if (!err)
		return;
	snprintf(err->class_, sizeof err->class_, "%s", class_name ? class_name : "");
	snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate ? sqlstate : "");
}

void error_detail(struct error *err, const char *fmt, ...)
{
	if (!err)
		return;
	va_list ap;
	va_start(ap, fmt);
	put(err->detail, sizeof err->detail, fmt, ap);
	va_end(ap);
}

void error_hint(struct error *err, const char *fmt, ...)
{
	if (!err)
		return;
	va_list ap;
	va_start(ap, fmt);
	put(err->hint, sizeof err->hint, fmt, ap);
	va_end(ap);
}

void error_at(struct error *err, int line, int column)
{
	if (!err)
		return;
	err->line = line;
	err->column = column;
}

void error_prefix(struct error *err, const char *fmt, ...)
{
	if (!err)
		return;
	char head[sizeof err->message], whole[sizeof err->message];
	va_list ap;
	va_start(ap, fmt);
	put(head, sizeof head, fmt, ap);
	va_end(ap);
	int n = snprintf(whole, sizeof whole, "%.500s: %.500s", head, err->message);
	trim_utf8(whole, sizeof whole, n);
	memcpy(err->message, whole, sizeof whole);
}

const char *error_code_name(int code)
{
	switch (code) {
	case ERR_OK: return "ok";
	case ERR_NOMEM: return "no-memory";
	case ERR_IO: return "io";
	case ERR_INVALID: return "invalid";
	case ERR_NOTFOUND: return "not-found";
	case ERR_EXISTS: return "exists";
	case ERR_STATE: return "state";
	case ERR_AUTH: return "auth";
	case ERR_UNAVAILABLE: return "unavailable";
	case ERR_TIMEOUT: return "timeout";
	case ERR_UNSUPPORTED: return "unsupported";
	case ERR_CANCELLED: return "cancelled";
	case ERR_FULL: return "full";
	case ERR_CORRUPT: return "corrupt";
	default: return "internal";
	}
}
