#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: guest ports that came, changed or lost their program since `apply`.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/doctor.sh"

net_pair
lab_ip host addr add 2001:db8:1::fe/64 dev eth0

# guest_port N
guest_port() {
	lab_add "guest$1"
	lab_wire host "vif$1" "guest$1" eth0
	lab_ip host route add "2001:db8:1::$1/128" dev "vif$1"
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
# The link-local address of a port comes a moment after the port.
local_is_there() {
	lab_ip host -6 addr show dev "$1" scope link -tentative | grep -q inet6
}
wait_for 5 local_is_there vif1
status 0 ndpx apply
finds_none
status 0 ndpx doctor dev vif1

note "guest-port-missing: a guest was started since"
guest_port 2
finds vif2 guest-port-missing 'nothing answers on it: ndpx apply'
only guest-port-missing
wait_for 5 local_is_there vif2
status 0 ndpx apply
finds_none

note "guest-port-changed: another MAC"
lab_ip host link set vif2 address 02:00:00:00:00:77
finds vif2 guest-port-changed 'ndpx apply'
status 0 ndpx doctor dev vif1
status 0 ndpx apply
finds_none

note "guest-port-detached: somebody took the program away"
id=$(ndpx -j status | jq '.ports.sections[0].devices[] | select(.dev == "vif2") | .ifindex')
link=$(bpftool -j link show pinned "$BPFFS/ports/link_$id" | jq .id)
bpftool link detach id "$link"
finds vif2 guest-port-detached 'ndpx apply'
only guest-port-detached
status 0 ndpx apply
finds_none

note "a port that is gone is no finding"
lab_ip host link del vif2
finds_none
