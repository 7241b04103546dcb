// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is new is told by the generation in the table, whoever changed it. Whether a guest is
 * answered for is asked right before each frame: rules go, uplinks are paused, leases run out.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/announcer.h"
#include "desired/this_link.h"
#include "netlink/detail.h"
#include "util/array.h"
#include "util/clock.h"

#define LOOK_AFTER   20000  /* us: a commit rarely comes alone */
#define LOOK_EACH    100000 /* us, at least, between two looks */
#define BATCH	     64	    /* guests taken from the table at a time */
#define MAX_PENDING  4096   /* in the queue; the table keeps the others */
#define AHEAD	     16000  /* us: 16 frames of the rate at a time */
#define REFRESH_EACH 10000  /* us between two batches of a refresh, at least */

void announcer_start(struct announcer *a, const char *bpffs)
{
	a->bpffs = bpffs;
	if (dataplane_mark(bpffs, &a->known))
		a->known = (struct news_mark){ 0 };
}

void announcer_changed(struct announcer *a, int64_t now)
{
	if (!a->look_at)
		a->look_at = now + LOOK_AFTER;
}

void announcer_free(struct announcer *a)
{
	announce_queue_free(&a->queue);
	free(a->places);
}

static struct announcer_place *find_place(const struct announcer *a, uint32_t ifindex,
					  uint16_t vlan)
{
	size_t i;

	for (i = 0; i < a->n_places; i++) {
		if (a->places[i].ifindex == ifindex && a->places[i].vlan == vlan)
			return &a->places[i];
	}
	return NULL;
}

/* --- what has changed --- */

static void begin_walk(struct announcer_walk *w, const struct news_mark *after,
		       const struct news_mark *upto, const struct announcer_place *place,
		       uint32_t times, int64_t now)
{
	*w = (struct announcer_walk){ .walk = { .after = *after, .upto = *upto },
				      .times = times,
				      .next = now,
				      .active = true };
	if (place) {
		w->walk.ifindex = place->ifindex;
		w->walk.vlan = place->vlan;
	}
}

/* The MAC that answers carry; false: the uplink is not there. */
static bool read_mac(const struct announcer *a, const struct announcer_place *place, uint8_t ret[6])
{
	struct dataplane *dp;
	struct error ignored;

	if (dataplane_open(a->bpffs, place->ifindex, &dp, &ignored))
		return false;
	memcpy(ret, ndpx_link_of(dataplane_settings(dp), place->vlan)->mac, 6);
	dataplane_close(dp);
	return true;
}

/* Another MAC, or a carrier that was lost: routers and switches have to be told of all guests. */
static void look_at_place(struct announcer *a, const struct uplink *u, const struct nl_link *link,
			  const struct news_mark *mark, int64_t now)
{
	static const uint8_t none[6];
	const struct news_mark start = { 0 };
	struct announcer_place *p = find_place(a, link->ifindex, u->vlan);
	struct announcer_place one = { .ifindex = link->ifindex, .vlan = u->vlan };
	const bool running = (link->flags & IFF_UP) && (link->flags & IFF_RUNNING);
	const bool is_new = !p;
	uint8_t mac[6] = { 0 };

	if (is_new) {
		if (!array_push(a->places, a->n_places, one))
			return;
		p = &a->places[a->n_places - 1];
	}
	if (read_mac(a, p, mac) && !is_new && running && memcmp(p->mac, none, sizeof(mac)) != 0 &&
	    (memcmp(p->mac, mac, sizeof(mac)) != 0 || !p->running))
		begin_walk(&p->renew, &start, mark, p, ANNOUNCE_TIMES, now);
	memcpy(p->mac, mac, sizeof(mac));
	p->running = running;
	p->seen = true;
	if (u->announce == p->announce && !is_new)
		return;
	p->announce = u->announce;
	p->refresh.active = false;
	p->refresh_began = 0;
}

static void look_at_places(struct announcer *a, const struct model *file,
			   const struct nl_state *known, const struct news_mark *mark, int64_t now)
{
	struct error ignored;
	struct model model;
	size_t i, n = 0;

	if (this_link_resolve(known, file, &model, &ignored))
		return;
	for (i = 0; i < a->n_places; i++)
		a->places[i].seen = false;
	for (i = 0; i < model.n_uplinks; i++) {
		const struct nl_link *link = nl_link_by_name(known, model.uplinks[i].dev);

		if (link)
			look_at_place(a, &model.uplinks[i], link, mark, now);
	}
	free(model.uplinks);
	for (i = 0; i < a->n_places; i++) {
		if (a->places[i].seen)
			a->places[n++] = a->places[i];
	}
	a->n_places = n;
}

static void look(struct announcer *a, const struct model *file, const struct nl_state *known,
		 int64_t now)
{
	struct news_mark mark;

	a->look_at = 0;
	if (dataplane_mark(a->bpffs, &mark))
		return;
	look_at_places(a, file, known, &mark, now);
	if (mark.id == a->known.id && mark.generation == a->known.generation)
		return;
	if (a->news.active) {
		/* First those that were new before. */
		a->look_at = now + LOOK_EACH;
		return;
	}
	/* After `down` and `apply` everything is. */
	if (mark.id != a->known.id)
		a->known = (struct news_mark){ 0 };
	begin_walk(&a->news, &a->known, &mark, NULL, ANNOUNCE_TIMES, now);
	a->known = mark;
}

/* --- from the table to the queue --- */

static void take(struct announcer *a, struct announcer_walk *w, size_t room, int64_t now)
{
	struct news_guest guests[BATCH];
	size_t n = 0, i;

	if (dataplane_news(a->bpffs, &w->walk, guests, room, &n)) {
		/* It is gone, or another one: what is there then, the next look sees. */
		w->active = false;
		announcer_changed(a, now);
		return;
	}
	for (i = 0; i < n; i++) {
		const struct announcer_place *p = find_place(a, guests[i].ifindex, guests[i].vlan);
		struct announcement what = { .vlan = guests[i].vlan };

		if (!p || p->announce == ANNOUNCE_OFF)
			continue;
		memcpy(what.addr, guests[i].addr, sizeof(what.addr));
		(void)announce_push(&a->queue, p->ifindex, &what, w->times, now);
	}
	if (w->walk.done)
		w->active = false;
}

/* When to go on; -1: it is at its end. */
static int64_t walk_on(struct announcer *a, struct announcer_walk *w, int64_t now)
{
	size_t room = BATCH;

	if (!w->active)
		return -1;
	if (announce_pending(&a->queue) > MAX_PENDING)
		return announce_next(&a->queue);
	if (now < w->next)
		return w->next;
	if (w->step) {
		/* As many as are due by now, and those of the next moment. */
		room = (size_t)((now + REFRESH_EACH - w->next) / w->step) + 1;
		room = room > BATCH ? BATCH : room;
	}
	take(a, w, room, now);
	w->next = w->step ? w->next + (int64_t)room * w->step : now;
	/* Far behind: the rate does not allow for more. */
	if (w->step && w->next < now - 1000000)
		w->next = now;
	return w->active ? (w->next > now ? w->next : now + 1) : -1;
}

static void begin_refresh(struct announcer *a, struct announcer_place *p, int64_t now)
{
	const struct news_mark start = { 0 };
	struct ndpx_counts counts = { 0 };
	struct news_mark mark;
	struct dataplane *dp;
	struct error ignored;

	p->refresh_began = now;
	if (dataplane_mark(a->bpffs, &mark) || dataplane_open(a->bpffs, p->ifindex, &dp, &ignored))
		return;
	(void)rule_counts_read(dp, &counts, &ignored);
	dataplane_close(dp);
	begin_walk(&p->refresh, &start, &mark, p, 1, now);
	p->refresh.step = p->announce * 1000000ll / (counts.guests + 1) + 1;
}

/* `announce = SECONDS`: the first time after that, as new ones have been announced already. */
static int64_t refresh(struct announcer *a, struct announcer_place *p, int64_t now)
{
	const int64_t period = p->announce * 1000000ll;
	int64_t next;

	if (p->announce == ANNOUNCE_OFF || p->announce == ANNOUNCE_ADD)
		return -1;
	if (!p->refresh_began)
		p->refresh_began = now;
	if (!p->refresh.active && now >= p->refresh_began + period)
		begin_refresh(a, p, now);
	next = walk_on(a, &p->refresh, now);
	return p->refresh.active ? next : p->refresh_began + period;
}

/* --- from the queue to the link --- */

/* The one sender of a call, and the instance that is open for it. */
struct sending {
	struct announce_sender sender;
	struct dataplane *dp;
	uint32_t ifindex;
	bool silent; /* nothing is answered there */
};

static void stop_sending(struct sending *s)
{
	announce_close(&s->sender);
	dataplane_close(s->dp);
	s->dp = NULL;
}

static void begin_sending(struct announcer *a, const struct nl_state *known, uint32_t ifindex,
			  struct sending *s)
{
	struct attachment at;
	struct error ignored;

	stop_sending(s);
	s->ifindex = ifindex;
	s->silent = true;
	if (dataplane_open(a->bpffs, ifindex, &s->dp, &ignored)) {
		s->dp = NULL;
		return;
	}
	dataplane_attachment(s->dp, &at);
	if (at.mode == NDPX_MODE_NONE || (dataplane_settings(s->dp)->flags & NDPX_S_PAUSED) ||
	    dataplane_lease_is_over(s->dp))
		return;
	if (announce_open(s->dp, known->gateways, known->n_gateways, &s->sender, &a->why))
		a->failed = true;
	else
		s->silent = false;
}

/* As P82, but for what on-link prefixes rule out: a test run of the program takes too long here. */
static bool is_routed(struct dataplane *dp, const struct announcement *what)
{
	struct in6_addr addr;
	struct error ignored;
	struct nl_hop hop;
	uint32_t from = dataplane_record(dp)->ifindex;

	from = ndpx_link_of(dataplane_settings(dp), what->vlan)->l3_dev ?: from;
	memcpy(&addr, what->addr, sizeof(addr));
	if (nl_hops_read(from, &addr, 1, &hop, &ignored) || hop.error)
		return false;
	return hop.type == RTN_LOCAL ||
	       (hop.type == RTN_UNICAST && !dataplane_is_this_link(dp, what->vlan, hop.oif));
}

/* Is it answered for right now? Fills what its rule says by now. */
static bool is_answered(struct dataplane *dp, struct announcement *what)
{
	struct in6_addr addr;
	struct error ignored;
	struct match rule;

	memcpy(&addr, what->addr, sizeof(addr));
	if (match_rule(dp, what->vlan, &addr, &rule, &ignored))
		return false;
	what->policy = rule.entry.policy;
	if (what->policy.action != NDPX_ACT_ANSWER || (what->policy.flags & NDPX_F_PAUSED))
		return false;
	return what->policy.answer == NDPX_ANSWER_ALWAYS || (what->policy.flags & NDPX_F_HOST) ||
	       is_routed(dp, what);
}

static void send_one(struct announcer *a, struct sending *s, struct announce_item *item,
		     int64_t now)
{
	int n;

	if (s->silent || !is_answered(s->dp, &item->what))
		return;
	n = announce_one(&s->sender, &item->what);
	if (n == -EAGAIN) {
		item->left++; /* this time did not count */
		n = 1;
	}
	if (n > 0)
		(void)announce_sent(&a->queue, item, n, now);
}

static void send_due(struct announcer *a, const struct nl_state *known, int64_t now)
{
	struct sending s = { .sender = { .fd = -1 } };
	struct announce_item item;
	int i;

	/* A few at a time, ahead of the rate by no more than that: fewer wake-ups. */
	for (i = 0; i < BATCH && announce_pop(&a->queue, now, AHEAD, &item); i++) {
		if (s.ifindex != item.ifindex)
			begin_sending(a, known, item.ifindex, &s);
		send_one(a, &s, &item, now);
	}
	stop_sending(&s);
}

int64_t announcer_work(struct announcer *a, const struct model *file, const struct nl_state *known,
		       int64_t now)
{
	int64_t next = -1;
	size_t i;

	if (a->look_at && now >= a->look_at)
		look(a, file, known, now);
	next = earlier(next, walk_on(a, &a->news, now));
	for (i = 0; i < a->n_places; i++) {
		next = earlier(next, walk_on(a, &a->places[i].renew, now));
		next = earlier(next, refresh(a, &a->places[i], now));
	}
	if (announce_pending(&a->queue) && announce_next(&a->queue) <= now)
		send_due(a, known, now);
	if (announce_pending(&a->queue))
		next = earlier(next, announce_next(&a->queue));
	return a->look_at ? earlier(next, a->look_at) : next;
}
