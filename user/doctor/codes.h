/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All findings of `doctor`: identifier, code, severity, whether --fix fixes it, meaning,
 * remedy. Codes never change meaning. ndpx-doctor(8) is generated from this table. In a
 * remedy DEV, ADDR and OTHER stand for what was found.
 */
#ifndef NDPX_DOCTOR_CODES_H
#define NDPX_DOCTOR_CODES_H

#include <stdbool.h>

enum doctor_severity {
	DOCTOR_INFO,
	DOCTOR_WARNING, /* works for now, or for most */
	DOCTOR_ERROR,	/* something is unreachable, or answered wrongly */
};

#define DOCTOR_FIX "ndpx doctor --fix, or ndpx apply"

/* clang-format off */
#define DOCTOR_CODES(X)                                                                            \
	X(NOT_ATTACHED, "not-attached", ERROR, false,                                              \
	  "an uplink named in the file or on the command line has no program attached",            \
	  "ndpx apply")                                                                            \
	X(DETACHED, "detached", ERROR, true,                                                       \
	  "rules are pinned, but the program is no longer attached",                               \
	  DOCTOR_FIX)                                                                              \
	X(PINS_INCOMPLETE, "pins-incomplete", ERROR, false,                                        \
	  "pins are missing, or were left by an interrupted apply",                                \
	  "ndpx apply")                                                                            \
	X(INTERFACE_GONE, "interface-gone", WARNING, false,                                        \
	  "pins remain of an interface that no longer exists",                                     \
	  "ndpx down dev DEV")                                                                     \
	X(IFINDEX_CHANGED, "ifindex-changed", ERROR, false,                                        \
	  "the interface was recreated, and the program is not attached to the new one",           \
	  "ndpx apply")                                                                            \
	X(LEASE_OVER, "lease-over", ERROR, false,                                                  \
	  "ndpx run has not refreshed the lease in time, so nothing is answered",                  \
	  "start ndpx run, or continue it if it is stopped; or lease = 0")                         \
	X(RENAMED, "renamed", WARNING, false,                                                      \
	  "the interface was renamed after it was attached",                                       \
	  "use the name DEV in the file, then ndpx apply")                                         \
	X(GUEST_PORT_MISSING, "guest-port-missing", ERROR, true,                                   \
	  "an interface matches a ports pattern but is not attached",                              \
	  DOCTOR_FIX)                                                                              \
	X(GUEST_PORT_DETACHED, "guest-port-detached", ERROR, true,                                 \
	  "the program is no longer attached to a guest port",                                     \
	  DOCTOR_FIX)                                                                              \
	X(GUEST_PORT_CHANGED, "guest-port-changed", ERROR, true,                                   \
	  "the MAC, link-local address, master or isolation of a guest port changed after apply",  \
	  DOCTOR_FIX)                                                                              \
	X(GUEST_PORT_UNCLEAR, "guest-port-unclear", WARNING, false,                                \
	  "the bridge of a guest port has no IPv6, and several devices could route for it",        \
	  "add an address or a route to the one that routes, then ndpx apply")                     \
	X(PROGRAM_REPLACED, "program-replaced", ERROR, false,                                      \
	  "our attachment runs a program that does not use our rules",                             \
	  "ndpx down dev DEV, then ndpx apply")                                                    \
	X(OTHER_RELEASE, "other-release", WARNING, true,                                           \
	  "the program was attached by another release of ndpx",                                   \
	  DOCTOR_FIX)                                                                              \
	X(OTHER_ABI, "other-abi", WARNING, false,                                                  \
	  "the pins belong to a version of ndpx whose rules this one cannot read",                 \
	  "ndpx apply")                                                                            \
	X(FOREIGN_XDP, "foreign-xdp", WARNING, false,                                              \
	  "another XDP program sees frames before our TC program does",                            \
	  "ip link set dev DEV xdp off, or mode = tc if it is meant to stay")                      \
	X(RUNS_BEFORE, "runs-before", WARNING, false,                                              \
	  "another TC program or filter runs before ours and may end the chain",                   \
	  "ndpx apply, which puts ours first; or detach the other one")                            \
	X(NEVER_RUNS, "never-runs", ERROR, false,                                                  \
	  "frames arrive, but the attached program never runs",                                    \
	  "mode = tc if it is native XDP; else detach what runs before it: ndpx status")           \
	X(LINK_DOWN, "link-down", ERROR, false,                                                    \
	  "the uplink is down or has no carrier",                                                  \
	  "ip link set DEV up, and check the cable")                                               \
	X(MAC_CHANGED, "mac-changed", ERROR, true,                                                 \
	  "answers carry a MAC address that the device no longer has",                             \
	  DOCTOR_FIX)                                                                              \
	X(LINK_LOCAL_CHANGED, "link-local-changed", WARNING, true,                                 \
	  "the device's link-local address differs from the one the program uses",                 \
	  DOCTOR_FIX)                                                                              \
	X(LINK_MOVED, "link-moved", WARNING, true,                                                 \
	  "the uplink's VLAN devices or master changed after apply",                               \
	  DOCTOR_FIX)                                                                              \
	X(OWN_ADDRESS_MISSING, "own-address-missing", ERROR, true,                                 \
	  "an address or gateway of this host was added after apply, and a prefix rule answers for it", \
	  DOCTOR_FIX)                                                                              \
	X(OWN_ADDRESS_STALE, "own-address-stale", WARNING, true,                                   \
	  "an address the host no longer has is still excluded from answering",                    \
	  DOCTOR_FIX)                                                                              \
	X(GUEST_OWN_ADDRESS, "guest-own-address", ERROR, false,                                    \
	  "a guest is an address or gateway of this host and is therefore not answered for",       \
	  "remove ADDR from this host or from the file")                                           \
	X(NETS_CHANGED, "nets-changed", WARNING, true,                                             \
	  "the on-link or local networks changed after apply, and answer = routed depends on them", \
	  DOCTOR_FIX)                                                                              \
	X(CONFIG_DIFFERS, "config-differs", WARNING, false,                                        \
	  "the file differs from what is in force",                                                \
	  "ndpx apply")                                                                            \
	X(PORT_GONE, "port-gone", WARNING, false,                                                  \
	  "the port of a guest does not exist",                                                    \
	  "start the guest, or correct its port; then ndpx apply")                                 \
	X(PORT_CHANGED, "port-changed", WARNING, false,                                            \
	  "the port of a guest was created or recreated after apply",                              \
	  "ndpx apply")                                                                            \
	X(VLAN_HIDDEN, "vlan-hidden", ERROR, false,                                                \
	  "VLANs are in use, and their tags may be stripped before XDP runs",                      \
	  "ethtool -K DEV rxvlan off, or mode = tc")                                               \
	X(NOT_NATIVE, "not-native", WARNING, false,                                                \
	  "the file asks for native XDP, but another mode is in use",                              \
	  "ndpx apply, which reports why")                                                         \
	X(XDP_MTU, "xdp-mtu", WARNING, false,                                                      \
	  "native XDP is asked for, but the MTU may be too large for it",                          \
	  "ip link set DEV mtu 1500, or mode = tc")                                                \
	X(XDP_LRO, "xdp-lro", WARNING, false,                                                      \
	  "native XDP is asked for, but LRO is on",                                                \
	  "ethtool -K DEV lro off, then ndpx apply")                                               \
	X(PEER_WITHOUT_XDP, "peer-without-xdp", ERROR, false,                                      \
	  "native XDP on a veth whose other end runs no XDP program: the answers are lost",        \
	  "mode = tc, or any XDP program on the other end")                                        \
	X(GROUPS_LOST, "groups-lost", ERROR, true,                                                 \
	  "multicast groups of guests are not joined, or were lost when a link went down",         \
	  DOCTOR_FIX)                                                                              \
	X(ALLMULTI_OFF, "allmulti-off", ERROR, true,                                               \
	  "the rules need allmulticast, and it is off",                                            \
	  DOCTOR_FIX)                                                                              \
	X(PREFIX_UNHEARD, "prefix-unheard", WARNING, false,                                        \
	  "prefix rules exist, but groups = join cannot hear their solicitations",                 \
	  "groups = auto, then ndpx apply")                                                        \
	X(MLD_SNOOPING, "mld-snooping", ERROR, false,                                              \
	  "a bridge on this host snoops MLD and does not forward our groups to the uplink",        \
	  "groups = join, or ip link set OTHER type bridge mcast_snooping 0")                      \
	X(PROXY_NDP, "proxy-ndp", WARNING, true,                                                   \
	  "groups are joined by proxy entries, and proxy_ndp makes the kernel answer for them",    \
	  "sysctl -w net/ipv6/conf/OTHER/proxy_ndp=0; or " DOCTOR_FIX)                             \
	X(KERNEL_PROXY, "kernel-proxy", WARNING, false,                                            \
	  "the kernel answers as well, because of proxy entries that are not ours",                \
	  "ip -6 neigh del proxy ADDR dev OTHER, or sysctl proxy_ndp=0")                           \
	X(DAEMON_ALIVE, "daemon-alive", WARNING, false,                                            \
	  "another responder is running in this network namespace",                                \
	  "stop it and keep it from starting: systemctl disable --now OTHER")                      \
	X(FORWARDING_OFF, "forwarding-off", ERROR, false,                                          \
	  "the host does not forward, so no frame reaches a guest",                                \
	  "sysctl -w net/ipv6/conf/OTHER/forwarding=1")                                            \
	X(ACCEPT_RA, "accept-ra", WARNING, false,                                                  \
	  "a forwarding host takes no default route from advertisements with accept_ra = 1",       \
	  "sysctl -w net/ipv6/conf/OTHER/accept_ra=2, or a static default route")                  \
	X(NO_ROUTE, "no-route", ERROR, false,                                                      \
	  "the host has no route to a guest",                                                      \
	  "ip -6 route add ADDR dev PORT")                                                         \
	X(ROUTE_REFUSED, "route-refused", ERROR, false,                                            \
	  "the route to a guest is unreachable, prohibit or blackhole",                            \
	  "ip -6 route replace ADDR dev PORT")                                                     \
	X(ROUTE_UPLINK, "route-uplink", ERROR, false,                                              \
	  "the route to a guest goes back out of the uplink",                                      \
	  "ip -6 route add ADDR dev PORT")                                                         \
	X(IPV6_OFF, "ipv6-off", ERROR, false,                                                      \
	  "IPv6 is disabled on a device that carries guest traffic",                               \
	  "sysctl -w net/ipv6/conf/OTHER/disable_ipv6=0")                                          \
	X(DEVICE_DOWN, "device-down", ERROR, false,                                                \
	  "a device that carries guest traffic is down",                                           \
	  "ip link set dev OTHER up")                                                              \
	X(NO_LINK_LOCAL, "no-link-local", ERROR, false,                                            \
	  "a device has no link-local address, so the host cannot solicit neighbours there",       \
	  "sysctl -w net/ipv6/conf/OTHER/addr_gen_mode=0, or ip -6 addr add fe80::1/64 dev OTHER") \
	X(NO_WAY_OUT, "no-way-out", ERROR, false,                                                  \
	  "the host has a default route, but none for traffic from a guest's port",                \
	  "add the route to the table used for OTHER: ip vrf, ip -6 rule")                         \
	X(ROUTE_PORT, "route-port", WARNING, false,                                                \
	  "the route to a guest leaves by a device other than its port",                           \
	  "ip -6 route replace ADDR dev OTHER, or correct the port")                               \
	X(NEIGHBOUR_FAILED, "neighbour-failed", WARNING, false,                                    \
	  "the host solicited a guest on its port and got no answer",                              \
	  "start the guest, or correct its route: ip -6 route get ADDR")                           \
	X(ON_LINK_TWICE, "on-link-twice", WARNING, false,                                          \
	  "a prefix answered for is on-link both on the uplink and on another interface",          \
	  "a host route per guest: ip -6 route add GUEST dev OTHER; or a separate prefix")         \
	X(NEIGHBOUR_COVERED, "neighbour-covered", WARNING, false,                                  \
	  "a rule answers for a node that is on the link itself, so its traffic comes here",       \
	  "deny = { ADDR } in the file, or answer = routed")                                       \
	X(DUPLICATE, "duplicate", ERROR, false,                                                    \
	  "another node on the link answers for one of our guests",                                \
	  "stop the node with MAC OTHER, or pause the rule here")                                  \
	X(ND_FILTER, "nd-filter", ERROR, false,                                                    \
	  "a gateway does not resolve, and a packet filter on this host may be the cause",         \
	  "accept it first: OTHER")                                                                \
	X(GATEWAY_SILENT, "gateway-silent", WARNING, false,                                        \
	  "a gateway does not resolve, and this host's packet filter does not block it",           \
	  "check the cable, the VLAN and the gateway's address: ip -6 neigh show dev DEV")         \
	X(FORWARD_POLICY, "forward-policy", WARNING, false,                                        \
	  "forwarded packets are dropped unless a rule accepts them",                              \
	  "make sure that OTHER accepts traffic to and from guests")                               \
	X(KERNEL_FEATURE, "kernel-feature", INFO, false,                                           \
	  "the kernel lacks a feature that this set-up would benefit from",                        \
	  "use kernel OTHER or later")
/* clang-format on */

enum doctor_code {
#define X(id, code, severity, fix, meaning, remedy) DOCTOR_##id,
	DOCTOR_CODES(X)
#undef X
		DOCTOR_CODES_END,
};

struct doctor_row {
	const char *code;
	enum doctor_severity severity;
	bool fix;
	const char *meaning, *remedy;
};

/* By enum doctor_code. */
extern const struct doctor_row doctor_rows[DOCTOR_CODES_END];

/* "error", "warning", "info". */
const char *doctor_severity_name(enum doctor_severity severity);

#endif
