#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# All rows of PROTOCOL.md that concern uplinks as real frames, in every mode, configured by file:
# checks answers, silence, what the host's kernel sees, and counters. The rows are in
# tests/rows/, their runner in tests/on_wire/.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

WIRE=${WIRE:-$TOP/build/tests/wire}
if ! [ -x "$WIRE" ]; then
	WIRE=$WORK/wire
	cc -std=gnu11 -O1 -D_GNU_SOURCE -I"$TOP/include" -I"$TOP/tests/rows" -o "$WIRE" \
		"$TOP"/tests/on_wire/*.c "$TOP"/tests/rows/*.c -lbpf
fi
SENTINEL=2001:db8:5e::1 # as in wire.h
SENTINEL_MAC=02:00:00:00:5e:01

lab_add router
lab_add host
# Suppress the kernels' own frames, which are not part of the rows.
lab_set router net/ipv6/conf/default/disable_ipv6 1
lab_set host net/ipv6/conf/default/addr_gen_mode 1
lab_set host net/ipv6/conf/all/forwarding 1
net_wire eth0
lab_ip host link add vif0 type veth peer name vif0p
lab_ip host link set vif0 up
lab_ip host link set vif0p up
lab_ip host route add 2001:db8:5e::/64 dev eth0
lab_ip host neigh add "$SENTINEL" lladdr "$SENTINEL_MAC" dev eth0 nud permanent
# The host's kernel may send nothing but the reply to the sentinel: otherwise it would answer
# for its own addresses, report broken packets and forward what ndpx passes. What passed the
# hook is observed by a packet socket on eth0 for XDP; for TC, which runs after packet sockets,
# by a copy. (After generic XDP the kernel's copies lack the Ethernet header, because the
# frame's mac_len is lost there.)
lab_ip host link add seen0 type veth peer name seen1
lab_set host net/ipv6/conf/seen0/disable_ipv6 1
lab_set host net/ipv6/conf/seen1/disable_ipv6 1
lab_ip host link set seen0 up
lab_ip host link set seen1 up
lab_in host nft -f - <<-EOF
	table ip6 quiet {
		chain out {
			type filter hook output priority 0; policy drop;
			oifname "eth0" ip6 daddr $SENTINEL icmpv6 type echo-reply accept
		}
		chain forward { type filter hook forward priority 0; policy drop; }
	}
	table netdev behind {
		chain in {
			type filter hook ingress device "eth0" priority 0;
			dup to "seen0"
		}
	}
EOF

IFINDEX=$(lab_ip host -j link show eth0 | jq -r '.[0].ifindex')

# behind MODE: the device on which a packet socket hears what passed the hook.
behind() {
	case $1 in
	tc) echo seen1 ;;
	*) echo eth0 ;;
	esac
}

# own ENV: gives the host exactly these addresses.
own() {
	local addr
	lab_ip host -6 addr flush dev eth0
	while read -r addr; do
		lab_ip host addr add "$addr/64" dev eth0 nodad noprefixroute
	done < <("$WIRE" own "$1")
}

rows() {
	local env word name paused
	while read -r env word name; do
		paused=()
		[ "$word" = - ] || paused=("$word")
		"$WIRE" conf "$env" "$1" >"$WORK/ndpx.conf"
		own "$env"
		status 0 ndpx apply "${paused[@]}"
		if ! lab_in router "$WIRE" run "$env" eth0 "$(netns_dir)/$IFINDEX/counters" \
			"/run/netns/$(lab_name host)" "$(behind "$1")" >"$WORK/rows"; then
			cat "$WORK/rows" >&2
			bad+=("$2: $name")
		else
			cat "$WORK/rows"
		fi
		# A pause survives the next apply.
		[ "$word" = - ] || status 0 ndpx resume dev eth0
	done < <("$WIRE" envs)
}

"$WIRE" conf 0 native | sed -n 's/^ *# left out: /not in a file: /p'
bad=()
for mode in native generic tc; do
	note "mode $mode"
	rows "$mode" "$mode"
	status 0 ndpx down
done
note "mode tc, by clsact"
export NDPX_TC=clsact
rows tc clsact
status 0 ndpx down
[ ${#bad[@]} = 0 ] || fail "rows failed in: $(printf '%s; ' "${bad[@]}")"
