#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Instructions per packet, counted rather than timed: `count.sh BINARY`, in TAP. The limits
# leave room for another compiler, not for another loop over the frame.
set -uo pipefail

binary=${1:?usage: count.sh BINARY}
declare -A most=([count_fast_path]=280 [count_long]=430 [count_other]=45)

if ! command -v valgrind >/dev/null; then
	echo "SKIP: no valgrind"
	exit 77
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT

n=0 failed=0
for way in count_fast_path count_long count_other; do
	n=$((n + 1))
	valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$way" \
		"$binary" >"$log" 2>&1 || echo "$way: status $?" >>"$log"
	count=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$log")
	if [ "${count:-0}" -gt 0 ] && [ "$count" -le "${most[$way]}" ] && ! grep -q ': status' "$log"; then
		echo "ok $n - $way: $count instructions, at most ${most[$way]}"
	else
		cat "$log"
		echo "not ok $n - $way: ${count:-no} instructions, at most ${most[$way]}"
		failed=1
	fi
done
exit "$failed"
