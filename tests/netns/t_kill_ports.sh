#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An apply that changes guest ports, killed at any moment, leaves all ports with the old
# sections or all with the new ones, and the next apply repairs the rest. The same for one that
# attaches and detaches, and for a first one; after a killed down, another one finishes.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

for n in 1 2; do
	lab_add "g$n"
	lab_wire host "vif$n.0" "g$n" eth0 "02:00:00:00:0f:0$n" "02:00:00:00:0a:0$n"
done

# answers N TARGET: does guest N get an answer for its gateway TARGET?
answers() {
	local want got
	want=$("$NDTOOL" na -f RSO "02:00:00:00:0f:0$1" "02:00:00:00:0a:0$1" "$2" fe80::77 "$2" \
		"02:00:00:00:0f:0$1")
	got=$(lab_in "g$1" "$NDTOOL" exchange eth0 \
		"$("$NDTOOL" ns "02:00:00:00:0a:0$1" fe80::77 "$2")" "${3:-60}")
	case $got in
	none) return 1 ;;
	"$want") return 0 ;;
	*) fail "guest $1 asked for $2 and got $got" ;;
	esac
}

# state: which guest gets which answers, as "1a 2c".
state() {
	local n g said=''
	for n in 1 2; do
		for g in a b c; do
			! answers "$n" "fe80::$g" || said+="$n$g "
		done
	done
	printf '%s\n' "$said"
}

cat >"$WORK/old.conf" <<-EOF
	uplink eth0 { mode = tc  guest 2001:db8:1::1 { } }
	ports vif1.0 { gateway = { fe80::a } onlink = { 2001:db8::/64 } }
	ports "vif*" { gateway = { fe80::c } }
EOF
cat >"$WORK/new.conf" <<-EOF
	uplink eth0 { mode = tc  guest 2001:db8:1::1 { } }
	ports "vif*" { gateway = { fe80::b } onlink = { 2001:db8::/64 } }
EOF
cat >"$WORK/one.conf" <<-EOF
	uplink eth0 { mode = tc  guest 2001:db8:1::1 { } }
	ports "vif2*" { gateway = { fe80::c } }
EOF

# kills WHAT FROM TO STATES...: an apply of TO over FROM, killed at each of its points, leaves
# one of these states; the last one is that of TO.
kills() {
	local what=$1 from=$2 to=$3 name n kills=0 now want
	shift 3
	want=${*: -1}
	status 0 ndpx -c "$WORK/$from.conf" apply
	points -c "$WORK/$to.conf" apply >"$WORK/points"
	assert_eq "state of $to" "$(state)" "$want"
	while read -r name n; do
		round "$what, apply killed at $name $n"
		status 0 ndpx -c "$WORK/$from.conf" apply
		if killed "$name" "$n" -c "$WORK/$to.conf" apply; then
			kills=$((kills + 1))
		fi
		now=$(state)
		grep -qxF -- "$now" <<<"$(printf '%s\n' "$@")" || fail "neither old nor new: '$now'"
		status 0 ndpx -c "$WORK/$to.conf" apply
		assert_eq "mended" "$(state)" "$want"
		status 0 ndpx status
	done <"$WORK/points"
	round ""
	note "$what: $kills kills"
	[ "$kills" -ge 5 ] || fail "hardly ever killed: $(cat "$WORK/points")"
}

kills "sections and rules" old new "1a 2c " "1b 2b "
kills "a port less" old one "1a 2c " "2c "
kills "a port more" one old "2c " "1a 2c "

# where: who answers for the address of a command: the uplink, the port of the other guest.
where() {
	local port
	port=$(lab_in g2 "$NDTOOL" exchange eth0 \
		"$("$NDTOOL" ns 02:00:00:00:0a:02 fe80::77 2001:db8:7::7)" 60)
	[ "$(ask 2001:db8:7::7 60)" = none ] || printf 'uplink '
	[ "$port" = none ] || printf 'port '
}

note "guest add and del: in uplinks and ports alike"
status 0 ndpx -c "$WORK/new.conf" apply
word=add rest="port vif1.0" kills=0
for word in add del; do
	[ "$word" = add ] || rest=''
	# shellcheck disable=SC2086 # words they are
	points guest "$word" 2001:db8:7::7 dev eth0 $rest >"$WORK/points"
	while read -r name n; do
		round "guest $word killed at $name $n"
		ndpx -q guest del 2001:db8:7::7 dev eth0 2>/dev/null || true
		[ "$word" = add ] || status 0 ndpx guest add 2001:db8:7::7 dev eth0 port vif1.0
		# shellcheck disable=SC2086
		! killed "$name" "$n" guest "$word" 2001:db8:7::7 dev eth0 $rest || kills=$((kills + 1))
		now=$(where)
		case $now in
		'' | 'uplink port ') ;;
		*) fail "answers: '$now'" ;;
		esac
	done <"$WORK/points"
done
round ""
note "$kills kills"
[ "$kills" -gt 5 ] || fail "hardly ever killed"

note "down"
status 0 ndpx -c "$WORK/old.conf" apply
points down >"$WORK/points"
while read -r name n; do
	round "down killed at $name $n"
	status 0 ndpx -c "$WORK/old.conf" apply
	killed "$name" "$n" down || true
	status 0 ndpx down
	assert_eq "answered after down" "$(state)" ""
	[ ! -e "$BPFFS" ] || fail "pins are left: $(find "$BPFFS")"
done <"$WORK/points"
round ""
