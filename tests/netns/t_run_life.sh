#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `run` through an uplink's life, by XDP and by TC: missing at the start, down and up, another
# MAC, created again, renamed away and back, the host's own address on it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

A=2001:db8:1::1

members() {
	[ "$(lab_ip host -6 neigh show proxy dev eth0 | wc -l)" = "$1" ]
}
guests_in_force() {
	[ "$(guests | wc -l)" = "$1" ]
}

# The router's cable end hears XDP_TX again, as net_wire does.
cable() {
	net_wire eth0
}

life() {
	echo "uplink eth0 { mode = $1 guest $A { } guest 2001:db8:1::2 { } }" | conf
	note "the uplink comes later than run"
	lab_ip host link del eth0 2>/dev/null || true
	run_start
	assert_has "$WORK/log" 'eth0: no such interface.*: waiting for it'
	cable
	soon $A
	assert_has "$WORK/log" '^eth0: .*attached'
	assert_eq "said once" "$(grep -c 'waiting for it' "$WORK/log")" 1

	note "down and up"
	members 2 || fail "groups are missing"
	lab_ip host link set eth0 down
	lab_ip host link set eth0 up
	wait_for 5 members 2
	soon $A

	note "another MAC"
	lab_ip host link set eth0 address 02:00:00:00:00:77
	LAB_HOST_MAC=02:00:00:00:00:77 soon $A
	lab_ip host link set eth0 address "$LAB_HOST_MAC"
	soon $A

	note "created again"
	lab_ip host link del eth0
	cable
	soon $A
	lab_ip host link del eth0
	sleep 0.5
	cable
	soon $A

	note "renamed, and back"
	lab_ip host link set eth0 down
	lab_ip host link set eth0 name eth7
	lab_ip host link set eth7 up
	gone $A
	lab_ip host link set eth7 down
	lab_ip host link set eth7 name eth0
	lab_ip host link set eth0 up
	soon $A

	note "an address of the host on the uplink: the kernel speaks for it"
	lab_ip host addr add $A/128 dev eth0 nodad
	wait_for 5 guests_in_force 1
	lab_ip host addr del $A/128 dev eth0
	soon $A

	note "its end leaves the data plane answering"
	quiet 500
	run_end
	assert_answered $A
	status 0 ndpx status
}

lab_add router
lab_add host
lab_set host net/ipv6/conf/all/forwarding 1
net_wire eth0
in_modes life
