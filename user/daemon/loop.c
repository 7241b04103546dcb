// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The event loop: rtnetlink, signals, a timer that is armed only while something is pending, and
 * the socket that keeps a second `run` away.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "daemon/announcer.h"
#include "daemon/daemon.h"
#include "daemon/follower.h"
#include "daemon/lease.h"
#include "daemon/notify.h"
#include "daemon/prober.h"
#include "daemon/schedule.h"
#include "daemon/seen.h"
#include "daemon/single.h"
#include "daemon/watch.h"
#include "util/clock.h"

#define LOCKED_TELL 10000000 /* us: after that the log says whom we wait for */
#define TELL_LOST   10000000 /* us: without an overflow, before one is told of again */

/*
 * By bit of WATCH_*. A burst is one apply: a guest's start is a dozen events within a few ms, so
 * it settles after 20 ms; an endless one is applied five times a second. A dump of all routes
 * costs as much as a hundred thousand of their events, and only confirms what these told.
 */
static const struct schedule_wait waits[SCHEDULE_KINDS] = {
	{ 20000, 200000 },
	{ 1000000, 2000000 },
	{ 2000, 20000 }, /* a guest waits for it */
	{ 10000000, 60000000 },
};

/*
 * us. Another ndpx command takes 20 ms and more, and the next one may be waiting already; what was
 * refused rarely changes by itself.
 */
static const struct schedule_wait locked = { 10000, 100000 }, refused = { 1000000, 60000000 };

struct loop {
	struct follower follower;
	struct schedule schedule;
	struct nl_events *events;
	struct model *model;
	struct prober prober;
	struct lease lease;
	struct announcer announcer;
	struct seen seen;
	int epoll, signals, timer, single;
	int64_t locked_since, told_lost, watchdog, watchdog_next; /* us; 0: not */
	bool told_locked, started, reloading, ended;
};

static int fail(struct error *err, const char *what)
{
	return error_set(err, EXIT_KERNEL, errno, "run: %s: %s", what, strerror(errno));
}

static void tell(struct loop *l, enum daemon_event event)
{
	const struct daemon_hooks *hooks = l->follower.hooks;

	hooks->event(hooks->arg, event);
}

static void on_event(void *arg, const struct nl_event *event)
{
	struct loop *l = arg;
	unsigned int needs = WATCH_APPLY;

	/* What one more event means need not be asked while all is to be looked at anyway. */
	if (l->schedule.pending[0].first)
		follower_missed(&l->follower);
	else
		needs = follower_event(&l->follower, event);
	schedule_add(&l->schedule, needs, clock_us());
}

static int read_events(struct loop *l, struct error *err)
{
	int r = nl_events_read(l->events, on_event, l, err);

	if (r != -ENOBUFS)
		return r;
	/* A socket that overflows once does so again and again. */
	if (!l->told_lost || clock_us() - l->told_lost > TELL_LOST)
		tell(l, DAEMON_LOST);
	l->told_lost = clock_us();
	follower_missed(&l->follower);
	schedule_add(&l->schedule, WATCH_APPLY, clock_us());
	return 0;
}

static void reload(struct loop *l)
{
	const struct daemon_hooks *hooks = l->follower.hooks;
	struct model model = { 0 };

	notify("RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_us());
	if (hooks->load(hooks->arg, &model)) {
		tell(l, DAEMON_RELOAD_FAILED);
		notify("READY=1\nSTATUS=the file has errors, the one before stays in force");
		return;
	}
	model_free(l->model);
	*l->model = model;
	lease_set(&l->lease, l->model);
	/* Also before the apply, which may be what gives the uplinks a lease. */
	if (l->started)
		lease_work(&l->lease, l->follower.bpffs, clock_us());
	tell(l, DAEMON_RELOADED);
	l->reloading = true;
	l->schedule.not_before = 0;
	schedule_add(&l->schedule, WATCH_APPLY, clock_us());
}

static void read_signals(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(l);
		else
			l->ended = true;
	}
}

/* Once an apply came to its end: what the service manager and the log are told. */
static void say_done(struct loop *l)
{
	const struct follower *f = &l->follower;

	if (!l->started)
		tell(l, DAEMON_STARTED);
	notify("%sSTATUS=%zu of %zu uplinks attached",
	       !l->started || l->reloading ? "READY=1\n" : "", f->n_uplinks - f->n_failed,
	       f->n_uplinks);
	l->started = true;
	l->reloading = false;
}

static void say_locked(struct loop *l, const struct error *why, int64_t now)
{
	const struct daemon_hooks *hooks = l->follower.hooks;

	if (!l->locked_since)
		l->locked_since = now;
	if (l->told_locked || now - l->locked_since < LOCKED_TELL)
		return;
	hooks->failed(hooks->arg, why);
	l->told_locked = true;
}

static int add(struct loop *l, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* What the programs ask. Where that cannot be heard, guests are alive once they speak. */
static void listen_to_programs(struct loop *l)
{
	int fd = prober_refresh(&l->prober, l->follower.bpffs);

	if (fd < 0 || !add(l, fd))
		return;
	prober_free(&l->prober);
}

static void locked_out(struct loop *l, unsigned int what, int64_t began, const struct error *why)
{
	const int64_t now = clock_us();

	say_locked(l, why, began);
	if (what & ~(WATCH_ROUTES | WATCH_VERIFY)) {
		schedule_done(&l->schedule, began, now, true, &locked);
		return;
	}
	schedule_add(&l->schedule, what, now);
	l->schedule.not_before = now + locked.settle;
}

/* The rules changed, by us or by another command. */
static void changed(struct loop *l)
{
	announcer_changed(&l->announcer, clock_us());
	seen_changed(&l->seen, clock_us());
}

/* What is due. Of the very first apply a failure is the caller's. */
static int work(struct loop *l, struct error *err)
{
	const struct daemon_hooks *hooks = l->follower.hooks;
	int64_t began = clock_us();
	unsigned int what = schedule_take(&l->schedule, began);
	bool routes = !(what & ~(WATCH_ROUTES | WATCH_VERIFY));
	enum follower_result result;
	struct error why;

	if (!what)
		return 0;
	result = routes ? follower_routes(&l->follower, what & WATCH_VERIFY, &why)
			: follower_apply(&l->follower, what == SCHEDULE_RETRY, &why);
	if (result == FOLLOWER_LOCKED) {
		locked_out(l, what, began, &why);
		return 0;
	}
	if (result == FOLLOWER_FAILED) {
		if (!l->started) {
			*err = why;
			return -why.code;
		}
		hooks->failed(hooks->arg, &why);
	} else if (!routes) {
		say_done(l);
		listen_to_programs(l);
	}
	changed(l);
	l->locked_since = 0;
	l->told_locked = false;
	schedule_done(&l->schedule, began, clock_us(),
		      result == FOLLOWER_FAILED || result == FOLLOWER_REFUSED, &refused);
	return 0;
}

/* What goes by its own times. When to call again; -1: not before something happens. */
static int64_t background(struct loop *l, int64_t now)
{
	const struct daemon_hooks *hooks = l->follower.hooks;
	const struct nl_state *known = &l->follower.known;
	struct error why;
	int64_t next;
	int lifted;

	/* Until the first apply has ended, what is there may be anybody's. */
	if (!l->started)
		return -1;
	next = lease_work(&l->lease, l->follower.bpffs, now);
	next = earlier(next, seen_work(&l->seen, known, now, &lifted, &why));
	if (lifted < 0)
		hooks->failed(hooks->arg, &why);
	if (lifted > 0)
		changed(l);
	next = earlier(next, announcer_work(&l->announcer, l->model, known, now));
	if (l->announcer.failed)
		hooks->failed(hooks->arg, &l->announcer.why);
	l->announcer.failed = false;
	return next;
}

static int arm(struct loop *l, struct error *err)
{
	int64_t next = schedule_next(&l->schedule), now = clock_us();
	struct itimerspec at = { 0 };

	next = earlier(next, prober_work(&l->prober, now));
	next = earlier(next, background(l, now));
	if (l->watchdog && now >= l->watchdog_next) {
		notify("WATCHDOG=1");
		l->watchdog_next = now + l->watchdog / 2;
	}
	if (l->watchdog)
		next = earlier(next, l->watchdog_next);
	if (next >= 0) {
		if (next <= now)
			next = now + 1;
		at.it_value.tv_sec = next / 1000000;
		at.it_value.tv_nsec = next % 1000000 * 1000;
	}
	if (timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &at, NULL))
		return fail(err, "timer");
	return 0;
}

/* Also another command that changed something: single_tell(). */
static void read_single(struct loop *l)
{
	single_answer(l->single);
	changed(l);
}

static int wait_and_read(struct loop *l, struct error *err)
{
	struct epoll_event events[4];
	uint64_t expired;
	int n, i, r = 0;

	do {
		n = epoll_wait(l->epoll, events, 4, -1);
	} while (n < 0 && errno == EINTR); /* stopped and continued */
	if (n < 0)
		return fail(err, "epoll");
	for (i = 0; i < n && !r; i++) {
		const int fd = events[i].data.fd;

		if (fd == l->signals)
			read_signals(l);
		else if (fd == l->single)
			read_single(l);
		else if (fd == l->timer)
			(void)!read(fd, &expired, sizeof(expired));
		else if (seen_read(&l->seen, fd, &l->follower.known, clock_us()))
			continue;
		else if (fd == nl_events_fd(l->events))
			r = read_events(l, err);
		else
			prober_read(&l->prober);
	}
	return r;
}

static int open_all(struct loop *l, struct error *err)
{
	const char *buffer = getenv("NDPX_RUN_BUFFER"); /* for tests: a socket that overflows */
	sigset_t set;
	int r = single_claim(l->follower.bpffs, &l->single, err);

	if (r)
		return r;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->signals < 0 || l->timer < 0 || l->epoll < 0)
		return fail(err, "event loop");
	/* Before the first look: what changes meanwhile is not missed. */
	r = nl_events_open(buffer ? atoi(buffer) : 0, &l->events, err);
	if (r)
		return r;
	if (add(l, l->signals) || add(l, l->timer) || add(l, l->single) ||
	    add(l, nl_events_fd(l->events)))
		return fail(err, "event loop");
	return 0;
}

static void close_all(struct loop *l)
{
	const int fds[] = { l->signals, l->timer, l->epoll, l->single };
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	nl_events_close(l->events);
	announcer_free(&l->announcer);
	seen_free(&l->seen);
	follower_free(&l->follower);
	prober_free(&l->prober);
}

int daemon_run(const char *bpffs, const struct daemon_hooks *hooks, struct model *model,
	       struct error *err)
{
	struct loop l = {
		.follower = { .bpffs = bpffs, .hooks = hooks, .model = model, .follows = true },
		.schedule = { .waits = waits },
		.model = model,
		.epoll = -1,
		.signals = -1,
		.timer = -1,
		.single = -1,
		.watchdog = (int64_t)notify_watchdog(),
	};
	int r = open_all(&l, err);

	lease_set(&l.lease, model);
	announcer_start(&l.announcer, bpffs);
	seen_start(&l.seen, bpffs, l.epoll);
	dataplane_lock_at_once(true);
	schedule_add(&l.schedule, WATCH_APPLY, clock_us() - waits[0].settle);
	while (!r && !l.ended) {
		r = work(&l, err);
		if (!r)
			r = arm(&l, err);
		if (!r)
			r = wait_and_read(&l, err);
	}
	dataplane_lock_at_once(false);
	if (!r) {
		notify("STOPPING=1");
		tell(&l, DAEMON_ENDED);
	}
	close_all(&l);
	return r;
}
