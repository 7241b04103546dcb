/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One of the two hosts, seen from the cable: a frame goes in, the host's answer comes back.
 * Silence needs no timeout: each frame is followed by a sentinel, which is always answered.
 */
#ifndef SIDE_H
#define SIDE_H

#include <stddef.h>

#include "build.h"

#define SENTINEL	   "2001:db8:1::5e17" /* a guest that only the sentinel asks for */
#define SENTINEL_REQUESTER "fe80::5e"
#define SENTINEL_MAC	   "02:00:00:00:00:5e"
#define SIDE_FRAME_MAX	   2048

struct side {
	const char *name;
	int wire;
	int rtnl;      /* in the host's namespace */
	__u32 ifindex; /* of its eth0 */
	unsigned long long resolved;
};

/* What came back for a frame. */
struct heard {
	unsigned int answers;	 /* Neighbor Advertisements */
	__u8 na[SIDE_FRAME_MAX]; /* the first of them, whole */
	size_t len;
	unsigned int others; /* anything else but solicitations: ICMPv6 errors */
};

/* `space`: path of the host's namespace; `dev`: the cable's end here. NULL, or what failed. */
const char *side_open(struct side *side, const char *name, const char *space, const char *dev);

/*
 * 0, or -1 if the sentinel was not answered. The host forgets S afterwards, because whether
 * Linux answers may depend on whether it knows the requester (P52).
 */
int side_ask(struct side *side, const __u8 *frame, size_t len, struct heard *ret);

#endif
