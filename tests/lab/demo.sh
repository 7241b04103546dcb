#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `sudo make demo`: shows in the lab what ndpx is for, with a line of explanation per step.
# Every step is checked: an unexpected result ends the demo with status 1. It leaves nothing
# behind, even if interrupted.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NDPX=${NDPX:-$HERE/../../build/ndpx}
# shellcheck source=/dev/null
. "$HERE/lab.sh"

TAG=demo$$
WORK=
BPFFS=/sys/fs/bpf/ndpx-demo-$$
STEP=0

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' OFF=$'\e[0m'
else
	BOLD='' DIM='' RED='' GREEN='' OFF=''
fi

step() {
	STEP=$((STEP + 1))
	printf '\n%s%2d. %s%s\n' "$BOLD" "$STEP" "$*" "$OFF"
}

good() {
	printf '    %s✓ %s%s\n' "$GREEN" "$*" "$OFF"
}

fail() {
	printf '    %s✗ %s%s\n' "$RED" "$*" "$OFF"
	exit 1
}

indent() {
	sed 's/^/      /'
}

# typed WHERE COMMAND...: prints the command as one would type it there.
typed() {
	printf '    %s%s#%s %s\n' "$DIM" "$1" "$OFF" "${*:2}"
}

# show WHERE COMMAND...: prints the command, runs it, shows its output.
show() {
	local where=$1 status=0
	typed "$@"
	shift
	case $1 in
	ndpx) shift && ndpx "$@" >"$WORK/out" 2>&1 || status=$? ;;
	*) lab_in "$where" "$@" >"$WORK/out" 2>&1 || status=$? ;;
	esac
	grep -v '^$' "$WORK/out" | indent || true
	return "$status"
}

# ndpx runs on the host, with its own pin directory.
ndpx() {
	"$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" -c "$WORK/ndpx.conf" "$@"
}

has() {
	grep -qE -- "$1" "$WORK/out"
}

cleanup() {
	[ -z "$WORK" ] || rm -rf "$WORK"
	lab_down "$TAG"
	[ ! -d "$BPFFS" ] || rm -rf "$BPFFS"
	WORK=''
}

leave() {
	local status=$?
	trap - EXIT
	cleanup
	if [ "$status" -ne 0 ]; then
		printf '\n%sThe demo failed; its namespaces and pins are gone.%s\n' "$RED" "$OFF"
	fi
	exit "$status"
}

prepare() {
	local tool
	[ "$(id -u)" = 0 ] || { echo "demo: needs root: sudo make demo" >&2; exit 1; }
	own_mounts "$0" "$@" || { echo "demo: $MOUNTS_WHY" >&2; exit 1; }
	[ -x "$NDPX" ] || { echo "demo: $NDPX is missing: make" >&2; exit 1; }
	for tool in ip nft tcpdump ping clang nsenter; do
		command -v "$tool" >/dev/null ||
			{ echo "demo: $tool is missing: sudo make deps" >&2; exit 1; }
	done
	trap leave EXIT
	trap 'exit 130' INT TERM HUP
	WORK=$(mktemp -d /tmp/ndpx-demo.XXXXXX)
	cat >"$WORK/ndpx.conf" <<-EOF
		uplink eth0 {
		    guest $LAB_GUEST1 { port = vif1.0 }
		    guest $LAB_GUEST2 { port = vif2.0 }
		    guest $LAB_GUEST3 { port = tap3.0 }
		}
		ports "[vt]*.0" {
		    gateway = { $LAB_ROUTER, fe80::1 }
		    onlink  = { ${LAB_PREFIX}/64 }
		}
	EOF
}

raise() {
	cat <<-'EOF'

		 router ── switch port, 1 MAC ── eth0 [ndpx] host ──┬── vif1.0 [ndpx] ── guest1 2800:110:2::34
		 2800:110:2::1                   2800:110:2::3      ├── vif2.0 [ndpx] ── guest2 2800:110:2::36
		                                                    └── tap3.0 [ndpx] ── guest3 2800:110:2::38
	EOF
	step "A data centre out of network namespaces: a router, a switch, a host, three guests."
	lab_up_plain "$TAG"
	show host ip -br link
	show router ping -c1 -W1 "$LAB_HOST" || fail "the router does not reach the host"
	good "the router reaches the host itself"
}

old_way() {
	local before after
	step "The old way: guest1 bridged onto the wire. The switch port admits the host's MAC alone."
	before=$(lab_dropped)
	lab_bridge_vif vif1.0
	if show guest1 ping -c2 -i0.3 -W1 "$LAB_ROUTER"; then
		fail "a bridged guest got through the switch"
	fi
	show switch nft list counter bridge port_security dropped
	after=$(lab_dropped)
	lab_unbridge
	lab_ip guest1 -6 neigh flush all
	[ "$after" -gt "$before" ] || fail "the switch dropped nothing"
	good "the switch dropped $((after - before)) frames of the guest"
}

without() {
	step "So the host routes. The router takes the guests to be on its link and asks; nobody answers."
	if show router ping -c2 -W1 "$LAB_GUEST1"; then
		fail "the guest answered without ndpx"
	fi
	show router ip -6 neigh show "$LAB_GUEST1" dev eth0
	has 'INCOMPLETE|FAILED' || fail "the router has an entry for the guest"
	good "unreachable: no neighbour on the router"

	step "The guests have a plain /64 and a default route, and ask as well: for their gateway, for each other."
	show guest1 ip -6 route show
	if show guest1 ping -c2 -W1 "$LAB_ROUTER"; then
		fail "the gateway answered without ndpx"
	fi
	if show guest1 ping -c2 -W1 "$LAB_GUEST2"; then
		fail "guest2 answered without ndpx"
	fi
	good "unreachable: nobody answers on vif1.0"
}

attach() {
	step "The configuration: whom to answer for on the wire, and what to answer the guests."
	indent <"$WORK/ndpx.conf"
	show host ndpx check || fail "ndpx check"
	good "the file is sound; check needs no root"

	step "ndpx apply: loads the program, attaches it to eth0 and to the guests' ports, fills the maps, and ends."
	show host ndpx apply || fail "ndpx apply"
	show host ndpx status || fail "ndpx status"
	has eth0 || fail "eth0 is not in the status"
	has 'tap3.0: (tcx|clsact)' || fail "tap3.0 is not in the status"
	good "attached, and no daemon"
}

reach() {
	local guest
	step "Now the router's own kernel resolves the guests. It holds no static entry."
	lab_ip router -6 neigh flush all
	for guest in "$LAB_GUEST1" "$LAB_GUEST2" "$LAB_GUEST3"; do
		show router ping -c2 -i0.2 -W2 "$guest" || fail "no answer from $guest"
	done
	show router ip -6 neigh show dev eth0
	for guest in "$LAB_GUEST1" "$LAB_GUEST2" "$LAB_GUEST3"; do
		has "^$guest lladdr $LAB_HOST_MAC .*(REACHABLE|DELAY|STALE|PROBE)" ||
			fail "the router did not learn the host's MAC for $guest"
	done
	if has 'PERMANENT|NOARP'; then
		fail "a static entry on the router"
	fi
	good "learned, all with the host's MAC $LAB_HOST_MAC"
}

# Static neighbour entries anywhere in the lab; there must be none.
static_entries() {
	local net
	for net in router host guest1 guest2 guest3; do
		lab_ip "$net" -6 neigh show nud permanent
	done
}

siblings() {
	step "The guests' kernels find their gateway and each other, across veth and tap."
	show guest1 ping -c1 -W3 "$LAB_ROUTER" || fail "guest1 does not reach its gateway"
	show guest1 ping -c1 -W3 "$LAB_GUEST2" || fail "guest1 does not reach guest2"
	show guest2 ping -c1 -W3 "$LAB_GUEST3" || fail "guest2 does not reach guest3"
	show guest3 ping -c1 -W3 "$LAB_GUEST1" || fail "guest3 does not reach guest1"
	show guest1 ip -6 neigh show dev eth0
	has "^$LAB_ROUTER lladdr 02:00:00:00:0f:01 router" ||
		fail "guest1 did not learn its port's MAC as a router's"
	has "^$LAB_GUEST2 lladdr 02:00:00:00:0f:01" || fail "guest1 did not learn guest2"
	[ -z "$(static_entries)" ] || fail "a static entry: $(static_entries)"
	good "learned with the MAC of vif1.0: the host routes. No static entry anywhere"
}

claim() {
	step "guest2 claims guest1's address. Its own it may have again."
	lab_set guest2 net/ipv6/conf/eth0/accept_dad 1
	typed guest2 ip addr add "$LAB_GUEST1/64" dev eth0
	lab_ip guest2 addr add "$LAB_GUEST1/64" dev eth0
	settle "$LAB_GUEST1"
	show guest2 ip -6 addr show dev eth0 to "$LAB_GUEST1"
	has dadfailed || fail "guest2 took guest1's address"
	lab_ip guest2 addr del "$LAB_GUEST1/64" dev eth0
	lab_ip guest2 addr del "$LAB_GUEST2/64" dev eth0
	typed guest2 ip addr add "$LAB_GUEST2/64" dev eth0
	lab_ip guest2 addr add "$LAB_GUEST2/64" dev eth0
	settle "$LAB_GUEST2"
	lab_ip guest2 addr show dev eth0 to "$LAB_GUEST2" >"$WORK/out"
	if has 'dadfailed|tentative'; then
		fail "guest2 may not have its own address"
	fi
	lab_ip guest2 route replace default via fe80::1 dev eth0
	show guest2 ping -c1 -W3 "$LAB_ROUTER" || fail "guest2 does not reach the router"
	good "refused (dadfailed), and its own address granted"
}

# settle ADDR: waits until guest2's kernel has finished duplicate address detection.
settle() {
	local i
	for i in $(seq 100); do
		lab_ip guest2 addr show dev eth0 to "$1" >"$WORK/out"
		{ has tentative && ! has dadfailed; } || return 0
		[ "$i" -lt 100 ] || fail "duplicate address detection has no end"
		sleep 0.1
	done
}

decode() {
	local dump
	step "The solicitation and its answer, as the router sees them."
	lab_ip router -6 neigh flush all
	# Matches the target's last four bytes: only this guest's NS and NA.
	typed router tcpdump -i eth0 -vv icmp6
	lab_in router timeout 10 tcpdump -i eth0 -n -e -vv -l -c 2 \
		'icmp6 and ip6[40] >= 135 and ip6[60:4] == 0x00000034' \
		>"$WORK/dump" 2>"$WORK/dump.err" &
	dump=$!
	for _ in $(seq 50); do
		grep -q 'listening on' "$WORK/dump.err" && break
		sleep 0.1
	done
	lab_in router ping -c1 -W2 "$LAB_GUEST1" >"$WORK/out" || fail "no answer from $LAB_GUEST1"
	wait "$dump" || fail "tcpdump saw no two frames"
	indent <"$WORK/dump"
	grep -q 'neighbor solicitation.*who has 2800:110:2::34' "$WORK/dump" || fail "no NS seen"
	grep -q 'neighbor advertisement.*tgt is 2800:110:2::34.*\[solicited\]' "$WORK/dump" ||
		fail "no NA seen"
	grep -q "destination link-address option.*$LAB_HOST_MAC" "$WORK/dump" ||
		fail "the NA names another MAC"
	good "one NS, one NA from the program on the NIC"
}

count() {
	step "Who was asked for, by whom and when; and why each solicitation was answered or not."
	show host ndpx guest show -s || fail "ndpx guest show -s"
	has "$LAB_GUEST1" || fail "guest1 is not shown"
	show host ndpx stats || fail "ndpx stats"
	has 'answered' || fail "no counter"

	step "The same for Prometheus (of ndpx metrics, what is not 0)."
	typed host ndpx metrics
	ndpx metrics >"$WORK/out" || fail "ndpx metrics"
	grep -v ' 0$' "$WORK/out" | indent
	has '^ndpx_solicitations_total\{.*verdict="answered".*\} [1-9]' || fail "metrics counted nothing"
	good "counted"
}

detach() {
	step "ndpx down: detaches and removes everything ndpx set up."
	show host ndpx down || fail "ndpx down"
	lab_ip host link show dev eth0 >"$WORK/out"
	if has 'xdp'; then
		fail "a program is left on eth0"
	fi
	lab_in host bpftool net show >"$WORK/out" 2>/dev/null || true
	if has ndpx; then
		fail "a program is left on a port"
	fi
	if [ -n "$(find "$BPFFS" -mindepth 1 2>/dev/null)" ]; then
		fail "pins are left in $BPFFS"
	fi
	lab_ip router -6 neigh flush all
	if show router ping -c1 -W1 "$LAB_GUEST1"; then
		fail "somebody still answers"
	fi
	good "the guests are unreachable again: it was ndpx that answered"
}

tear_down() {
	step "Everything is taken down."
	cleanup
	[ -z "$(lab_spaces "$TAG")" ] || fail "namespaces are left: $(lab_spaces "$TAG")"
	[ ! -e "$BPFFS" ] || fail "$BPFFS is left"
	good "no namespace, no pin, no file left"
}

prepare "$@"
raise
old_way
without
attach
reach
decode
siblings
claim
count
detach
tear_down
printf '\n%sThe demo went through.%s\n' "$GREEN" "$OFF"
