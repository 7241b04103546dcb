#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# "This link" (P15, P75, P76, P78, P82): the host's addresses on other interfaces are answered
# for with R, those on this link and its gateways never; a route out of any part of the link
# does not count; the host's other NICs are itself. Bonds, VLANs, VRFs: tests/matrix.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

P=2001:db8:1::

net_pair
lab_ip host link add vif0 type veth peer name vif1
lab_ip host link add dock0 type veth peer name dock1
for dev in vif0 vif1 dock0 dock1; do
	lab_ip host link set "$dev" up
done
lab_ip host addr add ${P}fe/64 dev eth0 nodad
lab_ip host addr add ${P}dd/128 dev dock0 nodad
lab_ip host addr add ${P}ee/128 dev lo
lab_ip host addr add ${P}cc/128 dev dock0 nodad
lab_ip host route add default via ${P}1 dev eth0
lab_ip host route add ${P}a1/128 dev vif0

# says VERDICT ADDRESS [R]: explain's verdict, and the R flag of the answer.
says() {
	status 0 ndpx -j explain "$2" dev eth0
	assert_json "$WORK/out" ".explain.verdict == \"$1\"$(
		[ $# -lt 3 ] || echo " and .explain.na.router == $3")"
}

file() {
	conf <<-EOF
		uplink eth0 {
		    mode = tc
		    deny = { ${P}cc }
		    guest ${P}/64 { answer = $1 }
		    guest ${P}b0 { port = mv0 }
		}
	EOF
	status 0 ndpx apply
}

file routed
note "P76: addresses on docker0 and lo, with R; a deny of one holds"
says answered ${P}dd true
says answered ${P}ee true
says denied ${P}cc
for addr in ${P}dd ${P}ee; do
	assert_eq "answer for $addr" "$(ask "$addr")" "$(answer "$addr" "$LAB_HOST_MAC" RS)"
done
note "P75: this link's own address and the gateway"
says own_address ${P}fe
says own_address ${P}1
note "a guest by its route, without R; the link's neighbours by none"
says answered ${P}a1 false
says not_routed ${P}77

note "they are no guests, and come with a prefix and go with it"
assert_eq guests 2 "$(ndpx -j guest show dev eth0 | jq '.guests | length')"
sed -i '/\/64/d' "$WORK/ndpx.conf"
status 0 ndpx apply
says no_guest ${P}dd
status 0 ndpx guest add ${P}/64 dev eth0 answer routed
says answered ${P}dd true
note "named as a guest it is one, with R, and afterwards what it was"
status 0 ndpx guest add ${P}dd dev eth0 answer routed
says answered ${P}dd true
status 0 ndpx guest del ${P}dd dev eth0
says answered ${P}dd true
status 2 ndpx guest del ${P}dd dev eth0

note "an address that comes to another interface, and doctor"
lab_ip host addr add ${P}d1/128 dev dock0 nodad
says not_routed ${P}d1
ndpx -j doctor dev eth0 --no-probe >"$WORK/out" || true
assert_json "$WORK/out" '[.findings[].code] | index("own-address-missing") != null'
file routed
says answered ${P}d1 true
lab_ip host addr del ${P}d1/128 dev dock0
file routed
says not_routed ${P}d1

note "P78, P82: a macvlan on the uplink is this link, also for what came in below"
lab_ip host link add mv0 link eth0 type macvlan mode bridge
lab_ip host link set mv0 up
lab_ip host route add ${P}a2/128 dev mv0
file routed
says not_routed ${P}a2
says same_port ${P}b0
lab_ip host addr add ${P}d2/128 dev mv0 nodad
file routed
says own_address ${P}d2

note "P15: another NIC of the host asks"
before=$(counter looped)
mac=$(lab_ip host -j link show dev mv0 | jq -r ".[0].address")
assert_eq "our own" "$(lab_in router "$NDTOOL" exchange eth0 \
	"$("$NDTOOL" ns "$mac" "$ASKER" ${P}a1)" 200)" none
assert_eq looped "$(counter looped)" "$((before + 1))"

note "a port of a bridge: the bridge's address is of this link, and its guests are"
lab_ip host link del mv0
lab_ip host link add br0 type bridge
lab_ip host link set br0 up
lab_ip host link set eth0 master br0
lab_ip host link set dock1 master br0
lab_ip host addr add ${P}b1/128 dev br0 nodad
lab_ip host route add ${P}a3/128 dev br0
sed -i 's/mv0/dock1/' "$WORK/ndpx.conf"
status 0 ndpx apply
says own_address ${P}b1
says not_routed ${P}a3
says same_port ${P}b0
note "and what was the uplink's is not this link's any more"
says answered ${P}a1
status 0 ndpx down
