#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Shared by the t_kill_* tests: SIGKILL right before each system call that changes something,
# one after the other, by strace's fault injection. NDPX_KILL=all includes all other system
# calls (takes minutes).
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v strace >/dev/null || skip "no strace"
strace -f -o /dev/null true 2>/dev/null || skip "strace may not trace here"

# munmap, because stores to a mapped map may precede it. Calls that only read, or fail, are
# left out. 0x300 is NLM_F_DUMP, which strace does not always decode.
CHANGING='^(bpf|sendto|sendmsg|mkdir(at)?|unlink(at)?|rmdir|rename(at2?)?|ioctl|munmap)\('
READING='^bpf\(BPF_((OBJ|LINK|PROG|BTF|MAP)_GET|MAP_LOOKUP|MAP_CREATE|MAP_FREEZE|(PROG|BTF)_LOAD|PROG_BIND)'
READING+='|^sendto\(.*(NLM_F_DUMP|0x300)|^ioctl\(.*(SIOCG|SIOCETHTOOL|TCGETS)|= -1 E'
if [ "${NDPX_KILL-}" = all ]; then
	CHANGING='^[a-z]'
	READING='^$'
fi

net_pair

# file NAME HALF MODE: guests common to both files, and some of its own. One mode joins
# groups, the other has a prefix, which needs allmulticast.
file() {
	cat >"$WORK/$1.conf" <<-EOF
		uplink eth0 {
		    mode = $3
		    groups = $([ "$3" = tc ] && echo join || echo auto)
		    guest 2001:db8:1::1 { }
		    guest 2001:db8:1::2 { }
		    guest 2001:db8:a::/64 { }
		    guest 2001:db8:$2::1 { }
		    guest 2001:db8:$2::2 { }
		    guest 2001:db8:$2::/64 { }
		}
	EOF
	grep -o 'guest [^ ]*' "$WORK/$1.conf" | cut -d' ' -f2 | sort >"$WORK/$1.guests"
}

words() {
	WORDS=("$NDPX" -N "$(lab_name host)" --bpffs "$BPFFS" "$@")
}

# points COMMAND...: runs it; prints "NAME N" for each system call to kill at, the N-th of
# that name, from the moment it touches bpffs.
points() {
	words "$@"
	strace -f -qq -o "$WORK/trace" "${WORDS[@]}" >/dev/null 2>&1
	CHANGING=$CHANGING READING=$READING awk -v bpffs="$BPFFS" '
		{ sub(/^[0-9]+ +/, ""); name = $0; sub(/\(.*/, "", name); seen[name]++ }
		index($0, bpffs) { from = 1 }
		from && $0 ~ ENVIRON["CHANGING"] && $0 !~ ENVIRON["READING"] { print name, seen[name] }
	' "$WORK/trace"
}

# killed NAME N COMMAND...: was the command killed there, rather than completing?
killed() {
	local name=$1 n=$2 got=0
	shift 2
	words "$@"
	# Without --seccomp-bpf, which would be quicker but injects nothing (strace 6.1).
	{ strace -f -qq -o /dev/null -e trace="$name" -e inject="$name:signal=KILL:when=$n" \
		"${WORDS[@]}" >/dev/null 2>&1 || got=$?; } 2>/dev/null
	[ "$got" -eq 137 ] || [ "$got" -eq 0 ] || fail "$* at $name $n: exit status $got"
	[ "$got" -eq 137 ]
}

# sampled EVERY: of the points on stdin each EVERY-th, and the first and last of each name.
sampled() {
	awk -v every="$1" '
		{ line[NR] = $0; last[$1] = NR }
		!($1 in first) { first[$1] = NR }
		END {
			for (i = 1; i <= NR; i++) {
				split(line[i], word)
				if ((i - 1) % every == 0 || first[word[1]] == i || last[word[1]] == i)
					print line[i]
			}
		}'
}
