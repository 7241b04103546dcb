#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: a station on the link itself has an address inside an answered prefix, so its
# traffic would come to this host; and routes that appeared after apply.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

FOREIGN=2001:db8:1::77
OTHER_MAC=02:00:00:00:00:77

net_pair
lab_ip host link add br1 type veth peer name br1p
lab_ip host link set br1 up
lab_ip host link set br1p up
lab_ip host addr add 2001:db8:1::2/64 dev eth0 nodad
lab_ip host -6 route add 2001:db8:1::34/128 dev br1
# The router's NIC has the foreign host's address as well: a separate station would need a switch.
lab_ip router addr add $FOREIGN/64 dev eth0 nodad

rules() {
	conf <<<"uplink eth0 { mode = tc  $1 }"
	status 0 ndpx apply
}

note "nobody has asked for it yet"
rules 'guest 2001:db8:1::/64 { }'
finds_none

note "a neighbour by the kernel's own resolution"
lab_in host ping -c1 -W3 $FOREIGN >/dev/null
finds eth0 neighbour-covered "guest 2001:db8:1::/64 answers for a neighbour on this link: $FOREIGN:"
only neighbour-covered
assert_has "$WORK/out" "deny = \\{ $FOREIGN \\}"

note "stale, or entered by hand; several"
lab_ip host -6 neigh replace $FOREIGN lladdr $OTHER_MAC dev eth0 nud stale
lab_ip host -6 neigh add 2001:db8:1::78 lladdr $OTHER_MAC dev eth0 nud permanent
finds eth0 neighbour-covered 'link: 2001:db8:1::7[78] and 1 more'
lab_ip host -6 neigh del 2001:db8:1::78 dev eth0

note "what the remedy says, and what is no such neighbour"
rules "deny = { $FOREIGN }  guest 2001:db8:1::/64 { }"
finds_none
rules 'guest 2001:db8:1::/64 { answer = routed }'
finds_none
rules 'guest 2001:db8:1::/64 { paused = on }'
finds_none
rules "guest 2001:db8:1::/64 { lladdr = $OTHER_MAC }"
finds_none
rules 'guest 2001:db8:1::34 { }'
finds_none
rules 'guest 2001:db8:1::/64 { }'
lab_ip host -6 neigh del $FOREIGN dev eth0
lab_ip host -6 neigh add $FOREIGN lladdr $OTHER_MAC dev br1 nud reachable
finds_none
lab_ip host -6 neigh del $FOREIGN dev br1
lab_ip host -6 neigh add $FOREIGN lladdr "$LAB_HOST_MAC" dev eth0 nud reachable
finds_none

note "a guest by its address is covered alike"
lab_ip host -6 neigh replace $FOREIGN lladdr $OTHER_MAC dev eth0 nud stale
lab_ip host -6 route add $FOREIGN/128 dev br1
rules "guest $FOREIGN { }"
finds eth0 neighbour-covered "guest $FOREIGN answers for a neighbour on this link: $FOREIGN:"
lab_ip host -6 neigh del $FOREIGN dev eth0
finds_none

note "on-link and local networks that came after apply, and that went"
rules 'guest 2001:db8:5::/64 { answer = routed }  guest 2001:db8:1::/64 { answer = routed }'
lab_ip host -6 route add local 2001:db8:5::/64 dev lo
assert_silent 2001:db8:5::9
finds eth0 nets-changed 'on-link here, or local'
fixes eth0 nets-changed
assert_answered 2001:db8:5::9
lab_ip host -6 route del local 2001:db8:5::/64 dev lo
lab_ip host -6 route add 2001:db8:5::/64 dev br1
lab_ip host addr add 2001:db8:1::3/80 dev eth0 nodad
finds eth0 nets-changed 'on-link here, or local'
status 0 ndpx apply
finds_none

note "an Ethernet device without neighbours, which alive takes as routed"
rules 'guest 2001:db8:5::/64 { answer = alive }'
lab_ip host -6 route del 2001:db8:5::/64 dev br1
lab_ip host link add noarp0 type veth peer name noarp0p
lab_ip host link set noarp0 arp off up
lab_ip host link set noarp0p up
lab_ip host -6 route add 2001:db8:5::/64 dev noarp0
assert_silent 2001:db8:5::9
finds eth0 nets-changed 'without neighbours came'
fixes eth0 nets-changed
assert_answered 2001:db8:5::9

note "a rule that no route decides has no such finding"
rules 'guest 2001:db8:5::9 { }'
lab_ip host -6 route add local 2001:db8:6::/64 dev lo
finds_none
status 0 ndpx down
