#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The initramfs: the release binary and the tools as they are, with the libraries that ldd
# names; busybox for the rest. The kernel's modules come in an archive of their own, and
# the kernel accepts the two concatenated. To be sourced.

IMAGE_TOOLS="dash ip tc ethtool bpftool ping"

# image_put ROOT FILE [AS]: a program with its libraries.
image_put() {
	local root=$1 file=$2 lib
	install -D -m 755 "$file" "$root/bin/${3:-$(basename "$file")}"
	ldd "$file" 2>/dev/null | grep -oE '/[^ ]+' | while read -r lib; do
		[ -e "$root$lib" ] || install -D -m 755 "$lib" "$root$lib"
	done
}

# image_base OUT BUILD: the archive that all kernels share.
image_base() {
	local out=$1 build=$2 root=$1.tree tool path
	rm -rf "$root"
	mkdir -p "$root"/{proc,sys,dev,run,tmp,etc,bin,busybox}
	image_put "$root" "$build/ndpx"
	image_put "$root" "$build/tests/ndtool"
	image_put "$root" "$build/tests/matrix/foreign"
	image_put "$root" "$build/tests/matrix/cable"
	cp "$build/tests/xdp_pass.bpf.o" "$root/pass.o"
	for tool in $IMAGE_TOOLS; do
		path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$tool") || return 1
		image_put "$root" "$path"
	done
	install -D -m 755 "$(command -v busybox)" "$root/busybox/busybox"
	for tool in $(busybox --list); do
		[ "$tool" = busybox ] || ln -s busybox "$root/busybox/$tool"
	done
	install -m 755 "$MATRIX_DIR/guest.sh" "$root/init"
	(cd "$root" && find . | cpio -o -H newc --quiet) >"$out" || return 1
	rm -rf "$root"
}
