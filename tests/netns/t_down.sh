#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `down` removes everything ndpx set up, programs, pins, groups, allmulti, and nothing else.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
net_wire eth1

# Everything ndpx may touch on a device and in the namespace.
trace() {
	lab_ip host -d -j link show dev eth0 | jq '.[0] | {flags, promiscuity, allmulti, xdp}'
	lab_ip host maddr show dev eth0
	lab_ip host -6 neigh show proxy
	lab_in host tc qdisc show dev eth0
	lab_in host tc filter show dev eth0 ingress
	lab_in host sh -c 'grep . /proc/sys/net/ipv6/conf/*/proxy_ndp'
	lab_in host bpftool net show dev eth0 | grep -v '^$' || true
	find "$BPFFS" 2>/dev/null || true
}

assert_traceless() {
	trace >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "$1 left a trace"
}

down() {
	local groups
	for groups in join allmulti none auto; do
		note "groups = $groups"
		conf <<-EOF
			uplink eth0 {
			    mode = $1
			    groups = $groups
			    guest 2001:db8:1::1 { }
			    guest 2001:db8:2::1 { }
			    guest 2001:db8:1::2 { }
			}
		EOF
		status 0 ndpx apply
		assert_answered 2001:db8:1::1
		lab_ip host maddr show dev eth0 >"$WORK/maddr"
		lab_ip host -j link show dev eth0 >"$WORK/link"
		case $groups in
		join | auto) assert_has "$WORK/maddr" 'ff02::1:ff00:1' ;;
		allmulti) assert_has "$WORK/link" ALLMULTI ;;
		none) assert_has_not "$WORK/maddr" 'ff02::1:ff00:1( |$)' ;;
		esac
		status 0 ndpx down
		assert_traceless "down"
		assert_silent 2001:db8:1::1
	done
	note "a prefix: auto takes allmulti, and says so"
	echo "uplink eth0 { mode = $1  guest 2001:db8:2::/64 { } }" | conf
	status 0 ndpx apply
	assert_has "$WORK/err" allmulti
	lab_ip host -j link show dev eth0 >"$WORK/link"
	assert_has "$WORK/link" ALLMULTI
	status 0 ndpx down
	assert_traceless "down of a prefix"
}

trace >"$WORK/before"
status 0 ndpx down # there was nothing
status 0 ndpx down dev eth0
in_modes down

note "allmulti that somebody else has set stays"
lab_ip host link set eth0 allmulticast on
trace >"$WORK/before"
echo "uplink eth0 { groups = allmulti  guest 2001:db8:1::1 { } }" | conf
status 0 ndpx apply
status 0 ndpx down
assert_traceless "down with foreign allmulti"

note "one device of two"
lab_ip host link set eth0 allmulticast off
trace >"$WORK/before"
conf <<-EOF
	uplink eth0 { guest 2001:db8:1::1 { } }
	uplink eth1 { guest 2001:db8:1::1 { } }
EOF
status 0 ndpx apply
status 0 ndpx down dev eth0
assert_silent 2001:db8:1::1
export ASK_IF=eth1 LAB_HOST_MAC=${LAB_HOST_MAC%e}d
assert_answered 2001:db8:1::1
status 0 ndpx down
assert_silent 2001:db8:1::1
assert_traceless "down of both"
