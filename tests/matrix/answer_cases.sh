#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What a processor's byte order or its JIT could spoil: the whole answer, the counters, a rule
# that comes and goes. To be sourced.

# ndtool_at LINK: its name where at_router() runs it.
ndtool_at() {
	case $1 in
	1[0-9]) echo ndtool ;;
	*) echo "$BUILD/tests/ndtool" ;;
	esac
}

# exchange LINK FRAME: the answer in hex, or "none". Asked a single time, so that the counters
# can be checked: only where nothing gets lost.
exchange() {
	at_router "$1" "$(ndtool_at "$1")" exchange "$(router_if "$1")" "$2" 20000
}

# once LINK [ndtool's options] TARGET: the answer to a question(), in hex.
once() {
	exchange "$1" "$(question "$@")"
}

# advert LINK MAC TARGET [LLADDR [FLAGS]]: the answer that question() has to get, in hex.
advert() {
	"$BUILD/tests/ndtool" na -f "${5:-S}" "$2" "$(router_mac "$1")" "$3" "$ASKER" "$3" "${4:-$2}"
}

# dad LINK TARGET: a solicitation from the unspecified address, in hex.
dad() {
	"$BUILD/tests/ndtool" ns -n "$(router_mac "$1")" :: "$2"
}

answers_of() { # GUEST DEVICE
	vm "ndpx -j guest show $1 dev $2 -s" | jq -r '.guests[0].answers'
}

# Questions that different code answers, and what became of the counters.
ask_all() { # DEVICE LINK MAC
	local dev=$1 link=$2 mac=$3 guest late=2001:db8:$2::99 other=02:00:5e:10:00:99 answered answers
	guest=$(guest_of "$link")
	answered=$(counter answered) answers=$(answers_of "$guest" "$dev")
	want multicast "$(once "$link" "$guest")" "$(advert "$link" "$mac" "$guest")"
	want unicast "$(once "$link" -p "$mac" "$guest")" "$(advert "$link" "$mac" "$guest")"
	want DAD "$(exchange "$link" "$(dad "$link" "$guest")")" \
		"$("$BUILD/tests/ndtool" na -f '' "$mac" 33:33:00:00:00:01 "$guest" ff02::1 "$guest" "$mac")"
	want "a prefix" "$(once "$link" -p "$mac" "2001:db8:$link:77::abcd")" \
		"$(advert "$link" "$mac" "2001:db8:$link:77::abcd")"
	OUT=$(vm "ndpx guest add $late dev $dev lladdr $other router on override on") || want "guest add" "$OUT" ''
	want "a guest added" "$(once "$link" "$late")" "$(advert "$link" "$mac" "$late" $other RSO)"
	OUT=$(vm "ndpx guest del $late dev $dev") || want "guest del" "$OUT" ''
	at_router "$link" "$(ndtool_at "$link")" send "$(router_if "$link")" "$(question "$link" -p "$mac" "$late")"
	want "the guest that stays" "$(once "$link" -p "$mac" "$guest")" "$(advert "$link" "$mac" "$guest")"
	want "counter answered" "$(($(counter answered) - answered))" 2
	want "counter answered_probe" "$(counter answered_probe)" 3
	want "counter answered_dad" "$(counter answered_dad)" 1
	want "counter no_guest" "$(counter no_guest)" 1
	want "the guest's answers" "$(($(answers_of "$guest" "$dev") - answers))" 4
	want "its last asker" "$(vm "ndpx -j guest show $guest dev $dev -s" | jq -r '.guests[0].last_asker')" "$ASKER"
}

# whole_case DEVICE LINK MAC: byte for byte, on each hook.
whole_case() {
	local dev=$1 link=$2 mac=$3 mode
	WHY=
	before
	for mode in native tc; do
		conf "uplink $dev { mode = $mode guest $(guest_of "$link") { port = vif1.0 }
			guest 2001:db8:$link:77::/64 { } }"
		apply || WHY="apply: $OUT"
		# The link may have come up anew: until it has, questions get lost.
		[ -n "$WHY" ] || reach "$link" "$mac" || WHY="not reached"
		[ -n "$WHY" ] || ask_all "$dev" "$link" "$mac"
		[ -z "$WHY" ] || WHY="$mode: $WHY"
		OUT=$(gone) || WHY+="${WHY:+; }$OUT"
		[ -z "$WHY" ] || break
	done
	if [ -z "$WHY" ]; then
		say ok "$dev" whole "each answer byte for byte, native and tc; counters right; guest add, del"
	else
		say FAIL "$dev" whole "$WHY"
	fi
}

# foreign_cases: what depends on the processor, for time is short where it is emulated.
foreign_cases() {
	local mac
	mac=$(card_mac virtio 1)
	# shellcheck disable=SC2034 # read by vlan_modes()
	PRESENT=virtio
	if ! OUT=$(setup); then
		say FAIL setup - "$OUT"
		return
	fi
	without_case
	modes virtio 1 "$mac"
	whole_case virtio 1 "$mac"
	groups_case virtio 1 "$mac"
	heal_case virtio 1 "$mac"
	foreign_case virtio 1 "$mac" clsact
	! at_least 6.6 || foreign_case virtio 1 "$mac" tcx
	modes vethx 11 "$(inner_mac vethx)" native tc
	whole_case vethx 11 "$(inner_mac vethx)"
	vlan_modes virtio 1 88 native tc
	link_cases
}
