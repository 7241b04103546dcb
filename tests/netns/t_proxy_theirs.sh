#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The operator's own proxy neighbour entries for guests' addresses: they count as memberships,
# and nothing ndpx does changes them.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
proxies() {
	lab_ip host -6 neigh show proxy | sed 's/ *$//' | sort
}
theirs() {
	assert_eq "their entries after $*" "$(proxies | grep -v 'proto 110')" "$BEFORE"
}

lab_ip host -6 neigh add proxy 2001:db8:1::1 dev eth0 router proto static
lab_ip host -6 neigh add proxy 2001:db8:1::2 dev eth0 router
lab_ip host -6 neigh add proxy 2001:db8:1::3 dev eth0
lab_ip host -6 neigh add proxy 2001:db8:9::9 dev eth0
BEFORE=$(proxies)
conf <<-EOF
	uplink eth0 {
	    guest 2001:db8:1::1 { }
	    guest 2001:db8:1::2 { }
	    guest 2001:db8:1::4 { }
	}
EOF
status 0 ndpx apply
theirs apply
assert_eq "ours" "$(proxies | grep -c 'proto 110')" 1
assert_answered 2001:db8:1::1 2001:db8:1::2 2001:db8:1::4
status 0 ndpx guest add 2001:db8:1::3 dev eth0
theirs guest add
status 0 ndpx guest del 2001:db8:1::3 dev eth0
theirs guest del
status 0 ndpx apply
theirs a second apply
echo "uplink eth0 { groups = allmulti  guest 2001:db8:1::1 { } }" | conf
status 0 ndpx apply
theirs groups = allmulti
conf_one
status 0 ndpx apply
theirs groups = auto
echo "uplink eth0 { }" | conf
status 0 ndpx apply
theirs a file without them
conf_one
status 0 ndpx apply
status 0 ndpx down
theirs down
assert_eq "all entries" "$(proxies)" "$BEFORE"

note "an entry of ours that the operator took over is theirs from then on"
echo "uplink eth0 { guest 2001:db8:1::4 { } }" | conf
status 0 ndpx apply
lab_ip host -6 neigh replace proxy 2001:db8:1::4 dev eth0 router
status 0 ndpx down
grep -q '2001:db8:1::4.*router' <<<"$(proxies)" || fail "taken away: $(proxies)"
