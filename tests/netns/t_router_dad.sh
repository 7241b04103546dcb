#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Duplicate address detection by a real kernel: a station on the router's link that configures
# a guest's address is told that it is taken (P33), unless `dad = ignore`.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

lab_up "$TAG"
lab_set router net/ipv6/conf/eth0/accept_dad 1
lab_set router net/ipv6/conf/eth0/router_solicitation_delay 0 # DAD starts at once

# take DAD: the router configures the guest's address and completes DAD.
take() {
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest $LAB_GUEST1 { port = vif1.0   dad = $2 }
		}
	EOF
	status 0 ndpx apply
	lab_ip router addr add "$LAB_GUEST1/64" dev eth0
	wait_for 5 decided
	lab_ip router addr show dev eth0 to "$LAB_GUEST1" >"$WORK/addr"
	lab_ip router addr del "$LAB_GUEST1/64" dev eth0
}

# Tentative and not failed: DAD is still running.
decided() {
	lab_ip router addr show dev eth0 to "$LAB_GUEST1" >"$WORK/addr"
	grep -q dadfailed "$WORK/addr" || ! grep -q tentative "$WORK/addr"
}

dad() {
	take "$1" defend
	assert_has "$WORK/addr" dadfailed
	[ "$(counter answered_dad)" -ge 1 ] || fail "answered_dad did not move"
	take "$1" ignore
	assert_has "$WORK/addr" "$LAB_GUEST1"
	assert_has_not "$WORK/addr" 'dadfailed|tentative'
	[ "$(counter dad_ignored)" -ge 1 ] || fail "dad_ignored did not move"
}

in_modes dad
