#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Processors other than this machine's: what QEMU is told for each, and for a foreign one a root
# of the distribution's own packages, unpacked and never installed, to build ndpx against and to
# fill the image from. To be sourced, after kernels.sh.
# shellcheck disable=SC2034,SC2153 # read and set by who sources this

SYSROOT_PACKAGES="libbpf-dev libmnl-dev libjansson-dev bpftool dash iproute2
	ethtool iputils-ping busybox-static"
# What the guest runs, relative to a build directory.
GUEST_FILES="ndpx tests/ndtool tests/matrix/foreign tests/matrix/cable tests/xdp_pass.bpf.o"
ARCH_READY= # whose images are packed

# arch_of SERIES: amd64, or what follows the dash: 6.1-s390x is Debian's 6.1 for s390x.
arch_of() {
	case $1 in
	*-*) echo "${1#*-}" ;;
	*) echo amd64 ;;
	esac
}

# arch_set ARCH: TRIPLE of its tools; EMULATOR of its programs; QEMU and its arguments; CONSOLE of
# its kernel; AGENT, the guest's end of the line for commands, and AGENT_ARG, QEMU's; NIC_ARG,
# for each card. Only amd64's machine has a second serial line: the others use a virtio port.
arch_set() {
	ARCH=$1 AGENT=vport0p1 NIC_ARG=,romfile=
	AGENT_ARG=(-device virtio-serial -device 'virtserialport,chardev=agent')
	case $ARCH in
	amd64)
		TRIPLE=x86_64-linux-gnu EMULATOR='' CONSOLE=ttyS0 AGENT=ttyS1
		QEMU=(qemu-system-x86_64 -M q35 -cpu max)
		AGENT_ARG=(-serial chardev:agent)
		;;
	arm64)
		TRIPLE=aarch64-linux-gnu EMULATOR=qemu-aarch64 CONSOLE=ttyAMA0
		QEMU=(qemu-system-aarch64 -M virt -cpu cortex-a57)
		;;
	s390x)
		TRIPLE=s390x-linux-gnu EMULATOR=qemu-s390x CONSOLE=ttysclp0 NIC_ARG=''
		QEMU=(qemu-system-s390x -M s390-ccw-virtio -cpu max)
		;;
	*) return 1 ;;
	esac
	SYSROOT=${EMULATOR:+$MATRIX/$ARCH/root}
}

# arch_ready SERIES: the processor's image is there. 1: it cannot be had; 2: it is broken; WHY.
arch_ready() {
	local tool foreign=() build=$BUILD
	WHY=
	if ! arch_set "$(arch_of "$1")"; then
		WHY="no machine is known for $(arch_of "$1")"
		return 2
	fi
	[[ " $ARCH_READY " != *" $ARCH "* ]] || return 0
	[ -z "$SYSROOT" ] || foreign=("$TRIPLE-gcc" "$EMULATOR" make pkg-config)
	for tool in "${QEMU[0]}" "${foreign[@]}"; do
		if ! command -v "$tool" >/dev/null; then
			WHY="no $tool: tools/deps.sh matrix"
			return 1
		fi
	done
	if [ -n "$SYSROOT" ]; then
		build=$MATRIX/$ARCH/build
		sysroot_get || return 1
		sysroot_build "$build" || return 2
	fi
	if ! image_base "$MATRIX/base-$ARCH.cpio" "$build"; then
		WHY="the image for $ARCH cannot be packed"
		return 2
	fi
	ARCH_READY+=" $ARCH"
}

# sysroot_packages: what apt would install into an empty root, with versions.
sysroot_packages() {
	# shellcheck disable=SC2086 # a list of words
	apt-get "${APT[@]}" -s -q --no-install-recommends install $SYSROOT_PACKAGES 2>"$MATRIX/$ARCH/log" |
		grep '^Inst '
}

# sysroot_get: fills SYSROOT; without a mirror, a cached one will do.
sysroot_get() {
	local dir=$MATRIX/$ARCH packages deb
	mkdir -p "$dir"
	if ! kernel_own "$ARCH" || ! packages=$(sysroot_packages); then
		[ -e "$dir/packages" ] && return 0
		WHY=${WHY:-"apt has no libraries for $ARCH: $(grep -m 1 '^E:' "$dir/log")"}
		return 1
	fi
	[ "$(cat "$dir/packages" 2>/dev/null)" != "$packages" ] || return 0
	rm -rf "$dir"/{root,build,packages} "$APT_ROOT"/archives/*.deb
	# shellcheck disable=SC2086 # a list of words
	if ! apt-get "${APT[@]}" -q -y --no-install-recommends --download-only install $SYSROOT_PACKAGES \
		>"$dir/log" 2>&1; then
		WHY="the libraries for $ARCH cannot be downloaded: $(grep -m 1 '^E:' "$dir/log")"
		return 1
	fi
	for deb in "$APT_ROOT"/archives/*.deb; do
		if ! dpkg -x "$deb" "$SYSROOT" >>"$dir/log" 2>&1; then
			WHY="${deb##*/} does not unpack: see $dir/log"
			return 1
		fi
	done
	rm -f "$APT_ROOT"/archives/*.deb
	echo "$packages" >"$dir/packages"
}

# sysroot_build BUILD: ndpx and the guest's tools. Debian 12's bpftool refuses an object of the
# other byte order, hence the processor's own bpftool makes the skeleton.
sysroot_build() {
	local build=$1 lib=$SYSROOT/usr/lib/$TRIPLE log=$MATRIX/$ARCH/log file targets=()
	for file in $GUEST_FILES; do
		targets+=("$build/$file")
	done
	if ! env -u MAKEFLAGS -u MAKELEVEL PKG_CONFIG_SYSROOT_DIR="$SYSROOT" \
		PKG_CONFIG_LIBDIR="$lib/pkgconfig:$SYSROOT/usr/share/pkgconfig" \
		make -C "$MATRIX_DIR/../.." -j"$(nproc)" B="$build" CC="$TRIPLE-gcc --sysroot=$SYSROOT" \
		BPFTOOL="$EMULATOR -L $SYSROOT $SYSROOT/usr/sbin/bpftool" "${targets[@]}" >"$log" 2>&1; then
		WHY="ndpx does not build for $ARCH: $(grep -m 1 -E 'error|\*\*\*' "$log")"
		return 1
	fi
}
