// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TC at ingress: a TCX link before all others from kernel 6.6 on, below that a clsact filter
 * with a handle of its own. Whoever runs first may end the chain, with TCX_PASS or TC_ACT_OK,
 * and then nobody answers: so ours is first, wherever there is room. Nothing that others
 * attached is replaced or moved.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dataplane/internal.h"

/* Newer than the headers and the libbpf of Debian 12. */
#define ATTACH_TCX_INGRESS 46	     /* BPF_TCX_INGRESS, kernel 6.6 */
#define MPROG_BEFORE	   (1u << 3) /* BPF_F_BEFORE; without a relative: before all */

/* The end of union bpf_attr that bpf_link_create() of libbpf 1.1 does not reach. */
struct attr_link_create {
	uint32_t prog_fd, target_ifindex, attach_type, flags;
	uint32_t relative_fd, pad;
	uint64_t expected_revision;
};
_Static_assert(sizeof(struct attr_link_create) == 32, "as the kernel lays it out");

struct attr_query {
	uint32_t target_ifindex, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t count, pad;
	uint64_t prog_attach_flags, link_ids, link_attach_flags, revision;
};
_Static_assert(sizeof(struct attr_query) == 64, "as the kernel lays it out");

/* Our handle in clsact; the priority where no other filter is. */
#define CLSACT_HANDLE	0x6e647078u
#define CLSACT_PRIORITY 86

static long sys_bpf(int cmd, void *attr, size_t size)
{
	return syscall(SYS_bpf, cmd, attr, size);
}

void hook_tcx_list(uint32_t ifindex, struct tcx_list *ret)
{
	struct attr_query attr = {
		.target_ifindex = ifindex,
		.attach_type = ATTACH_TCX_INGRESS,
		.prog_ids = (uintptr_t)ret->prog_ids,
		.link_ids = (uintptr_t)ret->link_ids,
		.count = TCX_MAX,
	};

	memset(ret, 0, sizeof(*ret));
	if (!sys_bpf(BPF_PROG_QUERY, &attr, sizeof(attr)))
		ret->n = attr.count < TCX_MAX ? attr.count : TCX_MAX;
}

int hook_attach_tcx(const struct hook *h, int prog, struct error *err)
{
	struct attr_link_create attr = {
		.prog_fd = (uint32_t)prog,
		.target_ifindex = h->ifindex,
		.attach_type = ATTACH_TCX_INGRESS,
		.flags = MPROG_BEFORE,
	};
	struct attachment was;
	int old, r, fd = (int)sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return error_set(err, EXIT_KERNEL, errno, "%s: TCX refused: %s", h->dev,
				 strerror(errno));
	old = hook_open_link(h, &was);
	r = hook_pin(h, fd, err);
	/* Now rather than when its last reference goes, or both count what they pass on. */
	if (!r && old >= 0)
		bpf_link_detach(old);
	if (old >= 0)
		close(old);
	close(fd);
	return r;
}

bool hook_sees_nd(const struct nl_filter *f)
{
	return f->protocol == ETH_P_ALL || f->protocol == ETH_P_IPV6 ||
	       f->protocol == ETH_P_8021Q || f->protocol == ETH_P_8021AD;
}

/* A name needs CAP_SYS_ADMIN; without it the handle must do. */
static bool is_ours(const struct hook *h, const struct nl_filter *f)
{
	char name[BPF_OBJ_NAME_LEN];

	return f->handle == CLSACT_HANDLE && f->prog_id &&
	       (dataplane_program_name(f->prog_id, name) || !strcmp(name, h->program));
}

/* What there is in clsact, and the place for ours. */
struct clsact {
	struct nl_filter ours; /* the first of ours; priority 0: none */
	uint16_t before;       /* a priority that runs before all others; 0: there is none */
	uint16_t free;	       /* where nobody is, early */
};

/* By another. `list`: those not ours have no handle any more. */
static bool is_taken(const struct nl_filter *list, size_t n, uint16_t priority)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i].priority == priority && !list[i].handle)
			return true;
	}
	return false;
}

static int look(const struct hook *h, struct clsact *ret, struct error *err)
{
	struct clsact c = { 0 };
	struct nl_filter *list;
	uint16_t first = CLSACT_PRIORITY + 1;
	size_t n, i;
	int r = nl_filters_read(h->ifindex, &list, &n, err);

	if (r)
		return r;
	for (i = 0; i < n; i++) {
		if (!is_ours(h, &list[i]))
			list[i].handle = 0;
		if (list[i].handle)
			c.ours = c.ours.priority ? c.ours : list[i];
		else if (hook_sees_nd(&list[i]) && list[i].priority < first)
			first = list[i].priority;
	}
	/* One protocol and kind a priority: even one that never sees ND takes its own. */
	for (c.before = first - 1; c.before && is_taken(list, n, c.before); c.before--)
		;
	for (c.free = CLSACT_PRIORITY; is_taken(list, n, c.free); c.free++)
		;
	free(list);
	*ret = c;
	return 0;
}

static int remove_filter(const struct hook *h, uint16_t priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = priority);
	int r = bpf_tc_detach(&hook, &opts);

	dataplane_take_log();
	return r == -ENOENT ? 0 : r;
}

/* All of ours: a process killed while it moved one leaves two. */
int hook_clsact_detach(const struct hook *h)
{
	struct error ignored;
	struct clsact c;
	int i, r;

	for (i = 0; i < 4; i++) {
		if (look(h, &c, &ignored) || !c.ours.priority)
			return 0;
		r = remove_filter(h, c.ours.priority);
		if (r)
			return r;
	}
	return 0;
}

static bool has_clsact(const struct hook *h)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .priority = CLSACT_PRIORITY);
	int r = bpf_tc_query(&hook, &opts);

	dataplane_take_log();
	return !r || r == -ENOENT;
}

/* The qdisc; written down first: a process killed in between must not leave it behind. */
int hook_make_clsact(const struct hook *h, struct error *err)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	struct error ignored;
	int r, was;

	if (has_clsact(h))
		return 0;
	was = h->clsact(h->arg, h->ifindex, true, err);
	if (was < 0)
		return was;
	r = bpf_tc_hook_create(&hook);
	dataplane_take_log();
	/* An empty one of others, or another process was quicker: not ours to remove. */
	if (r == -EEXIST && !was)
		h->clsact(h->arg, h->ifindex, false, &ignored);
	if (r && r != -EEXIST)
		return error_set(err, EXIT_KERNEL, -r, "%s: clsact refused: %s%s", h->dev,
				 strerror(-r), dataplane_kernel_hint(-r));
	return 0;
}

int hook_attach_clsact(const struct hook *h, int prog, struct error *err)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = CLSACT_HANDLE, .prog_fd = prog);
	struct clsact c;
	int r = hook_make_clsact(h, err);

	if (!r)
		r = look(h, &c, err);
	if (r)
		return r;
	opts.priority = c.before ? c.before : c.free;
	/* Ours stays where it is, unless another filter runs first. */
	if (c.ours.priority && (!c.before || c.ours.priority <= c.before))
		opts.priority = c.ours.priority;
	if (c.ours.priority == opts.priority)
		opts.flags = BPF_TC_F_REPLACE;
	r = bpf_tc_attach(&hook, &opts);
	dataplane_take_log();
	if (r)
		return error_set(err, EXIT_KERNEL, -r, "%s: TC refused: %s%s", h->dev, strerror(-r),
				 dataplane_kernel_hint(-r));
	/* The new one answers: now the one behind others goes. */
	if (c.ours.priority && c.ours.priority != opts.priority)
		r = remove_filter(h, c.ours.priority);
	return r ? dataplane_fail(err, -r, "removing the clsact filter") : 0;
}

/* NDPX_TC in the environment decides: tcx or clsact. */
static bool is_forced(const char *way)
{
	const char *force = getenv("NDPX_TC");

	return force && !strcmp(force, way);
}

static bool has_tcx(const struct hook *h)
{
	struct tcx_list tcx;

	hook_tcx_list(h->ifindex, &tcx);
	return tcx.n > 0;
}

bool hook_filter_is_behind_tcx(const struct hook *h)
{
	return has_tcx(h) && !is_forced("clsact");
}

bool hook_wants_filter(const struct hook *h)
{
	return is_forced("clsact") || (h->many && !is_forced("tcx") && !has_tcx(h));
}

int hook_attach_tc(const struct hook *h, int prog, enum ndpx_mode *ret_mode, struct error *err)
{
	int r = -EINVAL;

	*ret_mode = NDPX_MODE_TCX;
	if (!hook_wants_filter(h))
		r = hook_attach_tcx(h, prog, err);
	if (r == -EINVAL) { /* kernel before 6.6 */
		*ret_mode = NDPX_MODE_CLSACT;
		r = hook_attach_clsact(h, prog, err);
	}
	return r;
}

bool hook_tcx_is_behind(const struct hook *h, uint32_t link_id)
{
	struct tcx_list tcx;

	hook_tcx_list(h->ifindex, &tcx);
	return tcx.n && tcx.link_ids[0] != link_id;
}

bool hook_clsact_find(const struct hook *h, uint32_t *ret_prog_id, bool *ret_behind)
{
	struct error ignored;
	struct clsact c;

	if (look(h, &c, &ignored) || !c.ours.priority)
		return false;
	*ret_prog_id = c.ours.prog_id;
	if (ret_behind)
		*ret_behind =
			(c.before && c.ours.priority > c.before) || hook_filter_is_behind_tcx(h);
	return true;
}
