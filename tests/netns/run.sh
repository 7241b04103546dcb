#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs the netns tests, two at a time: run.sh [-j N] [-v] [t_NAME.sh...]. One line per test,
# the log of those that fail, then the summary. Status 1 if one failed or none ran.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
PARALLEL=2
VERBOSE=
SECONDS_EACH=900

# shellcheck source=/dev/null
. "$TOP/tests/lab/lab.sh"
# Private mounts around all of them: what a killed test leaves is visible from here, and goes
# away with us. If that is not possible, each test reports it.
[ "$(id -u)" != 0 ] || own_mounts "$0" "$@" || true

while getopts j:v opt; do
	case $opt in
	j) PARALLEL=$OPTARG ;;
	v) VERBOSE=1 ;;
	*) echo "usage: run.sh [-j N] [-v] [t_NAME.sh...]" >&2 && exit 1 ;;
	esac
done
shift $((OPTIND - 1))

DIR=$(mktemp -d /tmp/ndpx-net-XXXXXX)
trap 'rm -rf "$DIR"' EXIT
trap 'exit 130' INT TERM HUP

# Compiled once for all tests.
export NDPX=${NDPX:-$TOP/build/ndpx}
export NDTOOL=${NDTOOL:-$TOP/build/tests/ndtool}
if ! [ -x "$NDTOOL" ]; then
	NDTOOL=$DIR/ndtool
	cc -std=gnu11 -O2 -o "$NDTOOL" "$HERE"/lib/*.c
fi
if [ -z "${LAB_OBJECT-}" ]; then
	LAB_OBJECT=$DIR/xdp_pass.o
	lab_compile "$LAB_OBJECT"
fi
export LAB_OBJECT
if [ -z "${LAB_TAPWIRE-}" ] && [ -x "$TOP/build/tests/tapwire" ]; then
	export LAB_TAPWIRE=$TOP/build/tests/tapwire
fi

run_one() {
	local name=$1 log=$DIR/$1.log status=0 work
	work=$(mktemp -d /tmp/ndpx-test-XXXXXX)
	NET_WORK=$work timeout -k 20 "$SECONDS_EACH" bash "$HERE/$name.sh" >"$log" 2>&1 </dev/null ||
		status=$?
	# A test that had to be killed could not clean up.
	if [ -e "$work" ]; then
		lab_down "${work##*-}"
		rm -rf "$work" "/sys/fs/bpf/ndpx-test-${work##*-}"
	fi
	case $status in
	0)
		echo "ok $name"
		[ -z "$VERBOSE" ] || sed 's/^/    /' "$log"
		;;
	77)
		echo "SKIP $name: $(sed -n 's/^SKIP: //p' "$log" | tail -n 1)"
		;;
	*)
		[[ $status != 124 && $status != 137 ]] || echo "FAIL: no end after $SECONDS_EACH s" >>"$log"
		printf 'FAIL %s\n%s\n' "$name" "$(sed 's/^/    /' "$log")"
		;;
	esac
	echo "$status" >"$DIR/$name.status"
}

if [ $# -eq 0 ]; then
	# Long ones first, so that short ones fill the gaps.
	set -- "$HERE"/t_ki*.sh "$HERE"/t_[!k]*.sh "$HERE"/t_k[!i]*.sh
fi
for test in "$@"; do
	test=$(basename "$test" .sh)
	while [ "$(jobs -rp | wc -l)" -ge "$PARALLEL" ]; do
		wait -n || true
	done
	run_one "$test" &
done
wait

passed=0 failed=0 skipped=0
for test in "$@"; do
	case $(cat "$DIR/$(basename "$test" .sh).status" 2>/dev/null || echo 1) in
	0) passed=$((passed + 1)) ;;
	77) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
done
echo "net: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
