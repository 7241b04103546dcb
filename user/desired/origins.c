// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules of several origins for one key: which is in force, and which wait. Pure. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desired/plan.h"
#include "desired/uplink.h"

/* The rules of commands, in force or not, as if all were in force; sorted. */
static size_t list_commands(const struct entry *have, size_t n_have, const struct entry *shadows,
			    size_t n_shadows, bool (*keeps)(const void *arg, uint16_t vlan),
			    const void *arg, struct entry *ret)
{
	size_t i, n = 0;

	for (i = 0; i < n_have; i++) {
		if (have[i].policy.origin != NDPX_ORIGIN_COMMAND || !keeps(arg, have[i].key.vlan))
			continue;
		ret[n] = have[i];
		/* P76: what the host's addresses add is for today's to add. */
		ret[n++].policy.flags &= (__u8)~NDPX_F_HOST;
	}
	for (i = 0; i < n_shadows; i++) {
		if (!keeps(arg, shadows[i].key.vlan))
			continue;
		ret[n] = shadows[i];
		ret[n++].key.origin = NDPX_ORIGIN_NONE;
	}
	if (n)
		qsort(ret, n, sizeof(*ret), entry_compare);
	return n;
}

int origins_merge(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
		  const struct entry *shadows, size_t n_shadows,
		  bool (*keeps)(const void *arg, uint16_t vlan), const void *arg,
		  struct origins *ret)
{
	struct entry *commands = malloc((n_have + n_shadows + 1) * sizeof(*commands));
	struct origins o = { 0 };
	size_t n, w = 0, c = 0;

	o.rules = malloc((n_want + n_have + n_shadows + 1) * sizeof(*o.rules));
	o.shadows = malloc((n_have + n_shadows + 1) * sizeof(*o.shadows));
	if (!commands || !o.rules || !o.shadows) {
		free(commands);
		origins_free(&o);
		return -ENOMEM;
	}
	n = list_commands(have, n_have, shadows, n_shadows, keeps, arg, commands);
	while (w < n_want || c < n) {
		int order = w == n_want ? 1 : c == n ? -1 : entry_compare(&want[w], &commands[c]);

		if (order > 0) {
			o.rules[o.n_rules++] = commands[c++];
			continue;
		}
		/* P76: an address of the host on another interface is not a rule by itself. */
		if (order == 0 && want[w].policy.action == NDPX_ACT_HOST) {
			o.rules[o.n_rules] = commands[c++];
			desired_host_guest(&o.rules[o.n_rules++].policy, &want[w++].policy);
			continue;
		}
		o.rules[o.n_rules++] = want[w++];
		if (order < 0)
			continue;
		o.shadows[o.n_shadows] = commands[c++];
		o.shadows[o.n_shadows++].key.origin = NDPX_ORIGIN_COMMAND;
	}
	free(commands);
	*ret = o;
	return 0;
}

void origins_free(struct origins *origins)
{
	free(origins->rules);
	free(origins->shadows);
	memset(origins, 0, sizeof(*origins));
}
