#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Nanoseconds per run of the program itself, by the kernel's statistics, everything on one
# CPU. Each figure includes reading the clock: `empty`, a program that does nothing, is
# measured in the same round. To be sourced by run.sh.

cost_hold() {
	"$BENCH" hold "$(lab_name "h$1")" "$(pair_dev "$1")" "${@:2}" | sed -n 's/^id //p'
}

# cost_ask NAME SAMPLE PROG answer|none OPTIONS...: no figure if anything else comes back.
cost_ask() {
	if ! pair_ask "$1" -t "$(per_mode 0.4 0.12)" -p "$3" -e "$4" "${@:5}" >"$WORK/ask"; then
		skip "cost/$2" "no figure"
		return
	fi
	sed -n '/^ns \|^runs \|^share /p' "$WORK/ask" | record "cost/$2"
}

# cost_bounces GROUP: the two yardsticks of a group.
cost_bounces() {
	cost_ask empty "$1/empty" "$EMPTY" none
	cost_ask bounce_only "$1/bounce" "$BOUNCE" answer -B
}

# cost_lookups GROUP COUNT: the third, among as many targets at random.
cost_lookups() {
	cost_ask lookup_only "$1/lookup" "$LOOKUP" answer -B -R -f "$FIRST" -n "$2"
}

# The host's other NICs: 64 with its uplink. ndpx must not answer to their MACs. A veth counts
# as a NIC only if it has an address: others are guests'.
cost_more_nics() {
	local i
	for ((i = 1; i < 64; i++)); do
		printf 'link add nic%d up address 02:00:00:01:00:%02x type veth peer name nic%d netns %s\n' \
			"$i" "$i" "$i" "$(lab_name rnics)"
		printf 'addr add 2001:db8:40:%x::1/64 dev nic%d\n' "$i" "$i"
	done | lab_ip hnics -batch -
}

FORMS=(plain tagged trailing nonce bare probe probe_bare dad dad_nonce)

# Every form in which a solicitation is answered, for one guest on a host with one NIC; and the
# plain one on a host with 64, each round from a different MAC: a filter for the host's own
# MACs may pass one for free and not another.
cost_forms() {
	local form round rounds prog tagged nics cable
	rounds=$(per_mode 5 3)
	for cable in forms tagged nics; do
		pair_up "$cable"
	done
	cost_more_nics
	for cable in forms nics; do
		pair_apply "$cable" <<<$'uplink DEV {\n\tmode = native\n\tguest 2001:db8:1::1:0 { }\n}'
	done
	pair_apply tagged <<<$'uplink DEV {\n\tmode = native\n\tvlan = 88\n\tguest 2001:db8:1::1:0 { }\n}'
	prog=$(pair_prog forms)
	tagged=$(pair_prog tagged)
	nics=$(pair_prog nics)
	LOOKUP=$(cost_hold lookup_only lookup "$FIRST" 1)
	say "cost of an answer in each form, one guest"
	for ((round = 1; round <= rounds; round++)); do
		cost_bounces forms
		cost_lookups forms 1
		for form in "${FORMS[@]}"; do
			case $form in
			tagged) cost_ask tagged "forms/$form" "$tagged" answer -k "$form" -f "$FIRST" ;;
			*) cost_ask forms "forms/$form" "$prog" answer -k "$form" -f "$FIRST" ;;
			esac
		done
		cost_ask nics forms/nics "$nics" answer -f "$FIRST" -a "$round"
	done
}

cost_guests() {
	local n=0 size round rounds prog
	rounds=$(per_mode 5 3)
	pair_up guests
	pair_apply guests <<<$'uplink DEV {\n\tmode = native\n}'
	prog=$(pair_prog guests)
	# shellcheck disable=SC2046 # a list of words
	for size in $(per_mode "1 1000 65536 1000000" "1 65536"); do
		say "cost of an answer, $size guests"
		# The first ones are there already.
		"$BENCH" list import $((FIRST + n)) $((size - n)) "$(pair_dev guests)" 0 |
			pair_import guests
		n=$size
		LOOKUP=$(cost_hold lookup_only lookup "$FIRST" "$size")
		for ((round = 1; round <= rounds; round++)); do
			cost_bounces "guests/$size"
			cost_lookups "guests/$size" "$size"
			cost_ask guests "guests/$size/exact" "$prog" answer -R -f "$FIRST" -n "$size"
			cost_ask guests "guests/$size/miss" "$prog" none -R -f 0x40000000 -n "$size"
		done
	done
}

# Targets in turn at random among all prefixes; each prefix its own, none inside another.
cost_prefixes() {
	local n had=0 lengths round rounds prog exact sets
	rounds=$(per_mode 3 2)
	sets=$(per_mode "1:1 1000:1 1000:4 1000:16 65536:1 65536:4 65536:16" "65536:16")
	pair_up prefixes
	pair_up beside
	pair_apply beside <<<$'uplink DEV {\n\tmode = native\n}'
	exact=$(pair_prog beside)
	# shellcheck disable=SC2086 # a list of words
	for n in $sets; do
		lengths=${n#*:}
		n=${n%:*}
		say "cost of an answer, $n prefixes of $lengths lengths"
		# Without those of the set before, which commands made.
		pair_apply prefixes --prune <<<$'uplink DEV {\n\tmode = native\n}'
		"$BENCH" list prefixes "$FIRST" "$n" "$(pair_dev prefixes)" "$lengths" |
			pair_import prefixes
		prog=$(pair_prog prefixes)
		# As many exact rules, for comparison.
		"$BENCH" list import $((FIRST + had)) $((n - had)) "$(pair_dev beside)" 0 |
			pair_import beside
		had=$n
		LOOKUP=$(cost_hold lookup_only lookup "$FIRST" "$n")
		for ((round = 1; round <= rounds; round++)); do
			cost_bounces "prefixes/$n/$lengths"
			cost_lookups "prefixes/$n/$lengths" "$n"
			cost_ask beside "prefixes/$n/$lengths/exact" "$exact" answer -R \
				-f "$FIRST" -n "$n"
			cost_ask prefixes "prefixes/$n/$lengths/answer" "$prog" answer -R -w \
				-f "$FIRST" -n "$n"
			cost_ask prefixes "prefixes/$n/$lengths/miss" "$prog" none -R -w \
				-f 0x40000000 -n "$n"
		done
	done
	cost_hold lookup_only pass >/dev/null
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
	pair_up lookup_only
	EMPTY=$(cost_hold empty drop)
	BOUNCE=$(cost_hold bounce_only bounce)
	cost_forms
	cost_guests
	cost_prefixes
	cost_fixed
}
