#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: guest ports that appeared, changed or lost their program since `apply`, and --fix.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

net_pair
lab_ip host addr add 2001:db8:1::fe/64 dev eth0

# guest_port N
guest_port() {
	lab_add "guest$1"
	lab_wire host "vif$1" "guest$1" eth0
	lab_ip host route add "2001:db8:1::$1/128" dev "vif$1"
}

# port_fixes: the finding is fixed, and the port answers.
port_fixes() {
	status 0 ndpx doctor --fix --no-probe
	assert_has "$WORK/out" '^vif2: guest-port-[a-z]*: .*: fixed$'
	finds_none
	mac=$(lab_ip host -j link show dev vif2 | jq -r '.[0].address')
	assert_eq "vif2 answers" \
		"$(lab_in guest2 "$NDTOOL" exchange eth0 \
			"$("$NDTOOL" ns 02:00:00:00:00:66 fe80::66 fe80::1)" 500)" \
		"$("$NDTOOL" na -f RSO "$mac" 02:00:00:00:00:66 fe80::1 fe80::66 fe80::1 "$mac")"
}

guest_port 1
conf <<-EOF
	uplink eth0 {
	    guest 2001:db8:1::1 { port = vif1 }
	}
	ports "vif*" {
	    gateway = { fe80::1 }
	    onlink = { 2001:db8:1::/64 }
	}
EOF
# A port's link-local address follows it with a delay.
local_is_there() {
	grep -q inet6 <<<"$(lab_ip host -6 addr show dev "$1" scope link -tentative)"
}
wait_for 5 local_is_there vif1
status 0 ndpx apply
finds_none
status 0 ndpx doctor dev vif1

note "guest-port-missing: a guest was started since"
guest_port 2
finds vif2 guest-port-missing 'nothing answers on it: ndpx doctor --fix'
only guest-port-missing
wait_for 5 local_is_there vif2
port_fixes

note "guest-port-changed: another MAC"
lab_ip host link set vif2 address 02:00:00:00:00:77
finds vif2 guest-port-changed 'ndpx doctor --fix'
status 0 ndpx doctor dev vif1
port_fixes

note "guest-port-detached: somebody took the program away"
id=$(ndpx -j status | jq '.ports.sections[0].devices[] | select(.dev == "vif2") | .ifindex')
link=$(bpftool -j link show pinned "$(netns_dir)/ports/link_$id" | jq .id)
bpftool link detach id "$link"
finds vif2 guest-port-detached 'ndpx doctor --fix'
only guest-port-detached
port_fixes

note "a port that is gone is no finding"
lab_ip host link del vif2
finds_none

note "a link-local address that comes after apply, as in the hook of each start"
lab_add guest3
lab_ip host link add vif3.1 type veth peer name eth0 netns "$(lab_name guest3)"
lab_ip host link set vif3.1 up
status 0 ndpx apply
finds_none
lab_ip guest3 link set eth0 up
wait_for 5 local_is_there vif3.1
finds_none

note "an interface whose name ends as a VLAN's does"
lab_ip host link set vif3.1 address 02:00:00:00:00:78
status 3 ndpx doctor --no-probe dev vif3.1
assert_has "$WORK/out" '^vif3.1: guest-port-changed: '
status 3 ndpx -j doctor --no-probe dev vif3.1
assert_json "$WORK/out" '.findings | map(.dev) == ["vif3.1"]'
status 0 ndpx status dev vif3.1
status 0 ndpx doctor --fix --no-probe dev vif3.1
finds_none
