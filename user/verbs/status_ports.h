/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The guest ports in `status`, `stats` and `metrics`. */
#ifndef NDPX_STATUS_PORTS_H
#define NDPX_STATUS_PORTS_H

#include "cli/command.h"

/* How the ports of an instance stand. */
struct ports_count {
	size_t ports;	 /* interfaces that are there */
	size_t detached; /* of them, those without our program */
	enum ndpx_mode mode;
	uint32_t prog_id;
};

/* `dp` is the guest ports' instance. */
int ports_count(const struct dataplane *dp, struct ports_count *ret, struct error *err);

/*
 * The object "ports" of `status`, nothing without an instance. *ret_there says
 * whether there is one, *ret_ok whether each of its ports is attached.
 */
int status_ports(const struct command *cmd, struct output *out, bool *ret_there, bool *ret_ok,
		 struct error *err);

#endif
