#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Many commands at once: they wait for each other, and the result is consistent.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

parallel() {
	local i pids=() pid
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest 2001:db8:1::1 { }
		}
	EOF
	for i in 1 2 3 4 5 6; do
		ndpx apply 2>>"$WORK/errors" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "an apply failed: $(cat "$WORK/errors")"
	done
	assert_answered 2001:db8:1::1

	note "guests added at the same time, and applies of the file: none is lost but by the file"
	pids=()
	for i in 2 3 4 5 6 7 8 9; do
		ndpx guest add "2001:db8:1::$i" dev eth0 2>>"$WORK/errors" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "a guest add failed: $(cat "$WORK/errors")"
	done
	assert_eq "guests" "$(guests | wc -l)" 9

	note "up and down at the same time: each ends well, and down at last is down"
	pids=()
	for i in 1 2 3 4; do
		ndpx apply 2>>"$WORK/errors" &
		pids+=($!)
		ndpx down 2>>"$WORK/errors" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "one failed: $(cat "$WORK/errors")"
	done
	status 0 ndpx down
	assert_silent 2001:db8:1::1
	[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
}

in_modes parallel
