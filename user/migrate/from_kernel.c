// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The kernel answers for a proxy entry where the device forwards and proxy_ndp is on,
 * for it or for all (ndisc_recv_ns()). The same entries towards guests, for their
 * gateway, belong to no uplink.
 */
#include "migrate/from_kernel.h"

#include <string.h>

static const struct proxy_switch *switch_of(const struct kernel_proxies *k, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < k->n_switches; i++) {
		if (k->switches[i].ifindex == ifindex)
			return &k->switches[i];
	}
	return NULL;
}

/* Is a gateway reached through it? */
static bool leads_out(const struct nl_state *state, uint32_t ifindex)
{
	size_t i;

	for (i = 0; i < state->n_gateways; i++) {
		if (state->gateways[i].ifindex == ifindex)
			return true;
	}
	return false;
}

/* Does the entry tell the guests behind its device of something on an uplink? */
static bool faces_guests(const struct kernel_proxies *k, const struct proxied *p)
{
	return !leads_out(k->state, p->entry.ifindex) && leads_out(k->state, p->out);
}

static void write_entry(const struct kernel_proxies *k, struct conf_writer *conf,
			const struct proxied *p)
{
	const struct nl_link *link = nl_link_by_index(k->state, p->entry.ifindex);
	const struct nl_link *out = p->out ? nl_link_by_index(k->state, p->out) : NULL;
	const struct proxy_switch *on = switch_of(k, p->entry.ifindex);
	struct rule rule = { .action = NDPX_ACT_ANSWER, .bits = 128, .addr = p->entry.addr };
	char text[RULE_TEXT_LEN];
	size_t uplink;

	target_text(&rule.addr, 128, text);
	if (!link) {
		conf_writer_lost(conf, CONF_WRITER_TOP, 0,
				 "%s: an entry without a device: on which uplink?", text);
		return;
	}
	if (on && (!on->forwarding || (!on->proxy_ndp && !k->all_proxy_ndp))) {
		conf_writer_note(
			conf, CONF_WRITER_TOP, 0,
			"%s dev %s: no effect: the kernel does not answer, %s is off there", text,
			link->name, on->forwarding ? "proxy_ndp" : "forwarding");
		return;
	}
	if (faces_guests(k, p)) {
		conf_writer_lost(
			conf, CONF_WRITER_TOP, 0,
			"%s dev %s: not converted: guests ask here for what is on %s: leave "
			"the entry, and proxy_ndp of %s, as they are",
			text, link->name, out ? out->name : "the uplink", link->name);
		return;
	}
	uplink = conf_writer_uplink(conf, link->name, 0);
	if (p->entry.router)
		rule.flags |= NDPX_F_ROUTER;
	if (out && out != link)
		rule.port = out->name;
	conf_writer_rule(conf, uplink, &rule, "%s",
			 !p->out       ? "the host has no route to it"
			 : out == link ? "the host's route to it leads back out here"
				       : "");
}

void from_kernel(const struct kernel_proxies *k, struct conf_writer *conf)
{
	size_t i;

	if (k->all_proxy_ndp)
		conf_writer_note(conf, CONF_WRITER_HEAD, 0, "net.ipv6.conf.all.proxy_ndp was 1");
	for (i = 0; i < k->n_switches; i++) {
		const struct nl_link *link = nl_link_by_index(k->state, k->switches[i].ifindex);

		if (link && k->switches[i].proxy_ndp)
			conf_writer_note(conf, CONF_WRITER_HEAD, 0,
					 "net.ipv6.conf.%s.proxy_ndp was 1", link->name);
	}
	if (!k->n_entries)
		conf_writer_note(conf, CONF_WRITER_HEAD, 0,
				 "The only proxy entries are ndpx's own.");
	for (i = 0; i < k->n_entries; i++)
		write_entry(k, conf, &k->entries[i]);
}
