#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `explain` on guest ports: by address and by frame, with the whole answer and without side
# effects; on an interface whose name looks like a VLAN's.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

ports_lab
ports_conf

# answered: the number of answers so far, in total.
answered() {
	ndpx metrics | sed -n 's/^ndpx_solicitations_total{.*verdict="answered[a-z_]*"} //p'
}

# says PORT VERDICT ACT ARGUMENTS...
says() {
	local port=$1 verdict=$2 act=$3
	shift 3
	status 0 ndpx -j explain "$@" dev "$port"
	assert_json "$WORK/out" ".explain.verdict == \"$verdict\" and .explain.act == \"$act\" and
		.explain.dev == \"$port\" and (.explain.na != null) == (\"$act\" == \"answer\")"
}

# na FIELD: a field of the last says()'s answer.
na() {
	jq -r ".explain.na.$1" "$WORK/out"
}

for NDPX_TC in tcx clsact; do
	export NDPX_TC
	round "$NDPX_TC"
	status 0 ndpx apply
	before=$(answered)
	assert_eq "counters are there" "$(wc -l <<<"$before")" 6

	says vif1.0 answered answer fe80::1
	assert_eq "R O" "$(na router) $(na override)" "true true"
	assert_eq "MAC of the port" "$(na src_mac) $(na lladdr)" "$(mac_of_port 1) $(mac_of_port 1)"
	assert_json "$WORK/out" '.explain.obstacles == [] and .explain.rule.address == "fe80::1"'
	says vif1.0 answered_probe answer "$(addr_of_guest 2)" probe
	assert_eq "R O" "$(na router) $(na override)" "false false"
	says vif1.0 answered_dad answer "$(addr_of_guest 2)" dad
	assert_eq "to all" "$(na dst) $(na solicited) $(na override)" "ff02::1 false true"
	says vif1.0 same_port pass "$(addr_of_guest 1)"
	says vif1.0 same_port pass "$(addr_of_guest 1)" dad
	says tap3.0 same_port pass "$(addr_of_guest 3)"
	says vif1.0 answered answer "$(addr_of_guest 3)" from "$(addr_of_guest 1)"
	assert_json "$WORK/out" '.explain.obstacles == []'
	says vif1.0 no_guest pass 2001:db8:99::1
	assert_json "$WORK/out" '.explain.nearest | length > 0'
	says vif1.0 answered answer frame \
		"$("$NDTOOL" ns "$(mac_of_guest 1)" fe80::77 "$(addr_of_guest 2)")"
	status 1 ndpx explain frame 0102 dev vif1.0
	assert_eq "counters" "$(answered)" "$before"

	note "the text, and what is refused"
	status 0 ndpx explain fe80::1 dev vif1.0
	assert_has "$WORK/out" '^fe80::1 dev vif1.0 \(multicast\): answered \(answer\): '
	assert_has "$WORK/out" 'rule: guest fe80::1$'
	status 1 ndpx explain fe80::1 dev vif1.0 vlan 5
	assert_has "$WORK/err" 'vif1.0: a guest port'
	status 3 ndpx explain fe80::1 dev lo
	status 0 ndpx down
done
round ""
status 3 ndpx explain fe80::1 dev vif1.0
assert_has "$WORK/err" 'vif1.0: not attached'
