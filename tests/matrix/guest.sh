#!/bin/dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# /init of the guest kernel: mounts, modules, the commands that the cases use, and then a
# shell for the host on the line $agent, from the kernel's command line: a line in, its output,
# "@@ STATUS" out.
# busybox's sh would run its own ip and tc whatever PATH says: hence dash.
export PATH=/bin:/busybox

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t bpf bpf /sys/fs/bpf
mkdir -p /dev/net /run/netns
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200

cut -d" " -f1 /proc/uptime >/dev/console
for module in /modules/*.ko; do
	case $module in
	*-bonding.ko) insmod "$module" max_bonds=0 ;;
	*) insmod "$module" ;;
	esac || echo "guest: $module does not load"
done

for key in all default; do
	echo 0 >/proc/sys/net/ipv6/conf/$key/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/$key/router_solicitations
	echo 1 >/proc/sys/net/ipv6/conf/$key/forwarding
	echo 1 >/proc/sys/net/ipv6/conf/$key/keep_addr_on_down
done
echo 1 >/proc/sys/kernel/bpf_stats_enabled
ip link set lo up

# name MAC NAME: the kernel numbers cards as it finds them.
name() {
	for sys in /sys/class/net/*/address; do
		[ "$(cat "$sys")" = "$1" ] || continue
		sys=${sys%/address}
		ip link set "${sys##*/}" name "$2"
		return
	done
	echo "no card with $1"
	return 1
}

# host_addr DEV NET: the host's address on one of its links.
host_addr() {
	ip -6 addr add "2001:db8:$2::3/64" dev "$1" nodad && ip link set "$1" up
}

# bond NET: over both slaves; the first one's MAC is its own.
bond() {
	ip link add bond0 type bond mode active-backup miimon 100 &&
		ip link set slave1 down && ip link set slave1 master bond0 &&
		ip link set slave2 down && ip link set slave2 master bond0 &&
		ip link set slave1 up && ip link set slave2 up &&
		host_addr bond0 "$1"
}

# bridge NET MAC: with the card `port` in it; the addresses are the bridge's.
bridge() {
	ip link add br0 address "$2" type bridge && ip link set port master br0 up &&
		host_addr br0 "$1"
}

# inner_router DEV NET [xdp]: a router inside the guest, for links without a cable.
inner_router() {
	[ -e /run/netns/router ] || ip netns add router || return
	case $1 in
	tap) (cable tap "r$2" >/dev/null 2>&1 &) && sleep 1 && ip link set "r$2" netns router ;;
	*) ip link add "$1" type veth peer name "r$2" netns router ;;
	esac || return
	ip -n router link set "r$2" up &&
		ip -n router -6 addr add "2001:db8:$2::1/64" dev "r$2" nodad &&
		host_addr "$1" "$2" || return
	[ -z "$3" ] || ip netns exec router ip link set dev "r$2" xdpdrv obj /pass.o sec xdp
}

# vlan88 DEV NET: a VLAN device, with a guest behind it.
vlan88() {
	ip link add link "$1" name "$1.88" type vlan id 88 && host_addr "$1.88" "$2"
}

# behind NET...: a guest with one address per link, behind a port of this host.
behind() {
	ip netns add guest &&
		ip link add vif1.0 type veth peer name eth0 netns guest &&
		ip link set vif1.0 up &&
		ip -n guest link set lo up &&
		ip -n guest link set eth0 up &&
		ip -6 addr add fe80::1/64 dev vif1.0 nodad &&
		ip -n guest -6 route add default via fe80::1 dev eth0 || return
	for net; do
		ip -n guest -6 addr add "2001:db8:$net::34/128" dev eth0 nodad &&
			ip -6 route add "2001:db8:$net::34/128" dev vif1.0 || return
	done
}

# snap: everything ndpx might leave behind, in a form that nothing else changes.
snap() {
	# The kernel's own state of XDP, allmulti and promiscuity is in ip -d link.
	ip -d link show | sed 's/ state [A-Z]*//; s/ *numtxqueues.*//; s/ [a-z_]*timer *[0-9.]*//g; s/ link_failure_count [0-9]*//'
	ip -6 addr show | sed '/valid_lft/d; s/ state [A-Z]*//'
	ip maddr show
	ip -6 neigh show proxy
	tc qdisc show
	for dev in $(tc qdisc show | sed -n 's/^qdisc clsact .* dev \([^ ]*\) .*/\1/p'); do
		tc filter show dev "$dev" ingress
		tc filter show dev "$dev" egress
	done
	find /sys/fs/bpf
	grep ' bpf ' /proc/mounts
	bpftool link show | sed 's/^[0-9]*: //'
	bpftool prog show | grep -o 'name ndpx.*'
	bpftool map show | grep -oE 'name (guests|prefixes|counters|askers|record|ndpx).*'
}

# left: what differs from /tmp/before. A kernel frees programs and maps when it gets to it.
left() {
	tries=0
	until snap 2>&1 | diff /tmp/before - >/tmp/left || [ $tries = 10 ]; do
		tries=$((tries + 1))
		sleep 0.3
	done
	grep '^[-+][^-+]' /tmp/left
}

# settled: every link that is up has its carrier and its addresses, and not for a moment only.
settled() {
	tries=0
	good=0
	while [ $good -lt 4 ]; do
		good=$((good + 1))
		tries=$((tries + 1))
		if ip link show up | grep '^[0-9]' | grep -qE 'NO-CARRIER|,UP>' ||
			ip -6 addr show | grep -q tentative; then
			good=0
		fi
		[ $tries -lt 300 ] || return 1
		sleep 0.1
	done
}

# shellcheck disable=SC2154 # the kernel hands it to us
case $agent in
ttyS*) stty -F "/dev/$agent" raw -echo ;;
esac
# Once, because a virtio port cannot be opened twice.
exec <>"/dev/$agent" >&0
cut -d" " -f1 /proc/uptime >/dev/console
echo "@@ ready"
while IFS= read -r line; do
	(eval "$line") 2>&1
	printf '\n@@ %d\n' $?
done
echo "guest: the host has hung up"
poweroff -f
