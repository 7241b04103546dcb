#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Whole frames: how the keys of a guest and an uplink shape the answer, and what is not
# answered. tests/bpf_run has every row; this is the wire.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
OWN=2001:db8:1::fe
lab_ip host addr add "$OWN/64" dev eth0
LINK_LOCAL=$(lab_ip host -j addr show dev eth0 scope link | jq -r '.[].addr_info[]?.local // empty')

frames() {
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    deny = { 2001:db8:2::bad, 2001:db8:2:0:f::/80 }
		    guest 2001:db8:1::1 { }
		    guest 2001:db8:1::2 { router = on }
		    guest 2001:db8:1::3 { override = on }
		    guest 2001:db8:1::4 { lladdr = 02:00:00:00:12:34 }
		    guest 2001:db8:1::5 { paused = on }
		    guest 2001:db8:1::6 { dad = ignore }
		    guest 2001:db8:2::/64 { router = on }
		    guest 2001:db8:2::7 { router = off }
		}
	EOF
	status 0 ndpx apply
	assert_answered 2001:db8:1::1
	assert_eq router "$(ask 2001:db8:1::2)" "$(answer 2001:db8:1::2 "$LAB_HOST_MAC" RS)"
	assert_eq override "$(ask 2001:db8:1::3)" "$(answer 2001:db8:1::3 "$LAB_HOST_MAC" SO)"
	assert_eq lladdr "$(ask 2001:db8:1::4)" "$(answer 2001:db8:1::4 02:00:00:00:12:34)"
	assert_silent 2001:db8:1::5
	assert_eq prefix "$(ask 2001:db8:2::9)" "$(answer 2001:db8:2::9 "$LAB_HOST_MAC" RS)"
	assert_eq "longest match" "$(ask 2001:db8:2::7)" "$(answer 2001:db8:2::7)"
	note "denied, anycast, not a guest, the host's own"
	assert_silent 2001:db8:2::bad 2001:db8:2:0:f::1 2001:db8:2:: 2001:db8:3::1
	# By ndpx: the kernel answers for its own address, with O set.
	assert_eq "own address" "$(ask $OWN)" "$(answer $OWN "$LAB_HOST_MAC" RSO)"
	assert_eq "verdict of the own address" "$(counter own_address)" 1
	assert_eq "verdict of the denied" "$(counter denied)" 2
	assert_eq "verdict of the paused" "$(counter paused)" 1
	note "probes, with and without SLLAO"
	assert_eq probe "$(ask -p "$LAB_HOST_MAC" 2001:db8:1::1)" "$(answer 2001:db8:1::1)"
	assert_eq "bare probe" "$(ask -n -p "$LAB_HOST_MAC" 2001:db8:1::1)" "$(answer 2001:db8:1::1)"
	assert_eq probes "$(counter answered_probe)" 2
	note "duplicate address detection goes to all nodes"
	assert_eq DAD "$(ASKER=:: ask 2001:db8:1::1)" \
		"$("$NDTOOL" na "$LAB_HOST_MAC" 33:33:00:00:00:01 2001:db8:1::1 ff02::1 2001:db8:1::1 \
			"$LAB_HOST_MAC")"
	assert_eq "DAD ignored" "$(ASKER=:: ask 2001:db8:1::6 300)" none
	note "source = link-local, and a fixed one"
	sed -i '2i source = link-local' "$WORK/ndpx.conf"
	status 0 ndpx apply
	assert_eq "link-local" "$(ask 2001:db8:1::1)" \
		"$(answer 2001:db8:1::1 "$LAB_HOST_MAC" S "$LINK_LOCAL")"
	sed -i '2s/.*/source = 2001:db8:1::fe/' "$WORK/ndpx.conf"
	status 0 ndpx apply
	assert_eq "fixed" "$(ask 2001:db8:1::1)" "$(answer 2001:db8:1::1 "$LAB_HOST_MAC" S $OWN)"
}

in_modes frames
