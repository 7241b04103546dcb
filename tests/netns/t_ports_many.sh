#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Many guest ports at once get filters, since the kernel waits for each TCX link; one more gets a
# link. Filters behind a TCX program are moved to the front by apply; down leaves nothing.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

MANY=40

net_pair
for ((n = 1; n <= MANY; n++)); do
	printf 'link add vif%d type veth peer name g%d\nlink set vif%d up\n' "$n" "$n" "$n"
done | lab_in host ip -batch -
# One that has a qdisc of its own, as libvirt's limits do.
lab_in host tc qdisc add dev vif7 ingress
lab_add guest
lab_wire host vif90 guest eth0 02:00:00:00:0f:90 02:00:00:00:0a:90
conf <<-'CONF'
	uplink eth0 { guest 2001:db8:1::1 { } }
	ports "vif*" { gateway = { fe80::1 } }
CONF
trace() {
	lab_in host tc qdisc show | sort
	for ((n = 1; n <= MANY; n++)); do
		lab_in host tc filter show dev "vif$n" ingress
	done
	find "$BPFFS" 2>/dev/null || true
}
trace >"$WORK/before"

# hooks: how many ports hang on which, as "clsact 41".
hooks() {
	ndpx -j status | jq -r '.ports.sections[].devices[].hook' | sort | uniq -c |
		awk '{ printf("%s%s %d", (NR > 1 ? ", " : ""), $2, $1) }'
}

answered() {
	assert_eq "the gateway" "$(lab_in guest "$NDTOOL" exchange eth0 \
		"$("$NDTOOL" ns 02:00:00:00:0a:90 fe80::77 fe80::1)" 1000)" \
		"$("$NDTOOL" na -f RSO 02:00:00:00:0f:90 02:00:00:00:0a:90 fe80::1 fe80::77 fe80::1 \
			02:00:00:00:0f:90)"
}

for mode in clsact tcx; do
	note "$mode"
	[ "$mode" = clsact ] || export NDPX_TC=tcx
	status 0 ndpx apply
	[ "$mode" = clsact ] || ! ndpx -j status | jq -e '.ports.hook == "clsact"' >/dev/null ||
		break # a kernel without TCX
	assert_eq "hooks" "$(hooks)" "$mode $((MANY + 1))"
	answered
	status 0 ndpx -j apply
	assert_json "$WORK/out" '.ports | .attached == [] and .swapped == false'
	status 0 ndpx down
	trace >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "down left a trace ($mode)"
done
unset NDPX_TC

note "one more"
status 0 ndpx apply
lab_ip host link add vif99 type veth peer name g99
lab_ip host link set vif99 up
status 0 ndpx -j apply
assert_json "$WORK/out" '.ports | .attached == ["vif99"]'
net_job host "$NDTOOL" tcx lo next >"$WORK/tcx.lo"
if wait_for 2 grep -q attached "$WORK/tcx.lo"; then
	assert_eq "hooks" "$(hooks)" "clsact $((MANY + 1)), tcx 1"

	note "a TCX program before a filter"
	net_job host "$NDTOOL" tcx vif90 pass >"$WORK/tcx.vif90"
	wait_for 5 grep -q attached "$WORK/tcx.vif90"
	assert_eq "cut off" "$(lab_in guest "$NDTOOL" exchange eth0 \
		"$("$NDTOOL" ns 02:00:00:00:0a:90 fe80::77 fe80::1)" 200)" none
	status 0 ndpx apply
	assert_eq "hooks" "$(hooks)" "clsact $MANY, tcx 2"
	answered
	assert_has_not <(lab_in host tc filter show dev vif90 ingress) ndpx
else
	note "this kernel has no TCX"
fi
status 0 ndpx down
lab_ip host link del vif99
trace >"$WORK/after"
diff "$WORK/before" "$WORK/after" >&2 || fail "down left a trace"
