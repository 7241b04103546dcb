#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `rate`: answers a second for each asking MAC; others are not made to pay for it (P85).
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

# ask_many MAC: 200 solicitations at once; the number of answers.
ask_many() {
	# ndtool ends with 1 where answers are missing, as they are to be.
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
	# A second's worth at once, and perhaps what became due while they were sent.
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
