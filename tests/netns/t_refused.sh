#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A kernel that refuses half-way leaves the uplink answering: each bpf(2) call fails in turn
# while `apply` switches from native to generic. And devices that cannot be uplinks.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

command -v strace >/dev/null || skip "no strace"
net_pair

note "no Ethernet"
echo "uplink lo { guest 2001:db8:1::1 { } }" | conf
status 2 ndpx apply
assert_has "$WORK/err" 'not an Ethernet'

# file MODE
file() {
	echo "uplink eth0 { mode = $1  guest 2001:db8:1::1 { } }"
}
file native >"$WORK/native.conf"
file generic >"$WORK/generic.conf"
for n in $(seq 60); do
	# shellcheck disable=SC2034 # lib.sh says it where a check fails
	CONTEXT="bpf call $n"
	status 0 ndpx -c "$WORK/native.conf" apply
	code=0
	nsenter --net="/run/netns/$(lab_name host)" strace -f -o /dev/null -e trace=bpf \
		-e inject="bpf:error=ENOMEM:when=$n" "$NDPX" --bpffs "$BPFFS" -q \
		-c "$WORK/generic.conf" apply 2>"$WORK/err" || code=$?
	assert_answered 2001:db8:1::1
	[ "$code" -ne 0 ] || done=$((${done:-0} + 1))
	[ "${done:-0}" -lt 12 ] || break
done
note "12 of $n went through, and it answered after each"
