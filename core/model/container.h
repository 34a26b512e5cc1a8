/* A container: one process group that a worker runs for somebody, and the memory and cores granted to it.
 * Known by the server before the worker hears of it, so that a restarted server can adopt what still runs. */
#ifndef CORE_MODEL_CONTAINER_H
#define CORE_MODEL_CONTAINER_H

#include "core/model/common.h"

enum container_kind {
	CONTAINER_BOOTSTRAP,  /* a bootstrap action */
	CONTAINER_PROCESS,    /* a step that is a plain process */
	CONTAINER_DRIVER,     /* a step of the embedded engine */
	CONTAINER_EXECUTOR,
	CONTAINER_HEALTH      /* a health script */
};
extern const struct names container_kind_names;

struct container {
	char id[MODEL_ID_SIZE];
	enum container_kind kind;
	char cluster_id[MODEL_ID_SIZE];
	char instance_id[MODEL_ID_SIZE];
	char step_id[MODEL_ID_SIZE];   /* "" for a bootstrap action */
	char parent[MODEL_ID_SIZE];    /* an executor's driver container */
	char app_id[MODEL_ID_SIZE];    /* a driver's application */
	int number;                    /* an executor's number, a bootstrap action's index, a step's attempt */
	int mem_mb, vcpu;              /* granted; 0 for processes that need no grant */
	int pid;                       /* 0 until launched */
	char token[40];                /* the process proves itself with it; never on the public wire */
	int64_t created;
	void *runtime;                 /* the control plane's; never owned by the model */
	bool unsaved;                  /* the control plane's: changed since the journal was written */
};

struct container *container_new(void);
void container_free(struct container *c);  /* and the struct itself; NULL is allowed */

#endif
