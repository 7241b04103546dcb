#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# On a bridge, generic XDP runs after the kernel has taken the VLAN tag out (P7): it is
# refused, because it would answer on the wrong VLAN. TC sees the tag there.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_ip host link add br0 address "$LAB_HOST_MAC" type bridge
lab_ip host link set eth0 master br0
lab_ip host link set br0 up

conf <<-EOF
	uplink br0 {
	    mode = generic
	    guest 2001:db8:1::1 { }
	}
EOF
status 2 ndpx apply
assert_has "$WORK/err" 'br0: mode = generic: VLAN tags are stripped .* on a bridge: use mode = tc'
status 3 ndpx status

sed -i 's/generic/auto/' "$WORK/ndpx.conf"
status 0 ndpx apply
assert_has "$WORK/err" 'br0: native XDP refused: .*: TC instead'
assert_answered 2001:db8:1::1
assert_eq "VLAN 88" "$(ask -v 88 2001:db8:1::1 300)" none
[ "$(counter no_guest br0)" -ge 1 ] || fail "the question of VLAN 88 did not come in"
status 0 ndpx down
