#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The benchmark. Prints one table; writes result.json, answered.svg and cost.svg to
# build/bench. README.md here explains what is measured and how.
# usage: run.sh [--quick] [throughput|latency|fair|cost|cpus|control|follow|life]...
# usage: run.sh soak [--answers N] [--break]
set -euo pipefail

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$BENCH_DIR/../.." && pwd)
OUT=${OUT:-$TOP/build/bench}
BENCH=${BENCH:-$OUT/bench}
NDPX=${NDPX:-$TOP/build/ndpx}
QUICK=0 SECTIONS=() JOBS=()
WORK='' BPFFS=''

# shellcheck source=/dev/null
. "$TOP/tests/lab/lab.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/pair.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/contestants.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/sections.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/cost.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/cpus.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/control.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/follow.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/life.sh"
# shellcheck source=/dev/null
. "$BENCH_DIR/soak.sh"

usage() {
	sed -n 's/^# usage: /usage: /p' "${BASH_SOURCE[0]}" >&2
	exit 1
}

die() {
	printf 'bench: %s\n' "$*" >&2
	exit 1
}

say() {
	printf 'bench: %4ds %s\n' "$SECONDS" "$*" >&2
}

# record NAME: stores "key value" lines from stdin as samples of NAME/key.
record() {
	sed "s|^|$1/|" >>"$WORK/raw"
}

# skip NAME WHY
skip() {
	say "SKIP $1: $2"
	printf '%s\t%s\n' "$1" "$2" >>"$WORK/skips"
}

# note NAME TEXT: a fact about the machine or the run, for the JSON.
note() {
	printf '%s\t%s\n' "$1" "$2" >>"$WORK/facts"
}

# per_mode FULL QUICK
per_mode() {
	if [ "$QUICK" = 1 ]; then echo "$2"; else echo "$1"; fi
}

clean() {
	local status=$? dir
	trap - EXIT
	set +e
	[ ${#JOBS[@]} -eq 0 ] || kill "${JOBS[@]}" 2>/dev/null
	for dir in "$BPFFS"/*/; do
		[ ! -d "$dir" ] || pair_ndpx "$(basename "$dir")" -q down
	done
	lab_down "${LAB_TAG%l}"
	lab_down "${LAB_TAG%l}l"
	[ -z "$BPFFS" ] || rm -rf "$BPFFS" "$BPFFS"-life
	[ -z "$WORK" ] || rm -rf "$WORK"
	exit "$status"
}

begin() {
	local tool
	[ "$(id -u)" = 0 ] || die "needs root"
	own_mounts "$0" "$@" || die "$MOUNTS_WHY"
	[ -x "$BENCH" ] || die "$BENCH is not there: make bench builds it"
	[ -x "$NDPX" ] || die "$NDPX is not there: make"
	for tool in ip ethtool taskset nsenter awk; do
		command -v "$tool" >/dev/null || die "no $tool"
	done
	LAB_TAG=bench$$
	BPFFS=/sys/fs/bpf/ndpx-bench-$$ # in bpffs a name may not hold a dot
	trap clean EXIT
	trap 'exit 143' TERM INT HUP
	WORK=$(mktemp -d)
	mkdir "$BPFFS"
	: >"$WORK/raw"
	: >"$WORK/skips"
	: >"$WORK/facts"
}

facts() {
	local tool
	note cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	note cpus "$(getconf _NPROCESSORS_ONLN)"
	note memory_mib "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)"
	note kernel "$(uname -r)"
	note clocksource "$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
	note hypervisor "$(grep -qw hypervisor /proc/cpuinfo && echo yes || echo no)"
	note ndpx "$("$NDPX" version | tr '\n' ' ' | sed 's/ $//')"
	note ndpx_sha256 "$(sha256sum "$NDPX" | cut -d' ' -f1)"
	note compiler "$(clang --version | head -n 1)"
	for tool in ndppd npd6; do
		note "$tool" "$(dpkg-query -W -f '${Version}' "$tool" 2>/dev/null || echo none)"
	done
	note time "$(date -u +%FT%TZ)"
	note load_before "$(cut -d' ' -f1-3 /proc/loadavg)"
	note quick "$QUICK"
	note sections "${SECTIONS[*]}"
}

report() {
	local awk=(awk -v "raw=$WORK/raw" -v "skips=$WORK/skips" -v "facts=$WORK/facts"
		-f "$BENCH_DIR/samples.awk")
	note load_after "$(cut -d' ' -f1-3 /proc/loadavg)"
	note seconds "$SECONDS"
	"${awk[@]}" -f "$BENCH_DIR/json.awk" >"$OUT/result.json"
	"${awk[@]}" -v what=answered -f "$BENCH_DIR/plot.awk" >"$OUT/answered.svg"
	"${awk[@]}" -v what=cost -f "$BENCH_DIR/plot.awk" >"$OUT/cost.svg"
	"${awk[@]}" -f "$BENCH_DIR/budgets.awk" -f "$BENCH_DIR/table.awk"
}

[ "${1-}" != soak ] || soak "$@"
for word in "$@"; do
	case $word in
	--quick) QUICK=1 ;;
	throughput | latency | fair | cost | cpus | control | follow | life) SECTIONS+=("$word") ;;
	*) usage ;;
	esac
done
[ ${#SECTIONS[@]} -gt 0 ] || SECTIONS=(throughput latency fair cost cpus control follow life)

begin "$@"
facts
for section in "${SECTIONS[@]}"; do
	"section_$section"
done
report
