// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which rule decides for an address: exact, then the longest prefix. Reads maps, changes none. */
#include <errno.h>
#include <string.h>

#include "dataplane/match.h"

#include "dataplane/internal.h"
#include "util/network.h"

int deciding_rule(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr,
		  struct deciding *ret, struct error *err)
{
	const struct ndpx_settings *set = dataplane_settings(dp);
	struct ndpx_prefix_key *key = &ret->entry.key;
	struct in6_addr net = *addr;
	__u8 host_flags = 0;
	uint32_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	key->bits = 128;
	key->vlan = vlan;
	memcpy(key->addr, addr, sizeof(key->addr));
	r = dataplane_get(dp, key, &ret->entry.say, NULL, err);
	/* P76: what the prefixes say holds, with R. */
	if (!r && ret->entry.say.action == NDPX_ACT_HOST) {
		ret->host = true;
		host_flags = ret->entry.say.flags;
		r = -ENOENT;
	}
	for (i = 0; r == -ENOENT && i < set->n_lengths && !IN6_IS_ADDR_LINKLOCAL(addr); i++) {
		net = network_of(addr, set->lengths[i].bits);
		key->bits = set->lengths[i].bits;
		memcpy(key->addr, &net, sizeof(key->addr));
		r = dataplane_get(dp, key, &ret->entry.say, NULL, err);
	}
	if (r == -ENOENT)
		memset(&ret->entry, 0, sizeof(ret->entry));
	else if (r)
		return r;
	if (ret->host && ret->entry.say.action == NDPX_ACT_ANSWER)
		ret->entry.say.flags |= host_flags;
	/* Of guest ports the same bit is NDPX_F_GATEWAY. */
	ret->host |= dp->ifindex != DATAPLANE_PORTS && ret->entry.say.action == NDPX_ACT_ANSWER &&
		     (ret->entry.say.flags & NDPX_F_HOST);
	/* P81: what is longer than /64 is a slice, not a subnet. */
	ret->anycast = ret->entry.say.action == NDPX_ACT_ANSWER && key->bits <= 64 &&
		       !memcmp(&net, addr, sizeof(net));
	return 0;
}
