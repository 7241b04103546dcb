#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor finds nothing on a healthy host, in every mode: each finding must be worth an alarm.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

# The demo's data centre: a snooping switch, guests behind their ports.
lab_up "$TAG"
lab_hear_xdp router eth0

well() {
	status 0 ndpx apply
	status 0 ndpx doctor
	assert_eq "doctor says" "$(cat "$WORK/out")" "no findings"
	assert_eq "stderr" "$(cat "$WORK/err")" ""
	status 0 ndpx -j doctor dev eth0
	assert_json "$WORK/out" '.findings == []'
	status 0 ndpx -q doctor
	assert_eq "with -q" "$(cat "$WORK/out")" ""
}

for mode in native tc generic; do
	for groups in auto join allmulti none; do
		note "$mode, groups = $groups"
		conf <<-EOF
			uplink eth0 {
			    mode   = $mode
			    groups = $groups
			    guest $LAB_GUEST1 { port = vif1.0 }
			    guest $LAB_GUEST2 { port = vif2.0  answer = routed }
			}
		EOF
		well
	done
done

note "a prefix of which only a part is routed, and one that is local"
lab_ip host route add 2001:db8:7::/64 dev vif1.0
lab_ip host route add local 2001:db8:8::/64 dev lo
conf <<-EOF
	uplink eth0 {
	    deny = { $LAB_ROUTER }
	    guest $LAB_PREFIX/64 { answer = routed }
	    guest 2001:db8:7::/56 { }
	    guest 2001:db8:8::/64 { }
	}
EOF
well

note "VLANs"
conf <<-EOF
	uplink eth0.88 { guest $LAB_GUEST1 { } }
	uplink eth0.89 { guest $LAB_GUEST1 { } }
EOF
well

note "rules added by hand are no finding, also without a file"
conf <<-EOF
	uplink eth0 { guest $LAB_GUEST1 { port = vif1.0 } }
EOF
well
status 0 ndpx guest add "$LAB_GUEST2" dev eth0 port vif2.0
status 0 ndpx doctor
status 0 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" doctor
assert_eq "doctor says" "$(cat "$WORK/out")" "no findings"

note "and on stand-by"
status 0 ndpx apply --paused
status 0 ndpx doctor

note "clsact, as before kernel 6.6"
status 0 ndpx down
NDPX_TC=clsact status 0 ndpx apply
NDPX_TC=clsact status 0 ndpx doctor
status 0 ndpx down

note "two uplinks, one a port of a bridge, behind a firewall"
lab_wire host eth1 switch host1 02:00:00:00:00:fd
lab_plug host1
lab_ip host link add br1 type bridge
lab_ip host link set br1 up
lab_ip host link set eth1 master br1
wait_for 5 sh -c "ip -n $(lab_name host) -6 addr show dev br1 scope link | grep -q inet6"
lab_in host nft -f - <<-EOF
	table inet filter {
		chain input {
			type filter hook input priority 0; policy drop
			ct state established,related accept
			iifname "lo" accept
			ct state invalid drop
			meta l4proto ipv6-icmp icmpv6 type {
				nd-neighbor-solicit, nd-neighbor-advert, echo-request } accept
			tcp dport 22 accept
			counter reject
		}
	}
EOF
conf <<-EOF
	uplink eth0 { mode = tc  guest $LAB_GUEST1 { } }
	uplink eth1 { mode = tc  groups = join  guest $LAB_GUEST2 { } }
EOF
well
for dev in eth0 eth1; do
	status 0 ndpx doctor --fix dev $dev
	assert_eq "doctor says" "$(cat "$WORK/out")" "no findings"
done
