#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `follow`: a route through a matching port makes its destination a guest, and its end ends that;
# by XDP and by TC. What is no guest's route; several routes to one destination; VRFs; origins
# that meet; a restart of run; guest ports.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

A=2001:db8:1::a
B=2001:db8:1::b

# routes ARGS: those of `guest show origin route`, "ADDR port PORT answer MODE" each.
routes() {
	ndpx -j guest show origin route | jq -r \
		'.guests[] | "\(.address) \(.port // "-") \(.answer)"' | sort | paste -sd, -
}

is_routes() {
	[ "$(routes)" = "$1" ]
}

# expect_routes TEXT: within a second or so, and it stays so.
expect_routes() {
	local i
	for i in $(seq 30); do
		is_routes "$1" && break
		sleep 0.05
	done
	assert_eq "rules of routes" "$(routes)" "$1"
}

r6() {
	lab_ip host -6 route "$@"
}

file() {
	echo "uplink eth0 { mode = $MODE follow = { \"vif*\", tun0 } $* }" | conf
}

life() {
	MODE=$1
	note "what is there before run, in one commit"
	file
	r6 add $A dev vif1.0
	r6 add 2001:db8:5::/64 dev vif2.0
	run_start
	expect_routes "$A vif1.0 always,2001:db8:5::/64 vif2.0 routed"
	assert_answered $A 2001:db8:5::77
	assert_has "$WORK/log" '^eth0: routes followed: rules \+2 -0 ~0'
	assert_silent $B

	note "a route comes, moves and goes"
	r6 add $B dev vif1.0
	soon $B
	assert_eq "origin" "$(origin $B)" route
	r6 replace $B dev vif2.0
	expect_routes "$A vif1.0 always,$B vif2.0 always,2001:db8:5::/64 vif2.0 routed"
	soon $B
	r6 del $B
	gone $B
	r6 del 2001:db8:5::/64
	gone 2001:db8:5::77

	note "replaced by what is no guest's"
	r6 add $B dev vif1.0
	soon $B
	r6 replace $B dev other
	gone $B
	r6 replace $B dev vif1.0
	soon $B
	r6 replace unreachable $B metric 1024
	gone $B
	r6 flush $B

	note "by a gateway, by two ports, with another metric"
	r6 add 2001:db8:6::/56 via fe80::99 dev vif1.0
	expect_routes "$A vif1.0 always,2001:db8:6::/56 vif1.0 routed"
	r6 del 2001:db8:6::/56
	r6 add $B nexthop via fe80::99 dev vif1.0 nexthop via fe80::98 dev vif2.0
	expect_routes "$A vif1.0 always,$B - routed"
	soon $B
	r6 del $B
	r6 add $B dev vif1.0 metric 300
	r6 add $B dev vif2.0 metric 200
	expect_routes "$A vif1.0 always,$B vif2.0 always"
	r6 del $B dev vif2.0
	expect_routes "$A vif1.0 always,$B vif1.0 always"
	r6 del $B
	expect_routes "$A vif1.0 always"

	note "what is no guest's"
	r6 add 2001:db8:7::1 dev eth0
	r6 add 2001:db8::/40 dev vif1.0
	r6 add default dev vif1.0 metric 5000
	r6 add unreachable 2001:db8:7::2
	r6 add 2001:db8:7::3 dev other
	r6 add 2001:db8:7::4 dev vif1.0 proto ra
	lab_ip host addr add 2001:db8:8::1/64 dev vif1.0
	lab_ip host addr add 2001:db8:9::1/128 dev vif2.0
	sleep 0.5
	expect_routes "$A vif1.0 always"
	assert_silent 2001:db8:7::1 2001:db8:7::3 2001:db8:8::5 2001:db8:9::1

	note "an address with a peer is"
	lab_ip host addr add 2001:db8:9::9 peer 2001:db8:9::2/128 dev vif2.0
	expect_routes "$A vif1.0 always,2001:db8:9::2 vif2.0 always"
	soon 2001:db8:9::2
	lab_ip host addr flush dev vif2.0
	lab_ip host addr del 2001:db8:8::1/64 dev vif1.0
	r6 flush dev eth0 proto boot
	r6 flush dev vif1.0
	r6 flush dev other
	r6 del unreachable 2001:db8:7::2
	expect_routes ""
	gone $A 2001:db8:9::2

	note "the port goes and comes again, with its route"
	r6 add $A dev vif1.0
	soon $A
	lab_ip host link del vif1.0
	gone $A
	lab_ip host link add vif1.0 type veth peer name p1
	lab_ip host link set p1 up
	lab_ip host link set vif1.0 up
	r6 add $A dev vif1.0
	soon $A
	expect_routes "$A vif1.0 always"
	lab_ip host link set vif1.0 down
	gone $A
	lab_ip host link set vif1.0 up
	r6 add $A dev vif1.0
	soon $A

	note "a tunnel without neighbours"
	lab_ip host tuntap add dev tun0 mode tun
	lab_ip host link set tun0 up
	r6 add 2001:db8:1::70 dev tun0
	expect_routes "2001:db8:1::70 tun0 always,$A vif1.0 always"
	soon 2001:db8:1::70
	lab_ip host link del tun0
	expect_routes "$A vif1.0 always"

	note "a command's rule comes above a route's, and the file's above both"
	status 1 ndpx guest del $A dev eth0
	assert_has "$WORK/err" 'follows a route'
	status 0 ndpx guest add $A dev eth0 router on
	assert_eq "origin" "$(origin $A)" command
	assert_eq "R" "$(ask $A)" "$(answer $A "$LAB_HOST_MAC" RS)"
	file "guest $A { override = on }"
	kill -HUP "$RUN"
	wait_for 5 is_origin $A file
	status 0 ndpx apply
	assert_eq "O" "$(ask $A)" "$(answer $A "$LAB_HOST_MAC" SO)"
	file
	kill -HUP "$RUN"
	wait_for 5 is_origin $A command
	assert_eq "R again" "$(ask $A)" "$(answer $A "$LAB_HOST_MAC" RS)"
	status 0 ndpx guest del $A dev eth0
	assert_eq "the route's again" "$(origin $A)" route
	assert_answered $A
	echo "$A dev eth0 router on" >"$WORK/import"
	status 0 ndpx guest import "$WORK/import"
	assert_eq "imported" "$(ask $A)" "$(answer $A "$LAB_HOST_MAC" RS)"
	r6 del $A
	sleep 0.3
	assert_eq "the command's stays" "$(origin $A)" command
	status 0 ndpx guest del $A dev eth0
	assert_silent $A

	note "apply keeps them, --prune and run's next look do as they say"
	r6 add $A dev vif1.0
	soon $A
	status 0 ndpx apply
	expect_routes "$A vif1.0 always"

	note "run ends, routes change, run begins: what is stale goes"
	run_end
	r6 add $B dev vif1.0
	r6 del $A
	assert_answered $A
	status 0 ndpx apply
	assert_answered $A
	run_start
	expect_routes "$B vif1.0 always"
	assert_silent $A

	note "the file stops to follow"
	echo "uplink eth0 { mode = $MODE }" | conf
	kill -HUP "$RUN"
	gone $B
	expect_routes ""
	file
	kill -HUP "$RUN"
	soon $B
	run_end
	status 0 ndpx apply --prune
	assert_silent $B
	r6 del $B
}

net_pair
for i in 1 2; do
	lab_ip host link add vif$i.0 type veth peer name p$i
	lab_ip host link set p$i up
	lab_ip host link set vif$i.0 up
done
lab_ip host link add other type veth peer name p3
lab_ip host link set p3 up
lab_ip host link set other up
in_modes life

note "a VRF: its table counts directly for an uplink in it"
MODE=auto
if ! lab_ip host link add red type vrf table 100 2>/dev/null; then
	note "this kernel has none"
	exit 0
fi
lab_ip host link set red up
lab_ip host link set vif1.0 master red
file
run_start
r6 add $A dev vif1.0 table 100
expect_routes "$A vif1.0 routed"
assert_silent $A # frames from eth0 are not looked up there
r6 add $B dev vif2.0
soon $B
lab_ip host link set eth0 master red
soon $A
expect_routes "$A vif1.0 always,$B vif2.0 routed"
gone $B
run_end
