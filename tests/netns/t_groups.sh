#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Hearing the solicitations: memberships follow the guests, and `auto` switches between them
# and allmulticast as rules change. Real NIC filters are tested in the matrix.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

joined() {
	lab_ip host maddr show dev eth0 >"$WORK/maddr"
	grep -qE "ff02::1:ff$1( |$)" "$WORK/maddr"
}

allmulti() {
	grep -q ALLMULTI <<<"$(lab_ip host link show dev eth0)"
}

# many N: the file with N guests.
many() {
	{
		echo "uplink eth0 {"
		seq -f '    guest 2001:db8:1::%g { }' 1001 $((1000 + $1))
		echo "}"
	} | conf
}

note "two guests of one group: left with the last"
many 0
status 0 ndpx apply
status 0 ndpx guest add 2001:db8:1::1001 dev eth0
joined 00:1001 || fail "not joined: $(cat "$WORK/maddr")"
status 0 ndpx guest add 2001:db8:2::1001 dev eth0
status 0 ndpx guest add 2001:db8:2::7 dev eth0
joined 00:7 || fail "guest add did not join"
status 0 ndpx guest del 2001:db8:1::1001 dev eth0
joined 00:1001 || fail "left with the first"
status 0 ndpx guest del 2001:db8:2::1001 dev eth0
! joined 00:1001 || fail "not left with the last"
status 0 ndpx guest del 2001:db8:2::7 dev eth0

note "more than 256: allmulticast, and back"
many 257
status 0 ndpx apply
assert_has "$WORK/err" allmulti
allmulti || fail "no allmulticast for 257"
! joined 00:1001 || fail "still joined"
many 256
status 0 ndpx apply
! allmulti || fail "allmulticast for 256"
joined 00:1001 || fail "not joined again"
assert_eq "proxy entries" "$(lab_ip host -6 neigh show proxy | wc -l)" 256

note "a prefix that is added takes it as well"
status 0 ndpx guest add 2001:db8:3::/64 dev eth0
allmulti || fail "no allmulticast for a prefix"
status 0 ndpx guest del 2001:db8:3::/64 dev eth0

note "somebody else's proxy entry stays"
lab_ip host -6 neigh add proxy 2001:db8:9::9 dev eth0
many 2
status 0 ndpx apply
assert_eq "proxy entries" "$(lab_ip host -6 neigh show proxy | wc -l)" 3
status 0 ndpx down
assert_eq "proxy entries" "$(lab_ip host -6 neigh show proxy | sed 's/ *$//')" \
	"2001:db8:9::9 dev eth0 proxy"

note "the kernel does not answer for an entry that is there for its group"
echo "uplink eth0 { groups = join  guest 2001:db8:1::1 { paused = on } }" | conf
status 0 ndpx apply
joined 00:1 || fail "not joined"
assert_silent 2001:db8:1::1

note "a cable that is pulled and put back: still joined"
no_carrier() {
	grep -q NO-CARRIER <<<"$(lab_ip host link show dev eth0)"
}
lab_ip router link set eth0 down
wait_for 5 no_carrier
lab_ip router link set eth0 up
sleep 0.5 # what goes with the carrier goes a moment later
joined 00:1 || fail "left with the carrier"
