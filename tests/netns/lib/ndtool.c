// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The other end of the cable for the netns tests: sends Neighbor Solicitations from a packet
 * socket and checks what comes back. Frame layouts are in ndframe.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "abi4.h"
#include "ndframe.h"
#include "tcx.h"
#include "../../packet.h"

#define TARGETS_MAX  2048
#define PATIENCE_MS  1000 /* an answer that takes longer counts as lost */
#define SOCKET_BYTES (32 << 20)

struct options {
	struct recipe how; /* -v, -p, -n, -f */
	long window;	   /* -w; 0: no limit */
	long rate;	   /* -r frames a second; 0: no limit */
	bool own_lladdr;   /* -l: each answer bears its guest's MAC, see struct flood */
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list ap;

	fputs("ndtool: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/* Words of the command line */

static void get_mac(const char *text, uint8_t ret[6])
{
	unsigned int b[6];
	int i, n = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &n) != 6 ||
	    text[n])
		die("%s: no MAC address", text);
	for (i = 0; i < 6; i++)
		ret[i] = (uint8_t)b[i];
}

static void get_addr(const char *text, uint8_t ret[16])
{
	if (inet_pton(AF_INET6, text, ret) != 1)
		die("%s: no IPv6 address", text);
}

static long get_number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0)
		die("%s: no number", text);
	return n;
}

static void get_hex(const char *text, struct frame *ret)
{
	size_t i, len = strlen(text);
	unsigned int byte;

	if (len % 2 || len / 2 > sizeof(ret->b) || len / 2 < ETH_HLEN)
		die("%zu hex digits are no frame", len);
	for (i = 0; i < len / 2; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			die("%.2s: no hex", text + 2 * i);
		ret->b[i] = (uint8_t)byte;
	}
	ret->len = len / 2;
}

static void print_hex(const struct frame *f)
{
	size_t i;

	for (i = 0; i < f->len; i++)
		printf("%02x", f->b[i]);
	putchar('\n');
	fflush(stdout);
}

/* The packet socket */

static int open_socket(const char *dev)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1, bytes = SOCKET_BYTES;

	sll.sll_ifindex = (int)if_nametoindex(dev);
	if (fd < 0 || !sll.sll_ifindex)
		die("%s: %s", dev, strerror(errno));
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("%s: %s", dev, strerror(errno));
	return fd;
}

static void send_frame(int fd, const struct frame *f)
{
	while (send(fd, f->b, f->len, 0) < 0) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };

		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			die("send: %s", strerror(errno));
		poll(&p, 1, 1);
	}
}

static bool receive(int fd, struct frame *ret)
{
	ssize_t n = packet_receive(fd, ret->b, sizeof(ret->b));

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			die("receive: %s", strerror(errno));
		return false;
	}
	ret->len = (size_t)n;
	return true;
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The next frame, or false when it gets later than `until` (in us) or a signal came. */
static bool wait_frame(int fd, uint64_t until, struct frame *ret)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now;

	for (;;) {
		if (receive(fd, ret))
			return true;
		now = now_us();
		if (now >= until || stopped)
			return false;
		poll(&p, 1, (int)((until - now + 999) / 1000));
	}
}

/* Verbs. Each returns the exit status. */

static int verb_abi4(const struct options *opt, char **arg)
{
	(void)opt;
	return abi4_make(arg[0], strtoull(arg[1], NULL, 10), (uint32_t)strtoul(arg[2], NULL, 10),
			 arg[3], strcmp(arg[4], "paused") == 0);
}

/* What DIR/COOKIE is called in this network namespace: user/netlink, nl_netns_cookie(). */
static int verb_cookie(const struct options *opt, char **arg)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;

	(void)opt;
	(void)arg;
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		cookie = stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
	printf("%llu\n", cookie);
	return cookie ? 0 : 2;
}

static int verb_ns(const struct options *opt, char **arg)
{
	uint8_t mac[6], src6[16], target[16];
	struct frame f;

	get_mac(arg[0], mac);
	get_addr(arg[1], src6);
	get_addr(arg[2], target);
	build_ns(&f, &opt->how, mac, src6, target);
	print_hex(&f);
	return 0;
}

static int verb_na(const struct options *opt, char **arg)
{
	uint8_t src[6], dst[6], src6[16], dst6[16], target[16], lladdr[6];
	struct frame f;

	get_mac(arg[0], src);
	get_mac(arg[1], dst);
	get_addr(arg[2], src6);
	get_addr(arg[3], dst6);
	get_addr(arg[4], target);
	get_mac(arg[5], lladdr);
	build(&f, &opt->how, dst, src, src6, dst6, ND_NA, target, lladdr);
	print_hex(&f);
	return 0;
}

static int verb_send(const struct options *opt, char **arg)
{
	struct frame f;

	(void)opt;
	get_hex(arg[1], &f);
	send_frame(open_socket(arg[0]), &f);
	return 0;
}

/* Sends the NS and prints the first sound NA for its target, or "none". */
static int verb_exchange(const struct options *opt, char **arg)
{
	uint64_t until = now_us() + (uint64_t)get_number(arg[2]) * 1000;
	int fd = open_socket(arg[0]);
	const uint8_t *ns, *na;
	struct frame f, in;
	size_t len;

	(void)opt;
	get_hex(arg[1], &f);
	/* Not nd_message(), because broken solicitations are sent too. The target's place is fixed. */
	ns = f.b + (ip6_offset(&f) ? ip6_offset(&f) : (size_t)ETH_HLEN) + IP6_LEN;
	send_frame(fd, &f);
	while (wait_frame(fd, until, &in)) {
		na = nd_message(&in, ND_NA, &len);
		if (na && !memcmp(na + 8, ns + 8, 16)) {
			print_hex(&in);
			return 0;
		}
	}
	puts("none");
	return 0;
}

/* Waits for exactly this frame, or with "none" verifies that no NA comes at all. */
static int verb_expect(const struct options *opt, char **arg)
{
	uint64_t until = now_us() + (uint64_t)get_number(arg[2]) * 1000;
	bool none = !strcmp(arg[1], "none");
	int fd = open_socket(arg[0]);
	struct frame want, in;
	size_t len;

	(void)opt;
	if (!none)
		get_hex(arg[1], &want);
	while (wait_frame(fd, until, &in)) {
		if (none && nd_message(&in, ND_NA, &len)) {
			print_hex(&in);
			return 1;
		}
		if (!none && in.len == want.len && !memcmp(in.b, want.b, in.len))
			return 0;
	}
	return none ? 0 : 1;
}

static int verb_sniff(const struct options *opt, char **arg)
{
	uint64_t until = now_us() + (uint64_t)get_number(arg[1]) * 1000;
	int fd = open_socket(arg[0]);
	struct frame in;

	(void)opt;
	while (wait_frame(fd, until, &in)) {
		if (ip6_offset(&in))
			print_hex(&in);
	}
	return 0;
}

struct flood {
	struct frame ns[TARGETS_MAX];
	uint8_t targets[TARGETS_MAX][16];
	size_t n_targets;
	bool own_lladdr; /* every TLLAO must be 02 and the last five bytes of its target */
	uint64_t sent, answered, outstanding, wrong;
};

/* Is the answer with this guest's data, and not with another one's? */
static bool has_own_lladdr(const uint8_t *na)
{
	return na[24] == 2 && na[26] == 2 && !memcmp(na + 27, na + 8 + 11, 5);
}

static bool is_answer(struct flood *flood, const struct frame *in)
{
	const struct frame *ns = &flood->ns[0];
	size_t i, len, o = ip6_offset(ns);
	const uint8_t *na = nd_message(in, ND_NA, &len);

	/* To us, and with the tag we asked with. */
	if (!na || memcmp(in->b, ns->b + 6, 6) || ip6_offset(in) != o ||
	    memcmp(in->b + 12, ns->b + 12, o - 12))
		return false;
	for (i = 0; i < flood->n_targets; i++) {
		if (memcmp(na + 8, flood->targets[i], 16))
			continue;
		flood->wrong += flood->own_lladdr && (len < 32 || !has_own_lladdr(na));
		return true;
	}
	return false;
}

static void drain(struct flood *flood, int fd)
{
	struct frame in;

	while (receive(fd, &in)) {
		if (is_answer(flood, &in)) {
			flood->answered++;
			flood->outstanding -= flood->outstanding > 0;
		}
	}
}

static void flood_loop(struct flood *flood, const struct options *opt, int fd, uint64_t count)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t start = now_us(), heard = start, due, now;

	while (!stopped && (!count || flood->sent < count)) {
		uint64_t before = flood->answered;

		drain(flood, fd);
		now = now_us();
		if (flood->answered != before || !flood->outstanding)
			heard = now;
		if (opt->window && flood->outstanding >= (uint64_t)opt->window) {
			/* Lost answers must not stall us for good. */
			if (now - heard > PATIENCE_MS * 1000)
				flood->outstanding = 0;
			else
				poll(&p, 1, 10);
			continue;
		}
		due = opt->rate ? start + flood->sent * 1000000 / (uint64_t)opt->rate : now;
		if (due > now) {
			poll(&p, 1, (int)((due - now + 999) / 1000));
			continue;
		}
		send_frame(fd, &flood->ns[flood->sent % flood->n_targets]);
		flood->sent++;
		flood->outstanding++;
	}
	heard = now_us();
	while (flood->answered < flood->sent && now_us() - heard < PATIENCE_MS * 1000) {
		poll(&p, 1, 10);
		drain(flood, fd);
	}
}

/* COUNT 0: until SIGTERM or SIGINT. */
static int verb_flood(const struct options *opt, char **arg)
{
	static struct flood flood;
	uint64_t count = (uint64_t)get_number(arg[4]);
	uint8_t mac[6], src6[16];
	char *word, *rest;
	int fd;

	get_mac(arg[1], mac);
	get_addr(arg[2], src6);
	for (word = strtok_r(arg[3], ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (flood.n_targets == TARGETS_MAX)
			die("more than %d targets", TARGETS_MAX);
		get_addr(word, flood.targets[flood.n_targets]);
		build_ns(&flood.ns[flood.n_targets], &opt->how, mac, src6,
			 flood.targets[flood.n_targets]);
		flood.n_targets++;
	}
	if (!flood.n_targets)
		die("no target");
	flood.own_lladdr = opt->own_lladdr;
	fd = open_socket(arg[0]);
	flood_loop(&flood, opt, fd, count);
	printf("sent %llu answered %llu lost %lld\n", (unsigned long long)flood.sent,
	       (unsigned long long)flood.answered,
	       (long long)flood.sent - (long long)flood.answered);
	if (flood.wrong)
		printf("wrong %llu\n", (unsigned long long)flood.wrong);
	return flood.sent == flood.answered && !flood.wrong ? 0 : 1;
}

/* A solicitation for each of so many random addresses of a /64; answers are counted by nobody. */
static int verb_scan(const struct options *opt, char **arg)
{
	unsigned long i, count = strtoul(arg[4], NULL, 10);
	uint8_t mac[6], src6[16], target[16];
	struct frame ns;
	int fd = open_socket(arg[0]);
	size_t k;

	get_mac(arg[1], mac);
	get_addr(arg[2], src6);
	get_addr(arg[3], target);
	for (i = 0; i < count; i++) {
		for (k = 8; k < 16; k++)
			target[k] = (uint8_t)rand();
		build_ns(&ns, &opt->how, mac, src6, target);
		send_frame(fd, &ns);
	}
	return 0;
}

static int verb_tcx(const struct options *opt, char **arg)
{
	(void)opt;
	return tcx_hold(arg[0], arg[1]);
}

static const struct {
	const char *name;
	int n_args;
	int (*run)(const struct options *opt, char **arg);
	const char *usage;
} verbs[] = {
	{ "cookie", 0, verb_cookie, "" },
	{ "abi4", 5, verb_abi4, "DIR COOKIE IFINDEX DEV paused|answering" },
	{ "ns", 3, verb_ns, "[-v VLAN] [-n] [-p MAC] SRCMAC SRC6 TARGET" },
	{ "na", 6, verb_na, "[-v VLAN] [-f RSO] SRCMAC DSTMAC SRC6 DST6 TARGET LLADDR" },
	{ "send", 2, verb_send, "IF HEX" },
	{ "exchange", 3, verb_exchange, "IF HEX TIMEOUT_MS" },
	{ "expect", 3, verb_expect, "IF HEX|none TIMEOUT_MS" },
	{ "tcx", 2, verb_tcx, "IF next|pass|drop" },
	{ "sniff", 2, verb_sniff, "IF TIMEOUT_MS" },
	{ "scan", 5, verb_scan, "[-v VLAN] [-p MAC] IF SRCMAC SRC6 PREFIX COUNT" },
	{ "flood", 5, verb_flood,
	  "[-v VLAN] [-w WINDOW] [-r RATE] [-p MAC] [-l] IF SRCMAC SRC6 TARGET[,TARGET...] COUNT" },
};

static int __attribute__((noreturn)) usage(void)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "ndtool %s %s\n", verbs[i].name, verbs[i].usage);
	exit(2);
}

static uint8_t get_flags(const char *text)
{
	uint8_t flags = 0;

	for (; *text; text++)
		flags |= *text == 'R' ? 0x80 : *text == 'S' ? 0x40 : *text == 'O' ? 0x20 : 0;
	return flags;
}

int main(int argc, char **argv)
{
	struct options opt = { .how.vlan = -1 };
	struct sigaction sa = { .sa_handler = on_signal };
	size_t i;
	int c;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (argc < 2)
		usage();
	while ((c = getopt(argc - 1, argv + 1, "v:w:r:p:nlf:")) != -1) {
		switch (c) {
		case 'v':
			opt.how.vlan = (int)get_number(optarg);
			break;
		case 'l':
			opt.own_lladdr = true;
			break;
		case 'w':
			opt.window = get_number(optarg);
			break;
		case 'r':
			opt.rate = get_number(optarg);
			break;
		case 'p':
			opt.how.probe = true;
			get_mac(optarg, opt.how.to);
			break;
		case 'n':
			opt.how.no_option = true;
			break;
		case 'f':
			opt.how.flags = get_flags(optarg);
			break;
		default:
			usage();
		}
	}
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!strcmp(argv[1], verbs[i].name) && argc - 1 - optind == verbs[i].n_args)
			return verbs[i].run(&opt, argv + 1 + optind);
	}
	usage();
}
