/* A SQL session without a step: what `stoker sql` talks to.
 *
 * The shell makes a socketpair, starts
 *
 *     stokerd driver --session --fd N [--conf k=v]… [--hivevar k=v]… [--database db]
 *             [--no-server --vcpu N --mem-mb N]
 *
 * with one end as descriptor N (N may be 0), and speaks frames (core/net/frame.h, core/net/link.h) over
 * the other end. Frames may be sent at once, before `ready`: they wait for the session. The session ends
 * when the shell closes its end. With --no-server nothing is asked of a server: the grant is what the
 * arguments say and the catalogue lives and dies with the session.
 *
 * shell → session
 *
 *   run      req, sql, format (tsv, csv, json; default tsv), header (bool), file (name for error texts,
 *            optional), keep_going (bool: go on after a failed statement)
 *            sql is a script of one or more statements, the last one with or without its semicolon. They
 *            run in order. Several `run` may be sent ahead; they run one after the other.
 *   cancel   req
 *            stop the running statement of that run, and drop the statements after it. A run that has not
 *            begun, or has ended, is left alone (one that has not begun is dropped when its turn comes).
 *   split    req, sql
 *            cut the text into statements without running them: what an interactive shell asks after
 *            each line (the front end knows quotes and comments; the console links no SQL).
 *   words    req
 *            keywords, functions, and the tables known now: for completion.
 *   exit
 *
 * session → shell
 *
 *   ready      app_id, vcpu, mem_mb: granted; once
 *   fatal      class, message: the session cannot go on; it exits with status 1 after this
 *   rows       req, statement (1, 2, … within the run), count; raw bytes: rendered rows, each with its
 *              newline. With header the first batch begins with the header line (not counted).
 *   progress   req, statement, fraction (0–1), rows_in: at most 5 per second, only for statements that
 *              take longer than 300 ms
 *   result     req, statement, rows, ms, kind (query, rows, command), columns [{name, type}] (Spark types)
 *              the statement is done; a statement that shows nothing has kind command and rows 0
 *   error      req, statement, text (rendered, with caret, for stderr), class, sqlstate, message, line,
 *              column; class is CANCELLED after a cancel
 *   finished   req, statements, failed: every statement of the run has its result or error, or was
 *              dropped: the last frame of a run
 *   statements req, items [{begin, end, line}] (byte offsets), complete (the text ends outside a
 *              statement: nothing more is needed), rest (offset where an unfinished statement begins, or
 *              the length)
 *   words      req, words []
 *
 * Formats: tsv is what spark-sql prints; csv is RFC 4180 with NULL as an empty field and an empty string
 * as ""; json is one object per row and line. */
#ifndef CORE_ENGINE_SESSION_H
#define CORE_ENGINE_SESSION_H

#include <stdbool.h>

struct session_options {
	int fd;
	int argc;            /* what is left of the command line after the session's own options */
	char **argv;
	bool no_server;
	int vcpu, mem_mb;    /* asked for; 0: what the server or the machine likes to give */
};

/* Run a session over the connected stream socket fd until the shell goes. Exit status. */
int session_main(const struct session_options *o);

#endif
