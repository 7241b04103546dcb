#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Format, static analysis, shell scripts, manuals, and layering. One line per finding.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
fail() {
	printf 'lint: %s\n' "$*" >&2
	bad=1
}

mapfile -t sources < <(find bpf include tests tools user -name '*.[ch]' | sort)
mapfile -t scripts < <(find .ci tests tools -name '*.sh' -o -path .ci/run | sort)

# The layering: arrows point down only.
down() { # FILES... : PATTERN : what is wrong
	local pattern=$1 what=$2
	shift 2
	local hits
	hits=$(grep -nE "$pattern" "$@" /dev/null) && fail "$what:"$'\n'"$hits"
}
mapfile -t user < <(ls user/*.c user/*/*.[chly])
mapfile -t outside < <(printf '%s\n' "${user[@]}" | grep -v '^user/dataplane/')
mapfile -t silent < <(printf '%s\n' "${user[@]}" | grep -vE '^user/(main.c|verbs/|cli/|migrate/conf_writer.c|config/.*\.[ly])')
tools/layers.sh build || bad=1
down '#include "(\.\./)?bpf/' 'user/ never includes bpf/' "${user[@]}"
down '#include <bpf/|skel\.h' 'only user/dataplane/ knows libbpf and the skeleton' "${outside[@]}"
down 'SEC\(|bpf_[a-z]+\(' 'the packet code has no helpers and no maps' include/nd/*.h
down '#include "' 'ndpx_abi.h depends on nothing' include/*.h
hits=$(grep -nE '#include' include/nd/*.h | grep -vE '"(ndpx_abi|nd/[a-z_]+)\.h"|<linux/types\.h>') &&
	fail "include/nd/ includes itself, ndpx_abi.h and UAPI types alone:"$'\n'"$hits"
down '\b(printf|puts|fprintf) *\(' 'only verbs/ and cli/ print' "${silent[@]}"
down 'bpf_printk|bpf_trace_printk' 'the BPF side never logs' bpf/*.[ch]

# Every file starts with its licence.
for f in "${sources[@]}" "${scripts[@]}"; do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier' || fail "$f: no SPDX line"
done

# Every row named in code or tests must exist in the contract.
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
	shellcheck -x -P tests/netns/lib -P tests/netns -P tests/lab "${scripts[@]}" || fail 'shellcheck'
else
	fail 'shellcheck is missing: make deps'
fi

if command -v mandoc >/dev/null; then
	mandoc -Tlint -Wwarning user/man/*.[58] build/man/*.8 || fail 'mandoc'
fi

if command -v clang-tidy >/dev/null; then
	# dataplane/load.c includes the generated skeleton, which is bpftool's style, not ours.
	printf '%s\n' user/*.c user/*/*.c | grep -v dataplane/load.c |
		xargs -P "$(nproc)" -n 4 sh -c 'clang-tidy --quiet "$@" -- \
			-std=gnu11 -D_GNU_SOURCE -DNDPX_VERSION=\"lint\" -DNDPX_SYSCONFDIR=\"/etc\" -Iinclude -Iuser 2>/dev/null' tidy ||
		fail 'clang-tidy'
else
	fail 'clang-tidy is missing: make deps'
fi

[ $bad = 0 ] && echo 'lint: clean'
exit $bad
