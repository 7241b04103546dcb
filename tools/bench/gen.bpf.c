// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark's router. BPF_PROG_TEST_RUN runs bench_gen() on live frames, and it turns
 * each into a solicitation; bench_count() on the router's end of the cable counts what comes
 * back.
 *
 * Pacing is done here, not by sleeping between system calls: a run that is not due
 * drops its frame, which costs less than a wake-up and keeps to the schedule within a
 * batch. One generator and one NAPI context write these variables, each its own.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bench.h"

#define AT_TYPE	    54 /* offsets in an untagged frame */
#define AT_CHECKSUM 56
#define AT_FLAGS    58
#define AT_TARGET   62
#define AT_OPTION   78

/* false removes the clock from the hot path: full speed, nothing timed */
const volatile __u32 paced = 0;
const volatile __u32 port = 0; /* ifindex of the router's end */
/* What counts as an answer: a bounced solicitation is one for those that only bounce. */
const volatile __u32 answer_type = 136;
const volatile __u32 answer_flags = 0x40; /* S; none for the answer to DAD */
const volatile __u32 tag_len = 0;	  /* BENCH_TAG_LEN: answers are to have one tag */

/* BENCH_*: whether each answer to the plain form is checked in full, for the soak */
const volatile __u32 checked = BENCH_UNCHECKED;
const volatile __u32 net[3] = { 0 }; /* the targets' first words, network order */
const volatile __u32 first = 0, targets = 0;

/*
 * Sections of their own are maps, and so pages, of their own: the two programs run on
 * two CPUs and must not share a cache line.
 */
struct bench_stream streams[BENCH_STREAMS] SEC(".data.gen") = { 0 };

struct bench_answers got SEC(".data.count") = { 0 };
__u32 answers_of[BENCH_GUESTS] SEC(".data.guests") = { 0 }; /* by target, where they are checked */

/* Written here and read there, but by probes only. */
__u64 stamps[BENCH_STAMPS] = { 0 };

static __always_inline void put16(void *p, __u16 v)
{
	*(__u16 *)p = v;
}

static __always_inline void put32(void *p, __u32 v)
{
	*(__u32 *)p = v;
}

static __always_inline void put64(void *p, __u64 v)
{
	*(__u64 *)p = v;
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)sum;
}

/* Pages are recycled as the responder left them, so every byte is written. */
static __always_inline int write_frame(void *data, const void *end, const struct bench_stream *s)
{
	const __u64 *from = (const __u64 *)s->frame;
	__u32 i;

	if (data + BENCH_NS_LEN > end)
		return 0;
#pragma clang loop unroll(full)
	for (i = 0; i < 10; i++)
		put64(data + 8 * i, from[i]);
	put32(data + 80, (__u32)from[10]);
	put16(data + 84, (__u16)(from[10] >> 32));
	return 1;
}

/* The next target into T, the group made of it into D and ed, and the checksum. */
static __always_inline __u32 write_target(void *data, struct bench_stream *s)
{
	__u64 sum = s->sum;
	__u32 i, word, group;

	if (s->random) {
		i = (__u32)(((__u64)bpf_get_prandom_u32() * s->targets) >> 32);
	} else {
		i = s->next;
		s->next = i + 1 < s->targets ? i + 1 : 0;
	}
	word = bpf_htonl(s->first + i);
	sum += word;
	if (s->high) {
		put32(data + AT_TARGET + 4, word);
	} else {
		group = word | bpf_htonl(0xff000000);
		sum += group;
		put32(data + AT_TARGET + 12, word);
		put32(data + 50, group);
		put32(data + 2, group);
	}
	put16(data + AT_CHECKSUM, (__u16)~fold(sum));
	return i;
}

/* Any form that has the one target. */
static __always_inline int transmit_as_is(struct xdp_md *ctx, struct bench_stream *s)
{
	__u32 len = s->len;

	barrier_var(len);
	if (len == 0 || len > BENCH_FRAME_MAX || bpf_xdp_store_bytes(ctx, 0, s->frame, len))
		return XDP_DROP;
	s->sent++;
	return (int)bpf_redirect(port, 0);
}

static __always_inline int transmit(struct xdp_md *ctx, struct bench_stream *s, __u64 *stamp)
{
	__u32 i, len = (__u32)(ctx->data_end - ctx->data);
	void *data, *end;

	/* The responder may have made it longer or shorter. */
	if (len != s->len && bpf_xdp_adjust_tail(ctx, (int)s->len - (int)len))
		return XDP_DROP;
	if (!s->targets)
		return transmit_as_is(ctx, s);
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (!write_frame(data, end, s) || data + BENCH_NS_LEN > end)
		return XDP_DROP;
	i = write_target(data, s);
	if (stamp)
		stamp[i % BENCH_STAMPS] = bpf_ktime_get_ns();
	s->sent++;
	return (int)bpf_redirect(port, 0);
}

SEC("xdp")
int bench_gen(struct xdp_md *ctx)
{
	struct bench_stream *flood = &streams[BENCH_FLOOD], *probe = &streams[BENCH_PROBE];
	__u64 now;

	if (!paced)
		return transmit(ctx, flood, NULL);
	now = bpf_ktime_get_ns();
	if (probe->on && now >= probe->due) {
		/* Half to one and a half gaps, so that no clock of the contestant's is in step. */
		probe->due = now + probe->gap / 2 +
			     (((__u64)bpf_get_prandom_u32() * (probe->gap & 0xffffffff)) >> 32);
		return transmit(ctx, probe, stamps);
	}
	if (!flood->on || now < flood->due)
		return XDP_DROP;
	if (flood->due && now - flood->due > BENCH_LATE && flood->gap) {
		flood->skipped += (now - flood->due) / flood->gap;
		flood->due = now;
	}
	flood->due = (flood->due ? flood->due : now) + flood->gap;
	return transmit(ctx, flood, NULL);
}

static __always_inline void take_time(__u32 i)
{
	__u64 sent = stamps[i % BENCH_STAMPS], now = bpf_ktime_get_ns();

	if (!sent || now < sent)
		return;
	stamps[i % BENCH_STAMPS] = 0;
	got.samples[got.n_samples % BENCH_SAMPLES] =
		now - sent < 0xffffffff ? (__u32)(now - sent) : ~0u;
	got.n_samples++;
}

static __always_inline __u32 get32(const __u8 *p)
{
	return *(const __u32 *)p;
}

/* Of an advertisement of 32 bytes, from the IPv6 source on, with what the pseudo header adds. */
static __always_inline int is_sound(const __u8 *p)
{
	__u64 sum = bpf_htons(32) + bpf_htons(58);
	__u32 i;

#pragma clang loop unroll(full)
	for (i = 22; i < BENCH_NS_LEN; i += 4)
		sum += get32(p + i);
	return fold(sum) == 0xffff;
}

/* The advertisement of one of our targets, whole, with that guest's MAC; else it is wrong. */
static __always_inline void check(const __u8 *p, const __u8 *end)
{
	__u32 word, lladdr, i, other = 0, len = (__u32)(end - p);

	barrier_var(len); /* else clang compares the pointers for equality, as no verifier does */
	if (p + BENCH_NS_LEN > end || len != BENCH_NS_LEN) {
		got.wrong++;
		return;
	}
	word = bpf_ntohl(get32(p + AT_TARGET + 12));
	lladdr = checked == BENCH_BROKEN ? ~BENCH_LLADDR(word) : BENCH_LLADDR(word);
#pragma clang loop unroll(full)
	for (i = 0; i < 16; i += 4)
		other |= get32(p + 22 + i) ^ get32(p + AT_TARGET + i);
#pragma clang loop unroll(full)
	for (i = 0; i < 3; i++)
		other |= get32(p + AT_TARGET + 4 * i) ^ net[i];
	/* S; R as it comes. An option of one unit, the TLLAO. */
	other |= (get32(p + AT_FLAGS) & bpf_htonl(0x7fffffff)) ^ bpf_htonl(0x40000000);
	other |= get32(p + AT_OPTION) ^ bpf_htonl(0x02010200);
	other |= get32(p + AT_OPTION + 4) ^ bpf_htonl(lladdr);
	i = word - first;
	if (other || i >= targets || i >= BENCH_GUESTS || !is_sound(p)) {
		if (!got.wrong++)
			__builtin_memcpy(got.first_wrong, p, BENCH_NS_LEN);
		return;
	}
	answers_of[i]++;
}

SEC("xdp")
int bench_count(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data, *end = (const __u8 *)(long)ctx->data_end;
	const __u8 *p = data + tag_len;

	/* IPv6 with an ICMPv6 message; the station it is for is told by a byte. */
	if (p + BENCH_BARE_LEN > end || p[12] != 0x86 || p[13] != 0xdd || p[20] != 58 ||
	    p[AT_TYPE] != answer_type || (p[AT_FLAGS] & answer_flags) != answer_flags ||
	    (tag_len && (data[12] != 0x81 || data[13] != 0))) {
		got.strays++;
		return XDP_DROP;
	}
	if (checked)
		check(p, end);
	if (data[5] == 1 + BENCH_PROBE) {
		got.answered[BENCH_PROBE]++;
		take_time(p[AT_TARGET + 15]);
	} else {
		got.answered[BENCH_FLOOD]++;
	}
	/* User space looks at one answer in full. */
	if (!got.first_len && p + BENCH_NS_LEN <= end &&
	    !bpf_xdp_load_bytes(ctx, 0, got.first_answer, BENCH_NS_LEN + tag_len))
		got.first_len = (__u32)(end - data);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
