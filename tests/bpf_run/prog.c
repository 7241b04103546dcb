// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Loads the object, fills its maps, runs one frame. libbpf by hand rather than the
 * skeleton: the test sees what any loader sees, names and layouts.
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
#include <linux/pkt_cls.h>
#include <sys/mman.h>
#include <unistd.h>

#include "prog.h"

static struct prog plain, frags, ports;

const char *prog_hook_name(enum prog_hook hook)
{
	static const char *const names[HOOK_COUNT] = { "xdp", "xdp.frags", "tc", "port" };

	return names[hook];
}

int prog_is_tc(enum prog_hook hook)
{
	return hook == HOOK_TC || hook == HOOK_PORT;
}

/* Sets a `const volatile __u32` of the program, found by its name in the BTF. */
static void set_constant(struct bpf_object *obj, const char *name, __u32 value)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, ".rodata");
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *section;
	const struct btf_var_secinfo *var;
	size_t size = 0;
	__u8 data[256];
	const void *initial;
	int id, i;

	assert_non_null(map);
	initial = bpf_map__initial_value(map, &size);
	assert_true(initial && size <= sizeof(data));
	memcpy(data, initial, size);
	id = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
	assert_true(id > 0);
	section = btf__type_by_id(btf, (__u32)id);
	var = btf_var_secinfos(section);
	for (i = 0; i < btf_vlen(section); i++, var++) {
		const struct btf_type *t = btf__type_by_id(btf, var->type);

		if (strcmp(btf__name_by_offset(btf, t->name_off), name))
			continue;
		assert_true(var->offset + sizeof(value) <= size);
		memcpy(data + var->offset, &value, sizeof(value));
		assert_int_equal(bpf_map__set_initial_value(map, data, size), 0);
		return;
	}
	fail_msg("no constant %s in .rodata", name);
}

static int map_fd(struct bpf_object *obj, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(obj, name);

	if (fd < 0)
		fail_msg("no map %s", name);
	return fd;
}

/* The first segment of an array of arrays, as memory. */
static void *segment(struct bpf_object *obj, const char *name, __u32 size, __u32 entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "segment", sizeof(__u32), size, entries, &opts);
	const __u32 first = 0;
	void *memory;

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_update_elem(map_fd(obj, name), &first, &fd, BPF_ANY), 0);
	memory = mmap(NULL, (size_t)size * entries, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(memory != MAP_FAILED);
	close(fd);
	return memory;
}

/* Sets what only one of the three objects has, and selects the programs that it loads. */
static void choose(struct prog *p)
{
	struct bpf_program *xdp = bpf_object__find_program_by_name(p->obj, "ndpx_xdp");
	struct bpf_program *tc = bpf_object__find_program_by_name(p->obj, "ndpx_tc");
	struct bpf_program *port = bpf_object__find_program_by_name(p->obj, "ndpx_port");

	assert_true(xdp && tc && port);
	bpf_program__set_autoload(xdp, p != &ports);
	bpf_program__set_autoload(tc, p == &plain);
	bpf_program__set_autoload(port, p == &ports);
	set_constant(p->obj, "have_check_mtu",
		     libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_check_mtu, NULL) == 1);
	bpf_program__set_flags(xdp, prog_flags());
	bpf_program__set_flags(tc, prog_flags());
	bpf_program__set_flags(port, prog_flags());
	if (p == &frags) {
		set_constant(p->obj, "have_frags", 1);
		set_constant(p->obj, "have_coarse_clock", 1);
		bpf_program__set_flags(xdp, prog_flags() | BPF_F_XDP_HAS_FRAGS);
	}
}

static int prog_fd(struct prog *p, const char *name, int here)
{
	return here ? bpf_program__fd(bpf_object__find_program_by_name(p->obj, name)) : -1;
}

static void load(struct prog *p)
{
	p->obj = bpf_object__open_file(prog_path(), NULL);
	if (!p->obj)
		fail_msg("%s: %s", prog_path(), strerror(errno));
	choose(p);
	if (bpf_object__load(p->obj)) {
		bpf_object__close(p->obj);
		p->obj = NULL;
		fail_msg("%s does not load: %s", prog_path(), strerror(errno));
	}
	p->fd[HOOK_XDP] = prog_fd(p, "ndpx_xdp", p == &plain);
	p->fd[HOOK_XDP_FRAGS] = prog_fd(p, "ndpx_xdp", p == &frags);
	p->fd[HOOK_TC] = prog_fd(p, "ndpx_tc", p == &plain);
	p->fd[HOOK_PORT] = prog_fd(p, "ndpx_port", p == &ports);
	p->table.bucket =
		segment(p->obj, NDPX_MAP_RULES, sizeof(struct ndpx_bucket), NDPX_SEGMENT_BUCKETS);
	p->table.buckets = NDPX_SEGMENT_BUCKETS;
	p->stats = segment(p->obj, NDPX_MAP_RULE_STATS, sizeof(struct ndpx_rule_stats),
			   NDPX_STATS_SEGMENT);
	p->filter = mmap(NULL, NDPX_FILTER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 map_fd(p->obj, NDPX_MAP_FILTER), 0);
	assert_true(p->filter != MAP_FAILED);
	p->counters = map_fd(p->obj, NDPX_MAP_COUNTERS);
	p->rates = map_fd(p->obj, NDPX_MAP_RATES);
	p->hot = map_fd(p->obj, NDPX_MAP_HOT_STATS);
	p->state = map_fd(p->obj, ".data.state");
	p->ports = map_fd(p->obj, NDPX_MAP_PORTS);
	p->links = map_fd(p->obj, NDPX_MAP_LINKS);
	p->config = map_fd(p->obj, ".data.config");
}

struct prog *prog_for(enum prog_hook hook)
{
	struct prog *p = hook == HOOK_XDP_FRAGS ? &frags : hook == HOOK_PORT ? &ports : &plain;

	if (hook == HOOK_XDP_FRAGS && !prog_ports.frags)
		skip();
	if (!p->obj)
		load(p);
	return p;
}

static void empty(int fd)
{
	__u8 key[sizeof(struct ndpx_key)];

	while (!bpf_map_get_next_key(fd, NULL, key))
		assert_int_equal(bpf_map_delete_elem(fd, key), 0);
}

static void forget_hot(int fd)
{
	struct ndpx_hot_stats none[libbpf_num_possible_cpus()];
	__u32 i;

	memset(none, 0, sizeof(none));
	for (i = 0; i < NDPX_HOT_STATS; i++)
		assert_int_equal(bpf_map_update_elem(fd, &i, none, BPF_ANY), 0);
}

void prog_clear(struct prog *p)
{
	table_clear(&p->table, 0, p->table.buckets);
	p->n_stats = 1;
	memset(p->filter, 0, NDPX_FILTER_SIZE);
	forget_hot(p->hot);
	empty(p->links);
	empty(p->rates);
	p->env = NULL;
}

static __u64 scope_of(const struct row_rule *at)
{
	return NDPX_SCOPE(0, at->vlan, at->bits, 0);
}

/* Any slot of the key, dead or alive, from *pos on. */
static struct ndpx_slot *next_of(const struct prog *p, const struct row_rule *at, __u64 *pos)
{
	struct ndpx_slot *slot;

	while ((slot = table_next(&p->table, pos))) {
		if (slot->scope == scope_of(at) && !memcmp(slot->addr, at->addr, 16))
			return slot;
	}
	return NULL;
}

static void add(struct prog *p, const struct row_rule *at, const struct ndpx_policy *policy,
		__u64 born, __u64 dies, __u32 stats)
{
	struct ndpx_slot slot = {
		.scope = scope_of(at),
		.born = born,
		.dies = dies,
		.policy = *policy,
		.stats = stats,
	};

	__u32 bit;

	memcpy(slot.addr, at->addr, sizeof(slot.addr));
	bit = nd_prefix_bit(slot.scope, nd_get_addr(slot.addr));
	if (at->bits < 128)
		p->filter[bit >> 3] |= (__u8)(1u << (bit & 7));
	if (policy->action != NDPX_ACT_NONE)
		assert_non_null(table_add(&p->table, &slot));
}

static void ignore(void *arg, __u32 stats)
{
	(void)arg;
	(void)stats;
}

void prog_put(struct prog *p, const struct row_rule *at, const struct prog_rule *rule)
{
	struct ndpx_slot *slot;
	__u32 stats = 0;
	__u64 pos = 0;

	while ((slot = next_of(p, at, &pos))) {
		stats = slot->stats;
		table_end(slot, 0, true);
	}
	table_bury(&p->table, 0, ignore, NULL);
	table_free(&p->table, ignore, NULL);
	if (!stats) {
		assert_true(p->n_stats < NDPX_STATS_SEGMENT);
		stats = p->n_stats++;
		memset(&p->stats[stats], 0, sizeof(p->stats[stats]));
	}
	if (rule->since)
		add(p, at, &rule->policy[0], 0, rule->since, stats);
	add(p, at, &rule->policy[1], rule->since, NDPX_NEVER, stats);
}

void prog_get(struct prog *p, const struct row_rule *at, struct ndpx_rule_stats *ret)
{
	__u64 pos = 0;
	const struct ndpx_slot *slot = next_of(p, at, &pos);
	int cpus = libbpf_num_possible_cpus(), cpu;
	struct ndpx_hot_stats hot[cpus];
	__u32 i = slot ? slot->stats & (NDPX_HOT_STATS - 1) : 0;

	assert_non_null(slot);
	*ret = p->stats[slot->stats];
	/* And what CPUs have not written out yet. */
	assert_int_equal(bpf_map_lookup_elem(p->hot, &i, hot), 0);
	for (cpu = 0; cpu < cpus; cpu++) {
		if (hot[cpu].id != NDPX_HOT_ID(slot->stats, slot->serial) ||
		    !hot[cpu].stats.answers)
			continue;
		ret->answers += hot[cpu].stats.answers;
		if (ret->last_answer > hot[cpu].stats.last_answer)
			continue;
		ret->last_answer = hot[cpu].stats.last_answer;
		memcpy(ret->last_requester, hot[cpu].stats.last_requester, 16);
	}
}

void prog_config_write(struct prog *p)
{
	const struct ndpx_state state = { .word = NDPX_WORD(p->generation, 0) };
	const __u32 zero = 0;

	assert_int_equal(bpf_map_update_elem(p->config, &zero, &p->content, BPF_ANY), 0);
	assert_int_equal(bpf_map_update_elem(p->state, &zero, &state, BPF_ANY), 0);
}

void prog_fill(struct prog *p, const struct row_env *env)
{
	size_t i;

	if (p->env == env)
		return;
	prog_clear(p);
	for (i = 0; i < env->n_rules; i++) {
		const struct row_rule *r = &env->rules[i];
		struct prog_rule rule = { .policy = { r->policy, r->policy } };

		rule.policy[0].port = rule.policy[1].port = prog_ifindex(r->port);
		prog_put(p, r, &rule);
	}
	p->generation = 0;
	p->content = (struct ndpx_config){ .set = { env->settings, env->settings } };
	p->content.set[0].links[0].l3_dev = p->content.set[1].links[0].l3_dev = prog_ports.in;
	if (p == &ports) {
		/* Of those, a guest port has its own. */
		memset(p->content.set[0].mac, 0x44, 6);
		memset(p->content.set[0].link_local, 0x44, 16);
		prog_port(p, prog_ports.in, env);
	}
	prog_config_write(p);
	p->env = env;
}

void prog_link(struct prog *p, enum ndpx_link_kind kind, __u64 value)
{
	const struct ndpx_link_key key = { .kind = (__u16)kind, .value = value };
	struct ndpx_settings *set = &p->content.set[0];
	__u32 bit = ndpx_filter_bit(value, NDPX_OURS_BITS);
	const __u32 nothing = 0;

	if (kind == NDPX_LINK_MEMBER)
		set->links[0].members |= 1ull << ndpx_filter_bit(value, NDPX_MEMBERS_BITS);
	else
		set->ours[bit / 64] |= 1ull << bit % 64;
	assert_int_equal(bpf_map_update_elem(p->links, &key, &nothing, BPF_ANY), 0);
	p->env = NULL;
}

void prog_port(struct prog *p, __u32 ifindex, const struct row_env *env)
{
	struct ndpx_port port = { .since = 0 };
	struct ndpx_port_at *at = &port.at[1];

	if (!env) {
		bpf_map_delete_elem(p->ports, &ifindex);
		return;
	}
	memcpy(at->mac, env->settings.mac, sizeof(at->mac));
	memcpy(at->link_local, env->settings.link_local, sizeof(at->link_local));
	at->group = env->group;
	at->l3_dev = ifindex;
	assert_int_equal(bpf_map_update_elem(p->ports, &ifindex, &port, BPF_ANY), 0);
}

static void read_counters(struct prog *p, __u64 *ret)
{
	int cpus = libbpf_num_possible_cpus(), c;
	__u64 values[cpus];
	__u32 slot;

	for (slot = 0; slot < NDPX_COUNTERS; slot++) {
		assert_int_equal(bpf_map_lookup_elem(p->counters, &slot, values), 0);
		for (ret[slot] = 0, c = 0; c < cpus; c++)
			ret[slot] += values[c];
	}
}

static void set_act(enum prog_hook hook, __u32 retval, struct prog_result *ret)
{
	const int tc = prog_is_tc(hook);

	if ((int)retval == (tc ? TC_ACT_UNSPEC : XDP_PASS))
		ret->act = ROW_PASS;
	else if ((int)retval == (tc ? TC_ACT_SHOT : XDP_DROP))
		ret->act = ROW_DROP;
	else if ((int)retval == (tc ? TC_ACT_REDIRECT : XDP_TX))
		ret->act = ROW_ANSWER;
	else
		ret->other = (int)retval;
}

/*
 * The NIC's sum over the frame must still be right after the program: TEST_RUN checks it since
 * kernel 6.15. Not if the answer has another length: bpf_skb_change_tail() drops the sum
 * (CHECKSUM_NONE), and TEST_RUN compares it regardless.
 */
static __u32 sum_flag(enum prog_hook hook, const __u8 *of, size_t len)
{
	const int tagged = len > 12 && of[12] == 0x81;
	static __u32 flag = BPF_F_TEST_SKB_CHECKSUM_COMPLETE;
	static int known;
	const __u8 frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .flags = flag);

	if (!prog_is_tc(hook) || len != (tagged ? 90 : 86))
		return 0;
	if (!known && bpf_prog_test_run_opts(prog_for(hook)->fd[hook], &opts)) {
		assert_int_equal(errno, EINVAL);
		flag = 0;
	}
	known = 1;
	return flag;
}

int prog_run(enum prog_hook hook, const __u8 *frame, size_t len, struct prog_result *ret)
{
	struct prog *p = prog_for(hook);
	struct xdp_md md = { .data_end = (__u32)len, .ingress_ifindex = prog_ports.in };
	struct __sk_buff skb = { .ifindex = prog_ports.in };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .data_out = ret->out, .data_size_out = sizeof(ret->out),
		    .flags = sum_flag(hook, frame, len));
	__u64 before[NDPX_COUNTERS];
	__u32 i;

	ret->other = 0;
	if (prog_ports.given) {
		opts.ctx_in = prog_is_tc(hook) ? (void *)&skb : (void *)&md;
		opts.ctx_size_in = prog_is_tc(hook) ? sizeof(skb) : sizeof(md);
	}
	read_counters(p, before);
	if (bpf_prog_test_run_opts(p->fd[hook], &opts))
		return errno;
	read_counters(p, ret->moved);
	for (i = 0; i < NDPX_COUNTERS; i++)
		ret->moved[i] -= before[i];
	ret->len = opts.data_size_out;
	set_act(hook, opts.retval, ret);
	return 0;
}
