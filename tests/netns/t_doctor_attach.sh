#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: is the program attached, is it ours, and does it know its device?
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

net_pair
lab_add guest
lab_wire host vif1 guest eth0
lab_ip host route add 2001:db8:1::/48 dev vif1

pins() {
	printf '%s/%s' "$(netns_dir)" "$(lab_ip host -j link show "$1" | jq '.[0].ifindex')"
}

up() {
	status 0 ndpx apply
	finds_none
}

# settle IF: waits for the link-local address and carrier, which follow "up" with a delay.
settle() {
	wait_for 5 sh -c "ip -n $(lab_name host) -6 addr show dev $1 scope link | grep -q inet6 &&
		ip -n $(lab_name host) link show $1 | grep -q LOWER_UP"
}

note "not-attached"
conf_one
finds eth0 not-attached 'ndpx apply'
only not-attached
finds vif1 not-attached 'nothing is attached' dev vif1
finds nope not-attached 'no such interface' dev nope
conf <<<"uplink eth7 { guest 2001:db8:1::1 { } }"
finds eth7 not-attached 'no such interface'
conf_one

note "not-attached: a VLAN that is no uplink"
up
finds eth0.7 not-attached 'nothing is attached for this VLAN' dev eth0.7
finds_none
status 0 ndpx doctor --no-probe dev eth0 vlan 0

note "detached: a link that somebody detached; a filter that somebody removed"
up
bpftool link detach pinned "$(pins eth0)/link"
finds eth0 detached 'rules are pinned'
only detached
status 0 ndpx down
conf <<<"uplink eth0 { mode = tc  guest 2001:db8:1::1 { } }"
NDPX_TC=clsact up
lab_in host tc filter del dev eth0 ingress
finds eth0 detached 'rules are pinned'
status 0 ndpx down

note "pins-incomplete"
conf_one
up
rm "$(pins eth0)/rates"
finds eth0 pins-incomplete 'pins are incomplete'
only pins-incomplete
up

note "program-replaced: other maps in place of those that the program reads"
bpftool map show pinned "$(pins eth0)/counters" >/dev/null
counters() {
	rm "$(pins eth0)/counters"
	bpftool map create "$(pins eth0)/counters" type percpu_array key 4 value 8 entries "$1" name counters
}
counters 64
finds eth0 program-replaced "program 'ndpx_xdp'"

note "a map of another size is not read at all"
counters 32
status 2 ndpx guest add 2001:db8:1::9 dev eth0
assert_has "$WORK/err" 'counters: not the map that ndpx made: .*ndpx apply'
finds eth0 other-abi 'ndpx apply'
status 0 ndpx apply
finds_none
status 0 ndpx down

note "program-replaced: a link of another device"
net_wire eth1
conf <<-EOF
	uplink eth0 { guest 2001:db8:1::1 { } }
	uplink eth1 { guest 2001:db8:1::2 { } }
EOF
up
mv "$(pins eth1)/link" "$(pins eth0)/link"
finds eth0 program-replaced 'is attached to interface'
finds eth1 detached 'not attached' dev eth1
status 0 ndpx down
conf_one

note "other-abi: a record that this release cannot read"
up
record=$(pins eth0)/record
bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
	jq -r '.value | .[4] = "0x77" | join(" ")')
# shellcheck disable=SC2086 # a word each
bpftool map update pinned "$record" key 0 0 0 0 value $bytes
finds eth0 other-abi 'another version'
up

note "other-release: another build of this release"
bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
	jq -r '.value | .[24] = "0x77" | join(" ")')
# shellcheck disable=SC2086
bpftool map update pinned "$record" key 0 0 0 0 value $bytes
finds eth0 other-release 'another build'
only other-release
up

note "mac-changed, link-local-changed"
lab_ip host link set eth0 address 02:00:00:00:00:aa
finds eth0 mac-changed 'answers carry 02:00:00:00:00:fe, but the device has 02:00:00:00:00:aa'
lab_ip host link set eth0 address "$LAB_HOST_MAC"
finds_none
lab_ip host addr flush dev eth0 scope link
lab_ip host addr add fe80::77/64 dev eth0
finds eth0 link-local-changed 'fe80::77'
status 0 ndpx apply
finds_none

note "link-down"
lab_ip router link set eth0 down
wait_for 5 sh -c "ip -n $(lab_name host) link show eth0 | grep -q NO-CARRIER"
finds eth0 link-down 'no carrier'
lab_ip router link set eth0 up
settle eth0
up
lab_ip host link set eth0 down
finds eth0 link-down 'interface is down'
lab_ip host link set eth0 up
settle eth0
up

note "link-moved: a master that came"
lab_ip host link add br0 type bridge
lab_ip host link set eth0 master br0
finds eth0 link-moved 'a master was added or removed'
lab_ip host link del br0
finds_none

note "renamed"
lab_ip host link set eth0 down
lab_ip host link set eth0 name wan0
lab_ip host link set wan0 up
finds wan0 renamed 'attached as eth0'
finds eth0 not-attached 'no such interface'
lab_ip host link set wan0 down
lab_ip host link set wan0 name eth0
lab_ip host link set eth0 up
settle eth0
up

note "ifindex-changed, interface-gone"
lab_ip host link del eth0
finds eth0 interface-gone 'ndpx down dev eth0'
only interface-gone
net_wire eth0
settle eth0
finds eth0 ifindex-changed "is interface $(lab_ip host -j link show eth0 | jq '.[0].ifindex') now"
only ifindex-changed
up

note "foreign-xdp: a program that came before ours in TC; with mode = tc it may"
status 0 ndpx down
conf <<<"uplink eth0 { guest 2001:db8:1::1 { } }"
lab_ip router link set eth0 xdp off
status 0 ndpx apply
lab_hear_xdp host eth0
finds eth0 foreign-xdp "XDP program 'xdp_pass'"
only foreign-xdp
conf <<<"uplink eth0 { mode = tc  guest 2001:db8:1::1 { } }"
up

note "no file, nothing pinned"
status 0 ndpx down
status 3 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" doctor
assert_has "$WORK/out" '^host: not-attached: .*attached or configured'

note "usage: a file that is named must be there and be right; words must be known"
rm "$WORK/ndpx.conf"
status 1 ndpx doctor
conf <<<"uplink eth0 { gest ::1 { } }"
status 1 ndpx doctor
conf_one
status 1 ndpx doctor eth0
status 1 ndpx doctor --paused
