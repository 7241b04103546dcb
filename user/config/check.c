// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Whether the uplinks and rules of a file fit together. Pure: model in, errors out. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

static int by_rule_then_place(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;
	int c = rule_compare(a, b);

	if (!c)
		c = (x->line > y->line) - (x->line < y->line);
	return c ? c : (x->column > y->column) - (x->column < y->column);
}

/* Neighbours in order that are the same prefix: twice, or an answer and a deny of one length. */
static void check_duplicates(const struct rule *first, const struct rule *second,
			     struct config_errors *errors)
{
	char text[RULE_TEXT_LEN];

	target_text(&second->addr, second->bits, text);
	if (first->action != second->action)
		config_error_at(errors, second->line, second->column,
				"%s is both a guest and denied (line %d)", text, first->line);
	else
		config_error_at(errors, second->line, second->column,
				"%s is given twice, first in line %d", text, first->line);
}

static void check_rules(struct uplink *u, struct config_errors *errors)
{
	size_t i;
	struct error err;

	for (i = 0; i < u->n_rules; i++) {
		u->rules[i].vlan = u->vlan;
		u->rules[i].wide |= u->wide;
	}
	if (u->n_rules)
		qsort(u->rules, u->n_rules, sizeof(*u->rules), by_rule_then_place);
	for (i = 0; i < u->n_rules; i++) {
		const struct rule *r = &u->rules[i];

		if (i > 0 && rule_compare(r - 1, r) == 0)
			check_duplicates(r - 1, r, errors);
		if (rule_check(r, &err))
			config_error_at(errors, r->line, r->column, "%s", err.message);
	}
}

static void check_follow(const struct uplink *u, struct config_errors *errors)
{
	size_t i, j;

	for (i = 0; i < u->n_follow; i++) {
		const struct follow *f = &u->follow[i];

		if (u->dev[0] && !strcmp(f->pattern, u->dev))
			config_error_at(errors, f->line, f->column,
					"follow: %s is the uplink itself: name the interfaces that "
					"lead to guests",
					f->pattern);
		for (j = 0; j < i; j++) {
			if (!strcmp(u->follow[j].pattern, f->pattern))
				config_error_at(errors, f->line, f->column,
						"follow: \"%s\" is given twice, first in line %d",
						f->pattern, u->follow[j].line);
		}
	}
}

/* What rules take up in a device's maps. */
struct usage {
	size_t addresses, prefixes;
	bool in_use[129]; /* by prefix length */
};

static void usage_add(struct usage *usage, const struct rule *rules, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		usage->in_use[rules[i].bits] = true;
		if (rules[i].bits < 128)
			usage->prefixes++;
		else
			usage->addresses++;
	}
}

static unsigned int lengths_of(const struct usage *usage)
{
	unsigned int i, n = 0;

	for (i = 0; i < 128; i++)
		n += usage->in_use[i];
	return n;
}

/* What the maps of one device hold: `u` and the n - 1 behind it are its uplinks. */
static void check_device(const struct uplink *u, size_t n, struct config_errors *errors)
{
	struct usage usage = { 0 };
	unsigned int lengths;
	size_t i;

	for (i = 0; i < n; i++)
		usage_add(&usage, u[i].rules, u[i].n_rules);
	lengths = lengths_of(&usage);
	/* The host's own addresses go into the same map. */
	if (usage.addresses > NDPX_MAX_GUESTS - 1024)
		config_error_at(errors, u->line, u->column,
				"%s: more than %d addresses: use prefixes", u->dev,
				NDPX_MAX_GUESTS - 1024);
	if (usage.prefixes > NDPX_MAX_PREFIXES)
		config_error_at(errors, u->line, u->column, "%s: more than %d prefixes", u->dev,
				NDPX_MAX_PREFIXES);
	if (lengths > NDPX_MAX_LENGTHS)
		config_error_at(errors, u->line, u->column,
				"%s: prefixes of %u different lengths, at most %d are supported",
				u->dev, lengths, NDPX_MAX_LENGTHS);
	if (n > NDPX_MAX_VLANS)
		config_error_at(errors, u->line, u->column,
				"%s: %zu VLANs on one device, at most %d are supported", u->dev, n,
				NDPX_MAX_VLANS);
}

/* One device has one program and one set of settings, whatever VLANs share it. */
static const char *differing_key(const struct uplink *a, const struct uplink *b)
{
	if (a->mode != b->mode)
		return "mode";
	if (a->groups != b->groups)
		return "groups";
	if (a->rate != b->rate)
		return "rate";
	if (a->lease != b->lease)
		return "lease";
	if (a->strict_lladdr != b->strict_lladdr)
		return "strict_lladdr";
	if (a->source_mode != b->source_mode || memcmp(&a->source, &b->source, sizeof(a->source)))
		return "source";
	return NULL;
}

static void check_pair(const struct uplink *first, const struct uplink *second,
		       struct config_errors *errors)
{
	const char *key;

	if (!first->dev[0] || strcmp(first->dev, second->dev))
		return;
	if (first->vlan == second->vlan) {
		if (first->vlan)
			config_error_at(errors, second->line, second->column,
					"uplink %s vlan %u is given twice, first in line %d",
					second->dev, second->vlan, first->line);
		else
			config_error_at(errors, second->line, second->column,
					"uplink %s is given twice, first in line %d", second->dev,
					first->line);
		return;
	}
	key = differing_key(first, second);
	if (key)
		config_error_at(errors, second->line, second->column,
				"%s differs from line %d: VLANs of one device share it", key,
				first->line);
}

/* The rules of a section: what of them is twice, or a prefix that is hardly meant. */
static void check_section_rules(struct ports_section *p, struct config_errors *errors)
{
	char text[RULE_TEXT_LEN];
	struct error err;
	size_t i;

	if (!p->n_rules) {
		config_error_at(errors, p->line, p->column,
				"ports \"%s\" has nothing to answer: neither gateway nor onlink",
				p->pattern);
		return;
	}
	qsort(p->rules, p->n_rules, sizeof(*p->rules), by_rule_then_place);
	for (i = 0; i < p->n_rules; i++) {
		struct rule *r = &p->rules[i];

		r->wide = p->wide;
		if (rule_check(r, &err))
			config_error_at(errors, r->line, r->column, "%s", err.message);
		if (i == 0 || rule_compare(r - 1, r) != 0)
			continue;
		target_text(&r->addr, r->bits, text);
		if (r[-1].flags == r->flags)
			config_error_at(errors, r->line, r->column,
					"%s is given twice, first in line %d", text, r[-1].line);
		else
			config_error_at(errors, r->line, r->column,
					"%s is both gateway and onlink (line %d): a gateway is "
					"enough",
					text, r[-1].line);
	}
}

/* Guest ports hold the guests of all uplinks. What sections say differently is seen by apply. */
static void check_ports_room(const struct model *model, struct config_errors *errors)
{
	const struct ports_section *first = &model->ports[0];
	const size_t room = NDPX_MAX_GUESTS - 1024 * model->n_ports; /* beside the host's own */
	struct usage usage = { 0 };
	unsigned int lengths;
	size_t i;

	for (i = 0; i < model->n_uplinks; i++)
		usage_add(&usage, model->uplinks[i].rules, model->uplinks[i].n_rules);
	for (i = 0; i < model->n_ports; i++)
		usage_add(&usage, model->ports[i].rules, model->ports[i].n_rules);
	lengths = lengths_of(&usage);
	if (usage.addresses > room)
		config_error_at(
			errors, first->line, first->column,
			"ports: %zu addresses with the guests of all uplinks; at most %zu fit",
			usage.addresses, room);
	if (usage.prefixes > NDPX_MAX_PREFIXES)
		config_error_at(
			errors, first->line, first->column,
			"ports: %zu prefixes with the guests of all uplinks; at most %d fit",
			usage.prefixes, NDPX_MAX_PREFIXES);
	if (lengths > NDPX_MAX_LENGTHS)
		config_error_at(
			errors, first->line, first->column,
			"ports: prefixes of %u different lengths with those of all uplinks, "
			"at most %d are supported",
			lengths, NDPX_MAX_LENGTHS);
}

static void check_ports(struct model *model, struct config_errors *errors)
{
	size_t i, j;

	for (i = 0; i < model->n_ports; i++) {
		struct ports_section *p = &model->ports[i];

		check_section_rules(p, errors);
		for (j = 0; j < i; j++) {
			if (p->pattern[0] && !strcmp(model->ports[j].pattern, p->pattern))
				config_error_at(errors, p->line, p->column,
						"ports \"%s\" is given twice, first in line %d",
						p->pattern, model->ports[j].line);
		}
		for (j = 0; j < model->n_uplinks; j++) {
			const struct uplink *u = &model->uplinks[j];

			if (u->dev[0] && ports_match(p->pattern, u->dev))
				config_error_at(errors, p->line, p->column,
						"ports \"%s\" matches the uplink %s of line %d: "
						"an uplink is not a guest port",
						p->pattern, u->dev, u->line);
		}
	}
	if (model->n_ports > NDPX_MAX_SECTIONS)
		config_error_at(errors, model->ports[NDPX_MAX_SECTIONS].line,
				model->ports[NDPX_MAX_SECTIONS].column,
				"more than %d ports sections", NDPX_MAX_SECTIONS);
	if (model->n_ports)
		check_ports_room(model, errors);
}

void config_check(struct model *model, struct config_errors *errors)
{
	size_t i, j;

	for (i = 0; i < model->n_uplinks; i++) {
		check_rules(&model->uplinks[i], errors);
		check_follow(&model->uplinks[i], errors);
		for (j = 0; j < i; j++)
			check_pair(&model->uplinks[j], &model->uplinks[i], errors);
	}
	if (model->n_uplinks)
		qsort(model->uplinks, model->n_uplinks, sizeof(*model->uplinks), uplink_compare);
	for (i = 0; i < model->n_uplinks; i += j) {
		for (j = 1; i + j < model->n_uplinks; j++) {
			if (strcmp(model->uplinks[i].dev, model->uplinks[i + j].dev) != 0)
				break;
		}
		check_device(&model->uplinks[i], j, errors);
	}
	check_ports(model, errors);
}
