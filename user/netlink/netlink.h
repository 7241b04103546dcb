/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's network state, through rtnetlink, ethtool and sysctl: links, addresses, gateways,
 * proxy entries, filters. Knows neither BPF nor rules.
 */
#ifndef NDPX_NETLINK_H
#define NDPX_NETLINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

struct nl_link {
	uint32_t ifindex;
	uint32_t master;     /* ifindex of the bond or bridge it is in, 0: none */
	uint32_t lower;	     /* ifindex of the device below, 0: none */
	int32_t lower_netns; /* id of the namespace `lower` is in, -1: this one */
	uint16_t vlan;	     /* VID of a VLAN device, 0: it is none */
	uint32_t vrf_table;  /* of a VRF: its routing table, 0: it is none */
	uint16_t vlan_proto; /* its ethertype, 0x8100 or 0x88a8; 0: not known */
	uint32_t flags;	     /* IFF_* */
	uint8_t mac[6];
	bool is_ethernet; /* ARPHRD_ETHER, with a station's MAC */
	bool isolated;	  /* a bridge's port that other isolated ones of it do not hear */
	bool routed;	  /* a unicast route, other than to link-local addresses, leaves by it */
	char name[IFNAMSIZ];
	char *altnames; /* further names, each ended by a NUL, the last by two; NULL: none. Owned */
	/*
	 * A tunnel whose far end comes with each packet (collect metadata): what has none, as a
	 * redirected frame, is dropped by the driver.
	 */
	bool external;
	char kind[16]; /* "veth", "bond"; "" for hardware */
	char bus[16];  /* of hardware: "pci", "xen"; "" where it cannot be told */
};

struct nl_address {
	uint32_t ifindex;
	struct in6_addr addr;
};

/* A network that is on-link on an interface, or that the host takes for its own (AnyIP). */
struct nl_net {
	uint32_t ifindex;
	bool local; /* a route of type local */
	uint8_t bits;
	struct in6_addr addr;
};

/* A proxy neighbour entry (ip -6 neigh add proxy). */
struct nl_proxy {
	uint32_t ifindex;
	uint8_t protocol; /* NDA_PROTOCOL, kernel 5.0: who made it */
	bool router;	  /* the kernel answers with the R flag */
	struct in6_addr addr;
};

/* What the kernel knows of this network namespace, read in one go. Arrays are owned. */
struct nl_state {
	struct nl_link *links;
	size_t n_links;
	struct nl_address *addresses; /* IPv6, all interfaces */
	size_t n_addresses;
	struct nl_address
		*gateways; /* IPv6 next hops of all tables, each once, with its interface */
	size_t n_gateways;
	struct nl_net *nets; /* routes without gateway, 1 to 127 bits; local ones up to 128 */
	size_t n_nets;
	/* For nl_link_by_index() and nl_next_address(), which do without where they are NULL. */
	uint32_t *links_order, *addresses_order;
};

/* 0 or -errno with *err set. nl_state_free() after success. */
int nl_state_read(struct nl_state *ret, struct error *err);
/* Interfaces only, which is quick however many routes there are. */
int nl_links_read(struct nl_state *ret, struct error *err);
void nl_state_free(struct nl_state *state);

/* The altname after `last`, or the first where that is NULL; NULL: no more. */
const char *nl_next_altname(const struct nl_link *link, const char *last);
/* The ifindex of an interface by any of its names; 0: none. */
uint32_t nl_index_of(const char *name);
/* NULL when there is none. The pointer is into `state`. A name can be an altname as well. */
const struct nl_link *nl_link_by_name(const struct nl_state *state, const char *name);
const struct nl_link *nl_link_by_index(const struct nl_state *state, uint32_t ifindex);
/* The interface's address after `last`, or its first where that is NULL; NULL: no more. */
const struct nl_address *nl_next_address(const struct nl_state *state, uint32_t ifindex,
					 const struct nl_address *last);

/* Is it such a tunnel, or does it stand on one? */
bool nl_is_external(const struct nl_link *link, const struct nl_state *state);

/* The flag IFF_ALLMULTI of the device, as `ip link set allmulticast on`. */
int nl_set_allmulti(uint32_t ifindex, bool on, struct error *err);

/* All IPv6 proxy entries of the namespace; the array is the caller's to free. */
int nl_proxy_read(struct nl_proxy **ret, size_t *ret_n, struct error *err);
/* Adds or deletes the entries one by one; an entry that is (not) there already is fine. */
int nl_proxy_change(bool add, const struct nl_proxy *entries, size_t n, struct error *err);

/* Removes clsact from a device unless a filter is left on it, which is not an error. */
int nl_clsact_remove_if_empty(uint32_t ifindex, struct error *err);

/* A filter of a device's clsact or ingress qdisc, at ingress, in chain 0. */
struct nl_filter {
	uint32_t handle, prog_id; /* 0: not a BPF filter */
	uint16_t priority;
	uint16_t protocol; /* ETH_P_*, host order */
	char kind[16];
};

/* In the order in which they run; none without such a qdisc. The array is the caller's. */
int nl_filters_read(uint32_t ifindex, struct nl_filter **ret, size_t *ret_n, struct error *err);

/* SO_NETNS_COOKIE (kernel 5.14), else the namespace's inode number. */
uint64_t nl_netns_cookie(void);

/* The XDP programs on a device; ids, 0: none. */
struct nl_xdp {
	uint8_t attached; /* XDP_ATTACHED_* */
	uint32_t prog_id; /* where there is one only, of whatever mode */
	uint32_t native_id, generic_id;
};

/* Of one device, in the namespace with this id; -1: in this one. libbpf 1.1 would list all devices. */
int nl_xdp_read(uint32_t ifindex, int32_t netns, struct nl_xdp *ret);

/*
 * Does the other end of a veth run an XDP program? What XDP_TX sends arrives only
 * then (veth_xdp_flush() in the kernel). False as well where we may not look.
 */
bool nl_peer_has_xdp(const struct nl_link *veth);

/* Does the NIC take VLAN tags out of frames before XDP sees them? (ethtool rxvlan) */
bool nl_strips_vlan(const char *dev);

/*
 * net.ipv6.conf.DEV.KEY of the network namespace this process is in, also after setns();
 * -1 where this kernel or device has none.
 */
int sysctl_ipv6(const char *dev, const char *key);

#endif
