#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A recreated device (a VM restarts, a NIC is replugged) has a new ifindex, and an upgrade may
# bring a new ABI: rules from commands, their counts and a pause survive both.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
net_wire eth1 # another uplink, which must not inherit any of it
X=2001:db8:1::a
Y=2001:db8:2::/64
Z=2001:db8:1::b

with() {
	echo "uplink eth0 { guest 2001:db8:1::1 { } $* } uplink eth1 { }" | conf
}
again() {
	lab_ip host link del eth0
	[ "${1-}" != absent ] || status 2 ndpx apply
	net_wire eth0
}
answers() {
	ndpx -j -s guest show "$1" dev eth0 | jq -r '.guests[0].answers'
}
# rules ADDR ORIGIN...: of eth0
rules() {
	assert_eq "rules of eth0" "$(ndpx -j guest show dev eth0 |
		jq -r '.guests[] | "\(.address) \(.origin)"' | sort | paste -sd, -)" "$1"
}
ALL="2001:db8:1::1 file,$X command,$Z file,$Y command"

with
status 0 ndpx apply
status 0 ndpx guest add $X dev eth0 router on
status 0 ndpx guest add $Y dev eth0 override on
status 0 ndpx guest add $Z dev eth0 dad ignore
with "guest $Z { }"
status 0 ndpx apply
rules "$ALL"
assert_answered 2001:db8:1::1
assert_eq "R" "$(ask $X)" "$(answer $X "$LAB_HOST_MAC" RS)"

check() {
	assert_eq "R" "$(ask $X)" "$(answer $X "$LAB_HOST_MAC" RS)"
	assert_eq "O" "$(ask 2001:db8:2::9)" "$(answer 2001:db8:2::9 "$LAB_HOST_MAC" SO)"
	assert_answered 2001:db8:1::1 $Z
	rules "$ALL"
}

for absent in "" absent; do
	note "created again${absent:+, with an apply in between}"
	n=$(answers $X)
	f=$(answers 2001:db8:1::1)
	again $absent
	status 0 ndpx apply
	assert_eq "answers for $X" "$(answers $X)" "$n"
	assert_eq "answers for the file's" "$(answers 2001:db8:1::1)" "$f"
	check
	assert_eq "instances" "$(find "$BPFFS" -name record | wc -l)" 2
	assert_eq "rules of eth1" "$(ndpx guest show dev eth1)" ""
	status 0 ndpx apply
	check
done

note "what was overridden takes over"
with
status 0 ndpx apply
assert_eq "origin" "$(ndpx -j guest show $Z | jq -r '.guests[].origin')" command
with "guest $Z { }"
status 0 ndpx apply

for absent in "" absent; do
	note "paused${absent:+, with an apply in between}"
	status 0 ndpx pause dev eth0
	again $absent
	status 0 ndpx apply
	assert_has "$WORK/out" '^eth0: .*paused'
	assert_silent 2001:db8:1::1 $X
	status 0 ndpx resume dev eth0
	check
done

note "another ABI"
forge() {
	local record bytes
	record=$(netns_dir)/$(lab_ip host -j link show dev eth0 | jq ".[0].ifindex")/record
	bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
		jq -r '.value | .[4] = "0x77" | join(" ")')
	# shellcheck disable=SC2086 # a word each
	bpftool map update pinned "$record" key 0 0 0 0 value $bytes
}
n=$(answers $X)
forge
status 0 ndpx apply
assert_eq "answers for $X" "$(answers $X)" "$n"
check
status 0 ndpx pause dev eth0
forge
status 0 ndpx apply
assert_has "$WORK/out" '^eth0: .*paused'
assert_silent 2001:db8:1::1 $X
status 0 ndpx resume dev eth0
check

note "another ABI, and created again"
forge
again
status 0 ndpx apply
check

note "not one that has another name now"
for ns in host router; do
	lab_ip $ns link set eth0 down
	lab_ip $ns link set eth0 name eth5
done
net_wire eth0
status 0 ndpx apply
rules "2001:db8:1::1 file,$Z file"

note "--prune"
status 0 ndpx guest add $X dev eth0
again
status 0 ndpx apply --prune
rules "2001:db8:1::1 file,$Z file"

note "the new one is refused: what the old one had waits"
status 0 ndpx guest add $X dev eth0
lab_ip host link del eth0
lab_ip host tuntap add dev eth0 mode tun # not Ethernet
status 2 ndpx apply
lab_ip host link del eth0
net_wire eth0
status 0 ndpx apply
rules "2001:db8:1::1 file,$X command,$Z file"

note "down leaves nothing"
again
status 0 ndpx down
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
