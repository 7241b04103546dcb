/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the guest ports' instance should hold: which interfaces are guest ports of which
 * section, and what each section's ports are told of gateways, neighbours and all guests.
 * Pure, as uplink.h is.
 */
#ifndef NDPX_DESIRED_PORTS_H
#define NDPX_DESIRED_PORTS_H

#include "desired/uplink.h"

/* Left alone: which device routes for the guests behind this port could not be told. */
struct unclear_port {
	char dev[IFNAMSIZ], bridge[IFNAMSIZ];
};

struct desired_ports {
	struct entry *entries; /* owned; sorted, each key once; `vlan`: see struct ndpx_key */
	size_t n_entries;
	struct guest_port *ports; /* owned; sorted by ifindex */
	size_t n_ports;
	struct ndpx_sections sections;
	struct ndpx_net nets[NDPX_MAX_NETS]; /* local ones (AnyIP), as in struct ndpx_settings */
	struct notes notes;
	struct unclear_port *unclear; /* owned */
	size_t n_unclear;
};

/*
 * `guests` are the `n_guests` rules of all uplinks as their maps hold them, in any order
 * and of whatever VLAN. 0, or -ENOMEM or -E2BIG with *err set. desired_ports_free() after
 * success.
 */
int desired_ports_build(const struct model *model, const struct nl_state *state,
			const struct entry *guests, size_t n_guests, struct desired_ports *ret,
			struct error *err);
void desired_ports_free(struct desired_ports *desired);

/* The ports, their notes and what is unclear, alone. 0, -ENOMEM or -E2BIG. */
int desired_ports_find(struct desired_ports *w, const struct model *model,
		       const struct nl_state *state);
/* Order of struct guest_port. */
int guest_port_compare(const void *a, const void *b);

/* All that is known of one address or prefix in one section. Begins zeroed. */
struct port_facts {
	bool gateway, onlink; /* the section says so */
	bool own;	      /* an address of this host */
	bool guest;	      /* of some uplink */
	bool denied;	      /* on some uplink */
	bool inside_onlink;   /* of the section; matters for what is denied or own */
	bool link_local;
	bool paused;
	uint8_t flags;	   /* NDPX_F_ROUTER, NDPX_F_DAD_IGNORE of the guest */
	uint8_t answer;	   /* enum ndpx_answer_mode of the guest */
	uint32_t port;	   /* where this host's stack sees the guest's port, 0: not known */
	uint32_t isolated; /* and the isolated bridge port that the guest is behind, 0: none */
};

/* Takes in what an uplink says; `ports` tell where a rule's port is seen. */
void port_facts_add(struct port_facts *facts, const struct ndpx_policy *policy,
		    const struct guest_port *ports, size_t n_ports);
/* What the section's ports are told of it; NDPX_ACT_NONE: nothing. */
struct ndpx_policy port_facts_policy(const struct port_facts *facts);

/* Is it a rule of an uplink that guest ports take no part in? */
bool port_facts_skip(const struct ndpx_key *key, const struct ndpx_policy *policy);

#endif
