#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A kernel too old for ndpx refuses one thing or another, and none of its errors says
# why. A refusal there names the version needed; elsewhere nobody is sent on that trail.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

command -v strace >/dev/null || skip "no strace"
setarch "$(uname -m)" --uname-2.6 true 2>/dev/null || skip "setarch cannot feign an old kernel"

net_pair
conf_one

# refused INJECTION [WORD...]: an apply whose bpf() ends so, under what the words begin.
refused() {
	local how=$1
	shift
	"$@" strace -f -o /dev/null -e trace=bpf -e "inject=bpf:$how" "$NDPX" \
		-N "$(lab_name host)" --bpffs "$BPFFS" -c "$WORK/ndpx.conf" apply
}

OLD=(setarch "$(uname -m)" --uname-2.6)
for from in 1 2 6; do
	note "from the call number $from on"
	status 2 refused "error=EINVAL:when=$from+" "${OLD[@]}"
	assert_has "$WORK/err" 'this is kernel 2\.6, and ndpx needs 5\.10'
	status 2 refused "error=EINVAL:when=$from+"
	assert_has_not "$WORK/err" 'needs 5\.10'
done
status 2 refused error=ENOSYS
assert_has "$WORK/err" 'no BPF \(CONFIG_BPF_SYSCALL\)'

note "a refusal leaves nothing"
[ ! -e "$BPFFS" ] || fail "$BPFFS is left"
status 0 ndpx apply
assert_answered 2001:db8:1::1
