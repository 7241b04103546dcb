// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel's state is read before the lock is taken: what changes after that is an event, and
 * leads to the next pass.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/follower.h"
#include "daemon/watch.h"
#include "desired/this_link.h"

/* apply_run() fails where no uplink came up; here that is what the report says, uplink by uplink. */
static bool only_uplinks(const struct apply_report *report, const struct error *err)
{
	return report->n_uplinks && report->n_failed == report->n_uplinks &&
	       !strcmp(report->uplinks[0].why.message, err->message);
}

/* Was anything refused that did not just miss its interface? */
static bool any_refused(const struct apply_report *report)
{
	size_t i;

	for (i = 0; i < report->n_uplinks; i++) {
		if (report->uplinks[i].failed && report->uplinks[i].why.code != ENODEV)
			return true;
	}
	return false;
}

static bool model_follows(const struct model *model)
{
	size_t i;

	for (i = 0; i < model->n_uplinks; i++) {
		if (model->uplinks[i].n_follow)
			return true;
	}
	return false;
}

static int follow(struct follower *f, const struct model *model, const struct nl_state *state,
		  const struct follow_routes *from, struct error *err)
{
	struct follow_report report = { 0 };
	int r = apply_follow(f->bpffs, model, state, from, &report, err);

	f->hooks->followed(f->hooks->arg, &report);
	apply_follow_free(&report);
	return r;
}

/* Keeps those that are followed; where memory is short, the next pass reads them again. */
static void keep_routes(struct follower *f, const struct nl_state *state, struct nl_route *routes,
			size_t n)
{
	struct nl_state known = *state;
	size_t i, kept = 0;

	watch_sort(&known);
	for (i = 0; i < n; i++) {
		if (watch_follows(&known, f->model, &routes[i]))
			routes[kept++] = routes[i];
	}
	routes_fill(&f->routes, routes, kept);
}

/*
 * Under the lock. At the first pass, and at that after the file stopped to follow, what an
 * earlier process left goes.
 */
static int follow_all(struct follower *f, const struct model *model, const struct nl_state *state,
		      struct error *err)
{
	struct nl_route *routes = NULL;
	bool follows = model_follows(model);
	size_t n = 0;
	int r = 0;

	routes_invalidate(&f->routes);
	if (!follows && !f->follows)
		return 0;
	if (follows)
		r = nl_routes_read(&routes, &n, err);
	if (!r)
		r = follow(f, model, state, &(struct follow_routes){ .routes = routes, .n = n },
			   err);
	if (!r) {
		f->follows = follows;
		keep_routes(f, state, routes, n);
	}
	free(routes);
	return r;
}

/* What events told since. */
static int follow_changes(struct follower *f, const struct model *model, struct error *err)
{
	struct ndpx_key *keys;
	struct nl_route *routes;
	size_t n_keys, n;
	int r;

	if (routes_changed(&f->routes, &keys, &n_keys, &routes, &n))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	r = follow(
		f, model, &f->known,
		&(struct follow_routes){ .routes = routes, .n = n, .keys = keys, .n_keys = n_keys },
		err);
	routes_settled(&f->routes);
	if (r)
		routes_invalidate(&f->routes);
	free(keys);
	free(routes);
	return r;
}

static int apply_locked(struct follower *f, const struct model *model, const struct nl_state *state,
			struct error *err)
{
	const struct apply_context ctx = { .bpffs = f->bpffs };
	struct apply_report report;
	int r = apply_run(&ctx, model, state, &report, err);

	if (r && only_uplinks(&report, err))
		r = 0;
	f->refused = any_refused(&report);
	f->n_uplinks = report.n_uplinks;
	f->n_failed = report.n_failed;
	f->hooks->applied(f->hooks->arg, &report);
	apply_report_free(&report);
	/* The uplinks answer by then: that is no failure of the whole pass. */
	if (!r && follow_all(f, model, state, err)) {
		f->refused = true;
		f->hooks->failed(f->hooks->arg, err);
	}
	return r;
}

enum pass { PASS_ALL, PASS_ROUTES, PASS_CHANGES };

static enum follower_result pass(struct follower *f, const struct nl_state *state, enum pass what,
				 struct error *err)
{
	struct model model;
	int lock = -1, r = this_link_resolve(state, f->model, &model, err);

	if (r)
		return FOLLOWER_FAILED;
	r = dataplane_lock(f->bpffs, true, &lock, err);
	if (r == -EBUSY) {
		free(model.uplinks);
		return FOLLOWER_LOCKED;
	}
	if (!r) {
		r = what == PASS_ALL	  ? apply_locked(f, &model, state, err)
		    : what == PASS_ROUTES ? follow_all(f, &model, state, err)
					  : follow_changes(f, &model, err);
		dataplane_rmdir(f->bpffs);
		dataplane_unlock(lock);
	}
	free(model.uplinks);
	return r				? FOLLOWER_FAILED
	       : what == PASS_ALL && f->refused ? FOLLOWER_REFUSED
						: FOLLOWER_DONE;
}

static void drop_next(struct follower *f)
{
	if (f->have_next)
		nl_state_free(&f->next);
	f->have_next = false;
}

enum follower_result follower_apply(struct follower *f, bool again, struct error *err)
{
	enum follower_result result;

	if (!again)
		drop_next(f);
	if (!f->have_next && nl_state_read(&f->next, err))
		return FOLLOWER_FAILED;
	f->have_next = true;
	result = pass(f, &f->next, PASS_ALL, err);
	if (result == FOLLOWER_LOCKED)
		return result;
	if (result != FOLLOWER_FAILED) {
		nl_state_free(&f->known);
		f->known = f->next;
		f->have_next = false;
		watch_sort(&f->known);
	}
	drop_next(f);
	return result;
}

enum follower_result follower_routes(struct follower *f, bool dump, struct error *err)
{
	return pass(f, &f->known, dump || !f->routes.valid ? PASS_ROUTES : PASS_CHANGES, err);
}

void follower_missed(struct follower *f)
{
	routes_invalidate(&f->routes);
}

unsigned int follower_event(struct follower *f, const struct nl_event *event)
{
	unsigned int needs = watch_needs(&f->known, f->model, event);
	bool follows = needs & WATCH_ROUTES;

	if (f->refused && event->kind == NL_EVENT_LINK)
		return WATCH_APPLY;
	if (event->kind != NL_EVENT_ROUTE)
		return needs;
	/* One that moves to another port is followed no more. */
	if (follows || routes_has(&f->routes, &event->route)) {
		routes_event(&f->routes, event, follows);
		needs |= WATCH_ROUTES | WATCH_VERIFY;
	}
	return needs;
}

void follower_free(struct follower *f)
{
	nl_state_free(&f->known);
	drop_next(f);
	routes_invalidate(&f->routes);
}
