// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `bench hold`: attaches one of the programs of bounce.bpf.c to an interface, until that goes
 * away. `bench list`: prints rules by the million. `bench time`: times a command.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "bench.h"
#include "bench_user.h"
#include "bounce.skel.h"

#define CHUNK 4096

/* 2001:db8:1:: and the last word. */
static void fill(int map, __u32 first, __u32 count)
{
	static struct bench_key keys[CHUNK];
	static struct bench_value values[CHUNK];
	__u32 done = 0, n, i, word;

	for (; done < count; done += n) {
		n = count - done < CHUNK ? count - done : CHUNK;
		for (i = 0; i < n; i++) {
			word = htonl(first + done + i);
			inet_pton(AF_INET6, "2001:db8:1::", keys[i].addr);
			memcpy(keys[i].addr + 12, &word, 4);
		}
		if (bpf_map_update_batch(map, keys, values, &n, NULL))
			die("filling the map: %s", strerror(errno));
	}
}

int verb_hold(const char *netns, const char *dev, const char *what, __u32 first, __u32 count)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	struct bpf_program *prog;
	struct bounce *skel;
	char name[32];
	int fd;

	enter_netns(netns);
	skel = bounce__open_and_load();
	if (!skel)
		die("the programs do not load: %s", strerror(errno));
	snprintf(name, sizeof(name), "bench_%s", what);
	prog = bpf_object__find_program_by_name(skel->obj, name);
	if (!prog)
		die("%s: no such program", what);
	fill(bpf_map__fd(skel->maps.targets), first, count);
	fd = bpf_program__fd(prog);
	if (bpf_xdp_attach((int)if_nametoindex(dev), fd, XDP_FLAGS_DRV_MODE, NULL) ||
	    bpf_obj_get_info_by_fd(fd, &info, &len))
		die("%s on %s: %s", what, dev, strerror(errno));
	printf("id %u\n", info.id);
	bounce__destroy(skel);
	return 0;
}

/* list conf|import FIRST COUNT DEV EVERY: every so-manieth rule differs; 0: none does. */
static void list_guests(int conf, __u32 first, __u32 count, const char *dev, __u32 every)
{
	__u32 i, word;

	if (conf)
		printf("uplink %s {\n\tmode = native\n", dev);
	for (i = 0; i < count; i++) {
		int other = every && i % every == 0;

		word = first + i;
		if (conf)
			printf("\tguest 2001:db8:1::%x:%x { %s}\n", word >> 16, word & 0xffff,
			       other ? "override = on " : "");
		else
			printf("2001:db8:1::%x:%x dev %s%s\n", word >> 16, word & 0xffff, dev,
			       other ? " override on" : "");
	}
	if (conf)
		puts("}");
}

/* list soak FIRST COUNT DEV 0: each with a MAC of its own, see bench.h. */
static void list_soak(__u32 first, __u32 count, const char *dev)
{
	__u32 i, word, mac;

	for (i = 0; i < count; i++) {
		word = first + i;
		mac = BENCH_LLADDR(word);
		printf("2001:db8:1::%x:%x dev %s lladdr 02:00:%02x:%02x:%02x:%02x\n", word >> 16,
		       word & 0xffff, dev, mac >> 24, mac >> 16 & 0xff, mac >> 8 & 0xff,
		       mac & 0xff);
	}
}

/* list prefixes FIRST COUNT LENGTHS 0: word 1 tells them apart, so they are 64 bits or more. */
static void list_prefixes(__u32 first, __u32 count, const char *dev, __u32 lengths)
{
	__u32 i, word, bits;

	for (i = 0; i < count; i++) {
		word = first + i;
		bits = 64 + 64 / lengths * (i % lengths);
		printf("2001:db8:%x:%x::/%u dev %s\n", word >> 16, word & 0xffff, bits, dev);
	}
}

int verb_list(char **arg)
{
	__u32 first = (__u32)strtoul(arg[1], NULL, 0), count = (__u32)strtoul(arg[2], NULL, 0);
	__u32 number = (__u32)strtoul(arg[4], NULL, 0);

	if (!strcmp(arg[0], "prefixes"))
		list_prefixes(first, count, arg[3], number ? number : 1);
	else if (!strcmp(arg[0], "soak"))
		list_soak(first, count, arg[3]);
	else
		list_guests(!strcmp(arg[0], "conf"), first, count, arg[3], number);
	return fflush(stdout) ? 1 : 0;
}

/* Prints on stderr's side nothing of its own: the figures go to descriptor 3. */
int verb_time(char **command)
{
	double start = now_seconds();
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (!pid) {
		execvp(command[0], command);
		die("%s: %s", command[0], strerror(errno));
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0)
		die("%s: %s", command[0], strerror(errno));
	dprintf(3, "s %.6f\nuser_s %.6f\nsystem_s %.6f\nrss_mib %.1f\nstatus %d\n",
		now_seconds() - start,
		(double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec * 1e-6,
		(double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec * 1e-6,
		(double)used.ru_maxrss / 1024, WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}
