/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one table of what `doctor` may find: identifier, code, severity, whether --fix
 * mends it, what it means, the remedy. Codes never change meaning. The manual lists the
 * same; a test compares. In a remedy DEV, ADDR and OTHER stand for what was found.
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
	  "an uplink that the file or the command names has no program",                           \
	  "ndpx apply")                                                                            \
	X(DETACHED, "detached", ERROR, true,                                                       \
	  "the rules are there, but their program hangs on the device no more",                    \
	  DOCTOR_FIX)                                                                             \
	X(PINS_INCOMPLETE, "pins-incomplete", ERROR, false,                                        \
	  "pins are missing, or left by an apply that was killed",                                 \
	  "ndpx apply")                                                                            \
	X(INTERFACE_GONE, "interface-gone", WARNING, false,                                        \
	  "pins are left of an interface that is gone",                                            \
	  "ndpx down dev DEV")                                                                     \
	X(IFINDEX_CHANGED, "ifindex-changed", ERROR, false,                                        \
	  "the interface was made anew, and the program is not on the new one",                    \
	  "ndpx apply")                                                                            \
	X(RENAMED, "renamed", WARNING, false,                                                      \
	  "the interface has another name than when it was attached",                              \
	  "name DEV in the file, then ndpx apply")                                                 \
	X(GUEST_PORT_MISSING, "guest-port-missing", ERROR, true,                                   \
	  "an interface with the name of a guest port is none",                                    \
	  DOCTOR_FIX)                                                                             \
	X(GUEST_PORT_DETACHED, "guest-port-detached", ERROR, true,                                 \
	  "a guest port has no program any more",                                                  \
	  DOCTOR_FIX)                                                                             \
	X(GUEST_PORT_CHANGED, "guest-port-changed", ERROR, true,                                   \
	  "a guest port has another MAC, link-local address, master or isolation than at apply",   \
	  DOCTOR_FIX)                                                                             \
	X(GUEST_PORT_UNCLEAR, "guest-port-unclear", WARNING, false,                                \
	  "the bridge of a guest port has no IPv6, and several devices could route for it",        \
	  "give the one that routes an address or a route, then ndpx apply")                       \
	X(PROGRAM_REPLACED, "program-replaced", ERROR, false,                                      \
	  "the program in our attachment does not read our rules",                                 \
	  "ndpx down dev DEV, then ndpx apply")                                                    \
	X(OTHER_RELEASE, "other-release", WARNING, true,                                           \
	  "another release of ndpx attached the program",                                          \
	  DOCTOR_FIX)                                                                             \
	X(OTHER_ABI, "other-abi", WARNING, false,                                                  \
	  "the pins are of a version of ndpx whose rules this one cannot read",                    \
	  "ndpx apply")                                                                            \
	X(FOREIGN_XDP, "foreign-xdp", WARNING, false,                                              \
	  "an XDP program of somebody else sees the frames before ours in TC",                     \
	  "ip link set dev DEV xdp off, or mode = tc to say that it may stay")                     \
	X(RUNS_BEFORE, "runs-before", WARNING, false,                                              \
	  "another TC program or filter gets the frames before ours, and may end the chain",       \
	  "ndpx apply, which puts ours first; or detach that one")                                 \
	X(NEVER_RUNS, "never-runs", ERROR, false,                                                  \
	  "frames arrive, and the attached program runs for none of them",                         \
	  "mode = tc where it is native XDP; else detach what runs before: ndpx status")           \
	X(LINK_DOWN, "link-down", ERROR, false,                                                    \
	  "the uplink is down or has no carrier",                                                  \
	  "ip link set DEV up, and the cable")                                                     \
	X(MAC_CHANGED, "mac-changed", ERROR, true,                                                 \
	  "the answers carry a MAC address that the device has no more",                           \
	  DOCTOR_FIX)                                                                             \
	X(LINK_LOCAL_CHANGED, "link-local-changed", WARNING, true,                                 \
	  "the program knows another link-local address than the device has",                      \
	  DOCTOR_FIX)                                                                             \
	X(LINK_MOVED, "link-moved", WARNING, true,                                                 \
	  "the VLAN devices or the master of the uplink are others than at apply",                 \
	  DOCTOR_FIX)                                                                             \
	X(OWN_ADDRESS_MISSING, "own-address-missing", ERROR, true,                                 \
	  "an address or gateway of this host came after apply, and a prefix answers for it",      \
	  DOCTOR_FIX)                                                                             \
	X(OWN_ADDRESS_STALE, "own-address-stale", WARNING, true,                                   \
	  "an address is this host's no more, and still kept from being answered for",             \
	  DOCTOR_FIX)                                                                             \
	X(GUEST_OWN_ADDRESS, "guest-own-address", ERROR, false,                                    \
	  "a guest is an address or gateway of this host, and so not answered for",                \
	  "take ADDR away from this host, or from the file")                                       \
	X(CONFIG_DIFFERS, "config-differs", WARNING, false,                                        \
	  "the file says something that is not in force",                                          \
	  "ndpx apply")                                                                            \
	X(PORT_GONE, "port-gone", WARNING, false,                                                  \
	  "the port of a guest does not exist",                                                    \
	  "start the guest, or correct its port; then ndpx apply")                                 \
	X(PORT_CHANGED, "port-changed", WARNING, false,                                            \
	  "the port of a guest came, or was made anew, after apply",                               \
	  "ndpx apply")                                                                            \
	X(VLAN_HIDDEN, "vlan-hidden", ERROR, false,                                                \
	  "VLANs are in use, and their tags may be taken out before XDP sees them",                \
	  "ethtool -K DEV rxvlan off, or mode = tc")                                               \
	X(NOT_NATIVE, "not-native", WARNING, false,                                                \
	  "the file asks for native XDP, and something else runs",                                 \
	  "ndpx apply, which says why")                                                            \
	X(XDP_MTU, "xdp-mtu", WARNING, false,                                                      \
	  "native XDP is asked for, and the MTU may be more than the driver does with it",         \
	  "ip link set DEV mtu 1500, or mode = tc")                                                \
	X(XDP_LRO, "xdp-lro", WARNING, false,                                                      \
	  "native XDP is asked for, and LRO is on",                                                \
	  "ethtool -K DEV lro off, then ndpx apply")                                               \
	X(PEER_WITHOUT_XDP, "peer-without-xdp", ERROR, false,                                      \
	  "native XDP on a veth whose other end runs no XDP program: the answers are lost",        \
	  "mode = tc, or any XDP program on the other end")                                        \
	X(GROUPS_LOST, "groups-lost", ERROR, true,                                                 \
	  "multicast groups of guests are not joined (any more): a link went down and up",         \
	  DOCTOR_FIX)                                                                             \
	X(ALLMULTI_OFF, "allmulti-off", ERROR, true,                                               \
	  "the rules need allmulticast, and it is off",                                            \
	  DOCTOR_FIX)                                                                             \
	X(PREFIX_UNHEARD, "prefix-unheard", WARNING, false,                                        \
	  "prefixes are to be answered, but groups = join cannot hear them",                       \
	  "groups = auto, then ndpx apply")                                                        \
	X(MLD_SNOOPING, "mld-snooping", ERROR, false,                                              \
	  "a bridge of this machine snoops MLD and does not send our groups to the uplink",        \
	  "groups = join, or ip link set OTHER type bridge mcast_snooping 0")                      \
	X(PROXY_NDP, "proxy-ndp", WARNING, true,                                                   \
	  "groups are joined by proxy entries, and proxy_ndp makes the kernel answer for them",    \
	  "sysctl -w net/ipv6/conf/OTHER/proxy_ndp=0; or " DOCTOR_FIX)                            \
	X(KERNEL_PROXY, "kernel-proxy", WARNING, false,                                            \
	  "the kernel answers as well, for proxy entries that are not ours",                       \
	  "ip -6 neigh del proxy ADDR dev OTHER, or sysctl proxy_ndp=0")                           \
	X(DAEMON_ALIVE, "daemon-alive", WARNING, false,                                            \
	  "another responder runs in this network namespace",                                      \
	  "stop it and keep it from starting: systemctl disable --now OTHER")                      \
	X(FORWARDING_OFF, "forwarding-off", ERROR, false,                                          \
	  "the host does not route, so no frame gets to a guest",                                  \
	  "sysctl -w net/ipv6/conf/OTHER/forwarding=1")                                            \
	X(ACCEPT_RA, "accept-ra", WARNING, false,                                                  \
	  "a host that forwards takes no default route from advertisements with accept_ra = 1",    \
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
	  "IPv6 is off on a device that the guests' traffic goes through",                         \
	  "sysctl -w net/ipv6/conf/OTHER/disable_ipv6=0")                                          \
	X(DEVICE_DOWN, "device-down", ERROR, false,                                                \
	  "a device that the guests' traffic goes through is down",                                \
	  "ip link set dev OTHER up")                                                              \
	X(NO_LINK_LOCAL, "no-link-local", ERROR, false,                                            \
	  "a device has no link-local address, so the host cannot ask for neighbours there",       \
	  "sysctl -w net/ipv6/conf/OTHER/addr_gen_mode=0, or ip -6 addr add fe80::1/64 dev OTHER") \
	X(NO_WAY_OUT, "no-way-out", ERROR, false,                                                  \
	  "the host has a default route, but not for what comes from a guest's port",              \
	  "the same route in the table of OTHER: ip vrf, ip -6 rule")                              \
	X(ROUTE_PORT, "route-port", WARNING, false,                                                \
	  "the route to a guest leaves by another device than its port",                           \
	  "ip -6 route replace ADDR dev OTHER, or correct the port")                               \
	X(NEIGHBOUR_FAILED, "neighbour-failed", WARNING, false,                                    \
	  "the host asked for a guest on its port, and nobody answered",                           \
	  "start the guest, or correct its route: ip -6 route get ADDR")                           \
	X(ON_LINK_TWICE, "on-link-twice", WARNING, false,                                          \
	  "a prefix that is answered for is on-link on the uplink and on another interface",       \
	  "a host route for each guest: ip -6 route add GUEST dev OTHER; or a prefix of its own")  \
	X(DUPLICATE, "duplicate", ERROR, false,                                                    \
	  "somebody else on the link answers for a guest of ours",                                 \
	  "stop the one with OTHER, or pause the rule here")                                       \
	X(ND_FILTER, "nd-filter", ERROR, false,                                                    \
	  "a gateway does not resolve, and a packet filter of this host could be why",             \
	  "let it through before that: OTHER")                                                     \
	X(GATEWAY_SILENT, "gateway-silent", WARNING, false,                                        \
	  "a gateway does not resolve, and no packet filter of this host is in the way",           \
	  "the cable, the VLAN and the gateway's address: ip -6 neigh show dev DEV")               \
	X(FORWARD_POLICY, "forward-policy", WARNING, false,                                        \
	  "what the host routes is dropped unless a rule accepts it",                              \
	  "see that rules of OTHER accept what goes to guests and comes from them")                \
	X(KERNEL_FEATURE, "kernel-feature", INFO, false,                                           \
	  "the kernel lacks something that this set-up would profit from",                         \
	  "a kernel from OTHER on")
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
const char *doctor_severity_word(enum doctor_severity severity);

#endif
