#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# An apply that changes rules and settings of two uplinks, and sections, addresses and bindings
# of guest ports, killed at any moment: all of it is old or all of it is new. The next command,
# whichever it is, finds that state whole, and the next apply completes it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/kill.sh"

net_wire eth1
for n in 1 2; do
	lab_add "g$n"
	lab_wire host "vif$n.0" "g$n" eth0 "02:00:00:00:0f:0$n" "02:00:00:00:0a:0$n"
done

# conf_of NAME SOURCE N FLAG PORT BITS SECTIONS
conf_of() {
	cat >"$WORK/$1.conf" <<-EOF
		uplink eth0 {
		    mode = native
		    source = $2
		    guest 2001:db8:1::1 { port = vif$5.0 }
		    guest 2001:db8:1::$3 { }
		    guest 2001:db8:1$3::/$6 { }
		}
		uplink eth1 {
		    mode = tc
		    source = $2
		    guest 2001:db8:2::1 { router = $4 }
		    guest 2001:db8:2::$3 { }
		    guest 2001:db8:2$3::/$6 { }
		}
		$7
	EOF
}
conf_of old target 2 off 1 64 'ports vif1.0 { gateway = { fe80::a } onlink = { 2001:db8:1::/64 } }
ports "vif*" { gateway = { fe80::c } onlink = { 2001:db8:1::/64 } }'
conf_of new link-local 3 on 2 80 'ports "vif*" { gateway = { fe80::b } onlink = { 2001:db8:1::/64 } }'

# said IN IF MAC ASKER TARGET...: for each that is answered "TARGET/FLAGS", with /l where its
# source is not the target.
said() {
	local in=$1 mac=$3 source=$4 target na
	for target in "${@:5}"; do
		na=$(lab_in "$in" "$NDTOOL" exchange "$2" "$("$NDTOOL" ns "$mac" "$source" "$target")" 60)
		[ "$na" != none ] || continue
		printf '%s/%s%s\n' "$target" "${na:116:2}" "$([ "${na:44:32}" = "${na:124:32}" ] || echo /l)"
	done >"$WORK/said.$in.$2"
}

# state: everything that is answered, asked for on four cables at once.
state() {
	local mac=02:00:00:00:0a:0 pids=() n
	said router eth0 "$LAB_ROUTER_MAC" "$ASKER" 2001:db8:1::{1,2,3} 2001:db8:1{2,3}::7 &
	pids+=($!)
	said router eth1 02:00:00:00:00:02 "$ASKER" 2001:db8:2::{1,2,3} 2001:db8:2{2,3}::7 &
	pids+=($!)
	for n in 1 2; do
		said "g$n" eth0 "$mac$n" fe80::77 fe80::{a,b,c} 2001:db8:1::1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat "$WORK"/said.*
}

# counts: of each uplink and the ports, by `status`, which has them kept with each commit.
counts() {
	ndpx -j status | jq -c '[(.uplinks[], .ports) | [.guests, .prefixes, .own_addresses]]'
}

# learn NAME: what its state is.
learn() {
	status 0 ndpx -c "$WORK/$1.conf" apply
	state >"$WORK/$1.state"
	counts >"$WORK/$1.counts"
	guests >"$WORK/$1.guests"
}
learn old
learn new
for what in state counts guests; do
	[ -s "$WORK/old.$what" ] || fail "no $what"
done
assert_eq "answers of old" "$(wc -l <"$WORK/old.state")" 9
assert_eq "answers of new" "$(wc -l <"$WORK/new.state")" 9
for n in said.router.eth0 said.router.eth1 said.g1.eth0 said.g2.eth0; do
	grep -qvxFf "$WORK/old.state" "$WORK/$n" || fail "nothing of $n changes"
done

# is NAME: which it is by the commands must be which it is by the answers.
is() {
	assert_eq "state" "$(state)" "$(cat "$WORK/$1.state")"
	assert_eq "counts" "$(counts)" "$(cat "$WORK/$1.counts")"
	assert_eq "guests" "$(guests)" "$(cat "$WORK/$1.guests")"
}

# whole: NOW is the state that it is.
whole() {
	NOW=new
	[ "$(guests)" = "$(cat "$WORK/new.guests")" ] || NOW=old
	is "$NOW"
}

# next ROUND: the next command, another one each time.
next() {
	case $(($1 % 3)) in
	1) # It commits, and must not commit what the killed one had staged.
		status 0 ndpx guest add 2001:db8:ff::1 dev eth1 port vif1.0
		status 0 ndpx guest del 2001:db8:ff::1 dev eth1
		is "$NOW"
		;;
	2)
		status 0 ndpx pause dev eth0
		status 0 ndpx resume dev eth0
		is "$NOW"
		;;
	esac
}

kills=0 i=0 olds=0
status 0 ndpx -c "$WORK/old.conf" apply
points -c "$WORK/new.conf" apply >"$WORK/points"
while read -r name n; do
	i=$((i + 1))
	round "apply killed at $name $n"
	status 0 ndpx -c "$WORK/old.conf" apply
	! killed "$name" "$n" -c "$WORK/new.conf" apply || kills=$((kills + 1))
	whole
	[ "$NOW" = new ] || olds=$((olds + 1))
	next "$i"
	status 0 ndpx -c "$WORK/new.conf" apply
	is new
	status 0 ndpx status
done <"$WORK/points"
round ""
note "$kills kills, of which $olds left the old state"
if [ "$kills" -lt 10 ] || [ "$olds" -lt 3 ] || [ "$olds" -ge "$kills" ]; then
	fail "hardly ever killed: $(cat "$WORK/points")"
fi
