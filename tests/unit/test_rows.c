// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Runs the table of tests/rows through the packet code natively, one test per row: the stages
 * of bpf/decide.h, on arrays. Each frame has a buffer of its exact size, so that the
 * sanitizers catch reads past it. Tagged rows run a second time with the tag where TC finds
 * it, in the metadata.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nd/reply.h"
#include "fast_path.h"
#include "rows.h"

#define IFINDEX_IN    3
#define IFINDEX_OTHER 5

struct outcome {
	enum ndpx_verdict verdict;
	int drop;
	struct nd_query q;
	struct ndpx_policy policy;
	__u32 l2_len;
	int fast_path; /* nd_fast_path() took it */
};

static const char *verdict_name(enum ndpx_verdict v)
{
	static const char *const names[NDPX_V_END] = { [NDPX_V_NONE] = "none",
#define X(number, id, name, text) [NDPX_V_##id] = #name,
						       NDPX_VERDICTS(X)
#undef X
	};

	return v < NDPX_V_END ? names[v] : "?";
}

static struct ndpx_policy stored(const struct row_rule *r)
{
	static const __u32 ports[] = { 0, IFINDEX_IN, IFINDEX_OTHER };
	struct ndpx_policy policy = r->policy;

	policy.port = ports[r->port];
	return policy;
}

static int find(const struct row_env *env, __u8 bits, __u16 vlan, const void *addr,
		struct ndpx_policy *ret)
{
	size_t i;

	for (i = 0; i < env->n_rules; i++) {
		const struct row_rule *r = &env->rules[i];

		if (r->bits != bits || r->vlan != vlan || memcmp(r->addr, addr, 16))
			continue;
		*ret = stored(r);
		return 1;
	}
	return 0;
}

static int find_prefix(const struct row_env *env, const struct nd_query *q, struct ndpx_policy *ret,
		       int *is_anycast)
{
	const struct ndpx_settings *set = &env->settings;
	__u32 i;
	int b;

	for (i = 0; i < set->n_lengths; i++) {
		__u8 target[16], net[16];

		nd_put_addr(target, q->target);
		for (b = 0; b < 16; b++)
			net[b] = target[b] & set->lengths[i].mask[b];
		if (!find(env, (__u8)set->lengths[i].bits, q->vlan, net, ret) ||
		    ret->action == NDPX_ACT_NONE)
			continue;
		*is_anycast = set->lengths[i].bits <= 64 && !memcmp(net, target, 16);
		return 1;
	}
	return 0;
}

static enum ndpx_verdict nobody(const struct nd_query *q)
{
	return q->astray ? NDPX_V_NOT_FOR_US : NDPX_V_NO_GUEST;
}

static int is_own(const struct ndpx_policy *policy)
{
	return policy->action == NDPX_ACT_OWN || (policy->more & NDPX_M_OWN);
}

/*
 * The stages of bpf/decide.h; `answer` and `rate` need a kernel. Without routes and neighbours,
 * no single address of a prefix is known.
 */
static enum ndpx_verdict decide(const struct row_env *env, const struct nd_frame *frame,
				struct outcome *o)
{
	const struct ndpx_settings *set = &env->settings;
	struct nd_port port = {
		.mac = nd_get_mac(set->mac),
		.link_local = nd_get_addr(set->link_local),
		.strict_lladdr = set->flags & NDPX_S_STRICT_LLADDR,
	};
	struct ndpx_policy policy;
	struct nd_ns ns;
	enum ndpx_verdict v;
	__u8 addr[16];
	int is_anycast = 0, by_prefix = 0;

	v = nd_parse(frame, &ns);
	if (v != NDPX_V_END)
		return v;
	o->l2_len = ns.l2_len;
	v = nd_check(frame, &ns, &port, &o->q);
	assert_true(fast_path_agrees(frame, &ns, &port, v, &o->q));
	o->fast_path = fast_path_takes(frame, &ns, &port);
	if (v != NDPX_V_END)
		return v;
	if (env->is_port) {
		if (o->q.vlan)
			return nobody(&o->q);
		o->q.vlan = env->group;
	}
	nd_put_addr(addr, o->q.target);
	if (!find(env, 128, o->q.vlan, addr, &policy) || policy.action == NDPX_ACT_NONE) {
		if (env->is_port && nd_addr_eq(o->q.target, port.link_local))
			return NDPX_V_OWN_ADDRESS;
		if (set->n_lengths == 0 || nd_addr_is_link_local(o->q.target))
			return nobody(&o->q);
		if (!find_prefix(env, &o->q, &policy, &is_anycast))
			return nobody(&o->q);
		by_prefix = !env->is_port;
	}
	o->policy = policy;
	if (is_anycast && o->policy.action == NDPX_ACT_ANSWER)
		return nobody(&o->q);
	if (nd_is_astray(&o->policy, &o->q, port.mac))
		return NDPX_V_NOT_FOR_US;
	v = nd_apply_rule(&o->policy, &o->q, set, IFINDEX_IN, row_lease_is_over);
	if (v != NDPX_V_END) {
		o->drop = v == NDPX_V_PAUSED && o->q.kind == ND_KIND_PROBE;
		return v;
	}
	if (o->q.kind == ND_KIND_PROBE_HOST &&
	    !(env->is_port && nd_addr_eq(o->q.dest, port.link_local))) {
		nd_put_addr(addr, o->q.dest);
		if (!find(env, 128, o->q.vlan, addr, &policy) || !is_own(&policy))
			return NDPX_V_BAD_DESTINATION;
	}
	if (o->q.kind == ND_KIND_DAD)
		return by_prefix ? NDPX_V_DAD_IGNORED : NDPX_V_ANSWERED_DAD;
	return o->q.kind == ND_KIND_MULTICAST ? NDPX_V_ANSWERED : NDPX_V_ANSWERED_PROBE;
}

static void assert_same_frame(const __u8 *got, const __u8 *want, size_t len)
{
	size_t i;

	for (i = 0; i < len && got[i] == want[i]; i++)
		;
	if (i == len)
		return;
	fail_msg("byte %zu of %zu is %02x, expected %02x", i, len, got[i], want[i]);
}

static __u8 *exactly(const __u8 *bytes, size_t len)
{
	__u8 *p = malloc(len);

	if (len) {
		assert_non_null(p);
		memcpy(p, bytes, len);
	}
	return p;
}

static void run(const struct row *row, const __u8 *in, size_t len, const __u8 *answer,
		size_t answer_len, __u16 meta_type, __u16 meta_tci)
{
	__u8 *buf = exactly(in, len), *out;
	struct nd_frame frame = {
		.data = buf,
		.data_end = buf + len,
		.len = (__u32)len,
		.meta_type = meta_type,
		.meta_tci = meta_tci,
	};
	struct outcome o = { 0 };
	int answers;

	o.verdict = decide(row->env, &frame, &o);
	answers = o.verdict >= NDPX_V_ANSWERED && o.verdict <= NDPX_V_ANSWERED_PROBE;
	if (o.verdict != row->verdict)
		fail_msg("verdict %s, expected %s", verdict_name(o.verdict),
			 verdict_name(row->verdict));
	assert_int_equal(answers ? ROW_ANSWER : o.drop ? ROW_DROP : ROW_PASS, row->act);
	if (len)
		assert_same_frame(buf, in, len);
	if (answers) {
		assert_int_equal(o.l2_len + ND_IP6_LEN + ND_NA_LEN, answer_len);
		/* The bytes a resize appends are undefined: never zero here. */
		out = malloc(answer_len);
		assert_non_null(out);
		memset(out, 0xaa, answer_len);
		memcpy(out, buf, len < answer_len ? len : answer_len);
		free(buf);
		buf = out;
		nd_write(out, o.l2_len, &o.q, &o.policy, &row->env->settings);
		assert_same_frame(out, answer, answer_len);
	}
	free(buf);
}

static void test_row(void **state)
{
	const struct row *row = *state;

	run(row, row->frame, row->len, row->answer, row->answer_len, 0, 0);
}

/* A driver may leave the options out of the linear part: P19, without reading past it. */
static void test_not_linear(void **state)
{
	const struct row *rows;
	size_t n = rows_all(&rows), i, linear;

	(void)state;
	for (i = 0; i < n; i++) {
		struct outcome o = { 0 };

		if (strcmp(rows[i].name, "P71") || rows[i].act != ROW_ANSWER)
			continue;
		for (linear = 0; linear < rows[i].len; linear++) {
			__u8 *buf = exactly(rows[i].frame, linear);
			struct nd_frame frame = {
				.data = buf,
				.data_end = buf + linear,
				.len = (__u32)rows[i].len,
			};

			assert_int_equal(decide(rows[i].env, &frame, &o),
					 linear < 55 ? NDPX_V_NONE : NDPX_V_BAD_LENGTH);
			free(buf);
		}
	}
}

/* nd_fast_path() must accept what routers send, or everything would silently take the long way. */
static void test_fast_path(void **state)
{
	const struct row *rows;
	size_t n = rows_all(&rows), i, taken = 0;

	(void)state;
	for (i = 0; i < n; i++) {
		struct outcome o = { 0 };
		struct nd_frame frame = { .len = (__u32)rows[i].len };
		__u8 *buf;

		if (strcmp(rows[i].name, "P42") || rows[i].len != ND_FAST_PATH_LEN)
			continue;
		buf = exactly(rows[i].frame, rows[i].len);
		frame.data = buf;
		frame.data_end = buf + rows[i].len;
		assert_int_equal(decide(rows[i].env, &frame, &o), rows[i].verdict);
		assert_true(o.fast_path);
		taken++;
		free(buf);
	}
	assert_true(taken > 0);
}

static int has_tag(const struct row *row)
{
	return row->len >= 18 &&
	       (!memcmp(row->frame + 12, "\x81\x00", 2) || !memcmp(row->frame + 12, "\x88\xa8", 2));
}

static void without_tag(__u8 *out, const __u8 *in, size_t len)
{
	memcpy(out, in, 12);
	memcpy(out + 12, in + 16, len - 16);
}

/* The kernel takes the outer tag out and reinserts it on transmission. */
static void test_row_meta(void **state)
{
	const struct row *row = *state;
	__u8 *in = malloc(row->len - 4), *answer = NULL;

	assert_non_null(in);
	without_tag(in, row->frame, row->len);
	if (row->answer) {
		answer = malloc(row->answer_len - 4);
		assert_non_null(answer);
		without_tag(answer, row->answer, row->answer_len);
	}
	run(row, in, row->len - 4, answer, row->answer_len - 4,
	    (__u16)(row->frame[12] << 8 | row->frame[13]),
	    (__u16)(row->frame[14] << 8 | row->frame[15]));
	free(in);
	free(answer);
}

static void add(struct CMUnitTest *tests, size_t *n, const struct row *row, CMUnitTestFunction fn,
		const char *suffix)
{
	char *name = NULL;

	if (asprintf(&name, "%s %s (%s%s)", row->name, row->what, row->env->name, suffix) < 0)
		abort();
	tests[(*n)++] = (struct CMUnitTest){
		.name = name,
		.test_func = fn,
		.initial_state = (void *)(uintptr_t)row,
	};
}

int main(void)
{
	const struct row *rows, *ports;
	size_t n = rows_all(&rows), n_ports = rows_of_ports(&ports), n_tests = 0, i;
	struct CMUnitTest *tests = calloc(2 * (n + n_ports), sizeof(*tests));
	const struct CMUnitTest more[] = { cmocka_unit_test(test_not_linear),
					   cmocka_unit_test(test_fast_path) };
	int failed;

	if (!tests)
		abort();
	for (i = 0; i < n; i++)
		add(tests, &n_tests, &rows[i], test_row, "");
	for (i = 0; i < n; i++) {
		if (has_tag(&rows[i]))
			add(tests, &n_tests, &rows[i], test_row_meta, ", tag in metadata");
	}
	for (i = 0; i < n_ports; i++) {
		add(tests, &n_tests, &ports[i], test_row, "");
		if (has_tag(&ports[i]))
			add(tests, &n_tests, &ports[i], test_row_meta, ", tag in metadata");
	}
	failed = _cmocka_run_group_tests("rows", tests, n_tests, NULL, NULL);
	failed += cmocka_run_group_tests(more, NULL, NULL);
	for (i = 0; i < n_tests; i++)
		free((void *)(uintptr_t)tests[i].name);
	free(tests);
	return failed;
}
