#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A guest port that cannot be attached is a warning that names it; the others get the new
# rules. A pattern that only a tun matches gets one note, not two contradicting ones.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
conf <<-EOF
	uplink eth0 { guest 2001:db8:1::1 { } }
	ports "vif*" { gateway = { fe80::1 } }
	ports "tun*" { gateway = { fe80::1 } }
EOF
vif() {
	lab_ip host link add "vif$1" type veth peer name "g$1"
}
vif 1
lab_ip host tuntap add dev tun7 mode tun 2>/dev/null || skip "no tun"
status 0 ndpx apply
assert_eq "notes on tun*" "$(grep -c 'tun\*' "$WORK/err")" 1

note "vif2 refuses: what stands in the way of its pin is enough"
vif 2
vif 3
mkdir "$(netns_dir)/ports/link_$(lab_ip host -j link show dev vif2 | jq '.[0].ifindex')"
status 0 ndpx apply
assert_has "$WORK/err" 'warning: guest port vif2: '
assert_has "$WORK/out" '^ports: 3, attached vif3,'
rmdir "$(netns_dir)"/ports/link_*/ 2>/dev/null || find "$(netns_dir)/ports" -mindepth 1 -type d -delete
status 0 ndpx apply
assert_has "$WORK/out" '^ports: 3, attached vif2,'

note "a port that is gone is reported by its name, the last one it had"
lab_ip host link del vif3
status 0 ndpx apply
assert_has "$WORK/out" 'detached vif3,'
lab_ip host link set vif2 name vif22
status 0 ndpx apply
lab_ip host link del vif22
status 0 ndpx -j apply
assert_json "$WORK/out" '.ports.detached == ["vif22"]'

note "doctor --fix: one that refuses keeps no other from being fixed"
vif 4
vif 5
mkdir "$(netns_dir)/ports/link_$(lab_ip host -j link show dev vif4 | jq '.[0].ifindex')"
status 3 ndpx doctor --fix --no-probe
find "$(netns_dir)/ports" -mindepth 1 -type d -delete
status 0 ndpx -j apply
assert_json "$WORK/out" '.ports.attached == ["vif4"]'
status 0 ndpx down
