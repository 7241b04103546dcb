// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How an uplink's program is attached: XDP or TC, as the file and the device want it.
 * A program that ndpx did not attach is never replaced.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/internal.h"

/* Written down first: a process killed in between must not leave the qdisc behind. */
static int uplink_clsact(void *arg, uint32_t ifindex, bool ours, struct error *err)
{
	struct dataplane *dp = arg;

	(void)ifindex;
	if (ours == !!(dp->record.flags & NDPX_R_CLSACT))
		return 1;
	if (!ours) {
		dp->record.flags &= ~NDPX_R_CLSACT;
		return 0;
	}
	dp->record.flags |= NDPX_R_CLSACT;
	return dataplane_set_record(dp, err);
}

static struct hook uplink_hook(const struct dataplane *dp)
{
	return (struct hook){
		.dir = dp->dir,
		.pin = DATAPLANE_LINK_PIN,
		.ifindex = dp->ifindex,
		.dev = dp->record.dev,
		.program = DATAPLANE_TC_PROGRAM,
		.clsact = uplink_clsact,
		.arg = (void *)(uintptr_t)dp,
	};
}

void dataplane_attachment(const struct dataplane *dp, struct attachment *ret)
{
	const struct hook h = uplink_hook(dp);

	hook_look(&h, ret, NULL);
}

static bool is_xdp(enum ndpx_mode mode)
{
	return mode == NDPX_MODE_NATIVE || mode == NDPX_MODE_GENERIC;
}

/* Is `mode` what `want` asks for? A TC that auto once chose stays until `down`. */
static bool satisfies(enum ndpx_mode mode, enum want_mode want, enum want_mode desired_before,
		      bool no_native)
{
	bool tc = mode == NDPX_MODE_TCX || mode == NDPX_MODE_CLSACT;

	switch (want) {
	case WANT_NATIVE:
		return mode == NDPX_MODE_NATIVE;
	case WANT_GENERIC:
		return mode == NDPX_MODE_GENERIC;
	case WANT_TC:
		return tc;
	default:
		if (no_native)
			return tc;
		return mode == NDPX_MODE_NATIVE || (tc && desired_before == WANT_AUTO);
	}
}

static int swap(struct dataplane *dp, const struct attachment *now, struct error *err)
{
	const struct hook h = uplink_hook(dp);
	int prog = dataplane_load(dp, is_xdp(now->mode) ? PROGRAM_XDP : PROGRAM_TC, err), r;

	if (prog < 0)
		return prog;
	r = hook_swap(&h, now, prog, err);
	close(prog);
	return r;
}

static int attach_fresh(struct dataplane *dp, enum want_mode want, const char *no_native,
			const struct attachment *was, struct attach_report *rep, struct error *err)
{
	enum ndpx_mode mode = want == WANT_GENERIC ? NDPX_MODE_GENERIC : NDPX_MODE_NATIVE;
	bool xdp = want != WANT_TC && !(want == WANT_AUTO && no_native);
	const struct hook h = uplink_hook(dp);
	char path[PATH_MAX];
	int prog, r;

	if (want == WANT_AUTO && no_native)
		snprintf(rep->note, sizeof(rep->note), "%s", no_native);
	if (xdp) {
		prog = dataplane_load(dp, PROGRAM_XDP, err);
		if (prog < 0)
			return prog;
		/* Native and generic exclude each other on a device: here alone there is a gap. */
		r = is_xdp(was->mode) ? hook_detach(&h, err) : 0;
		if (!r)
			r = hook_attach_xdp(&h, prog, mode, was->prog_id, err);
		if (r && is_xdp(was->mode)) {
			struct error ignored;

			/* What worked goes on. */
			hook_attach_xdp(&h, prog, was->mode, was->prog_id, &ignored);
		}
		close(prog);
		if (!r || r == -EBUSY || want != WANT_AUTO)
			goto done;
		snprintf(rep->note, sizeof(rep->note), "%.*s: TC instead",
			 (int)sizeof(rep->note) - 16, err->message);
	}
	prog = dataplane_load(dp, PROGRAM_TC, err);
	if (prog < 0)
		return prog;
	r = hook_attach_tc(&h, prog, &mode, err);
	close(prog);
done:
	if (r)
		return r;
	/* The new one answers; now the other way may go. A link went with its pin. */
	if (mode == NDPX_MODE_CLSACT)
		unlink(hook_pin_path(&h, path));
	else
		r = hook_clsact_detach(&h);
	if (r)
		return dataplane_fail(err, -r, "removing the clsact filter");
	rep->attached = true;
	return 0;
}

int dataplane_attach(struct dataplane *dp, enum want_mode want, const char *no_native,
		     struct attach_report *ret, struct error *err)
{
	uint64_t hash = dataplane_object_hash();
	const struct hook h = uplink_hook(dp);
	struct attach_report rep = { 0 };
	struct attachment was;
	bool behind;
	int r = 0;

	hook_finish_rename(&h);
	hook_look(&h, &was, &behind);
	if (was.mode == NDPX_MODE_NONE ||
	    !satisfies(was.mode, want, (enum want_mode)dp->record.want, no_native != NULL)) {
		r = attach_fresh(dp, want, no_native, &was, &rep, err);
	} else if (dp->record.object_hash != hash || behind) {
		r = swap(dp, &was, err);
		rep.swapped = !r;
	}
	if (r)
		return r;
	dataplane_attachment(dp, &rep.now);
	if (rep.attached || rep.swapped || dp->record.want != want ||
	    dp->record.mode != rep.now.mode) {
		dp->record.object_hash = hash;
		dp->record.want = want;
		dp->record.mode = rep.now.mode;
		if (rep.attached)
			dp->record.attached_at = (uint64_t)time(NULL);
		snprintf(dp->record.release, sizeof(dp->record.release), "%s", NDPX_VERSION);
		r = dataplane_set_record(dp, err);
	}
	*ret = rep;
	return r;
}
