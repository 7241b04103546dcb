#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Builds the BPF object with every installed clang and runs the rows and the verifier budget
# of tests/bpf_run on each: another compiler's code must load and answer the same. With
# NDPX_TEST_NATIVE the mutated frames run on each as well.
# usage: clang.sh [TEST_PROG]; CLANGS="clang-16 ..." names other compilers.
set -u
# shellcheck source=/dev/null
. "$(dirname "$0")/../lab/mounts.sh"

skip() {
	printf 'SKIP: %s\n' "$*"
	exit 77
}

[ "$(id -u)" = 0 ] || skip "needs root"
own_mounts "$0" "$@" || skip "$MOUNTS_WHY"
cd "$(dirname "$0")/../.." || exit 1
test_prog=${1:-build/tests/bpf_run/test_prog}
include=/usr/include/$(gcc -print-multiarch 2>/dev/null || printf '%s-linux-gnu' "$(uname -m)")
work=$(mktemp -d /tmp/ndpx-clang-XXXXXX)
pins=/sys/fs/bpf/ndpx-clang-$$ # in bpffs a name may not hold a dot
trap 'rm -rf "$work" "$pins"' EXIT
trap 'exit 143' TERM INT HUP
failed=0 ran=0

[ -x "$test_prog" ] || skip "$test_prog is not built"
command -v bpftool >/dev/null || PATH=$PATH:/usr/sbin
command -v bpftool >/dev/null || skip "no bpftool"

# Every compiler once, under whatever names it is installed.
compilers() {
	local dir path
	# shellcheck disable=SC2086 # a list of words
	{
		[ -z "${CLANGS:-}" ] || command -v $CLANGS
		[ -n "${CLANGS:-}" ] || IFS=: read -ra dirs <<<"$PATH"
		for dir in "${dirs[@]:-}"; do
			for path in "$dir"/clang "$dir"/clang-[0-9] "$dir"/clang-[0-9][0-9]; do
				[ ! -x "$path" ] || printf '%s\n' "$path"
			done
		done
	} | while read -r path; do
		printf '%s %s\n' "$(readlink -f "$path")" "$path"
	done | sort -u -k 1,1 | sort -V | cut -d ' ' -f 2
}

# bad CLANG TEXT
bad() {
	printf 'not ok %d - %s: %s\n' "$ran" "$1" "$2"
	failed=$((failed + 1))
}

one() { # CLANG
	local object=$work/ndpx.bpf.o version ok not_ok status=0
	version=$("$1" --version | sed -n 's/.*version \([0-9.]*\).*/\1/p;q')
	if ! "$1" -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Iinclude -Ibpf \
		-idirafter "$include" -c -o "$object" bpf/ndpx.bpf.c 2>"$work/log"; then
		sed 's/^/# /' "$work/log" | head -n 20
		bad "clang $version" "does not compile"
		return
	fi
	# Loaded once up front: otherwise each row would retry for a second or two.
	mkdir "$pins"
	bpftool prog loadall "$object" "$pins" >"$work/log" 2>&1 || status=$?
	rm -rf "$pins"
	if [ "$status" != 0 ]; then
		sed -n '/BEGIN PROG LOAD LOG/,/END PROG LOAD LOG/p' "$work/log" | tail -n 8 |
			sed 's/^/# /'
		bad "clang $version" "the kernel does not load it"
		return
	fi
	CMOCKA_MESSAGE_OUTPUT=TAP NDPX_BPF_OBJECT=$object "$test_prog" >"$work/log" 2>&1 || status=$?
	if [ "$status" = 77 ]; then
		tail -n 1 "$work/log"
		exit 77
	fi
	ok=$(grep -cE '^ok [0-9]+ - ' "$work/log")
	not_ok=$(grep -E '^not ok ' "$work/log" | grep -vc '# SKIP')
	sed -n "s/^# \(.*instructions verified\)/# clang $version \1/p" "$work/log"
	if [ "$status" != 0 ] || [ "$not_ok" != 0 ]; then
		grep -vE '^ok |^1\.\.|# SKIP' "$work/log" | head -n 20 | sed 's/^/# /'
		bad "clang $version" "$not_ok of $((ok + not_ok)) tests failed, status $status"
		return
	fi
	ok="$ok tests"
	if [ -x "${NDPX_TEST_NATIVE:-}" ]; then
		if ! NDPX_BPF_OBJECT=$object "$NDPX_TEST_NATIVE" >"$work/log" 2>&1; then
			grep -vE '^ok ' "$work/log" | cut -c 1-500 | head -n 20
			bad "clang $version" "differs from the native code"
			return
		fi
		ok="$ok, and $(sed -n 's/^# \([0-9]* frames\),.*/\1/p' "$work/log")"
	fi
	printf 'ok %d - clang %s: %s as they must be\n' "$ran" "$version" "$ok"
}

mapfile -t found < <(compilers)
[ ${#found[@]} != 0 ] || skip "no clang"
printf '1..%d\n' "${#found[@]}"
for clang in "${found[@]}"; do
	ran=$((ran + 1))
	one "$clang"
done
[ "${#found[@]}" -gt 1 ] || echo "# one clang only: the Makefile's own"
[ $failed = 0 ]
