#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# tools/contrib/keepalived with Debian's keepalived: two hosts with a hundred guests behind one
# switch, of which the active one fails: its link goes down; or its processes hang and its
# guests are unreachable, while its program stays attached. How long a guest is not reached, and
# whom a router asks that knows nobody, with a lease and without.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/run.sh"

command -v keepalived >/dev/null || skip "no keepalived: tools/deps.sh check"

MAC2=02:00:00:00:00:fd
POOL=${LAB_PREFIX}a:0/112
G=${LAB_PREFIX}a:32
declare -A RUNS KEEPS
NOTIFY=$TOP/tools/contrib/keepalived/ndpx-notify

# What is stopped does not end by SIGTERM.
end_all() {
	local status=$? pids host
	for host in host host2; do
		pids=$(ip netns pids "$(lab_name $host)" 2>/dev/null)
		# shellcheck disable=SC2086 # one word a process
		[ -z "$pids" ] || kill -KILL $pids
	done
	(exit $status)
	net_end
}
trap end_all EXIT

lab_up_wire "$TAG"
lab_add host2
lab_wire host2 eth0 switch host2 $MAC2
lab_hear_xdp switch host2
lab_plug host2
# A bridge floods to the port that joined last first: of two who answer, the active one is ahead.
lab_ip switch link set host nomaster
lab_plug host
lab_set host2 net/ipv6/conf/all/forwarding 1
lab_ip host2 addr add "${LAB_PREFIX}4/64" dev eth0
for host in host host2; do
	lab_ip $host route add default via "$LAB_ROUTER" dev eth0
done
# What the guests would be: an address each, which both hosts can reach.
guests_up() {
	lab_ip "$1" route add local "$POOL" dev lo
}
guests_up host
guests_up host2

of() { # HOST ARGS...
	local host=$1
	shift
	"$NDPX" -N "$(lab_name "$host")" --bpffs "$BPFFS/$host" -c "$WORK/ndpx.conf" "$@"
}

# The script calls it without options.
for host in host host2; do
	printf '#!/bin/sh\nexec %s --bpffs %s -c %s "$@"\n' "$NDPX" "$BPFFS/$host" "$WORK/ndpx.conf" \
		>"$WORK/ndpx-$host"
	printf '#!/bin/sh\nNDPX=%s exec %s "$@"\n' "$WORK/ndpx-$host" "$NOTIFY" >"$WORK/notify-$host"
	chmod 755 "$WORK/ndpx-$host" "$WORK/notify-$host"
done

vrrp() { # HOST PRIORITY
	cat >"$WORK/keepalived-$1.conf" <<-EOF
		global_defs {
		    script_user root
		    vrrp_version 3
		}
		vrrp_instance guests {
		    interface eth0
		    native_ipv6
		    state BACKUP
		    nopreempt
		    virtual_router_id 51
		    priority $2
		    advert_int 0.1
		    virtual_ipaddress {
		        fe80::51/64
		    }
		    notify "$WORK/notify-$1 eth0"
		}
	EOF
	net_job "$1" keepalived -n -P -D -l -f "$WORK/keepalived-$1.conf" -p "$WORK/$1.pid" \
		-r "$WORK/$1.vrrp" >"$WORK/keepalived-$1.log" 2>&1
}

daemon() { # HOST
	net_job "$1" "$NDPX" --bpffs "$BPFFS/$1" -c "$WORK/ndpx.conf" run 2>"$WORK/run-$1.log"
	wait_for 20 grep -q 'following the kernel' "$WORK/run-$1.log"
}

paused() { # HOST true|false
	[ "$(of "$1" -j status | jq '.uplinks[0].paused')" = "$2" ]
}

# entries MAC: how many guests the router sends to that MAC.
entries() {
	lab_ip router -6 neigh show dev eth0 to "${LAB_PREFIX}a:0/112" | grep -c "lladdr $1" || true
}

ask_all() {
	local i pids=()
	for i in $(seq 100); do
		lab_in router ping -c1 -W1 "${LAB_PREFIX}a:$i" >/dev/null &
		pids+=($!)
	done
	wait "${pids[@]}" || true
}

begin() { # LEASE
	{
		echo "uplink eth0 { lease = $1"
		seq -f "guest ${LAB_PREFIX}a:%g { }" 100
		echo "}"
	} | conf
	for host in host host2; do
		status 0 of $host apply --paused
		daemon $host
		RUNS[$host]=$JOB
	done
	vrrp host 200
	KEEPS[host]=$JOB
	wait_for 10 paused host false
	vrrp host2 100
	KEEPS[host2]=$JOB
	sleep 1
	paused host2 true || fail "both answer"
	lab_ip router -6 neigh flush all
	ask_all
	assert_eq "guests at the active host" "$(entries "$LAB_HOST_MAC")" 100
}

end() {
	local host
	for host in host host2; do # the child first: it survives its parent by what it has to end
		kill -KILL "$(cat "$WORK/$host.vrrp")"
		rm "$WORK/$host.vrrp"
	done
	kill -KILL "${RUNS[@]}" "${KEEPS[@]}"
	wait "${RUNS[@]}" "${KEEPS[@]}" 2>/dev/null || true
	for host in host host2; do
		of $host down || true
		lab_ip $host addr del fe80::51/64 dev eth0 2>/dev/null || true
	done
}

# outage COMMAND...: pings a guest each 10 ms while the command fails the active host. Sets
# OUTAGE to the longest time without a reply, in ms.
outage() {
	lab_in router ping -D -n -i 0.01 -c 600 -W 1 "$G" >"$WORK/ping" 2>&1 &
	local ping=$!
	sleep 1
	"$@"
	wait $ping || true
	OUTAGE=$(sed -n 's/^\[\([0-9.]*\)\] .*bytes from.*/\1/p' "$WORK/ping" | awk '
		{ if (NR > 1 && $1 - last > most) most = $1 - last; last = $1 }
		END { printf "%d\n", most * 1000 }')
	[ "$(tail -n 3 "$WORK/ping" | grep -c 'packets transmitted')" = 1 ] || fail "ping: $(tail -3 "$WORK/ping")"
	# The last reply came long after the failure.
	[ "$(grep -c 'bytes from' "$WORK/ping")" -gt 150 ] || fail "the guest stays away: $(tail -3 "$WORK/ping")"
	[ "$OUTAGE" -lt 4000 ] || fail "away for $OUTAGE ms"
}

link_down() {
	lab_ip host link set eth0 down
}

# What a hung host is to its neighbours: the NIC goes on, nothing behind it does. Killing
# keepalived would not do: its child notices, and pauses.
hang() {
	kill -STOP "${KEEPS[host]}" "$(cat "$WORK/host.vrrp")" "${RUNS[host]}"
	lab_ip host route del local "$POOL" dev lo
	lab_set host net/ipv6/conf/all/forwarding 0 # else it would pass them on to the other host
}

note "the link goes down"
begin 0
outage link_down
note "link down: $OUTAGE ms"
assert_eq "guests at the other host" "$(entries $MAC2)" 100
end
lab_ip host link set eth0 up
lab_ip host addr replace "$LAB_HOST/64" dev eth0
lab_ip host route replace default via "$LAB_ROUTER" dev eth0

for lease in 0 1; do
	note "hung, lease = $lease"
	begin $lease
	outage hang
	note "hung, lease = $lease: $OUTAGE ms"
	sleep 1
	lab_ip router -6 neigh flush all
	ask_all
	wrong=$(entries "$LAB_HOST_MAC")
	note "hung, lease = $lease: of 100 guests the router then takes $wrong for the dead host's"
	if [ $lease = 1 ]; then
		assert_eq "guests of the dead host" "$wrong" 0
		assert_eq "guests at the other host" "$(entries $MAC2)" 100
	else
		# The fault that a lease mends: else this test proves nothing.
		[ "$wrong" -gt 0 ] || fail "the dead host no longer answers, without a lease"
	fi
	end
	guests_up host
	lab_set host net/ipv6/conf/all/forwarding 1
done
