// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The hooks: XDP and TCX as pinned links, clsact before kernel 6.6. A program of
 * somebody else is never replaced. A link pin is the last step of an attachment:
 * a process killed before it takes its unpinned link along.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dataplane_internal.h"

/* Newer than the headers of Debian 12. */
#define ATTACH_TCX_INGRESS ((enum bpf_attach_type)46) /* BPF_TCX_INGRESS, kernel 6.6 */
#define LINK_TYPE_TCX	   11			      /* BPF_LINK_TYPE_TCX */

/* Ours alone in clsact: early, and in nobody's default range. */
#define CLSACT_HANDLE	0x6e647078u
#define CLSACT_PRIORITY 86u

/* 0: our filter is there; -EEXIST: somebody else's is in its place; -ENOENT; -ENODEV: no clsact. */
static int clsact_query(const struct hook *h, uint32_t *ret_prog_id)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);
	char name[BPF_OBJ_NAME_LEN];
	int r = bpf_tc_query(&hook, &opts);

	dataplane_take_log();
	if (r)
		return r == -ENOENT ? -ENOENT : -ENODEV;
	/* A name needs CAP_SYS_ADMIN; without it, handle and priority must do. */
	if (!dataplane_program_name(opts.prog_id, name) && strcmp(name, h->program) != 0)
		return -EEXIST;
	*ret_prog_id = opts.prog_id;
	return 0;
}

/* Which of the two XDP modes a program of ours runs in; the link does not say. */
static enum ndpx_mode xdp_mode(uint32_t ifindex, uint32_t prog_id)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);

	if (!bpf_xdp_query((int)ifindex, 0, &opts) && opts.skb_prog_id == prog_id)
		return NDPX_MODE_GENERIC;
	return NDPX_MODE_NATIVE;
}

static const char *pin_path(const struct hook *h, char path[PATH_MAX])
{
	return dataplane_path(h->dir, h->pin, path);
}

/* A link pinned beside the old one, on its way to take its place: see pin_link(). */
static const char *fresh_path(const struct hook *h, char path[PATH_MAX])
{
	char name[sizeof(h->pin) + 4];

	snprintf(name, sizeof(name), "%s_new", h->pin);
	return dataplane_path(h->dir, name, path);
}

void hook_settle(const struct hook *h)
{
	char fresh[PATH_MAX], path[PATH_MAX];

	rename(fresh_path(h, fresh), pin_path(h, path));
}

/* The pinned link of a hook, if it still hangs on a device; -1 where there is none. */
static int open_link(const struct hook *h, uint32_t *ret_type, struct attachment *ret)
{
	struct bpf_link_info info = { 0 };
	__u32 len = sizeof(info);
	char path[PATH_MAX];
	int fd = bpf_obj_get(fresh_path(h, path));

	if (fd < 0)
		fd = bpf_obj_get(pin_path(h, path));
	if (fd < 0)
		return -1;
	/* xdp and tcx both start with the ifindex; 0 once the device is gone. */
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || !info.xdp.ifindex) {
		close(fd);
		return -1;
	}
	*ret_type = info.type;
	ret->prog_id = info.prog_id;
	ret->link_id = info.id;
	ret->mode = info.type == LINK_TYPE_TCX ? NDPX_MODE_TCX
					       : xdp_mode(info.xdp.ifindex, info.prog_id);
	return fd;
}

/* Written down first: a death between must not leave the qdisc for ever. */
static int uplink_clsact(void *arg, uint32_t ifindex, bool ours, struct error *err)
{
	struct dataplane *dp = arg;

	(void)ifindex;
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

void hook_attachment(const struct hook *h, struct attachment *ret)
{
	struct attachment now = { 0 };
	uint32_t type;
	int fd = open_link(h, &type, &now);

	if (fd >= 0)
		close(fd);
	else if (clsact_query(h, &now.prog_id) == 0)
		now.mode = NDPX_MODE_CLSACT;
	*ret = now;
}

void dataplane_attachment(const struct dataplane *dp, struct attachment *ret)
{
	const struct hook h = uplink_hook(dp);

	hook_attachment(&h, ret);
}

static int clsact_detach(const struct hook *h)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);
	uint32_t id;
	int r;

	if (clsact_query(h, &id))
		return 0;
	r = bpf_tc_detach(&hook, &opts);
	dataplane_take_log();
	return r == -ENOENT ? 0 : r;
}

int hook_detach(const struct hook *h, struct error *err)
{
	struct attachment was;
	char path[PATH_MAX];
	uint32_t type;
	int fd, r;

	hook_settle(h);
	fd = open_link(h, &type, &was);
	if (fd >= 0) {
		/* Now, not when the last reference goes: on 5.10 that is asynchronous. */
		bpf_link_detach(fd);
		close(fd);
	}
	if (unlink(pin_path(h, path)) && errno != ENOENT)
		return dataplane_fail(err, errno, path);
	r = clsact_detach(h);
	return r ? dataplane_fail(err, -r, "removing the clsact filter") : 0;
}

/* The XDP program on the device, of whatever mode; 0: none, or it cannot be told. */
static uint32_t xdp_there(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);

	if (bpf_xdp_query((int)ifindex, 0, &opts))
		return 0;
	return opts.drv_prog_id	  ? opts.drv_prog_id
	       : opts.skb_prog_id ? opts.skb_prog_id
				  : opts.prog_id;
}

static int foreign_xdp(const struct dataplane *dp, uint32_t id, struct error *err)
{
	char name[BPF_OBJ_NAME_LEN] = "?";

	if (!id)
		return error_set(err, EXIT_KERNEL, EBUSY, "%s: XDP is busy: try again",
				 dp->record.dev);
	dataplane_program_name(id, name);
	return error_set(err, EXIT_KERNEL, EBUSY,
			 "%s: XDP program '%s' (id %u) of somebody else is attached and stays: set "
			 "mode = tc, or detach it",
			 dp->record.dev, name, id);
}

/* Pins over what is there: bpffs renames atomically, and the old link goes with its pin. */
static int pin_link(const struct hook *h, int fd, struct error *err)
{
	char fresh[PATH_MAX], path[PATH_MAX];

	pin_path(h, path);
	fresh_path(h, fresh);
	unlink(fresh);
	if (bpf_obj_pin(fd, fresh) || rename(fresh, path)) {
		int code = errno;

		unlink(fresh);
		return dataplane_fail(err, code, path);
	}
	return 0;
}

/* Drivers say their reasons to the kernel's log only: what they usually are. */
static const char *refusal(int code)
{
	const char *hint = dataplane_kernel_hint(code);

	if (hint[0])
		return hint;
	switch (code) {
	case EOPNOTSUPP:
		return ": the driver has none, or an offload (LRO, GRO_HW) is in its way";
	case EINVAL:
	case ERANGE:
	case EMSGSIZE:
		return ": often the MTU is too large for it";
	case ENOMEM:
	case ENOSPC:
		return ": often the NIC has too few queues for it";
	default:
		return "";
	}
}

/* `gone` is the program that we just detached, 0: none. */
static int attach_xdp(struct dataplane *dp, int prog, enum ndpx_mode mode, uint32_t gone,
		      struct error *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = mode == NDPX_MODE_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	const struct hook h = uplink_hook(dp);
	int i, fd = -1, code = 0, r;
	uint32_t there = 0;

	/* 5.10 releases a link asynchronously: our own may hold the hook for a moment yet. */
	for (i = 0; i < 20; i++) {
		fd = bpf_link_create(prog, (int)dp->ifindex, BPF_XDP, &opts);
		code = fd < 0 ? errno : 0;
		if (code != EBUSY && code != EEXIST)
			break;
		there = xdp_there(dp->ifindex);
		if (there && there != gone)
			break;
		usleep(10000);
	}
	if (code == EBUSY || code == EEXIST)
		return foreign_xdp(dp, there, err);
	if (fd < 0)
		return error_set(err, EXIT_KERNEL, code, "%s: %s XDP refused: %s%s", dp->record.dev,
				 mode == NDPX_MODE_NATIVE ? "native" : "generic", strerror(code),
				 mode == NDPX_MODE_NATIVE ? refusal(code)
							  : dataplane_kernel_hint(code));
	r = pin_link(&h, fd, err);
	close(fd);
	return r;
}

static int attach_tcx(const struct hook *h, int prog, struct error *err)
{
	int fd = bpf_link_create(prog, (int)h->ifindex, ATTACH_TCX_INGRESS, NULL), r;

	if (fd < 0)
		return error_set(err, EXIT_KERNEL, errno, "%s: TCX refused: %s", h->dev,
				 strerror(errno));
	r = pin_link(h, fd, err);
	close(fd);
	return r;
}

static int attach_clsact(const struct hook *h, int prog, struct error *err)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY,
		    .prog_fd = prog);
	uint32_t id;
	bool fresh;
	int r;

	r = clsact_query(h, &id);
	if (r == -EEXIST)
		return error_set(
			err, EXIT_KERNEL, EBUSY,
			"%s: a filter of somebody else has handle 0x%x, priority %u in clsact",
			h->dev, CLSACT_HANDLE, CLSACT_PRIORITY);
	if (r == 0)
		opts.flags = BPF_TC_F_REPLACE;
	fresh = r == -ENODEV;
	if (fresh) {
		r = h->clsact(h->arg, h->ifindex, true, err);
		if (r)
			return r;
	}
	r = bpf_tc_hook_create(&hook);
	dataplane_take_log();
	if (r == -EEXIST && fresh) {
		struct error ignored;

		/* Somebody was quicker: it is theirs. */
		h->clsact(h->arg, h->ifindex, false, &ignored);
	}
	if (r && r != -EEXIST)
		return error_set(err, EXIT_KERNEL, -r, "%s: clsact refused: %s%s", h->dev,
				 strerror(-r), dataplane_kernel_hint(-r));
	r = bpf_tc_attach(&hook, &opts);
	dataplane_take_log();
	if (r)
		return error_set(err, EXIT_KERNEL, -r, "%s: TC refused: %s%s", h->dev, strerror(-r),
				 dataplane_kernel_hint(-r));
	return 0;
}

/* TCX where the kernel has it; NDPX_TC=clsact in the environment forces the older way, for tests. */
int hook_attach_tc(const struct hook *h, int prog, enum ndpx_mode *ret_mode, struct error *err)
{
	const char *force = getenv("NDPX_TC");
	int r = -EINVAL;

	*ret_mode = NDPX_MODE_TCX;
	if (!force || strcmp(force, "clsact") != 0)
		r = attach_tcx(h, prog, err);
	if (r == -EINVAL) { /* kernel before 6.6 */
		*ret_mode = NDPX_MODE_CLSACT;
		r = attach_clsact(h, prog, err);
	}
	return r;
}

static bool is_xdp(enum ndpx_mode mode)
{
	return mode == NDPX_MODE_NATIVE || mode == NDPX_MODE_GENERIC;
}

/* Is `mode` what `want` asks for? A TC that auto once chose stays until `down`. */
static bool satisfies(enum ndpx_mode mode, enum want_mode want, enum want_mode wanted_before,
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
		return mode == NDPX_MODE_NATIVE || (tc && wanted_before == WANT_AUTO);
	}
}

int hook_swap(const struct hook *h, const struct attachment *now, int prog, struct error *err)
{
	struct attachment ignored;
	uint32_t type;
	int link, r;

	if (now->mode == NDPX_MODE_CLSACT)
		return attach_clsact(h, prog, err);
	link = open_link(h, &type, &ignored);
	r = link < 0 ? -ENOENT : bpf_link_update(link, prog, NULL) ? -errno : 0;
	if (r)
		dataplane_fail(err, -r, "swapping the program");
	if (link >= 0)
		close(link);
	return r;
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
			r = attach_xdp(dp, prog, mode, was->prog_id, err);
		if (r && is_xdp(was->mode)) {
			struct error ignored;

			/* What worked goes on. */
			attach_xdp(dp, prog, was->mode, was->prog_id, &ignored);
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
		unlink(pin_path(&h, path));
	else
		r = clsact_detach(&h);
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
	int r = 0;

	hook_settle(&h);
	dataplane_attachment(dp, &was);
	if (was.mode == NDPX_MODE_NONE ||
	    !satisfies(was.mode, want, (enum want_mode)dp->record.want, no_native != NULL)) {
		r = attach_fresh(dp, want, no_native, &was, &rep, err);
	} else if (dp->record.object_hash != hash) {
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
