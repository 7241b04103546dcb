#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Switching modes: ndpx answers in each, and only that one is attached.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

# What is attached, according to the kernel.
attached() {
	lab_ip host -j link show dev eth0 | jq -r '.[0].xdp.mode // 0 |
		{"0": "tc", "1": "native", "2": "generic"}[tostring]'
}

for mode in native tc generic native generic tc native; do
	note "$mode"
	conf <<-EOF
		uplink eth0 {
		    mode = $mode
		    guest 2001:db8:1::1 { }
		}
	EOF
	status 0 ndpx apply
	assert_answered 2001:db8:1::1
	assert_eq attached "$(attached)" "$mode"
	status 0 ndpx -j status
	assert_json "$WORK/out" '.'
	assert_has "$WORK/out" "$mode"
done
assert_eq "answers since the first" "$(counter answered)" 7

note "auto takes native where there is one"
status 0 ndpx down
sed -i 's/native/auto/' "$WORK/ndpx.conf"
status 0 ndpx apply
assert_eq attached "$(attached)" native
