// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "deciding.h"
#include "model.h"

int deciding_rule(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr,
		  struct deciding *ret, struct error *err)
{
	const struct ndpx_settings *set = dataplane_settings(dp);
	struct ndpx_prefix_key *key = &ret->entry.key;
	struct in6_addr net = *addr;
	uint32_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	key->bits = 128;
	key->vlan = vlan;
	memcpy(key->addr, addr, sizeof(key->addr));
	r = dataplane_get(dp, key, &ret->entry.say, NULL, err);
	for (i = 0; r == -ENOENT && i < set->n_lengths && !IN6_IS_ADDR_LINKLOCAL(addr); i++) {
		net = network_of(addr, set->lengths[i].bits);
		key->bits = set->lengths[i].bits;
		memcpy(key->addr, &net, sizeof(key->addr));
		r = dataplane_get(dp, key, &ret->entry.say, NULL, err);
	}
	if (r == -ENOENT)
		memset(ret, 0, sizeof(*ret));
	else if (r)
		return r;
	/* P81: what is longer than /64 is a slice, not a subnet. */
	ret->anycast = ret->entry.say.action == NDPX_ACT_ANSWER && key->bits <= 64 &&
		       !memcmp(&net, addr, sizeof(net));
	return 0;
}
