#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# First in the chain: a TCX program that returns TCX_PASS, or a clsact filter that returns OK,
# attached before `apply` or later ahead of ours. If ndpx cannot move ahead of it, status,
# explain and doctor name it. Uplinks and guest ports.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

ports_lab
# doctor's other findings about this lab do not matter here.
cat >"$WORK/ndpx.conf" <<-EOC
	uplink eth0 { mode = tc  guest 2001:db8:1::1 { } }
	ports "vif1.0" { gateway = fe80::9 }
EOC

# foreign DEV WHAT: a foreign TCX program, ahead of all others.
foreign() {
	net_job host "$NDTOOL" tcx "$1" "$2" >"$WORK/tcx.$1.$2"
	# shellcheck disable=SC2153 # net_job sets it
	FOREIGN=$JOB
	wait_for 5 grep -q attached "$WORK/tcx.$1.$2"
}

gone() {
	kill "$FOREIGN"
	wait "$FOREIGN" || true
}

ok_filter() { # DEV PRIORITY [PROTOCOL]
	lab_bpf host tc filter add dev "$1" ingress pref "$2" protocol "${3:-all}" \
		bpf da obj "$(lab_object)" sec tc_end
}

assert_asked() {
	assert_answered 2001:db8:1::1
	assert_eq "answer of the guest port" "$(ask_guest 1 fe80::9)" "$(answer_guest 1 RSO fe80::9)"
}

assert_deaf() {
	assert_silent 2001:db8:1::1
	assert_eq "answer of the guest port" "$(ask_guest 1 fe80::9)" none
}

# named HOOK REGEX: all three name what runs before ours, on the uplink and the port.
named() {
	status 0 ndpx status
	assert_has "$WORK/out" "^    before ours: $2"
	assert_has "$WORK/out" "^            before ours: $2"
	status 0 ndpx -j status
	assert_json "$WORK/out" '.uplinks[0].before[0].hook == "'"$1"'" and
		.ports.sections[0].devices[0].before[0].hook == "'"$1"'"'
	status 0 ndpx explain 2001:db8:1::1 dev eth0
	assert_has "$WORK/out" "^    but: $2.* before this program"
	status 0 ndpx -j explain 2001:db8:1::1 dev eth0
	assert_json "$WORK/out" '[.explain.obstacles[] | select(.code == "runs-before")] | length > 0'
	finds eth0 runs-before "$2"
	assert_json "$WORK/out" '[.findings[] | select(.code == "runs-before") | .dev] ==
		["eth0", "vif1.0"]'
}

not_named() {
	status 0 ndpx -j status
	assert_json "$WORK/out" '.uplinks[0].before == [] and
		.ports.sections[0].devices[0].before == []'
	ndpx doctor --no-probe >"$WORK/out" || true
	assert_has_not "$WORK/out" runs-before
}

lab_in host "$NDTOOL" tcx lo next >"$WORK/tcx" 2>&1 & # does this kernel have TCX?
JOBS+=($!)
sleep 0.3
if grep -q attached "$WORK/tcx"; then
	export NDPX_TC=tcx
	for dev in eth0 vif1.0; do
		net_job host "$NDTOOL" tcx "$dev" pass >"$WORK/tcx.$dev"
		wait_for 5 grep -q attached "$WORK/tcx.$dev"
	done
	note "TCX: a program that passes was there first"
	status 0 ndpx apply
	assert_asked
	not_named

	note "TCX: and one that comes in front of ours"
	foreign eth0 pass
	EARLIER=$FOREIGN
	foreign vif1.0 pass
	assert_deaf
	named tcx "TCX program 'foreign_tcx' \(id [0-9]+\)"

	note "apply goes ahead of it, and nothing is lost on the way"
	kill "$EARLIER"
	wait "$EARLIER" || true
	foreign eth0 next
	net_job router "$NDTOOL" flood -w 16 eth0 "$LAB_ROUTER_MAC" "$ASKER" 2001:db8:1::1 0 \
		>"$WORK/flood"
	FLOOD=$JOB
	sleep 0.2
	status 0 ndpx -j apply
	assert_json "$WORK/out" '.uplinks[0].swapped and (.uplinks[0].attached | not)'
	sleep 0.2
	kill -TERM "$FLOOD"
	wait "$FLOOD" || true
	assert_has "$WORK/flood" '^sent [1-9][0-9]* answered [1-9][0-9]* lost 0$'
	assert_asked
	not_named
	# By id, as another test's programs have the same name.
	sed -n 's/^attached //p' "$WORK"/tcx.eth0 "$WORK"/tcx.eth0.next "$WORK"/tcx.vif1.0 \
		"$WORK"/tcx.vif1.0.pass >"$WORK/ids"
	assert_eq "foreign programs" "$(wc -l <"$WORK/ids")" 4
	while read -r id; do
		status 0 bpftool prog show id "$id"
	done <"$WORK/ids"
	status 0 ndpx -j apply
	assert_json "$WORK/out" '.uplinks[0].swapped == false and .ports.swapped == false'

	note "never-runs: frames arrive, and somebody takes them all"
	foreign eth0 drop
	net_job router "$NDTOOL" flood -r 50 eth0 "$LAB_ROUTER_MAC" "$ASKER" 2001:db8:1::1 0 \
		>"$WORK/flood"
	# shellcheck disable=SC2034 # of doctor.sh
	PROBE=()
	finds eth0 never-runs 'did not run once'
	# shellcheck disable=SC2034 # of doctor.sh
	PROBE=(--no-probe)
	gone
	ndpx doctor >"$WORK/out" || true
	assert_has_not "$WORK/out" never-runs
	kill -TERM "$JOB" 2>/dev/null || true
	status 0 ndpx down
	for job in "${JOBS[@]}"; do
		kill "$job" 2>/dev/null || true
	done
	sleep 0.3
else
	note "no TCX here: only clsact"
fi

export NDPX_TC=clsact
for dev in eth0 vif1.0; do
	lab_in host tc qdisc add dev "$dev" clsact
	ok_filter "$dev" 50
	# It never sees a solicitation, so ours need not move; but its priority is taken.
	ok_filter "$dev" 49 ip
done
note "clsact: a filter that says ok was there first"
status 0 ndpx apply
assert_asked
not_named
lab_in host tc filter show dev eth0 ingress >"$WORK/filters"
assert_has "$WORK/filters" 'protocol all pref 48 bpf'
status 0 ndpx -j apply
assert_json "$WORK/out" '.uplinks[0].swapped == false and .ports.swapped == false'

note "clsact: and one in front of ours"
ok_filter eth0 10
ok_filter vif1.0 10
assert_deaf
named clsact "clsact filter 'tc_ok' \(id [0-9]+\), priority 10"
status 0 ndpx apply
assert_asked
not_named
lab_in host tc filter show dev eth0 ingress >"$WORK/filters"
assert_has "$WORK/filters" 'protocol all pref 9 bpf'
assert_eq "filters of ours" "$(grep -c ndpx_tc "$WORK/filters")" 1

note "clsact: no room before priority 1"
ok_filter eth0 1
ok_filter vif1.0 1
status 0 ndpx apply
assert_deaf
named clsact "clsact filter 'tc_ok' \(id [0-9]+\), priority 1"
assert_has "$WORK/line" 'cannot be put before it'
for pref in 1 10 50; do
	lab_in host tc filter del dev eth0 ingress pref "$pref"
	lab_in host tc filter del dev vif1.0 ingress pref "$pref"
done
assert_asked
status 0 ndpx down
lab_in host tc filter show dev eth0 ingress >"$WORK/filters"
assert_has_not "$WORK/filters" ndpx
assert_has "$WORK/filters" 'pref 49'
