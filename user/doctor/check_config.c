// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the file says against what is pinned, and against the host's interfaces. Pure. */
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"

/* Words of the uplink's file that are not in force: "mode, rate"; "" when all are. */
static void settings_that_differ(const struct doctor_uplink *up, char *text, size_t size)
{
	const struct uplink *f = &up->file[0];
	const struct ndpx_settings *have = &up->settings;
	bool fixed = f->source_mode == NDPX_SOURCE_FIXED;
	const struct {
		const char *word;
		bool differs;
	} words[] = {
		{ "mode", up->record.want != (uint32_t)f->mode },
		{ "groups", up->record.groups != (uint32_t)f->groups },
		{ "rate", have->rate != f->rate },
		{ "lease", have->lease != f->lease },
		{ "source",
		  have->source_mode != up->want.settings.source_mode ||
			  (fixed && memcmp(have->source, &f->source, sizeof(have->source)) != 0) },
		{ "strict_lladdr", !(have->flags & NDPX_S_STRICT_LLADDR) != !f->strict_lladdr },
	};
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (words[i].differs && at < size)
			at += (size_t)snprintf(text + at, size - at, "%s%s", at ? ", " : "",
					       words[i].word);
	}
}

static bool has_vlan(const struct ndpx_record *record, uint16_t vlan)
{
	size_t i;

	for (i = 0; i < record->n_vlans && i < NDPX_MAX_VLANS; i++) {
		if (record->vlans[i] == vlan)
			return true;
	}
	return false;
}

/* Rules of the file that are not in force; rules added by hand are not an error. */
static void check_rules(const struct doctor_uplink *up, struct findings *ret)
{
	struct several missing = { 0 }, other = { 0 }, ports = { 0 };
	size_t i;

	for (i = 0; i < up->want.n_entries; i++) {
		const struct entry *e = &up->want.entries[i];
		const struct entry *have = entry_find(up->pinned, up->n_pinned, e);
		struct ndpx_policy policy;

		if (e->policy.action == NDPX_ACT_OWN)
			continue;
		if (!have) {
			several_add(&missing, &e->key);
			continue;
		}
		policy = have->policy;
		policy.port = e->policy.port;
		if (policy.more & e->policy.more & NDPX_M_UNTIL_SEEN) /* it has been seen */
			policy.flags |= e->policy.flags & NDPX_F_PAUSED;
		/* The host's own stand above the file; they have findings of their own. */
		if (have->policy.action == NDPX_ACT_OWN ||
		    !memcmp(&have->policy, &e->policy, sizeof(policy)))
			continue;
		if (memcmp(&policy, &e->policy, sizeof(policy)) != 0)
			several_add(&other, &e->key);
		else if (e->policy.port != have->policy.port)
			several_add(&ports, &e->key);
	}
	if (missing.n)
		finding_add(ret, DOCTOR_CONFIG_DIFFERS, &(struct subject){ .dev = up->dev },
			    "in the file, but not in force: %s", several_text(&missing));
	if (other.n)
		finding_add(ret, DOCTOR_CONFIG_DIFFERS, &(struct subject){ .dev = up->dev },
			    "in force with different settings than in the file: %s",
			    several_text(&other));
	if (ports.n)
		finding_add(ret, DOCTOR_PORT_CHANGED, &(struct subject){ .dev = up->dev },
			    "the port of guest %s was recreated after apply", several_text(&ports));
}

/* Rules of one port tend to stand together: the last answer is worth keeping. */
static bool port_exists(const struct nl_state *state, const char *name, const char **last)
{
	if (*last && !strcmp(*last, name))
		return true;
	if (!nl_link_by_name(state, name))
		return false;
	*last = name;
	return true;
}

/* Ports that do not exist: by the name in the file, else by the index in the rule. */
static void check_ports(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			struct findings *ret)
{
	struct several gone = { 0 };
	const char *name = NULL, *last = NULL;
	uint32_t last_port = 0;
	char number[24];
	size_t i, j;

	for (i = 0; i < up->n_file; i++) {
		for (j = 0; j < up->file[i].n_rules; j++) {
			const struct rule *rule = &up->file[i].rules[j];
			struct entry e;

			if (!rule->port || port_exists(&snap->state, rule->port, &last))
				continue;
			desired_entry(rule, 0, &e);
			several_add(&gone, &e.key);
			if (!name)
				name = rule->port;
		}
	}
	for (i = 0; !up->n_file && i < up->n_pinned; i++) {
		const struct ndpx_policy *policy = &up->pinned[i].policy;

		if (!policy->port || policy->port == last_port)
			continue;
		if (nl_link_by_index(&snap->state, policy->port)) {
			last_port = policy->port;
			continue;
		}
		several_add(&gone, &up->pinned[i].key);
		if (!name) {
			snprintf(number, sizeof(number), "interface %u", policy->port);
			name = number;
		}
	}
	if (gone.n)
		finding_add(ret, DOCTOR_PORT_GONE,
			    &(struct subject){ .dev = up->dev, .addr = gone.first, .other = name },
			    "guest %s: port %s does not exist", several_text(&gone), name);
}

/* Guests of the file that the host's own addresses displaced. */
static void check_displaced(const struct doctor_uplink *up, struct findings *ret)
{
	struct several guests = { 0 };
	size_t i, j;

	for (i = 0; i < up->n_file; i++) {
		for (j = 0; j < up->file[i].n_rules; j++) {
			const struct entry *is;
			struct entry e;

			desired_entry(&up->file[i].rules[j], 0, &e);
			is = entry_find(up->want.entries, up->want.n_entries, &e);
			if (e.policy.action == NDPX_ACT_ANSWER && is &&
			    is->policy.action == NDPX_ACT_OWN)
				several_add(&guests, &e.key);
		}
	}
	if (guests.n)
		finding_add(ret, DOCTOR_GUEST_OWN_ADDRESS,
			    &(struct subject){ .dev = up->dev, .addr = guests.first },
			    "guest %s: an address or gateway of this host itself",
			    several_text(&guests));
}

void doctor_check_config(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 struct findings *ret)
{
	const struct subject about = { .dev = up->dev };
	char words[80];
	size_t i, n = ret->n;

	check_ports(snap, up, ret);
	if (!up->have_want)
		return;
	/* Said already where the map holds the guest's own rule. */
	for (i = 0; i < n; i++) {
		if (ret->items[i].code == DOCTOR_GUEST_OWN_ADDRESS &&
		    !strcmp(ret->items[i].dev, up->dev))
			break;
	}
	if (i == n)
		check_displaced(up, ret);
	if (up->pins != PINS_WHOLE)
		return;
	settings_that_differ(up, words, sizeof(words));
	if (words[0])
		finding_add(ret, DOCTOR_CONFIG_DIFFERS, &about, "the file has a different %s",
			    words);
	for (i = 0; i < up->n_file; i++) {
		if (!has_vlan(&up->record, up->file[i].vlan))
			finding_add(ret, DOCTOR_NOT_ATTACHED,
				    &(struct subject){ .dev = up->dev, .vlan = up->file[i].vlan },
				    "the file has this VLAN, but nothing is attached for it");
	}
	check_rules(up, ret);
}
