// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A guest has been seen once the kernel has a neighbour entry for it on its port: made of what it
 * sent by itself, or of its answer to the kernel's solicitation, which is sent once a second
 * while it is waited for. An entry that is there before, from an earlier stay, is removed first.
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "apply/rules.h"
#include "daemon/seen.h"
#include "desired/plan.h"
#include "netlink/detail.h"
#include "util/array.h"
#include "util/clock.h"

#define LOOK_AFTER 20000   /* us, as for announcements */
#define POLL_EACH  1000000 /* us: RETRANS_TIMER of RFC 4861 */
#define POLL_MAX   64	   /* guests at a time */
#define LOCKED	   10000   /* us until the lock is tried again */
#define BATCH	   64

void seen_start(struct seen *s, const char *bpffs, int epoll)
{
	s->bpffs = bpffs;
	s->epoll = epoll;
}

void seen_changed(struct seen *s, int64_t now)
{
	if (!s->look_at)
		s->look_at = now + LOOK_AFTER;
}

void seen_free(struct seen *s)
{
	nl_neigh_events_close(s->events);
	free(s->items);
}

static int by_addr(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct in6_addr));
}
_Static_assert(offsetof(struct unseen, addr) == 0, "by_addr() reads it at the start");

static int by_all(const void *a, const void *b)
{
	const struct unseen *x = a, *y = b;
	int c = by_addr(x, y);

	if (!c)
		c = (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
	if (!c)
		c = (int)x->vlan - (int)y->vlan;
	return c ? c : (x->port > y->port) - (x->port < y->port);
}

/* A rule that changed while it was waited for came twice; a commit has each key once. */
static void sort_items(struct seen *s)
{
	size_t i, n = 0;

	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_all);
	for (i = 0; i < s->n; i++) {
		if (!n || by_all(&s->items[n - 1], &s->items[i]))
			s->items[n++] = s->items[i];
	}
	s->n = n;
}

/* Where the kernel has neighbours of a port: on the bridge, if it is in one. 0: it is gone. */
static uint32_t neighbours_on(const struct seen *s, uint32_t port)
{
	const struct nl_link *link = nl_link_by_index(s->links, port), *master;

	if (!link)
		return 0;
	master = link->master ? nl_link_by_index(s->links, link->master) : NULL;
	return master && !strcmp(master->kind, "bridge") ? master->ifindex : link->ifindex;
}

/* --- who is waited for --- */

static void add(struct seen *s, const struct news_guest *guest)
{
	struct unseen one = { .ifindex = guest->ifindex, .port = guest->port, .vlan = guest->vlan };
	uint32_t dev = neighbours_on(s, guest->port);

	memcpy(&one.addr, guest->addr, sizeof(one.addr));
	if (dev)
		nl_neigh_forget(dev, &one.addr);
	(void)array_push(s->items, s->n, one);
}

static void subscribe(struct seen *s, int64_t now)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct error ignored; /* a poll finds them as well, later */

	if (s->n && !s->events && !nl_neigh_events_open(&s->events, &ignored)) {
		event.data.fd = nl_neigh_events_fd(s->events);
		epoll_ctl(s->epoll, EPOLL_CTL_ADD, event.data.fd, &event);
	} else if (!s->n && s->events) {
		nl_neigh_events_close(s->events);
		s->events = NULL;
	}
	if (!s->n)
		s->poll_at = 0;
	else if (!s->poll_at)
		s->poll_at = now;
}

static void look(struct seen *s, int64_t now)
{
	struct news_mark mark;

	s->look_at = 0;
	if (dataplane_mark(s->bpffs, &mark) ||
	    (mark.id == s->known.id && mark.generation == s->known.generation))
		return;
	if (s->walking) {
		s->look_at = now + LOOK_AFTER;
		return;
	}
	if (mark.id != s->known.id) {
		s->known = (struct news_mark){ 0 };
		s->n = 0;
	}
	s->walk = (struct news_walk){ .after = s->known, .upto = mark, .unseen = true };
	s->known = mark;
	s->walking = true;
}

static void walk_on(struct seen *s, int64_t now)
{
	struct news_guest guests[BATCH];
	size_t n = 0, i;

	if (dataplane_news(s->bpffs, &s->walk, guests, BATCH, &n)) {
		s->walking = false;
		s->known = (struct news_mark){ 0 };
		s->n = 0;
		seen_changed(s, now);
		return;
	}
	for (i = 0; i < n; i++)
		add(s, &guests[i]);
	if (!s->walk.done)
		return;
	s->walking = false;
	sort_items(s);
	subscribe(s, now);
}

/* --- who has been seen --- */

static void on_neighbour(void *arg, const struct nl_address *who)
{
	struct seen *s = arg;
	struct unseen *u = s->n && !s->walking
				   ? bsearch(&who->addr, s->items, s->n, sizeof(*s->items), by_addr)
				   : NULL;

	if (!u)
		return;
	while (u > s->items && !by_addr(u - 1, &who->addr))
		u--;
	for (; u < s->items + s->n && !by_addr(u, &who->addr); u++) {
		if (neighbours_on(s, u->port) == who->ifindex)
			u->seen = true;
	}
	s->lift_at = 1; /* at once */
}

bool seen_read(struct seen *s, int fd, const struct nl_state *links, int64_t now)
{
	(void)now;
	if (!s->events || fd != nl_neigh_events_fd(s->events))
		return false;
	s->links = links;
	nl_neigh_events_read(s->events, on_neighbour, s);
	return true;
}

/* Is it waited for still? Fills its policy. */
static bool is_waiting(struct dataplane *dp, const struct unseen *u, struct ndpx_key *key,
		       struct ndpx_policy *policy)
{
	struct error ignored;

	*key = (struct ndpx_key){ .bits = 128, .vlan = u->vlan };
	memcpy(key->addr, &u->addr, sizeof(key->addr));
	return !dataplane_get(dp, key, policy, &ignored) && (policy->flags & NDPX_F_PAUSED) &&
	       (policy->more & NDPX_M_UNTIL_SEEN) && policy->port == u->port;
}

static void drop_gone(struct seen *s, int64_t now)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (!s->items[i].gone)
			s->items[n++] = s->items[i];
	}
	s->n = n;
	subscribe(s, now);
}

static void poll_one(struct seen *s, struct unseen *u)
{
	const uint32_t dev = neighbours_on(s, u->port);
	struct ndpx_policy policy;
	struct ndpx_key key;
	struct dataplane *dp;
	struct error ignored;
	uint16_t state;

	if (dataplane_open(s->bpffs, u->ifindex, &dp, &ignored)) {
		u->gone = true;
		return;
	}
	u->gone = !is_waiting(dp, u, &key, &policy);
	dataplane_close(dp);
	if (u->gone || !dev)
		return;
	state = nl_neigh_state(dev, &u->addr);
	u->seen |= (state & (NUD_REACHABLE | NUD_STALE)) != 0;
	if (u->seen)
		s->lift_at = 1;
	else
		nl_neigh_probe(dev, &u->addr, state);
}

static void poll_some(struct seen *s, int64_t now)
{
	size_t i;

	s->poll_at = now + POLL_EACH;
	for (i = 0; i < s->n && i < POLL_MAX; i++) {
		if (s->poll_from >= s->n)
			s->poll_from = 0;
		poll_one(s, &s->items[s->poll_from++]);
	}
	drop_gone(s, now);
}

/* --- their rules --- */

/* All of one uplink that have been seen, in one commit. */
static int lift_uplink(struct seen *s, uint32_t ifindex, int *ret_lifted, struct error *err)
{
	struct rules_change change = { 0 };
	struct ndpx_policy before, after;
	struct notes notes = { 0 };
	struct ndpx_key key;
	size_t i;
	int r = dataplane_open(s->bpffs, ifindex, &change.dp, err);

	if (r)
		change.dp = NULL;
	else
		r = dataplane_recover(change.dp, err);
	for (i = 0; i < s->n && !r; i++) {
		if (s->items[i].ifindex != ifindex || !s->items[i].seen ||
		    !is_waiting(change.dp, &s->items[i], &key, &before))
			continue;
		after = before;
		after.flags &= (__u8)~NDPX_F_PAUSED;
		r = plan_add(&change.plan, &key, &before, &after);
	}
	if (!r && change.plan.n) {
		r = rules_commit(s->bpffs, &change, 1, &notes, err);
		*ret_lifted += r ? 0 : (int)change.plan.n;
	}
	notes_free(&notes);
	plan_free(&change.plan);
	dataplane_close(change.dp);
	return r == -ENOENT ? 0 : r;
}

/* -EBUSY: another command has the lock. */
static int lift(struct seen *s, int64_t now, int *ret_lifted, struct error *err)
{
	int lock = -1, r = dataplane_lock(s->bpffs, false, &lock, err);
	size_t i, j;

	if (r)
		return r == -ENOENT ? 0 : r; /* nothing is pinned: the next look forgets them */
	for (i = 0; i < s->n; i++) {
		struct unseen *u = &s->items[i];

		if (!u->seen || u->gone)
			continue;
		r = lift_uplink(s, u->ifindex, ret_lifted, err);
		if (r)
			break;
		for (j = i; j < s->n; j++)
			s->items[j].gone |= s->items[j].seen && s->items[j].ifindex == u->ifindex;
	}
	dataplane_unlock(lock);
	drop_gone(s, now);
	return r;
}

int64_t seen_work(struct seen *s, const struct nl_state *links, int64_t now, int *ret_lifted,
		  struct error *err)
{
	int64_t next = -1;
	int r;

	*ret_lifted = 0;
	s->links = links;
	if (s->look_at && now >= s->look_at)
		look(s, now);
	if (s->walking)
		walk_on(s, now);
	if (s->poll_at && now >= s->poll_at && !s->walking)
		poll_some(s, now);
	if (s->lift_at && now >= s->lift_at && !s->walking) {
		s->lift_at = 0;
		r = lift(s, now, ret_lifted, err);
		if (r)
			s->lift_at = now + (r == -EBUSY ? LOCKED : POLL_EACH);
		if (r && r != -EBUSY)
			*ret_lifted = -1;
	}
	if (s->walking)
		next = now + 1;
	if (s->look_at)
		next = earlier(next, s->look_at);
	if (s->poll_at)
		next = earlier(next, s->poll_at);
	return s->lift_at ? earlier(next, s->lift_at) : next;
}
