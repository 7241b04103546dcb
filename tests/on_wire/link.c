// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The cable: sends and receives raw frames through packet sockets, with a sentinel to tell
 * that nothing more will come.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "build.h"
#include "wire.h"
#include "../packet.h"

#define PATIENCE_MS  3000 /* for the sentinel; it takes microseconds on a machine at rest */
#define SOCKET_BYTES (4 << 20)
#define ECHO_REQUEST 128
#define ECHO_REPLY   129
#define ECHO_ID	     0x6e64
#define ECHO_FRAME   62 /* Ethernet, IPv6, eight bytes of ICMPv6 */

static int open_here(const char *dev)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1, bytes = SOCKET_BYTES;

	sll.sll_ifindex = (int)if_nametoindex(dev);
	if (fd < 0 || !sll.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("%s: %s", dev, strerror(errno));
	return fd;
}

int link_open(const char *dev, const char *netns)
{
	int home, there, fd;

	if (!netns)
		return open_here(dev);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	there = open(netns, O_RDONLY | O_CLOEXEC);
	if (home < 0 || there < 0 || setns(there, CLONE_NEWNET))
		die("%s: %s", netns, strerror(errno));
	fd = open_here(dev);
	if (setns(home, CLONE_NEWNET))
		die("the namespace before: %s", strerror(errno));
	close(home);
	close(there);
	return fd;
}

void link_send(int fd, const __u8 *frame, size_t len)
{
	if (send(fd, frame, len, 0) != (ssize_t)len)
		die("send of %zu bytes: %s", len, strerror(errno));
}

/* The sentinel or its reply, up to the checksum: a veth does not corrupt. */
static void build_echo(enum link_end end, __u16 seq, __u8 ret[ECHO_FRAME])
{
	const struct mac h = mac_of(H_MAC), requester_mac = mac_of(SENTINEL_MAC);
	const struct addr host = addr_of(SENTINEL_HOST), requester = addr_of(SENTINEL);
	const bool reply = end == LINK_REPLY;
	const struct addr *s = reply ? &host : &requester, *d = reply ? &requester : &host;
	const __u8 fixed[8] = { 0x60, 0, 0, 0, 0, 8, NEXT_ICMPV6, 64 };
	__u8 *icmp = ret + 54;
	__u16 sum;

	memcpy(ret, reply ? &requester_mac : &h, 6);
	memcpy(ret + 6, reply ? &h : &requester_mac, 6);
	ret[12] = TYPE_IPV6 >> 8;
	ret[13] = TYPE_IPV6 & 0xff;
	memcpy(ret + 14, fixed, 8);
	memcpy(ret + 22, s, 16);
	memcpy(ret + 38, d, 16);
	icmp[0] = reply ? ECHO_REPLY : ECHO_REQUEST;
	icmp[1] = icmp[2] = icmp[3] = 0;
	icmp[4] = ECHO_ID >> 8;
	icmp[5] = ECHO_ID & 0xff;
	icmp[6] = (__u8)(seq >> 8);
	icmp[7] = (__u8)seq;
	sum = icmp_checksum(s, d, icmp, 8);
	icmp[2] = (__u8)(sum >> 8);
	icmp[3] = (__u8)sum;
}

void link_send_sentinel(int fd, __u16 seq)
{
	__u8 frame[ECHO_FRAME];

	build_echo(LINK_REQUEST, seq, frame);
	link_send(fd, frame, sizeof(frame));
}

/* Ignores what the kernel is free to choose: traffic class, flow label, hop limit. */
static bool is_sentinel(const struct link_frame *f, enum link_end end, __u16 seq)
{
	__u8 want[ECHO_FRAME];

	build_echo(end, seq, want);
	return f->len == ECHO_FRAME && !memcmp(f->b, want, 14) &&
	       !memcmp(f->b + 18, want + 18, 3) && !memcmp(f->b + 22, want + 22, ECHO_FRAME - 22);
}

static bool receive(int fd, struct link_frame *ret)
{
	ssize_t n = packet_receive(fd, ret->b, sizeof(ret->b));

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			die("receive: %s", strerror(errno));
		return false;
	}
	ret->len = (size_t)n;
	return true;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool link_hear(int fd, enum link_end end, __u16 seq, struct link_heard *ret)
{
	long until = now_ms() + PATIENCE_MS, left;
	struct link_frame f;

	ret->n = 0;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (receive(fd, &f)) {
			if (is_sentinel(&f, end, seq))
				return true;
			if (ret->n < LINK_HEARD_MAX)
				ret->frame[ret->n] = f;
			ret->n++;
			continue;
		}
		left = until - now_ms();
		if (left <= 0)
			return false;
		poll(&p, 1, (int)left);
	}
}
