#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A foreign XDP program is never replaced. The error names it and the way out, with which
# ndpx works next to it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_hear_xdp host eth0
ID=$(xdp_id host)
[ -n "$ID" ] || fail "the foreign program is not attached"

for mode in native generic; do
	conf <<-EOF
		uplink eth0 {
		    mode = $mode
		    guest 2001:db8:1::1 { }
		}
	EOF
	status 2 ndpx apply
	assert_has "$WORK/err" 'xdp_pass'
	assert_has "$WORK/err" 'mode = tc'
	assert_eq "the foreign program" "$(xdp_id host)" "$ID"
	assert_silent 2001:db8:1::1
done
status 0 ndpx down
assert_eq "the foreign program after down" "$(xdp_id host)" "$ID"

note "mode = tc works beside it"
sed -i 's/generic/tc/' "$WORK/ndpx.conf"
status 0 ndpx apply
assert_answered 2001:db8:1::1
assert_eq "the foreign program" "$(xdp_id host)" "$ID"
status 0 ndpx down
assert_eq "the foreign program after down" "$(xdp_id host)" "$ID"
assert_silent 2001:db8:1::1
