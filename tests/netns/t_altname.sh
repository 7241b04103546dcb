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
