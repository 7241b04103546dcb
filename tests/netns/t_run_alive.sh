#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `answer = alive` with `run`: a guest that the kernel does not know is resolved when a router asks
# for it, one that is not there is not answered for, and a scan leaves no entries behind.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

HERE=2001:db8:2::7 # a guest that has never spoken
NOT_HERE=2001:db8:2::8

net_pair
lab_add guest
lab_wire host vif1.0 guest eth0 02:00:00:00:0f:01 02:00:00:00:0a:01
lab_ip guest addr add $HERE/64 dev eth0
lab_ip host route add 2001:db8:2::/64 dev vif1.0
lab_set guest net/ipv6/neigh/eth0/retrans_time_ms 100

known() {
	lab_ip host -6 neigh show "$1" dev vif1.0
}
is_known() {
	known "$1" | grep -qE 'REACHABLE|STALE|DELAY|PROBE'
}
is_unknown() {
	[ -z "$(known "$1")" ]
}
neighbours() {
	lab_ip host -6 neigh show dev vif1.0 | grep -c '^2001' || true
}
is_only() {
	[ "$(neighbours)" = 1 ] && is_known "$1"
}

alive() {
	echo "uplink eth0 { mode = $1 guest 2001:db8:2::/64 { answer = alive } }" | conf

	note "without run nobody resolves it"
	status 0 ndpx apply
	assert_silent $HERE
	sleep 0.3
	assert_silent $HERE
	is_unknown $HERE || fail "who asked for it?"

	note "with run the router's next solicitation is answered"
	sleep 2.2 # what was asked before is too old to be asked for now
	run_start
	assert_silent $HERE
	wait_for 2 is_known $HERE
	assert_answered $HERE

	note "who is not there leaves nothing behind"
	assert_silent $NOT_HERE
	sleep 0.1
	[ -n "$(known $NOT_HERE)" ] || fail "not asked for"
	assert_silent $NOT_HERE
	wait_for 8 is_unknown $NOT_HERE
	is_known $HERE || fail "the living one has gone with it"

	note "explain asks nobody"
	lab_ip host neigh flush dev vif1.0
	sleep 1.2
	status 0 ndpx explain $HERE dev eth0
	grep -q not_alive "$WORK/out" || fail "$(cat "$WORK/out")"
	sleep 0.2
	is_unknown $HERE || fail "explain had it resolved"

	note "a scan"
	lab_in router "$NDTOOL" scan eth0 "$LAB_ROUTER_MAC" fe80::1 2001:db8:2:: 20000
	assert_silent 2001:db8:2::1:1
	[ "$(neighbours)" -lt 400 ] || fail "$(neighbours) entries for a scan of 20000"
	sleep 1.2
	assert_silent $HERE
	wait_for 3 is_known $HERE
	assert_answered $HERE
	wait_for 12 is_only $HERE

	note "it outlives run, and is gone when the kernel notices"
	kill -KILL "$RUN"
	{ wait "$RUN" || true; } 2>/dev/null
	assert_answered $HERE
	lab_ip guest link set eth0 down
	lab_ip host neigh flush dev vif1.0
	assert_silent $HERE
	lab_ip guest link set eth0 up
	lab_ip guest addr replace $HERE/64 dev eth0
	status 0 ndpx down
}

note "a space of an earlier build has no ring"
echo "uplink eth0 { guest 2001:db8:2::/64 { answer = alive } }" | conf
status 0 ndpx apply
rm "$BPFFS"/*/events
status 0 ndpx apply
[ -e "$(echo "$BPFFS"/*/events)" ] || fail "no ring was made"
status 0 ndpx down

in_modes alive
