// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The map of what is this link: whole sets of keys, each under an epoch of its own. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "dataplane/internal.h"

struct key_list {
	struct ndpx_link_key *items; /* owned */
	size_t n;
	__u32 epoch;
	bool others; /* those of all other epochs */
};

static int add_key(void *arg, const void *key, const void *value)
{
	struct key_list *list = arg;
	const struct ndpx_link_key *k = key;

	(void)value;
	if ((k->epoch != list->epoch) != list->others)
		return 0;
	return array_push(list->items, list->n, *k) ? 0 : -ENOMEM;
}

/* All keys of an epoch, or with `others` those of all others. */
static int read_keys(const struct dataplane *dp, __u32 epoch, bool others,
		     struct ndpx_link_key **ret, size_t *ret_n)
{
	struct key_list list = { .epoch = epoch, .others = others };
	int r = dataplane_each(dp->fds[MAP_LINKS], sizeof(*list.items), sizeof(__u32), add_key,
			       &list);

	if (r) {
		free(list.items);
		return r;
	}
	*ret = list.items;
	*ret_n = list.n;
	return 0;
}

static size_t only_members(struct ndpx_link_key *keys, size_t n)
{
	size_t i, left = 0;

	for (i = 0; i < n; i++) {
		if (keys[i].kind == NDPX_LINK_MEMBER)
			keys[left++] = keys[i];
	}
	return left;
}

static bool differ(struct ndpx_link_key *have, size_t n_have, const struct ndpx_link_key *want,
		   size_t n_want)
{
	size_t i;

	if (n_have != n_want)
		return true;
	if (n_have)
		qsort(have, n_have, sizeof(*have), link_key_compare);
	for (i = 0; i < n_have; i++) {
		if (link_key_compare(&have[i], &want[i]) != 0)
			return true;
	}
	return false;
}

bool dataplane_links_differ(const struct dataplane *dp, const struct ndpx_link_key *links,
			    size_t n_links)
{
	struct ndpx_link_key *have = NULL;
	size_t n = 0;
	bool r = read_keys(dp, dataplane_settings(dp)->epoch, false, &have, &n) ||
		 differ(have, n, links, n_links);

	free(have);
	return r;
}

bool dataplane_members_differ(const struct dataplane *dp, const struct ndpx_link_key *links,
			      size_t n_links)
{
	struct ndpx_link_key *have = NULL, *want = malloc((n_links + 1) * sizeof(*want));
	size_t n = 0;
	bool r = !want || read_keys(dp, dataplane_settings(dp)->epoch, false, &have, &n);

	if (!r) {
		if (n_links)
			memcpy(want, links, n_links * sizeof(*want));
		r = differ(have, only_members(have, n), want, only_members(want, n_links));
	}
	free(have);
	free(want);
	return r;
}

int dataplane_links_stage(struct dataplane *dp, const struct ndpx_link_key *keys, size_t n,
			  __u32 epoch)
{
	const __u32 nothing = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct ndpx_link_key key = keys[i];

		key.epoch = epoch;
		if (bpf_map_update_elem(dp->fds[MAP_LINKS], &key, &nothing, BPF_ANY))
			return -errno;
	}
	return 0;
}

int dataplane_links_sweep(struct dataplane *dp)
{
	struct ndpx_link_key *old = NULL;
	size_t n = 0, i;
	int r = read_keys(dp, dataplane_settings(dp)->epoch, true, &old, &n);

	for (i = 0; i < n && !r; i++) {
		if (bpf_map_delete_elem(dp->fds[MAP_LINKS], &old[i]) && errno != ENOENT)
			r = -errno;
	}
	free(old);
	return r;
}

bool dataplane_is_this_link(const struct dataplane *dp, uint16_t vlan, uint32_t ifindex)
{
	const struct ndpx_settings *set = dataplane_settings(dp);
	const struct ndpx_link *link = ndpx_link_of(set, vlan);
	const struct ndpx_link_key key = {
		.epoch = set->epoch, .vlan = link->vlan, .kind = NDPX_LINK_MEMBER, .value = ifindex
	};
	__u32 nothing;

	return ifindex == link->l3_dev || !bpf_map_lookup_elem(dp->fds[MAP_LINKS], &key, &nothing);
}
