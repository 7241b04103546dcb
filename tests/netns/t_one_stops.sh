#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A refused uplink or guest port does not affect the others; exit status and report tell.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
net_wire eth1
lab_ip host tuntap add dev aun0 mode tun 2>/dev/null || skip "no tun"
lab_ip host link set aun0 up

note "a tun, a mode that is refused, and one that is fine"
conf <<-EOF
	uplink aun0 { guest 2001:db8:3::1 { } }
	uplink eth1 {
	    source = link-local
	    guest 2001:db8:4::1 { }
	}
	uplink eth9 { guest 2001:db8:5::1 { } }
	uplink eth0 { guest 2001:db8:1::1 { } }
EOF
status 2 ndpx apply
assert_has "$WORK/err" '^ndpx: aun0: not an Ethernet interface: skipped$'
assert_has "$WORK/err" '^ndpx: eth9: no such interface \(line 6\): skipped$'
assert_answered 2001:db8:1::1
status 2 ndpx -q apply
assert_has "$WORK/err" 'aun0.*skipped'
status 2 ndpx -j apply
assert_json "$WORK/out" '[.skipped[] | .dev] == ["aun0", "eth9"] and
	.skipped[0].code == "ENODEV" and (.skipped[0].reason | test("not an Ethernet")) and
	([.uplinks[].dev] | sort) == ["eth0", "eth1"]'

note "what answered before goes on where the new file is refused"
conf <<-EOF
	uplink eth0 { guest 2001:db8:1::1 { }  guest 2001:db8:1::2 { } }
EOF
status 0 ndpx apply
assert_has "$WORK/out" '^eth1: removed: not in the file$'
assert_answered 2001:db8:1::2

note "no uplink at all: an error as any other"
echo "uplink aun0 { guest 2001:db8:3::1 { } }" | conf
status 2 ndpx -j apply
assert_json_error
status 0 ndpx down

note "a device that was created again"
conf_one
status 0 ndpx apply
lab_ip host link del eth0
net_wire eth0
status 0 ndpx apply
assert_has "$WORK/out" '^eth0: the interface was recreated'
assert_answered 2001:db8:1::1
lab_ip host link del eth0
status 2 ndpx apply
status 0 ndpx down
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
