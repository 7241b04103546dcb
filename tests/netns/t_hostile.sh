#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# thc-ipv6 and our own flood attack the uplink from another port of the switch, while a real
# router keeps resolving the guests: it never fails, nothing is answered that must not be, and
# nothing breaks. Only ndpx is under attack: frames reach neither the router nor the host's
# kernel, whose neighbour table, shared by all namespaces, would overflow first.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

command -v atk6-fuzz_ip6 >/dev/null || skip "thc-ipv6 is not installed"

G1=$LAB_GUEST1 G2=$LAB_GUEST2
HEX1=0x28000110000200000000000000000034 # G1 and G2, for nft
HEX2=0x28000110000200000000000000000036
EVIL_MAC=02:00:00:00:0b:ad
EVIL=${LAB_PREFIX}bad
ALL=ff02::1
EACH=0.6 # seconds a tool; the fast ones throw 100,000 frames in that time

lab_up "$TAG"
lab_add attacker
lab_wire attacker eth0 switch attacker "$EVIL_MAC"
lab_plug attacker
lab_ip attacker addr add "$EVIL/64" dev eth0
# A network behind a guest, as a target for ndpexhaust26.
lab_ip attacker route add 2800:110:f::/64 via "$G1" dev eth0
lab_set switch net/ipv6/conf/br0/disable_ipv6 1
# A switch with port security at the attacker, as data centres have it: its spoofed MACs
# must not steal the router's place, nor its floods fill the router's cable.
lab_in switch bridge link set dev attacker learning off isolated on
lab_in switch bridge link set dev router isolated on flood off
lab_in host nft -f - <<-EOF
	table inet quiet {
		chain pre {
			type filter hook prerouting priority -300;
			iifname "eth0" ether saddr != $LAB_ROUTER_MAC drop
		}
	}
EOF

# The switch checks every frame on the host's cable. NAs for the host's own addresses are its
# kernel's. Anything wrong is counted and copied to bad0.
OWN_LL=$(lab_ip host -j addr show dev eth0 scope link | jq -r '.[].addr_info[]?.local // empty')
lab_ip switch link add bad0 type veth peer name bad1
for dev in bad0 bad1; do
	lab_set switch "net/ipv6/conf/$dev/disable_ipv6" 1
	lab_ip switch link set "$dev" up
done
lab_in switch nft -f - <<-EOF
	table netdev watch {
		counter thrown { }
		counter askable { }
		counter answers { }
		counter bad { }
		chain attacker {
			type filter hook ingress device "attacker" priority 0;
			counter name thrown
			# sendpees6 uses source MACs that no switch accepts.
			ether saddr & 01:00:00:00:00:00 != 00:00:00:00:00:00 ether saddr set $EVIL_MAC
			ether daddr ff:ff:ff:ff:ff:ff ether daddr set $LAB_HOST_MAC
		}
		chain to_host {
			type filter hook egress device "host" priority 0;
			ip6 nexthdr icmpv6 ip6 hoplimit 255 icmpv6 type nd-neighbor-solicit icmpv6 code 0 \
				@th,64,128 { $HEX1, $HEX2 } counter name askable
		}
		chain wrong {
			counter name bad dup to "bad0"
		}
		chain advertisement {
			ether saddr != $LAB_HOST_MAC goto wrong
			ip6 saddr { $LAB_HOST, $OWN_LL } accept
			@th,64,128 != { $HEX1, $HEX2 } goto wrong
			counter name answers
			ip6 hoplimit != 255 goto wrong
			ip6 length != 32 goto wrong
			ip6 nexthdr != icmpv6 goto wrong
			icmpv6 code != 0 goto wrong
			@th,192,64 != 0x02010200000000fe goto wrong
			ether daddr 33:33:00:00:00:01 ip6 daddr $ALL @th,32,32 0 accept
			ether daddr & 01:00:00:00:00:00 != 00:00:00:00:00:00 goto wrong
			ether daddr { 00:00:00:00:00:00, $LAB_HOST_MAC } goto wrong
			ip6 daddr { ::, ff00::/8, $LAB_HOST, $OWN_LL, $G1, $G2 } goto wrong
			@th,32,32 != 0x40000000 goto wrong
		}
		chain from_host {
			type filter hook ingress device "host" priority 0;
			ether type { vlan, 8021ad } goto wrong
			icmpv6 type nd-neighbor-advert goto advertisement
		}
	}
EOF

# seen COUNTER: frames that nft counted.
seen() {
	lab_in switch nft list counter netdev watch "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# The router: forgets, resolves, pings, with its three attempts one second apart. One line per
# round: ms, or "lost".
router_goes_on() {
	local n=0 guest start
	trap - EXIT
	set +e
	while [ -e "$WORK/going" ]; do
		n=$((n + 1))
		[ $((n % 2)) = 0 ] && guest=$G1 || guest=$G2
		lab_ip router -6 neigh flush dev eth0
		start=${EPOCHREALTIME/./}
		if lab_in router ping -n -q -c1 -i0.3 -w4 "$guest" >/dev/null 2>&1; then
			echo $(((${EPOCHREALTIME/./} - start) / 1000))
		else
			echo lost
		fi >>"$WORK/rounds"
		sleep 0.2
	done
}

# An occasional duplicate address detection by the host, for tools that wait for one.
host_detects() {
	local ns
	trap - EXIT
	set +e
	ns=$("$NDTOOL" ns "$LAB_HOST_MAC" :: "$G1")
	while [ -e "$WORK/going" ]; do
		lab_in host "$NDTOOL" send eth0 "$ns" >/dev/null 2>&1
		sleep 0.2
	done
}

# answered: the program's answers according to `stats`, which must work under attack.
answered() {
	ndpx -j stats | jq '.uplinks[0].counters | .answered + .answered_dad + .answered_probe'
}

# tally: frames sent, solicitations for a guest that reached the host's cable, answers
# according to the program, rounds of the router. Read in this order before an attack and in
# reverse after it, so that no answer is counted without its solicitation.
tally() {
	local said
	if [ "$1" = before ]; then
		THROWN=$(seen thrown) ASKED=$(seen askable) SAID=$(answered)
		ROUNDS=$(wc -l <"$WORK/rounds")
	else
		said=$(answered)
		SAID=$((said - SAID)) ASKED=$(($(seen askable) - ASKED))
		THROWN=$(($(seen thrown) - THROWN))
		tail -n "+$((ROUNDS + 1))" "$WORK/rounds" >"$WORK/these"
	fi
}

# attack NAME COMMAND...: runs it and reports the result.
attack() {
	local name=$1 sent
	name=${name//$G1/G1} name=${name//$G2/G2}
	shift
	round "$MODE, $name"
	tally before
	lab_in attacker "$@" >"$WORK/tool" 2>&1 </dev/null || true
	status 0 ndpx status
	sent=$(seen answers)
	[ "$sent" -le "$(answered)" ] || fail "more answers seen than counted: $sent"
	tally after
	printf '%-6s %-40s %7d thrown %7d asked %7d answered %3d resolved, %d late, %d lost\n' \
		"$MODE" "$name" "$THROWN" "$ASKED" "$SAID" "$(grep -vc lost "$WORK/these")" \
		"$(awk '$1 != "lost" && $1 > 900' "$WORK/these" | wc -l)" \
		"$(grep -c lost "$WORK/these")"
	if [ "$THROWN" = 0 ]; then
		cat "$WORK/tool" >&2
		fail "nothing was thrown"
	fi
	[ "$SAID" -le "$ASKED" ] || fail "$SAID answers, $ASKED solicitations for a guest"
	if [ "$(seen bad)" != 0 ]; then
		sleep 0.2
		head -3 "$WORK/bad" >&2
		fail "$(seen bad) frames that must not be"
	fi
}

# tool ARGS...: one of thc-ipv6, for EACH seconds.
tool() {
	attack "$*" timeout -k 1 "$EACH" "atk6-$1" "${@:2}"
}

# slow SECONDS ARGS...: one that needs longer, after the others.
slow() {
	net_job attacker timeout -k 1 "$1" "atk6-$2" "${@:3}" >/dev/null 2>&1 </dev/null
}

throw_all() {
	local n opt
	slow 20 implementation6 -p eth0 "$G1"
	slow 20 randicmp6 eth0 "$G2"
	for n in 1 2 3 4 5 6 7; do
		slow 6 denial6 eth0 "$G1" "$n" # waits for five seconds first
	done
	for opt in '' -H -F -D; do
		tool fake_solicitate6 ${opt:+"$opt"} eth0 "$G1"
	done
	tool flood_solicitate6 eth0
	tool flood_solicitate6 eth0 "$G1" "$ALL"
	tool flood_solicitate6 eth0 "$G1" "$G1"
	tool flood_solicitate6 -k eth0 "$G2" ff02::1:ff00:36
	tool flood_solicitate6 -a eth0 "$G1" "$ALL"
	tool ndpexhaust26 -R -p eth0 2800:110:f::
	tool dos-new-ip6 eth0
	tool dos-new-ip6 -S eth0
	tool fuzz_ip6 -a -2 -x eth0 "$G1" "$G1"
	tool fuzz_ip6 -a -2 -I eth0 "$G1" "$G1"
	tool fuzz_ip6 -a -2 -R eth0 "$ALL" "$G1"
	tool fuzz_ip6 -a -3 -I eth0 "$G1" "$G1"
	tool fuzz_ip6 -a -1 -I -F -D -H eth0 "$G1" "$G1"
	tool fragmentation6 -p eth0 "$G1"
	tool fragmentation6 -p -f eth0 "$G1" 1
	tool sendpees6 eth0 512 "$LAB_PREFIX" "$G1"
	tool flood_advertise6 eth0
	tool flood_advertise6 -k eth0 "$G1"
	tool fake_advertise6 -w 0 -n 1000 eth0 "$G1" "$G1"
	tool flood_router26 -F eth0
	tool flood_mld26 eth0
	tool exploit6 eth0 "$G1"
}

# Ours: valid solicitations only, each of which must be answered.
flood() {
	local n=$1
	shift
	attack "flood $*" timeout -k 1 "$n" "$NDTOOL" flood "$@" eth0 02:00:00:00:0b:ae \
		fe80::bae "$G1,$G2" 0
}

hostile() {
	MODE=$1
	conf <<-EOF
		uplink eth0 {
		    mode = $1
		    guest $G1 { port = vif1.0 }
		    guest $G2 { port = vif2.0 }
		}
	EOF
	status 0 ndpx apply
	: >"$WORK/going"
	: >"$WORK/rounds"
	lab_in switch nft reset counters table netdev watch >/dev/null
	router_goes_on &
	JOBS+=($!)
	router=$!
	host_detects &
	JOBS+=($!)
	throw_all
	flood 2
	flood 2 -p "$LAB_HOST_MAC"
	rm "$WORK/going"
	wait "$router"
	round "$MODE"
	note "$(grep -vc lost "$WORK/rounds") of $(wc -l <"$WORK/rounds") resolutions, the slowest took \
$(sort -n "$WORK/rounds" | tail -1) ms, $(awk '$1 > 900' "$WORK/rounds" | wc -l) over 900 ms"
	assert_has_not "$WORK/rounds" lost
	[ "$(wc -l <"$WORK/rounds")" -ge 40 ] || fail "the router hardly ran"
	# The hosting switch: no other MAC than the host's left it.
	assert_eq "frames that the switch dropped" "$(lab_dropped)" 0
	status 0 ndpx -j status
	assert_json "$WORK/out" '.uplinks[0].attached'
	status 0 ndpx -j stats
	jq -c '.uplinks[0].counters | with_entries(select(.value != 0))' "$WORK/out"
}

net_job switch "$NDTOOL" sniff bad1 300000 >"$WORK/bad"
TAINTED=$(cat /proc/sys/kernel/tainted)
in_modes hostile
round ''
# A kernel oops or warning shows up here.
assert_eq "the kernel's taint" "$(cat /proc/sys/kernel/tainted)" "$TAINTED"
