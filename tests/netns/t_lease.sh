#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `lease`, by XDP and by TC: answered while run lives; silent once it is killed or hung, and not
# before; without a lease nothing depends on run. What the other commands say of it. Reloads,
# apply beside run, down beside run.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

A=2001:db8:1::1

file() { # LEASE
	echo "uplink eth0 { mode = $MODE lease = $1 guest $A { } }" | conf
}

# over_within MS: still answered now, silent within so long.
over_within() {
	local end=$(($(date +%s%3N) + $1))
	assert_answered $A
	while [ "$(ask $A 50)" != none ]; do
		[ "$(date +%s%3N)" -lt "$end" ] || fail "still answered after $1 ms"
		sleep 0.05
	done
}

lease() {
	MODE=$1
	note "without run nobody refreshes it: apply attaches, and nothing is answered"
	file 1
	status 0 ndpx apply
	assert_has "$WORK/err" "eth0: lease: nothing is answered until 'ndpx run' refreshes it"
	assert_silent $A
	assert_eq "counted" "$(counter paused)" 1
	status 0 ndpx status
	assert_has "$WORK/out" ', lease 1 \(run out: nothing is answered'
	status 0 ndpx -j status
	assert_json "$WORK/out" '.uplinks[0] | .lease == 1 and .lease_over and (.paused | not)'
	status 0 ndpx metrics
	assert_has "$WORK/out" '^ndpx_lease_over\{dev="eth0"\} 1$'
	status 0 ndpx explain $A dev eth0
	assert_has "$WORK/out" ': paused \(pass\): .*lease has run out'
	assert_has "$WORK/out" 'but: .*lease of 1 s has run out: start .ndpx run'
	status 3 ndpx doctor --no-probe
	assert_has "$WORK/out" '^eth0: lease-over: the lease of 1 s has run out.*: start ndpx run'
	status 1 ndpx announce $A dev eth0
	assert_has "$WORK/err" 'lease has run out, so nothing would be answered: start'
	note "a unicast probe is dropped, as with a pause"
	status 0 ndpx -j explain $A dev eth0 probe
	assert_json "$WORK/out" '.explain.verdict == "paused" and .explain.act == "drop"'

	note "answered while run lives"
	run_start
	soon $A
	for _ in $(seq 12); do
		assert_answered $A
		sleep 0.2
	done
	status 0 ndpx -j status
	assert_json "$WORK/out" '.uplinks[0] | .lease == 1 and (.lease_over | not)'
	status 0 ndpx metrics
	assert_has "$WORK/out" '^ndpx_lease_over\{dev="eth0"\} 0$'
	ndpx doctor --no-probe >"$WORK/out" || true
	assert_has_not "$WORK/out" lease-over

	note "hung: silent within the lease; continued: answered again"
	kill -STOP "$RUN"
	over_within 1300
	kill -CONT "$RUN"
	soon $A

	note "killed: the same; the next one takes over"
	kill -KILL "$RUN"
	wait "$RUN" 2>/dev/null || true
	over_within 1300
	run_start
	soon $A

	note "apply and down beside it: run sets up and refreshes again"
	status 0 ndpx apply
	assert_eq "no warning" "$(grep -c 'lease' "$WORK/err")" 0
	status 0 ndpx down
	lab_ip host link set eth0 address 02:00:00:00:00:77
	lab_ip host link set eth0 address "$LAB_HOST_MAC"
	soon $A

	note "a planned end leaves it running out; a restart in time loses nothing"
	run_end
	assert_answered $A
	run_start
	assert_answered $A
	file 3
	kill -HUP "$RUN"
	wait_for 5 lease_is 3
	assert_answered $A
	run_end
	over_within 3300

	note "a reload to none: answered whatever becomes of run; and back"
	run_start
	file 0
	kill -HUP "$RUN"
	wait_for 5 lease_is 0
	kill -STOP "$RUN"
	sleep 3.5
	assert_answered $A
	kill -CONT "$RUN"
	file 2
	kill -HUP "$RUN"
	wait_for 5 lease_is 2
	for _ in $(seq 6); do
		assert_answered $A
		sleep 0.4
	done

	note "a pause is a pause"
	status 0 ndpx pause dev eth0
	assert_silent $A
	status 0 ndpx resume dev eth0
	assert_answered $A
	file 0
	kill -HUP "$RUN"
	wait_for 5 lease_is 0
	run_end
}

lease_is() {
	[ "$(ndpx -j status | jq '.uplinks[0].lease')" = "$1" ]
}

net_pair
note "the file"
for bad in -1 86401 1s yes; do
	echo "uplink eth0 { lease = $bad }" | conf
	status 1 ndpx check
	assert_has "$WORK/err" 'lease: .*expected a number'
done
echo "uplink eth0 { lease = 3 } uplink eth0.5 { lease = 4 }" | conf
status 1 ndpx check
assert_has "$WORK/err" 'lease differs from line 1: VLANs of one device share it'
in_modes lease
