#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `paused until-seen` under run: silent until the guest has spoken on its own port, by its
# solicitation or in answer to the kernel's, also behind a bridge; not by an entry of an earlier
# stay, nor by another port. Words, JSON and import; apply keeps one that has been seen.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

A=2001:db8:1::a
B=2001:db8:1::b

rule() { # ADDR: its words, without the origin
	ndpx guest show "$1" | sed 's/  # .*//'
}

paused() { # ADDR
	ndpx -j guest show "$1" | jq -c '.guests[0].paused'
}

is_paused() {
	[ "$(paused "$1")" = "$2" ]
}

# The guest starts: an address and nothing else, on a port of its own.
guest_up() { # NAME ADDR
	lab_ip "$1" link set eth0 up
	lab_ip "$1" -6 neigh flush dev eth0 # or it has no reason to ask
	lab_ip "$1" addr replace "$2/128" dev eth0 nodad
	lab_ip "$1" route replace default via fe80::1 dev eth0
}

guest_down() {
	lab_ip "$1" addr flush dev eth0 scope global
	lab_ip host -6 neigh flush dev "$2"
}

waits() { # ADDR...: none of them is answered for, for two seconds
	for _ in $(seq 4); do
		assert_silent "$@"
		sleep 0.3
	done
}

until_seen() {
	echo "uplink eth0 { mode = $1 guest $A { port = vif1.0 paused = until-seen } }" | conf
	guest_down g1 vif1.0
	guest_down g2 vif2.0
	note "nobody is there"
	run_start
	waits $A
	assert_eq "the rule" "$(rule $A)" "$A dev eth0 port vif1.0 paused until-seen"
	assert_eq "JSON" "$(paused $A)" '"until-seen"'
	status 0 ndpx explain $A dev eth0
	assert_has "$WORK/out" ': paused \(pass\)'

	note "it is on another port: that is not here"
	guest_up g2 $A
	lab_in g2 ping -c1 -W1 fe80::1 >/dev/null || true
	waits $A
	guest_down g2 vif2.0

	note "it comes, and answers the kernel"
	guest_up g1 $A
	soon $A
	assert_eq "seen" "$(paused $A)" false
	assert_eq "origin" "$(origin $A)" file

	note "a reload and an apply leave it so; doctor has nothing to say"
	kill -HUP "$RUN"
	sleep 0.3
	status 0 ndpx apply
	sleep 0.3
	assert_answered $A
	ndpx doctor --no-probe >"$WORK/out" || true
	assert_has_not "$WORK/out" 'config-differs|port-changed'

	note "it goes, and the same words make us wait again: not for the entry it left"
	guest_down g1 vif1.0
	lab_ip host -6 neigh replace $A lladdr 02:00:00:00:00:0a dev vif1.0 nud stale
	status 0 ndpx guest add $B dev eth0 port vif2.0 paused until-seen
	status 1 ndpx guest del $A dev eth0
	echo "uplink eth0 { mode = $1 }" | conf
	kill -HUP "$RUN"
	gone $A
	status 0 ndpx guest add $A dev eth0 port vif1.0 paused until-seen
	waits $A $B
	note "by its own solicitation for its gateway"
	lab_set host net/ipv6/neigh/vif1.0/mcast_solicit 0
	guest_up g1 $A
	lab_in g1 ping -c1 -W1 -I $A fe80::1%eth0 >/dev/null || true
	soon $A
	assert_silent $B
	lab_set host net/ipv6/neigh/vif1.0/mcast_solicit 3

	note "words, JSON and import: the same rule"
	ndpx guest show $B >"$WORK/text"
	ndpx -j guest show $B >"$WORK/json"
	for form in text json; do
		status 0 ndpx guest del $B dev eth0
		status 0 ndpx guest import "$WORK/$form"
		assert_eq "by $form" "$(rule $B)" "$B dev eth0 port vif2.0 paused until-seen"
	done
	waits $B
	guest_up g2 $B
	soon $B

	note "behind a bridge the bridge has the neighbours"
	guest_down g2 vif2.0
	lab_ip host link add br0 type bridge
	lab_ip host link set br0 up
	lab_ip host link set vif2.0 master br0
	lab_ip host addr add fe80::1/64 dev br0 nodad
	status 0 ndpx guest replace $B dev eth0 port vif2.0 paused until-seen
	waits $B
	guest_up g2 $B
	soon $B
	lab_ip host link del br0
	lab_ip host addr add fe80::1/64 dev vif2.0 nodad 2>/dev/null || true

	note "without one that waits, nothing polls and nobody listens"
	quiet 500
	sleep 1.5
	strace -f -o "$WORK/trace" -p "$RUN" 2>/dev/null &
	TRACER=$!
	JOBS+=("$TRACER")
	wait_for 5 grep -q epoll_wait "$WORK/trace"
	sleep 0.5
	before=$(cat "$WORK/trace")
	lab_ip host -6 neigh replace 2001:db8:1::77 lladdr 02:00:00:00:00:0a dev vif1.0 nud stale
	sleep 2
	assert_eq "system calls while idle" "$(cat "$WORK/trace")" "$before"
	kill "$TRACER"
	wait "$TRACER" || true

	note "without run it is a pause; run finds it at its start"
	run_end
	guest_down g1 vif1.0
	status 0 ndpx guest replace $A dev eth0 port vif1.0 paused until-seen
	guest_up g1 $A
	waits $A
	run_start
	soon $A
	run_end
	status 0 ndpx apply --prune
}

net_pair
for i in 1 2; do
	lab_add g$i
	lab_wire host vif$i.0 g$i eth0
	lab_ip host addr add fe80::1/64 dev vif$i.0 nodad
done
note "what it needs"
conf_one
status 0 ndpx apply
status 1 ndpx guest add $A dev eth0 paused until-seen
assert_has "$WORK/err" "paused until-seen is for a single address with a port.*: add 'port'"
status 1 ndpx guest add 2001:db8:5::/64 dev eth0 port vif1.0 paused until-seen
assert_has "$WORK/err" 'list its addresses'
echo "uplink eth0 { guest $A { paused = until-seen } }" | conf
status 1 ndpx check
assert_has "$WORK/err" 'ndpx.conf:1:.*paused until-seen is for a single address with a port'
status 1 ndpx guest add $A dev eth0 port vif1.0 paused perhaps
assert_has "$WORK/err" 'expected off, on or until-seen'
status 0 ndpx down
in_modes until_seen
