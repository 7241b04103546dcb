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

/*
 * Under the lock. At the first pass, and at that after the file stopped to follow, what an
 * earlier process left goes.
 */
static int follow_locked(struct follower *f, const struct model *model,
			 const struct nl_state *state, struct error *err)
{
	struct follow_report report = { 0 };
	struct nl_route *routes = NULL;
	bool follows = model_follows(model);
	size_t n = 0;
	int r = 0;

	if (!follows && !f->follows)
		return 0;
	if (follows)
		r = nl_routes_read(&routes, &n, err);
	if (!r)
		r = apply_follow(f->bpffs, model, state, routes, n, &report, err);
	free(routes);
	f->hooks->followed(f->hooks->arg, &report);
	apply_follow_free(&report);
	if (!r)
		f->follows = follows;
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
	if (!r && follow_locked(f, model, state, err)) {
		f->refused = true;
		f->hooks->failed(f->hooks->arg, err);
	}
	return r;
}

/* All of it, or only the routes. */
static enum follower_result pass(struct follower *f, const struct nl_state *state, bool whole,
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
		r = whole ? apply_locked(f, &model, state, err)
			  : follow_locked(f, &model, state, err);
		dataplane_rmdir(f->bpffs);
		dataplane_unlock(lock);
	}
	free(model.uplinks);
	return r ? FOLLOWER_FAILED : whole && f->refused ? FOLLOWER_REFUSED : FOLLOWER_DONE;
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
	result = pass(f, &f->next, true, err);
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

enum follower_result follower_routes(struct follower *f, struct error *err)
{
	return pass(f, &f->known, false, err);
}

unsigned int follower_needs(const struct follower *f, const struct nl_event *event)
{
	if (f->refused && event->kind == NL_EVENT_LINK)
		return WATCH_APPLY;
	return watch_needs(&f->known, f->model, event);
}

void follower_free(struct follower *f)
{
	nl_state_free(&f->known);
	drop_next(f);
}
