#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guest ports in a bridge of the host: answers carry the bridge's MAC address; stations on the
# bridge answer for themselves, and everything else is reached through the host.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

BRIDGE_MAC=02:00:00:00:0b:01

mac_of_port() {
	if [ "$1" = 3 ]; then mac_of_device "$1"; else echo "$BRIDGE_MAC"; fi
}

net_pair
lab_ip host addr add "${PREFIX}3/64" dev eth0
lab_ip router addr add "$GATEWAY/64" dev eth0
lab_ip host link add br0 address "$BRIDGE_MAC" type bridge
lab_ip host link set br0 up
for n in 1 2 3; do
	ports_guest "$n"
done
for n in 1 2; do
	lab_ip host link set "vif$n.0" master br0
	lab_ip host route replace "$(addr_of_guest "$n")/128" dev br0
done
for n in 1 2 3; do
	wait_for 10 settled "$n" "$(addr_of_guest "$n")"
done

conf <<-EOF
	uplink eth0 {
	    guest $(addr_of_guest 1) { port = vif1.0 }
	    guest $(addr_of_guest 2) { }
	    guest $(addr_of_guest 3) { port = tap3.0 }
	}
	ports "*[0-9].0" {
	    gateway = { $GATEWAY, fe80::1 }
	    onlink  = { ${PREFIX}/64 }
	}
EOF
for NDPX_TC in tcx clsact; do
	export NDPX_TC
	status 0 ndpx apply
	note "$NDPX_TC: the gateway, and a guest that is not on the bridge"
	assert_eq "gateway" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
	assert_eq "guest 3" "$(ask_guest 1 "$(addr_of_guest 3)")" \
		"$(answer_guest 1 S "$(addr_of_guest 3)")"
	in_guest 1 ping -c1 -W3 "$GATEWAY" >/dev/null || fail "guest 1 does not reach the router"
	in_guest 2 ping -c1 -W3 "$(addr_of_guest 3)" >/dev/null || fail "guest 2 does not reach 3"
	in_guest 3 ping -c1 -W3 "$(addr_of_guest 1)" >/dev/null || fail "guest 3 does not reach 1"

	note "$NDPX_TC: guests on the bridge speak for themselves, with port and without"
	for pair in "1 2" "2 1"; do
		# shellcheck disable=SC2086 # two words
		set -- $pair
		lab_ip "g$1" -6 neigh flush all
		in_guest "$1" ping -c1 -W3 "$(addr_of_guest "$2")" >/dev/null ||
			fail "guest $1 does not reach guest $2"
		lab_ip "g$1" -6 neigh show "$(addr_of_guest "$2")" >"$WORK/neigh"
		assert_has "$WORK/neigh" "lladdr $(mac_of_guest "$2")"
	done
	own_address 1 "$(addr_of_guest 1)"
	own_address 2 "$(addr_of_guest 2)"
	stolen 1 "$(addr_of_guest 3)"
	status 0 ndpx down
done
