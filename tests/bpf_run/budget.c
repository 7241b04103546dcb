// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the verifier reports about the programs: instructions walked, size, stack. The
 * numbers are printed; exceeding a limit here calls for a second thought long before an
 * old kernel refuses to load.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "prog.h"

#define MAX_VERIFIED 200000 /* of the million a kernel walks; compilers differ by half */
#define MAX_TC	     350000 /* clang 14: 87,000; 19: 284,000 */
#define MAX_PORT     300000 /* clang 14: 67,000; 19: 145,000 */
#define MAX_XLATED   36864  /* bytes: what runs is to stay in a first-level cache; strict: 35,080 */
#define MAX_STACK    464 /* of 512, MAX_BPF_STACK, as rounded: clang 14 456 (480), 19 416 (448) */
#define LOG_STATS    4
#define LOG_SIZE     65536

/*
 * "stack depth 336+56+24": one number per function, the entry first. The others do not call
 * each other, so the deepest chain is the entry plus the largest of them.
 */
static unsigned int stack_depth(const char *log)
{
	const char *p = strstr(log, "stack depth ");
	unsigned int entry, each, max = 0;
	char *end;

	if (!p)
		fail_msg("no stack depth in the verifier's log: %s", log);
	entry = (unsigned int)strtoul(p + strlen("stack depth "), &end, 10);
	while (*end == '+') {
		each = (unsigned int)strtoul(end + 1, &end, 10);
		if (each > max)
			max = each;
	}
	return entry + max;
}

/* Kernels before 5.16 report it in the log only. */
static unsigned int verified(const struct bpf_prog_info *info, const char *log)
{
	const char *p = strstr(log, "processed ");

	if (info->verified_insns)
		return info->verified_insns;
	return p ? (unsigned int)strtoul(p + strlen("processed "), NULL, 10) : UINT32_MAX;
}

static void budget_of(const char *name, unsigned int max)
{
	struct bpf_object *obj = bpf_object__open_file(prog_path(), NULL);
	static char log[LOG_SIZE];
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	struct bpf_program *prog, *each;
	/* Loads by halves keep more values at a time. */
	const unsigned int most_stack = prog_flags() ? 512 : MAX_STACK;
	unsigned int insns, stack;

	assert_non_null(obj);
	prog = bpf_object__find_program_by_name(obj, name);
	assert_non_null(prog);
	bpf_object__for_each_program(each, obj) bpf_program__set_autoload(each, each == prog);
	log[0] = '\0';
	bpf_program__set_flags(prog, prog_flags());
	bpf_program__set_log_level(prog, LOG_STATS);
	bpf_program__set_log_buf(prog, log, sizeof(log));
	if (bpf_object__load(obj))
		fail_msg("%s does not load: %s\n%s", name, strerror(errno), log);
	assert_int_equal(bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len), 0);
	insns = verified(&info, log);
	stack = stack_depth(log);
	printf("# %s: %u instructions verified (limit %u), %u bytes translated (%u), "
	       "%u jited, %u bytes of stack (%u)\n",
	       name, insns, max, info.xlated_prog_len, MAX_XLATED, info.jited_prog_len, stack,
	       most_stack);
	bpf_object__close(obj);
	assert_true(insns < max);
	assert_true(info.xlated_prog_len > 0 && info.xlated_prog_len < MAX_XLATED);
	assert_true(stack <= most_stack);
}

static void test_budget_xdp(void **state)
{
	(void)state;
	budget_of("ndpx_xdp", MAX_VERIFIED);
}

static void test_budget_tc(void **state)
{
	(void)state;
	budget_of("ndpx_tc", MAX_TC);
}

static void test_budget_port(void **state)
{
	(void)state;
	budget_of("ndpx_port", MAX_PORT);
}

static int takes_pointer(const struct btf *btf, const struct btf_type *func)
{
	const struct btf_type *proto = btf__type_by_id(btf, func->type);
	const struct btf_param *param = btf_params(proto);
	int i;

	for (i = 0; i < btf_vlen(proto); i++) {
		if (btf_is_ptr(btf__type_by_id(btf, param[i].type)))
			return 1;
	}
	return 0;
}

/*
 * A kernel without BTF of its own (CONFIG_DEBUG_INFO_BTF) does not know the context's type and
 * refuses a global function that is given it; Debian's 6.1 for s390x is one.
 */
static void test_global_numbers(void **state)
{
	struct bpf_object *obj = bpf_object__open_file(prog_path(), NULL);
	const struct btf *btf;
	unsigned int id, n = 0;

	(void)state;
	assert_non_null(obj);
	btf = bpf_object__btf(obj);
	for (id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, t->name_off);

		if (!btf_is_func(t) || btf_vlen(t) != BTF_FUNC_GLOBAL ||
		    bpf_object__find_program_by_name(obj, name))
			continue;
		n++;
		if (takes_pointer(btf, t))
			fail_msg("%s() is global and takes a pointer", name);
	}
	bpf_object__close(obj);
	assert_int_not_equal(n, 0);
}

/*
 * If a TC program writes to packets directly, the kernel copies every clone before running
 * it: it prepends nine instructions that call bpf_skb_pull_data(). tc_cls_act_prologue(), from
 * 4.9 to 6.18 at least.
 */
static void test_polite(void **state)
{
	static const char *const names[] = { "ndpx_tc", "ndpx_port" };
	struct bpf_object *obj;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct bpf_program *prog, *each;
		struct bpf_insn insns[9] = { 0 };
		struct bpf_prog_info info = { .xlated_prog_insns = (__u64)(uintptr_t)insns,
					      .xlated_prog_len = sizeof(insns) };
		__u32 len = sizeof(info);

		obj = bpf_object__open_file(prog_path(), NULL);
		assert_non_null(obj);
		prog = bpf_object__find_program_by_name(obj, names[i]);
		assert_non_null(prog);
		bpf_object__for_each_program(each, obj)
			bpf_program__set_autoload(each, each == prog);
		assert_int_equal(bpf_object__load(obj), 0);
		assert_int_equal(bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len), 0);
		bpf_object__close(obj);
		assert_int_not_equal(insns[0].code, 0);
		for (j = 0; j < sizeof(insns) / sizeof(*insns); j++) {
			if (insns[j].code == (BPF_JMP | BPF_CALL))
				fail_msg("%s: the kernel copies clones before it runs", names[i]);
		}
	}
}

int prog_budget(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget_xdp),  cmocka_unit_test(test_budget_tc),
		cmocka_unit_test(test_budget_port), cmocka_unit_test(test_global_numbers),
		cmocka_unit_test(test_polite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
