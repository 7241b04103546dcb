#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor --fix: puts what is pinned back into force and changes nothing else. After each fix
# the router gets its answer.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

net_pair
lab_add guest
lab_wire host vif1 guest eth0
lab_ip host route add 2001:db8::/32 dev vif1
ADDR=2001:db8:1::1

link_pin() {
	find "$BPFFS" -name link
}

joined() {
	grep -qE "ff02::1:ff$1( |$)" <<<"$(lab_ip host maddr show dev eth0)"
}

# The link-local address and the carrier follow the link with a delay.
settle() {
	wait_for 5 sh -c "ip -n $(lab_name host) -6 addr show dev eth0 scope link | grep -q inet6 &&
		ip -n $(lab_name host) link show eth0 | grep -q LOWER_UP"
}

ailments() {
	conf <<<"uplink eth0 { mode = $1  groups = $2  guest $ADDR { } }"
	status 0 ndpx apply
	# Not in the file: apply would remove it, --fix must not.
	status 0 ndpx guest add 2001:db8:1::2 dev eth0
	finds_none
	assert_answered $ADDR

	if [ -n "$(link_pin)" ]; then
		bpftool link detach pinned "$(link_pin)"
	else
		lab_in host tc filter del dev eth0 ingress
	fi
	assert_silent $ADDR
	finds eth0 detached 'is not attached'
	fixes eth0 detached
	assert_answered $ADDR 2001:db8:1::2
	status 0 ndpx -j status
	assert_json "$WORK/out" '.uplinks[0].mode == "'"$1"'"'

	lab_ip host link set eth0 address 02:00:00:00:00:aa
	finds eth0 mac-changed 02:00:00:00:00:aa
	fixes eth0 mac-changed
	assert_eq "answer for $ADDR" "$("$NDTOOL" na -f S 02:00:00:00:00:aa "$LAB_ROUTER_MAC" $ADDR \
		"$ASKER" $ADDR 02:00:00:00:00:aa)" \
		"$(lab_in router "$NDTOOL" exchange eth0 "$("$NDTOOL" ns "$LAB_ROUTER_MAC" "$ASKER" \
			$ADDR)" 2000)"
	lab_ip host link set eth0 address "$LAB_HOST_MAC"

	note "$1: a link that went down and up"
	lab_ip host link set eth0 down
	lab_ip host link set eth0 up
	settle
	if [ "$2" = join ]; then
		! joined 00:1 || fail "the group survived"
		finds eth0 groups-lost "the solicited-node group of $ADDR and 1 more is not joined"
	fi
	status 0 ndpx doctor --fix
	finds_none
	if [ "$2" = join ]; then
		joined 00:1 || fail "not joined again"
		joined 00:2 || fail "not joined again"
	fi
	assert_answered $ADDR 2001:db8:1::2

	note "$1: allmulticast that somebody switched off"
	status 0 ndpx down
	conf <<<"uplink eth0 { mode = $1  guest 2001:db8:2::/64 { } }"
	status 0 ndpx apply
	finds_none
	lab_ip host link set eth0 allmulticast off
	finds eth0 allmulti-off 'need allmulticast'
	fixes eth0 allmulti-off
	grep -q ALLMULTI <<<"$(lab_ip host link show eth0)" || fail "no allmulticast"
	status 0 ndpx down
	! grep -q ALLMULTI <<<"$(lab_ip host link show eth0)" || fail "allmulticast is left"
}

for mode in native tc generic; do
	note "mode $mode"
	ailments $mode join
done
note "clsact"
export NDPX_TC=clsact
ailments tc join
unset NDPX_TC

# With R: the host's own address on another interface (P76).
assert_own() {
	assert_eq "answer for $1" "$(ask "$1")" "$(answer "$1" "$LAB_HOST_MAC" RS)"
}

note "an own address inside a prefix: one that came, one that went, a gateway"
conf <<<"uplink eth0 { guest 2001:db8:2::/64 { } }"
status 0 ndpx apply
assert_answered 2001:db8:2::3
for dev in eth0 vif1; do
	lab_ip host addr add 2001:db8:2::3/128 dev $dev
	lab_ip host addr add 2001:db8:99::1/128 dev $dev # no rule covers it: no finding
	finds eth0 own-address-missing 2001:db8:2::3
	fixes eth0 own-address-missing
	[ $dev = eth0 ] || assert_own 2001:db8:2::3
	lab_ip host addr del 2001:db8:2::3/128 dev $dev
	lab_ip host addr del 2001:db8:99::1/128 dev $dev
	finds eth0 own-address-stale 2001:db8:2::3
	fixes eth0 own-address-stale
	assert_answered 2001:db8:2::3
done
lab_ip host -6 route add 2001:db8:2::8/126 dev eth0
lab_ip host -6 route add 2001:db8:ff::/48 via 2001:db8:2::9 dev eth0
finds eth0 own-address-missing 2001:db8:2::9
assert_answered 2001:db8:2::9
fixes eth0 own-address-missing
assert_silent 2001:db8:2::9
lab_ip host -6 route del 2001:db8:ff::/48
fixes eth0 own-address-stale

note "what is paused stays paused"
status 0 ndpx apply --paused
lab_ip host link set eth0 allmulticast off
fixes eth0 allmulti-off
assert_silent 2001:db8:2::9
status 0 ndpx -q resume dev eth0

note "a guest of the host's own address is left to the operator"
status 0 ndpx guest add 2001:db8:3::3 dev eth0
lab_ip host addr add 2001:db8:3::3/128 dev eth0
finds eth0 guest-own-address 'guest 2001:db8:3::3'
lab_ip host link set eth0 allmulticast off
status 3 ndpx doctor --fix
assert_has "$WORK/out" '^eth0: allmulti-off: .*: fixed$'
assert_has "$WORK/out" '^eth0: guest-own-address: .*remove 2001:db8:3::3 from this host'
status 3 ndpx -j doctor --fix
assert_json "$WORK/out" '.fixed == [] and [.findings[].code] == ["guest-own-address"]'
lab_ip host addr del 2001:db8:3::3/128 dev eth0

note "another build of the program: swapped inside the link"
status 0 ndpx down
conf <<<"uplink eth0 { groups = join  guest $ADDR { } }"
status 0 ndpx apply
record=$(find "$BPFFS" -name record)
bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
	jq -r '.value | .[24] = "0x77" | join(" ")')
# shellcheck disable=SC2086 # a word each
bpftool map update pinned "$record" key 0 0 0 0 value $bytes
before=$(ndpx -j status | jq '.uplinks[0] | [.link_id, .prog_id]')
finds eth0 other-release 'another build'
fixes eth0 other-release
assert_eq "the same link" "$(ndpx -j status | jq '.uplinks[0].link_id')" "$(jq '.[0]' <<<"$before")"
[ "$(ndpx -j status | jq '.uplinks[0].prog_id')" != "$(jq '.[1]' <<<"$before")" ] ||
	fail "the same program"

note "link-moved: into a bridge and out again, and the groups with it"
lab_ip host link add br0 type bridge
lab_ip host link set br0 up
lab_ip host link set eth0 master br0
wait_for 5 sh -c "ip -n $(lab_name host) -6 addr show dev br0 scope link | grep -q inet6"
finds eth0 link-moved 'a master was added or removed'
finds eth0 groups-lost "group of $ADDR"
fixes eth0 link-moved
assert_eq "proxy entries" "$(lab_ip host -6 neigh show proxy | sed 's/ *$//')" \
	"$ADDR dev br0 proxy proto 110"
assert_answered $ADDR
lab_ip host link del br0
finds eth0 link-moved 'a master was added or removed'
fixes eth0 link-moved
assert_eq "proxy entries" "$(lab_ip host -6 neigh show proxy | sed 's/ *$//')" \
	"$ADDR dev eth0 proxy proto 110"

note "link-local-changed"
lab_ip host addr add fe80::77/64 dev eth0
lab_ip host addr del "$(lab_ip host -j -6 addr show dev eth0 scope link |
	jq -r '.[0].addr_info[] | .local | select(. != "fe80::77")')/64" dev eth0
finds eth0 link-local-changed 'the device has fe80::77'
fixes eth0 link-local-changed

note "what cannot be fixed is said, and stays a finding"
status 0 ndpx down
conf <<<"uplink eth0 { mode = native  guest $ADDR { } }"
status 0 ndpx apply
bpftool link detach pinned "$(link_pin)"
lab_hear_xdp host eth0
id=$(xdp_id host)
status 3 ndpx doctor --fix --no-probe
assert_has "$WORK/err" "^ndpx: eth0: not fixed: .*'xdp_pass'"
assert_has "$WORK/out" '^eth0: detached: '
assert_has_not "$WORK/out" ': fixed$'
assert_eq "the foreign program" "$(xdp_id host)" "$id"
lab_ip host link set eth0 xdp off
fixes eth0 detached
assert_answered $ADDR

note "nothing is changed where nothing is wrong: the record, the rules and the link stay"
before=$(bpftool map dump pinned "$(find "$BPFFS" -name record)"; ndpx -j status)
status 0 ndpx -j doctor --fix --no-probe
assert_json "$WORK/out" '.fixed == [] and .findings == []'
assert_eq "the state" "$(bpftool map dump pinned "$(find "$BPFFS" -name record)"
	ndpx -j status)" "$before"

note "a program that is not ours is not touched"
conf <<<"uplink eth0 { guest 2001:db8:2::/64 { } }"
status 0 ndpx apply
lab_ip host link set eth0 allmulticast off
pin=$(find "$BPFFS" -name counters)
rm "$pin"
bpftool map create "$pin" type percpu_array key 4 value 8 entries 64 name counters
status 3 ndpx doctor --fix
assert_has "$WORK/out" '^eth0: program-replaced'
assert_has_not "$WORK/out" 'fixed'
