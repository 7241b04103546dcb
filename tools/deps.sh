#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Installs what building and testing need, on Debian and its relatives; does nothing if present.
# usage: deps.sh build|demo|check|matrix|bench
set -eu

build="gcc make pkg-config clang llvm libbpf-dev libelf-dev zlib1g-dev bpftool flex bison
	libmnl-dev libjansson-dev"
demo="$build iproute2 nftables iputils-ping tcpdump ethtool procps util-linux"
check="$demo libcmocka-dev clang-format clang-tidy shellcheck strace jq mandoc libclang-rt-dev
	thc-ipv6 clang-19 valgrind iptables keepalived qemu-system-x86 busybox-static cpio kmod xz-utils zstd"
matrix="$check gcc-s390x-linux-gnu libc6-dev-s390x-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
	gcc-aarch64-linux-gnu qemu-user qemu-system-arm qemu-system-misc"
bench="$demo strace ndppd npd6"

case "${1:-build}" in
build) want=$build ;;
demo) want=$demo ;;
check) want=$check ;;
matrix) want=$matrix ;;
bench) want=$bench ;;
*)
	echo "usage: deps.sh build|demo|check|matrix|bench" >&2
	exit 1
	;;
esac

# The daemons ndpx is compared with, unpacked rather than installed, which would start them.
# Tests that need them skip if the mirror lacks them.
unpack_peers() {
	[ "$want" = "$check" ] && ! [ -e build/peers/etc/npd6.conf.sample ] || return 0
	mkdir -p build/peers
	(
		cd build/peers
		for p in ndppd npd6; do
			apt-get download -q -o APT::Sandbox::User=root "$p" && dpkg -x "$p"_*.deb .
		done
	) >build/peers/log 2>&1 || true
}

look() {
	missing=
	for p in $want; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' ||
			missing="$missing $p"
	done
}

look
if [ -z "$missing" ]; then
	unpack_peers
	exit 0
fi

echo "installing:$missing"
if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: needs root: apt-get install$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Serialised in case two trees are checked at once: `apt-get update` does not wait for a lock.
exec 9</var/lib/dpkg
flock 9
look
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # a list of words
if [ -n "$missing" ] && ! { apt-get update -q && apt-get install -q -y --no-install-recommends \
	-o DPkg::Lock::Timeout=600 $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	exit 1
fi
unpack_peers
