// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `monitor`: solicitations as the programs see them, and what becomes of each. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "dataplane/listen.h"
#include "util/network.h"
#include "util/solicitation.h"

#define WAIT 500 /* ms: how late what was left out is told of at most */

struct filter {
	bool has_dev, has_guest;
	struct place place;
	uint32_t ifindex;
	uint64_t verdicts; /* bits; 0: all */
	struct rule guest;
};

struct monitor {
	struct command *cmd;
	struct filter filter;
	double offset; /* s, from CLOCK_MONOTONIC to CLOCK_REALTIME */
	bool failed;   /* nobody reads our output any more */
};

static volatile sig_atomic_t ended;

static void on_signal(int sig)
{
	(void)sig;
	ended = 1;
}

static int parse_verdict(const char *word, struct filter *ret, struct error *err)
{
	int v;

	for (v = 1; v < NDPX_V_END; v++) {
		if (!strcmp(word, verdict_name((enum ndpx_verdict)v))) {
			ret->verdicts |= 1ull << v;
			return 0;
		}
	}
	return error_set(err, EXIT_USAGE, EINVAL,
			 "verdict '%s': none of that name: 'ndpx stats -v' lists them", word);
}

/* What is not about the device; how many words of it, or -errno. */
static int parse_pair(const char *word, const char *value, struct filter *ret, struct error *err)
{
	int r;

	if (!strcmp(word, "verdict")) {
		r = parse_verdict(value, ret, err);
		return r ? r : 2;
	}
	if (strcmp(word, "guest") != 0)
		return 0;
	if (ret->has_guest)
		return error_set(err, EXIT_USAGE, EINVAL, "'guest' is given twice");
	ret->has_guest = true;
	r = parse_target(value, &ret->guest, err);
	return r ? r : 2;
}

static int parse_filter(int argc, char **argv, struct filter *ret, struct error *err)
{
	int i, left = 0, r;

	for (i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return error_set(err, EXIT_USAGE, EINVAL,
					 "monitor: '%s' needs a value, or is unknown", argv[i]);
		r = parse_pair(argv[i], argv[i + 1], ret, err);
		if (r < 0)
			return r;
		if (!r) {
			argv[left++] = argv[i];
			argv[left++] = argv[i + 1];
		}
	}
	r = command_parse_dev(left, argv, &ret->place, &ret->has_dev, err);
	if (r || !ret->has_dev)
		return r;
	ret->ifindex = if_nametoindex(ret->place.dev);
	return ret->ifindex ? 0
			    : error_set(err, EXIT_USAGE, ENODEV, "%s: no such interface",
					ret->place.dev);
}

static bool passes(const struct filter *f, const struct ndpx_told *told,
		   const struct solicitation *q)
{
	struct in6_addr net;

	if (f->has_dev && told->ifindex != f->ifindex)
		return false;
	if (f->place.have_vlan && q->vlan != f->place.vlan)
		return false;
	if (f->verdicts && !(f->verdicts & 1ull << told->verdict))
		return false;
	if (!f->has_guest)
		return true;
	net = network_of(&q->target, f->guest.bits);
	return !memcmp(&net, &f->guest.addr, sizeof(net));
}

static void print(struct monitor *m, const struct ndpx_told *told, const struct solicitation *q)
{
	const double at = (double)told->at / 1e9 + m->offset;
	const char *verdict = verdict_name((enum ndpx_verdict)told->verdict);
	char dev[IF_NAMESIZE], when[32], text[INET6_ADDRSTRLEN], mac[18];
	struct output out;

	if (!if_indextoname(told->ifindex, dev))
		snprintf(dev, sizeof(dev), "%u", told->ifindex);
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", q->mac[0], q->mac[1], q->mac[2],
		 q->mac[3], q->mac[4], q->mac[5]);
	out_start(&out, stdout, m->cmd->json, m->cmd->pretty);
	out_string(&out, "time", "%s", time_text(at, when));
	out_string(&out, "dev", " %s", dev);
	if (q->vlan)
		out_number(&out, "vlan", " vlan %llu", q->vlan);
	out_string(&out, "verdict", " %s", verdict);
	out_string(&out, "target", " %s", inet_ntop(AF_INET6, &q->target, text, sizeof(text)));
	out_string(&out, "source", " from %s", inet_ntop(AF_INET6, &q->source, text, sizeof(text)));
	out_string(&out, "lladdr", " %s\n", mac);
	if (out_finish(&out))
		m->failed = true;
}

static void on_told(void *arg, const struct ndpx_told *told, const unsigned char *frame, size_t len)
{
	struct solicitation q;
	struct monitor *m = arg;

	if (m->failed || !told->verdict || told->verdict >= NDPX_V_END)
		return;
	solicitation_read(frame, len, &q);
	if (told->vlan)
		q.vlan = told->vlan;
	if (passes(&m->filter, told, &q))
		print(m, told, &q);
}

static void print_left_out(struct monitor *m, unsigned long long n)
{
	struct output out;

	out_start(&out, stdout, m->cmd->json, m->cmd->pretty);
	out_number(&out, "left_out", "%llu more were too many to tell of\n", n);
	if (out_finish(&out))
		m->failed = true;
}

static int hear(struct monitor *m, struct listener *listener, struct error *err)
{
	unsigned long long left_out;
	int r = 0;

	while (!ended && !m->failed && (!r || r == -EINTR)) {
		r = listener_read(listener, WAIT);
		left_out = listener_left_out(listener);
		if (left_out)
			print_left_out(m, left_out);
		if (fflush(stdout))
			m->failed = true;
	}
	if (r && r != -EINTR)
		return error_set(err, EXIT_KERNEL, -r, "monitor: %s", strerror(-r));
	return 0;
}

static double clock_offset(void)
{
	struct timespec real, monotonic;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	return (double)(real.tv_sec - monotonic.tv_sec) +
	       (double)(real.tv_nsec - monotonic.tv_nsec) / 1e9;
}

int verb_monitor(struct command *cmd)
{
	const struct sigaction end = { .sa_handler = on_signal };
	struct monitor m = { .cmd = cmd, .offset = clock_offset() };
	struct listener *listener;
	struct error err;
	int r = parse_filter(cmd->argc, cmd->argv, &m.filter, &err);

	if (r)
		return command_fail(cmd, &err);
	r = listener_open(cmd->bpffs, on_told, &m, &listener, &err);
	if (r == -ENOENT)
		error_set(&err, EXIT_NOT_ATTACHED, ENOENT, "nothing attached: 'ndpx apply' first");
	if (r)
		return command_fail(cmd, &err);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	signal(SIGPIPE, SIG_IGN); /* a reader that has seen enough */
	r = hear(&m, listener, &err);
	listener_close(listener);
	return r ? command_fail(cmd, &err) : EXIT_DONE;
}
