// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Is there room for more guests in the guest ports' tables? Asked before an uplink changes. */
#include <errno.h>
#include <stdlib.h>

#include "apply/rules.h"
#include "dataplane/instances.h"
#include "desired/ports.h"

/* What the ports' tables hold once new guests are in every section. */
static int count_after(struct dataplane *dp, __u32 n_sections, const struct entry *added, size_t n,
		       size_t *ret_exact, size_t *ret_prefixes, bool in_use[129], struct error *err)
{
	struct entry *have = NULL;
	size_t n_have = 0, exact = 0, prefixes = 0, i;
	__u32 g;
	int r = dataplane_read(dp, &have, NULL, &n_have, err);

	for (i = 0; i < n_have; i++) {
		in_use[have[i].key.bits] = true;
		exact += have[i].key.bits == 128;
		prefixes += have[i].key.bits < 128;
	}
	for (i = 0; i < n && !r; i++) {
		for (g = 0; g < n_sections; g++) {
			struct entry one = added[i];

			one.key.vlan = (__u16)g;
			if (n_have && bsearch(&one, have, n_have, sizeof(*have), entry_compare))
				continue;
			in_use[one.key.bits] = true;
			exact += one.key.bits == 128;
			prefixes += one.key.bits < 128;
		}
	}
	free(have);
	*ret_exact = exact;
	*ret_prefixes = prefixes;
	return r;
}

static int check_counts(size_t exact, size_t prefixes, const bool in_use[129], struct error *err)
{
	unsigned int lengths = 0;
	size_t i;

	for (i = 0; i < 128; i++)
		lengths += in_use[i];
	if (exact > NDPX_MAX_GUESTS)
		return error_set(err, EXIT_KERNEL, E2BIG,
				 "guest ports: %zu addresses, as each section holds all guests; at "
				 "most %d fit: use prefixes, or fewer sections",
				 exact, NDPX_MAX_GUESTS);
	if (prefixes > NDPX_MAX_PREFIXES)
		return error_set(err, EXIT_KERNEL, E2BIG,
				 "guest ports: %zu prefixes, as each section holds all guests; at "
				 "most %d fit: use shorter prefixes, or fewer sections",
				 prefixes, NDPX_MAX_PREFIXES);
	if (lengths > NDPX_MAX_LENGTHS)
		return error_set(err, EXIT_KERNEL, E2BIG,
				 "guest ports: prefixes of %u different lengths with those of all "
				 "uplinks, at most %d work: use fewer lengths",
				 lengths, NDPX_MAX_LENGTHS);
	return 0;
}

/* The rules that plans add, as far as guest ports get them: VLANs left out, each key once. */
static struct entry *added_of(const struct plan *plans, size_t n, size_t *ret_n)
{
	size_t total = 0, unique = 0, i, j;
	struct entry *list;

	for (i = 0; i < n; i++)
		total += plans[i].n;
	list = calloc(total + 1, sizeof(*list));
	for (i = 0, total = 0; list && i < n; i++) {
		for (j = 0; j < plans[i].n; j++) {
			const struct change *c = &plans[i].changes[j];

			if (c->key.origin || port_facts_skip(&c->key, &c->after))
				continue;
			list[total].key = c->key;
			list[total++].key.vlan = 0;
		}
	}
	if (total)
		qsort(list, total, sizeof(*list), entry_compare);
	for (i = 0; i < total; i++) {
		if (!unique || entry_compare(&list[unique - 1], &list[i]) != 0)
			list[unique++] = list[i];
	}
	*ret_n = unique;
	return list;
}

int rules_ports_room(const char *bpffs, const struct plan *plans, size_t n, struct error *err)
{
	size_t n_added = 0, exact = 0, prefixes = 0;
	struct ndpx_sections sections;
	struct dataplane *dp = NULL;
	struct entry *added = NULL;
	bool in_use[129] = { false };
	struct error ignored;
	int r;

	/* One that cannot be opened is told of by rules_tell_ports(). */
	if (dataplane_open_ports(bpffs, &dp, &ignored))
		return 0;
	r = dataplane_sections(dp, &sections, err);
	if (!r)
		added = added_of(plans, n, &n_added);
	if (!r && !added)
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	if (!r && added && n_added) {
		r = count_after(dp, sections.n, added, n_added, &exact, &prefixes, in_use, err);
		if (!r)
			r = check_counts(exact, prefixes, in_use, err);
	}
	free(added);
	dataplane_close(dp);
	return r;
}
