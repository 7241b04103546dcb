/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Hearing of every solicitation that the programs of this namespace see, for `monitor`. */
#ifndef NDPX_DATAPLANE_LISTEN_H
#define NDPX_DATAPLANE_LISTEN_H

#include <stddef.h>

#include "ndpx_abi.h"
#include "util/error.h"

struct listener;
/* `frame`: the first `len` bytes of it as it came, which are gone after the call. */
typedef void listener_fn(void *arg, const struct ndpx_told *told, const unsigned char *frame,
			 size_t len);

/*
 * Registers with the programs of this namespace, at most NDPX_LISTENERS at a time: -EBUSY.
 * -ENOENT: nothing is attached, and *err is not touched. listener_close() after success; the
 * kernel does it for a process that dies.
 */
int listener_open(const char *bpffs, listener_fn *fn, void *arg, struct listener **ret,
		  struct error *err);
/* Waits up to `ms` and hands on what came. 0, -EINTR, -errno; to be called once a second at least. */
int listener_read(struct listener *listener, int ms);
/* How many solicitations it was not told of since the last call. */
unsigned long long listener_left_out(struct listener *listener);
void listener_close(struct listener *listener);

#endif
