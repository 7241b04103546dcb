#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# 100,000 solicitations, 100,000 answers, and `metrics` says 100000.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

COUNT=100000

net_pair

flood() {
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest $LAB_GUEST1 { }
		}
	EOF
	status 0 ndpx apply
	# A veth's ring holds 256 frames: keep fewer than that in flight.
	status 0 lab_in router "$NDTOOL" flood -w 64 eth0 "$LAB_ROUTER_MAC" "$ASKER" \
		"$LAB_GUEST1" "$COUNT"
	assert_eq flood "$(cat "$WORK/out")" "sent $COUNT answered $COUNT lost 0"
	assert_eq "the counter" "$(counter answered)" "$COUNT"
	assert_eq "the guest's own counter" \
		"$(ndpx -j guest show -s "$LAB_GUEST1" | jq '.guests[0].answers')" "$COUNT"
}

in_modes flood
