// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See observer.h. One queue per direction and one CPU keep frames in order, so a marker
 * sent after a frame tells when the frame is done.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>

#include "env.h"
#include "observer.h"
#include "wire.h"

#define OURS_FIRST 1 /* priorities in clsact */
#define OBSERVER   2
#define TIMEOUT_MS 2000

static struct {
	struct bpf_object *obj;
	struct ring_buffer *ring;
	struct btf *kernel;
	int number_fd, wire, ifindex, peer, has_reasons, done;
	__u32 number;
	char why_not[128];
	struct outcome *now;
} o;

static int keep(const char *name, int err)
{
	if (err)
		fprintf(stderr, "observer: %s: %s\n", name, strerror(-err));
	return err;
}

/* The running kernel's i-th drop reason, "IPV6_NDISC_HOP_LIMIT"; NULL after the last. */
static const char *reason_at(int i, __u32 *ret_value)
{
	static const char prefix[] = "SKB_DROP_REASON_";
	static const struct btf_type *t;
	const char *name;
	int id;

	if (!t) {
		id = btf__find_by_name_kind(o.kernel, "skb_drop_reason", BTF_KIND_ENUM);
		t = id > 0 ? btf__type_by_id(o.kernel, (__u32)id) : NULL;
	}
	if (!t || i >= btf_vlen(t))
		return NULL;
	*ret_value = (__u32)btf_enum(t)[i].val;
	name = btf__name_by_offset(o.kernel, btf_enum(t)[i].name_off);
	return strncmp(name, prefix, strlen(prefix)) ? name : name + strlen(prefix);
}

static int names_reason(const char *wanted)
{
	const char *name;
	__u32 value;
	int i;

	for (i = 0; (name = reason_at(i, &value)); i++) {
		if (!strcmp(name, wanted))
			return 1;
	}
	return 0;
}

static void name_reason(__u32 reason, char *ret, size_t size)
{
	const char *name;
	__u32 value;
	int i;

	snprintf(ret, size, "%u", reason);
	for (i = 0; (name = reason_at(i, &value)); i++) {
		if (value == reason)
			snprintf(ret, size, "%s", name);
	}
}

static int on_event(void *ctx, void *data, size_t size)
{
	const struct observe_event *e = data;
	struct outcome *out = o.now;

	(void)ctx;
	(void)size;
	if (e->number != (o.number & 0xffff))
		return 0;
	if (e->kind == OBSERVE_DONE) {
		o.done = 1;
	} else if (e->kind == OBSERVE_DROP) {
		name_reason(e->reason, out->reason, sizeof(out->reason));
	} else {
		out->came++;
		out->len = e->len < OBSERVE_BYTES ? e->len : OBSERVE_BYTES;
		memcpy(out->frame, e->bytes, out->len);
		if (e->tagged)
			out->len = wire_put_tag(out->frame, out->len, OBSERVE_BYTES, e->tag_type,
						e->tag_tci);
	}
	return 0;
}

static int load_object(void)
{
	const char *path = getenv("NDPX_OBSERVE_OBJECT");
	struct bpf_program *drop;
	struct bpf_map *data;
	int attempt;

	/* Retried without the tracepoint if this kernel's is different. */
	for (attempt = 0; attempt < 2; attempt++) {
		o.obj = bpf_object__open_file(
			path ? path : "build/tests/differential/observe.bpf.o", NULL);
		if (!o.obj)
			return keep("object", -errno);
		drop = bpf_object__find_program_by_name(o.obj, "observe_drop");
		if (!drop)
			return -ENOENT;
		if (attempt)
			bpf_program__set_autoload(drop, 0);
		if (bpf_object__load(o.obj)) {
			snprintf(o.why_not, sizeof(o.why_not), "no tracepoint skb:kfree_skb: %s",
				 strerror(errno));
			bpf_object__close(o.obj);
			o.obj = NULL;
			continue;
		}
		if (!attempt && !names_reason("IPV6_NDISC_BAD_CODE"))
			snprintf(o.why_not, sizeof(o.why_not),
				 "this kernel names no reasons of NDISC");
		else if (!attempt && bpf_program__attach(drop))
			o.has_reasons = 1;
		else if (!attempt)
			snprintf(o.why_not, sizeof(o.why_not), "kfree_skb tells no reason: %s",
				 strerror(errno));
		data = bpf_object__find_map_by_name(o.obj, ".bss");
		o.number_fd = data ? bpf_map__fd(data) : -1;
		return o.number_fd < 0 ? -ENOENT : 0;
	}
	return -EINVAL;
}

static int add_filter(int fd, __u32 priority)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = o.ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = priority, .prog_fd = fd);
	int err = priority == OBSERVER ? bpf_tc_hook_create(&hook) : 0;

	return err ? err : bpf_tc_attach(&hook, &opts);
}

/* XDP_TX arrives only if the other end runs a program as well. */
static int peer_passes(void)
{
	const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, NULL);

	return fd < 0 ? fd : bpf_xdp_attach(o.peer, fd, XDP_FLAGS_DRV_MODE, NULL);
}

static const char *make_cable(void)
{
	static const char *const commands[] = {
		"ip link add diff0 address " H_MAC " numtxqueues 1 numrxqueues 1 type veth "
		"peer name diff0p numtxqueues 1 numrxqueues 1",
		"echo 1 > /proc/sys/net/ipv6/conf/diff0p/disable_ipv6",
		"echo 1 > /proc/sys/net/ipv6/conf/diff0/addr_gen_mode",
		"echo 0 > /proc/sys/net/ipv6/conf/diff0/accept_ra",
		"ip link set diff0 up",
		"ip link set diff0p up",
		"ip addr add " L_ADDR "/64 dev diff0 nodad",
		"ip addr add " OWN "/128 dev diff0 nodad",
		/* The kernel proxies T, so that it validates solicitations for T. */
		"echo 1 > /proc/sys/net/ipv6/conf/all/proxy_ndp", /* of probes the only one asked */
		"echo 1 > /proc/sys/net/ipv6/conf/diff0/proxy_ndp",
		"echo 0 > /proc/sys/net/ipv6/neigh/diff0/proxy_delay",
		"ip neigh add proxy " T_ADDR " dev diff0",
		"ip link add away0 type veth peer name away0p",
		"echo 1 > /proc/sys/net/ipv6/conf/away0p/disable_ipv6",
		"ip link set away0 arp off up",
		"ip link set away0p up",
		"ip route add " T_ADDR "/128 dev away0",
	};
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (prog_sh(commands[i]))
			return commands[i];
	}
	return NULL;
}

const char *observer_begin(void)
{
	const char *failed = make_cable();
	struct bpf_map *events;

	if (failed)
		return failed;
	wire_one_cpu();
	o.ifindex = (int)if_nametoindex("diff0");
	o.peer = (int)if_nametoindex("diff0p");
	prog_ports.in = (__u32)o.ifindex;
	o.kernel = btf__load_vmlinux_btf();
	if (!o.kernel)
		return "this kernel has no BTF"; /* nor could the observer be loaded */
	if (load_object())
		return "the observer does not load";
	if (add_filter(bpf_program__fd(bpf_object__find_program_by_name(o.obj, "observe_tc")),
		       OBSERVER))
		return "the observer cannot be attached";
	events = bpf_object__find_map_by_name(o.obj, "events");
	o.ring = events ? ring_buffer__new(bpf_map__fd(events), on_event, NULL, NULL) : NULL;
	if (!o.ring)
		return "no ring buffer";
	if (peer_passes())
		return "veth takes no XDP program";
	o.wire = wire_open("diff0p");
	return o.wire < 0 ? "no packet socket" : NULL;
}

int observer_knows_reasons(void)
{
	return o.has_reasons;
}

const char *observer_why_not(void)
{
	return o.why_not;
}

const char *observer_hook(enum prog_hook hook)
{
	int fd = prog_for(hook)->fd[hook];
	int err = hook == HOOK_TC ? add_filter(fd, OURS_FIRST)
				  : bpf_xdp_attach(o.ifindex, fd, XDP_FLAGS_DRV_MODE, NULL);

	return err ? strerror(-err) : NULL;
}

void observer_unhook(enum prog_hook hook)
{
	LIBBPF_OPTS(bpf_tc_hook, at, .ifindex = o.ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = OURS_FIRST);

	if (hook == HOOK_TC)
		bpf_tc_detach(&at, &opts);
	else
		bpf_xdp_detach(o.ifindex, XDP_FLAGS_DRV_MODE, NULL);
}

static int came_back(const __u8 *want, size_t len)
{
	__u8 buf[OBSERVE_BYTES];
	size_t got;

	while ((got = wire_receive(o.wire, buf, sizeof(buf), TIMEOUT_MS))) {
		if (got == len && !memcmp(buf, want, len))
			return 1;
	}
	return 0;
}

int observer_send(const __u8 *frame, size_t len, const __u8 *want, size_t want_len,
		  struct outcome *ret)
{
	__u8 marker[64] = { [12] = OBSERVE_MARKER >> 8, [13] = OBSERVE_MARKER & 0xff };
	const __u32 zero = 0;
	__u8 old[OBSERVE_BYTES];
	int err, rounds;

	ret->came = 0;
	ret->reason[0] = '\0';
	ret->answered = 0;
	o.now = ret;
	o.number = (o.number + 1) & 0xffff;
	o.done = 0;
	while (wire_receive(o.wire, old, sizeof(old), 0))
		;
	if (bpf_map_update_elem(o.number_fd, &zero, &o.number, BPF_ANY))
		return errno;
	err = wire_send(o.wire, frame, len);
	if (err)
		return err;
	wire_send(o.wire, marker, sizeof(marker));
	for (rounds = 0; !o.done && rounds < TIMEOUT_MS / 10; rounds++)
		ring_buffer__poll(o.ring, 10);
	if (!o.done)
		return ETIMEDOUT;
	if (want)
		ret->answered = came_back(want, want_len);
	return 0;
}
