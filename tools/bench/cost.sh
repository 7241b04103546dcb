#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Nanoseconds per run of the program itself, by the kernel's statistics, everything on one
# CPU. Each figure includes reading the clock: `empty`, a program that does nothing, is
# measured in the same round. To be sourced by run.sh.

cost_hold() {
	"$BENCH" hold "$(lab_name "h$1")" "$(pair_dev "$1")" "${@:2}" | sed -n 's/^id //p'
}

# cost_ask NAME SAMPLE PROG OPTIONS...
cost_ask() {
	pair_ask "$1" -t "$(per_mode 0.4 0.12)" -p "$3" "${@:4}" | sed -n '/^ns \|^runs \|^share /p' |
		record "cost/$2"
}

# cost_bounces GROUP: the two yardsticks of a group.
cost_bounces() {
	cost_ask empty "$1/empty" "$EMPTY"
	cost_ask bounce_only "$1/bounce" "$BOUNCE" -B
}

cost_guests() {
	local n=0 size round rounds lookup prog
	rounds=$(per_mode 5 3)
	pair_up guests
	pair_up lookup_only
	pair_apply guests <<<$'uplink DEV {\n\tmode = native\n}'
	prog=$(pair_prog guests)
	# shellcheck disable=SC2046 # a list of words
	for size in $(per_mode "1 1000 65536 1000000" "1 65536"); do
		say "cost of an answer, $size guests"
		# The first ones are there already.
		"$BENCH" list import $((FIRST + n)) $((size - n)) "$(pair_dev guests)" 0 |
			pair_import guests
		n=$size
		lookup=$(cost_hold lookup_only lookup "$FIRST" "$size")
		for ((round = 1; round <= rounds; round++)); do
			cost_bounces "guests/$size"
			cost_ask lookup_only "guests/$size/lookup" "$lookup" -B -R -f "$FIRST" -n "$size"
			cost_ask guests "guests/$size/exact" "$prog" -R -f "$FIRST" -n "$size"
			cost_ask guests "guests/$size/miss" "$prog" -R -f 0x40000000 -n "$size"
		done
	done
	for ((round = 1; round <= rounds; round++)); do
		cost_bounces kinds
		for size in multicast probe dad; do
			cost_ask guests "kinds/$size" "$prog" -k "$size" -f "$FIRST"
		done
	done
	[ "$QUICK" = 1 ] || cost_hold lookup_only pass >/dev/null
}

# Targets in turn at random among all prefixes; each prefix its own, none inside another.
cost_prefixes() {
	local n had=0 lengths round rounds prog exact sets
	rounds=$(per_mode 3 2)
	sets=$(per_mode "1:1 1000:1 1000:4 1000:16 65536:1 65536:4 65536:16" "65536:4")
	pair_up prefixes
	pair_up beside
	pair_apply beside <<<$'uplink DEV {\n\tmode = native\n}'
	exact=$(pair_prog beside)
	# shellcheck disable=SC2086 # a list of words
	for n in $sets; do
		lengths=${n#*:}
		n=${n%:*}
		say "cost of an answer, $n prefixes of $lengths lengths"
		pair_apply prefixes <<<$'uplink DEV {\n\tmode = native\n}'
		"$BENCH" list prefixes "$FIRST" "$n" "$(pair_dev prefixes)" "$lengths" |
			pair_import prefixes
		prog=$(pair_prog prefixes)
		# As many exact rules, for comparison.
		"$BENCH" list import $((FIRST + had)) $((n - had)) "$(pair_dev beside)" 0 |
			pair_import beside
		had=$n
		for ((round = 1; round <= rounds; round++)); do
			cost_bounces "prefixes/$n/$lengths"
			cost_ask beside "prefixes/$n/$lengths/exact" "$exact" -R -f "$FIRST" -n "$n"
			cost_ask prefixes "prefixes/$n/$lengths/answer" "$prog" -R -w -f "$FIRST" -n "$n"
			cost_ask prefixes "prefixes/$n/$lengths/miss" "$prog" -R -w \
				-f 0x40000000 -n "$n"
		done
	done
}

# The rules that the rows of PROTOCOL.md meet, as far as `bench fixed` uses them.
cost_fixed() {
	local dev
	say 'cost of what is not answered'
	pair_up fixed
	dev=$(pair_dev fixed)
	lab_ip hfixed link add other0 type veth peer name other1
	lab_ip hfixed link set other1 up
	lab_ip hfixed link set other0 up
	lab_ip hfixed route add 2001:db8:1::b1/128 dev other0
	pair_apply fixed <<-EOF
		uplink DEV {
			mode = native
			deny = { 2001:db8:1::d }
			guest 2001:db8:1::1234 { }
			guest 2001:db8:1::a4 { dad = ignore }
			guest 2001:db8:1::a5 { paused = on }
			guest 2001:db8:1::a6 { port = $dev }
			guest 2001:db8:1::b0 { answer = routed }
			guest 2001:db8:1::b1 { answer = alive }
		}
	EOF
	"$BENCH" fixed "$(lab_name hfixed)" "$dev" "$(cost_counters fixed)" \
		"$(per_mode 9 3)" | record cost/fixed
	[ "$QUICK" = 1 ] || cost_rate
}

cost_rate() {
	pair_apply fixed <<<$'uplink DEV {\n\tmode = native\n\trate = 1\n\tguest 2001:db8:1::1234 { }\n}'
	"$BENCH" fixed "$(lab_name hfixed)" "$(pair_dev fixed)" "$(cost_counters fixed)" \
		9 limited | record cost/fixed
}

# cost_counters NAME: the command that prints them.
cost_counters() {
	printf '%q ' "$NDPX" -N "$(lab_name "h$1")" --bpffs "$BPFFS/$1" -j stats dev "$(pair_dev "$1")"
}

section_cost() {
	pair_up empty
	pair_up bounce_only
	EMPTY=$(cost_hold empty drop)
	BOUNCE=$(cost_hold bounce_only bounce)
	cost_guests
	cost_prefixes
	cost_fixed
}
