#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What is tried in one kernel. Everything a case claims is read from outside: the router's
# neighbour table, frames on the router's end of the cable, the guest's state before and
# after. No silence is judged by a clock: a question that must be answered follows it on
# the same cable, and then the counters tell what came before. To be sourced.

# say RESULT DEVICE MODE TEXT [CHOSEN [HEARD]]: a line for the reader, one for the table.
say() {
	printf '%s matrix %s/%s/%s%s\n' "$1" "$SERIES" "$2" "$3" "${4:+ $4}"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$KERNEL" "$2" "$3" "$1" "${5:--}" "${6:--}" "${4:--}" >>"$RESULT"
}

# Where the router of a link stands: beside the machine, or for what has no cable inside it.
at_router() { # LINK COMMAND...
	local link=$1
	shift
	case $link in
	1[0-9]) vm "ip netns exec router $*" ;;
	*) lab_in router "$@" ;;
	esac
}

guest_of() { # LINK
	printf '2001:db8:%s::34' "$1"
}

# The tap on which the router sees a link; a VLAN is seen on its card's.
router_if() { # LINK
	case $1 in
	88) echo r1 ;;
	89) echo r4 ;;
	*) echo "r$1" ;;
	esac
}

# reach LINK MAC: the router resolves the guest by itself, and the guest answers its ping.
reach() {
	local addr dev
	addr=$(guest_of "$1") dev=$(router_if "$1")
	at_router "$1" ip -6 neigh flush dev "$dev" >/dev/null 2>&1
	at_router "$1" ping -q -c 2 -i 0.2 -w 30 "$addr" >/dev/null 2>&1 || return 1
	at_router "$1" ip -6 neigh show "$addr" dev "$dev" | grep -q "lladdr $2"
}

# forlorn LINK: the router asks in vain.
forlorn() {
	local addr dev
	addr=$(guest_of "$1") dev=$(router_if "$1")
	at_router "$1" ip -6 neigh flush dev "$dev" >/dev/null 2>&1
	! at_router "$1" ping -q -c 1 -w 2 "$addr" >/dev/null 2>&1 || return 1
	at_router "$1" ip -6 neigh show "$addr" dev "$dev" | grep -qE 'INCOMPLETE|FAILED'
}

# conf TEXT: the configuration in the guest.
conf() {
	vm "printf '%s\n' '$*' >/etc/ndpx.conf"
}

# apply: the guest's `ndpx apply`; what it says is in OUT.
apply() {
	OUT=$(vm "ndpx -c /etc/ndpx.conf apply")
}

# status JQ: a word of `ndpx -j status`.
status() {
	vm "ndpx -j status" | jq -r ".uplinks[0] | $1"
}

counter() { # VERDICT
	vm "ndpx metrics" | sed -n "s/^ndpx_solicitations_total{.*verdict=\"$1\"} //p"
}

# hook: mode and hook of the only uplink, as the table says it.
hook() {
	status 'if .attached then (if .mode == "tc" then .hook else .mode end) else "none" end'
}

# gone: `ndpx down`, and nothing else is as it was not before. Says what is left.
gone() {
	OUT=$(vm "ndpx down") || {
		echo "down: $OUT"
		return 1
	}
	OUT=$(vm left)
	[ -z "$OUT" ] || {
		echo "left behind: $OUT"
		return 1
	}
}

# mode_case DEVICE LINK MAC MODE [UPLINK]: sets CHOSEN to what came of it.
mode_case() {
	local dev=$1 link=$2 mac=$3 mode=$4 why
	CHOSEN=none
	vm 'snap >/tmp/before'
	conf "uplink ${5:-$dev} { mode = $mode guest $(guest_of "$link") { port = vif1.0 } }"
	if ! apply; then
		why=${OUT//$'\n'/; }
		if ! [[ $mode == native && $OUT == *"native"* ]]; then
			say FAIL "$dev" "$mode" "apply: $why"
		elif ! OUT=$(vm left) || [ -n "$OUT" ]; then
			say FAIL "$dev" "$mode" "refused ($why), but left behind: $OUT"
		else
			say ok "$dev" "$mode" "refused, nothing left: $why" refused
		fi
		return
	fi
	note=$(grep '^ndpx:' <<<"$OUT")
	CHOSEN=$(hook)
	if ! reach "$link" "$mac"; then
		say FAIL "$dev" "$mode" "$CHOSEN, but the router does not reach the guest; $(counter answered) answered" "$CHOSEN" no
	elif [ "$(counter answered)" = 0 ]; then
		say FAIL "$dev" "$mode" "$CHOSEN, reached, but nothing counted as answered" "$CHOSEN" yes
	elif ! why=$(gone); then
		say FAIL "$dev" "$mode" "$CHOSEN, $why" "$CHOSEN" yes
		return
	else
		say ok "$dev" "$mode" "$CHOSEN, heard, nothing left${note:+ (${note//$'\n'/; })}" "$CHOSEN" yes
		return
	fi
	vm "ndpx down" >/dev/null
}

setup() {
	local name link model links=
	while read -r name link model; do
		if vm_lacks "$model"; then
			say SKIP "$name" all "this QEMU has no $model"
			continue
		fi
		vm "name $(card_mac "$name" "$link") $name" || return 1
		[[ $name == slave* || $name == port ]] || vm "host_addr $name $link" || return 1
		[ "$name" = slave2 ] || links+=" $link"
	done <<<"$CARDS"
	vm "behind $links && settled"
}

cases() {
	local dev link mode
	if ! OUT=$(setup); then
		say FAIL setup - "$OUT"
		return
	fi
	for mode in auto native generic tc; do
		mode_case virtio 1 "$(card_mac virtio 1)" $mode
	done
}
