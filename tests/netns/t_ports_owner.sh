#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The owner of an address is never told that it is taken, however the file is written: a
# gateway inside a guest's prefix, a guest's port that is not a guest port. And the host's own
# address, for which its kernel answers on the uplink only, is reachable for guests.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

ports_lab
INNER=2001:db8:5::1 # of guest 2, a router for others
lab_ip host route add 2001:db8:5::/64 dev vif2.0
lab_ip host link add hidden0 type veth peer name hidden1
lab_ip host link set hidden0 up
lab_ip host link set hidden1 up

conf <<-EOF
	uplink eth0 {
	    guest $(addr_of_guest 1) { port = vif1.0 }
	    guest $(addr_of_guest 2) { port = vif2.0 }
	    guest 2001:db8:5::/64 { port = vif2.0 }
	    guest ${PREFIX}beef { port = hidden0 }
	}
	ports "vif*" {
	    gateway = { $GATEWAY, $INNER, 2001:db8:9::1 }
	    onlink = { ${PREFIX}/64 }
	}
EOF
status 0 ndpx apply

note "a gateway inside a guest's prefix"
own_address 2 "$INNER"
assert_eq "behind its own port" "$(ask_guest 2 "$INNER")" none
assert_eq "for the others" "$(ask_guest 1 "$INNER")" "$(answer_guest 1 RSO "$INNER")"
stolen 1 "$INNER"

note "a gateway that the host has no route of its own to"
assert_eq "by the default route" "$(ask_guest 1 2001:db8:9::1)" \
	"$(answer_guest 1 RSO 2001:db8:9::1)"
lab_ip host -6 route del default
assert_eq "by none" "$(ask_guest 1 2001:db8:9::1)" "$(answer_guest 1 RSO 2001:db8:9::1)"
lab_ip host route add default via "$GATEWAY" dev eth0

note "a guest behind what is no guest port: whoever takes its address may"
own_address 1 "${PREFIX}beef"
lab_ip g1 addr del "${PREFIX}beef/64" dev eth0

note "the host's own address, from a guest"
assert_eq "as a router's" "$(ask_guest 1 "${PREFIX}3")" "$(answer_guest 1 RS "${PREFIX}3")"
in_guest 1 ping -c1 -W3 "${PREFIX}3" >/dev/null || fail "a guest does not reach its host"
grep -q "via $GATEWAY" <<<"$(lab_ip g1 -6 route show default)" || fail "the default route went"
