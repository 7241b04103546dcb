/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What `doctor` and a few others ask: one device in detail, whole tables of the namespace,
 * and where a packet would go.
 */
#ifndef NDPX_NETLINK_DETAIL_H
#define NDPX_NETLINK_DETAIL_H

#include "netlink/netlink.h"

/* One device, of this network namespace or of another one that it has an id for. */
struct nl_detail {
	uint32_t ifindex;
	uint32_t flags;	 /* IFF_* */
	uint32_t master; /* ifindex in its own namespace, 0: none */
	uint32_t mtu;
	uint32_t promiscuity; /* how many hold it promiscuous */
	uint32_t allmulti;    /* how many hold it allmulticast, kernel 6.0; 0 before */
	uint32_t xdp_id;      /* the XDP program, 0: none */
	bool xdp_native;
	uint64_t rx_packets;
	bool ra_received; /* took a router advertisement since it is up */
	char name[IFNAMSIZ];
	char kind[16];
	/* of a bridge */
	bool mcast_snooping;
	bool mcast_querier; /* an MLD querier is known, itself or another: kernel 5.15 */
	/* of a bridge port */
	uint8_t mcast_router; /* 2: gets all multicast */
};

/* `netns` is the id as in struct nl_link, -1: this one. 0, or -errno with *err set. */
int nl_detail_read(uint32_t ifindex, int32_t netns, struct nl_detail *ret, struct error *err);

/* ethtool's flag: the NIC merges received frames. */
bool nl_has_lro(const char *dev);

/* A multicast group that a device is a member of. */
struct nl_member {
	uint32_t ifindex;
	struct in6_addr group;
};

/* An IPv6 group in a bridge's table; `port` is the bridge itself where the host joined. */
struct nl_mdb {
	uint32_t bridge, port;
	uint16_t vlan;
	struct in6_addr group;
};

/* An IPv6 route; several next hops are several of these. Without the local table. */
struct nl_route {
	struct in6_addr dst;
	uint8_t bits;
	uint8_t type;	  /* RTN_* */
	uint8_t protocol; /* RTPROT_* */
	uint32_t oif;	  /* 0: none */
	uint32_t table;
	uint32_t metric;	 /* of several routes to one destination the lowest counts */
	struct in6_addr gateway; /* unspecified: none */
};

/* Whole tables. The array is the caller's to free. 0, or -errno with *err set. */
int nl_members_read(struct nl_member **ret, size_t *ret_n, struct error *err);
int nl_mdb_read(struct nl_mdb **ret, size_t *ret_n, struct error *err);
int nl_routes_read(struct nl_route **ret, size_t *ret_n, struct error *err);

/* An IPv6 neighbour whose MAC the kernel knows, however old: no proxy entry, no group. */
struct nl_neighbour {
	uint32_t ifindex;
	uint8_t mac[6];
	struct in6_addr addr;
};
int nl_neighbours_read(struct nl_neighbour **ret, size_t *ret_n, struct error *err);

/* IPv6 neighbours that the kernel asked for in vain (NUD_FAILED). Whole table, as above. */
int nl_failed_read(struct nl_address **ret, size_t *ret_n, struct error *err);

/*
 * A base chain of nftables, or of the legacy ip6tables. One on several devices (hooks ingress
 * and egress) is several of these.
 */
struct nl_chain {
	uint8_t family; /* NFPROTO_* */
	bool legacy;	/* of ip6_tables, not of nf_tables */
	uint32_t hook;	/* NF_INET_*, or NF_NETDEV_* where `dev` is set */
	bool policy_drop;
	bool may_drop; /* a rule in it drops, or leads to another chain */
	char type[16]; /* "filter", "nat", "route" */
	char table[64], name[64];
	char dev[IFNAMSIZ]; /* "": all */
};
int nl_chains_read(struct nl_chain **ret, size_t *ret_n, struct error *err);

/* NUD_* of a neighbour entry, 0 if there is none. */
uint16_t nl_neigh_state(uint32_t ifindex, const struct in6_addr *addr);
/* Makes the kernel solicit it now; `state` is nl_neigh_state()'s. What is refused shows in the state. */
void nl_neigh_probe(uint32_t ifindex, const struct in6_addr *addr, uint16_t state);
/* Removes the entry, unless it is a permanent one: what is there afterwards is new. */
void nl_neigh_forget(uint32_t ifindex, const struct in6_addr *addr);

/* Where a frame for `dst` that comes in on `iif` goes. */
struct nl_hop {
	int error;    /* -errno of the route: ENETUNREACH none, EHOSTUNREACH unreachable, ... */
	uint8_t type; /* RTN_* */
	uint32_t oif;
};

/* Asks for `n` addresses; `iif` 0: as the host itself would send. 0, or -errno with *err set. */
int nl_hops_read(uint32_t iif, const struct in6_addr *dst, size_t n, struct nl_hop *ret,
		 struct error *err);

/*
 * The interface that the route for what comes in on `iif` leaves by, 0 where there is none,
 * also for what is not forwarded (unreachable, the host's own).
 */
int nl_route_out(uint32_t iif, const struct in6_addr *addr, uint32_t *ret, struct error *err);

#endif
