#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Fifty guests start at once: links appear in a burst, each hook calls `ndpx apply`, and all
# succeed, while links and addresses keep changing.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

VMS=${NDPX_VMS:-50}

net_pair
conf <<-EOF
	uplink eth0 { guest 2001:db8:1::1 { } }
	ports "vm*" { gateway = { fe80::1 } }
EOF
status 0 ndpx apply

# Enough links and addresses that a dump takes dozens of messages, and some that come and go
# while the noise lasts: each change interrupts the dumps in progress. The noise ends within
# the 10 s ndpx allows a dump. Links matter most: the kernel takes the RTNL for each message
# of their dump, and waiters get in between.
for i in $(seq 600); do
	echo "link add many$i type veth peer many${i}p"
done >"$WORK/links"
seq -f 'addr add 2001:db8:a::%g/128 dev lo nodad' 1500 >"$WORK/addresses"
lab_ip host -batch "$WORK/links"
lab_ip host -batch "$WORK/addresses"
NOISE=()
for i in $(seq 4); do
	net_job host timeout 8 bash -c "while ip link add t$i type veth peer u$i && ip link del t$i &&
		ip addr add 2001:db8:b::$i/128 dev lo nodad && ip addr del 2001:db8:b::$i/128 dev lo
	do :; done"
	NOISE+=("$JOB")
done

start() {
	lab_ip host link add "vm$1" type veth peer name "g$1" &&
		lab_ip host link set "vm$1" up &&
		ndpx apply >"$WORK/vm$1" 2>&1
}
PIDS=()
for i in $(seq "$VMS"); do
	start "$i" &
	PIDS+=($!)
done
FAILED=0
for pid in "${PIDS[@]}"; do
	wait "$pid" || FAILED=$((FAILED + 1))
done
cat "$WORK"/vm* >"$WORK/all"
[ "$FAILED" -eq 0 ] || fail "$FAILED of $VMS failed: $(grep -v '^eth0\|^ports' "$WORK/all" | sort | uniq -c)"
assert_has_not "$WORK/all" 'nterrupted'
kill "${NOISE[@]}" 2>/dev/null || true
ndpx -j status >"$WORK/status"
assert_eq "ports" "$(jq '[.ports.sections[].devices[]] | length' "$WORK/status")" "$VMS"
assert_answered 2001:db8:1::1
status 0 ndpx down
