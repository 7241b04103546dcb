#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Runs every suite over what make has built in BUILD, and closes with one line of all of
# them: N passed, N failed, N skipped. usage: check.sh BUILD
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

add() { # PASSED FAILED SKIPPED
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# A cmocka binary: its TAP lines are counted, its failures shown.
cmocka() { # NAME COMMAND...
	local name=$1 ok bad skip status=0
	shift
	CMOCKA_MESSAGE_OUTPUT=TAP "$@" >"$log" 2>&1 || status=$?
	skip=$(grep -cE '^(not )?ok [0-9]+ # SKIP' "$log")
	ok=$(grep -cE '^ok [0-9]+ - ' "$log")
	bad=$(grep -cE '^not ok [0-9]+ - ' "$log")
	if [ "$status" = 77 ] && [ "$ok" = 0 ]; then
		printf 'SKIP %-14s %s\n' "$name" "$(tail -n 1 "$log")"
		add 0 0 1
		return
	fi
	# A crash has no line of its own: it fails as one more.
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		bad=1
	fi
	[ "$bad" = 0 ] || grep -vE '^ok |^1\.\.' "$log" | head -n 200
	printf '%-4s %-14s %d passed, %d failed, %d skipped\n' \
		"$([ "$bad" = 0 ] && echo ok || echo FAIL)" "$name" "$ok" "$bad" "$skip"
	grep -hE '^# .*instructions verified|^ok .* instructions, at most' "$log"
	add "$ok" "$bad" "$skip"
}

echo '--- lint'
if tools/lint.sh; then add 1 0 0; else add 0 1 0; fi

echo '--- unit'
for t in "$build"/tests/unit/test_*; do
	cmocka "$(basename "$t")" "$t"
done

echo '--- count: instructions for a packet'
cmocka count tests/count/count.sh "$build/tests/count"

echo "--- fuzz: ${FUZZ:-60} s each"
if FUZZ_DIR=$PWD/$build/fuzz tests/fuzz/run.sh "${FUZZ:-60}" | tee "$log"; then
	add "$(grep -c 'no crash' "$log")" 0 0
else
	add 0 1 0
fi

echo '--- prog: the BPF object through BPF_PROG_TEST_RUN'
cmocka test_prog env NDPX_BPF_OBJECT="$build/bpf/ndpx.bpf.o" "$build/tests/prog/test_prog"

echo '--- diff: native code, BPF object, kernel against each other'
export NDPX_BPF_OBJECT=$PWD/$build/bpf/ndpx.bpf.o
export NDPX_OBSERVE_OBJECT=$PWD/$build/tests/diff/observe.bpf.o
cmocka test_native "$build/tests/diff/test_native"
cmocka test_pass "$build/tests/diff/test_pass"
cmocka kernel_oracle env NDPX="$PWD/$build/ndpx" NDTOOL="$PWD/$build/tests/ndtool" \
	LAB_OBJECT="$PWD/$build/tests/xdp_pass.bpf.o" NDPX_ORACLE="$PWD/$build/tests/diff/oracle" \
	tests/diff/kernel_oracle.sh
cmocka clang_matrix env NDPX_TEST_NATIVE="$build/tests/diff/test_native" NDPX_DIFF_FRAMES=100000 \
	tests/diff/clang.sh "$build/tests/prog/test_prog"

echo '--- net: namespaces and real kernels'
NDPX=$PWD/$build/ndpx NDTOOL=$PWD/$build/tests/ndtool WIRE=$PWD/$build/tests/wire \
	LAB_OBJECT=$PWD/$build/tests/xdp_pass.bpf.o \
	tests/net/run.sh | tee "$log"
net=$(grep -E '^net: [0-9]+ passed' "$log" | tail -n 1)
read -r n_ok n_bad n_skip < <(sed -E 's/[^0-9]+/ /g' <<<"${net:-net: 0 passed, 1 failed, 0 skipped}")
add "${n_ok:-0}" "${n_bad:-1}" "${n_skip:-0}"
if [ "${n_ok:-0}" = 0 ]; then
	echo 'check: no net test could run: that is a failure' >&2
	[ "${n_bad:-0}" != 0 ] || add 0 1 0
fi

echo '--- matrix: other kernels and NIC drivers, in QEMU'
MATRIX_QUICK=1 tests/matrix/run.sh "$build" 6.1 6.12 2>&1 | tee "$log"
read -r n_ok n_bad n_skip < <(sed -nE 's/^matrix: //; s/[^0-9]+/ /gp' <(tail -n 1 "$log"))
add "${n_ok:-0}" "${n_bad:-1}" "${n_skip:-0}"

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
