/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole frames through packet sockets: a tag that the kernel takes out on reception is put
 * back. A wire belongs to one device in one namespace and does not hear its own frames.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <linux/types.h>

/* In the namespace the caller is in. -1: errno says why. */
int wire_open(const char *dev);

/* 0, or the errno. */
int wire_send(int fd, const void *frame, size_t len);

/* The length of the next frame within that time, 0: none came. */
size_t wire_receive(int fd, __u8 *buf, size_t size, int timeout_ms);

/* The tag goes in front of the ethertype. */
size_t wire_put_tag(__u8 *frame, size_t len, size_t size, __u16 type, __u16 tci);

/*
 * Pins this process and its children to one CPU, so that veth delivers frames in the order
 * they were sent.
 */
void wire_one_cpu(void);

#endif
