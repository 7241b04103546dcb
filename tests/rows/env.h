/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the table's frames meet: the stations of "Vectors", the rules, and the environments,
 * which differ in settings and a rule or two.
 */
#ifndef ENV_H
#define ENV_H

#include "rows.h"

struct mac {
	__u8 b[6];
};

struct addr {
	__u8 b[16];
};

struct mac mac_of(const char *text);
struct addr addr_of(const char *text); /* aborts on a typo */

#define ROUTER_MAC "02:00:00:00:00:01"
#define ROUTER	   "fe80::1"
#define H_MAC	   "02:00:00:00:00:fe"
#define L_ADDR	   "fe80::fe"
#define T_ADDR	   "2001:db8:1::1234"
#define FIXED	   "2001:db8:1::fffe" /* source of the answers in ENV_FIXED */

/* Exact rules; each but T differs from T in one thing. */
#define G_ROUTER   "2001:db8:1::a0"
#define G_OVERRIDE "2001:db8:1::a1"
#define G_LLADDR   "2001:db8:1::a2"
#define G_ALL	   "2001:db8:1::a3" /* router, override and lladdr */
#define G_IGNORE   "2001:db8:1::a4"
#define G_PAUSED   "2001:db8:1::a5"
#define G_SAME	   "2001:db8:1::a6" /* behind the asking port */
#define G_OTHER	   "2001:db8:1::a7"
#define G_NONE	   "2001:db8:1::a8" /* an entry that says nothing */
#define G_DENIED   "2001:db8:1::d"
#define G_LINK	   "fe80::34"
#define G_ULA	   "fd00:1::34"
#define G_VLAN88   "2001:db8:88::34" /* on VLAN 88 only */
#define OWN	   "2001:db8:1::fe"  /* this host */
#define OWN_VLAN88 "2001:db8:88::fe"

/* Guest ports only: rules of one section, and what is another's. */
#define PORT_GROUP	3
#define G_GATEWAY	"2001:db8:1::1"
#define G_GATEWAY_LL	"fe80::11"
#define G_GATEWAY_SAME	"2001:db8:1::b0" /* a guest behind the asking port is the gateway */
#define G_GATEWAY_OTHER "2001:db8:1::b1" /* one behind another port is */
#define G_SIBLING	"2001:db8:1::b2" /* behind another port, and a router */
#define G_ONLINK	"2001:db8:4::"	 /* /64 */
#define OWN_ONLINK	"2001:db8:4::fe" /* this host's, and answered for */
#define G_ELSEWHERE	"2001:db8:1::b3" /* of another section */

#define LLADDR_MAC "02:00:00:00:aa:01" /* of every exact rule with an lladdr */

enum env_id {
	ENV_TARGET,	    /* the defaults */
	ENV_LINK_LOCAL,	    /* source = link-local */
	ENV_LL_ROUTER,	    /* and T has router = on */
	ENV_FIXED,	    /* source = FIXED */
	ENV_STRICT,	    /* strict_lladdr = on */
	ENV_PAUSED,	    /* the uplink is paused */
	ENV_LEASE,	    /* the uplink's lease has run out, without having been refreshed once */
	ENV_NO_LL,	    /* the port has no link-local address */
	ENV_EXACT,	    /* no prefix rules */
	ENV_LENGTHS,	    /* as many prefix lengths as an uplink may have: /49 to /64 */
	ENV_END,	    /* of uplinks */
	ENV_PORT = ENV_END, /* guest ports */
	ENV_ALL,
};

const struct row_env *env_get(enum env_id id);

#endif
