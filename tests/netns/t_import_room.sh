#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guest ports hold the guests of all uplinks. import and add refuse what does not fit there as a
# whole, before anything changes, and name the limit.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_ip host link add vif1 type veth peer name g1
lab_ip host link set vif1 up
lab_ip host link add eth1 type veth peer name r1
lab_ip host link set eth1 up
conf <<-'CONF'
	uplink eth0 { guest 2001:db8:1::1 { } }
	uplink eth1 { mode = tc }
	ports "vif*" { gateway = { fe80::1 }  onlink = { 2001:db8:2::/57 } }
	ports "tap*" { gateway = { fe80::1 }  onlink = { 2001:db8:3::/58 } }
CONF
status 0 ndpx apply

# unchanged: neither uplink nor ports have changed.
generations() {
	ndpx -j guest show | jq -c '[.guests[].address]'
	ndpx -j status | jq -c '.ports'
}
generations >"$WORK/before"
unchanged() {
	generations >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "something changed"
}

note "prefixes that fit on each uplink, and not on the guest ports together"
awk 'BEGIN { for (i = 0; i < 132000; i++)
	printf "2001:db9:%x:%x::/64 dev eth%d\n", i / 65536, i % 65536, i % 2 }' >"$WORK/many"
status 2 ndpx guest import "$WORK/many"
assert_has "$WORK/err" 'guest ports: .*132002 prefixes.*131072'
assert_has_not "$WORK/err" 'warning|lengths'
unchanged

note "more lengths"
for bits in $(seq 100 114); do
	echo "2001:db8:9::/$bits dev eth0"
done >"$WORK/lengths"
status 2 ndpx guest import "$WORK/lengths"
assert_has "$WORK/err" 'guest ports: .*17 different lengths.*16'
unchanged

note "one at a time"
head -14 "$WORK/lengths" >"$WORK/fits"
status 0 ndpx guest import "$WORK/fits"
assert_has_not "$WORK/err" 'warning'
generations >"$WORK/before"
status 2 ndpx guest add 2001:db8:9::/114 dev eth0
assert_has "$WORK/err" 'guest ports: .*17 different lengths.*16'
unchanged
status 0 ndpx guest add 2001:db8:a::/113 dev eth0
