// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * `bench follow`: a host whose routes change without pause, and a router that asks for the guest
 * of a route from the moment the kernel has it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "bench_user.h"
#include "forms.h"

#define NET	  "2001:db8:1::"
#define WATCHED	  0x7f000000u /* the guest asked for; the others count from 0 */
#define ASK_EVERY 200	      /* us */
#define GIVE_UP	  5.0	      /* seconds */
#define SAMPLES	  4096

struct route_msg {
	struct nlmsghdr nlh;
	struct rtmsg rtm;
	struct rtattr dst_attr;
	struct in6_addr dst;
	struct rtattr oif_attr;
	__u32 oif;
	struct rtattr metric_attr;
	__u32 metric;
};

static atomic_bool ended;
static __u32 n_routes, port;
static double rate;
static _Atomic __u64 changes;

static struct in6_addr guest(__u32 number)
{
	struct in6_addr a;

	inet_pton(AF_INET6, NET, &a);
	number = htonl(number);
	memcpy(&a.s6_addr[12], &number, sizeof(number));
	return a;
}

static struct route_msg route(__u32 number, int add, __u16 flags)
{
	return (struct route_msg){
		.nlh = { .nlmsg_len = sizeof(struct route_msg),
			 .nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE,
			 .nlmsg_flags = NLM_F_REQUEST | (add ? NLM_F_CREATE : 0) | flags },
		.rtm = { .rtm_family = AF_INET6,
			 .rtm_dst_len = 128,
			 .rtm_table = RT_TABLE_MAIN,
			 .rtm_protocol = RTPROT_STATIC,
			 .rtm_scope = RT_SCOPE_UNIVERSE,
			 .rtm_type = RTN_UNICAST },
		.dst_attr = { RTA_LENGTH(16), RTA_DST },
		.dst = guest(number),
		.oif_attr = { RTA_LENGTH(4), RTA_OIF },
		.oif = port,
		.metric_attr = { RTA_LENGTH(4), RTA_PRIORITY },
		.metric = 1024,
	};
}

static int route_socket(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || connect(fd, (const void *)&kernel, sizeof(kernel)))
		die("rtnetlink: %s", strerror(errno));
	return fd;
}

/* The kernel has done it when this returns. */
static void change_watched(int fd, int add)
{
	const struct route_msg msg = route(WATCHED, add, NLM_F_ACK);
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr e;
	} answer = { .e.error = -EPROTO };

	if (send(fd, &msg, sizeof(msg), 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		die("route: %s", strerror(errno));
	if (answer.e.error)
		die("route: %s", strerror(-answer.e.error));
}

/* Ten milliseconds' worth at a time: the even ones go and come back, in turn. */
static void *churn(void *arg)
{
	const int fd = *(int *)arg;
	const double began = now_seconds();
	__u64 done = 0;

	while (!ended) {
		const __u64 due = (__u64)((now_seconds() - began) * rate);
		struct route_msg batch[64];
		__u32 n;

		for (n = 0; done < due && n < 64; n++, done++)
			batch[n] = route((__u32)(2 * done) % n_routes,
					 (int)(2 * done / n_routes % 2), 0);
		if (n && send(fd, batch, n * sizeof(*batch), 0) < 0)
			die("routes: %s", strerror(errno));
		changes = done;
		if (done >= due)
			usleep(10000);
	}
	return NULL;
}

static int packet_socket(const char *dev)
{
	const struct sockaddr_ll at = { .sll_family = AF_PACKET,
					.sll_protocol = htons(ETH_P_IPV6),
					.sll_ifindex = (int)if_nametoindex(dev) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_IPV6));

	if (fd < 0 || bind(fd, (const void *)&at, sizeof(at)))
		die("%s: %s", dev, strerror(errno));
	return fd;
}

/* Is an NA of the watched guest among what came? */
static int heard(int fd)
{
	const struct in6_addr target = guest(WATCHED);
	unsigned char frame[256];
	ssize_t n;
	int found = 0;

	while ((n = recv(fd, frame, sizeof(frame), 0)) > 0)
		found |= n >= 78 && frame[54] == 136 && !memcmp(frame + 62, &target, 16);
	return found;
}

/* Asks until answered, or for `most` seconds; how long that took, seconds; -1: not. */
static double ask_until(int fd, const struct frame *ask, double most)
{
	const double began = now_seconds();

	while (now_seconds() - began < most) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		const struct timespec wait = { .tv_nsec = ASK_EVERY * 1000 };

		if (send(fd, ask->b, ask->len, 0) < 0 && errno != EAGAIN && errno != ENOBUFS)
			die("solicitation: %s", strerror(errno));
		if (ppoll(&p, 1, &wait, NULL) > 0 && heard(fd))
			return now_seconds() - began;
	}
	return -1;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void wait_for_silence(int fd, const struct frame *ask)
{
	const double began = now_seconds();

	while (ask_until(fd, ask, 0.01) >= 0) {
		if (now_seconds() - began > GIVE_UP)
			die("the route is gone, and its guest still answered for");
	}
}

static void measure(int host, int router, double seconds)
{
	const struct in6_addr target = guest(WATCHED);
	static double samples[SAMPLES];
	char text[INET6_ADDRSTRLEN];
	const double began = now_seconds();
	struct ask asked;
	struct frame ask;
	size_t n = 0;

	inet_ntop(AF_INET6, &target, text, sizeof(text));
	asked = form_ask("plain", text, BENCH_PROBE, 0);
	ask = ask_frame(&asked);
	while (now_seconds() - began < seconds && n < SAMPLES) {
		change_watched(host, 1);
		samples[n] = ask_until(router, &ask, GIVE_UP);
		if (samples[n++] < 0)
			die("a route's guest was not answered for within %g s", GIVE_UP);
		change_watched(host, 0);
		wait_for_silence(router, &ask);
		/* Not in step with the changes. */
		usleep((useconds_t)(rand() % 20000));
	}
	qsort(samples, n, sizeof(*samples), compare);
	printf("changes_per_s %.1f\nsamples %zu\nms_median %.3f\nms_99 %.3f\nms_max %.3f\n",
	       (double)changes / (now_seconds() - began), n, samples[n / 2] * 1e3,
	       samples[n * 99 / 100] * 1e3, samples[n - 1] * 1e3);
}

int verb_follow(const struct follow_options *opt)
{
	int host, churner, router;
	pthread_t thread;

	enter_netns(opt->host);
	port = if_nametoindex(opt->port);
	if (!port)
		die("%s: %s", opt->port, strerror(errno));
	host = route_socket();
	churner = route_socket();
	enter_netns(opt->router);
	router = packet_socket(opt->dev);
	n_routes = opt->routes;
	rate = opt->rate;
	if (rate > 0 && pthread_create(&thread, NULL, churn, &churner))
		die("no thread");
	measure(host, router, opt->seconds);
	ended = true;
	if (rate > 0)
		pthread_join(thread, NULL);
	return 0;
}
