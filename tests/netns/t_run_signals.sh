#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `run` as a service manager sees it: one at a time, reload with a good and with a bad file,
# readiness and status, the lock held by others, an idle wait without a wake-up, its end with
# and without --teardown.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

A=2001:db8:1::1
B=2001:db8:1::2

net_pair
conf_one

note "a bad file, another option, an argument"
echo "uplink eth0 { gest $A { } }" | conf
status 1 ndpx run
assert_has "$WORK/err" 'ndpx.conf:1:15: unknown key .gest.'
status 1 ndpx run dev eth0
assert_has "$WORK/err" "unknown argument 'dev'"
status 1 ndpx -j run
status 1 ndpx apply --teardown
[ ! -e "$BPFFS" ] || fail "something was made"

note "one at a time, in this namespace"
conf_one
run_start
status 2 ndpx run
assert_has "$WORK/err" "already running as process $RUN, for $BPFFS"
status 0 ndpx status
assert_answered $A

note "a reload that adds one, and one that is wrong"
echo "uplink eth0 { guest $A { } guest $B { } }" | conf
kill -HUP "$RUN"
soon $B
assert_has "$WORK/log" 'ndpx.conf reloaded'
assert_has "$WORK/log" '^eth0: .*rules \+1 -0 ~0'
printf 'uplink eth0 {\n  guest %s { }\n  rate = many\n}\n' $A | conf
kill -HUP "$RUN"
wait_for 5 grep -q 'ndpx.conf:3:10: rate:' "$WORK/log"
wait_for 5 grep -q 'not reloaded: the file before stays in force' "$WORK/log"
assert_answered $A $B
note "the file before is still followed"
lab_ip host link set eth0 address 02:00:00:00:00:77
LAB_HOST_MAC=02:00:00:00:00:77 soon $A $B
lab_ip host link set eth0 address "$LAB_HOST_MAC"
soon $A $B
rm "$WORK/ndpx.conf"
kill -HUP "$RUN"
wait_for 5 grep -q 'ndpx.conf: No such file' "$WORK/log"
assert_answered $A

note "nothing to do, no wake-up"
quiet 600
sleep 2.5 # another MAC is announced three times
strace -f -o "$WORK/trace" -p "$RUN" 2>/dev/null &
TRACER=$!
JOBS+=("$TRACER")
wait_for 5 grep -q epoll_wait "$WORK/trace" # attaching interrupts it
sleep 0.5
before=$(cat "$WORK/trace")
sleep 4
assert_eq "system calls while idle" "$(cat "$WORK/trace")" "$before"
kill "$TRACER"
wait "$TRACER" || true

note "what does not matter is no reason to apply"
strace -f -e trace=flock -o "$WORK/trace" -p "$RUN" 2>/dev/null &
TRACER=$!
JOBS+=("$TRACER")
sleep 0.5
lab_ip host link set eth0 mtu 1400
lab_ip host -6 route add blackhole 2001:db8:9::/64
lab_ip host addr change fe80::77/64 dev eth0 valid_lft 100 preferred_lft 100
sleep 0.5
: >"$WORK/trace"
for i in 1 2 3; do
	lab_ip host addr change fe80::77/64 dev eth0 valid_lft 10$i preferred_lft 100
	lab_ip host link set eth0 mtu 140$i
	sleep 0.3
done
kill "$TRACER"
wait "$TRACER" || true
assert_eq "locks taken" "$(grep -c flock "$WORK/trace")" 0
lab_ip host addr del fe80::77/64 dev eth0
quiet 500

note "the lock in another's hands: signals are served, the events not lost"
flock -F "$(netns_dir)" sleep 600 &
HOLDER=$!
JOBS+=("$HOLDER")
sleep 0.3
kill -STOP "$HOLDER"
lab_ip host link set eth0 address 02:00:00:00:00:77
sleep 1
assert_answered $A
wait_for 15 grep -q "locked by process $HOLDER .sleep 600., which is stopped" "$WORK/log"
kill -KILL "$HOLDER"
sleep 1
LAB_HOST_MAC=02:00:00:00:00:77 soon $A $B
lab_ip host link set eth0 address "$LAB_HOST_MAC"
soon $A $B

note "apply beside it: run goes by the new file from then on"
conf_one
status 0 ndpx apply
assert_has "$WORK/err" "'ndpx run' \(process $RUN\) reloads its file"
wait_for 5 log_says 2 'conf reloaded'
lab_ip host link set eth0 address 02:00:00:00:00:77
LAB_HOST_MAC=02:00:00:00:00:77 soon $A
assert_silent $B
lab_ip host link set eth0 address "$LAB_HOST_MAC"
soon $A
status 0 ndpx down
assert_has "$WORK/err" "process $RUN\) sets everything up again"
lab_ip host link set eth0 address 02:00:00:00:00:77
lab_ip host link set eth0 address "$LAB_HOST_MAC"
soon $A
echo "uplink eth0 { guest $A { } guest $B { } }" | conf
kill -HUP "$RUN"
soon $B

note "SIGTERM leaves the data plane as it is"
run_end
assert_answered $A $B
status 0 ndpx status

note "SIGINT with --teardown removes everything"
conf_one
run_start --teardown
assert_answered $A
run_end INT
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
assert_eq "program" "$(xdp_id host)" ""

note "killed: the next one takes over"
run_start
kill -KILL "$RUN"
wait "$RUN" 2>/dev/null || true
assert_answered $A
run_start
assert_answered $A
run_end

note "what the service manager is told"
told() {
	[ "$(grep -cF -- "$2" "$WORK/told")" = "$1" ]
}
run_under env NOTIFY_SOCKET=@ndpx-test WATCHDOG_USEC=1000000 \
	strace -e trace=sendto -s 200 -o "$WORK/told" --
child=$(pgrep -P "$RUN")
wait_for 5 grep -q '"READY=1\\nSTATUS=1 of 1 uplinks attached"' "$WORK/told"
wait_for 5 grep -q '"WATCHDOG=1"' "$WORK/told"
kill -HUP "$child"
wait_for 5 grep -qE '"RELOADING=1\\nMONOTONIC_USEC=[0-9]{5,}"' "$WORK/told"
wait_for 5 told 2 READY=1
kill "$child"
wait "$RUN" || fail "status of run: $?"
assert_has "$WORK/told" '"STOPPING=1"'
