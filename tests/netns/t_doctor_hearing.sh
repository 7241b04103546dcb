#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# doctor: what keeps solicitations, tags or answers from passing the device, and who else
# answers.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/doctor.sh"

net_pair
lab_add guest
lab_wire host vif1 guest eth0
lab_ip host -6 route add 2001:db8::/32 dev vif1
ONE=2001:db8:1::1

note "vlan-hidden: XDP on a NIC that takes tags out"
for mode in native generic; do
	round "$mode"
	conf <<<"uplink eth0.88 { mode = $mode  guest $ONE { } }"
	status 0 ndpx apply
	finds eth0 vlan-hidden "$mode XDP, a VLAN in use"
	only vlan-hidden
done
round ''
lab_in host ethtool -K eth0 rxvlan off
finds_none
lab_in host ethtool -K eth0 rxvlan on
conf <<<"uplink eth0.88 { mode = tc  guest $ONE { } }"
status 0 ndpx apply
finds_none

note "peer-without-xdp: the answers of native XDP are lost on a veth"
conf <<<"uplink eth0 { mode = native  guest $ONE { } }"
status 0 ndpx apply
finds_none
assert_answered $ONE
lab_ip router link set eth0 xdp off
assert_silent $ONE
finds eth0 peer-without-xdp 'other end of this veth, eth0'
only peer-without-xdp
lab_hear_xdp router eth0
finds_none

note "xdp-mtu: the kernel itself refuses native XDP for the MTU, and TC goes on"
conf <<<"uplink eth0 { mode = tc  guest $ONE { } }"
status 0 ndpx apply
lab_ip router link set eth0 xdp off
lab_ip router link set eth0 mtu 9000
lab_ip host link set eth0 mtu 9000
conf <<<"uplink eth0 { mode = native  guest $ONE { } }"
finds eth0 xdp-mtu 'the MTU is 9000'
lab_ip host link set eth0 mtu 1500
lab_ip router link set eth0 mtu 1500
lab_hear_xdp router eth0
finds eth0 not-native 'but tc is in use'
status 0 ndpx apply
finds_none

note "groups-lost, with auto and join"
for groups in auto join; do
	conf <<<"uplink eth0 { groups = $groups  guest $ONE { } }"
	status 0 ndpx apply
	lab_ip host -6 neigh del proxy $ONE dev eth0
	finds eth0 groups-lost "group of $ONE is not joined"
	only groups-lost
	note "another member of the same group will do"
	lab_ip host -6 neigh add proxy 2001:db8:77::1 dev eth0
	finds_none
	lab_ip host -6 neigh del proxy 2001:db8:77::1 dev eth0
	fixes eth0 groups-lost
done

note "prefix-unheard: groups = join, unless the device hears all anyway"
conf <<<"uplink eth0 { groups = join  guest 2001:db8:2::/64 { } }"
status 0 ndpx apply
finds eth0 prefix-unheard 'prefix 2001:db8:2::/64'
only prefix-unheard
lab_ip host link set eth0 promisc on
finds_none
lab_ip host link set eth0 promisc off

note "proxy-ndp: came on after the groups were joined; fixed by allmulticast"
for where in eth0 all; do
	conf <<<"uplink eth0 { guest $ONE { } }"
	status 0 ndpx apply
	lab_set host "net/ipv6/conf/$where/proxy_ndp" 1
	finds eth0 proxy-ndp "sysctl -w net/ipv6/conf/$where/proxy_ndp=0"
	only proxy-ndp
	fixes eth0 proxy-ndp

	note "kernel-proxy: an entry of somebody else's that the kernel answers for"
	lab_ip host -6 neigh add proxy 2001:db8:66::6 dev eth0
	finds eth0 kernel-proxy 'ip -6 neigh del proxy 2001:db8:66::6 dev eth0'
	only kernel-proxy
	lab_set host "net/ipv6/conf/$where/proxy_ndp" 0
	finds_none
	lab_ip host -6 neigh del proxy 2001:db8:66::6 dev eth0
	status 0 ndpx apply
done

note "daemon-alive: in this network namespace, and not in another"
for daemon in ndppd npd6; do
	# Unpacked by tools/deps.sh, because installing one would start it.
	program=$(PATH=$TOP/build/peers/usr/sbin:$TOP/build/peers/usr/bin:$PATH command -v $daemon) ||
		{ note "no $daemon: not shown" && continue; }
	printf 'proxy eth0 {\n rule 2001:db8:55::/64 {\n static\n }\n}\n' >"$WORK/ndppd.conf"
	printf 'prefix=2001:db8:55:\ninterface=eth0\n' >"$WORK/npd6.conf"
	args=(-c "$WORK/$daemon.conf")
	[ $daemon = ndppd ] || args+=(-f -l "$WORK/daemon.log")
	net_job guest "$program" "${args[@]}" >"$WORK/log" 2>&1
	other=$JOB
	running() {
		[ "$(cat "/proc/$JOB/comm")" = "$daemon" ]
	}
	wait_for 5 running
	finds_none
	net_job host "$program" "${args[@]}" >"$WORK/log" 2>&1
	wait_for 5 running
	finds host daemon-alive "$daemon runs in this network namespace, pid $JOB: .*disable --now $daemon"
	only daemon-alive
	kill "$JOB" "$other"
	wait "$JOB" "$other" 2>/dev/null || true
	wait_for 5 ndpx doctor
	# Both switch allmulticast on; npd6 does not switch it off again.
	lab_ip host link set eth0 allmulticast off
done
