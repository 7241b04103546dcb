#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Format, static analysis, shell scripts, manuals, and who may include whom. One line a finding.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
fail() {
	printf 'lint: %s\n' "$*" >&2
	bad=1
}

mapfile -t sources < <(find bpf include tests tools user -name '*.[ch]' | sort)
mapfile -t scripts < <(find .ci tests tools -name '*.sh' -o -path .ci/run | sort)

# The directions of the design: arrows point down only.
down() { # FILES... : PATTERN : what is wrong
	local pattern=$1 what=$2
	shift 2
	local hits
	hits=$(grep -nE "$pattern" "$@" /dev/null) && fail "$what:"$'\n'"$hits"
}
mapfile -t user < <(ls user/*.c user/*.h user/*/*.[chly])
mapfile -t outside < <(printf '%s\n' "${user[@]}" | grep -v '^user/dataplane')
mapfile -t below_verbs < <(printf '%s\n' "${user[@]}" | grep -vE '^user/(verb_|guest_|command|main|uplink_down|status_)')
down '#include "(\.\./)?bpf/|#include "nd_' 'user/ never includes bpf/' "${user[@]}"
down '#include <bpf/|skel\.h' 'only dataplane*.c know libbpf and the skeleton' "${outside[@]}"
down '#include "(command|verb_)' 'library files know no verbs' "${below_verbs[@]}"
down '#include <(stdio|stdlib|net/|netinet/|libmnl|bpf/libbpf)|#include "(netlink|dataplane|config)' \
	'plan knows neither kernel nor files' user/plan.h bpf/nd_*.h
down '#include "(netlink|dataplane|config)|bpf_' 'plan and nd_*.h are pure' user/plan.c user/plan.h
down 'SEC\(|bpf_[a-z]+\(' 'nd_*.h have no helpers and no maps' bpf/nd_*.h
down '#include "' 'include/ depends on nothing' include/*.h
down '\b(printf|puts|fprintf) *\(' 'library files do not print' \
	user/model*.c user/plan.c user/wanted*.c user/netlink*.c user/groups.c user/dataplane.c user/dataplane_dir.c \
	user/dataplane_attach.c user/dataplane_load.c user/dataplane_rules.c user/dataplane_commit.c user/dataplane_ports.c \
	user/config/*.[cly] user/import_read.c user/migrate/*.c user/doctor*.c user/sysctl.c
down 'bpf_printk|bpf_trace_printk' 'the BPF side never logs' bpf/*

# Every file says its licence first.
for f in "${sources[@]}" "${scripts[@]}"; do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier' || fail "$f: no SPDX line"
done

# Code and tests name rows of the contract, and no others.
while read -r row; do
	grep -qE "^\\|[^|]*\\b$row\\b[^|]*\\|" bpf/PROTOCOL.md ||
		fail "row $row is not in bpf/PROTOCOL.md: $(grep -rlE "\\b$row\\b" bpf include user tests | head -3 | tr '\n' ' ')"
done < <(grep -rhoE '\bP[0-9]{1,3}\b' --include='*.[ch]' bpf include user tests | sort -u)

if command -v clang-format >/dev/null; then
	clang-format --dry-run -Werror "${sources[@]}" || fail "run 'make format'"
else
	fail 'clang-format is missing: make deps'
fi

if command -v shellcheck >/dev/null; then
	shellcheck -x -P tests/net -P tests/lab "${scripts[@]}" || fail 'shellcheck'
else
	fail 'shellcheck is missing: make deps'
fi

if command -v mandoc >/dev/null; then
	mandoc -Tlint -Wwarning user/man/*.[58] || fail 'mandoc'
fi

if command -v clang-tidy >/dev/null; then
	# dataplane_load.c includes the generated skeleton, which is bpftool's style, not ours.
	printf '%s\n' user/*.c user/*/*.c | grep -v dataplane_load |
		xargs -P "$(nproc)" -n 4 sh -c 'clang-tidy --quiet "$@" -- \
			-std=gnu11 -D_GNU_SOURCE -DNDPX_VERSION=\"lint\" -DNDPX_SYSCONFDIR=\"/etc\" -Iinclude -Iuser 2>/dev/null' tidy ||
		fail 'clang-tidy'
else
	fail 'clang-tidy is missing: make deps'
fi

[ $bad = 0 ] && echo 'lint: clean'
exit $bad
