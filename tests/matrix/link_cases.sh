#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# "This link" with bonding, 8021q and VRFs: FIELD.md, A and B. Mostly checked with `explain`,
# which runs the attached program; a bond's slave needs a real frame. To be sourced.

# verdict ADDRESS DEV [JQ]: the program's verdict, or JQ applied to explain's output.
verdict() {
	vm "ndpx -j explain $1 dev $2" | jq -r ".explain | ${3:-.verdict}"
}

# want TEXT GOT WANT: a difference is noted in WHY.
want() {
	[ "$2" = "$3" ] || WHY+="${WHY:+; }$1: $2, not $3"
}

# link_case NAME SETUP CONF CLEAN CHECK: one set-up. CHECK is a shell function.
link_case() {
	# Of a foreign processor: bpf_fib_lookup()'s byte order, and MACs out of a map.
	[[ -z $SYSROOT || $1 == proxmox || $1 == own-mac ]] || return 0
	WHY=
	before
	OUT=$(vm "$2") || WHY="setup: $OUT"
	conf "$3"
	[ -n "$WHY" ] || apply || WHY="apply: $OUT"
	CHOSEN=$(hook)
	[ -n "$WHY" ] || "$5"
	vm "ndpx down" >/dev/null
	vm "$4" >/dev/null
	OUT=$(gone) || WHY+="${WHY:+; }$OUT"
	if [ -z "$WHY" ]; then
		say ok link "$1" "$CHOSEN"
	else
		say FAIL link "$1" "$WHY"
	fi
}

PVE=2001:db8:f0:

check_proxmox() {
	want "a guest" "$(verdict $PVE:34 pv0.100)" answered
	want "its route's R" "$(verdict $PVE:34 pv0.100 .na.router)" false
	want "a neighbour on the link" "$(verdict $PVE:77 pv0.100)" not_routed
	want "the gateway" "$(verdict $PVE:1 pv0.100)" own_address
	want "the bridge's address" "$(verdict $PVE:3 pv0.100)" own_address
	want "an address on lo" "$(verdict $PVE:ff pv0.100)" answered
	want "and its R" "$(verdict $PVE:ff pv0.100 .na.router)" true
}

check_twelve() {
	local v
	for v in 1 8 9 12; do
		want "on-link in VLAN $v" "$(verdict "2001:db8:f$(printf %x "$v")::77" "pv0.$v")" not_routed
	done
}

check_another_vlan() {
	want "a guest behind VLAN 99 of the same NIC" "$(verdict $PVE:99 pv0)" answered
	want "a neighbour" "$(verdict $PVE:77 pv0)" not_routed
}

check_mac() {
	want "VLAN 7" "$(verdict $PVE:34 pv0.7 .na.src_mac)" 02:00:00:00:07:07
	want "its TLLAO" "$(verdict $PVE:34 pv0.7 .na.lladdr)" 02:00:00:00:07:07
	want "VLAN 8" "$(verdict $PVE:34 pv0.8 .na.src_mac)" "$(inner_mac pv0)"
}

check_vrf() {
	want "by the VRF's own route" "$(verdict $PVE:34 pv0)" answered
	want "on-link in the VRF" "$(verdict $PVE:77 pv0)" not_routed
	want "an address in the VRF" "$(verdict $PVE:3 pv0)" own_address
}

check_qinq() {
	want "an 802.1ad device is another link" "$(verdict $PVE:34 pv0.100)" answered
}

check_dotted() {
	want "an interface of that name" "$(verdict $PVE:34 pv7.1)" answered
	want "is the uplink" "$(status .dev)" pv7.1
}

# The frame comes in on a slave: with XDP on the bond, the program sees the slave's ifindex.
check_bond() {
	want "a guest" "$(reach 6 "$(card_mac slave1 6)" && echo answered)" answered
	throw 6 2001:db8:6::77
	fence 6 "$(card_mac slave1 6)" || WHY+="${WHY:+; }no fence"
	want "a neighbour on the link" "$(counter not_routed)" 1
}

link_cases() {
	local pair='ip link add pv0 type veth peer name pv1 && ip link set pv0 up && ip link set pv1 up &&'
	local gone='ip link del pv0'
	link_case proxmox "$pair ip link add link pv0 name pv0.100 type vlan id 100 &&
		ip link add vmbr100 type bridge && ip link set pv0.100 master vmbr100 up &&
		ip link set vmbr100 up && ip -6 addr add $PVE:3/64 dev vmbr100 nodad &&
		ip -6 addr add $PVE:ff/128 dev lo && ip -6 route add $PVE:34 dev vif1.0 &&
		ip -6 route add default via $PVE:1 dev vmbr100" \
		"uplink pv0.100 { mode = tc guest $PVE:/64 { answer = routed } }" \
		"ip link del vmbr100; $gone; ip -6 addr del $PVE:ff/128 dev lo; ip -6 route del $PVE:34 dev vif1.0" \
		check_proxmox
	link_case twelve "$pair for v in 1 2 3 4 5 6 7 8 9 10 11 12; do
		ip link add link pv0 name pv0.\$v type vlan id \$v && ip link set pv0.\$v up &&
		ip -6 addr add 2001:db8:f\$(printf %x \$v)::3/64 dev pv0.\$v nodad || exit 1; done" \
		"$(for v in {1..12}; do
			printf 'uplink pv0.%d { mode = tc guest 2001:db8:f%x::/64 { answer = routed } } ' "$v" "$v"
		done)" \
		"$gone" check_twelve
	link_case another-vlan "$pair ip -6 addr add $PVE:3/64 dev pv0 nodad &&
		ip link add link pv0 name pv0.99 type vlan id 99 && ip link set pv0.99 up &&
		ip -6 route add $PVE:99 dev pv0.99" \
		"uplink pv0 { mode = tc guest $PVE:/64 { answer = routed } }" "$gone" check_another_vlan
	link_case own-mac "$pair ip link add link pv0 name pv0.7 address 02:00:00:00:07:07 type vlan id 7 &&
		ip link add link pv0 name pv0.8 type vlan id 8 && ip link set pv0.7 up && ip link set pv0.8 up" \
		"uplink pv0.7 { mode = tc guest $PVE:34 { } } uplink pv0.8 { mode = tc guest $PVE:34 { } }" \
		"$gone" check_mac
	link_case qinq "$pair ip link add link pv0 name s100 type vlan proto 802.1ad id 100 &&
		ip link set s100 up && ip -6 route add $PVE:34 dev s100" \
		"uplink pv0.100 { mode = tc guest $PVE:34 { answer = routed } }" "$gone" check_qinq
	# bpf_fib_lookup() of 5.10 does not find a VRF's routes: silent there, never wrong.
	! at_least 6.1 || link_case vrf "$pair ip link add red type vrf table 77 && ip link set red up &&
		ip link set pv0 master red && ip -6 addr add $PVE:3/64 dev pv0 nodad &&
		ip link add g0 type veth peer name g1 && ip link set g0 master red up && ip link set g1 up &&
		ip -6 route add $PVE:34 dev g0 table 77" \
		"uplink pv0 { mode = tc guest $PVE:/64 { answer = routed } }" \
		"$gone; ip link del g0; ip link del red" check_vrf
	link_case dotted "ip link add pv7.1 type veth peer name pv1 && ip link set pv7.1 up && ip link set pv1 up" \
		"uplink pv7.1 { mode = tc guest $PVE:34 { } }" "ip link del pv7.1" check_dotted
	! has slave2 || ! at_least 5.15 || link_case bond "true" \
		"uplink bond0 { mode = native guest 2001:db8:6::/64 { answer = routed } }" "true" check_bond
}
