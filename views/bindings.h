/* Every key of the console: one table. A screen's active scopes are its own, then bind_table, bind_log or
 * bind_graph of the toolkit where it has such a widget, then bind_console. */
#ifndef VIEWS_BINDINGS_H
#define VIEWS_BINDINGS_H

#include "tui/bindings.h"

enum view_action {
	VA_OPEN = 1,
	VA_NEXT_PANE, VA_PREV_PANE,
	/* acts */
	VA_CREATE, VA_ADD_STEP, VA_SCALE, VA_ADD_GROUP, VA_TERMINATE, VA_CANCEL, VA_KILL, VA_PROTECT,
	VA_KEEP_ALIVE, VA_CLONE_STEP,
	/* screens */
	VA_HOME, VA_CLUSTER, VA_STEPS, VA_NODES, VA_GRAPHS, VA_LOGS, VA_ALARMS, VA_COST, VA_EVENTS,
	/* the rest */
	VA_REFRESH, VA_COPY, VA_LOCK, VA_UNLOCK, VA_ENDED, VA_MORE,
	VA_RANGE_NEXT, VA_RANGE_PREV, VA_NODE_NEXT, VA_NODE_PREV,
	VA_RANGE_1H, VA_RANGE_2H, VA_RANGE_4H, VA_RANGE_DAY, VA_RANGE_WEEK, /* in the order of enum range */
	VA_LOG_NEXT_TAB, VA_LOG_PREV_TAB,
	VA_LOG_CONTROLLER, VA_LOG_STDOUT, VA_LOG_STDERR, VA_LOG_SYSLOG,     /* in the order of the tabs */
	VA_LOG_ONLY, VA_GROUP_FILTER,
	/* screens of operations */
	VA_SCALING, VA_SPOT, VA_AUDIT, VA_LETTERS, VA_SCHEDULES, VA_TOPICS, VA_SCREENS, VA_CAUSE,
	/* boards */
	VA_PAGE_1, VA_PAGE_2, VA_PAGE_3, VA_DETAIL_UP, VA_DETAIL_DOWN, VA_SEARCH, VA_ALL, VA_ONE_CLUSTER,
	VA_NEW, VA_CHANGE, VA_DELETE, VA_SWITCH, VA_ACK, VA_BY, VA_WHAT_IF, VA_PRICE, VA_FEED, VA_FEED_CLEAR, VA_INTERRUPT,
	VA_REPLAY, VA_FIX, VA_RUN_NOW, VA_SEVERITY, VA_FAILURES
};

extern const struct bind_scope bind_console, bind_home, bind_cluster, bind_steps, bind_nodes, bind_graphs,
	bind_logs, bind_board, bind_alarms, bind_cost, bind_scaling, bind_spot, bind_events, bind_audit,
	bind_letters, bind_schedules, bind_topics;

#endif
