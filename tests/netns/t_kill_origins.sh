#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A reload in which the file's rule overrides a command's, or uncovers it again, killed at any
# moment: one of the two is in force, and the command's is never lost.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

X=2001:db8:1::a
uplink() {
	echo "uplink eth0 { mode = tc  guest 2001:db8:1::1 { } $2 }" >"$WORK/$1.conf"
}
uplink plain ""
uplink hides "guest $X { override = on }"
: >"$WORK/ndpx.conf"

# Whose rule is in force, according to the answer and to ndpx.
state() {
	local origin
	origin=$(ndpx -j guest show $X | jq -r '.guests[].origin')
	case $(ask $X) in
	"$(answer $X "$LAB_HOST_MAC" RS)") echo "$origin plain" ;;
	"$(answer $X "$LAB_HOST_MAC" SO)") echo "$origin hides" ;;
	*) echo "$origin neither" ;;
	esac
}
whole() {
	local now
	now=$(state)
	[ "$now" = "command plain" ] || [ "$now" = "file hides" ] || fail "got '$now'"
	assert_answered 2001:db8:1::1
}
becomes() {
	status 0 ndpx -c "$WORK/$1.conf" apply
	assert_eq "after the next apply" "$(state)" "$2"
}

# kills TO STATE BACK STATE
kills() {
	local name n kills=0
	points -c "$WORK/$1.conf" apply >"$WORK/points"
	becomes "$1" "$2"
	becomes "$3" "$4"
	while read -r name n; do
		round "to $1, apply killed at $name $n"
		if killed "$name" "$n" -c "$WORK/$1.conf" apply; then
			kills=$((kills + 1))
		fi
		whole
		becomes "$1" "$2"
		becomes "$3" "$4"
	done <"$WORK/points"
	round ""
	note "to $1: $kills kills"
	[ "$kills" -ge 5 ] || fail "hardly ever killed: $(cat "$WORK/points")"
}

status 0 ndpx -c "$WORK/plain.conf" apply
status 0 ndpx guest add $X dev eth0 router on
kills hides "file hides" plain "command plain"
status 0 ndpx -c "$WORK/hides.conf" apply
kills plain "command plain" hides "file hides"
