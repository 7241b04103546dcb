#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# P87 to P94 with real kernels as guests: a plain /64, a default route, and no static
# neighbour entry anywhere. Guests find their gateway and siblings, can take their own
# address, and cannot take another's.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

ports_lab
ports_conf

check() {
	local guest
	note "the gateway, link-local and global, and the router behind it"
	in_guest 1 ping -c1 -W3 "$GATEWAY" >/dev/null || fail "guest 1 does not reach its gateway"
	for guest in 1 2 3; do
		in_guest "$guest" ping -c1 -W3 "$ROUTER_BEYOND" >/dev/null ||
			fail "guest $guest does not reach what is behind the router"
		flags=$(lab_ip "g$guest" -6 neigh show "$GATEWAY" dev eth0)
		[[ $flags == *"lladdr $(mac_of_port "$guest")"*router* ]] ||
			fail "guest $guest holds for its gateway: $flags"
	done

	note "siblings, both directions"
	for pair in "1 2" "2 1" "1 3" "3 2"; do
		# shellcheck disable=SC2086 # two words
		set -- $pair
		in_guest "$1" ping -c1 -W3 "$(addr_of_guest "$2")" >/dev/null ||
			fail "guest $1 does not reach guest $2"
	done
	in_guest 1 ping -c1 -W3 "$(addr_of_guest 2)" >/dev/null
	has=$(lab_ip g1 -6 neigh show "$(addr_of_guest 2)" dev eth0)
	[[ $has == *"lladdr $(mac_of_port 1)"* ]] || fail "guest 1 holds for its sibling: $has"
	no_static

	note "DAD: its own address is its own, with port and without"
	own_address 1 "$(addr_of_guest 1)"
	own_address 3 "$(addr_of_guest 3)"

	note "DAD: another guest's address is not"
	stolen 1 "$(addr_of_guest 2)"
	stolen 3 "$(addr_of_guest 1)"
	stolen 2 "$(addr_of_guest 3)" # without a port, but known to the kernel
	stolen 1 "$GATEWAY"

	note "DAD: an address inside onlink that is nobody's"
	own_address 2 "${PREFIX}beef"
	lab_ip g2 addr del "${PREFIX}beef/64" dev eth0

	note "a probe, as the kernel sends it and as bytes"
	assert_eq "probe for the gateway" "$(ask_guest 1 -p "$GATEWAY")" \
		"$(answer_guest 1 RSO "$GATEWAY")"
	assert_eq "NS for a sibling" "$(ask_guest 1 "$(addr_of_guest 2)")" \
		"$(answer_guest 1 S "$(addr_of_guest 2)")"
	assert_eq "NS for a neighbour inside onlink" "$(ask_guest 1 "${PREFIX}77")" \
		"$(answer_guest 1 S "${PREFIX}77")"
	assert_eq "NS for an address outside" "$(ask_guest 1 2001:db8:ffff::1)" none
	assert_eq "NS for itself" "$(ask_guest 1 "$(addr_of_guest 1)")" none
}

both() {
	status 0 ndpx apply
	assert_has "$WORK/out" 'ports: 3, attached vif1.0, vif2.0, tap3.0, rules'
	check
	status 0 ndpx status
	assert_has "$WORK/out" "vif1.0: $1"
	status 0 ndpx -j status
	assert_json "$WORK/out" '.ports.attached and (.ports.sections[0].devices | length == 3) and
		(.ports.sections[0] | .pattern == "*[0-9].0" and .onlink == ["2001:db8:7::/64"])'
	status 0 ndpx -j stats
	assert_json "$WORK/out" '.ports.counters | .answered > 0 and .answered_dad > 0 and
		.answered_probe > 0 and .same_port > 0 and .dad_ignored > 0 and .no_guest > 0'
	ndpx metrics >"$WORK/out"
	assert_has "$WORK/out" '^ndpx_guest_ports\{dev="ports"\} 3$'
	assert_has "$WORK/out" '^ndpx_solicitations_total\{dev="ports",verdict="answered"\} [1-9]'
	status 0 ndpx apply
	assert_has "$WORK/out" '^ports: 3, rules unchanged$'
	status 0 ndpx down
	assert_has "$WORK/out" '^ports: removed$'
	status 3 ndpx status
	assert_eq "NS for a sibling after down" "$(ask_guest 1 "$(addr_of_guest 2)")" none
}

note "TCX"
both tcx
note "clsact"
export NDPX_TC=clsact
both clsact
