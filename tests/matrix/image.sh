#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The initramfs: the release binary and the tools as they are, with the libraries that the
# dynamic linker names; busybox for the rest. The kernel's modules come in an archive of their
# own, and the kernel accepts the two concatenated. What is for a foreign processor comes from
# SYSROOT and is asked by EMULATOR (arch.sh). To be sourced.

IMAGE_TOOLS="dash ip tc ethtool bpftool ping"

# image_libraries FILE: their paths as the guest sees them.
image_libraries() {
	if [ -z "$SYSROOT" ]; then
		ldd "$1"
	else
		"$EMULATOR" -L "$SYSROOT" -E LD_TRACE_LOADED_OBJECTS=1 "$1"
	fi 2>/dev/null | grep -oE '/[^ ]+'
}

# image_put ROOT FILE [AS]: a program with its libraries.
image_put() {
	local root=$1 file=$2 lib
	install -D -m 755 "$file" "$root/bin/${3:-$(basename "$file")}"
	image_libraries "$file" | while read -r lib; do
		[ -e "$root$lib" ] || install -D -m 755 "$SYSROOT$lib" "$root$lib"
	done
}

# image_base OUT BUILD: the archive that all kernels of a processor share.
image_base() {
	local out=$1 build=$2 root=$1.tree tool path=$PATH:/usr/sbin:/sbin file
	[ -z "$SYSROOT" ] || path=$SYSROOT/bin:$SYSROOT/sbin:$SYSROOT/usr/bin:$SYSROOT/usr/sbin
	rm -rf "$root"
	mkdir -p "$root"/{proc,sys,dev,run,tmp,etc,bin,busybox}
	image_put "$root" "$build/ndpx"
	image_put "$root" "$build/tests/ndtool"
	image_put "$root" "$build/tests/matrix/foreign"
	image_put "$root" "$build/tests/matrix/cable"
	cp "$build/tests/xdp_pass.bpf.o" "$root/pass.o"
	for tool in $IMAGE_TOOLS; do
		file=$(PATH=$path command -v "$tool") || return 1
		image_put "$root" "$file"
	done
	install -D -m 755 "$(PATH=$path command -v busybox)" "$root/busybox/busybox"
	for tool in $(${EMULATOR:+"$EMULATOR"} "$root/busybox/busybox" --list); do
		[ "$tool" = busybox ] || ln -s busybox "$root/busybox/$tool"
	done
	install -m 755 "$MATRIX_DIR/guest.sh" "$root/init"
	(cd "$root" && find . | cpio -o -H newc --quiet) >"$out" || return 1
	rm -rf "$root"
}
