// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a change of an uplink's rules means to the guest ports, whose sections hold the guests of
 * all uplinks. Every uplink is checked again for each address: several may have it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/rules.h"
#include "dataplane/instances.h"
#include "desired/ports.h"

int rules_of_all(const char *bpffs, struct entry **ret, size_t *ret_n, struct error *err)
{
	struct entry *all = NULL, *more, *some = NULL;
	struct instance *instances;
	size_t n, n_all = 0, n_some = 0, i;
	int r = dataplane_instances(bpffs, NULL, &instances, &n, err);

	if (r)
		return r;
	for (i = 0; i < n && !r; i++) {
		if (!instances[i].dp)
			continue;
		r = dataplane_read(instances[i].dp, &some, NULL, &n_some, err);
		if (r)
			break;
		more = realloc(all, (n_all + n_some + 1) * sizeof(*all));
		if (more) {
			all = more;
			memcpy(all + n_all, some, n_some * sizeof(*all));
			n_all += n_some;
		} else {
			r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
		}
		free(some);
	}
	dataplane_close_instances(instances, n);
	if (r) {
		free(all);
		return r;
	}
	*ret = all;
	*ret_n = n_all;
	return 0;
}

/* All that one change of rules has to know. */
struct sync {
	struct dataplane *dp; /* of the ports */
	struct ndpx_sections sections;
	struct guest_port *ports;
	size_t n_ports;
	struct instance *uplinks;
	size_t n_uplinks;
	struct plan plan;
};

static int read_ports(struct sync *s, struct error *err)
{
	struct port_state *list;
	size_t i;
	int r = dataplane_ports_read(s->dp, &list, &s->n_ports, err);

	if (r)
		return r;
	s->ports = calloc(s->n_ports + 1, sizeof(*s->ports));
	for (i = 0; s->ports && i < s->n_ports; i++) {
		s->ports[i].ifindex = list[i].ifindex;
		s->ports[i].at = list[i].at;
		/* About to be detached: its guests are still behind it. */
		if (!list[i].at.l3_dev)
			s->ports[i].at.l3_dev = list[i].ifindex;
	}
	free(list);
	return s->ports ? 0 : error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

/* Does a prefix of the section's `onlink` cover this key? Their rules bear the mark. */
static bool inside_onlink(struct sync *s, const struct ndpx_key *key)
{
	const struct ndpx_settings *set = dataplane_settings(s->dp);
	struct ndpx_policy policy;
	struct error ignored;
	size_t i, b;

	for (i = 0; i < set->n_lengths; i++) {
		struct ndpx_key wide = *key;

		wide.bits = set->lengths[i].bits;
		for (b = 0; b < sizeof(wide.addr); b++)
			wide.addr[b] &= set->lengths[i].mask[b];
		if (wide.bits <= key->bits &&
		    !dataplane_get(s->dp, &wide, &policy, NULL, &ignored) &&
		    (policy.flags & NDPX_F_ONLINK))
			return true;
	}
	return false;
}

/* What all uplinks say of an address or prefix, in whatever VLAN. */
static int ask_uplinks(struct sync *s, const struct ndpx_key *key, struct port_facts *facts,
		       struct error *err)
{
	struct ndpx_policy policy;
	size_t i, v;
	int r;

	for (i = 0; i < s->n_uplinks; i++) {
		const struct ndpx_record *record;

		if (!s->uplinks[i].dp)
			continue;
		record = dataplane_record(s->uplinks[i].dp);
		for (v = 0; v < record->n_vlans && v < NDPX_MAX_VLANS; v++) {
			struct ndpx_key there = *key;

			there.vlan = record->vlans[v];
			r = dataplane_get(s->uplinks[i].dp, &there, &policy, NULL, err);
			if (!r)
				port_facts_add(facts, &policy, s->ports, s->n_ports);
			else if (r != -ENOENT)
				return r;
		}
	}
	return 0;
}

/* The change of one address or prefix in one section. `from` is what the uplinks say. */
static int sync_one(struct sync *s, const struct ndpx_key *key, const struct port_facts *from,
		    struct error *err)
{
	struct ndpx_policy now = { 0 }, policy;
	struct port_facts facts = *from;
	int r = dataplane_get(s->dp, key, &now, NULL, err);

	if (r && r != -ENOENT)
		return r;
	facts.gateway = now.action == NDPX_ACT_ANSWER && (now.flags & NDPX_F_GATEWAY);
	facts.onlink = now.action == NDPX_ACT_ANSWER && (now.flags & NDPX_F_ONLINK);
	facts.own = now.action == NDPX_ACT_OWN;
	facts.inside_onlink = facts.denied && inside_onlink(s, key);
	policy = port_facts_policy(&facts);
	if (!memcmp(&policy, &now, sizeof(policy)))
		return 0;
	if (plan_add(&s->plan, key, &now, &policy))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	return 0;
}

static int sync_key(struct sync *s, const struct ndpx_key *changed, struct error *err)
{
	const struct ndpx_policy guest = { .action = NDPX_ACT_ANSWER };
	struct port_facts from = { 0 };
	struct ndpx_key key = *changed;
	__u32 i;
	int r;

	if (port_facts_skip(&key, &guest))
		return 0;
	r = ask_uplinks(s, &key, &from, err);
	for (i = 0; i < s->sections.n && !r; i++) {
		key.vlan = (__u16)i;
		r = sync_one(s, &key, &from, err);
	}
	return r;
}

/* The keys of the changes, VLANs left out, each once. */
static struct ndpx_key *keys_of(const struct plan *plans, size_t n, size_t *ret_n)
{
	struct ndpx_key *keys;
	size_t total = 0, i, j, k = 0;

	for (i = 0; i < n; i++)
		total += plans[i].n;
	keys = malloc((total + 1) * sizeof(*keys));
	if (!keys)
		return NULL;
	for (i = 0; i < n; i++) {
		for (j = 0; j < plans[i].n; j++) {
			keys[k] = plans[i].changes[j].key;
			keys[k].origin = 0;
			keys[k++].vlan = 0;
		}
	}
	if (k)
		qsort(keys, k, sizeof(*keys), entry_compare);
	for (i = 0, total = 0; i < k; i++) {
		if (total == 0 || entry_compare(&keys[total - 1], &keys[i]) != 0)
			keys[total++] = keys[i];
	}
	*ret_n = total;
	return keys;
}

static int sync_keys(const char *bpffs, struct sync *s, const struct plan *plans, size_t n,
		     struct error *err)
{
	struct ndpx_key *keys;
	size_t n_keys = 0, i;
	int r = dataplane_recover(s->dp, err);

	if (!r)
		r = dataplane_sections(s->dp, &s->sections, err);
	if (!r)
		r = read_ports(s, err);
	if (!r)
		r = dataplane_instances(bpffs, NULL, &s->uplinks, &s->n_uplinks, err);
	if (r)
		return r;
	keys = keys_of(plans, n, &n_keys);
	if (!keys)
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	for (i = 0; i < n_keys && !r; i++)
		r = sync_key(s, &keys[i], err);
	free(keys);
	if (!r && s->plan.n)
		r = dataplane_commit(s->dp, &s->plan, NULL, err);
	return r;
}

void rules_tell_ports(const char *bpffs, const struct plan *plans, size_t n, struct notes *notes)
{
	struct sync s = { 0 };
	struct error err;
	int r = dataplane_open(bpffs, DATAPLANE_PORTS, &s.dp, &err);

	if (r == -ENOENT)
		return;
	if (!r)
		r = sync_keys(bpffs, &s, plans, n, &err);
	if (r)
		note_add(notes, "", NOTE_WARNING,
			 "the uplink's rules are in force, but guest ports could not be updated: "
			 "%s: run 'ndpx apply'",
			 err.message);
	plan_free(&s.plan);
	free(s.ports);
	if (s.uplinks)
		dataplane_close_instances(s.uplinks, s.n_uplinks);
	dataplane_close(s.dp);
}
