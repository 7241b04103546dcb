#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Kernels × NIC drivers in QEMU: run.sh [-j N] BUILD [SERIES[-ARCH]...]. Default: the kernels in
# Debian 12's own sources. ARCH: arm64 or s390x, for which ndpx is cross-built (arch.sh). One
# line per case, then the summary; status 1 if one failed or no kernel ran; 77 if none ran
# because the mirror was reached and has none of these series.
set -uo pipefail

MATRIX_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$MATRIX_DIR/../lab/mounts.sh"
# Also removes the router of a machine that had to be killed.
[ "$(id -u)" != 0 ] || own_mounts "$0" "$@" || true
PARALLEL=2
while getopts j: opt; do
	case $opt in
	j) PARALLEL=$OPTARG ;;
	*) echo "usage: run.sh [-j N] BUILD [SERIES...]" >&2 && exit 1 ;;
	esac
done
shift $((OPTIND - 1))
BUILD=$(realpath "${1:-build}")
shift
[ $# -gt 0 ] || set -- 6.1 6.12

export MATRIX=$BUILD/matrix BUILD MATRIX_DIR
export LAB_OBJECT=${LAB_OBJECT:-$BUILD/tests/xdp_pass.bpf.o}
# shellcheck source=/dev/null
. "$MATRIX_DIR/kernels.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/image.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/arch.sh"

LOG=$(mktemp -d /tmp/ndpx-matrix-log-XXXXXX)
trap 'rm -rf "$LOG"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM HUP

# Why no kernel can run here; empty if one can.
missing() {
	local tool
	[ "$(id -u)" = 0 ] || echo "needs root"
	[ -c /dev/net/tun ] || echo "no /dev/net/tun"
	for tool in busybox cpio depmod xz dpkg apt-get jq $IMAGE_TOOLS; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || echo "no $tool"
	done
}

finish() {
	local passed failed skipped
	passed=$(cat "$LOG"/*.out | grep -c '^ok ')
	failed=$(cat "$LOG"/*.out | grep -c '^FAIL ')
	skipped=$(cat "$LOG"/*.out | grep -c '^SKIP ')
	"$MATRIX_DIR/table.sh" "$MATRIX/result" >"$MATRIX/matrix.md" 2>/dev/null || rm -f "$MATRIX/matrix.md"
	echo "matrix: $passed passed, $failed failed, $skipped skipped"
	[ $((passed + failed)) != 0 ] || [ -n "$why" ] || exit 77
	[ "$failed" = 0 ] && [ "$passed" != 0 ]
	exit
}

mkdir -p "$MATRIX/kernels" "$MATRIX/result"
why=$(missing | head -n 1)
if [ -n "$why" ]; then
	echo "SKIP matrix all: $why" | tee "$LOG/all.out"
	finish
fi
# Two runs in one tree would write the same archives.
exec {lock}>"$MATRIX/lock"
flock "$lock"

for series; do
	got=0 word=SKIP
	arch_ready "$series" || got=$?
	[ "$got" != 2 ] || word=FAIL
	[ "$got" != 0 ] || kernel_get "$series" || got=$?
	if [ "$got" != 0 ]; then
		[ "$got" = 2 ] || why=$WHY
		echo "$word matrix $series: $WHY" | tee "$LOG/$series.out"
		rm -f "$MATRIX/result/$series.tsv"
		continue
	fi
	while [ "$(jobs -rp | wc -l)" -ge "$PARALLEL" ]; do
		wait -n
	done
	"$MATRIX_DIR/one.sh" "$series" {lock}>&- 2>"$LOG/$series.err" | tee "$LOG/$series.out" &
done
wait
cat "$LOG"/*.err >&2 2>/dev/null
finish
