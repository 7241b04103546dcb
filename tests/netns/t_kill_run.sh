#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# `run` killed at any moment of its start, or while routes come, go and move: what it answers then
# was true a moment ago, the next one makes it true, and `down` leaves nothing of the dead one.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

KEPT=2001:db8:1::1 GOES=2001:db8:1::2 MOVES=2001:db8:1::3 COMES=2001:db8:1::4
FILE=2001:db8:1::9

for n in 1 2; do
	lab_ip host link add "vif$n.0" type veth peer name "g$n"
	lab_ip host link set "vif$n.0" up
	lab_ip host link set "g$n" up
done
echo "uplink eth0 { mode = native follow = { \"vif*\" } guest $FILE { } }" | conf

r6() {
	lab_ip host -6 route "$@"
}

before() {
	r6 replace $KEPT dev vif1.0
	r6 replace $GOES dev vif1.0
	r6 replace $MOVES dev vif1.0
	r6 del $COMES 2>/dev/null || true
}

changes() {
	r6 add $COMES dev vif2.0
	r6 del $GOES
	sleep 0.1
	r6 replace $MOVES dev vif2.0
	r6 add 2001:db8:5::/64 dev vif1.0
	r6 del 2001:db8:5::/64
	sleep 0.1
}

routes() {
	ndpx -j guest show origin route | jq -r '.guests[] | "\(.address) \(.port)"' | sort
}

is_after() {
	[ "$(routes)" = "$AFTER" ]
}

# traced WHAT STRACE-OPTION...: run below strace; WHAT changes once it follows, or never if it dies.
traced() {
	local what=$1
	shift
	: >"$WORK/log"
	net_job host strace -f -qq "$@" "$NDPX" --bpffs "$BPFFS" -c "$WORK/ndpx.conf" run 2>"$WORK/log"
	for _ in $(seq 100); do
		grep -q 'following the kernel' "$WORK/log" && break
		kill -0 "$JOB" 2>/dev/null || break
		sleep 0.05
	done
	"$what"
}

# ended: the traced process ends, if it did not; its status in GOT.
ended() {
	pkill -TERM -P "$JOB" || true
	GOT=0
	{ wait "$JOB" || GOT=$?; } 2>/dev/null
}

AFTER=$(printf '%s vif1.0\n%s vif2.0\n%s vif2.0' $KEPT $MOVES $COMES)
before
traced changes -o "$WORK/trace"
wait_for 5 is_after
ended
assert_eq "status of run" "$GOT" 0
CHANGING=$CHANGING READING=$READING awk -v bpffs="$BPFFS" '
	{ sub(/^[0-9]+ +/, ""); name = $0; sub(/\(.*/, "", name); seen[name]++ }
	index($0, bpffs) { from = 1 }
	from && $0 ~ ENVIRON["CHANGING"] && $0 !~ ENVIRON["READING"] { print name, seen[name] }
' "$WORK/trace" | if [ "${NDPX_KILL-}" = all ]; then cat; else sampled 5; fi >"$WORK/points"
status 0 ndpx down

kills=0 late=0
while read -r name n; do
	round "run killed at $name $n"
	before
	# Half of the rounds find everything there, and change it.
	[ $((kills % 2)) = 0 ] || status 0 ndpx apply
	traced changes -o /dev/null -e trace="$name" -e inject="$name:signal=KILL:when=$n"
	ended
	if [ "$GOT" = 137 ]; then
		kills=$((kills + 1))
		! grep -q 'following the kernel' "$WORK/log" || late=$((late + 1))
	else
		assert_eq "status of run" "$GOT" 0
	fi
	# A dead daemon's data plane never answers with what was not true: no rule but these.
	routes >"$WORK/left" 2>/dev/null || true
	! grep -vE "^($KEPT vif1.0|$GOES vif1.0|$MOVES vif[12].0|$COMES vif2.0|2001:db8:5::/64 vif1.0)$" \
		"$WORK/left" || fail "a rule that no route ever made"
	run_start
	wait_for 5 is_after
	soon $FILE $KEPT $MOVES $COMES
	gone $GOES
	run_end
	status 0 ndpx down
	[ ! -e "$BPFFS" ] || fail "down left $(find "$BPFFS" | head -n 3)"
	assert_eq "XDP program" "$(xdp_id host)" ""
done <"$WORK/points"
round ""
note "$kills kills, of which $late while it followed"
if [ "$kills" -lt 8 ] || [ "$late" -lt 2 ]; then
	fail "hardly ever killed: $(cat "$WORK/points")"
fi
