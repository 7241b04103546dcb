#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guest ports behind firewall bridges, as created by Proxmox: port - fwbr without IPv6 - veth
# pair - vmbr1, which routes. Answers carry the MAC address of vmbr1, and traffic gets through;
# if the routing bridge is ambiguous, the port is skipped, and apply and doctor report it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

BRIDGE_MAC=02:00:00:00:0b:01

mac_of_port() {
	if [ "$1" = 3 ]; then mac_of_device "$1"; else echo "$BRIDGE_MAC"; fi
}

# firewall_bridge N PORT
firewall_bridge() {
	local dev
	lab_ip host link add "fwbr$1" type bridge
	lab_ip host link add "fwln$1" type veth peer name "fwpr$1"
	for dev in "fwbr$1" "fwln$1" "fwpr$1"; do
		lab_set host "net/ipv6/conf/$dev/disable_ipv6" 1
		lab_ip host link set "$dev" up
	done
	lab_ip host link set "fwln$1" master "fwbr$1"
	lab_ip host link set "fwpr$1" master vmbr1
	lab_ip host link set "$2" master "fwbr$1"
}

net_pair
lab_ip host addr add "${PREFIX}3/64" dev eth0
lab_ip router addr add "$GATEWAY/64" dev eth0
lab_ip router addr add "$ROUTER_BEYOND/128" dev lo
lab_ip host route add default via "$GATEWAY" dev eth0
lab_ip host link add vmbr1 address "$BRIDGE_MAC" type bridge
lab_ip host link set vmbr1 up
for n in 1 2 3; do
	ports_guest "$n"
done
for n in 1 2; do
	firewall_bridge "$n" "vif$n.0"
	lab_ip host route replace "$(addr_of_guest "$n")/128" dev vmbr1
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
	note "$NDPX_TC: the gateway, and a guest elsewhere: the MAC of the bridge that routes"
	for n in 1 2; do
		assert_eq "gateway, guest $n" "$(ask_guest "$n" fe80::1)" "$(answer_guest "$n" RSO fe80::1)"
		assert_eq "guest 3, guest $n" "$(ask_guest "$n" "$(addr_of_guest 3)")" \
			"$(answer_guest "$n" S "$(addr_of_guest 3)")"
		lab_ip "g$n" -6 neigh flush all
		in_guest "$n" ping -c1 -W3 "$ROUTER_BEYOND" >/dev/null ||
			fail "guest $n does not reach what is beyond the router"
	done
	in_guest 3 ping -c1 -W3 "$(addr_of_guest 1)" >/dev/null || fail "guest 3 does not reach 1"

	note "$NDPX_TC: both bridges are one link: the guests speak for themselves"
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

note "isolated between the bridges: the other guest is elsewhere"
for n in 1 2; do
	lab_in host bridge link set dev "fwpr$n" isolated on
done
status 0 ndpx apply
for n in 1 2; do
	lab_ip "g$n" -6 neigh flush all # what they learned from each other
done
for pair in "1 2" "2 1"; do
	# shellcheck disable=SC2086 # two words
	set -- $pair
	assert_eq "guest $2, asked by $1" "$(ask_guest "$1" "$(addr_of_guest "$2")")" \
		"$(answer_guest "$1" S "$(addr_of_guest "$2")")"
	in_guest "$1" ping -c1 -W3 "$(addr_of_guest "$2")" >/dev/null ||
		fail "guest $1 does not reach guest $2"
done
own_address 1 "$(addr_of_guest 1)"
own_address 2 "$(addr_of_guest 2)"
stolen 2 "$(addr_of_guest 1)"

note "a second way out of the firewall bridge: nobody can tell"
lab_ip host link add vmbr2 type bridge
lab_ip host link add fwln9 type veth peer name fwpr9
lab_ip host link set fwln9 master fwbr1
lab_ip host link set fwpr9 master vmbr2
status 0 ndpx apply
assert_has "$WORK/err" "vif1.0 is in fwbr1, .*skipped"
ndpx -j status >"$WORK/out"
assert_json "$WORK/out" '[.ports.sections[].devices[].dev] | sort == ["tap3.0", "vif2.0"]'
