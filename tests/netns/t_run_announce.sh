#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `announce` under run: every frame of a new guest, three times a second apart, whoever added it;
# nothing for what is unchanged, paused or switched off; all of them after another MAC, a carrier
# or in each period; the rate; routers with a stale entry and with none; no wake-up when idle.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

A=2001:db8:1::1
B=2001:db8:1::2
C=2001:db8:1::3
GW=fe80::99

file() { # KEYS
	echo "uplink eth0 { mode = ${MODE:-native} $* }" | conf
}

# expected ADDR [FLAGS]: one announcement, in hex.
expected() {
	"$NDTOOL" na -f "${2:-O}" "$LAB_HOST_MAC" 33:33:00:00:00:01 "$1" ff02::1 "$1" "$LAB_HOST_MAC"
	"$NDTOOL" na -f "${2:-O}" "$LAB_HOST_MAC" 33:33:00:00:00:02 "$1" ff02::2 "$1" "$LAB_HOST_MAC"
	"$NDTOOL" ns "$LAB_HOST_MAC" "$1" $GW
}

# sniff_start, sniff_end SECONDS: what the host sends of its own in between, with counts.
sniff_start() {
	net_job router "$NDTOOL" sniff eth0 600000 >"$WORK/sniffed"
	# shellcheck disable=SC2153 # net_job sets it
	SNIFFER=$JOB
	wait_for 10 hears
}

hears() {
	lab_in host "$NDTOOL" send eth0 "$("$NDTOOL" ns "$LAB_HOST_MAC" fe80::5 2001:db8:ffff::1)"
	sleep 0.1
	[ -s "$WORK/sniffed" ]
}

sniff_end() {
	sleep "$1"
	kill "$SNIFFER"
	wait "$SNIFFER" || true
	# Neighbour discovery from the host's MAC, but for our own of hears() and its kernel's.
	{ grep -iE "^3333........${LAB_HOST_MAC//:/}86dd60000000....3aff2001" "$WORK/sniffed" || true; } |
		sort | uniq -c | sed 's/^ *//' >"$WORK/heard"
}

# heard TIMES ADDR...: all frames for each, so many times, and nothing else.
heard() {
	local addr times=$1
	shift
	for addr in "$@"; do
		expected "$addr" | sed "s/^/$times /"
	done | sort >"$WORK/want"
	sort "$WORK/heard" | diff "$WORK/want" - >&2 || fail "want (<) and heard (>) differ"
}

# router_knows MAC: what the router's neighbour entry for A says.
router_has() {
	[ "$(lab_ip router -6 -j neigh show $A dev eth0 | jq -r '.[0].lladdr // "none"')" = "$1" ]
}

announcing() {
	MODE=$1
	note "all that is new at the start"
	file "guest $A { } guest $C { paused = on } guest 2001:db8:7::/64 { }"
	sniff_start
	run_start
	sniff_end 2.5
	heard 3 $A

	note "a restart of run, a reload and an apply that change nothing"
	sniff_start
	run_end
	run_start
	kill -HUP "$RUN"
	status 0 ndpx apply
	lab_ip host link set eth0 mtu 1400
	sniff_end 2.5
	heard 3

	note "by a reload; by guest add, import and replace beside it; by a followed route"
	file "follow = { \"vif*\" } guest $A { } guest $B { } guest $C { paused = on }"
	sniff_start
	kill -HUP "$RUN"
	sniff_end 2.5
	heard 3 $B
	sniff_start
	status 0 ndpx guest add 2001:db8:1::4 dev eth0
	echo "2001:db8:1::5 dev eth0" >"$WORK/import"
	status 0 ndpx guest import "$WORK/import"
	lab_ip host route add 2001:db8:1::6 dev vif1.0
	sniff_end 3
	heard 3 2001:db8:1::4 2001:db8:1::5 2001:db8:1::6
	note "another port, answer or origin is no news to a router; the R flag is"
	sniff_start
	lab_ip host route replace 2001:db8:1::6 dev vif2.0
	status 0 ndpx guest replace 2001:db8:1::4 dev eth0 port vif1.0 dad ignore
	sniff_end 1
	heard 3
	sniff_start
	status 0 ndpx guest replace 2001:db8:1::4 dev eth0 router on
	sniff_end 2.5
	assert_eq "kinds of frames" "$(wc -l <"$WORK/heard")" 3
	status 0 ndpx guest replace 2001:db8:1::4 dev eth0
	lab_ip host route replace 2001:db8:1::6 dev vif1.0
	sleep 2.5
	note "a paused rule is not, until it is resumed"
	sniff_start
	status 0 ndpx guest add 2001:db8:1::7 dev eth0 paused on
	sniff_end 1
	heard 3
	sniff_start
	status 0 ndpx guest replace 2001:db8:1::7 dev eth0
	sniff_end 2.5
	heard 3 2001:db8:1::7

	note "routed: only with the route"
	sniff_start
	status 0 ndpx guest add 2001:db8:1::8 dev eth0 answer routed
	lab_ip host route add 2001:db8:1::9 dev other
	status 0 ndpx guest add 2001:db8:1::9 dev eth0 answer routed
	sniff_end 2.5
	heard 3 2001:db8:1::9

	note "a guest that goes meanwhile is not announced again"
	sniff_start
	status 0 ndpx guest add 2001:db8:1::a dev eth0
	sleep 0.5
	status 0 ndpx guest del 2001:db8:1::a dev eth0
	sniff_end 2
	heard 1 2001:db8:1::a

	note "a paused uplink, and its resume, which announces by itself"
	status 0 ndpx pause dev eth0
	sniff_start
	status 0 ndpx guest add 2001:db8:1::b dev eth0
	sniff_end 1
	heard 3
	sniff_start
	status 0 ndpx resume dev eth0
	sniff_end 1
	heard 3 $A $B 2001:db8:1::4 2001:db8:1::5 2001:db8:1::6 2001:db8:1::7 2001:db8:1::9 \
		2001:db8:1::b
	for i in 4 5 7 8 9 b; do
		status 0 ndpx guest del 2001:db8:1::$i dev eth0
	done

	note "another MAC, and a carrier that comes back: all"
	sniff_start
	lab_ip host link set eth0 address 02:00:00:00:00:77
	LAB_HOST_MAC=02:00:00:00:00:77 sniff_end 3
	LAB_HOST_MAC=02:00:00:00:00:77 heard 3 $A $B 2001:db8:1::6
	lab_ip host link set eth0 address "$LAB_HOST_MAC"
	sleep 2.5
	lab_ip router link set eth0 down
	sleep 2 # the kernel tells of a carrier once a second at most
	lab_ip router link set eth0 up
	sniff_start
	sniff_end 3
	sed -i 's/^2 /3 /' "$WORK/heard" # the first may come before the sniffer hears
	heard 3 $A $B 2001:db8:1::6
	lab_ip host -6 route flush dev vif1.0 proto boot
	lab_ip host -6 route flush dev other proto boot
	lab_ip router addr add $GW/64 dev eth0 nodad 2>/dev/null || true

	note "a router with a stale entry, and one with none, learn without traffic"
	lab_ip router -6 neigh flush dev eth0
	lab_ip router -6 neigh replace $A lladdr 02:00:00:00:99:99 dev eth0 nud stale
	file "guest $B { }"
	kill -HUP "$RUN"
	gone $A
	router_has 02:00:00:00:99:99 || fail "the entry is there no longer"
	file "guest $A { } guest $B { }"
	kill -HUP "$RUN"
	wait_for 5 router_has "$LAB_HOST_MAC"
	file "guest $B { }"
	kill -HUP "$RUN"
	gone $A
	sleep 2.5
	lab_ip router -6 neigh flush dev eth0
	lab_ip router -6 neigh del $A dev eth0 2>/dev/null || true
	router_has none || fail "there is an entry still"
	file "guest $A { } guest $B { }"
	kill -HUP "$RUN"
	wait_for 5 router_has "$LAB_HOST_MAC"
	sleep 2.5

	note "off"
	file "announce = off guest $A { }"
	kill -HUP "$RUN"
	gone $B
	sniff_start
	file "announce = off guest $A { } guest $B { }"
	kill -HUP "$RUN"
	status 0 ndpx guest add 2001:db8:1::4 dev eth0
	sniff_end 1.5
	heard 3
	status 0 ndpx guest del 2001:db8:1::4 dev eth0

	note "each two seconds, once each time"
	file "announce = 2 guest $A { } guest $B { }"
	sniff_start
	kill -HUP "$RUN"
	sniff_end 7.7
	for addr in $A $B; do
		for frame in $(expected "$addr"); do
			n=$(sed -n "s/ $frame\$//p" "$WORK/heard")
			[[ ${n:-0} -ge 2 && $n -le 4 ]] || fail "$addr in 7.7 s: ${n:-0} times"
		done
	done

	note "none of it when idle, and no wake-up"
	file "guest $A { } guest $B { }"
	kill -HUP "$RUN"
	sleep 3
	strace -f -o "$WORK/trace" -p "$RUN" 2>/dev/null &
	TRACER=$!
	JOBS+=("$TRACER")
	wait_for 5 grep -q epoll_wait "$WORK/trace"
	sleep 0.5
	before=$(cat "$WORK/trace")
	sleep 3
	assert_eq "system calls while idle" "$(cat "$WORK/trace")" "$before"
	kill "$TRACER"
	wait "$TRACER" || true

	note "five hundred at once: at the rate, and all of them"
	sniff_start
	seq -f '2001:db8:2::%g dev eth0' 500 >"$WORK/import"
	status 0 ndpx guest import "$WORK/import"
	sleep 1
	n=$(grep -ciE '^3333' "$WORK/sniffed")
	[[ $n -ge 500 && $n -le 1300 ]] || fail "$n frames in a second"
	sniff_end 6
	assert_eq "kinds of frames" "$(wc -l <"$WORK/heard")" 1500
	assert_eq "times" "$(cut -d' ' -f1 "$WORK/heard" | sort -u)" 3
	lab_ip router addr del $GW/64 dev eth0
	run_end
}

net_pair
lab_ip host link add vif1.0 type veth peer name p1
lab_ip host link add other type veth peer name p2
lab_ip host link add vif2.0 type veth peer name p3
for i in vif1.0 p1 other p2 vif2.0 p3; do
	lab_ip host link set $i up
done
lab_ip host route add default via $GW dev eth0
for bad in -1 0 never 86401; do
	file "announce = $bad"
	status 1 ndpx check
	assert_has "$WORK/err" 'announce: invalid value .* \(expected off, add or 1 to 86400 seconds\)'
done
in_modes announcing
