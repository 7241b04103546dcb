/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Running the row table as real frames: what the files of this folder share. Rows and
 * environments come from tests/rows/; must not know bpf/ or user/.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "env.h"

/*
 * An echo request to the host follows each row; whatever has not arrived before its reply
 * counts as silence. An echo rather than a solicitation, because it is answered in every
 * environment, even a paused one, and moves none of ndpx's counters. Its stations do not
 * occur in the table's rules.
 */
#define SENTINEL_MAC  "02:00:00:00:5e:01"
#define SENTINEL      "2001:db8:5e::1"
#define SENTINEL_HOST "2001:db8:5e::fe" /* an address of the host */

#define LINK_FRAME_MAX 2048
#define LINK_HEARD_MAX 4 /* frames in one row's time; one is right */

struct link_frame {
	size_t len;
	__u8 b[LINK_FRAME_MAX];
};

struct link_heard {
	size_t n; /* may exceed what is kept */
	struct link_frame frame[LINK_HEARD_MAX];
};

enum link_end {
	LINK_REPLY,   /* at the router: the reply to the sentinel */
	LINK_REQUEST, /* after the hook: the sentinel itself */
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

/* A packet socket for all that arrives at `dev`, in the namespace at `netns` or here. */
int link_open(const char *dev, const char *netns);
void link_send(int fd, const __u8 *frame, size_t len);
void link_send_sentinel(int fd, __u16 seq);
/* Everything that arrives before sentinel `seq`; false: that one never came. */
bool link_hear(int fd, enum link_end end, __u16 seq, struct link_heard *ret);

/* The pinned map. Values are sums over the CPUs. */
int counters_open(const char *path);
void counters_read(int fd, __u64 ret[NDPX_COUNTERS]);

/* The ndpx.conf for an environment; comments for what it cannot express. */
void conf_print(const struct row_env *env, const char *mode, FILE *out);
/* The addresses that the host must have for it, one a line. */
void conf_print_own(const struct row_env *env, FILE *out);
/* The interfaces named in the file: where frames come in, and another one. */
#define CONF_IN	   "eth0"
#define CONF_OTHER "vif0"

#endif
