#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Good answers whose traffic goes nowhere: doctor names the obstacle, explain says the same,
# and the remedy exactly as printed restores the traffic.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

ports_lab
ports_conf
status 0 ndpx apply
in_guest 1 ping -c1 -W3 "$ROUTER_BEYOND" >/dev/null || fail "guest 1 does not reach the router"
wait_for 10 ndpx doctor "${PROBE[@]}"

# way DEV CODE REGEX TARGET ASKED: both find it, doctor on DEV.
way() {
	status 3 ndpx doctor "${PROBE[@]}"
	assert_has "$WORK/out" "^$1: $2: .*$3"
	grep "^$1: $2: " "$WORK/out" >"$WORK/line"
	status 0 ndpx -j explain "$4" dev "$5"
	assert_json "$WORK/out" ".explain.obstacles | map(.code) | index(\"$2\") != null"
}

# remedy: runs the remedy of way()'s line on the host, up to its first alternative.
remedy() {
	local words
	words=$(sed 's/.*: //; s/, or .*//' "$WORK/line")
	# shellcheck disable=SC2086 # words of a command
	lab_in host $words >/dev/null
}

well() {
	wait_for 10 ndpx doctor "${PROBE[@]}"
	finds_none
	wait_for 10 in_guest 1 ping -c1 -W1 "$ROUTER_BEYOND"
}

note "no link-local address on a guest's port, as XAPI and networkd make it"
lab_set host net/ipv6/conf/vif1.0/addr_gen_mode 1
lab_ip host -6 addr flush dev vif1.0 scope link
lab_ip host -6 neigh flush dev vif1.0
! in_guest 1 ping -c1 -W1 "$ROUTER_BEYOND" >/dev/null || fail "this kernel asks without an address"
way vif1.0 no-link-local 'addr_gen_mode is none' fe80::1 vif1.0
way vif1.0 no-link-local 'addr_gen_mode is none' "$(addr_of_guest 1)" eth0
remedy
# Failed neighbour entries are a finding as well, until they are solicited again.
wait_for 10 in_guest 1 ping -c1 -W1 "$ROUTER_BEYOND"
status 0 ndpx doctor --fix "${PROBE[@]}"
well

note "no IPv6 on the port, on the uplink"
for pair in "vif1.0 vif1.0" "eth0 eth0"; do
	# shellcheck disable=SC2086 # two words
	set -- $pair
	lab_set host "net/ipv6/conf/$1/disable_ipv6" 1
	way "$1" ipv6-off "disable_ipv6=0" "$([ "$1" = eth0 ] && addr_of_guest 2 || echo fe80::1)" "$2"
	remedy
	# Its addresses and routes are gone with it.
	lab_ip host addr replace "${PREFIX}3/64" dev eth0
	lab_ip host route replace default via "$GATEWAY" dev eth0
	lab_ip host route replace "$(addr_of_guest 1)/128" dev vif1.0
	status 0 ndpx apply
	well
done

note "forwarding is off on a port: the routes decide nothing there"
lab_set host net/ipv6/conf/vif2.0/forwarding 0
finds_line() {
	status 3 ndpx doctor "${PROBE[@]}"
	assert_has "$WORK/out" "$1"
	grep "$1" "$WORK/out" >"$WORK/line"
}
finds_line '^vif2.0: forwarding-off: '
status 0 ndpx -j explain "$(addr_of_guest 3)" dev vif2.0
assert_json "$WORK/out" '.explain.verdict == "not_routed"'
remedy
status 0 ndpx -j explain "$(addr_of_guest 3)" dev vif2.0
assert_json "$WORK/out" '.explain.verdict == "answered"'
well

note "the bridge of a port is down"
lab_ip host link add br0 address 02:00:00:00:0b:01 type bridge
lab_ip host link set br0 up
lab_ip host link set vif2.0 master br0
lab_ip host route replace "$(addr_of_guest 2)/128" dev br0
status 0 ndpx apply
lab_ip host link set br0 down
way br0 device-down 'it is down' fe80::1 vif2.0
remedy
lab_ip host route replace "$(addr_of_guest 2)/128" dev br0
wait_for 10 ndpx doctor "${PROBE[@]}"

note "the guest is gone, and the host has asked for it"
lab_ip g1 link set eth0 down
lab_ip g1 link set eth0 up
lab_ip g1 -6 addr flush dev eth0 scope global
lab_ip host -6 neigh flush dev vif1.0
lab_in host ping -c1 -W1 "$(addr_of_guest 1)" >/dev/null || true
failed() {
	grep -q FAILED <<<"$(lab_ip host -6 neigh show dev vif1.0)"
}
wait_for 10 failed
status 3 ndpx doctor "${PROBE[@]}"
assert_has "$WORK/out" "^eth0: neighbour-failed: .*$(addr_of_guest 1) on vif1.0"
status 0 ndpx -j explain "$(addr_of_guest 1)" dev eth0
assert_json "$WORK/out" '.explain.obstacles | map(.code) | index("neighbour-failed") != null'

note "no way out for what comes from a port"
lab_ip host -6 rule add iif vif1.0 prohibit
way vif1.0 no-way-out 'no default route' fe80::1 vif1.0
lab_ip host -6 rule del iif vif1.0 prohibit

note "the route back to who asks"
status 0 ndpx -j explain "$(addr_of_guest 2)" dev eth0 from 2001:db8:7::a3
assert_json "$WORK/out" '.explain.obstacles | map(.code) | index("route-back") != null'
