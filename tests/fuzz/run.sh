#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# run.sh SECONDS [TARGET...]: runs the fuzzers of build/fuzz, two at a time, each for
# SECONDS; 0: endlessly, taking turns. Seeds come from tests/fuzz/seeds, new inputs are kept
# in build/fuzz/corpus. One line per target; exit 1 if one crashed.
set -u

here=$(cd "$(dirname "$0")" && pwd)
out=${FUZZ_DIR:-$here/../../build/fuzz}
seconds=${1:?seconds for each target, 0 for no limit}
shift
targets=${*:-nd config import import_from}
turn=600 # seconds a target has in the endless run

# Frame seeds are stored as text, one hex file each.
seed_nd() {
	mkdir -p "$out/seeds/nd"
	for hex in "$here"/seeds/nd/*.hex; do
		# shellcheck disable=SC2059 # the file is the format: \x escapes and nothing else
		printf "$(tr -d ' \n' <"$hex" | sed 's/../\\x&/g')" \
			>"$out/seeds/nd/$(basename "$hex" .hex)"
	done
}

# fuzz TARGET SECONDS: one line on stdout; 1 if it crashed.
fuzz() {
	name=$1
	log=$out/$name.log
	corpus=$out/corpus/$name
	seeds=$here/seeds/$name
	dict=
	length=4096
	[ "$name" = nd ] && seeds=$out/seeds/nd && length=300
	[ -f "$here/$name.dict" ] && dict=-dict=$here/$name.dict
	mkdir -p "$corpus" "$out/artifacts"
	"$out/fuzz_$name" -max_total_time="$2" -max_len=$length -timeout=20 -rss_limit_mb=2048 \
		-print_final_stats=1 ${dict:+"$dict"} -artifact_prefix="$out/artifacts/$name-" \
		"$corpus" "$seeds" >"$log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
	edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	if [ "$status" -eq 72 ]; then # libFuzzer's word for SIGINT and SIGTERM
		echo "fuzz_$name: interrupted, see $log"
		return 1
	fi
	if [ "$status" -ne 0 ]; then
		found=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
		echo "fuzz_$name: ${runs:-?} executions, ${edges:-?} edges, CRASH:" \
			"${found:-no artifact}, see $log"
		return 1
	fi
	echo "fuzz_$name: ${runs:-?} executions, ${edges:-?} edges, no crash"
}

# round SECONDS: every target once, two at a time.
round() {
	failed=0
	# shellcheck disable=SC2086 # names without blanks
	set -- "$1" $targets
	limit=$1
	shift
	while [ $# -gt 0 ]; do
		fuzz "$1" "$limit" &
		first=$!
		second=
		if [ $# -gt 1 ]; then
			fuzz "$2" "$limit" &
			second=$!
			shift
		fi
		shift
		wait "$first" || failed=1
		[ -z "$second" ] || wait "$second" || failed=1
	done
	return $failed
}

for name in $targets; do
	if [ ! -x "$out/fuzz_$name" ]; then
		echo "$out/fuzz_$name is not built" >&2
		exit 1
	fi
done
seed_nd
if [ "$seconds" -ne 0 ]; then
	round "$seconds"
	exit
fi
while round $turn; do :; done
exit 1
