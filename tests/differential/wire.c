// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Packet sockets; see wire.h.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "wire.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* kernel 4.20 */
#endif

int wire_open(const char *dev)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(dev),
	};
	int fd, on = 1, room = 8 << 20;

	if (!at.sll_ifindex)
		return -1;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -1;
	}
	return fd;
}

int wire_send(int fd, const void *frame, size_t len)
{
	return send(fd, frame, len, 0) == (ssize_t)len ? 0 : errno;
}

size_t wire_put_tag(__u8 *frame, size_t len, size_t size, __u16 type, __u16 tci)
{
	if (len < 12 || len + 4 > size)
		return len;
	memmove(frame + 16, frame + 12, len - 12);
	frame[12] = (__u8)(type >> 8);
	frame[13] = (__u8)type;
	frame[14] = (__u8)(tci >> 8);
	frame[15] = (__u8)tci;
	return len + 4;
}

size_t wire_receive(int fd, __u8 *buf, size_t size, int timeout_ms)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct tpacket_auxdata aux;
	struct cmsghdr *c;
	ssize_t len;

	len = recvmsg(fd, &msg, MSG_DONTWAIT);
	if (len < 0 && timeout_ms && poll(&p, 1, timeout_ms) == 1)
		len = recvmsg(fd, &msg, MSG_DONTWAIT);
	if (len <= 0)
		return 0;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			len = (ssize_t)wire_put_tag(buf, (size_t)len, size, aux.tp_vlan_tpid,
						    aux.tp_vlan_tci);
	}
	return (size_t)len;
}

void wire_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}
