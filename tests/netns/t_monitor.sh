#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `monitor`: what it prints of each solicitation, its filters, several at a time, what it leaves
# out under a flood, and that nobody is told of anything when it has gone, however it went.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

A=2001:db8:1::1
B=2001:db8:1::2
net_pair
lab_add guest
lab_wire host vif1.0 guest eth0 02:00:00:00:0f:01 02:00:00:00:0a:01

status 3 ndpx monitor
status 1 ndpx monitor verdict nothing
assert_has "$WORK/err" "none of that name"
status 1 ndpx monitor dev
status 1 ndpx monitor guest 2001:db8::1/64
status 1 ndpx monitor dev nosuch0

# listen NAME WORD...: into $WORK/NAME; LISTENER is its pid.
listen() {
	net_job host "$NDPX" --bpffs "$BPFFS" monitor "${@:2}" >"$WORK/$1" 2>&1
	LISTENER=$JOB
}
# is_listening BITS: whom programs tell.
is_listening() {
	[ "$(bpftool -j map dump pinned "$(echo "$BPFFS"/*/state)" |
		jq '[.. | objects | .listening? // empty][0]')" = "$1" ]
}
lines() {
	[ "$(wc -l <"$WORK/$1")" = "$2" ]
}
# of NAME: verdict and target of each line.
of() {
	awk '{ for (i = 1; i <= NF; i++) if ($i == "from") print $(i - 2), $(i - 1) }' "$WORK/$1" | xargs
}
finish() {
	kill -TERM "$1"
	wait "$1" || fail "status of monitor: $?"
}

monitor() {
	cat >"$WORK/ndpx.conf" <<-EOF
		uplink eth0 { mode = $1 guest $A { } guest 2001:db8:5::/64 { answer = alive } }
		ports "vif*" { gateway = { fe80::a } }
	EOF
	status 0 ndpx apply
	is_listening 0 || fail "somebody listens"

	note "text, and each filter"
	listen all
	all=$LISTENER
	wait_for 3 is_listening 1
	listen one guest $A
	one=$LISTENER
	wait_for 3 is_listening 3
	listen net guest 2001:db8:1::/64 verdict no_guest verdict denied
	net=$LISTENER
	wait_for 3 is_listening 7
	assert_answered $A
	assert_silent $B
	na=$(lab_in guest "$NDTOOL" exchange eth0 "$("$NDTOOL" ns 02:00:00:00:0a:01 fe80::77 fe80::a)" 100)
	[ "$na" != none ] || fail "the gateway does not answer"
	wait_for 3 lines all 3
	assert_eq "all" "$(of all)" "answered $A no_guest $B answered fe80::a"
	assert_eq "one" "$(of one)" "answered $A"
	assert_eq "net" "$(of net)" "no_guest $B"
	assert_has "$WORK/all" "^20[-0-9T:.]*Z eth0 answered $A from $ASKER $LAB_ROUTER_MAC\$"
	assert_has "$WORK/all" "^20[-0-9T:.]*Z vif1.0 answered fe80::a from fe80::77 02:00:00:00:0a:01\$"
	finish "$one"
	finish "$net"
	wait_for 3 is_listening 1

	note "JSON, one object a line; by device"
	listen json -j dev vif1.0
	json=$LISTENER
	wait_for 3 is_listening 3
	assert_answered $A
	lab_in guest "$NDTOOL" exchange eth0 "$("$NDTOOL" ns 02:00:00:00:0a:01 fe80::77 fe80::a)" 100 >/dev/null
	wait_for 3 lines json 1
	assert_eq "JSON" "$(jq -c 'del(.time)' "$WORK/json")" \
		'{"version":1,"dev":"vif1.0","verdict":"answered","target":"fe80::a","source":"fe80::77","lladdr":"02:00:00:00:0a:01"}'
	jq -e '.time | test("^20.*Z$")' "$WORK/json" >/dev/null || fail "$(cat "$WORK/json")"

	note "killed listeners cost nothing once there was something to tell"
	kill -KILL "$json" "$all"
	{ wait "$json" "$all" || true; } 2>/dev/null
	is_listening 3 || fail "the bits went by themselves"
	assert_answered $A
	assert_answered $A
	wait_for 2 is_listening 0

	note "a flood: some are told of, the others are counted"
	listen flood -j
	flood=$LISTENER
	wait_for 3 is_listening 1
	lab_in router "$NDTOOL" flood eth0 "$LAB_ROUTER_MAC" "$ASKER" $A 40000 >"$WORK/flooded"
	sleep 1.5
	finish "$flood"
	jq -s -e '([.[] | select(.target)] | length) as $told | ([.[].left_out // 0] | add) as $left |
		$told > 100 and $left > 0 and $told + $left >= 40000 and $told <= 30000' \
		"$WORK/flood" >/dev/null ||
		fail "told of $(grep -c target "$WORK/flood"), $(grep left_out "$WORK/flood" | xargs)"
	is_listening 0 || fail "the flood's listener is still told"

	note "a reader that has seen enough ends it"
	net_job host sh -c "'$NDPX' --bpffs '$BPFFS' monitor | head -n 1" >"$WORK/first"
	reader=$JOB
	wait_for 3 is_listening 1
	for _ in 1 2 3; do
		assert_answered $A
		sleep 0.7
	done
	wait "$reader" || fail "status $?"
	lines first 1 || fail "$(cat "$WORK/first")"
	wait_for 2 is_listening 0

	note "no more than four"
	for n in 1 2 3 4; do
		listen "four$n"
		wait_for 3 is_listening $(((1 << n) - 1))
	done
	status 2 ndpx monitor
	assert_has "$WORK/err" 'already'
	kill "${JOBS[@]}" 2>/dev/null || true
	wait_for 2 is_listening 0
	status 0 ndpx down
}
in_modes monitor
