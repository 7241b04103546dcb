#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `rate`: answers a second for each requesting MAC, without affecting others (P85).
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

# ask_many MAC: sends 200 solicitations at once; prints the number of answers.
ask_many() {
	# ndtool exits with 1 if answers are missing, as expected here.
	{ lab_in router "$NDTOOL" flood eth0 "$1" "$ASKER" 2001:db8:1::1 200 || true; } |
		sed -n 's/.* answered \([0-9]*\) .*/\1/p'
}

rate() {
	local first second n
	echo "uplink eth0 { mode = $1  rate = 20  guest 2001:db8:1::1 { } }" | conf
	status 0 ndpx apply
	first=$(ask_many 02:00:00:00:00:01)
	second=$(ask_many 02:00:00:00:00:02)
	note "answers: $first, $second"
	# One second's worth at once, and possibly what accrued while sending.
	for n in "$first" "$second"; do
		if [ "$n" -lt 20 ] || [ "$n" -gt 30 ]; then
			fail "answers: $n"
		fi
	done
	assert_eq "counted" "$(($(counter rate_limited) + $(counter answered)))" 400
	echo "uplink eth0 { mode = $1  guest 2001:db8:1::1 { } }" | conf
	status 0 ndpx apply
	assert_eq "without a limit" "$(ask_many 02:00:00:00:00:01)" 200
}

in_modes rate
