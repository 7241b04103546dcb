#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A kernel too old for ndpx refuses one call or another with a meaningless error: ndpx then
# names the version needed, and on newer kernels it does not blame the version.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib/lib.sh"

command -v strace >/dev/null || skip "no strace"
setarch "$(uname -m)" --uname-2.6 true 2>/dev/null || skip "setarch cannot feign an old kernel"

net_pair
conf_one

# refused INJECTION [PREFIX...]: an apply whose bpf() fails that way, run under PREFIX.
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
