/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The snapshot that the checks judge: what is pinned, what the file says, and what the
 * kernel has, read once. Everything in it is data, so that a test can make one up.
 */
#ifndef NDPX_DOCTOR_LOOK_H
#define NDPX_DOCTOR_LOOK_H

#include "dataplane/dataplane.h"
#include "apply/groups.h"
#include "netlink/detail.h"
#include "desired/uplink.h"

#define DOCTOR_MAX_HOPS 4096 /* guests whose route is asked for, spread over all of them */

enum doctor_pins {
	PINS_NONE,
	PINS_PARTIAL,	/* something, but no whole instance */
	PINS_OTHER_ABI, /* of another version */
	PINS_WHOLE,
};

/*
 * The uplink of one VLAN, as the host's stack sees it, with its net.ipv6.conf; -1 where
 * this kernel has no such key.
 */
struct doctor_l3_dev {
	uint16_t vlan;
	uint32_t ifindex;
	char name[IFNAMSIZ];
	int proxy_ndp, forwarding, force_forwarding, accept_ra;
	bool ra_received; /* since it is up */
};

/* Where the kernel sends what is for a rule's address. */
struct doctor_hop {
	size_t rule;
	struct nl_hop hop;
};

/* An answer to our probe from another node. */
struct doctor_claim {
	uint16_t vlan;
	struct in6_addr addr;
	uint8_t mac[6];
};

/* What went by while doctor looked: runs.c. */
struct doctor_runs {
	bool looked;	   /* at a program, and its runs could be counted */
	uint64_t received; /* frames that the device counted */
	uint64_t ran;	   /* times that the program ran */
};

struct doctor_uplink {
	char dev[IFNAMSIZ];
	uint32_t ifindex; /* of the pins, else of the device of that name; 0: neither */

	enum doctor_pins pins;
	struct attachment attachment;
	/* with PINS_WHOLE: */
	struct inspection program;
	struct ndpx_record record;
	struct ndpx_settings settings;
	struct entry *pinned; /* owned, sorted */
	size_t n_pinned;
	struct desired now;	     /* what its settings and own addresses would be today */
	bool have_now, links_differ; /* the latter: what is this link is not as in `now` */
	bool lease_over;	     /* of the settings */

	const struct uplink *file; /* what the file says, NULL: nothing */
	size_t n_file;
	struct desired want; /* and what that would be */
	bool have_want;

	const struct nl_link *link;  /* of `ifindex`, NULL: gone */
	const struct nl_link *named; /* that has the name today, NULL: none */

	/* the rules to judge: those pinned, else those of the file */
	const struct entry *rules;
	size_t n_rules;
	struct doctor_l3_dev l3_devs[NDPX_MAX_VLANS];
	size_t n_l3_devs;

	/* with `link`: */
	struct nl_detail nic, peer, bridge; /* `bridge`: snoops what goes to the uplink */
	bool have_peer, have_bridge;
	uint32_t bridge_port; /* of `bridge` towards the uplink; 0: the uplink is the bridge */
	bool bridge_near;     /* in this namespace, so that its table can be read */
	bool strips_vlan, lro;
	char xdp_name[16];			/* of nic.xdp_id */
	struct before before[DATAPLANE_BEFORE]; /* who gets frames before our program */
	size_t n_before;
	struct doctor_runs runs;
	int forwarding_dev; /* net.ipv6.conf of the device itself */
	struct groups_desired groups;
	struct doctor_hop *hops; /* owned */
	size_t n_hops;
	struct doctor_claim *claims; /* owned */
	size_t n_claims;
};

/* A process that answers as well. */
struct doctor_process {
	int pid;
	char name[16];
};

/* A gateway on an uplink, and whether the kernel resolves it. */
struct doctor_gateway {
	size_t uplink, l3_dev; /* in the snapshot, and in the uplink */
	uint32_t ifindex;
	struct in6_addr addr;
	uint16_t state; /* NUD_*, 0: no entry */
	bool resolved;
};

struct doctor_snapshot {
	struct nl_state state;
	struct nl_member *members; /* sorted by doctor_member_compare() */
	size_t n_members;
	struct nl_proxy *proxies;
	size_t n_proxies;
	struct nl_neighbour *neighbours;
	size_t n_neighbours;
	struct nl_route *routes;
	size_t n_routes;
	struct nl_mdb *mdb; /* sorted by doctor_mdb_compare() */
	size_t n_mdb;
	struct doctor_process *processes;
	size_t n_processes;
	struct doctor_gateway *asked; /* owned, as `chains` */
	size_t n_asked;
	struct nl_chain *chains;
	size_t n_chains;
	int forwarding_all, proxy_all; /* net.ipv6.conf.all */
	unsigned int kernel;	       /* 6.18 is 618; 0: unknown */
	struct doctor_uplink *uplinks;
	size_t n_uplinks;
};

/* What is pinned under one interface index; `dp` and `foreign` stay the caller's. */
struct doctor_pin {
	const char *dev;
	uint32_t ifindex;
	struct dataplane *dp;	   /* NULL: not whole, or of another version */
	struct dataplane *foreign; /* of another version, else NULL */
	struct attachment attachment;
};

/*
 * Reads what is asked once for all uplinks. 0, or -errno with *err set;
 * doctor_snapshot_free() in either case.
 */
int doctor_look(struct doctor_snapshot *snap, struct error *err);

/*
 * Adds one device: what is pinned, or NULL, and its `n` uplinks of the file, which
 * must outlive the snapshot. 0, or -errno with *err set.
 */
int doctor_look_uplink(struct doctor_snapshot *snap, const char *dev, const struct doctor_pin *pin,
		       const struct uplink *file, size_t n, struct error *err);

void doctor_snapshot_free(struct doctor_snapshot *snap);

/* The uplinks of an instance, without rules, as a file would have said them. */
int doctor_uplinks_of(const struct ndpx_record *record, const struct ndpx_settings *settings,
		      const char *dev, struct uplink **ret, size_t *ret_n);

/* Orders for qsort() and bsearch(); the table's ignores VLANs. */
int doctor_member_compare(const void *a, const void *b);
int doctor_mdb_compare(const void *a, const void *b);

#endif
