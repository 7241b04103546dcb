#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Two CPUs that answer at once, against each alone; the bounce is the control. To be sourced
# by run.sh.

# cpus_second: a CPU on another core than CPU 0, if there is one: two threads of one core slow
# each other down whatever they run.
cpus_second() {
	local dir first best=
	first=$(cat /sys/devices/system/cpu/cpu0/topology/thread_siblings_list)
	for dir in /sys/devices/system/cpu/cpu[1-9]*/; do
		[ "$(cat "$dir/online" 2>/dev/null || echo 1)" = 1 ] || continue
		dir=${dir%/}
		best=${best:-${dir##*/cpu}}
		if [ "$(cat "$dir/topology/thread_siblings_list")" != "$first" ]; then
			note cpus_on_one_core no
			echo "${dir##*/cpu}"
			return
		fi
	done
	note cpus_on_one_core yes
	echo "$best"
}

# cpus_answers: what ndpx has counted for the guests.
cpus_answers() {
	pair_ndpx cpus -j guest show -s | grep -o '"answers": *[0-9]*' |
		awk -F: '{ sum += $2 } END { print sum + 0 }'
}

# cpus_ask WHAT: one round. The rules must have counted what was answered on both CPUs.
cpus_ask() {
	local before after
	before=$(cpus_answers)
	if ! "$BENCH" cpus "$(lab_name hcpus)" "$(pair_dev cpus)" "$CPUS_SECOND" \
		"$(per_mode 0.4 0.15)" "$1" >"$WORK/cpus"; then
		skip "cpus/$1" "no figure"
		return
	fi
	after=$(cpus_answers)
	[ "$1" = bounce ] || awk -v counted=$((after - before)) \
		'$1 == "runs" { d = $2 - counted; print "miscounted", d < 0 ? -d : d }' "$WORK/cpus" | record "cpus/$1"
	record "cpus/$1" <"$WORK/cpus"
}

section_cpus() {
	local what round rounds
	rounds=$(per_mode 7 3)
	CPUS_SECOND=$(cpus_second)
	if [ -z "$CPUS_SECOND" ]; then
		skip cpus "there is one CPU"
		return
	fi
	pair_up cpus
	pair_apply cpus <<-EOF
		uplink DEV {
			mode = native
			guest 2001:db8:1::1234 { }
			guest 2001:db8:1::1235 { }
		}
	EOF
	for ((round = 1; round <= rounds; round++)); do
		say "two CPUs at once, round $round of $rounds"
		for what in bounce same apart; do
			cpus_ask "$what"
		done
	done
}
