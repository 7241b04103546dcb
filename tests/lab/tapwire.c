// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Does what a virtual machine monitor does for its guest's NIC: carries frames between a tap
 * here and a tap in the guest's namespace, until it is killed.
 * usage: tapwire TAP NETNS_FILE TAP
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FRAME_MAX 65536

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "tapwire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		die("/dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr))
		die(name);
	return fd;
}

/* Frames that cannot be written are lost, as on any wire. */
static void carry(int from, int to)
{
	static unsigned char frame[FRAME_MAX];
	ssize_t n;

	while ((n = read(from, frame, sizeof(frame))) > 0) {
		if (write(to, frame, (size_t)n) < 0 && errno == EBADFD)
			exit(0);
	}
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		exit(0); /* a tap is gone, and the wire with it */
}

int main(int argc, char **argv)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int there;

	if (argc != 4) {
		fprintf(stderr, "usage: tapwire TAP NETNS_FILE TAP\n");
		return 2;
	}
	p[0].fd = open_tap(argv[1]);
	there = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (there < 0 || setns(there, CLONE_NEWNET))
		die(argv[2]);
	p[1].fd = open_tap(argv[3]);
	puts("ready");
	fflush(stdout);
	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		carry(p[0].fd, p[1].fd);
		carry(p[1].fd, p[0].fd);
		if ((p[0].revents | p[1].revents) & (POLLERR | POLLNVAL))
			return 0;
	}
	return 1;
}
