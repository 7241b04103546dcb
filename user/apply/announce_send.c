// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Sending announcements, at a pace: for a command, which sleeps between them, and for `run`,
 * which must not. The bytes are nd/frame.h's.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "apply/announce.h"
#include "nd/frame.h"
#include "util/array.h"
#include "util/clock.h"

#define US_PER_S 1000000ll

static int find_routers(struct dataplane *dp, const struct nl_address *gateways, size_t n_gateways,
			struct announce_sender *s)
{
	const struct ndpx_record *record = dataplane_record(dp);
	size_t i, n;
	__u32 v;

	for (v = 0; v < record->n_vlans && v < NDPX_MAX_VLANS; v++) {
		for (i = n = 0; i < n_gateways && n < ANNOUNCE_ROUTERS; i++) {
			const struct announce_router one = { record->vlans[v], gateways[i].addr };

			if (!dataplane_is_this_link(dp, one.vlan, gateways[i].ifindex))
				continue;
			if (!array_push(s->routers, s->n_routers, one))
				return -ENOMEM;
			n++;
		}
	}
	return 0;
}

int announce_open(struct dataplane *dp, const struct nl_address *gateways, size_t n_gateways,
		  struct announce_sender *ret, struct error *err)
{
	const struct ndpx_record *record = dataplane_record(dp);
	/* Protocol 0: it only sends. The frame carries its tag, as it leaves by the device below any VLAN. */
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)record->ifindex };
	int code;

	*ret = (struct announce_sender){ .fd = -1, .ifindex = record->ifindex };
	ret->settings = *dataplane_settings(dp);
	if (find_routers(dp, gateways, n_gateways, ret))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	ret->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ret->fd >= 0 && !bind(ret->fd, (struct sockaddr *)&to, sizeof(to)))
		return 0;
	code = errno;
	return error_set(err, EXIT_KERNEL, code, "%s: packet socket: %s%s", record->dev,
			 strerror(code), code == EPERM ? ": needs root (CAP_NET_RAW)" : "");
}

void announce_close(struct announce_sender *sender)
{
	if (sender->fd >= 0)
		close(sender->fd);
	free(sender->routers);
	*sender = (struct announce_sender){ .fd = -1 };
}

static int send_frame(int fd, const uint8_t *frame, size_t len)
{
	ssize_t n;

	do {
		n = send(fd, frame, len, 0);
	} while (n < 0 && errno == EINTR);
	return n >= 0 ? 0 : errno == ENOBUFS ? -EAGAIN : -errno;
}

int announce_one(const struct announce_sender *sender, const struct announcement *what)
{
	const struct nd_addr addr = nd_get_addr(what->addr);
	const struct ndpx_settings *set = &sender->settings;
	uint8_t frame[ND_FRAME_MAX];
	int frames = 0, r;
	size_t i, len;

	len = nd_write_unsolicited(frame, set, what->vlan, addr, &what->policy);
	r = send_frame(sender->fd, frame, len);
	if (r)
		return r;
	len = nd_write_to_routers(frame, set, what->vlan, addr, &what->policy);
	r = send_frame(sender->fd, frame, len);
	frames += 2;
	for (i = 0; i < sender->n_routers && !r; i++) {
		if (sender->routers[i].vlan != what->vlan)
			continue;
		len = nd_write_as_guest(frame, set, what->vlan, addr, &what->policy,
					nd_get_addr(&sender->routers[i].addr));
		r = send_frame(sender->fd, frame, len);
		frames++;
	}
	return r ? r : frames;
}

/* --- for a command --- */

static void sleep_until(int64_t due)
{
	struct timespec ts = { .tv_sec = due / US_PER_S, .tv_nsec = due % US_PER_S * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

/* A full queue of the device is waited for, a second at most. */
static int send_patiently(const struct announce_sender *sender, const struct announcement *what)
{
	struct pollfd p = { .fd = sender->fd, .events = POLLOUT };
	int attempts, n = -EAGAIN;

	for (attempts = 0; attempts < 1000 && n == -EAGAIN; attempts++) {
		if (attempts)
			poll(&p, 1, 1);
		n = announce_one(sender, what);
	}
	return n;
}

static int send_all(const struct announce_sender *sender, struct announce_queue *q,
		    announce_progress *progress, void *arg)
{
	const size_t total = announce_pending(q) * ANNOUNCE_TIMES;
	int64_t told = clock_us();
	struct announce_item item;
	size_t sent = 0;
	int n = 0;

	while (announce_pending(q) && n >= 0) {
		sleep_until(announce_next(q));
		if (!announce_pop(q, clock_us(), 0, &item))
			continue;
		n = send_patiently(sender, &item.what);
		if (n >= 0 && announce_sent(q, &item, n, clock_us()))
			n = -ENOMEM;
		sent++;
		if (progress && clock_us() - told >= US_PER_S) {
			told = clock_us();
			progress(arg, sent, total);
		}
	}
	return n < 0 ? n : 0;
}

int announce_send(struct dataplane *dp, const struct announcements *list,
		  announce_progress *progress, void *arg, struct error *err)
{
	struct announce_sender sender = { .fd = -1 };
	struct announce_queue q = { 0 };
	struct nl_state state = { 0 };
	int64_t now;
	size_t i;
	int r;

	if (!list->n)
		return 0;
	r = nl_state_read(&state, err);
	if (!r)
		r = announce_open(dp, state.gateways, state.n_gateways, &sender, err);
	now = clock_us();
	for (i = 0; i < list->n && !r; i++) {
		if (announce_push(&q, sender.ifindex, &list->items[i], ANNOUNCE_TIMES, now))
			r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	if (!r) {
		r = send_all(&sender, &q, progress, arg);
		if (r)
			error_set(err, EXIT_KERNEL, -r, "%s: sending: %s%s",
				  dataplane_record(dp)->dev, strerror(-r),
				  r == -ENETDOWN ? ": 'ip link set up' first" : "");
	}
	announce_close(&sender);
	announce_queue_free(&q);
	nl_state_free(&state);
	return r;
}
