#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# As seen from the router: throughput, latency, fairness. To be sourced by run.sh.

# Full speed, all on one CPU: the end-to-end cost of a frame. Then answers against offered
# load, with the host on a separate CPU.
section_throughput() {
	local name round rate seconds rounds
	contestants
	seconds=$(per_mode 0.5 0.1)
	rounds=$(per_mode 7 2)
	contestants_threaded 0
	for ((round = 1; round <= rounds; round++)); do
		say "full speed on one CPU, round $round of $rounds"
		for name in "${READY[@]}"; do
			contestant_ask "$name" -t "$seconds" | record "throughput/$name/one"
		done
	done
	rounds=$(per_mode 3 1)
	contestants_threaded 1
	for ((round = 1; round <= rounds; round++)); do
		say "offered rates, round $round of $rounds"
		for rate in 1000 5000 20000 100000 1000000 0; do
			for name in "${READY[@]}"; do
				contestant_ask "$name" -t "$seconds" -r "$rate" -n "$MANY" |
					record "throughput/$name/$rate"
			done
		done
	done
}

# Single probes, one every 10 ms: idle, and while another requester is busy.
section_latency() {
	local name rate seconds
	contestants
	seconds=$(per_mode 2.5 0.3)
	contestants_threaded 1
	for rate in idle 20000 1000000; do
		say "time to the answer: $rate"
		for name in "${READY[@]}"; do
			if [ "$rate" = idle ]; then
				contestant_ask "$name" -t "$seconds" -b 8 -l 0.01 -q
			else
				contestant_ask "$name" -t "$seconds" -b 8 -l 0.01 -r "$rate"
			fi | record "latency/$name/$rate"
		done
	done
}

fair_apply() {
	{
		printf 'uplink DEV {\n\tmode = native\n\trate = %s\n' "$1"
		"$BENCH" list conf "$FIRST" "$MANY" DEV 0 | sed 1,2d
	} | pair_apply fair
}

# A flooder, up to full speed, and a second requester that needs an answer now and then.
# 1136000/s is what a 1 Gbit/s port carries. Beyond what the host can read off the cable, the
# ring drops frames of both before any program sees them.
section_fair() {
	local rate flood round rounds seconds
	rounds=$(per_mode 3 1)
	seconds=$(per_mode 0.6 0.3)
	pair_up fair
	fair_apply 0
	pair_threaded fair 1
	for ((round = 1; round <= rounds; round++)); do
		say "fairness, round $round of $rounds"
		pair_ask fair -t "$seconds" -l 0.005 -b 8 -q | record fair/none/0
		for rate in 0 1000; do
			fair_apply "$rate"
			for flood in 1136000 2000000 3000000 0; do
				pair_ask fair -t "$seconds" -l 0.005 -b 16 -r "$flood" \
					-f "$FIRST" | record "fair/$flood/$rate"
			done
		done
	done
}
