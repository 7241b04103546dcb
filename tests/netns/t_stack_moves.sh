#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The uplink is enslaved to a bridge and released: meanwhile answers carry the bridge's MAC,
# memberships move along, and none is left behind.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair

entries() { # DEV
	lab_ip host -6 neigh show proxy | grep -c "dev $1 proxy proto 110" || true
}

lladdr() {
	ndpx -j status | jq -r '.uplinks[0].lladdr'
}

conf <<-EOF
	uplink eth0 {
	    mode = tc
	    groups = join
	    guest 2001:db8:1::1 { }
	}
EOF
lab_ip host link add br0 address 02:00:00:00:00:b0 type bridge
lab_ip host link set br0 up
lab_ip host link set eth0 master br0

note "a bridge port"
status 0 ndpx apply
assert_eq "lladdr" "$(lladdr)" 02:00:00:00:00:b0
assert_eq "joined on br0" "$(entries br0)" 1
assert_eq "joined on eth0" "$(entries eth0)" 0

note "out of the bridge"
lab_ip host link set eth0 nomaster
status 0 ndpx apply
assert_eq "joined on br0" "$(entries br0)" 0
assert_eq "joined on eth0" "$(entries eth0)" 1

note "proxy_ndp on the bridge is seen"
lab_ip host link set eth0 master br0
lab_set host net/ipv6/conf/br0/proxy_ndp 1
status 0 ndpx apply
assert_has "$WORK/err" 'proxy_ndp is on'

note "the bridge is gone: a guest is added all the same, with a warning"
lab_ip host link set eth0 nomaster
lab_ip host link del br0
status 0 ndpx guest add 2001:db8:1::2 dev eth0
assert_has "$WORK/err" 'not all groups are joined'
assert_eq "guests" "$(guests | wc -l)" 2
status 0 ndpx apply
status 0 ndpx down
assert_eq "left behind" "$(lab_ip host -6 neigh show proxy | wc -l)" 0
