// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a change of an uplink's rules means to the guest ports, whose sections hold the guests of
 * all uplinks. Every uplink is checked again for each address: several may have it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/job.h"
#include "apply/rules.h"
#include "dataplane/instances.h"
#include "desired/ports.h"

/* What an instance will have: as a job has it in mind, or as it is. */
static int rules_of(struct dataplane *dp, const struct job *jobs, size_t n, struct entry **ret,
		    size_t *ret_n, struct error *err)
{
	const uint32_t ifindex = dataplane_record(dp)->ifindex;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct desired *desired = &jobs[i].desired;

		if (!jobs[i].change.dp || jobs[i].link->ifindex != ifindex)
			continue;
		*ret = malloc((desired->n_entries + 1) * sizeof(**ret));
		if (!*ret)
			return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
		if (desired->n_entries)
			memcpy(*ret, desired->entries, desired->n_entries * sizeof(**ret));
		*ret_n = desired->n_entries;
		return 0;
	}
	return dataplane_read(dp, ret, NULL, ret_n, err);
}

int rules_of_all(const char *bpffs, const struct job *jobs, size_t n_jobs, struct entry **ret,
		 size_t *ret_n, struct error *err)
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
		r = rules_of(instances[i].dp, jobs, n_jobs, &some, &n_some, err);
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

/* A change of an uplink's rules, to be searched for a key. */
struct step {
	const struct change *change;
};

struct changed {
	uint32_t ifindex;
	struct step *steps; /* owned; those of rules in force, sorted by key */
	size_t n;
};

/* All that one change of rules has to know. */
struct sync {
	struct dataplane *dp; /* of the ports */
	struct changed *changed;
	size_t n_changed;
	struct ndpx_sections sections;
	struct instance *uplinks;
	size_t n_uplinks;
	struct plan plan;
};

/* Takes in what an uplink says: of the ports, only that which the rule names is looked up. */
static int add_fact(const struct sync *s, struct port_facts *facts,
		    const struct ndpx_policy *policy, struct error *err)
{
	struct guest_port port = { .ifindex = policy->port };
	int r = policy->port ? dataplane_port_get(s->dp, policy->port, &port.at, err) : -ENOENT;

	if (r && r != -ENOENT)
		return r;
	/* About to be detached: its guests are still behind it. */
	if (!r && !port.at.l3_dev)
		port.at.l3_dev = port.ifindex;
	port_facts_add(facts, policy, &port, !r);
	return 0;
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
		    !dataplane_get_section(s->dp, &wide, &policy, &ignored) &&
		    (policy.flags & NDPX_F_ONLINK))
			return true;
	}
	return false;
}

static int by_key(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return entry_compare(&x->change->key, &y->change->key);
}

static int index_changes(struct sync *s, const struct rules_change *changes, size_t n)
{
	size_t i, j;

	s->changed = calloc(n + 1, sizeof(*s->changed));
	if (!s->changed)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct changed *c = &s->changed[s->n_changed++];
		const struct plan *plan = &changes[i].plan;

		c->ifindex = dataplane_record(changes[i].dp)->ifindex;
		c->steps = malloc((plan->n + 1) * sizeof(*c->steps));
		if (!c->steps)
			return -ENOMEM;
		for (j = 0; j < plan->n; j++) {
			if (!plan->changes[j].key.origin)
				c->steps[c->n++].change = &plan->changes[j];
		}
		if (c->n)
			qsort(c->steps, c->n, sizeof(*c->steps), by_key);
	}
	return 0;
}

/* What one uplink will say of a key: the change, or else what is in force. -ENOENT: nothing. */
static int ask_uplink(const struct sync *s, const struct instance *uplink,
		      const struct ndpx_key *key, struct ndpx_policy *ret, struct error *err)
{
	const struct change like = { .key = *key };
	const struct step sought = { &like };
	size_t i;

	for (i = 0; i < s->n_changed; i++) {
		const struct changed *c = &s->changed[i];
		const struct step *found = NULL;

		if (c->n && c->ifindex == uplink->ifindex)
			found = bsearch(&sought, c->steps, c->n, sizeof(*c->steps), by_key);
		if (found) {
			*ret = found->change->after;
			return ret->action == NDPX_ACT_NONE ? -ENOENT : 0;
		}
	}
	return dataplane_get(uplink->dp, key, ret, err);
}

/* What all uplinks will say of an address or prefix, in whatever VLAN. */
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
			r = ask_uplink(s, &s->uplinks[i], &there, &policy, err);
			if (!r)
				r = add_fact(s, facts, &policy, err);
			if (r && r != -ENOENT)
				return r;
		}
	}
	return 0;
}

/* What one section will say of an address or prefix. `from` is what the uplinks say. */
static int section_after(struct sync *s, const struct ndpx_key *key, const struct port_facts *from,
			 struct ndpx_policy *ret, struct error *err)
{
	struct ndpx_policy now = { 0 };
	struct port_facts facts = *from;
	int r = dataplane_get_section(s->dp, key, &now, err);

	if (r && r != -ENOENT)
		return r;
	facts.gateway = now.action == NDPX_ACT_ANSWER && (now.flags & NDPX_F_GATEWAY);
	facts.onlink = now.action == NDPX_ACT_ANSWER && (now.flags & NDPX_F_ONLINK);
	facts.own = now.action == NDPX_ACT_OWN;
	facts.inside_onlink = facts.denied && inside_onlink(s, key);
	*ret = port_facts_policy(&facts);
	return 0;
}

static int put(struct sync *s, const struct ndpx_key *key, const struct ndpx_policy *after,
	       struct error *err)
{
	struct ndpx_policy now = { 0 };
	int r = dataplane_get(s->dp, key, &now, err);

	if (r && r != -ENOENT)
		return r;
	if (!memcmp(after, &now, sizeof(now)))
		return 0;
	if (plan_add(&s->plan, key, &now, after))
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	return 0;
}

/* What all sections say alike is there once. */
static int put_sections(struct sync *s, struct ndpx_key *key, const struct ndpx_policy *after,
			struct error *err)
{
	static const struct ndpx_policy none;
	bool alike = true;
	__u32 i;
	int r;

	for (i = 1; i < s->sections.n; i++)
		alike &= !memcmp(&after[0], &after[i], sizeof(after[0]));
	key->vlan = NDPX_ALL_SECTIONS;
	r = put(s, key, alike ? &after[0] : &none, err);
	for (i = 0; i < s->sections.n && !r; i++) {
		key->vlan = (__u16)i;
		r = put(s, key, alike ? &none : &after[i], err);
	}
	return r;
}

static int sync_key(struct sync *s, const struct ndpx_key *changed, struct error *err)
{
	const struct ndpx_policy guest = { .action = NDPX_ACT_ANSWER };
	struct ndpx_policy after[NDPX_MAX_SECTIONS] = { 0 };
	struct port_facts from = { 0 };
	struct ndpx_key key = *changed;
	__u32 i;
	int r;

	if (port_facts_skip(&key, &guest))
		return 0;
	r = ask_uplinks(s, &key, &from, err);
	for (i = 0; i < s->sections.n && !r; i++) {
		key.vlan = (__u16)i;
		r = section_after(s, &key, &from, &after[i], err);
	}
	return r ? r : put_sections(s, &key, after, err);
}

/* The keys of the changes, VLANs left out, each once. */
static struct ndpx_key *keys_of(const struct rules_change *changes, size_t n, size_t *ret_n)
{
	struct ndpx_key *keys;
	size_t total = 0, i, j, k = 0;

	for (i = 0; i < n; i++)
		total += changes[i].plan.n;
	keys = malloc((total + 1) * sizeof(*keys));
	if (!keys)
		return NULL;
	for (i = 0; i < n; i++) {
		for (j = 0; j < changes[i].plan.n; j++) {
			keys[k] = changes[i].plan.changes[j].key;
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

static int sync_keys(const char *bpffs, struct sync *s, const struct rules_change *changes,
		     size_t n, struct error *err)
{
	struct ndpx_key *keys;
	size_t n_keys = 0, i;
	int r = dataplane_recover(s->dp, err);

	if (!r)
		r = dataplane_sections(s->dp, &s->sections, err);
	if (!r)
		r = dataplane_instances(bpffs, NULL, &s->uplinks, &s->n_uplinks, err);
	if (r)
		return r;
	keys = keys_of(changes, n, &n_keys);
	if (!keys || index_changes(s, changes, n)) {
		free(keys);
		return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	}
	for (i = 0; i < n_keys && !r; i++)
		r = sync_key(s, &keys[i], err);
	free(keys);
	return r;
}

static void sync_free(struct sync *s)
{
	size_t i;

	for (i = 0; i < s->n_changed; i++)
		free(s->changed[i].steps);
	free(s->changed);
	if (s->uplinks)
		dataplane_close_instances(s->uplinks, s->n_uplinks);
}

int rules_ports_change(const char *bpffs, const struct rules_change *changes, size_t n,
		       struct rules_change *ret, struct error *err)
{
	struct sync s = { 0 };
	int r = dataplane_open(bpffs, DATAPLANE_PORTS, &s.dp, err);

	if (!r)
		r = sync_keys(bpffs, &s, changes, n, err);
	sync_free(&s);
	if (r) {
		plan_free(&s.plan);
		dataplane_close(s.dp);
		return r;
	}
	*ret = (struct rules_change){ .dp = s.dp, .plan = s.plan };
	return 0;
}
