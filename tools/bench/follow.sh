#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `run` and the kernel's routes: how long it takes to learn many, from one more to the answer for
# its guest, the same while others change, and what an idle process costs. To be sourced by run.sh.

# follow_routes COUNT: `ip -batch` lines.
follow_routes() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "route add 2001:db8:1::%x:%x/128 dev vif1.0\n", i / 65536, i % 65536 }'
}

# follow_run: starts `run`; returns when it answers for the file's and the routes' guests.
follow_run() {
	local start now
	: >"$WORK/follow.log"
	start=$(date +%s%N)
	nsenter --net="/run/netns/$(lab_name hfollow)" -- "$NDPX" --bpffs "$BPFFS/follow" \
		-c "$WORK/follow.conf" run >"$WORK/follow.log" 2>&1 &
	FOLLOW_PID=$!
	JOBS+=("$FOLLOW_PID")
	until grep -q 'following the kernel' "$WORK/follow.log"; do
		kill -0 "$FOLLOW_PID" || die "run: $(cat "$WORK/follow.log")"
		sleep 0.01
	done
	now=$(date +%s%N)
	awk -v ns=$((now - start)) 'BEGIN { printf "learned_s %.3f\n", ns / 1e9 }'
}

follow_wakeups() {
	awk '/ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$FOLLOW_PID/status"
}

# follow_same: do the guests of routes equal the kernel's routes?
follow_same() {

	for _ in 1 2 3 4 5 6 7 8; do
		lab_ip hfollow -6 route show dev vif1.0 | awk '/^2001/ { print $1 }' |
			grep -vx '2001:db8:1::fe' | sort >"$WORK/routes" # an address of the host
		pair_ndpx follow guest show origin route | awk '{ print $1 }' | sort >"$WORK/guests"
		cmp -s "$WORK/routes" "$WORK/guests" && return
		sleep 0.5
	done
	diff "$WORK/routes" "$WORK/guests" | head -n 4 >&2 || true
	return 1
}

# follow_round SIZE RATE
follow_round() {
	local before
	say "follow: $1 routes, $2 changes a second"
	"$BENCH" follow "$(lab_name hfollow)" vif1.0 "$(lab_name rfollow)" r0 "$1" "$2" \
		"$(per_mode "$FOLLOW_SECONDS" 5)" | record "follow/$1/$2"
	{
		echo "rate $2"
		if follow_same; then echo "same 1"; else echo "same 0"; fi
	} | record "follow/$1/$2"
	[ "$2" = 0 ] || return 0
	sleep 12 # ten quiet seconds later all routes are read once more
	before=$(follow_wakeups)
	sleep "$(per_mode 60 10)"
	{
		echo "wakeups $(($(follow_wakeups) - before))"
		awk '/^VmRSS/ { print "rss_mib", $2 / 1024 }' "/proc/$FOLLOW_PID/status"
	} | record "follow/$1/$2"
}

section_follow() {
	local size
	pair_up follow
	lab_ip hfollow link add vif1.0 type veth peer name guest
	lab_ip hfollow link set vif1.0 up
	lab_ip hfollow link set guest up
	# Announcing 100,000 guests takes five minutes, in which no process is idle.
	printf 'uplink %s {\n mode = native\n announce = off\n follow = { "vif*" }\n}\n' "$(pair_dev follow)" \
		>"$WORK/follow.conf"
	for size in 2 "$(per_mode 100000 10000)"; do
		follow_routes "$size" >"$WORK/batch"
		lab_ip hfollow -6 -batch "$WORK/batch"
		say "follow: learns $size routes"
		follow_run >"$WORK/learned"
		record "follow/$size" <"$WORK/learned"
		FOLLOW_SECONDS=10 follow_round "$size" 0
		[ "$size" = 2 ] || FOLLOW_SECONDS=60 follow_round "$size" 5000
		kill "$FOLLOW_PID"
		wait "$FOLLOW_PID"
		pair_ndpx follow -q down
		lab_ip hfollow -6 route flush dev vif1.0
	done
}
