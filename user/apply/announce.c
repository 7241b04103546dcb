// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which guests are answered for, and sending for them at a pace. The bytes are nd/frame.h's. */
#include "util/array.h"
#include "apply/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "config/model.h"
#include "nd/frame.h"
#include "util/solicitation.h"

#define NS_PER_S 1000000000ll

static int refuse(struct error *err, const struct in6_addr *addr, const char *why)
{
	char text[RULE_TEXT_LEN];

	return error_set(err, EXIT_USAGE, EINVAL, "%s: %s", target_text(addr, 128, text), why);
}

static int add(struct announcements *list, const uint8_t addr[16], uint16_t vlan,
	       const struct ndpx_policy *policy, struct error *err)
{
	struct announcement *items = array_room(list->items, list->n, sizeof(*items));

	if (!items)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	list->items = items;
	memcpy(list->items[list->n].addr, addr, 16);
	list->items[list->n].vlan = vlan;
	list->items[list->n].policy = *policy;
	list->n++;
	return 0;
}

/*
 * Do the routes let the program answer? It is asked itself: what is on-link here, local or
 * another interface's (P82) it knows best. One that is not alive yet is announced all the same.
 */
static int is_routed(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr, bool *ret,
		     struct error *err)
{
	struct solicitation q = { .target = *addr, .vlan = vlan };
	uint8_t frame[FRAME_ROOM];
	struct test_run test_run;
	int r;

	solicitation_requester(&q);
	r = dataplane_test_run(dp, frame, solicitation_build(&q, frame), &test_run, err);
	*ret = !r && test_run.verdict != NDPX_V_NOT_ROUTED;
	return r;
}

int announce_add(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr,
		 struct announcements *list, struct error *err)
{
	const struct ndpx_policy *policy;
	struct match rule;
	bool routed = true;
	int r = match_rule(dp, vlan, addr, &rule, err);

	if (r)
		return r;
	policy = &rule.entry.policy;
	if (rule.anycast)
		return refuse(err, addr,
			      "the first address of a prefix (subnet-router anycast) is not "
			      "answered for: name it as a guest");
	if (policy->action == NDPX_ACT_NONE)
		return refuse(err, addr, "no rule answers for it: 'ndpx guest add' first");
	if (policy->action == NDPX_ACT_OWN)
		return refuse(err, addr,
			      "an address or gateway of this host: the kernel answers for it");
	if (policy->action == NDPX_ACT_DENY)
		return refuse(err, addr,
			      "denied by the file: remove it there and run 'ndpx apply'");
	if (policy->flags & NDPX_F_PAUSED)
		return refuse(err, addr,
			      "its rule is paused: run 'ndpx guest replace' without 'paused'");
	if (policy->answer != NDPX_ANSWER_ALWAYS && !(policy->flags & NDPX_F_HOST))
		r = is_routed(dp, vlan, addr, &routed, err);
	if (!r && !routed)
		return refuse(err, addr,
			      "answered only with a route that leaves by another interface: "
			      "'ip -6 route add' first");
	return r ? r : add(list, (const uint8_t *)addr, vlan, policy, err);
}

int announce_add_all(struct dataplane *dp, int vlan, struct announcements *list, struct error *err)
{
	struct entry *entries = NULL;
	size_t n = 0, i;
	int r = dataplane_read(dp, &entries, NULL, &n, err);

	for (i = 0; i < n && !r; i++) {
		const struct entry *e = &entries[i];
		bool answered = !(e->policy.flags & NDPX_F_PAUSED);

		if (e->key.bits != 128 || e->policy.action != NDPX_ACT_ANSWER ||
		    (vlan >= 0 && e->key.vlan != vlan))
			continue;
		if (answered && e->policy.answer != NDPX_ANSWER_ALWAYS &&
		    !(e->policy.flags & NDPX_F_HOST))
			r = is_routed(dp, e->key.vlan, (const struct in6_addr *)e->key.addr,
				      &answered, err);
		if (r)
			break;
		if (answered)
			r = add(list, e->key.addr, e->key.vlan, &e->policy, err);
		else
			list->skipped++;
	}
	free(entries);
	return r;
}

void announce_free(struct announcements *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

static int open_socket(const char *dev, uint32_t ifindex, struct error *err)
{
	/* Protocol 0: it only sends. The frame carries its tag, because it is sent on the device below any VLAN. */
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), code;

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	code = errno;
	if (fd >= 0)
		close(fd);
	return error_set(err, EXIT_KERNEL, code, "%s: packet socket: %s%s", dev, strerror(code),
			 code == EPERM ? ": needs root (CAP_NET_RAW)" : "");
}

/* A full queue of the device is waited for; all else is an error. */
static int send_frame(int fd, const uint8_t *frame, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int attempts;

	for (attempts = 0; send(fd, frame, len, 0) < 0; attempts++) {
		if (errno == EINTR)
			continue;
		if ((errno != ENOBUFS && errno != EAGAIN) || attempts == 1000)
			return -errno;
		poll(&p, 1, 1);
	}
	return 0;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void sleep_until(int64_t due)
{
	struct timespec ts = { .tv_sec = due / NS_PER_S, .tv_nsec = due % NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

int announce_send(struct dataplane *dp, const struct announcements *list,
		  announce_progress *progress, void *arg, struct error *err)
{
	const struct ndpx_settings set = *dataplane_settings(dp);
	const struct ndpx_record *record = dataplane_record(dp);
	const int64_t each = NS_PER_S / ANNOUNCE_RATE;
	size_t sent, total = list->n * ANNOUNCE_TIMES;
	int64_t round = (int64_t)list->n * each;
	int64_t start, told, due;
	int fd, r = 0;

	if (!list->n)
		return 0;
	if (round < ANNOUNCE_INTERVAL * NS_PER_S)
		round = ANNOUNCE_INTERVAL * NS_PER_S;
	fd = open_socket(record->dev, record->ifindex, err);
	if (fd < 0)
		return fd;
	start = told = now_ns();
	for (sent = 0; sent < total && !r; sent++) {
		const struct announcement *a = &list->items[sent % list->n];
		uint8_t frame[ND_FRAME_MAX];
		size_t len = nd_write_unsolicited(frame, &set, a->vlan, nd_get_addr(a->addr),
						  &a->policy);

		due = start + (int64_t)(sent / list->n) * round + (int64_t)(sent % list->n) * each;
		if (due > now_ns())
			sleep_until(due);
		r = send_frame(fd, frame, len);
		if (progress && now_ns() - told >= NS_PER_S) {
			told = now_ns();
			progress(arg, sent + 1, total);
		}
	}
	close(fd);
	if (r)
		error_set(err, EXIT_KERNEL, -r, "%s: sending: %s%s", record->dev, strerror(-r),
			  r == -ENETDOWN ? ": 'ip link set up' first" : "");
	return r;
}
