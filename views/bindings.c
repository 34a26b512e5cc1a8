#include "views/bindings.h"

#define HINT BIND_HINT
#define MENU (BIND_HINT | BIND_MENU)

static const struct binding console_items[] = {
	{ "create", "c", "create", "create a cluster", VA_CREATE, MENU | BIND_DANGEROUS },
	{ "add-step", "a", "add step", "add a step to this cluster's queue", VA_ADD_STEP,
	  MENU | BIND_DANGEROUS },
	{ "scale", "+ =", "scale", "change the number of nodes of a group", VA_SCALE,
	  MENU | BIND_DANGEROUS },
	{ "logs", "l", "logs", "log of the selected step", VA_LOGS, HINT },
	{ "graphs", "g f6", "graphs", "CPU, load, memory, network and disk of this cluster", VA_GRAPHS,
	  HINT },
	{ "cost", "$ f8", "cost", "what every cluster and group costs", VA_COST, HINT },
	{ "alarms", "! f7", "alarms", "what is wrong now, and what to do about it", VA_ALARMS, HINT },
	{ "home", "H f2", "home", "the home screen", VA_HOME, 0 },
	{ "cluster", "i f3", "cluster", "everything about this cluster; :cluster <name> goes to another one",
	  VA_CLUSTER, BIND_ARGS },
	{ "steps", "s f4", "steps", "the queue of this cluster", VA_STEPS, 0 },
	{ "nodes", "n f5", "nodes", "the nodes of this cluster", VA_NODES, 0 },
	{ "events", "e f10", "events", "what has happened", VA_EVENTS, 0 },
	{ "add-group", "", "add group", "add a group of task nodes to this cluster", VA_ADD_GROUP,
	  BIND_MENU | BIND_DANGEROUS },
	{ "terminate", "T", "terminate", "end this cluster; asks for its name", VA_TERMINATE,
	  BIND_MENU | BIND_DANGEROUS },
	{ "protect", "P", "protect", "termination protection of this cluster on or off", VA_PROTECT,
	  BIND_MENU | BIND_DANGEROUS },
	{ "keep-alive", "", "keep alive", "whether this cluster waits for steps, or ends after the last one",
	  VA_KEEP_ALIVE, BIND_MENU | BIND_DANGEROUS },
	{ "refresh", "r ctrl-r", "refresh", "ask for everything on screen now", VA_REFRESH, 0 },
	{ "copy", "y", "copy id", "copy the id of the selected row to the clipboard", VA_COPY, 0 },
	{ "ended", "E", "ended", "show or hide clusters that have ended", VA_ENDED, 0 },
	{ "lock", "", "lock", "read only from now on: no act is possible", VA_LOCK, 0 },
	{ "unlock", "", "unlock", "allow acts for ten minutes", VA_UNLOCK, 0 },
};

static const struct binding home_items[] = {
	{ "open", "enter", "open", "open what is selected", VA_OPEN, HINT },
	{ "cancel", "x", "cancel", "cancel the selected or marked steps", VA_CANCEL,
	  MENU | BIND_DANGEROUS },
	{ "next-pane", "tab", "next pane", "go to the next pane", VA_NEXT_PANE, 0 },
	{ "previous-pane", "shift-tab", "previous pane", "go to the pane before", VA_PREV_PANE,
	  BIND_HIDDEN },
};

static const struct binding cluster_items[] = {
	{ "open", "enter", "open", "open the selected group's nodes", VA_OPEN, BIND_HIDDEN },
	{ "next-pane", "tab", "next pane", "go to the next pane", VA_NEXT_PANE, 0 },
	{ "previous-pane", "shift-tab", "previous pane", "go to the pane before", VA_PREV_PANE,
	  BIND_HIDDEN },
};

static const struct binding steps_items[] = {
	{ "log", "enter", "log", "log of the selected step", VA_OPEN, HINT },
	{ "cancel", "x", "cancel", "cancel the selected or marked steps", VA_CANCEL,
	  MENU | BIND_DANGEROUS },
	{ "kill", "", "kill", "cancel without giving them time to clean up", VA_KILL,
	  BIND_MENU | BIND_DANGEROUS },
	{ "again", "A", "again", "add a copy of the selected step; its form opens filled in", VA_CLONE_STEP,
	  BIND_MENU | BIND_DANGEROUS },
	{ "more", "m", "older", "read older steps from the server", VA_MORE, 0 },
};

static const struct binding nodes_items[] = {
	{ "open", "enter", "graphs", "graphs of the selected node", VA_OPEN, HINT },
	{ "group", "G", "group", "only master, core or task nodes, or all", VA_GROUP_FILTER, HINT },
};

static const struct binding graphs_items[] = {
	{ "range", "] t", "range", "longer range: 1h 2h 4h day week; :range <name> chooses", VA_RANGE_NEXT,
	  HINT | BIND_ARGS },
	{ "shorter", "[", "shorter", "shorter range", VA_RANGE_PREV, 0 },
	{ "node", "tab", "node", "next node, or the whole cluster", VA_NODE_NEXT, HINT },
	{ "previous-node", "shift-tab", "node", "node before", VA_NODE_PREV, BIND_HIDDEN },
	{ "range-1h", "1", "1h", "the last hour", VA_RANGE_1H, BIND_HIDDEN },
	{ "range-2h", "2", "2h", "the last two hours", VA_RANGE_2H, BIND_HIDDEN },
	{ "range-4h", "3", "4h", "the last four hours", VA_RANGE_4H, BIND_HIDDEN },
	{ "range-day", "4", "day", "the last day", VA_RANGE_DAY, BIND_HIDDEN },
	{ "range-week", "5", "week", "the last week", VA_RANGE_WEEK, BIND_HIDDEN },
};

static const struct binding logs_items[] = {
	{ "next-tab", "tab", "next log", "next of controller, stdout, stderr, syslog", VA_LOG_NEXT_TAB, HINT },
	{ "previous-tab", "shift-tab", "previous log", "log before", VA_LOG_PREV_TAB, BIND_HIDDEN },
	{ "controller", "1", "controller", "what stoker did with the step", VA_LOG_CONTROLLER, BIND_HIDDEN },
	{ "stdout", "2", "stdout", "what the step printed", VA_LOG_STDOUT, BIND_HIDDEN },
	{ "stderr", "3", "stderr", "its messages and errors", VA_LOG_STDERR, BIND_HIDDEN },
	{ "syslog", "4", "syslog", "the driver's log", VA_LOG_SYSLOG, BIND_HIDDEN },
	{ "only", "&", "only", "show only lines that match", VA_LOG_ONLY, BIND_MENU },
	{ "cancel", "x", "cancel", "cancel this step", VA_CANCEL, BIND_MENU | BIND_DANGEROUS },
};

static const struct binding list_items[] = {
	{ "open", "enter", "open", "go to what this is about", VA_OPEN, HINT },
};

const struct bind_scope bind_console = BIND_SCOPE("console", "Everywhere", console_items);
const struct bind_scope bind_home = BIND_SCOPE("home", "Home", home_items);
const struct bind_scope bind_cluster = BIND_SCOPE("cluster", "Cluster", cluster_items);
const struct bind_scope bind_steps = BIND_SCOPE("steps", "Steps", steps_items);
const struct bind_scope bind_nodes = BIND_SCOPE("nodes", "Nodes", nodes_items);
const struct bind_scope bind_graphs = BIND_SCOPE("graphs", "Graphs", graphs_items);
const struct bind_scope bind_logs = BIND_SCOPE("log", "Log of a step", logs_items);
const struct bind_scope bind_lists = BIND_SCOPE("list", "List", list_items);
