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
	{ "scaling", "S", "scaling", "policies, limits and decisions of this cluster", VA_SCALING, 0 },
	{ "spot", "M", "spot market", "spot prices, interruptions, and the nodes that live on them", VA_SPOT, 0 },
	{ "dead-letters", "D", "dead letters", "steps that failed for good: inspect, fix, replay, discard",
	  VA_LETTERS, 0 },
	{ "schedules", "C", "schedules", "what runs by the clock: next runs and last outcomes", VA_SCHEDULES, 0 },
	{ "audit", "U", "audit", "who did what, from where, and what came of it", VA_AUDIT, 0 },
	{ "topics", "B", "topics", "who is told of alarms, budgets and failures, and how", VA_TOPICS, 0 },
	{ "screens", "w", "screens", "all screens, to choose from", VA_SCREENS, BIND_HINT | BIND_MENU },
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
	{ "cause", "!", "cause", "go to the cause of the worst alarm: log, cluster, or the alarm itself",
	  VA_CAUSE, HINT },
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

/* ---- boards ---- */

static const struct binding board_items[] = {
	{ "next-page", "tab", "next page", "next list of this screen", VA_NEXT_PANE, 0 },
	{ "previous-page", "shift-tab", "previous page", "list before", VA_PREV_PANE, BIND_HIDDEN },
	{ "page-1", "1", "page 1", "first list", VA_PAGE_1, BIND_HIDDEN },
	{ "page-2", "2", "page 2", "second list", VA_PAGE_2, BIND_HIDDEN },
	{ "page-3", "3", "page 3", "third list", VA_PAGE_3, BIND_HIDDEN },
	{ "facts-down", "J", "facts", "scroll the facts of the selected row down", VA_DETAIL_DOWN, 0 },
	{ "facts-up", "K", "facts", "scroll the facts of the selected row up", VA_DETAIL_UP, 0 },
	{ "more", "m", "older", "read older rows from the server", VA_MORE, 0 },
};

static const struct binding alarms_items[] = {
	{ "cause", "enter", "cause", "go to what causes it: log, cluster, nodes or cost", VA_OPEN, HINT },
	{ "acknowledge", "A", "ack", "acknowledge with a note, or take the acknowledgement back", VA_ACK,
	  MENU | BIND_DANGEROUS },
	{ "all", "v", "all/wrong", "also CloudWatch alarms that are OK or lack data, or only what is wrong",
	  VA_ALL, HINT },
	{ "new", "N", "new", "a new CloudWatch alarm", VA_NEW, MENU | BIND_DANGEROUS },
	{ "change", "u", "change", "change the selected CloudWatch alarm", VA_CHANGE, MENU | BIND_DANGEROUS },
	{ "switch", "o", "on/off", "switch the actions of the selected CloudWatch alarm on or off", VA_SWITCH,
	  MENU | BIND_DANGEROUS },
	{ "delete", "X", "delete", "delete the selected CloudWatch alarm", VA_DELETE, MENU | BIND_DANGEROUS },
};

static const struct binding cost_items[] = {
	{ "open", "enter", "open", "the cluster; the plan of a recommendation; the form of a budget", VA_OPEN,
	  HINT },
	{ "by", "b", "by", "split by cluster, group, role, type, market, step, day; :by tag:KEY", VA_BY,
	  HINT | BIND_ARGS },
	{ "what-if", "I", "what if", "what another type, market or size of a group would cost", VA_WHAT_IF, MENU },
	{ "new-budget", "N", "new budget", "a budget with alarms at shares of it", VA_NEW,
	  MENU | BIND_DANGEROUS },
	{ "change-budget", "u", "change", "change the selected budget", VA_CHANGE, BIND_MENU | BIND_DANGEROUS },
	{ "delete-budget", "X", "delete", "delete the selected budget", VA_DELETE, BIND_MENU | BIND_DANGEROUS },
};

static const struct binding scaling_items[] = {
	{ "new", "N", "new policy", "managed, custom, by utilisation, or by the clock", VA_NEW,
	  MENU | BIND_DANGEROUS },
	{ "change", "enter u", "change", "change the selected policy", VA_CHANGE, MENU | BIND_DANGEROUS },
	{ "remove", "X", "remove", "remove the selected policy", VA_DELETE, MENU | BIND_DANGEROUS },
	{ "all", "v", "all/this", "decisions of all clusters, or of this one", VA_ONE_CLUSTER, HINT },
};

static const struct binding spot_items[] = {
	{ "open", "enter", "open", "graphs of the selected node", VA_OPEN, 0 },
	{ "price", "p", "set price", "price and capacity of a type in the embedded market", VA_PRICE,
	  MENU | BIND_DANGEROUS },
	{ "feed", "f", "feed", "load recorded prices that move the embedded market", VA_FEED, MENU | BIND_DANGEROUS },
	{ "clear-feed", "X", "clear feed", "stop the feed; prices stay as they are", VA_FEED_CLEAR,
	  BIND_MENU | BIND_DANGEROUS },
	{ "interrupt", "x", "interrupt", "interrupt the selected or marked spot nodes, with notice",
	  VA_INTERRUPT, MENU | BIND_DANGEROUS },
	{ "all", "v", "all/this", "interruptions of all clusters, or of this one", VA_ONE_CLUSTER, HINT },
};

static const struct binding events_items[] = {
	{ "open", "enter", "open", "go to what this is about", VA_OPEN, HINT },
	{ "all", "v", "all/this", "events of all clusters, or of this one", VA_ONE_CLUSTER, HINT },
	{ "severity", "t", "severity", "all, warnings and worse, or only errors", VA_SEVERITY, HINT },
	{ "search", "f", "search", "words that the server looks for, also in older events; :search <words>",
	  VA_SEARCH, MENU | BIND_ARGS },
};

static const struct binding audit_items[] = {
	{ "open", "enter", "open", "the cluster that it was about", VA_OPEN, 0 },
	{ "all", "v", "all/this", "calls about all clusters, or about this one", VA_ONE_CLUSTER, HINT },
	{ "failures", "t", "refused", "only calls that failed, or all", VA_FAILURES, HINT },
	{ "search", "f", "search", "words that the server looks for, also in older calls; :search <words>",
	  VA_SEARCH, MENU | BIND_ARGS },
};

static const struct binding letters_items[] = {
	{ "log", "enter", "log", "log of the failed step", VA_OPEN, HINT },
	{ "replay", "p", "replay", "run the step again as it was", VA_REPLAY, MENU | BIND_DANGEROUS },
	{ "fix", "u", "fix", "mend the step in its form, then run it again", VA_FIX, MENU | BIND_DANGEROUS },
	{ "discard", "X", "discard", "close it with a note", VA_DELETE, MENU | BIND_DANGEROUS },
	{ "all", "v", "all/open", "also those that are dealt with, or only open ones", VA_ALL, HINT },
};

static const struct binding schedules_items[] = {
	{ "open", "enter", "open", "runs of the selected schedule; of a run its log or cluster", VA_OPEN, HINT },
	{ "change", "u", "change", "change the selected schedule", VA_CHANGE, MENU | BIND_DANGEROUS },
	{ "new", "N", "new", "a new schedule: a copy of this cluster, or one of its steps", VA_NEW,
	  MENU | BIND_DANGEROUS },
	{ "run", "p", "run now", "run the selected schedule now", VA_RUN_NOW, MENU | BIND_DANGEROUS },
	{ "switch", "o", "on/off", "enable or disable the selected schedule", VA_SWITCH, MENU | BIND_DANGEROUS },
	{ "delete", "X", "delete", "delete the selected schedule", VA_DELETE, MENU | BIND_DANGEROUS },
};

const struct bind_scope bind_console = BIND_SCOPE("console", "Everywhere", console_items);
const struct bind_scope bind_home = BIND_SCOPE("home", "Home", home_items);
const struct bind_scope bind_cluster = BIND_SCOPE("cluster", "Cluster", cluster_items);
const struct bind_scope bind_steps = BIND_SCOPE("steps", "Steps", steps_items);
const struct bind_scope bind_nodes = BIND_SCOPE("nodes", "Nodes", nodes_items);
const struct bind_scope bind_graphs = BIND_SCOPE("graphs", "Graphs", graphs_items);
const struct bind_scope bind_logs = BIND_SCOPE("log", "Log of a step", logs_items);
static const struct binding topics_items[] = {
	{ "new", "N", "new", "a new topic: a web hook, a command or an e-mail address", VA_NEW,
	  MENU | BIND_DANGEROUS },
	{ "change", "u", "change", "change where the selected topic leads", VA_CHANGE, MENU | BIND_DANGEROUS },
	{ "test", "p", "test", "send a test message", VA_RUN_NOW, MENU | BIND_DANGEROUS },
	{ "delete", "X", "delete", "delete the selected topic", VA_DELETE, MENU | BIND_DANGEROUS },
};

const struct bind_scope bind_board = BIND_SCOPE("board", "Lists and facts", board_items);
const struct bind_scope bind_alarms = BIND_SCOPE("alarms", "Alarms", alarms_items);
const struct bind_scope bind_cost = BIND_SCOPE("cost", "Cost", cost_items);
const struct bind_scope bind_scaling = BIND_SCOPE("scaling", "Scaling", scaling_items);
const struct bind_scope bind_spot = BIND_SCOPE("spot", "Spot market", spot_items);
const struct bind_scope bind_events = BIND_SCOPE("events", "Events", events_items);
const struct bind_scope bind_audit = BIND_SCOPE("audit", "Audit", audit_items);
const struct bind_scope bind_letters = BIND_SCOPE("dead-letters", "Dead letters", letters_items);
const struct bind_scope bind_topics = BIND_SCOPE("topics", "Topics", topics_items);
const struct bind_scope bind_schedules = BIND_SCOPE("schedules", "Schedules", schedules_items);
