#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An interface that does not exist yet is skipped, with exit status 2; the rest works.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf <<-EOF
	uplink eth9 {
	    guest 2001:db8:9::1 { }
	}
	uplink eth0 {
	    guest 2001:db8:1::1 { }
	    guest 2001:db8:1::2 { port = vif9.0 }
	}
EOF
status 2 ndpx apply
assert_has "$WORK/err" 'eth9: no such interface.*skipped'
assert_answered 2001:db8:1::1 2001:db8:1::2

note "it comes: the next apply attaches it, and leaves the other alone"
ID=$(xdp_id host)
net_wire eth9
status 0 ndpx apply
assert_has_not "$WORK/err" 'eth9.*not'
assert_eq "eth0's program" "$(xdp_id host)" "$ID"
[ -n "$(xdp_id host eth9)" ] || fail "eth9 has no program"

note "it goes: apply and down still work"
lab_ip host link del eth9
status 2 ndpx apply
assert_has "$WORK/out" '^eth9: removed: the interface no longer exists$'
assert_answered 2001:db8:1::1
status 0 ndpx down
assert_silent 2001:db8:1::1
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
