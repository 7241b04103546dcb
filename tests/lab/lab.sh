#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The README's picture, built from network namespaces. To be sourced; needs root, iproute2,
# nftables and clang. Namespaces are named after a tag, so that several labs can coexist:
#
#   router ──── switch, 1 MAC ──── eth0 host ──┬── vif1.0 ── guest1 2800:110:2::34
#   2800:110:2::1                2800:110:2::3 ├── vif2.0 ── guest2 2800:110:2::36
#                                              └── tap3.0 ── guest3 2800:110:2::38
#
# The third guest, on a tap, exists with lab_up_plain() only.
#
# `ip netns exec` mounts a private /sys, and pins there vanish with the command: everything
# here uses nsenter, except lab_bpf.

LAB_PREFIX=2800:110:2::
LAB_ROUTER=${LAB_PREFIX}1
LAB_HOST=${LAB_PREFIX}3
LAB_GUEST1=${LAB_PREFIX}34
LAB_GUEST2=${LAB_PREFIX}36
LAB_GUEST3=${LAB_PREFIX}38
LAB_ROUTER_MAC=02:00:00:00:00:01
LAB_HOST_MAC=02:00:00:00:00:fe
export LAB_ROUTER LAB_HOST LAB_GUEST1 LAB_GUEST2 LAB_GUEST3 LAB_ROUTER_MAC LAB_HOST_MAC

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_TAG=
# After `su`, root's PATH may lack the directories of ip, nft and bpftool.
PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=/dev/null
. "$LAB_DIR/mounts.sh"

# lab_name NAME: the namespace of that part of the lab.
lab_name() {
	printf 'ndl-%s-%s\n' "$LAB_TAG" "$1"
}

# lab_in NAME COMMAND...
lab_in() {
	local net
	net=$(lab_name "$1")
	shift
	nsenter --net="/run/netns/$net" -- "$@"
}

# lab_ip NAME ARGUMENTS OF ip...
lab_ip() {
	local net
	net=$(lab_name "$1")
	shift
	ip -n "$net" "$@"
}

# lab_set NAME KEY VALUE: a sysctl, without needing procps.
lab_set() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	lab_in "$1" sh -c 'printf %s "$2" >"/proc/sys/$1"' sh "$2" "$3"
}

# lab_add NAME: a namespace that skips the wait for duplicate address detection.
lab_add() {
	ip netns add "$(lab_name "$1")"
	lab_set "$1" net/ipv6/conf/all/accept_dad 0
	lab_set "$1" net/ipv6/conf/default/accept_dad 0
	lab_set "$1" net/ipv6/conf/default/router_solicitations 0
	lab_ip "$1" link set lo up
}

# lab_wire NAME1 IF1 NAME2 IF2 [MAC1 [MAC2]]: a cable between two namespaces.
lab_wire() {
	# Set the MAC before "up": that is when the kernel derives the link-local address.
	lab_ip "$1" link add "$2" ${5:+address "$5"} type veth \
		peer name "$4" ${6:+address "$6"} netns "$(lab_name "$3")"
	lab_ip "$1" link set "$2" up
	lab_ip "$3" link set "$4" up
}

# lab_tap TAP MAC NAME IF MAC: a guest behind a tap, like a virtual machine: its interface is
# a tap as well, and tapwire carries the frames. A veth if this machine has no taps.
lab_tap() {
	local tool=${LAB_TAPWIRE:-/run/ndl-$LAB_TAG.tapwire} i
	if ! [ -c /dev/net/tun ]; then
		lab_wire host "$1" "$3" "$4" "$2" "$5"
		return
	fi
	[ -x "$tool" ] || cc -std=gnu11 -D_GNU_SOURCE -O2 -o "$tool" "$LAB_DIR/tapwire.c"
	lab_in host "$tool" "$1" "/run/netns/$(lab_name "$3")" "$4" >/dev/null 2>&1 </dev/null &
	for i in $(seq 50); do
		lab_ip "$3" link show dev "$4" >/dev/null 2>&1 && break
		[ "$i" -lt 50 ] || return 1
		sleep 0.1
	done
	lab_ip host link set "$1" address "$2"
	lab_ip "$3" link set "$4" address "$5"
	lab_ip host link set "$1" up
	lab_ip "$3" link set "$4" up
}

# lab_compile PATH: makes xdp_pass.o.
lab_compile() {
	clang -O2 -g -target bpf -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-c "$LAB_DIR/xdp_pass.bpf.c" -o "$1"
}

# lab_object: the path of xdp_pass.o; compiled if LAB_OBJECT is not set.
lab_object() {
	local path=${LAB_OBJECT:-/run/ndl-$LAB_TAG.o}
	[ -e "$path" ] || lab_compile "$path"
	printf '%s\n' "$path"
}

# lab_bpf NAME ip|tc ...: iproute2 leaves directories in bpffs when it loads an object; here
# they vanish with the command, while what it attached through netlink stays.
lab_bpf() {
	local net
	net=$(lab_name "$1")
	shift
	ip netns exec "$net" "$@"
}

# lab_hear_xdp NAME IF: lets XDP_TX from the other end of this cable arrive here.
lab_hear_xdp() {
	lab_bpf "$1" ip link set dev "$2" xdpdrv obj "$(lab_object)" sec xdp
}

lab_router() {
	lab_add router
	lab_wire router eth0 switch router "$LAB_ROUTER_MAC"
	lab_ip router addr add "$LAB_ROUTER/64" dev eth0
}

# The hosting switch: frames from the host's port with another MAC are counted and dropped.
lab_switch() {
	lab_add switch
	lab_ip switch link add br0 type bridge
	lab_ip switch link set br0 up
	lab_in switch nft -f - <<-EOF
		table bridge port_security {
			counter dropped { }
			chain in {
				type filter hook prerouting priority -300
				iifname "host" ether saddr != $LAB_HOST_MAC counter name dropped drop
			}
		}
	EOF
}

lab_plug() {
	lab_ip switch link set "$1" master br0
}

lab_host() {
	lab_add host
	lab_wire host eth0 switch host "$LAB_HOST_MAC"
	lab_hear_xdp switch host
	lab_set host net/ipv6/conf/all/forwarding 1
	lab_ip host addr add "$LAB_HOST/64" dev eth0
}

# lab_guest NAME VIF ADDRESS: a routed guest. Its gateway is fe80::1 on the host's end.
lab_guest() {
	lab_add "$1"
	lab_wire host "$2" "$1" eth0
	lab_ip host addr add fe80::1/64 dev "$2"
	lab_ip host route add "$3/128" dev "$2"
	lab_ip "$1" addr add "$3/128" dev eth0
	lab_ip "$1" route add default via fe80::1 dev eth0
}

# lab_guest_plain NAME PORT ADDRESS GATEWAY N: a guest configured as if on the wire: a plain
# /64 and a default route. The host has a route to it and no address on its port.
lab_guest_plain() {
	lab_add "$1"
	case $2 in
	tap*) lab_tap "$2" "02:00:00:00:0f:0$5" "$1" eth0 "02:00:00:00:0a:0$5" ;;
	*) lab_wire host "$2" "$1" eth0 "02:00:00:00:0f:0$5" "02:00:00:00:0a:0$5" ;;
	esac
	lab_ip host route add "$3/128" dev "$2"
	lab_ip "$1" addr add "$3/64" dev eth0
	lab_ip "$1" route add default via "$4" dev eth0
}

# lab_dropped: how many frames the switch has dropped because of their source MAC.
lab_dropped() {
	lab_in switch nft list counter bridge port_security dropped |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# lab_bridge_vif VIF: bridges the guest's port and the uplink, which the switch forbids.
lab_bridge_vif() {
	lab_ip host link add xenbr0 type bridge
	lab_ip host link set xenbr0 up
	lab_ip host link set eth0 master xenbr0
	lab_ip host link set "$1" master xenbr0
}

lab_unbridge() {
	lab_ip host link del xenbr0
}

lab_up_wire() {
	LAB_TAG=$1
	lab_switch
	lab_router
	lab_plug router
	lab_host
	lab_plug host
}

# lab_up_plain TAG: guests that consider the prefix on-link, as the router does.
lab_up_plain() {
	lab_up_wire "$1"
	lab_guest_plain guest1 vif1.0 "$LAB_GUEST1" "$LAB_ROUTER" 1
	lab_guest_plain guest2 vif2.0 "$LAB_GUEST2" fe80::1 2
	lab_guest_plain guest3 tap3.0 "$LAB_GUEST3" "$LAB_ROUTER" 3
}

# lab_up TAG: guests that know that they are routed.
lab_up() {
	lab_up_wire "$1"
	lab_guest guest1 vif1.0 "$LAB_GUEST1"
	lab_guest guest2 vif2.0 "$LAB_GUEST2"
}

# lab_spaces TAG: the namespaces with this tag.
lab_spaces() {
	local path
	for path in "/run/netns/ndl-$1-"*; do
		[ ! -e "$path" ] || basename "$path"
	done
}

# lab_down TAG: removes everything; idempotent.
lab_down() {
	local net pids
	for net in $(lab_spaces "$1"); do
		pids=$(ip netns pids "$net" || true)
		# shellcheck disable=SC2086 # one word a process
		[ -z "$pids" ] || kill $pids 2>/dev/null || true
		ip netns del "$net" || true
	done
	rm -f "/run/ndl-$1.o" "/run/ndl-$1.tapwire"
}
