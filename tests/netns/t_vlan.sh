#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Two uplinks with the same address on different VLANs of one device: each answers on its own
# tag with its own lladdr; other tags and untagged frames are not answered (P3, P80).
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

MAC88=02:00:00:00:88:01
MAC89=02:00:00:00:89:01

net_pair

vlan() {
	conf <<-EOF
		uplink eth0.88 {
		    mode = $1
		    guest $LAB_GUEST1 { lladdr = $MAC88 }
		}
		uplink eth0 {
		    mode = $1
		    vlan = 89
		    guest $LAB_GUEST1 { lladdr = $MAC89 }
		}
	EOF
	status 0 ndpx apply
	assert_eq "VLAN 88" "$(ask -v 88 "$LAB_GUEST1")" "$(answer -v 88 "$LAB_GUEST1" $MAC88)"
	assert_eq "VLAN 89" "$(ask -v 89 "$LAB_GUEST1")" "$(answer -v 89 "$LAB_GUEST1" $MAC89)"
	assert_eq "VLAN 90" "$(ask -v 90 "$LAB_GUEST1" 300)" none
	assert_eq "untagged" "$(ask "$LAB_GUEST1" 300)" none
	assert_eq "priority tag" "$(ask -v 0 "$LAB_GUEST1" 300)" none
	assert_eq "answered" "$(counter answered)" 2
	ndpx -j guest show >"$WORK/show"
	assert_json "$WORK/show" '[.guests[] | {vlan, lladdr}] | sort_by(.vlan) ==
		[{vlan: 88, lladdr: "'$MAC88'"}, {vlan: 89, lladdr: "'$MAC89'"}]'
}

in_modes vlan

note "auto takes TC: a veth may hand a tag past XDP (P7)"
conf <<-EOF
	uplink eth0.88 {
	    guest $LAB_GUEST1 { }
	}
EOF
status 0 ndpx apply
assert_has "$WORK/err" 'TC instead of native XDP'
assert_eq "XDP program" "$(xdp_id host)" ""
assert_eq "VLAN 88" "$(ask -v 88 "$LAB_GUEST1")" "$(answer -v 88 "$LAB_GUEST1")"
