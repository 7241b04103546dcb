// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of keys, and what reads and prints their values. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "config/keys.h"
#include "util/names.h"

#define UPLINK (1u << SCOPE_UPLINK)
#define GUEST  (1u << SCOPE_GUEST)
#define PORTS  (1u << SCOPE_PORTS)
#define ARGS   (1u << SCOPE_ARGS)
#define DEL    (1u << SCOPE_DEL)

/* Where a scope keeps a value. */
#define KEPT(scope, type, member)                                                                  \
	[scope] = { offsetof(struct type, member), sizeof(((struct type *)0)->member) }
#define OF_UPLINK(member) KEPT(SCOPE_UPLINK, uplink, member)
#define OF_RULE(member)	  KEPT(SCOPE_GUEST, rule, member), KEPT(SCOPE_ARGS, rule, member)
#define OF_PORTS(member)  KEPT(SCOPE_PORTS, ports_section, member)

static void store(const struct key *key, enum key_scope scope, void *object, unsigned long value)
{
	void *to = (char *)object + key->field[scope].at;
	uint32_t four = (uint32_t)value;
	uint16_t two = (uint16_t)value;
	uint8_t one = (uint8_t)value;

	switch (key->field[scope].size) {
	case 4:
		memcpy(to, &four, sizeof(four));
		break;
	case 2:
		memcpy(to, &two, sizeof(two));
		break;
	default:
		memcpy(to, &one, sizeof(one));
	}
}

static int parse_one_of(const struct key *key, enum key_scope scope, const char *text, void *object,
			struct error *err)
{
	struct rule *rule = object;
	int i = parse_choice(text, key->choices, err);

	if (i < 0)
		return i;
	if (key->flag)
		rule->flags = i ? rule->flags | key->flag : rule->flags & (uint8_t)~key->flag;
	else
		store(key, scope, object, (unsigned long)i);
	return 0;
}

static const char *print_one_of(const struct key *key, const struct guest_args *object,
				char buf[KEY_TEXT_LEN])
{
	uint8_t value = key->flag ? (object->rule.flags & key->flag) != 0
				  : *((const uint8_t *)object + key->field[SCOPE_ARGS].at);

	(void)buf;
	return key->choices[value];
}

static int parse_count(const struct key *key, enum key_scope scope, const char *text, void *object,
		       struct error *err)
{
	unsigned long value;
	int r = parse_number(text, key->max, &value, err);

	if (!r)
		store(key, scope, object, value);
	return r;
}

/* On the command line the device may name a VLAN as well, before or after this. */
static int parse_vlan(const struct key *key, enum key_scope scope, const char *text, void *object,
		      struct error *err)
{
	struct place *place = &((struct guest_args *)object)->place;
	unsigned long vid;
	int r;

	if (scope == SCOPE_UPLINK)
		return parse_count(key, scope, text, object, err);
	r = parse_number(text, key->max, &vid, err);
	if (r)
		return r;
	if (place->have_vlan && place->vlan != vid)
		return error_set(err, EXIT_USAGE, EINVAL, "%lu, but the device says VLAN %u", vid,
				 place->vlan);
	place->vlan = (uint16_t)vid;
	place->have_vlan = true;
	return 0;
}

static const char *print_vlan(const struct key *key, const struct guest_args *object,
			      char buf[KEY_TEXT_LEN])
{
	(void)key;
	snprintf(buf, KEY_TEXT_LEN, "%u", object->place.vlan);
	return buf;
}

static int parse_device(const struct key *key, enum key_scope scope, const char *text, void *object,
			struct error *err)
{
	struct place *place = &((struct guest_args *)object)->place, named = { 0 };
	int r = parse_dev(text, &named, err);

	(void)key;
	(void)scope;
	if (r)
		return r;
	if (place->have_vlan && named.have_vlan && place->vlan != named.vlan)
		return error_set(err, EXIT_USAGE, EINVAL, "%s contradicts vlan %u", text,
				 place->vlan);
	if (!named.have_vlan) {
		named.vlan = place->vlan;
		named.have_vlan = place->have_vlan;
	}
	*place = named;
	return 0;
}

static const char *print_device(const struct key *key, const struct guest_args *object,
				char buf[KEY_TEXT_LEN])
{
	(void)key;
	(void)buf;
	return object->place.dev;
}

static int parse_port(const struct key *key, enum key_scope scope, const char *text, void *object,
		      struct error *err)
{
	char name[DEV_NAME_LEN];
	int r = parse_ifname(text, name, err);

	(void)key;
	(void)scope;
	if (r)
		return r;
	((struct rule *)object)->port = name_keep(name);
	return ((struct rule *)object)->port ? 0
					     : error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

static const char *print_port(const struct key *key, const struct guest_args *object,
			      char buf[KEY_TEXT_LEN])
{
	(void)key;
	(void)buf;
	return object->rule.port;
}

static int parse_lladdr(const struct key *key, enum key_scope scope, const char *text, void *object,
			struct error *err)
{
	struct rule *rule = object;
	int r = parse_mac(text, rule->lladdr, err);

	(void)scope;
	if (!r)
		rule->flags |= key->flag;
	return r;
}

static const char *print_lladdr(const struct key *key, const struct guest_args *object,
				char buf[KEY_TEXT_LEN])
{
	return object->rule.flags & key->flag ? mac_text(object->rule.lladdr, buf) : NULL;
}

static int parse_paused(const struct key *key, enum key_scope scope, const char *text, void *object,
			struct error *err)
{
	struct rule *rule = object;
	int i = parse_choice(text, key->choices, err);

	(void)scope;
	if (i < 0)
		return i;
	rule->flags = i ? rule->flags | key->flag : rule->flags & (uint8_t)~key->flag;
	rule->more = i == 2 ? NDPX_M_UNTIL_SEEN : 0;
	return 0;
}

/* One that has been seen is not paused. */
static const char *print_paused(const struct key *key, const struct guest_args *object,
				char buf[KEY_TEXT_LEN])
{
	(void)buf;
	if (!(object->rule.flags & key->flag))
		return key->choices[0];
	return key->choices[object->rule.more & NDPX_M_UNTIL_SEEN ? 2 : 1];
}

static int parse_source(const struct key *key, enum key_scope scope, const char *text, void *object,
			struct error *err)
{
	struct uplink *uplink = object;
	struct in6_addr addr;
	unsigned int mode;

	(void)key;
	(void)scope;
	for (mode = NDPX_SOURCE_TARGET; mode <= NDPX_SOURCE_LINK_LOCAL; mode++) {
		if (!strcmp(text, source_name((enum ndpx_source)mode))) {
			uplink->source_mode = (enum ndpx_source)mode;
			return 0;
		}
	}
	if (parse_address(text, &addr, err))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "invalid value '%s' (expected target, link-local or an IPv6 "
				 "address)",
				 text);
	if (IN6_IS_ADDR_MULTICAST(&addr) || IN6_IS_ADDR_UNSPECIFIED(&addr) ||
	    IN6_IS_ADDR_LOOPBACK(&addr))
		return error_set(err, EXIT_USAGE, EINVAL, "'%s' cannot be the source of an answer",
				 text);
	uplink->source = addr;
	uplink->source_mode = NDPX_SOURCE_FIXED;
	return 0;
}

static int parse_announce(const struct key *key, enum key_scope scope, const char *text,
			  void *object, struct error *err)
{
	struct uplink *uplink = object;
	unsigned long seconds = 0;

	(void)scope;
	if (!strcmp(text, "off"))
		uplink->announce = ANNOUNCE_OFF;
	else if (!strcmp(text, "add"))
		uplink->announce = ANNOUNCE_ADD;
	else if (parse_number(text, key->max, &seconds, err) || !seconds)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "invalid value '%s' (expected off, add or 1 to %lu seconds)", text,
				 key->max);
	else
		uplink->announce = (uint32_t)seconds;
	return 0;
}

static int parse_deny(const struct key *key, enum key_scope scope, const char *text, void *object,
		      struct error *err)
{
	struct rule *rule = object;

	(void)key;
	(void)scope;
	rule->action = NDPX_ACT_DENY;
	return parse_target(text, rule, err);
}

static int parse_follow(const struct key *key, enum key_scope scope, const char *text, void *object,
			struct error *err)
{
	(void)key;
	(void)scope;
	return follow_add(object, text, err);
}

static int parse_gateways(const struct key *key, enum key_scope scope, const char *text,
			  void *object, struct error *err)
{
	(void)key;
	(void)scope;
	return parse_gateway(text, object, err);
}

static int parse_onlinks(const struct key *key, enum key_scope scope, const char *text,
			 void *object, struct error *err)
{
	(void)key;
	(void)scope;
	return parse_onlink(text, object, err);
}

/* In the order that `guest show` prints. A new key is a row here, its use, and its paragraph in ndpx.conf(5). */
const struct key keys[] = {
	{ .name = "uplink",
	  .where = 1u << SCOPE_FILE,
	  .opens = SCOPE_UPLINK,
	  .values = "DEV",
	  .help = "an interface or VLAN on which solicitations are answered" },
	{ .name = "ports",
	  .where = 1u << SCOPE_FILE,
	  .opens = SCOPE_PORTS,
	  .values = "PATTERN",
	  .help = "interfaces that lead to guests" },
	{ .name = "guest",
	  .where = UPLINK,
	  .opens = SCOPE_GUEST,
	  .values = "ADDR[/LEN]",
	  .help = "an address or prefix to answer for" },
	{ .name = "dev",
	  .where = ARGS | DEL,
	  .parse = parse_device,
	  .print = print_device,
	  .values = "DEV",
	  .help = "the uplink; eth0.88 is VLAN 88 of eth0" },
	{ .name = "vlan",
	  .where = UPLINK | ARGS | DEL,
	  .parse = parse_vlan,
	  .print = print_vlan,
	  .field = { OF_UPLINK(vlan) },
	  .max = 4094,
	  .number = true,
	  .values = "N",
	  .by_default = "0",
	  .help = "the VLAN; 0: untagged" },
	{ .name = "mode",
	  .where = UPLINK,
	  .parse = parse_one_of,
	  .field = { OF_UPLINK(mode) },
	  .choices = mode_names,
	  .by_default = "auto",
	  .help = "how the program is attached" },
	{ .name = "source",
	  .where = UPLINK,
	  .parse = parse_source,
	  .values = "target|link-local|ADDR",
	  .by_default = "target",
	  .help = "the IPv6 source of answers" },
	{ .name = "groups",
	  .where = UPLINK,
	  .parse = parse_one_of,
	  .field = { OF_UPLINK(groups) },
	  .choices = groups_names,
	  .by_default = "auto",
	  .help = "how multicast solicitations get past the NIC's filter" },
	{ .name = "rate",
	  .where = UPLINK,
	  .parse = parse_count,
	  .field = { OF_UPLINK(rate) },
	  .max = 1000000000,
	  .number = true,
	  .values = "N",
	  .by_default = "0",
	  .help = "answers a second for each asking MAC; 0: no limit" },
	{ .name = "lease",
	  .where = UPLINK,
	  .parse = parse_count,
	  .field = { OF_UPLINK(lease) },
	  .max = 86400,
	  .number = true,
	  .values = "SECONDS",
	  .by_default = "0",
	  .help = "run: goes silent when not refreshed for so long; 0: never" },
	{ .name = "announce",
	  .where = UPLINK,
	  .parse = parse_announce,
	  .max = 86400,
	  .values = "off|add|SECONDS",
	  .by_default = "add",
	  .help = "run: tells the link of new guests, or of all periodically as well" },
	{ .name = "strict_lladdr",
	  .where = UPLINK,
	  .parse = parse_one_of,
	  .field = { OF_UPLINK(strict_lladdr) },
	  .choices = off_on_names,
	  .by_default = "off",
	  .help = "leaves a solicitation with two different MACs to the kernel" },
	{ .name = "deny",
	  .where = UPLINK,
	  .parse = parse_deny,
	  .list = true,
	  .values = "ADDR[/LEN]",
	  .help = "addresses and prefixes that are never answered for" },
	{ .name = "follow",
	  .where = UPLINK,
	  .parse = parse_follow,
	  .list = true,
	  .names = true,
	  .values = "PATTERN",
	  .help = "run: a route through such an interface makes its destination a guest" },
	{ .name = "gateway",
	  .where = PORTS,
	  .parse = parse_gateways,
	  .list = true,
	  .values = "ADDR",
	  .help = "gateway addresses, answered for with the R flag" },
	{ .name = "onlink",
	  .where = PORTS,
	  .parse = parse_onlinks,
	  .list = true,
	  .values = "ADDR[/LEN]",
	  .help = "prefixes that guests believe to be on their link" },
	{ .name = "port",
	  .where = GUEST | ARGS,
	  .parse = parse_port,
	  .print = print_port,
	  .values = "IF",
	  .help = "the interface that leads to the guest" },
	{ .name = "lladdr",
	  .where = GUEST | ARGS,
	  .parse = parse_lladdr,
	  .print = print_lladdr,
	  .flag = NDPX_F_LLADDR,
	  .values = "MAC",
	  .help = "the MAC address inside the answer" },
	{ .name = "router",
	  .where = GUEST | ARGS,
	  .parse = parse_one_of,
	  .print = print_one_of,
	  .choices = off_on_names,
	  .flag = NDPX_F_ROUTER,
	  .by_default = "off",
	  .help = "the R flag of the answer" },
	{ .name = "override",
	  .where = GUEST | ARGS,
	  .parse = parse_one_of,
	  .print = print_one_of,
	  .choices = off_on_names,
	  .flag = NDPX_F_OVERRIDE,
	  .by_default = "off",
	  .help = "the O flag of the answer" },
	{ .name = "dad",
	  .where = GUEST | ARGS,
	  .parse = parse_one_of,
	  .print = print_one_of,
	  .choices = dad_names,
	  .flag = NDPX_F_DAD_IGNORE,
	  .by_default = "defend",
	  .help = "how duplicate address detection for the address is handled" },
	{ .name = "answer",
	  .where = GUEST | ARGS,
	  .parse = parse_one_of,
	  .print = print_one_of,
	  .field = { OF_RULE(answer) },
	  .choices = answer_names,
	  .by_default = "always",
	  .help = "whether a route or a neighbour entry is required to answer" },
	{ .name = "paused",
	  .where = GUEST | ARGS,
	  .parse = parse_paused,
	  .print = print_paused,
	  .choices = paused_names,
	  .flag = NDPX_F_PAUSED,
	  .by_default = "off",
	  .help = "keeps the rule but does not answer" },
	{ .name = "wide",
	  .where = UPLINK | GUEST | PORTS | ARGS,
	  .parse = parse_one_of,
	  .print = print_one_of,
	  .field = { OF_UPLINK(wide), OF_RULE(wide), OF_PORTS(wide) },
	  .choices = off_on_names,
	  .set_only = true,
	  .by_default = "off",
	  .help = "allows a prefix shorter than /48" },
};
const size_t n_keys = sizeof(keys) / sizeof(keys[0]);
_Static_assert(sizeof(keys) / sizeof(keys[0]) <= MAX_KEYS, "what is kept by row has no room");
