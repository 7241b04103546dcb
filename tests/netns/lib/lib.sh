#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by the netns tests: a private environment (mounts, namespaces, bpffs directory, files)
# that is removed at exit, assertions, and solicitations. Sourced by each t_*.sh, which is a
# test of its own: status 0 ok, 77 skipped.
set -euo pipefail

NET_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$NET_DIR/../../.." && pwd)
# shellcheck source=/dev/null
. "$TOP/tests/lab/lab.sh"

NDPX=${NDPX:-$TOP/build/ndpx}
NDTOOL=${NDTOOL:-$TOP/build/tests/ndtool}
ASKER=fe80::1 # solicits as the router, but is not an address of its kernel
ASK_IF=eth0   # on this cable
CONTEXT=''
TAG='' WORK='' BPFFS='' JOBS=()

# Progress goes to the log, which is shown if the test fails.
note() {
	printf -- '- %s\n' "$*" >&2
}

skip() {
	printf 'SKIP: %s\n' "$*"
	exit 77
}

# round TEXT: which round of a loop this is, for failure messages; "" after the loop.
round() {
	CONTEXT=$*
}

fail() {
	printf 'FAIL: %s%s (%s line %s)\n' "${CONTEXT:+$CONTEXT: }" "$*" \
		"${BASH_SOURCE[-1]##*/}" "${BASH_LINENO[-2]}" >&2
	exit 1
}

net_end() {
	local status=$?
	trap - EXIT
	set +e
	[ ${#JOBS[@]} -eq 0 ] || kill "${JOBS[@]}" 2>/dev/null
	lab_down "$TAG"
	rm -rf "$BPFFS" "$WORK"
	exit "$status"
}

net_begin() {
	local tool
	[ "$(id -u)" = 0 ] || skip "needs root"
	own_mounts "$0" "$@" || skip "$MOUNTS_WHY"
	[ -x "$NDPX" ] || skip "$NDPX is not there"
	for tool in ip nft ping jq bpftool clang; do
		command -v "$tool" >/dev/null || skip "no $tool"
	done
	WORK=${NET_WORK:-$(mktemp -d /tmp/ndpx-test-XXXXXX)} # the runner gives one, see there
	chmod 755 "$WORK" # the tests without root read files in it
	TAG=${WORK##*-}
	# ndpx creates it; a name in bpffs may not contain a dot.
	BPFFS=/sys/fs/bpf/ndpx-test-$TAG
	export LAB_TAG=$TAG
	export LAB_OBJECT=${LAB_OBJECT:-$WORK/xdp_pass.o} LAB_TAPWIRE=${LAB_TAPWIRE:-$WORK/tapwire}
	trap net_end EXIT
	trap 'exit 143' TERM INT HUP
	if ! [ -x "$NDTOOL" ]; then
		NDTOOL=$WORK/ndtool
		cc -std=gnu11 -O2 -o "$NDTOOL" "$NET_DIR"/*.c
	fi
}

# A router and a host on one cable. The host's XDP_TX arrives at the router.
net_pair() {
	lab_add router
	lab_add host
	lab_set host net/ipv6/conf/all/forwarding 1
	net_wire eth0
}

# net_wire IF: one more cable between the two.
net_wire() {
	local last=${1#eth}
	lab_wire host "$1" router "$1" "${LAB_HOST_MAC%e}$(printf %x $((14 - last)))" \
		"${LAB_ROUTER_MAC%1}$((1 + last))"
	lab_hear_xdp router "$1"
}

# net_job NAME COMMAND...: runs it there in the background, until the end of the test at most.
# Sets JOB to the command's own pid, not that of a shell around it.
net_job() {
	nsenter --net="/run/netns/$(lab_name "$1")" -- "${@:2}" &
	JOB=$!
	JOBS+=("$JOB")
}

# The configuration from stdin.
conf() {
	cat >"$WORK/ndpx.conf"
}

# conf_one: the file with one guest, 2001:db8:1::1.
conf_one() {
	echo "uplink eth0 { guest 2001:db8:1::1 { } }" | conf
}

# netns_dir [NAME]: where what belongs to a namespace is pinned, whether or not it is there.
netns_dir() {
	printf '%s/%s' "$BPFFS" "$(nsenter --net="/run/netns/$(lab_name "${1:-host}")" -- "$NDTOOL" cookie)"
}

ndpx() {
	"$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" -c "$WORK/ndpx.conf" "$@"
}

# status STATUS COMMAND...: runs it and expects that status. Leaves $WORK/out and $WORK/err.
status() {
	local want=$1 got=0
	shift
	"$@" >"$WORK/out" 2>"$WORK/err" || got=$?
	if [ "$got" -ne "$want" ]; then
		head -20 "$WORK/out" "$WORK/err" >&2
		fail "$*: exit status $got, want $want"
	fi
}

# assert_eq WHAT GOT WANT
assert_eq() {
	[ "$2" = "$3" ] || fail "$1: got '$2', want '$3'"
}

# assert_has FILE REGEX
assert_has() {
	if ! grep -qE -- "$2" "$1"; then
		cat "$1" >&2
		fail "${1##*/} holds no /$2/"
	fi
}

assert_has_not() {
	if grep -qE -- "$2" "$1"; then
		cat "$1" >&2
		fail "${1##*/} holds /$2/"
	fi
}

# assert_json FILE FILTER: the file is one JSON object of version 1 for which jq's filter is true.
assert_json() {
	if ! jq -es "length == 1 and .[0].version == 1 and (.[0] | $2)" "$1" >/dev/null; then
		cat "$1" >&2
		fail "${1##*/}: not true: $2"
	fi
}

# The last status() printed its error as JSON, and nothing else, on stdout.
assert_json_error() {
	jq -es 'length == 1 and (.[0].error | (.code | test("^E[A-Z0-9]+$")) and
		(.message | length > 0))' "$WORK/out" >/dev/null ||
		fail "no JSON error: $(cat "$WORK/out")"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -le "$end" ] || fail "waited in vain for: $*"
		sleep 0.1
	done
}

# ask [ndtool's options] TARGET [TIMEOUT_MS]: the NA that comes back, in hex, or "none".
ask() {
	local opt=()
	while [[ $1 == -* ]]; do
		case $1 in
		-v | -p) opt+=("$1" "$2") && shift 2 ;;
		*) opt+=("$1") && shift ;;
		esac
	done
	lab_in router "$NDTOOL" exchange "$ASK_IF" \
		"$("$NDTOOL" ns "${opt[@]}" "$LAB_ROUTER_MAC" "$ASKER" "$1")" "${2:-2000}"
}

# answer [-v VLAN] TARGET [LLADDR [FLAGS [SRC6]]]: the NA to expect, in hex.
answer() {
	local opt=()
	if [ "$1" = -v ]; then
		opt=(-v "$2")
		shift 2
	fi
	"$NDTOOL" na "${opt[@]}" -f "${3:-S}" "$LAB_HOST_MAC" "$LAB_ROUTER_MAC" "${4:-$1}" "$ASKER" \
		"$1" "${2:-$LAB_HOST_MAC}"
}

assert_answered() {
	local target
	for target in "$@"; do
		assert_eq "answer for $target" "$(ask "$target")" "$(answer "$target")"
	done
}

assert_silent() {
	local target
	for target in "$@"; do
		assert_eq "answer for $target" "$(ask "$target" 200)" none
	done
}

# counter VERDICT [DEV]: its value according to `metrics`.
counter() {
	ndpx metrics | sed -n \
		"s/^ndpx_solicitations_total{dev=\"${2:-eth0}\",verdict=\"$1\"} //p"
}

# guests [JQ]: the addresses in force, sorted, one per line.
guests() {
	ndpx -j guest show | jq -r '.guests[].address' | sort
}

# has_xdp NAME [IF]: the id of the XDP program there, empty if there is none.
xdp_id() {
	lab_ip "$1" -j link show dev "${2:-eth0}" | jq -r '.[0].xdp.prog.id // empty'
}

# in_modes FUNCTION: calls it with each mode, with `down` in between.
in_modes() {
	local mode
	for mode in native tc; do
		note "mode $mode"
		"$1" "$mode"
		status 0 ndpx down
		assert_eq "stderr of down" "$(cat "$WORK/err")" ""
	done
}

net_begin "$@"
