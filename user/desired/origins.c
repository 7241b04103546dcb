// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Rules of several origins for one key: which is in force, and which wait. Pure. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "desired/plan.h"
#include "desired/uplink.h"

/* Rules that neither the file nor the host make, in force or not, as if all were in force. */
struct lower {
	struct entry *rules;
	size_t n;
};

static int by_key_then_origin(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = entry_compare(x, y);

	return c ? c : (int)x->policy.origin - (int)y->policy.origin;
}

static void add_lower(struct lower *lower, const struct entry *entry)
{
	lower->rules[lower->n] = *entry;
	lower->rules[lower->n].key.origin = NDPX_ORIGIN_NONE;
	/* P76: what the host's addresses add is for today's to add. */
	lower->rules[lower->n++].policy.flags &= (__u8)~NDPX_F_HOST;
}

/* `want` and the lower ones, sorted, to what is in force and what waits. */
static int merge(const struct entry *want, size_t n_want, const struct lower *lower,
		 struct origins *ret)
{
	const struct entry *low = lower->rules, *end = low + lower->n;
	struct origins o = { .rules = malloc((n_want + lower->n + 1) * sizeof(*o.rules)),
			     .shadows = malloc((lower->n + 1) * sizeof(*o.shadows)) };
	size_t w = 0;

	if (!o.rules || !o.shadows) {
		origins_free(&o);
		return -ENOMEM;
	}
	while (w < n_want || low < end) {
		int order = w == n_want ? 1 : low == end ? -1 : entry_compare(&want[w], low);
		struct entry *in_force = &o.rules[o.n_rules++];

		/* P76: an address of the host on another interface is not a rule by itself. */
		if (order > 0 || (order == 0 && want[w].policy.action == NDPX_ACT_HOST)) {
			*in_force = *low++;
			if (order == 0)
				desired_host_guest(&in_force->policy, &want[w++].policy);
		} else {
			*in_force = want[w++];
		}
		for (; low < end && entry_compare(in_force, low) == 0; low++) {
			o.shadows[o.n_shadows] = *low;
			o.shadows[o.n_shadows++].key.origin = low->policy.origin;
		}
	}
	if (o.n_shadows)
		qsort(o.shadows, o.n_shadows, sizeof(*o.shadows), entry_compare);
	*ret = o;
	return 0;
}

static bool is_lower(const struct entry *entry)
{
	return entry->policy.origin >= NDPX_ORIGIN_COMMAND;
}

int origins_merge(const struct entry *want, size_t n_want, const struct entry *have, size_t n_have,
		  const struct entry *shadows, size_t n_shadows,
		  bool (*keeps)(const void *arg, uint16_t vlan), const void *arg,
		  struct origins *ret)
{
	struct lower lower = { .rules = malloc((n_have + n_shadows + 1) * sizeof(*lower.rules)) };
	size_t i;
	int r;

	if (!lower.rules)
		return -ENOMEM;
	for (i = 0; i < n_have; i++) {
		if (is_lower(&have[i]) && keeps(arg, have[i].key.vlan))
			add_lower(&lower, &have[i]);
	}
	for (i = 0; i < n_shadows; i++) {
		if (keeps(arg, shadows[i].key.vlan))
			add_lower(&lower, &shadows[i]);
	}
	if (lower.n)
		qsort(lower.rules, lower.n, sizeof(*lower.rules), by_key_then_origin);
	r = merge(want, n_want, &lower, ret);
	free(lower.rules);
	return r;
}

/* What the file and the host say, from what is in force. */
static size_t list_higher(const struct entry *have, size_t n_have, struct entry *ret)
{
	size_t i, n = 0;

	for (i = 0; i < n_have; i++) {
		if (!is_lower(&have[i])) {
			ret[n++] = have[i];
		} else if (have[i].policy.flags & NDPX_F_HOST) {
			ret[n] = (struct entry){ .key = have[i].key };
			ret[n++].policy = desired_host_here();
		}
	}
	return n;
}

int origins_replace(const struct entry *have, size_t n_have, const struct entry *shadows,
		    size_t n_shadows, enum ndpx_origin origin, const struct entry *rules,
		    size_t n_rules, struct origins *ret)
{
	size_t room = n_have + n_shadows + n_rules + 1, n_want = 0, i;
	struct lower lower = { .rules = malloc(room * sizeof(*lower.rules)) };
	struct entry *want = malloc((n_have + 1) * sizeof(*want));
	int r = -ENOMEM;

	if (lower.rules && want) {
		n_want = list_higher(have, n_have, want);
		for (i = 0; i < n_have; i++) {
			if (is_lower(&have[i]) && have[i].policy.origin != origin)
				add_lower(&lower, &have[i]);
		}
		for (i = 0; i < n_shadows; i++) {
			if (shadows[i].policy.origin != origin)
				add_lower(&lower, &shadows[i]);
		}
		for (i = 0; i < n_rules; i++)
			add_lower(&lower, &rules[i]);
		if (lower.n)
			qsort(lower.rules, lower.n, sizeof(*lower.rules), by_key_then_origin);
		r = merge(want, n_want, &lower, ret);
	}
	free(lower.rules);
	free(want);
	return r;
}

void origins_free(struct origins *origins)
{
	free(origins->rules);
	free(origins->shadows);
	memset(origins, 0, sizeof(*origins));
}
