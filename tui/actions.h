/* The toolkit's own actions: numbers below zero, so that a program's actions start at 1. Each list yields
 * enum, command name, default keys, short hint, sentence of help and flags from one place. */
#ifndef TUI_ACTIONS_H
#define TUI_ACTIONS_H

/* X(enum, name, keys, hint, help, flags) */
#define ACTIONS_GLOBAL(X) \
	X(ACT_HELP, "help", "? f1", "help", "all keys of this screen; type to search, Enter runs one", \
	  BIND_HINT | BIND_LAST) \
	X(ACT_COMMAND, "command", ":", "command", "run any action by its name", BIND_HINT | BIND_LAST) \
	X(ACT_FILTER, "filter", "/", "filter", \
	  "show only matching rows: text !text /regex/ ~fuzzy col:text col>n", BIND_HINT | BIND_LAST) \
	X(ACT_BACK, "back", "esc", "back", "close what is open, else one screen back", 0) \
	X(ACT_CLOSE, "close", "q", "close", "close this screen; on the first one leave", 0) \
	X(ACT_QUIT, "quit", "Q ctrl-c", "quit", "leave; clusters and jobs keep running", 0) \
	X(ACT_REDRAW, "redraw", "ctrl-l", "redraw", "paint the whole screen again", 0) \
	X(ACT_SUSPEND, "suspend", "ctrl-z", "suspend", "back to the shell; `fg` returns", 0) \
	X(ACT_MOUSE, "mouse", "f9", "mouse", "mouse on or off (off: the terminal's own selection works)", 0) \
	X(ACT_MESSAGES, "messages", "ctrl-e", "messages", "the last messages with their times", 0) \
	X(ACT_THEME, "theme", "", "theme", "change colours: theme <name>", BIND_ARGS) \
	X(ACT_LEAN, "lean", "", "lean", "slow-link drawing: lean on, off or auto", BIND_ARGS) \
	X(ACT_DUMP, "dump", "", "dump", "write the screen as text: dump <file>", BIND_ARGS)

#define ACTIONS_TABLE(X) \
	X(ACT_UP, "up", "up k", "up", "one row up", BIND_HIDDEN) \
	X(ACT_DOWN, "down", "down j", "down", "one row down", BIND_HIDDEN) \
	X(ACT_PAGE_UP, "page-up", "pgup ctrl-b", "page up", "one page up", BIND_HIDDEN) \
	X(ACT_PAGE_DOWN, "page-down", "pgdn ctrl-f", "page down", "one page down", BIND_HIDDEN) \
	X(ACT_HOME, "first", "home g", "first", "first row", BIND_HIDDEN) \
	X(ACT_END, "last", "end G", "last", "last row", BIND_HIDDEN) \
	X(ACT_MARK, "mark", "space", "mark", "mark or unmark this row, for actions on many", 0) \
	X(ACT_MARK_ALL, "mark-all", "ctrl-a", "mark all", "mark all visible rows, or none", 0) \
	X(ACT_SORT_NEXT, "sort-next", ">", "sort", "sort by the next column", 0) \
	X(ACT_SORT_PREV, "sort-prev", "<", "sort", "sort by the column before", 0) \
	X(ACT_SORT_REVERSE, "sort-reverse", "R", "reverse", "reverse the order", 0) \
	X(ACT_SORT, "sort", "", "sort", "sort by a column: sort <column>", BIND_ARGS)

#define ACTIONS_LOG(X) \
	X(ACT_LOG_FOLLOW, "follow", "F", "follow", "follow the end of the log, or stop", BIND_HINT) \
	X(ACT_LOG_WRAP, "wrap", "w", "wrap", "break long lines, or not", BIND_HINT) \
	X(ACT_LOG_NEXT, "next-match", "n", "next", "next match of the search", BIND_HINT) \
	X(ACT_LOG_PREV, "previous-match", "N", "previous", "match before", 0) \
	X(ACT_LOG_LEFT, "scroll-left", "left h", "left", "scroll to the left", BIND_HIDDEN) \
	X(ACT_LOG_RIGHT, "scroll-right", "right l", "right", "scroll to the right", BIND_HIDDEN) \
	X(ACT_LOG_MARK, "log-mark", "m", "mark", "put a mark line after what is there now", 0)

#define ACTIONS_GRAPH(X) \
	X(ACT_GRAPH_LEFT, "cursor-left", "left h", "cursor", "move the graph cursor back in time", BIND_HIDDEN) \
	X(ACT_GRAPH_RIGHT, "cursor-right", "right l", "cursor", "move the graph cursor towards now", BIND_HIDDEN)

enum tui_action {
	ACT_FIRST = -1000,
#define X(id, ...) id,
	ACTIONS_GLOBAL(X) ACTIONS_TABLE(X) ACTIONS_LOG(X) ACTIONS_GRAPH(X)
#undef X
	ACT_LAST
};

#endif
