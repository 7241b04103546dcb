#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The packet code on other processors: machines.sh BUILD. PROTOCOL.md's rows and the unit tests
# of include/nd, compiled for a big-endian machine (s390x) and a 32-bit one (armhf), run by
# qemu-user. A line a test and machine; status 1 when one failed or none ran.
set -u

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$TOP" || exit 1
OUT=${1:-build}/matrix/machines
mkdir -p "$OUT"
passed=0 failed=0 skipped=0

# one MACHINE COMPILER EMULATOR TEST
one() {
	local machine=$1 compiler=$2 emulator=$3 test=$4 binary=$OUT/$4.$1 ok bad status=0
	if ! "$compiler" -static -std=gnu11 -O2 -Wall -Itests/matrix/cross -Iinclude -Itests/rows -Iuser \
		-o "$binary" "tests/unit/$test.c" tests/rows/*.c >"$binary.log" 2>&1; then
		echo "FAIL machines $machine/$test: does not compile: $(grep -m 1 error "$binary.log")"
		failed=$((failed + 1))
		return
	fi
	"$emulator" "$binary" >"$binary.log" 2>&1 || status=$?
	ok=$(grep -c '^ok ' "$binary.log") bad=$(grep -c '^not ok ' "$binary.log")
	if [ "$status" != 0 ] || [ "$bad" != 0 ] || [ "$ok" = 0 ]; then
		grep -v '^ok ' "$binary.log" | head -n 20
		echo "FAIL machines $machine/$test: $ok passed, $bad failed, status $status"
		failed=$((failed + 1))
	else
		echo "ok machines $machine/$test: $ok passed"
		passed=$((passed + 1))
	fi
}

# machine NAME COMPILER EMULATOR
machine() {
	local tool test
	for tool in "$2" "$3"; do
		if ! command -v "$tool" >/dev/null; then
			echo "SKIP machines $1: no $tool: tools/deps.sh matrix"
			skipped=$((skipped + 1))
			return
		fi
	done
	for test in test_rows test_wire test_frame; do
		one "$1" "$2" "$3" "$test"
	done
}

machine s390x s390x-linux-gnu-gcc qemu-s390x
machine armhf arm-linux-gnueabihf-gcc qemu-arm
echo "machines: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
