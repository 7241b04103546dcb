#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# One kernel: one.sh SERIES boots it, runs every case, prints one line each and writes
# $MATRIX/result/SERIES.tsv for the table. run.sh sets MATRIX, BUILD and LAB_OBJECT.
set -uo pipefail

MATRIX_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SERIES=$1
# shellcheck disable=SC2034 # read by cases.sh
QUICK=${MATRIX_QUICK-} # the cases `make check` has time for
# shellcheck source=/dev/null
. "$MATRIX_DIR/../lab/lab.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/arch.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/vm.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/cases.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/link_cases.sh"
# shellcheck source=/dev/null
. "$MATRIX_DIR/answer_cases.sh"
arch_set "$(arch_of "$SERIES")" || exit 1
LAB_TAG=m$$
VM_DIR=$(mktemp -d /tmp/ndpx-matrix-XXXXXX)

end() {
	local status=$?
	trap - EXIT
	vm_end
	lab_down "$LAB_TAG"
	cp "$VM_DIR/console.log" "$MATRIX/result/$SERIES.console" 2>/dev/null
	rm -rf "$VM_DIR"
	exit "$status"
}
trap end EXIT
# PIPE: our reader is gone, so the machine must go as well.
trap 'exit 143' TERM INT HUP PIPE

RESULT=$MATRIX/result/$SERIES.tsv
: >"$RESULT"
KERNEL=$(cat "$MATRIX/kernels/$SERIES/release")
"${QEMU[0]}" -device help >"$VM_DIR/models" 2>/dev/null
cat "$MATRIX/base-$ARCH.cpio" "$MATRIX/kernels/$SERIES/modules.cpio" >"$VM_DIR/initrd"
# A card's driver is the same on every processor: where the table has them already, one will do.
[ -z "$SYSROOT" ] || CARDS=$(grep '^virtio ' <<<"$CARDS")
vm_router
if ! vm_boot "$MATRIX/kernels/$SERIES" "$VM_DIR/initrd"; then
	say FAIL boot - "kernel $KERNEL does not get to its init: $(tail -n 1 "$VM_DIR/console.log")"
	exit 1
fi
# Debian's release is 6.1.0 for every 6.1.
OUT=$(vm uname -v)
[[ $OUT =~ Debian\ ([0-9.]+) ]] && KERNEL=${BASH_REMATCH[1]}
[ "$ARCH" = amd64 ] || KERNEL+=" $ARCH"
if [ -z "$SYSROOT" ]; then cases; else foreign_cases; fi
[ ! -e "$VM_DIR/dead" ] || say FAIL guest - "died or hung: $(tail -n 1 "$VM_DIR/console.log")"
