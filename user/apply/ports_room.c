// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Is there room for more guests in the guest ports' tables? Asked before an uplink changes. */
#include <errno.h>
#include <stdlib.h>

#include "apply/rules.h"
#include "dataplane/instances.h"
#include "desired/ports.h"

/* How full the ports' tables are. */
struct room {
	size_t exact, prefixes;
	bool in_use[128]; /* by prefix length */
};

/* What the ports' tables hold once new guests are in every section. */
static int count_after(struct dataplane *dp, __u32 n_sections, const struct entry *added, size_t n,
		       struct room *room, struct error *err)
{
	struct ndpx_policy ignored;
	struct ndpx_counts counts;
	size_t i;
	__u32 g;
	int r = rule_counts_read(dp, &counts, err);

	if (r)
		return r;
	room->exact = counts.guests;
	room->prefixes = counts.prefixes;
	for (i = 0; i < 128; i++)
		room->in_use[i] = counts.bits[i] > 0;
	for (i = 0; i < n && !r; i++) {
		for (g = 0; g < n_sections && (!r || r == -ENOENT); g++) {
			struct ndpx_key key = added[i].key;

			key.vlan = (__u16)g;
			r = dataplane_get(dp, &key, &ignored, err);
			room->exact += r == -ENOENT && key.bits == 128;
			room->prefixes += r == -ENOENT && key.bits < 128;
		}
		if (added[i].key.bits < 128)
			room->in_use[added[i].key.bits] = true;
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

static int check_room(const struct room *room, struct error *err)
{
	unsigned int lengths = 0;
	size_t i;

	for (i = 0; i < 128; i++)
		lengths += room->in_use[i];
	if (room->exact > NDPX_MAX_GUESTS)
		return error_set(err, EXIT_KERNEL, E2BIG,
				 "guest ports: %zu addresses, as each section holds all guests; at "
				 "most %d fit: use prefixes, or fewer sections",
				 room->exact, NDPX_MAX_GUESTS);
	if (room->prefixes > NDPX_MAX_PREFIXES)
		return error_set(err, EXIT_KERNEL, E2BIG,
				 "guest ports: %zu prefixes, as each section holds all guests; at "
				 "most %d fit: use shorter prefixes, or fewer sections",
				 room->prefixes, NDPX_MAX_PREFIXES);
	if (lengths > NDPX_MAX_LENGTHS)
		return error_set(err, EXIT_KERNEL, E2BIG,
				 "guest ports: prefixes of %u different lengths with those of all "
				 "uplinks, at most %d work: use fewer lengths",
				 lengths, NDPX_MAX_LENGTHS);
	return 0;
}

/* The rules that plans add, as far as guest ports get them: VLANs left out, each key once. */
static struct entry *added_of(const struct rules_change *changes, size_t n, size_t *ret_n)
{
	size_t total = 0, unique = 0, i, j;
	struct entry *list;

	for (i = 0; i < n; i++)
		total += changes[i].plan.n;
	list = calloc(total + 1, sizeof(*list));
	for (i = 0, total = 0; list && i < n; i++) {
		for (j = 0; j < changes[i].plan.n; j++) {
			const struct change *c = &changes[i].plan.changes[j];

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

int rules_ports_room(const char *bpffs, const struct rules_change *changes, size_t n,
		     struct error *err)
{
	size_t n_added = 0;
	struct ndpx_sections sections;
	struct dataplane *dp = NULL;
	struct entry *added = NULL;
	struct room room = { 0 };
	struct error ignored;
	int r;

	/* One that cannot be opened is told of by rules_commit(). */
	if (dataplane_open(bpffs, DATAPLANE_PORTS, &dp, &ignored))
		return 0;
	r = dataplane_sections(dp, &sections, err);
	if (!r)
		added = added_of(changes, n, &n_added);
	if (!r && !added)
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	if (!r && added && n_added) {
		r = count_after(dp, sections.n, added, n_added, &room, err);
		if (!r)
			r = check_room(&room, err);
	}
	free(added);
	dataplane_close(dp);
	return r;
}
