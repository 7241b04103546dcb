#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The cases run in one kernel. Everything a case claims is observed from outside: the router's
# neighbour table, frames on the router's end of the cable, the guest's state before and
# after. Silence is never judged by a timeout: a solicitation that must be answered follows on
# the same cable, and then the counters tell what came before. To be sourced.

# say RESULT DEVICE MODE TEXT [CHOSEN [HEARD]]: a line for the reader, one for the table.
say() {
	local text=${4//$'\n'/; }
	printf '%s matrix %s/%s/%s%s\n' "$1" "$SERIES" "$2" "$3" "${text:+ $text}"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$KERNEL" "$2" "$3" "$1" "${5:--}" "${6:--}" "${text:--}" >>"$RESULT"
}

# Where the router of a link is: next to the machine, or inside it for links without a cable.
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

# The device on which the router sees a link; for a VLAN, that of its NIC.
router_if() { # LINK
	case $1 in
	88) echo r1 ;;
	89) echo r4 ;;
	8a) echo r5 ;;
	*) echo "r$1" ;;
	esac
}

# reach LINK MAC: the router resolves the guest by itself, and the guest answers its ping.
reach() {
	local addr dev
	addr=$(guest_of "$1") dev=$(router_if "$1")
	at_router "$1" ip -6 neigh flush dev "$dev" >/dev/null 2>&1
	at_router "$1" ping -q -c 1 -i 0.2 -w 30 "$addr" >/dev/null 2>&1 || return 1
	[[ $(at_router "$1" ip -6 neigh show "$addr" dev "$dev") == *"lladdr $2"* ]]
}

# forlorn LINK: the router gets no answer.
forlorn() {
	local addr dev
	addr=$(guest_of "$1") dev=$(router_if "$1")
	at_router "$1" ip -6 neigh flush dev "$dev" >/dev/null 2>&1
	! at_router "$1" ping -q -c 1 -w 2 "$addr" >/dev/null 2>&1 || return 1
	[[ $(at_router "$1" ip -6 neigh show "$addr" dev "$dev") =~ INCOMPLETE|FAILED ]]
}

# conf TEXT: the configuration in the guest.
conf() {
	vm "printf '%s\n' '$*' >/etc/ndpx.conf"
}

# apply: the guest's `ndpx apply`; its output is in OUT.
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

# gone: `ndpx down`, after which everything is as before. Reports what is left.
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

# before: the state that each case has to restore.
before() {
	vm 'settled && { snap >/tmp/before; true; }'
}

# mode_case DEVICE LINK MAC MODE: DEVICE is the uplink, with "+WHAT" behind it where
# something about it is special. Sets CHOSEN to what came of it.
mode_case() {
	local dev=$1 link=$2 mac=$3 mode=$4 why note heard=-
	CHOSEN=none
	conf "uplink ${dev%+*} { mode = $mode guest $(guest_of "$link") { port = vif1.0 } }"
	if ! apply; then
		CHOSEN=refused
		why=${OUT//$'\n'/; }
		# By the NIC, or on what stands above others by the kernel itself.
		if ! [[ $mode == native && $OUT == *native* ||
			$mode == generic && $OUT == *'strips VLAN tags'* ||
			$mode == generic && $OUT == *'VLAN tags are stripped before generic XDP runs on a '* ]]; then
			say FAIL "$dev" "$mode" "apply: $why" refused
		elif OUT=$(vm left) && [ -n "$OUT" ]; then
			say FAIL "$dev" "$mode" "refused ($why), but left behind: $OUT" refused
		elif [ "$mode" = native ] && must_native "$dev"; then
			say FAIL "$dev" "$mode" "refused ($why), but this driver has it" refused
		else
			say ok "$dev" "$mode" "refused, nothing left: $why" refused
		fi
		return
	fi
	note=$(grep '^ndpx:' <<<"$OUT" | grep -v 'some drivers reset')
	note=${note//$'\n'/; }
	CHOSEN=$(hook)
	if ! reach "$link" "$mac"; then
		why="the router does not reach the guest, with $(counter answered) answered"
		heard=no
	else
		heard=yes
		why=$(wrong_hook "$dev" "$mode" "$CHOSEN")
		[ "$(counter answered)" != 0 ] || why="reached, but nothing counted as answered"
	fi
	OUT=$(gone) || why=${why:+$why; }$OUT
	if [ -n "$why" ]; then
		say FAIL "$dev" "$mode" "$CHOSEN, $why${note:+ ($note)}" "$CHOSEN" "$heard"
	else
		say ok "$dev" "$mode" "$CHOSEN, heard, nothing left${note:+ ($note)}" "$CHOSEN" "$heard"
	fi
}

# at_least VERSION: is the kernel under test this one or newer?
at_least() {
	printf '%s\n%s\n' "$1" "${KERNEL%%[-+ ]*}" | sort -VC
}

# Does the driver have native XDP? What is not named may have it or not.
must_native() { # DEVICE
	case $1 in
	virtio | virtio.88 | port | vethx | tap | igb+* | igb.88+*) true ;;
	vmxnet3+* | vmxnet3.88+*) at_least 6.12 ;;
	bond0) at_least 5.15 ;;
	*) false ;;
	esac
}

# Says what is wrong with what `apply` chose; NATIVE holds what `native` came to on this device.
wrong_hook() { # DEVICE MODE CHOSEN
	local tc=clsact want=
	! at_least 6.6 || tc=tcx
	case $2 in
	auto) [ "${NATIVE:-refused}" = native ] && want=native || want=$tc ;;
	tc) want=$tc ;;
	*) want=$2 ;;
	esac
	[ "$3" = "$want" ] || echo "want $want"
}

# modes DEVICE LINK MAC [MODE...]: native first, for auto has to choose the same.
modes() {
	local dev=$1 link=$2 mac=$3 mode
	NATIVE=
	shift 3
	if [ $# -eq 0 ]; then
		set -- native auto generic tc
		# Each hook on each card, but not each on all where time is short.
		[[ -z $QUICK || $dev == virtio || $dev == e1000e ]] || set -- native auto
	fi
	before || {
		say FAIL "$dev" all "links do not settle"
		return
	}
	for mode; do
		mode_case "$dev" "$link" "$mac" "$mode"
		[ "$mode" != native ] || NATIVE=$CHOSEN
	done
}

# A VLAN device as uplink, while the router speaks with tag 88 alone.
vlan_modes() { # CARD LINK VLAN_LINK [MODE...]
	local card=$1 link=$2 net=$3 tap=r$2
	shift 3
	[[ " $PRESENT " == *" $card "* ]] || return
	lab_in router tc qdisc add dev "$tap" clsact
	lab_bpf router tc filter add dev "$tap" egress bpf da obj "$BUILD/tests/matrix/tag.bpf.o" sec push
	lab_bpf router tc filter add dev "$tap" ingress bpf da obj "$BUILD/tests/matrix/tag.bpf.o" sec pop
	lab_ip router -6 addr add "2001:db8:$net::1/64" dev "$tap" nodad
	if OUT=$(vm "vlan88 $card $net"); then
		modes "$card.88" "$net" "$(card_mac "$card" "$link")" "$@"
		if strips "$card"; then
			vm "ethtool -K $card rxvlan off" >/dev/null
			modes "$card.88+rxvlan-off" "$net" "$(card_mac "$card" "$link")" native auto generic
			vm "ethtool -K $card rxvlan on" >/dev/null
		fi
	else
		say FAIL "$card.88" all "$OUT"
	fi
	vm "ip link del $card.88"
	lab_in router tc qdisc del dev "$tap" clsact
}

BRIDGE_MAC=02:0a:00:00:07:fe

has() { # CARD
	grep -q "^$1 " <<<"$CARDS"
}

setup() {
	local name link model links=
	while read -r name link model; do
		vm_lacks "$model" && continue
		vm "name $(card_mac "$name" "$link") $name" || return 1
		[[ $name == slave* || $name == port ]] || vm "host_addr $name $link" || return 1
		[ "$name" = slave2 ] || links+=" $link"
	done <<<"$CARDS"
	! has slave2 || vm "bond 6" || return
	! has port || vm "bridge 7 $BRIDGE_MAC" || return
	vm "inner_router veth 10 && inner_router vethx 11 xdp && inner_router tap 12" &&
		vm "behind $links 10 11 12 88 89 8a && settled"
}

inner_mac() { # DEVICE
	vm "cat /sys/class/net/$1/address"
}

# A question from outside, by hand: the router's own kernel knows nothing of it.
ASKER=fe80::a11

# question LINK [ndtool's options] TARGET: a solicitation, in hex.
question() {
	"$BUILD/tests/ndtool" ns "${@:2:$#-2}" "$(router_mac "$1")" $ASKER "${!#}"
}

# ask LINK [ndtool's options] TARGET: must be answered; asks again, for a link may have lost it.
ask() {
	local frame dev
	frame=$(question "$@") dev=$(router_if "$1")
	for _ in {1..20}; do
		[ "$(lab_in router "$BUILD/tests/ndtool" exchange "$dev" "$frame" 1500)" = none ] || return 0
	done
	return 1
}

# throw LINK [ndtool's options] TARGET: asks, and waits for nothing.
throw() {
	lab_in router "$BUILD/tests/ndtool" send "$(router_if "$1")" "$(question "$@")"
}

# fence LINK MAC: all that was thrown before has been judged when this is answered.
fence() {
	ask "$1" -p "$2" "$(guest_of "$1")"
}

# The NIC's filter: a group is not heard until it is joined; what ndpx joins is, either way.
groups_case() { # DEVICE LINK MAC
	local dev=$1 link=$2 mac=$3 guest why='' word
	guest=$(guest_of "$link")
	before
	for word in none join allmulti; do
		conf "uplink $dev { groups = $word guest $guest { port = vif1.0 } }"
		apply || why="groups = $word: $OUT"
		case $word in
		none)
			throw "$link" "$guest" && throw "$link" "$guest"
			fence "$link" "$mac" || why="no answer to unicast"
			[ "$(counter answered)" = 0 ] || why="groups = none, but heard: this card does not filter"
			;;
		*) ask "$link" "$guest" || why="groups = $word, but not heard" ;;
		esac
		[ -z "$why" ] || break
	done
	[ -n "$why" ] || why=$(gone)
	vm "ndpx -q down"
	if [ -z "$why" ]; then
		say ok "$dev" groups "none: not heard; join, allmulti: heard; nothing left"
	else
		say FAIL "$dev" groups "$why"
	fi
}

# auto: a prefix needs allmulticast; a link that went down and up needs the next apply.
heal_case() { # DEVICE LINK MAC
	local dev=$1 link=$2 guest why=''
	guest=$(guest_of "$link")
	# What the kernel itself forgets when a link goes down is not ours to keep.
	vm "ip link set $dev down; ip link set $dev up"
	before
	conf "uplink $dev { guest $guest { port = vif1.0 } }"
	apply || why=$OUT
	vm "ip link set $dev down; ip link set $dev up; settled"
	apply || why=$OUT
	ask "$link" "$guest" || why="link down, up, apply: not heard"
	conf "uplink $dev { guest $guest { port = vif1.0 } guest 2001:db8:$link:77::/64 { } }"
	apply || why=$OUT
	ask "$link" "2001:db8:$link:77::abcd" || why="prefix: not heard"
	[ "$(status .allmulti)" = true ] || why="prefix: no allmulticast"
	OUT=$(gone) || why=${why:+$why; }$OUT
	if [ -z "$why" ]; then
		say ok "$dev" heal "heard again after link down, up, apply; a prefix by allmulticast; nothing left"
	else
		say FAIL "$dev" heal "$why"
	fi
}

# Another program at the hook stays and keeps working: kind is clsact or tcx.
foreign_case() { # DEVICE LINK MAC KIND
	local dev=$1 link=$2 mac=$3 kind=$4 why='' ran=0 now
	case $kind in
	clsact)
		vm "tc qdisc add dev $dev clsact && tc filter add dev $dev ingress pref 10 bpf da obj /pass.o sec tc &&
			tc filter add dev $dev ingress pref 100 bpf da obj /pass.o sec tc" >/dev/null
		;;
	tcx) vm "foreign attach $dev /sys/fs/bpf/foreign" || why='no foreign program' ;;
	esac
	before
	conf "uplink $dev { mode = tc guest $(guest_of "$link") { port = vif1.0 } }"
	if ! apply || ! apply; then
		why=$OUT
	elif ! reach "$link" "$mac"; then
		why="the router does not reach the guest"
	elif OUT=$(wrong_hook "$dev" tc "$(hook)") && [ -n "$OUT" ]; then
		why=$OUT
	fi
	OUT=$(gone) || why=${why:+$why; }$OUT
	if [ "$kind" = tcx ]; then
		ran=$(vm "foreign runs /sys/fs/bpf/foreign") || why="the foreign program is gone: $ran"
		fence_foreign "$link" "$mac"
		now=$(vm "foreign runs /sys/fs/bpf/foreign")
		[ "$now" -gt "$ran" ] 2>/dev/null || why="the foreign program does not run after down"
	fi
	vm "rm -f /sys/fs/bpf/foreign; tc qdisc del dev $dev clsact 2>/dev/null" >/dev/null
	if [ -z "$why" ]; then
		say ok "$dev" "foreign-$kind" "both run; the foreign one survives apply and down"
	else
		say FAIL "$dev" "foreign-$kind" "$why"
	fi
}

# A frame that the guest's kernel itself answers, so that it was received for sure.
fence_foreign() { # LINK MAC
	lab_in router ping -q -c 1 -i 0.2 -w 30 "2001:db8:$1::3" >/dev/null
}

# The slave in use loses its carrier while the router asks.
bond_case() {
	local active why='' mac
	mac=$(card_mac slave1 6)
	before
	conf "uplink bond0 { guest $(guest_of 6) { port = vif1.0 } }"
	apply || why=$OUT
	active=$(vm "cat /sys/class/net/bond0/bonding/active_slave")
	vm_monitor "set_link card-$active off"
	reach 6 "$mac" || why="no answer after $active lost its link"
	[ "$(vm "cat /sys/class/net/bond0/bonding/active_slave")" != "$active" ] ||
		why="${why:-the bond did not move}"
	vm_monitor "set_link card-$active on"
	CHOSEN=$(hook)
	vm "settled; tries=0; until ip link set bond0 type bond active_slave $active || [ \$tries = 50 ]; do
		tries=\$((tries + 1)); sleep 0.2; done" >/dev/null 2>&1
	OUT=$(gone) || why=${why:+$why; }$OUT
	if [ -z "$why" ]; then
		say ok bond0 failing "$CHOSEN: answered by the other slave, nothing left"
	else
		say FAIL bond0 failing "$why"
	fi
}

# Frames of 9000 bytes: native where driver and kernel take them, else TC; they get through all the same.
jumbo_case() { # DEVICE LINK MAC
	local dev=$1 link=$2 mac=$3 why='' note tap taps
	taps=$(router_if "$link")
	[ "$dev" != bond0 ] || taps="r-slave1 r-slave2 $taps"
	for tap in $taps; do
		lab_ip router link set "$tap" mtu 9000
	done
	if ! OUT=$(vm "ip link set $dev mtu 9000 && ip link set vif1.0 mtu 9000 && ip -n guest link set eth0 mtu 9000"); then
		say SKIP "$dev" jumbo "the card takes no MTU of 9000: $OUT"
	elif ! vm settled || ! lab_in router ping -q -c 1 -i 0.2 -w 30 "2001:db8:$link::3" >/dev/null; then
		say FAIL "$dev" jumbo "the link does not come back with an MTU of 9000"
	elif ! lab_in router ping -q -c 1 -i 0.2 -s 8900 -w 10 "2001:db8:$link::3" >/dev/null; then
		say SKIP "$dev" jumbo "this emulated card loses 8900 bytes without ndpx as well"
	else
		before
		conf "uplink $dev { guest $(guest_of "$link") { port = vif1.0 } }"
		apply || why=$OUT
		note=$(grep '^ndpx:' <<<"$OUT" | grep -v 'some drivers reset')
		CHOSEN=$(hook)
		reach "$link" "$mac" || why="not reached"
		lab_in router ping -q -c 1 -i 0.2 -s 8900 -w 30 "$(guest_of "$link")" >/dev/null ||
			why="${why:-a ping of 8900 bytes does not get through}"
		OUT=$(gone) || why=${why:+$why; }$OUT
		if [ -z "$why" ]; then
			say ok "$dev" jumbo "$CHOSEN, heard, 8900 bytes pass, nothing left${note:+ ($note)}" "$CHOSEN" yes
		else
			say FAIL "$dev" jumbo "$CHOSEN: $why${note:+ ($note)}" "$CHOSEN" no
		fi
	fi
	vm "ip link set $dev mtu 1500; ip link set vif1.0 mtu 1500; ip -n guest link set eth0 mtu 1500"
	for tap in $taps; do
		lab_ip router link set "$tap" mtu 1500
	done
}

# strips DEVICE: takes VLAN tags out of what it receives.
strips() {
	[[ $(vm "ethtool -k $1") == *'rx-vlan-offload: on'* ]]
}

# P7: an untagged uplink is asked with tag 88, by multicast and unicast, and never answers,
# on any hook. Promiscuous, so that no filter of the NIC does our work.
vlan_leak_case() { # DEVICE LINK MAC
	local dev=$1 link=$2 mac=$3 guest why='' got='' strip mode judged
	guest=$(guest_of "$link")
	vm "ip link set $dev promisc on"
	before
	for strip in on off; do
		vm "ethtool -K $dev rxvlan $strip; settled" >/dev/null
		for mode in native generic tc; do
			[ "$strip,$mode" != off,tc ] || continue
			conf "uplink $dev { mode = $mode guest $guest { port = vif1.0 } }"
			apply || continue
			throw "$link" -v 88 "$guest" && throw "$link" -v 88 -p "$mac" "$guest"
			if ! fence "$link" "$mac"; then
				why="$mode, rxvlan $strip: no answer to an untagged question"
			else
				# Seen, and judged as of a VLAN without guests: both, and nothing else came of them.
				judged=$(counter no_guest)
				[ "$judged" = 2 ] && [ "$(counter answered)" = 0 ] ||
					why="$mode, rxvlan $strip: $judged of 2 questions of VLAN 88 left alone"
				got+=", $mode with rxvlan $strip"
			fi
			vm "ndpx -q down"
		done
	done
	vm "ethtool -K $dev rxvlan on" >/dev/null
	OUT=$(gone) || why=${why:-$OUT}
	vm "ip link set $dev promisc off"
	if [ -z "$why" ]; then
		say ok "$dev" wrong-vlan "no answer to VLAN 88${got/,/:}; the rest is refused"
	else
		say FAIL "$dev" wrong-vlan "$why"
	fi
}

# Without ndpx every router asks in vain, or its later success would prove nothing.
without_case() {
	local link why='' job jobs=()
	# shellcheck disable=SC2013 # words are wanted
	for link in $(awk '!seen[$2]++ { print $2 }' <<<"$CARDS"); do
		lab_ip router link show "r$link" >/dev/null 2>&1 || continue
		forlorn "$link" &
		jobs+=($!)
	done
	for link in 10 11 12; do
		forlorn "$link" || why+=" $link"
	done
	for job in "${jobs[@]}"; do
		wait "$job" || why+=" of the outer links"
	done
	if [ -z "$why" ]; then
		say ok all without "each router's entry is INCOMPLETE or FAILED"
	else
		say FAIL all without "a router reached a guest without ndpx, or has no entry: $why"
	fi
}

# wanted CASE DEVICE: is it worth its time? All is, unless it is short.
wanted() {
	case $1/$2 in
	wrong-vlan/fixed | foreign/fixed | foreign/e1000) return 1 ;;
	esac
	[ -n "$QUICK" ] || return 0
	case $1/$2 in
	*/fixed) false ;;
	groups/*) true ;;
	wrong-vlan/e1000 | */e1000) false ;;
	foreign/*) [[ $2 == virtio || $2 == e1000e ]] ;;
	whole/*) false ;;
	heal/bond0) false ;;
	esac
}

cases() {
	local name link model dev mac mode
	PRESENT=
	while read -r name link model; do
		if vm_lacks "$model"; then
			say SKIP "$name" all "this QEMU has no $model"
		else
			PRESENT+=" $name"
		fi
	done <<<"$CARDS"
	if ! OUT=$(setup); then
		say FAIL setup - "$OUT"
		return
	fi
	without_case
	while read -r name link model; do
		[[ " $PRESENT " == *" $name "* ]] || continue
		dev=$name mac=$(card_mac "$name" "$link")
		case $name in
		slave1) dev=bond0 ;;
		slave2) continue ;;
		port) mac=$BRIDGE_MAC ;;
		esac
		modes "$dev" "$link" "$mac"
		[ "$name" != port ] || continue # a bridge hears all
		[ "$dev" != virtio ] || ! wanted whole "$dev" || whole_case "$dev" "$link" "$mac"
		! wanted groups "$dev" || groups_case "$dev" "$link" "$mac"
		! wanted heal "$dev" || heal_case "$dev" "$link" "$mac"
		! wanted jumbo "$dev" || jumbo_case "$dev" "$link" "$mac"
		! wanted wrong-vlan "$dev" || vlan_leak_case "$dev" "$link" "$mac"
		if wanted foreign "$dev"; then
			foreign_case "$dev" "$link" "$mac" clsact
			! at_least 6.6 || foreign_case "$dev" "$link" "$mac" tcx
		fi
		[ "$dev" != bond0 ] || bond_case
		if [[ $dev == vmxnet3 || $dev == igb ]]; then
			vm "ethtool -K $dev rxvlan off" >/dev/null
			modes "$dev+rxvlan-off" "$link" "$mac" native auto
			vm "ethtool -K $dev rxvlan on" >/dev/null
		fi
	done <<<"$CARDS"
	# Native on a veth whose peer has no XDP loses its answers; asked for, it is done, with a warning.
	modes veth 10 "$(inner_mac veth)" auto generic tc
	modes vethx 11 "$(inner_mac vethx)"
	modes tap 12 "$(inner_mac tap)"
	vlan_modes virtio 1 88
	vlan_modes e1000e 4 89
	vlan_modes vmxnet3 5 8a
	link_cases
}
