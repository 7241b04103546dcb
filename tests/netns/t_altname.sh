#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Alternative names work like names: for an uplink, for a guest's port, after dev.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_ip host link property add dev eth0 altname upstream 2>/dev/null || skip "no altnames"
lab_ip host link add vif1 type veth peer name g1
lab_ip host link property add dev vif1 altname guest1
echo "uplink upstream { guest 2001:db8:1::1 { port = guest1 } }" | conf
status 0 ndpx apply
assert_has "$WORK/out" '^eth0: '
assert_eq "stderr" "$(cat "$WORK/err")" ""
assert_answered 2001:db8:1::1
status 0 ndpx apply
assert_has "$WORK/out" '^eth0: .*rules unchanged'
status 0 ndpx guest add 2001:db8:1::2 dev upstream
assert_eq "port" "$(ndpx -j guest show 2001:db8:1::1 dev upstream | jq -r '.guests[].port')" vif1
status 0 ndpx guest import - <<<"2001:db8:1::3 dev upstream"
assert_answered 2001:db8:1::2 2001:db8:1::3
status 0 ndpx status dev upstream
status 0 ndpx explain 2001:db8:1::2 dev upstream
status 0 ndpx pause dev upstream
status 0 ndpx resume dev upstream

note "a pattern of guest ports"
lab_ip host link property add dev vif1 altname guest-with-a-long-name-1
conf <<-EOF
	uplink upstream { guest 2001:db8:1::1 { port = guest1 } }
	ports "guest-with-a-long-name-*" { gateway = { fe80::1 } }
EOF
lab_ip host link set vif1 up
status 0 ndpx apply
assert_has "$WORK/out" '^ports: 1, attached vif1'
echo "uplink upstream { guest 2001:db8:1::1 { } } uplink eth0 { guest 2001:db8:1::2 { } }" | conf
status 1 ndpx apply
assert_has "$WORK/err" 'twice'
status 0 ndpx down dev upstream
assert_silent 2001:db8:1::1

note "longer than a device's own name can be"
LONG=uplink-of-the-data-centre-$(printf '%0100d' 7)
lab_ip host link property add dev eth0 altname "$LONG"
lab_ip host link property add dev vif1 altname a-guest-with-sixteen-and-more
# More names than udev gives, of the greatest length, before the one that is asked for.
for i in $(seq 20); do
	lab_ip host link property add dev vif1 altname "another-name-of-this-guest-$(printf '%0100d' "$i")"
done
LAST=last-name-of-the-guest-$(printf '%0100d' 1)
lab_ip host link property add dev vif1 altname "$LAST"
conf <<-EOF
	uplink $LONG { guest 2001:db8:1::1 { port = a-guest-with-sixteen-and-more } }
	ports "last-name-of-the-guest-*" { gateway = { fe80::1 } }
EOF
status 0 ndpx check
status 0 ndpx apply
assert_has "$WORK/out" '^eth0: '
assert_has "$WORK/out" '^ports: 1, rules'
assert_answered 2001:db8:1::1
status 0 ndpx guest add 2001:db8:1::2 dev "$LONG" port "$LAST"
status 0 ndpx guest import - <<<"2001:db8:1::3 dev $LONG port a-guest-with-sixteen-and-more"
assert_eq "ports" "$(ndpx -j guest show dev "$LONG" | jq -r '[.guests[].port] | unique[]')" vif1
assert_answered 2001:db8:1::2 2001:db8:1::3
status 0 ndpx status dev "$LONG"
status 0 ndpx explain 2001:db8:1::2 dev "$LONG"
status 0 ndpx announce 2001:db8:1::2 dev "$LONG"
status 1 ndpx guest add 2001:db8:1::4 dev "$LONG" port no-such-name-of-any-interface
assert_has "$WORK/err" 'no-such-name-of-any-interface: no such interface'
echo "uplink no-such-name-of-any-interface { guest 2001:db8:1::1 { } }" | conf
status 0 ndpx check
status 2 ndpx apply
assert_has "$WORK/err" 'no-such-name-of-any-interface: no such interface'
echo "uplink ${LONG}xx { guest 2001:db8:1::1 { } }" | conf
status 1 ndpx check
assert_has "$WORK/err" ':1:8: .*1 to 127 characters'
status 0 ndpx down dev "$LONG"
assert_silent 2001:db8:1::1

note "a name with a dot and a number is not a VLAN where an interface has it"
lab_ip host link property add dev eth0 altname upstream-of-the-rack.7
echo "uplink upstream-of-the-rack.7 { guest 2001:db8:1::1 { } }" | conf
status 0 ndpx apply
assert_has "$WORK/out" '^eth0: '
assert_answered 2001:db8:1::1
status 0 ndpx guest add 2001:db8:1::2 dev upstream-of-the-rack.7
assert_eq "vlan" "$(ndpx -j guest show 2001:db8:1::2 dev eth0 | jq '.guests[].vlan // 0')" 0
status 1 ndpx guest add 2001:db8:1::2 dev "$LONG.7"
assert_has "$WORK/err" 'eth0: VLAN 7 is not attached'
status 0 ndpx down dev upstream-of-the-rack.7

note "import-from keeps the name, and knows the interface"
printf 'proxy %s {\nrule 2001:db8:1::/64 {\nauto\n}\n}\n' "$LONG" >"$WORK/ndppd.conf"
status 0 ndpx import-from ndppd "$WORK/ndppd.conf"
assert_has "$WORK/out" "^uplink $LONG {"
if lab_ip host tuntap add dev aun0 mode tun 2>/dev/null; then
	lab_ip host link property add dev aun0 altname a-tunnel-with-a-long-name
	printf 'proxy a-tunnel-with-a-long-name {\nrule 2001:db8:1::/64 {\nauto\n}\n}\n' >"$WORK/ndppd.conf"
	ndpx import-from ndppd "$WORK/ndppd.conf" >"$WORK/out" 2>/dev/null || :
	assert_has "$WORK/out" 'aun0 is not an Ethernet interface'
fi
