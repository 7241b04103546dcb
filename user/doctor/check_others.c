// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who else answers, or keeps the answers from getting out. Pure. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor.h"

/* Proxy entries of the kernel that it does answer for, and that are not ours. */
static void check_kernel(const struct doctor_snapshot *snap, const struct doctor_uplink *up,
			 const struct doctor_l3_dev *l3_dev, struct findings *ret)
{
	struct several entries = { 0 };
	size_t i;

	if (snap->proxy_all <= 0 && l3_dev->proxy_ndp <= 0)
		return;
	for (i = 0; i < snap->n_proxies; i++) {
		const struct nl_proxy *p = &snap->proxies[i];
		struct ndpx_key key = { .bits = 128 };

		if (p->protocol == GROUPS_PROTOCOL || (p->ifindex && p->ifindex != l3_dev->ifindex))
			continue;
		memcpy(key.addr, &p->addr, sizeof(key.addr));
		several_add(&entries, &key);
	}
	if (entries.n)
		finding_add(ret, DOCTOR_KERNEL_PROXY,
			    &(struct subject){ .dev = up->dev,
					       .vlan = l3_dev->vlan,
					       .addr = entries.first,
					       .other = l3_dev->name },
			    "the kernel answers for its proxy entry %s", several_text(&entries));
}

/* One finding for each MAC address that answers, however many guests it claims. */
static void check_claims(const struct doctor_uplink *up, struct findings *ret)
{
	size_t i, j;

	for (i = 0; i < up->n_claims; i++) {
		const struct doctor_claim *c = &up->claims[i];
		struct several addrs = { 0 };
		char mac[18];

		for (j = 0; j < up->n_claims; j++) {
			const struct doctor_claim *other = &up->claims[j];
			struct ndpx_key key = { .bits = 128 };

			if (other->vlan != c->vlan || memcmp(other->mac, c->mac, 6) != 0)
				continue;
			if (j < i)
				break; /* said already */
			memcpy(key.addr, &other->addr, sizeof(key.addr));
			several_add(&addrs, &key);
		}
		if (!addrs.n)
			continue;
		mac_text(c->mac, mac);
		finding_add(ret, DOCTOR_DUPLICATE,
			    &(struct subject){ .dev = up->dev,
					       .vlan = c->vlan,
					       .addr = addrs.first,
					       .other = mac },
			    "%s answers for guest %s as well", mac, several_text(&addrs));
	}
}

void doctor_check_responders(const struct doctor_snapshot *snap, struct findings *ret)
{
	size_t i, j;

	for (i = 0; i < snap->n_uplinks; i++) {
		const struct doctor_uplink *up = &snap->uplinks[i];

		for (j = 0; j < up->n_l3_devs; j++)
			check_kernel(snap, up, &up->l3_devs[j], ret);
		check_claims(up, ret);
	}
	for (i = 0; i < snap->n_processes; i++) {
		const struct doctor_process *p = &snap->processes[i];

		finding_add(ret, DOCTOR_DAEMON_ALIVE, &(struct subject){ .other = p->name },
			    "%s runs in this network namespace, pid %d", p->name, p->pid);
	}
}
