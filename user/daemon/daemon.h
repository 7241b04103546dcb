/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * `run`: applies the file, then keeps the data plane what the kernel's links, addresses and
 * routes call for, until a signal ends it. Prints nothing: the hooks do.
 */
#ifndef NDPX_DAEMON_H
#define NDPX_DAEMON_H

#include "apply/apply.h"
#include "apply/follow.h"
#include "config/model.h"

enum daemon_event {
	DAEMON_STARTED,	      /* the file has been applied, as far as it could be */
	DAEMON_RELOADED,      /* on SIGHUP; it will be applied */
	DAEMON_RELOAD_FAILED, /* the model before goes on; `load` has said why */
	DAEMON_LOST,	      /* the kernel had more to say than there was room for */
	DAEMON_ENDED,
};

struct daemon_hooks {
	void *arg;
	/* Reads the file, with the names as it has them, or says why not and returns nonzero. */
	int (*load)(void *arg, struct model *ret);
	/* After each apply, also one that changed nothing; for those that a lock kept, nothing. */
	void (*applied)(void *arg, const struct apply_report *report);
	/* After routes were followed, also where that changed nothing. */
	void (*followed)(void *arg, const struct follow_report *report);
	/* An apply failed as a whole, and will be tried again. */
	void (*failed)(void *arg, const struct error *err);
	void (*event)(void *arg, enum daemon_event event);
};

/* Returns 0 after SIGTERM or SIGINT; -errno with *err set where it could not begin or go on. */
int daemon_run(const char *bpffs, const struct daemon_hooks *hooks, struct model *model,
	       struct error *err);

#endif
