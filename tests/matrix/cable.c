// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* cable TAP TAP: creates both and carries frames between them until killed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr)) {
		fprintf(stderr, "cable: %s: %s\n", name, strerror(errno));
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	struct pollfd end[2] = { { .events = POLLIN }, { .events = POLLIN } };
	static char frame[65536];
	int i;

	if (argc != 3) {
		fputs("usage: cable TAP TAP\n", stderr);
		return 2;
	}
	for (i = 0; i < 2; i++) {
		end[i].fd = open_tap(argv[1 + i]);
		if (end[i].fd < 0)
			return 1;
	}
	for (;;) {
		if (poll(end, 2, -1) < 0 && errno != EINTR)
			return 1;
		for (i = 0; i < 2; i++) {
			ssize_t n = read(end[i].fd, frame, sizeof(frame));

			/* A cable loses what its other end does not take. */
			if (n > 0 && write(end[!i].fd, frame, (size_t)n) < 0)
				continue;
			/* A device that is down or gone has nothing to say. */
			if (n < 0 && errno != EAGAIN && errno != EINTR)
				poll(NULL, 0, 10);
		}
	}
}
