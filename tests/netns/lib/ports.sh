#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by t_ports*.sh: a host with an uplink and three guests, the third on a tap, each
# with a plain /64 and a default route. Sourced.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PREFIX=2001:db8:7::
GATEWAY=${PREFIX}1        # the router's address, on the uplink
ROUTER_BEYOND=2001:db8::1 # behind the router
export ROUTER_BEYOND

addr_of_guest() {
	printf '%s\n' "${PREFIX}a$1"
}

port_of_guest() {
	[ "$1" = 3 ] && echo tap3.0 || echo "vif$1.0"
}

mac_of_device() {
	echo "02:00:00:00:0f:0$1"
}

# The MAC the port answers with.
mac_of_port() {
	mac_of_device "$1"
}

mac_of_guest() {
	echo "02:00:00:00:0a:0$1"
}

in_guest() {
	lab_in "g$1" "${@:2}"
}

# ports_guest N: as a toolstack creates it, with a route on the host and nothing else; its
# kernel has default settings, including duplicate address detection.
ports_guest() {
	local port
	port=$(port_of_guest "$1")
	lab_add "g$1"
	lab_set "g$1" net/ipv6/conf/default/accept_dad 1
	lab_set "g$1" net/ipv6/conf/all/accept_dad 1
	if [ "$1" = 3 ]; then
		lab_tap "$port" "$(mac_of_device "$1")" "g$1" eth0 "$(mac_of_guest "$1")"
	else
		lab_wire host "$port" "g$1" eth0 "$(mac_of_device "$1")" "$(mac_of_guest "$1")"
	fi
	lab_ip host route replace "$(addr_of_guest "$1")/128" dev "$port"
	lab_ip "g$1" addr add "$(addr_of_guest "$1")/64" dev eth0
	lab_ip "g$1" route add default via "$GATEWAY" dev eth0
}

ports_lab() {
	local n
	net_pair
	lab_ip host addr add "${PREFIX}3/64" dev eth0
	lab_ip router addr add "$GATEWAY/64" dev eth0
	lab_ip router addr add "$ROUTER_BEYOND/128" dev lo
	lab_ip host route add default via "$GATEWAY" dev eth0
	for n in 1 2 3; do
		ports_guest "$n"
	done
	for n in 1 2 3; do
		wait_for 10 settled "$n" "$(addr_of_guest "$n")"
	done
}

# The third guest's port is not configured: the kernel's route tells.
ports_conf() {
	conf <<-EOF
		uplink eth0 {
		    guest $(addr_of_guest 1) { port = vif1.0 }
		    guest $(addr_of_guest 2) { port = vif2.0 }
		    guest $(addr_of_guest 3) { }
		}
		ports "*[0-9].0" {
		    gateway = { $GATEWAY, fe80::1 }
		    onlink  = { ${PREFIX}/64 }
		}
	EOF
}

no_static() {
	local net
	for net in host router g1 g2 g3; do
		lab_ip "$net" -6 neigh show nud permanent >"$WORK/static"
		lab_ip "$net" -6 neigh show nud noarp | grep -v '^ff' >>"$WORK/static" || true
		assert_eq "static entries in $net" "$(cat "$WORK/static")" ""
	done
}

# settled N ADDR: is duplicate address detection over?
settled() {
	! grep -q ' tentative' <<<"$(lab_ip "g$1" -6 addr show dev eth0 to "$2")" ||
		grep -q dadfailed <<<"$(lab_ip "g$1" -6 addr show dev eth0 to "$2")"
}

try_address() {
	lab_ip "g$1" addr del "$2/64" dev eth0 2>/dev/null || true
	lab_ip "g$1" addr add "$2/64" dev eth0
	wait_for 10 settled "$1" "$2"
	lab_ip "g$1" -6 addr show dev eth0 to "$2"
}

# own_address N ADDR: guest N takes it: its duplicate address detection succeeds.
own_address() {
	! grep -q dadfailed <<<"$(try_address "$1" "$2")" || fail "guest $1 may not have its own $2"
	lab_ip "g$1" route replace default via "$GATEWAY" dev eth0
}

# stolen N ADDR: guest N cannot take it, because it is another's.
stolen() {
	try_address "$1" "$2" >"$WORK/addr"
	assert_has "$WORK/addr" dadfailed
	lab_ip "g$1" addr del "$2/64" dev eth0
	lab_ip "g$1" route replace default via "$GATEWAY" dev eth0
}

# ask_guest N [-p] TARGET: the answer of guest N's port, in hex, or "none".
ask_guest() {
	local opt=()
	if [ "$2" = -p ]; then
		opt=(-p "$(mac_of_port "$1")")
		set -- "$1" "$3"
	fi
	lab_in "g$1" "$NDTOOL" exchange eth0 \
		"$("$NDTOOL" ns "${opt[@]}" "$(mac_of_guest "$1")" fe80::77 "$2")" 300
}

# answer_guest N FLAGS TARGET: the answer to expect.
answer_guest() {
	"$NDTOOL" na -f "$2" "$(mac_of_port "$1")" "$(mac_of_guest "$1")" "$3" fe80::77 "$3" \
		"$(mac_of_port "$1")"
}
