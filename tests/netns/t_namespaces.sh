#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Two network namespaces with the same ifindexes on one bpffs, with uplinks and guest ports:
# whatever happens in one, the other answers on and keeps its program. And what versions up to
# ABI 4 pinned, without a directory for the namespace, is taken over.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

net_pair
lab_add other
lab_wire other eth0 router eth1 "$LAB_HOST_MAC" "$LAB_ROUTER_MAC"
lab_hear_xdp router eth1
lab_set other net/ipv6/conf/all/forwarding 1
for ns in host other; do
	lab_ip "$ns" link add vif1 type veth peer name guest1
	lab_ip "$ns" link set vif1 up
	lab_ip "$ns" link set guest1 up
done
assert_eq "ifindexes" "$(lab_ip host -j link | jq -c 'map(.ifindex)')" \
	"$(lab_ip other -j link | jq -c 'map(.ifindex)')"

other() {
	"$NDPX" -N "$(lab_name other)" --bpffs "$BPFFS" -c "$WORK/other.conf" "$@"
}

# hangs: the ids of the programs of the host.
hangs() {
	ndpx -j status | jq -c '[.uplinks[].prog_id, .ports.prog_id]'
}

# both TARGET1 TARGET2: the host answers for the first alone, the other for the second alone.
both() {
	assert_answered "$1"
	assert_silent "$2"
	ASK_IF=eth1 assert_answered "$2"
	ASK_IF=eth1 assert_silent "$1"
}

one_mode() {
	local mode=$1 file host_is
	for file in ndpx other; do
		cat >"$WORK/$file.conf" <<-EOF
			uplink eth0 {
			    mode = $mode
			    guest 2001:db8:${#file}::1 { }
			}
			ports "vif*" { gateway = fe80::1 }
		EOF
	done
	status 0 ndpx apply
	host_is=$(hangs)
	status 0 other apply
	assert_eq "directories" "$(find "$BPFFS" -mindepth 1 -maxdepth 1 | wc -l)" 2
	[ -d "$(netns_dir)" ] || fail "no $(netns_dir)"
	[ -d "$(netns_dir other)" ] || fail "no $(netns_dir other)"
	both 2001:db8:4::1 2001:db8:5::1

	note "$mode: a new version in the other"
	forge "$(netns_dir other)"
	status 0 other apply
	assert_has "$WORK/out" 'program swapped'
	both 2001:db8:4::1 2001:db8:5::1

	note "$mode: a command that hangs in the other"
	flock -F "$(netns_dir other)" sleep 600 &
	JOBS+=($!)
	sleep 0.3
	status 0 timeout 5 "$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" guest add 2001:db8:4::2 dev eth0
	kill $!
	status 0 other guest add 2001:db8:5::2 dev eth0
	both 2001:db8:4::2 2001:db8:5::2

	note "$mode: down in the other"
	status 0 other down
	[ ! -e "$(netns_dir other)" ] || fail "left: $(find "$(netns_dir other)")"
	assert_answered 2001:db8:4::1
	ASK_IF=eth1 assert_silent 2001:db8:5::1
	assert_eq "programs" "$(hangs)" "$host_is"
}

# forge DIR: its programs come from another build.
forge() {
	local record bytes
	while read -r record; do
		bytes=$(bpftool -j map lookup pinned "$record" key 0 0 0 0 |
			jq -r '.value | .[24] = "0x77" | join(" ")')
		# shellcheck disable=SC2086 # a word each
		bpftool map update pinned "$record" key 0 0 0 0 value $bytes
	done < <(find "$1" -name record)
}

in_modes one_mode
export NDPX_TC=clsact
note "clsact"
one_mode tc
status 0 ndpx down
unset NDPX_TC

note "the layout of ABI 4"
status 0 ndpx apply
status 0 ndpx guest add 2001:db8:4::2 dev eth0
assert_answered 2001:db8:4::1
n=$(counter answered)
host_is=$(hangs)
mv "$(netns_dir)"/[0-9]* "$(netns_dir)/ports" "$BPFFS/"
status 0 ndpx apply
assert_eq "programs" "$(hangs)" "$host_is"
assert_eq "counted" "$(counter answered)" "$n"
assert_answered 2001:db8:4::1 2001:db8:4::2
assert_eq "directories" "$(ls "$BPFFS")" "$(basename "$(netns_dir)")"

note "a command killed while it moves one"
mv "$(netns_dir)"/[0-9]* "$BPFFS/moving"
status 0 ndpx guest add 2001:db8:4::4 dev eth0
assert_answered 2001:db8:4::1 2001:db8:4::4

note "of both, and what a killed first apply left; moved by a command of one of them"
status 0 other apply
mv "$(netns_dir)"/[0-9]* "$(netns_dir)/ports" "$BPFFS/"
mkdir "$BPFFS/77"
bpftool map create "$BPFFS/77/guests" type hash key 24 value 72 entries 4 name guests
status 0 other down
assert_answered 2001:db8:4::1
ASK_IF=eth1 assert_silent 2001:db8:5::1
status 0 ndpx down
assert_silent 2001:db8:4::1
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"

note "one that is called as the namespace's directory shall be"
mkdir -p "$(netns_dir)"
"$NDTOOL" abi4 "$(netns_dir)" "$(basename "$(netns_dir)")" 77 eth9 paused
status 0 ndpx down
[ ! -e "$BPFFS" ] || fail "left: $(find "$BPFFS")"
