/* The shell's end of a SQL session (the protocol is in core/engine/session.h): starts the session's process
 * and exchanges frames with it. Plain poll(2), no event loop: `stoker sql -e` must start at once.
 *
 * While a session is open SIGINT, SIGTERM, SIGHUP, SIGCONT and SIGWINCH are blocked except inside
 * sql_session_wait; what came is then told by the result. */
#ifndef VIEWS_CLI_SQL_SESSION_H
#define VIEWS_CLI_SQL_SESSION_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct sql_session_proc;

/* argv: words for `stokerd driver --session --fd N …`, ended by NULL. The program is looked for beside this
 * one, then on PATH. */
int sql_session_start(const char *const *argv, struct sql_session_proc **out, struct error *err);
/* Closes the connection, at which the session's process ends by itself; a shell that has its answer does not
 * wait for that. NULL is allowed. */
void sql_session_stop(struct sql_session_proc *s);

/* Takes msg. */
int sql_session_send(struct sql_session_proc *s, cJSON *msg, struct error *err);

struct sql_frame {
	const char *type;
	const cJSON *json;
	const char *data;      /* raw bytes */
	size_t len;
};

enum sql_event {
	SQL_EVENT_FRAME,       /* *frame is filled; valid until the next call */
	SQL_EVENT_TIME,        /* nothing within timeout_ms */
	SQL_EVENT_INPUT,       /* input_fd is readable */
	SQL_EVENT_INT,         /* SIGINT */
	SQL_EVENT_CONT,        /* SIGCONT or SIGWINCH: draw again */
	SQL_EVENT_END          /* the session has gone, or SIGTERM or SIGHUP: err says which */
};

/* Wait for the next event. input_fd -1: none; timeout_ms -1: for ever. */
enum sql_event sql_session_wait(struct sql_session_proc *s, int input_fd, int timeout_ms,
                                struct sql_frame *frame, struct error *err);

#endif
