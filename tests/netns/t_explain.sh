#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `explain` can show every verdict, names the rule and decodes the answer, and has no side
# effects: no counter, no statistics, no token, no frame.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_ip host link add vif0 type veth peer name vif1
lab_ip host link set vif1 up
lab_ip host link set vif0 up
lab_ip host addr add 2001:db8:1::fe/64 dev eth0
lab_ip host route add 2001:db8:1::a1/128 dev vif0
lab_ip host route add 2001:db8:1::a7/128 dev vif0

# file MODE RATE
file() {
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    rate = $2
		    deny = { 2001:db8:1::d }
		    guest 2001:db8:1::a1 { port = vif0  router = on }
		    guest 2001:db8:1::a2 { dad = ignore }
		    guest 2001:db8:1::a3 { paused = on }
		    guest 2001:db8:1::a4 { port = eth0 }
		    guest 2001:db8:1::a5 { answer = routed }
		    guest 2001:db8:1::a6 { lladdr = 02:00:00:00:12:34  override = on }
		    guest 2001:db8:1::a7 { answer = alive }
		    guest 2001:db8:3::/64 { }
		}
	EOF
}

# says VERDICT ACT ARGUMENTS...
says() {
	local verdict=$1 act=$2
	shift 2
	status 0 ndpx -j explain "$@" dev eth0
	assert_json "$WORK/out" ".explain.verdict == \"$verdict\" and .explain.act == \"$act\" and
		(.explain.text | length > 0) and (.explain.na != null) == (\"$act\" == \"answer\")"
	SEEN+=("$verdict")
}

# A solicitation for .1 as tcpdump would print it, and with bytes changed: OFFSET HEX...
frame() {
	local hex
	hex=$("$NDTOOL" ns "$LAB_ROUTER_MAC" "$ASKER" "${TARGET:-2001:db8:1::a1}")
	while [ $# -gt 0 ]; do
		hex=${hex:0:$((2 * $1))}$2${hex:$((2 * $1 + ${#2}))}
		shift 2
	done
	echo "$hex"
}

# with_option HEX: the option's first two bytes, with the matching checksum.
with_option() {
	local hex sum
	hex=$(frame)
	sum=$((0xffff - 0x${hex:112:4} + $1 - 0x0101))
	sum=$(((sum & 0xffff) + (sum >> 16)))
	frame 56 "$(printf %04x $((0xffff - (sum & 0xffff))))" 78 "$(printf %04x "$1")"
}

traces() {
	ndpx metrics | grep -v '^ndpx_.*seconds' | grep '_total{'
	ndpx -j guest show -s
	bpftool -j map dump pinned "$(echo "$BPFFS"/*/*/rates)" | jq length
}

# answers: the number of advertisements seen on the router's cable.
answers() {
	grep -c '^[0-9a-f]\{108\}88' "$WORK/heard" || true
}

# listens: is the listener ready? Then it hears the answer.
listens() {
	assert_answered 2001:db8:3::1
	[ "$(answers)" -gt 0 ]
}

heard_more() {
	[ "$(answers)" -gt "$heard" ]
}

explain() {
	local heard
	SEEN=()
	file "$1" 0
	status 0 ndpx apply
	net_job router "$NDTOOL" sniff eth0 600000 >"$WORK/heard"
	wait_for 10 listens
	heard=$(answers)
	traces >"$WORK/before"

	note "by words"
	says answered answer 2001:db8:1::a1
	assert_json "$WORK/out" '.explain | .rule.address == "2001:db8:1::a1" and
		.na.router == true and .na.solicited == true and .na.override == false and
		.na.lladdr == "'"$LAB_HOST_MAC"'" and .na.target == "2001:db8:1::a1" and
		.na.checksum_ok == true and .na.hop_limit == 255 and .obstacles == []'
	says answered answer 2001:db8:1::a6
	assert_json "$WORK/out" '.explain.na.lladdr == "02:00:00:00:12:34" and
		.explain.na.override == true and .explain.obstacles[0].code == "route-uplink"'
	says answered answer 2001:db8:3::7
	assert_json "$WORK/out" '.explain | .rule.address == "2001:db8:3::/64" and
		.obstacles[0].code == "no-route"'
	says answered_dad answer 2001:db8:1::a1 dad
	assert_json "$WORK/out" '.explain.na | .dst == "ff02::1" and .solicited == false'
	says answered_probe answer 2001:db8:1::a1 probe
	says answered answer 2001:db8:1::a1 from 2001:db8:9::9
	assert_json "$WORK/out" '.explain.na.dst == "2001:db8:9::9"'
	says dad_ignored pass 2001:db8:1::a2 dad
	says paused pass 2001:db8:1::a3
	says paused drop 2001:db8:1::a3 probe
	says same_port pass 2001:db8:1::a4
	says not_routed pass 2001:db8:1::a5
	says not_alive pass 2001:db8:1::a7
	says denied pass 2001:db8:1::d
	says own_address pass 2001:db8:1::fe
	says no_guest pass 2001:db8:1::a8
	assert_json "$WORK/out" '.explain | .rule == null and
		([.nearest[].address] | length == 3 and (index("2001:db8:3::/64") | not))'
	says no_guest pass 2001:db8:3::
	assert_json "$WORK/out" '.explain.rule.anycast == true'
	says conflict pass 2001:db8:1::a1 from 2001:db8:1::a1
	says looped pass 2001:db8:1::a1 from "$(lab_ip host -j addr show dev eth0 scope link | jq -r ".[].addr_info[]?.local // empty")"
	says bad_source pass 2001:db8:1::a1 from ff02::1
	says bad_target pass ff02::1

	note "by a frame"
	says answered answer frame "$(frame)"
	says answered answer frame "$(frame | sed 's/../& /g')"
	says vlan pass frame "$(frame | sed 's/^.\{24\}/&88a80001/')"
	says not_for_us pass frame "$(frame 0 020000000042)"
	says bad_hop_limit pass frame "$(frame 21 fe)"
	says bad_length pass frame "$(frame 18 0090)"
	says fragment pass frame "$(frame 20 2c 54 3a 56 0000 62 87)"
	says ext_header pass frame "$(frame 20 3c 54 3a00 62 87)"
	says bad_destination pass frame "$(frame 39 05)"
	says bad_code pass frame "$(frame 55 01)"
	says bad_checksum pass frame "$(frame 56 0102)"
	says bad_option pass frame "$(with_option 0x0100)"
	says send pass frame "$(with_option 0x0b01)"
	says options_limit pass frame "$(frame 18 0070)$(printf '0%.0s' {1..160})"
	says none pass frame "$(frame 12 0800)"

	note "a group that is not joined"
	assert_has_not "$WORK/out" not-joined
	lab_ip host link set eth0 allmulticast off
	status 0 ndpx -j explain 2001:db8:1::a1 dev eth0
	assert_json "$WORK/out" '[.explain.obstacles[].code] == ["not-joined"]'
	lab_ip host link set eth0 allmulticast on

	note "as text"
	status 0 ndpx explain 2001:db8:1::a1 dev eth0
	assert_has "$WORK/out" '^2001:db8:1::a1 dev eth0 .*: answered .*rule: guest 2001:db8:1::a1$'
	assert_has "$WORK/out" 'R1 S1 O0'

	note "no trace"
	traces >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "explain left a trace"
	assert_answered 2001:db8:3::1 # everything sent before it has been heard
	wait_for 5 heard_more
	kill "$JOB"
	wait "$JOB" || true
	assert_eq "answers on the wire" "$(answers)" $((heard + 1))

	note "an asker out of tokens"
	file "$1" 1
	status 0 ndpx apply
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		ask 2001:db8:1::a1 50 >"$WORK/out"
		! grep -q none "$WORK/out" || break
	done
	# explain loads a program first, which may take as long as the next token does to come.
	# shellcheck disable=SC2016 # for the other shell
	net_job router bash -c 'while :; do "$1" exchange eth0 "$2" 20; done' ask "$NDTOOL" "$(frame)" \
		>"$WORK/flood"
	says rate_limited drop frame "$(frame)"
	kill "$JOB"
	wait "$JOB" || true
	says answered answer 2001:db8:1::a1
}

note "errors"
file native 0
status 3 ndpx explain 2001:db8:1::a1 dev eth0
status 0 ndpx apply
status 1 ndpx explain 2001:db8:1::a1
assert_has "$WORK/err" "dev DEV"
status 1 ndpx explain 2001:db8:1::a1/64 dev eth0
status 1 ndpx explain dev eth0
status 1 ndpx explain 2001:db8:1::a1 dev eth0 dad probe
status 1 ndpx explain frame 123 dev eth0
assert_has "$WORK/err" "hex"
status 1 ndpx explain 2001:db8:1::a1 dev eth0 vlan 7
status 1 ndpx explain 2001:db8:1::a1 dev eth0.7 vlan 8
assert_has "$WORK/err" 'contradicts'
status 1 ndpx explain 2001:db8:1::a1 dev eth0 dev eth0
status 3 ndpx explain 2001:db8:1::a1 dev eth7
status 1 ndpx -j explain nonsense dev eth0
assert_json_error

note "attached by another build: it is not this one's program that would run"
record=$(echo "$BPFFS"/*/*/record)
bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
	jq -r '.value | .[24] = "0x77" | join(" ")')
# shellcheck disable=SC2086 # a word each
bpftool map update pinned "$record" key 0 0 0 0 value $bytes
status 2 ndpx explain 2001:db8:1::a1 dev eth0
assert_has "$WORK/err" "another build of ndpx .* attached the program.*'ndpx apply'"
status 0 ndpx apply
says answered answer 2001:db8:1::a1
status 0 ndpx down

in_modes explain
# No driver here can produce no_room.
grep -oE 'X\([0-9]+, [A-Z_]+, [a-z_]+' "$TOP/include/ndpx_abi.h" | sed 's/.* //' |
	grep -v no_room | sort >"$WORK/all"
printf '%s\n' "${SEEN[@]}" | grep -v '^none$' | sort -u >"$WORK/seen"
diff "$WORK/all" "$WORK/seen" >&2 || fail "not every verdict was brought about"
