// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Probes on their way: asked for, and looked at again when the kernel has given up on them. */
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prober.h"
#include "util/array.h"
#include "util/clock.h"

#define TOO_OLD	 2000000 /* us: the router has asked again since, or has given up */
#define GIVES_UP 4000000 /* us: three solicitations a second apart, RFC 4861 section 10, and some */
#define TOGETHER 500000	 /* us: those that are due soon need no dump of their own */

static void on_event(void *arg, const struct ndpx_event *event)
{
	const int64_t now = clock_us();
	struct probe probe = { .guest = { .ifindex = event->port }, .at = now };
	struct prober *prober = arg;

	if (event->kind != NDPX_EVENT_PROBE || now - (int64_t)(event->at / 1000) > TOO_OLD)
		return;
	memcpy(&probe.guest.addr, event->target, sizeof(probe.guest.addr));
	nl_neigh_probe(event->port, &probe.guest.addr,
		       nl_neigh_state(event->port, &probe.guest.addr));
	/* Without memory its entry stays, as long as the kernel keeps it. */
	(void)array_push(prober->probes, prober->n, probe);
}

int prober_refresh(struct prober *prober, const char *bpffs)
{
	if (prober->events && dataplane_events_pinned(prober->events, bpffs))
		return -1;
	dataplane_events_close(prober->events);
	prober->events = NULL;
	if (dataplane_events_open(bpffs, on_event, prober, &prober->events))
		return -1;
	return dataplane_events_fd(prober->events);
}

void prober_read(struct prober *prober)
{
	if (prober->events)
		dataplane_events_read(prober->events);
}

static bool has_failed(const struct nl_address *failed, size_t n, const struct nl_address *guest)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (failed[i].ifindex == guest->ifindex &&
		    IN6_ARE_ADDR_EQUAL(&failed[i].addr, &guest->addr))
			return true;
	}
	return false;
}

/* The first `n` probes are over. */
static void settle(struct prober *prober, size_t n)
{
	struct nl_address *failed = NULL;
	size_t n_failed = 0, i;
	struct error ignored;

	/* What cannot be read now is the kernel's to throw out. */
	nl_failed_read(&failed, &n_failed, &ignored);
	for (i = 0; i < n; i++) {
		const struct nl_address *guest = &prober->probes[i].guest;

		if (has_failed(failed, n_failed, guest))
			nl_neigh_forget(guest->ifindex, &guest->addr);
	}
	free(failed);
	prober->n -= n;
	memmove(prober->probes, prober->probes + n, prober->n * sizeof(*prober->probes));
}

int64_t prober_work(struct prober *prober, int64_t now)
{
	size_t n = 0;

	if (prober->n && now - prober->probes[0].at >= GIVES_UP) {
		while (n < prober->n && now - prober->probes[n].at >= GIVES_UP - TOGETHER)
			n++;
		settle(prober, n);
	}
	return prober->n ? prober->probes[0].at + GIVES_UP : -1;
}

void prober_free(struct prober *prober)
{
	dataplane_events_close(prober->events);
	free(prober->probes);
	*prober = (struct prober){ 0 };
}
