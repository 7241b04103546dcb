#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A reload killed at any moment leaves the old or the new state; guests common to both are
# answered, and the next apply repairs the rest. Then the same after a range of delays.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

# Either the old guests or the new ones, and the common ones are answered.
whole() {
	assert_eq "the common guests" "$(lab_in router "$NDTOOL" flood eth0 "$LAB_ROUTER_MAC" "$ASKER" \
		2001:db8:1::1,2001:db8:1::2,2001:db8:a::77 3)" "sent 3 answered 3 lost 0"
	guests >"$WORK/now"
	cmp -s "$WORK/now" "$WORK/old.guests" || cmp -s "$WORK/now" "$WORK/new.guests" ||
		fail "neither the old nor the new guests: $(cat "$WORK/now")"
}

# Another apply of the new file completes it; then new becomes old.
mended() {
	status 0 ndpx -c "$WORK/new.conf" apply
	assert_eq "guests after the next apply" "$(guests)" "$(cat "$WORK/new.guests")"
	for name in conf guests; do
		mv "$WORK/new.$name" "$WORK/swap"
		mv "$WORK/old.$name" "$WORK/new.$name"
		mv "$WORK/swap" "$WORK/old.$name"
	done
}

# kills WHAT ONCE: an apply killed at each of its points. If the two directions differ in
# work, a second mended() turns back.
kills() {
	local name n kills=0
	points -c "$WORK/new.conf" apply >"$WORK/points"
	mended
	[ "$2" = once ] || mended
	while read -r name n; do
		round "$1, apply killed at $name $n"
		if killed "$name" "$n" -c "$WORK/new.conf" apply; then
			kills=$((kills + 1))
		fi
		whole
		mended
		[ "$2" = once ] || mended
	done <"$WORK/points"
	round ""
	note "$1: $kills kills"
	[ "$kills" -ge 5 ] || fail "hardly ever killed: $(cat "$WORK/points")"
}

reload() {
	local n
	file old b "$1"
	file new c "$1"
	status 0 ndpx -c "$WORK/old.conf" apply
	kills "mode $1" once
	note "after a range of delays"
	for n in $(seq 0 0.0005 0.01); do
		words -c "$WORK/new.conf" apply
		"${WORDS[@]}" >/dev/null 2>&1 &
		sleep "$n"
		kill -KILL $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		round "$1, apply killed after $n s"
		whole
		mended
	done
	round ""
}

reload native
reload tc

note "from one mode to the other"
file old b native
file new c tc
status 0 ndpx -c "$WORK/old.conf" apply
kills "native to tc" twice
mended
kills "tc to native" twice
