#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A prefix covers only the guests' addresses: not the router's own, not what is on-link on
# both sides, but those behind a tunnel, a local route or a part of the /64.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

R=2001:db8:1::1
NEIGHBOUR=2001:db8:1::77
GUEST=2001:db8:1::34
VISITOR=2001:db8:1::35

# claimed ADDR: is it defended if the router takes it? "dadfailed", or "".
claimed() {
	lab_ip router addr add "$1/64" dev eth0
	wait_for 5 settled "$1"
	lab_ip router -j addr show dev eth0 | jq -r --arg a "$1" \
		'.[0].addr_info[] | select(.local == $a and .dadfailed) | "dadfailed"'
	lab_ip router addr del "$1/64" dev eth0
}

settled() {
	[ -z "$(lab_ip router -6 addr show dev eth0 to "$1" tentative -dadfailed)" ]
}

rule() {
	conf <<<"uplink eth0 { mode = tc  groups = allmulti  guest $1 { answer = $2 } }"
	status 0 ndpx apply
}

net_pair
lab_set router net/ipv6/conf/eth0/accept_dad 1
lab_set router net/ipv6/conf/eth0/dad_transmits 1
lab_ip host link add br1 type veth peer name br1p
lab_ip host link set br1 up
lab_ip host link set br1p up
lab_ip host addr add 2001:db8:1::2/128 dev eth0 nodad

note "the router's own address, which the prefix covers"
lab_ip host -6 route add $GUEST/128 dev br1
for answer in always routed alive; do
	rule 2001:db8:1::/64 $answer
	assert_eq "DAD for $R, $answer" "$(claimed $R)" ""
done
for answer in always routed; do
	rule 2001:db8:1::/64 $answer
	assert_eq "DAD for $GUEST, $answer" "$(claimed $GUEST)" dadfailed
	assert_answered $GUEST
done
status 0 ndpx down

note "the same /64 on-link on both sides"
lab_ip host addr add 2001:db8:1::4/64 dev eth0 nodad
lab_ip host addr add 2001:db8:1::3/64 dev br1 nodad
for metric in 128 512; do
	lab_ip host -6 route del 2001:db8:1::/64 dev br1 || true
	lab_ip host -6 route add 2001:db8:1::/64 dev br1 metric $metric
	rule 2001:db8:1::/64 routed
	assert_silent $R $NEIGHBOUR $VISITOR
	assert_answered $GUEST
	assert_eq "DAD for $R" "$(claimed $R)" ""
	assert_eq "DAD for $GUEST" "$(claimed $GUEST)" dadfailed
	status 3 ndpx doctor --no-probe dev eth0
	assert_has "$WORK/out" 'on-link-twice: 2001:db8:1::/64 is on-link on the uplink and on br1'
done
lab_ip host -6 route del 2001:db8:1::/64 dev br1
lab_ip host -6 route add 2001:db8:1::/64 dev br1 metric 128
lab_ip host -6 neigh add $VISITOR lladdr 02:00:00:00:00:35 dev br1 nud reachable
assert_answered $VISITOR
assert_silent $NEIGHBOUR
status 0 ndpx down

note "a tunnel has no neighbours, whenever it comes"
if lab_ip host tuntap add dev tun0 mode tun 2>/dev/null; then
	lab_ip host link del tun0
	rule 2001:db8:9::/64 alive
	lab_ip host tuntap add dev tun0 mode tun
	lab_ip host link set tun0 up
	lab_ip host -6 route add 2001:db8:9::/64 dev tun0
	assert_answered 2001:db8:9::5
	status 0 ndpx apply
	assert_answered 2001:db8:9::5
	status 0 ndpx down
else
	note "no tun here"
fi

note "a local route, and forwarding 0"
lab_ip host -6 route add local 2001:db8:5::/64 dev lo
for forwarding in 0 1; do
	lab_set host net/ipv6/conf/all/forwarding $forwarding
	for answer in routed alive; do
		rule 2001:db8:5::/64 $answer
		assert_answered 2001:db8:5::9
		assert_silent 2001:db8:5:: 2001:db8:6::1
		status 0 ndpx explain 2001:db8:5::9 dev eth0
		assert_has_not "$WORK/out" 'no route'
		status 0 ndpx doctor --no-probe dev eth0
	done
done
status 0 ndpx down

note "the first address of a slice"
lab_set host net/ipv6/conf/all/forwarding 1
lab_ip host -6 route add 2001:db8:7::/48 dev br1
rule 2001:db8:7::3000/124 always
assert_answered 2001:db8:7::3000 2001:db8:7::300f
rule 2001:db8:7:0:1::/80 routed
assert_answered 2001:db8:7:0:1:: 2001:db8:7:0:1::5
rule 2001:db8:7::/64 routed
assert_silent 2001:db8:7::
assert_answered 2001:db8:7::1
