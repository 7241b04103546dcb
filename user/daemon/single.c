// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The claim is an abstract Unix socket: its name belongs to the network namespace and is gone
 * with the process, however that ended. A bpffs can hold no file for it.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/single.h"

/* A path may be longer than a socket's name: FNV-1a, 64 bits. */
static socklen_t name_of(const char *bpffs, struct sockaddr_un *ret)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	int n;

	for (; *bpffs; bpffs++)
		hash = (hash ^ (uint8_t)*bpffs) * 0x100000001b3ull;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path + 1, sizeof(ret->sun_path) - 1, "ndpx/run/%016llx",
		     (unsigned long long)hash);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static int ask(const char *bpffs, struct ucred *ret)
{
	struct sockaddr_un name;
	socklen_t len = name_of(bpffs, &name), size = sizeof(*ret);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = -1;

	/* The listener's process; the kernel says so before it accepts. */
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&name, len))
		r = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &size);
	if (fd >= 0)
		close(fd);
	return r;
}

pid_t single_holder(const char *bpffs)
{
	struct ucred who;

	return ask(bpffs, &who) || who.uid ? 0 : who.pid;
}

void single_tell(const char *bpffs)
{
	(void)single_holder(bpffs);
}

static int taken(const char *bpffs, struct error *err)
{
	struct ucred who;

	if (ask(bpffs, &who))
		return error_set(err, EXIT_KERNEL, EBUSY,
				 "run: another process follows the kernel for %s already", bpffs);
	if (who.uid)
		return error_set(err, EXIT_KERNEL, EBUSY,
				 "run: process %d of user %u, which is not ndpx, holds its socket: "
				 "end that first",
				 who.pid, who.uid);
	return error_set(err, EXIT_KERNEL, EBUSY,
			 "run: already running as process %d, for %s in this network namespace: "
			 "'kill -HUP %d' makes it reload its file",
			 who.pid, bpffs, who.pid);
}

int single_claim(const char *bpffs, int *ret_fd, struct error *err)
{
	struct sockaddr_un name;
	socklen_t len = name_of(bpffs, &name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r = 0;

	if (fd < 0)
		return error_set(err, EXIT_KERNEL, errno, "run: socket: %s", strerror(errno));
	if (bind(fd, (struct sockaddr *)&name, len))
		r = errno == EADDRINUSE ? taken(bpffs, err)
					: error_set(err, EXIT_KERNEL, errno, "run: socket: %s",
						    strerror(errno));
	else if (listen(fd, 8))
		r = error_set(err, EXIT_KERNEL, errno, "run: socket: %s", strerror(errno));
	if (r)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

void single_answer(int fd)
{
	int asker = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (asker >= 0)
		close(asker);
}
