#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Runs every suite on what make has built in BUILD: one line each with its duration, and a
# summary, N passed, N failed, N skipped. A suite in which nothing could run has failed:
# otherwise it would be green on every machine that lacks what it needs.
# usage: check.sh BUILD [SUITE...]
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
[ $# = 0 ] || shift
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

add() { # PASSED FAILED SKIPPED
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

nothing_ran() { # NAME
	printf 'FAIL %-14s nothing of it could run\n' "$1"
	add 0 1 0
}

# suite NAME TITLE: ends the previous suite and begins this one.
suite_name=''
suite() {
	end_suite
	suite_name=$1 suite_from=$SECONDS suite_before=("$passed" "$failed" "$skipped")
	echo "--- $1: $2"
}

end_suite() {
	[ -n "$suite_name" ] || return 0
	printf '=== %s: %d passed, %d failed, %d skipped in %d s\n' "$suite_name" \
		$((passed - suite_before[0])) $((failed - suite_before[1])) \
		$((skipped - suite_before[2])) $((SECONDS - suite_from))
	suite_name=''
}

# A cmocka binary: counts its TAP lines, shows its failures.
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
		nothing_ran "$name"
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
	[ "$ok" != 0 ] || [ "$bad" != 0 ] || nothing_ran "$name"
}

# A script runner: counts by the log's last line, "NAME: N passed, N failed, N skipped". A
# status that these counts do not explain is one more failure; 77: nothing had to run.
runner() { # NAME STATUS
	local ok=0 bad=0 skip=0
	read -r ok bad skip < <(sed -nE "s/^$1: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped\$/\\1 \\2 \\3/p" \
		"$log" | tail -n 1)
	add "${ok:-0}" "${bad:-0}" "${skip:-0}"
	if [ "${ok:-0}" = 0 ] && [ "${bad:-0}" = 0 ]; then
		[ "$2" = 77 ] || nothing_ran "$1"
	elif [ "$2" != 0 ] && [ "$bad" = 0 ]; then
		echo "FAIL $1 ends with status $2"
		add 0 1 0
	fi
}

run_lint() {
	suite lint 'format, static analysis, who may include whom'
	if tools/lint.sh; then add 1 0 0; else add 0 1 0; fi
}

run_unit() {
	local t
	suite unit 'native code under the sanitizers'
	# By source, because build/ may hold binaries whose source is gone.
	while read -r t; do
		cmocka "$(basename "$t")" "$build/$t"
	done < <(find tests/unit -name 'test_*.c' | sed 's/\.c$//' | sort)
}

run_interleave() {
	suite interleave 'the table of rules: every order of loads and stores; every kill; ThreadSanitizer'
	cmocka test_orders "$build/tests/interleave/test_orders"
	cmocka test_killed "$build/tests/interleave/test_killed"
	if "$build/tests/interleave/test_stress"; then add 1 0 0; else add 0 1 0; fi
}

run_instructions() {
	suite instructions 'counted for a packet'
	cmocka count tests/instructions/count.sh "$build/tests/count"
}

run_fuzz() {
	local status=0 sound crashed
	suite fuzz "${FUZZ:-60} s each"
	FUZZ_DIR=$PWD/$build/fuzz tests/fuzz/run.sh "${FUZZ:-60}" | tee "$log" || status=$?
	sound=$(grep -c ', no crash$' "$log") crashed=$(grep -cE '^fuzz_.*(CRASH|interrupted)' "$log")
	[ "$status" = 0 ] || [ "$crashed" != 0 ] || crashed=1
	add "$sound" "$crashed" 0
	[ $((sound + crashed)) != 0 ] || nothing_ran fuzz
}

run_bpf_run() {
	suite bpf_run 'the BPF object through BPF_PROG_TEST_RUN'
	cmocka test_prog env NDPX_BPF_OBJECT="$build/bpf/ndpx.bpf.o" "$build/tests/bpf_run/test_prog"
	cmocka strict_align env NDPX_BPF_OBJECT="$build/tests/strict.bpf.o" NDPX_STRICT_ALIGN=1 \
		"$build/tests/bpf_run/test_prog"
}

run_differential() {
	suite differential 'native code, BPF object, kernel against each other'
	export NDPX_BPF_OBJECT=$PWD/$build/bpf/ndpx.bpf.o
	export NDPX_OBSERVE_OBJECT=$PWD/$build/tests/differential/observe.bpf.o
	cmocka test_native "$build/tests/differential/test_native"
	cmocka test_pass "$build/tests/differential/test_pass"
	cmocka kernel_oracle env NDPX="$PWD/$build/ndpx" NDTOOL="$PWD/$build/tests/ndtool" \
		LAB_OBJECT="$PWD/$build/tests/xdp_pass.bpf.o" \
		NDPX_ORACLE="$PWD/$build/tests/differential/oracle" tests/differential/kernel_oracle.sh
	cmocka clang_matrix env NDPX_TEST_NATIVE="$build/tests/differential/test_native" \
		NDPX_DIFF_FRAMES=100000 tests/differential/clang.sh "$build/tests/bpf_run/test_prog"
}

run_netns() {
	local status=0
	suite netns 'namespaces and real kernels'
	NDPX=$PWD/$build/ndpx NDTOOL=$PWD/$build/tests/ndtool WIRE=$PWD/$build/tests/wire \
		LAB_OBJECT=$PWD/$build/tests/xdp_pass.bpf.o \
		tests/netns/run.sh | tee "$log" || status=$?
	runner net "$status"
}

run_matrix() {
	local status=0
	suite matrix 'other kernels and NIC drivers, in QEMU'
	MATRIX_QUICK=1 tests/matrix/run.sh "$build" 6.1 6.12 2>&1 | tee "$log" || status=$?
	runner matrix "$status"
}

[ $# -gt 0 ] || set -- lint unit interleave instructions fuzz bpf_run differential netns matrix
for name; do
	if ! declare -F "run_$name" >/dev/null; then
		echo "check.sh: no suite $name" >&2
		exit 1
	fi
done
for name; do
	"run_$name"
done
end_suite

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
