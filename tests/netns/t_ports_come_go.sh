#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Guest ports that come and go, next to foreign programs; changes by guest add, del and
# import; a file without them; down of one and of all.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/ports.sh"

ports_lab

trace() {
	local dev
	for dev in eth0 vif1.0 vif2.0 tap3.0; do
		lab_in host tc qdisc show dev "$dev"
		lab_in host tc filter show dev "$dev" ingress
		lab_in host bpftool net show dev "$dev" | grep -v '^$' || true
	done
	find "$BPFFS" 2>/dev/null || true
}

note "down leaves nothing, with and without TCX"
trace >"$WORK/before"
for NDPX_TC in tcx clsact; do
	export NDPX_TC
	ports_conf
	status 0 ndpx apply
	status 0 ndpx down
	trace >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "down left a trace ($NDPX_TC)"
done
export NDPX_TC=tcx

note "a pattern that matches nothing yet, and a port that comes later"
conf <<-EOF
	uplink eth0 { guest $(addr_of_guest 1) { port = vif1.0 } }
	ports "vif1*" { gateway = { $GATEWAY } }
	ports "late*" { gateway = { $GATEWAY } }
EOF
status 0 ndpx apply
assert_has "$WORK/err" 'ports "late\*": no matching interface yet'
status 0 ndpx status
assert_eq "the gateway" "$(ask_guest 1 "$GATEWAY")" "$(answer_guest 1 RSO "$GATEWAY")"
assert_eq "no port of ours" "$(ask_guest 2 "$GATEWAY")" none
lab_ip host link set vif2.0 down
lab_ip host link set vif2.0 name late2
lab_ip host link set late2 up
assert_eq "not before apply" "$(ask_guest 2 "$GATEWAY")" none
status 0 ndpx -j apply
assert_json "$WORK/out" '.ports | .devices == 2 and .attached == ["late2"] and .detached == []'
assert_eq "after apply" "$(ask_guest 2 "$GATEWAY")" "$(answer_guest 2 RSO "$GATEWAY")"
assert_eq "the other one" "$(ask_guest 1 "$GATEWAY")" "$(answer_guest 1 RSO "$GATEWAY")"

note "one that no longer matches, and one that is gone"
lab_ip host link set late2 down
lab_ip host link set late2 name other2
lab_ip host link set other2 up
status 0 ndpx -j apply
assert_json "$WORK/out" '.ports | .devices == 1 and .attached == [] and .detached == ["other2"]'
assert_eq "detached" "$(ask_guest 2 "$GATEWAY")" none
lab_ip host link set other2 down
lab_ip host link set other2 name vif2.0
lab_ip host link set vif2.0 up
lab_ip host route replace "$(addr_of_guest 2)/128" dev vif2.0
ports_conf
status 0 ndpx apply
lab_ip host link add vif9.0 type veth peer name vif9p
status 0 ndpx apply
assert_has "$WORK/out" 'attached vif9.0'
lab_ip host link del vif9.0
status 0 ndpx status
assert_has_not "$WORK/out" vif9
status 0 ndpx -j apply
assert_json "$WORK/out" '.ports | .devices == 3 and (.detached | length == 1)'
[ "$(find "$(netns_dir)/ports" -name 'link*' | wc -l)" = 3 ] || fail "a pin is left: $(ls "$(netns_dir)/ports")"

status 0 ndpx status dev vif1.0
assert_has "$WORK/out" '^        vif1.0: tcx'
status 1 ndpx stats dev vif1.0
assert_has "$WORK/err" 'guest ports share their counters'

note "guest add, del and import reach the ports at once"
new=${PREFIX}b7
assert_eq "inside onlink" "$(ask_guest 1 -p "$new")" \
	"$(answer_guest 1 S "$new")" # P93: by onlink, the kernel routes it out of eth0
own_address 1 "$new"
status 0 ndpx guest add "$new" dev eth0 port vif2.0
stolen 1 "$new"
status 0 ndpx guest replace "$new" dev eth0 port vif1.0
own_address 1 "$new"
assert_eq "behind the asking port" "$(ask_guest 1 "$new")" none
lab_ip g1 addr del "$new/64" dev eth0
status 0 ndpx guest del "$new" dev eth0
assert_eq "inside onlink again" "$(ask_guest 1 "$new")" "$(answer_guest 1 S "$new")"
for n in c1 c2 c3; do
	echo "2001:db8:ee::$n dev eth0 port vif2.0"
done >"$WORK/import"
status 0 ndpx guest import "$WORK/import"
assert_eq "imported" "$(ask_guest 1 2001:db8:ee::c2)" "$(answer_guest 1 S 2001:db8:ee::c2)"
assert_eq "where it sits" "$(ask_guest 2 2001:db8:ee::c2)" none
status 0 ndpx apply --prune
assert_has "$WORK/out" 'ports: 3, rules \+0 -3 ~0'
assert_eq "not in the file" "$(ask_guest 1 2001:db8:ee::c2)" none

note "another gateway: the old one is silent, the new one answers"
sed -i "s/gateway = .*/gateway = { fe80::2 }/" "$WORK/ndpx.conf"
status 0 ndpx apply
assert_eq "new" "$(ask_guest 1 fe80::2)" "$(answer_guest 1 RSO fe80::2)"
assert_eq "old" "$(ask_guest 1 fe80::1)" none
assert_eq "old, by onlink" "$(ask_guest 1 "$GATEWAY")" "$(answer_guest 1 S "$GATEWAY")"

note "a stand-by host is silent"
status 0 ndpx apply --paused
assert_eq "paused" "$(ask_guest 1 fe80::2)" none
status 0 ndpx status
assert_has "$WORK/out" '^ports.*, paused'
status 0 ndpx -q resume dev eth0
assert_eq "resumed" "$(ask_guest 1 fe80::2)" "$(answer_guest 1 RSO fe80::2)"
status 0 ndpx apply --paused
status 0 ndpx apply
assert_eq "still paused" "$(ask_guest 1 fe80::2)" none
status 0 ndpx -q resume dev eth0
assert_eq "taken up" "$(ask_guest 1 fe80::2)" "$(answer_guest 1 RSO fe80::2)"

note "down of one"
status 0 ndpx down dev vif1.0
assert_has "$WORK/out" '^vif1.0: removed from the guest ports$'
assert_eq "removed" "$(ask_guest 1 fe80::2)" none
assert_eq "the others" "$(ask_guest 2 fe80::2)" "$(answer_guest 2 RSO fe80::2)"
status 0 ndpx apply
assert_has "$WORK/out" 'attached vif1.0'

note "a file without ports, and then with a port as its uplink"
conf <<-EOF
	uplink eth0 { guest $(addr_of_guest 1) { port = vif1.0 } }
EOF
status 0 ndpx apply
assert_has "$WORK/out" 'ports: removed'
assert_eq "removed" "$(ask_guest 1 fe80::2)" none
[ ! -e "$(netns_dir)/ports" ] || fail "pins are left"
for NDPX_TC in tcx clsact; do
	ports_conf
	status 0 ndpx apply
	conf <<-EOF
		uplink vif1.0 { mode = tc  guest 2001:db8:ee::1 { } }
		ports "vif2*" { gateway = fe80::2 }
	EOF
	status 0 ndpx apply
	assert_eq "as an uplink" "$(ask_guest 1 2001:db8:ee::1)" \
		"$(answer_guest 1 S 2001:db8:ee::1)"
	assert_eq "no port any more" "$(ask_guest 1 fe80::2)" none
	ports_conf
	status 0 ndpx apply
	assert_eq "a port again" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
	assert_eq "no uplink any more" "$(ask_guest 1 2001:db8:ee::1)" none
	status 0 ndpx down
	trace >"$WORK/after"
	diff "$WORK/before" "$WORK/after" >&2 || fail "down left a trace ($NDPX_TC)"
done

note "a filter of somebody else survives"
export NDPX_TC=clsact
lab_in host tc qdisc add dev vif1.0 clsact
lab_bpf host tc filter add dev vif1.0 ingress pref 100 bpf da obj "$(lab_object)" sec tc
trace >"$WORK/before"
status 0 ndpx apply
assert_eq "beside it" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
status 0 ndpx down
trace >"$WORK/after"
diff "$WORK/before" "$WORK/after" >&2 || fail "the foreign filter changed"
export NDPX_TC=tcx
status 0 ndpx apply
assert_eq "before it" "$(ask_guest 1 fe80::1)" "$(answer_guest 1 RSO fe80::1)"
status 0 ndpx down
trace >"$WORK/after"
diff "$WORK/before" "$WORK/after" >&2 || fail "the foreign filter changed"
