// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which guests are new. Each slot of the table has the generation from which it holds, so that
 * nobody has to remember a million rules to tell.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define BUCKETS_EACH 65536u /* 32 MiB: 10 ms */

static uint32_t id_of(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static int read_mark(int fd, struct news_mark *ret)
{
	const struct ndpx_state *state = mmap(NULL, sizeof(*state), PROT_READ, MAP_SHARED, fd, 0);
	int r = 0;

	if (state == MAP_FAILED)
		return -errno;
	if (state->abi != NDPX_ABI_VERSION)
		r = -EPROTO;
	else
		*ret = (struct news_mark){ NDPX_GENERATION(nd_load(&state->word)), id_of(fd) };
	munmap((void *)state, sizeof(*state));
	return r;
}

int dataplane_mark(const char *bpffs, struct news_mark *ret)
{
	char dir[PATH_MAX], path[PATH_MAX];
	int fd = bpf_obj_get(dataplane_path(dataplane_netns_dir(bpffs, dir), NDPX_MAP_STATE, path));
	int r;

	if (fd < 0)
		return -errno;
	r = dataplane_map_fits(fd, MAP_STATE) ? read_mark(fd, ret) : -EPROTO;
	close(fd);
	return r;
}

static bool is_news(const struct ndpx_slot *slot, const struct news_walk *walk)
{
	const struct ndpx_policy *policy = &slot->policy;
	const bool paused = policy->flags & NDPX_F_PAUSED;

	return slot->born > walk->after.generation && slot->born <= walk->upto.generation &&
	       slot->dies > walk->upto.generation && NDPX_SCOPE_UPLINK(slot->scope) &&
	       NDPX_SCOPE_BITS(slot->scope) == 128 && !NDPX_SCOPE_ORIGIN(slot->scope) &&
	       policy->action == NDPX_ACT_ANSWER &&
	       (walk->unseen ? paused && (policy->more & NDPX_M_UNTIL_SEEN) : !paused) &&
	       (!walk->ifindex || (NDPX_SCOPE_UPLINK(slot->scope) == walk->ifindex &&
				   NDPX_SCOPE_VLAN(slot->scope) == walk->vlan));
}

/*
 * Did routers learn the same of it already? Another port is no news to them, nor is another
 * origin: an announcement of a guest that restarts would only make the host look for it.
 */
static bool was_known(const struct space *sp, const struct ndpx_slot *slot,
		      const struct news_walk *walk)
{
	const __u8 told = NDPX_F_ROUTER | NDPX_F_LLADDR;
	const struct ndpx_policy *now = &slot->policy, *then;
	const struct ndpx_slot *had = table_find(&sp->table, slot->scope, nd_get_addr(slot->addr),
						 walk->after.generation);

	if (!had || walk->unseen)
		return false;
	then = &had->policy;
	return then->action == NDPX_ACT_ANSWER && !(then->flags & NDPX_F_PAUSED) &&
	       !((then->flags ^ now->flags) & told) &&
	       !memcmp(then->lladdr, now->lladdr, sizeof(now->lladdr));
}

static void collect(const struct space *sp, struct news_walk *walk, struct news_guest *ret,
		    size_t room, size_t *ret_n)
{
	const __u64 end = walk->at + BUCKETS_EACH * NDPX_BUCKET_SLOTS;
	const struct ndpx_slot *slot = NULL;
	__u64 at = walk->at;

	while (*ret_n < room && at < end && (slot = table_next(&sp->table, &at))) {
		if (!is_news(slot, walk) || was_known(sp, slot, walk))
			continue;
		ret[*ret_n].ifindex = NDPX_SCOPE_UPLINK(slot->scope);
		ret[*ret_n].vlan = NDPX_SCOPE_VLAN(slot->scope);
		ret[*ret_n].port = slot->policy.port;
		memcpy(ret[*ret_n].addr, slot->addr, sizeof(ret->addr));
		++*ret_n;
	}
	walk->done = *ret_n < room && at < end && !slot;
	walk->at = at;
}

int dataplane_news(const char *bpffs, struct news_walk *walk, struct news_guest *ret, size_t room,
		   size_t *ret_n)
{
	char dir[PATH_MAX];
	struct space_view view;
	struct news_walk next;
	struct space *sp;
	int i, r = space_open(dataplane_netns_dir(bpffs, dir), &sp);

	*ret_n = 0;
	if (r)
		return r;
	if (id_of(sp->fds[SPACE_STATE]) != walk->upto.id)
		r = -ESTALE;
	for (i = 0; i < 100 && r != -ESTALE; i++) {
		next = *walk;
		*ret_n = 0;
		r = space_look(sp, &view);
		if (r)
			break;
		if (next.resizes != view.resizes)
			next.at = 0;
		next.resizes = view.resizes;
		collect(sp, &next, ret, room, ret_n);
		if (space_is_valid(sp, &view))
			break;
		r = -EAGAIN;
	}
	space_put(sp);
	if (r)
		*ret_n = 0;
	else
		*walk = next;
	return r;
}
