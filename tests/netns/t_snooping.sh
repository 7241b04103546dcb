#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A switch with MLD snooping and a querier forwards a solicitation only to members of its
# group: with `groups = none` it is not heard, with `join` it is, and after the link was down
# `apply` joins again.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

lab_up "$TAG"

# The bridge floods until its first query, and only then goes by membership.
lab_ip switch link set br0 type bridge mcast_snooping 1 mcast_mld_version 2 \
	mcast_startup_query_interval 100 mcast_startup_query_count 2 \
	mcast_query_response_interval 50
lab_ip switch link set br0 type bridge mcast_querier 1
# Solicitations that reach the host's cable.
lab_in switch nft -f - <<-EOF
	table bridge count {
		counter heard { }
		chain out {
			type filter hook postrouting priority 0
			oifname "host" icmpv6 type nd-neighbor-solicit ether daddr & 01:00:00:00:00:00 == 01:00:00:00:00:00 counter name heard
		}
	}
EOF

heard() {
	lab_in switch nft list counter bridge count heard | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# file GROUPS
file() {
	conf <<-EOF
		uplink eth0 {
		    mode = $MODE
		    groups = $1
		    guest $LAB_GUEST1 { }
		}
	EOF
}

# reaches: does the router reach the guest after resolving it again?
reaches() {
	lab_ip router neigh flush dev eth0
	lab_in router ping -6 -q -n -c 1 -W 1 "$LAB_GUEST1" >/dev/null
}

# member: is the host's port a member of the guest's group, according to the switch?
member() {
	grep -q "port host grp ff02::1:ff00:34 " <<<"$(lab_in switch bridge mdb show dev br0)"
}

# snoops: has the switch begun to filter?
snoops() {
	local before
	before=$(heard)
	! reaches && [ "$(heard)" = "$before" ]
}

snooping() {
	local before
	MODE=$1
	note "none: the switch sends the host nothing"
	file none
	status 0 ndpx apply
	wait_for 20 snoops
	before=$(counter answered)
	! reaches || fail "the router reached the guest"
	assert_eq "answers" "$(($(counter answered) - before))" 0

	note "join: it does"
	file join
	status 0 ndpx apply
	wait_for 5 member
	wait_for 5 reaches
	[ "$(counter answered)" -gt "$before" ] || fail "the router reached the guest, but not by us"

	note "after the link was down and up, apply joins again"
	lab_ip host link set eth0 down
	lab_ip host link set eth0 up
	lab_ip host addr add "$LAB_HOST/64" dev eth0 # goes with the link
	wait_for 20 snoops
	status 0 ndpx apply
	wait_for 5 member
	wait_for 5 reaches

	note "leaving tells the switch"
	status 0 ndpx down
	wait_for 20 eval '! member'
	wait_for 20 snoops
}

note "mode native"
snooping native
note "mode tc"
snooping tc
