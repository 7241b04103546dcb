#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: what happens to the traffic that answers attract: routes, forwarding, the way out,
# ports; and whether the file is in force.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

net_pair
lab_add guest
lab_wire host vif1 guest eth0
ONE=2001:db8:1::1
TWO=2001:db8:1::2

host_set() {
	lab_set host "net/ipv6/conf/$1" "$2"
}

note "no-route, also before apply"
conf <<-EOF
	uplink eth0 {
	    guest $ONE { }
	    guest $TWO { }
	}
EOF
finds eth0 no-route "no route to guest $ONE and 1 more"
only no-route not-attached
status 0 ndpx apply
finds eth0 no-route "ip -6 route add $ONE dev PORT"
only no-route

note "route-uplink: on-link where the solicitation came from, and by the default route"
lab_ip host -6 route add 2001:db8:1::/64 dev eth0
finds eth0 route-uplink "goes back out of the uplink"
only route-uplink
lab_ip host -6 route del 2001:db8:1::/64
lab_ip host -6 route add default dev eth0
finds eth0 route-uplink "guest $ONE and 1 more"
lab_ip host -6 route add $ONE dev vif1
finds eth0 route-uplink "guest $TWO goes"
lab_ip host -6 route del default

note "route-refused"
for kind in unreachable prohibit blackhole; do
	round "$kind"
	lab_ip host -6 route add $kind $TWO
	finds eth0 route-refused "the route to guest $TWO is unreachable, prohibit or blackhole"
	only route-refused
	lab_ip host -6 route del $kind $TWO
done
round ''
lab_ip host -6 route add $TWO dev vif1
finds_none

note "a prefix: refused as a whole, until a part of it is routed"
conf <<<"uplink eth0 { guest $ONE { }  guest 2001:db8:2::/64 { } }"
lab_ip host -6 route add unreachable 2001:db8:2::/64
status 0 ndpx apply
finds eth0 route-refused 'guest 2001:db8:2::/64'
lab_ip host -6 route add 2001:db8:2::7 dev vif1
finds_none

note "a policy rule of its own decides"
lab_ip host -6 rule add iif eth0 to $ONE lookup 77
lab_ip host -6 route add blackhole $ONE table 77
finds eth0 route-refused "guest $ONE"
lab_ip host -6 rule del iif eth0 to $ONE lookup 77
finds_none

note "forwarding-off"
host_set all/forwarding 0
finds eth0 forwarding-off 'sysctl -w net/ipv6/conf/all/forwarding=1'
host_set all/forwarding 1
status 0 ndpx apply
finds_none
host_set eth0/forwarding 0
finds_none
conf <<<"uplink eth0 { guest $ONE { answer = routed }  guest 2001:db8:2::/64 { } }"
status 0 ndpx apply
finds eth0 forwarding-off 'sysctl -w net/ipv6/conf/eth0/forwarding=1'
only forwarding-off
host_set eth0/forwarding 1
conf <<<"uplink eth0 { guest $ONE { }  guest 2001:db8:2::/64 { } }"
status 0 ndpx apply
finds_none

note "accept-ra: the default route that an advertisement brought is not renewed, and goes"
sum() { # HEX: the checksum of that, 16 bits at a time
	local total=0 i
	for ((i = 0; i < ${#1}; i += 4)); do
		total=$((total + 16#${1:i:4}))
	done
	while ((total > 0xffff)); do
		total=$(((total & 0xffff) + (total >> 16)))
	done
	printf %04x $((total ^ 0xffff))
}
# From fe80::1 to ff02::1: hop limit 64, lifetime 1800 s, the router's MAC.
ADDRESSES=fe800000000000000000000000000001ff020000000000000000000000000001
BODY=4000070800000000000000000101020000000001
RA=33330000000102000000000186dd6000000000183aff${ADDRESSES}8600
RA+=$(sum "${ADDRESSES}000000180000003a86000000$BODY")$BODY
host_set eth0/accept_ra 2
host_set eth0/accept_ra_defrtr 1
lab_in router "$NDTOOL" exchange eth0 "$RA" 300 >/dev/null || true
wait_for 5 sh -c "ip -n $(lab_name host) -6 route show default | grep -q 'proto ra'"
status 0 ndpx apply
finds_none
host_set eth0/accept_ra 1
finds eth0 accept-ra 'came from an advertisement'
only accept-ra
lab_ip host -6 route add default via fe80::2 dev vif1 metric 5000
finds_none
lab_ip host -6 route del default via fe80::2 dev vif1

note "accept-ra: as it happens in the field, forwarding comes on and the route goes"
lab_ip host link set eth0 down
host_set all/forwarding 0
host_set eth0/router_solicitations 1
host_set eth0/router_solicitation_delay 0
lab_ip host link set eth0 up
advertised() {
	lab_in router "$NDTOOL" exchange eth0 "$RA" 100 || true
	grep -q 'proto ra' <<<"$(lab_ip host -6 route show default)"
}
wait_for 10 advertised
host_set all/forwarding 1
[ -z "$(lab_ip host -6 route show default)" ] || fail "the default route stayed"
status 0 ndpx apply
finds eth0 accept-ra 'there is no default route'
only accept-ra
lab_ip host -6 route add default via fe80::2 dev vif1
finds_none
lab_ip host -6 route del default
host_set eth0/accept_ra 2
finds_none

note "config-differs"
conf <<<"uplink eth0 { guest $ONE { }  guest $TWO { }  guest 2001:db8:2::/64 { } }"
finds eth0 config-differs "not in force: $TWO"
only config-differs
status 0 ndpx apply
conf <<<"uplink eth0 { guest $ONE { }  guest $TWO { router = on }  guest 2001:db8:2::/64 { } }"
finds eth0 config-differs "different settings than in the file: $TWO"
status 0 ndpx apply
finds_none
for words in 'mode = tc' 'rate = 5' 'groups = none' 'source = link-local' 'strict_lladdr = on'; do
	round "$words"
	conf <<<"uplink eth0 { $words  guest $ONE { }  guest $TWO { }  guest 2001:db8:2::/64 { } }"
	finds eth0 config-differs "the file has a different ${words%% *}:"
done
round ''
conf <<-EOF
	uplink eth0 { guest $ONE { } }
	uplink eth0.88 { guest $ONE { } }
EOF
finds eth0.88 not-attached 'has this VLAN'
finds eth0.88 not-attached 'has this VLAN' dev eth0.88

note "port-gone, port-changed"
conf <<<"uplink eth0 { guest $ONE { port = vif1 }  guest $TWO { port = vif7 } }"
status 0 ndpx apply
finds eth0 port-gone "guest $TWO: port vif7 does not exist"
only port-gone
lab_wire host vif7 guest eth7
finds eth0 port-changed "guest $TWO"
only port-changed
status 0 ndpx apply
finds eth0 route-port "guest $TWO .*: ip -6 route replace $TWO dev vif7"
only route-port
lab_ip host route replace "$TWO/128" dev vif7
finds_none
lab_ip host link del vif7
status 3 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" doctor
assert_has "$WORK/out" "^eth0: port-gone: guest $TWO: port interface [0-9]+ does not exist"

note "guest-own-address: in the file, and so displaced"
lab_ip host addr add $TWO/128 dev eth0
conf <<<"uplink eth0 { guest $ONE { port = vif1 }  guest $TWO { } }"
status 0 ndpx apply
finds eth0 guest-own-address "guest $TWO"
only guest-own-address
