#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Tunnels. A plain vxlan carries answers; one in external mode drops every frame without
# tunnel metadata, so it is refused as an uplink and skipped as a port.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_ip host addr add 192.0.2.1/24 dev eth0
lab_ip router addr add 192.0.2.2/24 dev eth0
lab_ip host link add vx0 type vxlan id 7 remote 192.0.2.2 dstport 4789 ||
	skip "this kernel has no vxlan"
lab_ip router link add vx0 type vxlan id 7 remote 192.0.2.1 dstport 4789
lab_ip host link set vx0 up address "$LAB_HOST_MAC"
lab_ip router link set vx0 up

note "a plain one works, as uplink"
# shellcheck disable=SC2034 # of lib.sh
ASK_IF=vx0
echo "uplink vx0 { guest 2001:db8:1::1 { } }" | conf
status 0 ndpx apply
assert_answered 2001:db8:1::1
status 0 ndpx down

# external DEV TYPE...: refused, leaving nothing behind.
external() {
	local dev=$1
	shift
	lab_ip host link add "$dev" type "$@" external 2>/dev/null || return 1
	note "$1 in external mode"
	lab_ip host link set "$dev" up
	echo "uplink $dev { guest 2001:db8:1::1 { } }" | conf
	status 1 ndpx apply
	assert_has "$WORK/err" "^ndpx: $dev: a $1 in external mode"
	assert_eq "hooks on $dev" "$(lab_in host bpftool -j net show dev "$dev" |
		jq '.[0] | [.xdp, .tc] | flatten | length')" 0
	echo "ports \"$dev\" { gateway = fe80::9 }" | conf
	status 0 ndpx apply
	assert_has "$WORK/err" "$dev is a $1 in external mode.*skipped"
	status 0 ndpx -j status || true
	status 0 ndpx down
	lab_ip host link del "$dev"
}

external vx1 vxlan dstport 4790 || skip "ip(8) knows no external mode"
for kind in geneve gretap ip6gretap; do
	external "t_$kind" "$kind" || note "no $kind here"
done

note "what stands on one, too"
lab_ip host link add vx1 type vxlan dstport 4790 external
lab_ip host link set vx1 up
if lab_ip host link add mv0 link vx1 type macvlan 2>/dev/null; then
	lab_ip host link set mv0 up
	echo "uplink mv0 { guest 2001:db8:1::1 { } }" | conf
	status 1 ndpx apply
	assert_has "$WORK/err" "external mode"
else
	note "no macvlan here"
fi
