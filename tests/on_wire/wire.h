/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Running the row table as real frames: what the files of this folder need of each
 * other. Rows and environments are tests/rows/'s; nothing here knows bpf/ or user/.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "env.h"

/*
 * Behind each row comes an echo request to the host, and silence is what has not come
 * before its reply. An echo rather than a solicitation, for it is answered in every
 * environment, the paused one too, and no counter of ndpx moves for it. The stations
 * are apart from all rules of the table.
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
	LINK_REQUEST, /* behind the hook: the sentinel itself */
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

/* A packet socket for all that arrives at `dev`, in the namespace at `netns` or here. */
int link_open(const char *dev, const char *netns);
void link_send(int fd, const __u8 *frame, size_t len);
void link_send_sentinel(int fd, __u16 seq);
/* All that comes before the sentinel `seq` does; false: that one never came. */
bool link_hear(int fd, enum link_end end, __u16 seq, struct link_heard *ret);

/* The pinned map. Values are sums over the CPUs. */
int counters_open(const char *path);
void counters_read(int fd, __u64 ret[NDPX_COUNTERS]);

/* The ndpx.conf that makes an environment, and what it cannot say as comments. */
void conf_print(const struct row_env *env, const char *mode, FILE *out);
/* The addresses that the host must have for it, a line each. */
void conf_print_own(const struct row_env *env, FILE *out);
/* The interfaces that the file names: where frames come in, and another one. */
#define CONF_IN	   "eth0"
#define CONF_OTHER "vif0"

#endif
