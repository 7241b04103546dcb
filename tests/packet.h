/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Receives whole frames from a packet socket, for ndtool and the runners: the kernel takes
 * the VLAN tag out of a frame and reports it separately; this puts it back.
 */
#ifndef TESTS_PACKET_H
#define TESTS_PACKET_H

#include <linux/if_packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#define PACKET_ROOM 4 /* bytes that a tag takes: a buffer has them beyond what is received */

/* Puts the tag reported in `msg` back into the frame of *len bytes in `buf`. */
static inline void packet_restore_tag(uint8_t *buf, size_t *len, struct msghdr *msg)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID) || *len < 12)
			continue;
		memmove(buf + 16, buf + 12, *len - 12);
		buf[12] = (uint8_t)(aux.tp_vlan_tpid >> 8);
		buf[13] = (uint8_t)aux.tp_vlan_tpid;
		buf[14] = (uint8_t)(aux.tp_vlan_tci >> 8);
		buf[15] = (uint8_t)aux.tp_vlan_tci;
		*len += PACKET_ROOM;
	}
}

/*
 * Reads a frame into `buf` of `size` bytes from a socket with PACKET_AUXDATA, without
 * blocking. Its length, or -1 with errno: EAGAIN if there is none.
 */
static inline ssize_t packet_receive(int fd, uint8_t *buf, size_t size)
{
	char control[256];
	struct iovec iov = { .iov_base = buf, .iov_len = size - PACKET_ROOM };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);
	size_t len = (size_t)n;

	if (n < 0)
		return -1;
	packet_restore_tag(buf, &len, &msg);
	return (ssize_t)len;
}

#endif
