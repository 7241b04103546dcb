#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `announce`: whole frames on the wire, three of each, and refusals; `pause` and `resume`,
# which announces every guest. t_failover has a real router.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

ALL_NODES=33:33:00:00:00:01
OTHER=02:00:00:00:12:34

net_pair
OWN=2001:db8:1::fe
lab_ip host addr add "$OWN/64" dev eth0
LINK_LOCAL=$(lab_ip host -j addr show dev eth0 scope link | jq -r '.[].addr_info[]?.local // empty')

# unsolicited [-v VLAN] TARGET [LLADDR [FLAGS [SRC6]]]: the frame to expect, in hex.
unsolicited() {
	local opt=()
	if [ "$1" = -v ]; then
		opt=(-v "$2")
		shift 2
	fi
	"$NDTOOL" na "${opt[@]}" -f "${3:-O}" "$LAB_HOST_MAC" $ALL_NODES "${4:-$1}" ff02::1 "$1" \
		"${2:-$LAB_HOST_MAC}"
}

# sniff COMMAND...: the advertisements to all nodes that reach the router while it runs, with
# counts: $WORK/heard.
sniff() {
	local start=$SECONDS
	net_job router "$NDTOOL" sniff eth0 600000 >"$WORK/sniffed"
	# Its socket is open once it hears something.
	wait_for 10 hears
	status 0 "$@"
	wait_for 10 hears "$(wc -l <"$WORK/sniffed")"
	kill "$JOB"
	wait "$JOB" || true
	SECONDS_TAKEN=$((SECONDS - start))
	{ grep -E "${HEAR:-^33330000000102000000}" "$WORK/sniffed" || true; } | sort | uniq -c |
		sed 's/^ *//' >"$WORK/heard"
}

# hears [LINES]: does a frame of our own arrive, after more than LINES lines?
hears() {
	lab_in host "$NDTOOL" send eth0 "$("$NDTOOL" ns "$LAB_HOST_MAC" fe80::5 2001:db8:ffff::1)"
	sleep 0.1
	[ "$(wc -l <"$WORK/sniffed")" -gt "${1:-0}" ]
}

# heard FRAME...: each of them three times, and nothing else.
heard() {
	local frame
	for frame in "$@"; do
		echo "3 $frame"
	done | sort >"$WORK/want"
	sort "$WORK/heard" | diff "$WORK/want" - >&2 || fail "want (<) and heard (>) differ"
}

frames() {
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    deny = { 2001:db8:2::bad }
		    guest 2001:db8:1::1 { }
		    guest 2001:db8:1::2 { router = on  override = on }
		    guest 2001:db8:1::3 { lladdr = $OTHER }
		    guest 2001:db8:1::4 { paused = on }
		    guest 2001:db8:1::5 { answer = routed }
		    guest 2001:db8:2::/64 { router = on }
		    guest fe80::5:5 { dad = ignore }
		}
		uplink eth0.88 {
		    mode = $1
		    guest 2001:db8:1::1 { lladdr = $OTHER }
		}
	EOF
	status 0 ndpx apply
	sniff ndpx announce 2001:db8:1::1 2001:db8:1::2 2001:db8:1::3 2001:db8:2::7 fe80::5:5 dev eth0
	assert_eq "report" "$(cat "$WORK/out")" "eth0: announced 5, 3 times"
	[ "$SECONDS_TAKEN" -ge 2 ] || fail "three times one second apart within $SECONDS_TAKEN s"
	heard "$(unsolicited 2001:db8:1::1)" "$(unsolicited 2001:db8:1::2 "$LAB_HOST_MAC" RO)" \
		"$(unsolicited 2001:db8:1::3 $OTHER)" "$(unsolicited 2001:db8:2::7 "$LAB_HOST_MAC" RO)" \
		"$(unsolicited fe80::5:5)"
}

in_modes frames
note "mode auto"
frames auto

note "a VLAN, by its tag"
sniff ndpx announce 2001:db8:1::1 dev eth0 vlan 88
heard "$(unsolicited -v 88 2001:db8:1::1 $OTHER)"
sniff ndpx -j announce 2001:db8:1::1 dev eth0.88
heard "$(unsolicited -v 88 2001:db8:1::1 $OTHER)"
assert_json "$WORK/out" '.dev == "eth0" and .announced == 1 and .times == 3 and .skipped == 0'

# asks_for_other ROUTER: as the guest with an lladdr, which is in the option alone.
asks_for_other() {
	"$NDTOOL" ns $OTHER 2001:db8:1::3 "$1" | sed "s/^\\(............\\)............/\\1${LAB_HOST_MAC//:/}/"
}

note "to routers as well, and as the guest to each gateway on this link"
lab_ip host route add default via fe80::99 dev eth0
lab_ip host route add 2001:db8:99::/64 via fe80::98 dev eth0
HEAR="^3333........${LAB_HOST_MAC//:/}86dd60000000....3aff2001" sniff ndpx announce \
	2001:db8:1::2 2001:db8:1::3 dev eth0
assert_eq "report" "$(cat "$WORK/out")" "eth0: announced 2, 3 times"
heard "$(unsolicited 2001:db8:1::2 "$LAB_HOST_MAC" RO)" "$(unsolicited 2001:db8:1::3 $OTHER)" \
	"$("$NDTOOL" na -f RO "$LAB_HOST_MAC" 33:33:00:00:00:02 2001:db8:1::2 ff02::2 2001:db8:1::2 \
		"$LAB_HOST_MAC")" \
	"$("$NDTOOL" na -f O "$LAB_HOST_MAC" 33:33:00:00:00:02 2001:db8:1::3 ff02::2 2001:db8:1::3 $OTHER)" \
	"$("$NDTOOL" ns "$LAB_HOST_MAC" 2001:db8:1::2 fe80::98)" \
	"$("$NDTOOL" ns "$LAB_HOST_MAC" 2001:db8:1::2 fe80::99)" \
	"$(asks_for_other fe80::98)" \
	"$(asks_for_other fe80::99)"
lab_ip host route del 2001:db8:99::/64
lab_ip host -6 route del default

note "all guests, but for what is not answered"
sniff ndpx announce dev eth0
assert_eq "report" "$(cat "$WORK/out")" "eth0: announced 5, 3 times, skipped 2"
heard "$(unsolicited 2001:db8:1::1)" "$(unsolicited 2001:db8:1::2 "$LAB_HOST_MAC" RO)" \
	"$(unsolicited 2001:db8:1::3 $OTHER)" "$(unsolicited fe80::5:5)" \
	"$(unsolicited -v 88 2001:db8:1::1 $OTHER)"
sniff ndpx -q announce dev eth0 vlan 88
assert_eq "report" "$(cat "$WORK/out")" ""
heard "$(unsolicited -v 88 2001:db8:1::1 $OTHER)"

# refused STATUS REGEX ARGUMENTS...: a one-line error, nothing sent.
refused() {
	local want=$1 regex=$2
	shift 2
	status "$want" ndpx announce "$@"
	assert_has "$WORK/err" "$regex"
	assert_eq "lines of the error" "$(wc -l <"$WORK/err")" 1
	assert_eq "stdout" "$(cat "$WORK/out")" ""
}

refusals() {
	refused 1 'no rule answers.*guest add' 2001:db8:9::1 dev eth0
	refused 1 'no rule answers' 2001:db8:1::2 dev eth0 vlan 88
	refused 1 'denied' 2001:db8:2::bad dev eth0
	refused 1 'address or gateway of this host' $OWN dev eth0
	refused 1 'its rule is paused' 2001:db8:1::4 dev eth0
	refused 1 'route that leaves by another' 2001:db8:1::5 dev eth0
	refused 1 'anycast' 2001:db8:2:: dev eth0
	refused 1 'no rule answers' fe80::6 dev eth0
	refused 1 'VLAN 89 is not attached' 2001:db8:1::1 dev eth0 vlan 89
	refused 1 'not an IPv6 address' 2001:db8:2::/64 dev eth0
	refused 1 "'dev DEV' is missing" 2001:db8:1::1
	refused 1 "'vlan' requires 'dev DEV'" vlan 88
	refused 3 'no such interface' 2001:db8:1::1 dev eth7
	refused 3 'not attached' 2001:db8:1::1 dev lo
	# All or nothing: the first is fine.
	refused 1 'no rule answers' 2001:db8:1::1 2001:db8:9::1 dev eth0
}

note "refused, and nothing sent"
# shellcheck disable=SC2317 # called by sniff
refusals_status() {
	refusals
}
sniff refusals_status
heard
status 1 ndpx -j announce 2001:db8:9::1 dev eth0
assert_json_error

note "a route makes it answered"
lab_wire host vif1.0 router guest
lab_ip host route add 2001:db8:1::5/128 dev vif1.0
sniff ndpx announce 2001:db8:1::5 dev eth0
heard "$(unsolicited 2001:db8:1::5)"

note "sources"
sed -i 's/mode = auto/mode = auto  source = link-local/' "$WORK/ndpx.conf"
status 0 ndpx apply
sniff ndpx announce 2001:db8:1::1 dev eth0
heard "$(unsolicited 2001:db8:1::1 "$LAB_HOST_MAC" O "$LINK_LOCAL")"
sed -i "s/source = link-local/source = $OWN/" "$WORK/ndpx.conf"
status 0 ndpx apply
sniff ndpx announce 2001:db8:1::2 dev eth0
heard "$(unsolicited 2001:db8:1::2 "$LAB_HOST_MAC" RO $OWN)"

note "pause and resume"
sed -i "s/source = $OWN//" "$WORK/ndpx.conf"
status 0 ndpx apply
assert_answered 2001:db8:1::1
status 0 ndpx pause dev eth0
assert_eq "report" "$(cat "$WORK/out")" "eth0: paused"
assert_silent 2001:db8:1::1
assert_eq "paused" "$(counter paused)" 1
status 0 ndpx -j pause dev eth0
assert_json "$WORK/out" '.dev == "eth0"'
ndpx -j status >"$WORK/status"
assert_json "$WORK/status" '.uplinks[0].paused == true'
refused 1 "paused.*ndpx resume dev eth0" 2001:db8:1::1 dev eth0
sniff ndpx resume dev eth0
assert_answered 2001:db8:1::1
assert_eq "report" "$(cat "$WORK/out")" "eth0: announced 6, 3 times, skipped 1"
assert_eq "kinds of frames" "$(wc -l <"$WORK/heard")" 6
status 1 ndpx pause dev eth0.88
assert_has "$WORK/err" 'VLANs of one device share it'
status 1 ndpx resume
status 3 ndpx resume dev lo
status 0 ndpx pause dev eth0
status 0 ndpx apply # a reload leaves it paused
assert_silent 2001:db8:1::1
status 0 ndpx -q resume dev eth0
assert_answered 2001:db8:1::1

note "routed: what is on-link here is not answered for, a local address is"
conf <<<"uplink eth0 { mode = tc  guest 2001:db8:1::/64 { answer = routed }
	guest 2001:db8:5::7 { answer = routed }  guest 2001:db8:1::1 { } }"
lab_ip host -6 route add 2001:db8:1::/64 dev vif1.0 metric 1
lab_ip host -6 route add local 2001:db8:5::/64 dev lo
status 0 ndpx apply
refused 1 'only with a route' 2001:db8:1::77 dev eth0
sniff ndpx announce 2001:db8:5::7 dev eth0
heard "$(unsolicited 2001:db8:5::7)"

note "the link is down, the program gone"
lab_ip host link set eth0 down
refused 2 'down.*ip link set up' 2001:db8:1::1 dev eth0
lab_ip host link set eth0 up
status 0 ndpx down
refused 3 'not attached' 2001:db8:1::1 dev eth0
