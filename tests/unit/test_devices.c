// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Made-up devices on which native XDP would not work, as no test machine has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "apply/native.h"

/* Interfaces that do not exist: ethtool fails for them, and a veth's peer is not found. */
static struct nl_link links[3];
static struct nl_state state = { .links = links };

static struct nl_link *add(uint32_t ifindex, const char *kind, const char *bus)
{
	struct nl_link *l = &links[state.n_links++];

	*l = (struct nl_link){ .ifindex = ifindex, .is_ethernet = true, .lower_netns = -1 };
	snprintf(l->name, sizeof(l->name), "no-such-%u", ifindex);
	strcpy(l->kind, kind);
	strcpy(l->bus, bus);
	return l;
}

static const char *trouble(const struct nl_link *link, bool tags)
{
	const struct nl_link *tag_stripper = link;
	const char *why = native_trouble(link, &state, tags, &tag_stripper);

	assert_null(tag_stripper);
	return why;
}

static void xen_nics(void **test)
{
	struct nl_link *nic, *bond, *slave;

	(void)test;
	state.n_links = 0;
	nic = add(900001, "", "xen");
	assert_non_null(strstr(trouble(nic, false), "Xen"));
	strcpy(nic->bus, "pci");
	assert_null(trouble(nic, false));
	assert_null(trouble(nic, true));

	bond = add(900002, "bond", "");
	slave = add(900003, "", "virtio");
	slave->master = bond->ifindex;
	assert_null(trouble(bond, false));
	strcpy(slave->bus, "xen");
	assert_non_null(strstr(trouble(bond, false), "Xen"));
}

static void veths(void **test)
{
	struct nl_link *veth;

	(void)test;
	state.n_links = 0;
	veth = add(900001, "veth", "");
	assert_non_null(strstr(trouble(veth, false), "other end"));
	assert_non_null(strstr(trouble(veth, true), "tag"));
}

static void external_tunnels(void **test)
{
	struct nl_link *vxlan, *upper;

	(void)test;
	state.n_links = 0;
	vxlan = add(900001, "vxlan", "");
	upper = add(900002, "vlan", "");
	upper->lower = vxlan->ifindex;
	assert_false(nl_is_external(vxlan, &state) || nl_is_external(upper, &state));
	vxlan->external = true;
	assert_true(nl_is_external(vxlan, &state) && nl_is_external(upper, &state));
	/* `lower` is an index in another namespace, or a veth's peer. */
	upper->lower_netns = 0;
	assert_false(nl_is_external(upper, &state));
	upper->lower_netns = -1;
	strcpy(upper->kind, "veth");
	assert_false(nl_is_external(upper, &state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xen_nics),
		cmocka_unit_test(veths),
		cmocka_unit_test(external_tunnels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
