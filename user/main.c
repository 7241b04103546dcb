// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of verbs and the options; no logic of its own. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "config/keys.h"

#define DEFAULT_CONFIG NDPX_SYSCONFDIR "/ndpx/ndpx.conf"
#define DEFAULT_BPFFS  "/sys/fs/bpf/ndpx"

const struct verb verbs[] = {
	{ "apply", verb_apply, OPT_PAUSED | OPT_PRUNE, "apply [-c FILE] [--paused] [--prune]",
	  "check the file and make the kernel state match it" },
	{ "down", verb_down, 0, "down [dev DEV]", "remove everything ndpx set up" },
	{ "run", verb_run, OPT_TEARDOWN, "run [-c FILE] [--teardown]",
	  "apply, and again whenever the kernel's links, addresses or routes change" },
	{ "check", verb_check, 0, "check [-c FILE]",
	  "report every error in the file; needs no root" },
	{ "guest", verb_guest, OPT_STATS | OPT_REPLACE,
	  "guest add|replace ADDR[/LEN] dev DEV\n"
	  "             %KEYS%\n"
	  "       ndpx guest del ADDR[/LEN] dev DEV [vlan N]\n"
	  "       ndpx guest show [ADDR[/LEN]] [dev DEV] [vlan N] [origin WORD] [-s]\n"
	  "       ndpx guest import [--replace] [FILE|-]",
	  "change or show the rules of attached uplinks, with immediate effect" },
	{ "status", verb_status, 0, "status [dev DEV]",
	  "show what is attached, how and since when; exit status 3 if nothing is" },
	{ "stats", verb_stats, OPT_WATCH, "stats [dev DEV] [--watch SECONDS]",
	  "show counters by verdict" },
	{ "doctor", verb_doctor, OPT_DOCTOR, "doctor [dev DEV [vlan N]] [--fix] [--no-probe]",
	  "report known causes of failure and their remedies; exit status 3 if any is found" },
	{ "metrics", verb_metrics, OPT_TEXTFILE, "metrics [--textfile PATH]",
	  "print state and counters as OpenMetrics text" },
	{ "monitor", verb_monitor, 0,
	  "monitor [dev DEV] [vlan N] [verdict V]... [guest ADDR[/LEN]]",
	  "print each solicitation as it is dealt with, until interrupted" },
	{ "explain", verb_explain, 0,
	  "explain ADDR dev DEV [vlan N] [from SRC] [dad|probe]\n"
	  "       ndpx explain frame HEX dev DEV",
	  "show what the attached program does with a solicitation, and why; sends nothing" },
	{ "announce", verb_announce, 0, "announce [ADDR...] dev DEV [vlan N]",
	  "send unsolicited advertisements for guests" },
	{ "pause", verb_pause, 0, "pause dev DEV", "stop answering; everything stays attached" },
	{ "resume", verb_resume, 0, "resume dev DEV", "resume answering and announce all guests" },
	{ "import-from", verb_import_from, 0, "import-from kernel|ndppd|npd6 [FILE|-]",
	  "print an ndpx.conf equivalent to the responder in use now" },
	{ "version", verb_version, 0, "version", "print the versions of ndpx and its ABI" },
	{ "help", verb_help, 0, "help [COMMAND]", "print this text, or the help of one command" },
	{ NULL, NULL, 0, NULL, NULL },
};

enum {
	OPTION_BPFFS = 256,
	OPTION_REPLACE,
	OPTION_PAUSED,
	OPTION_PRUNE,
	OPTION_WATCH,
	OPTION_TEXTFILE,
	OPTION_FIX,
	OPTION_NO_PROBE,
	OPTION_TEARDOWN
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "netns", required_argument, NULL, 'N' },
	{ "bpffs", required_argument, NULL, OPTION_BPFFS },
	{ "stats", no_argument, NULL, 's' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "replace", no_argument, NULL, OPTION_REPLACE },
	{ "paused", no_argument, NULL, OPTION_PAUSED },
	{ "prune", no_argument, NULL, OPTION_PRUNE },
	{ "watch", required_argument, NULL, OPTION_WATCH },
	{ "textfile", required_argument, NULL, OPTION_TEXTFILE },
	{ "fix", no_argument, NULL, OPTION_FIX },
	{ "no-probe", no_argument, NULL, OPTION_NO_PROBE },
	{ "teardown", no_argument, NULL, OPTION_TEARDOWN },
	{ NULL, 0, NULL, 0 },
};

static const struct verb *find_verb(const char *name)
{
	const struct verb *v;

	for (v = verbs; v->name; v++) {
		if (!strcmp(v->name, name))
			return v;
	}
	return NULL;
}

/* What a guest may have is the table's to say. */
static void print_usage(const struct verb *v)
{
	static const char mark[] = "%KEYS%";
	const char *at = strstr(v->usage, mark);
	char text[1024];

	if (at)
		printf("Usage: ndpx %.*s%s%s\n\n%s\n", (int)(at - v->usage), v->usage,
		       keys_usage(SCOPE_ARGS, "\n             ", text, sizeof(text)),
		       at + sizeof(mark) - 1, v->help);
	else
		printf("Usage: ndpx %s\n\n%s\n", v->usage, v->help);
}

int verb_help(struct command *cmd)
{
	const struct verb *v = cmd->argc ? find_verb(cmd->argv[0]) : NULL;
	struct error err;

	if (cmd->argc && !v) {
		error_set(&err, EXIT_USAGE, EINVAL, "unknown command '%s': see 'ndpx help'",
			  cmd->argv[0]);
		return command_fail(cmd, &err);
	}
	if (v) {
		print_usage(v);
		return EXIT_DONE;
	}
	puts("ndpx answers IPv6 Neighbor Solicitations for this host's guests, in XDP or TC.\n\n"
	     "Usage: ndpx [OPTIONS] COMMAND ...\n");
	for (v = verbs; v->name; v++)
		printf("  %-11s %s\n", v->name, v->help);
	puts("\nOptions, before or after the command:\n"
	     "  -c, --config FILE  the configuration (" DEFAULT_CONFIG ")\n"
	     "  -j, --json         one JSON object on stdout; -p, --pretty: indented\n"
	     "  -q, --quiet        errors only; -v, --verbose: libbpf's messages as well\n"
	     "  -N, --netns NAME   in this network namespace (ip netns)\n"
	     "      --bpffs DIR    where state is pinned (" DEFAULT_BPFFS ", or $NDPX_BPFFS)\n\n"
	     "'ndpx help COMMAND' lists its arguments; see also ndpx(8) and ndpx.conf(5).");
	return EXIT_DONE;
}

int verb_version(struct command *cmd)
{
	struct output out;
	struct error err;

	if (cmd->argc) {
		error_set(&err, EXIT_USAGE, EINVAL, "version: unknown argument '%s'", cmd->argv[0]);
		return command_fail(cmd, &err);
	}
	out_start(&out, stdout, cmd->json, cmd->pretty);
	out_string(&out, "ndpx", "ndpx %s\n", NDPX_VERSION);
	out_number(&out, "abi", "abi %llu\n", NDPX_ABI_VERSION);
	return command_finish(cmd, &out, EXIT_DONE);
}

/* Into the namespace of `ip netns`, or of any file that names one; mounts stay as they are. */
static int enter_netns(const char *name, struct error *err)
{
	char path[512];
	int fd, r = 0;

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, EXIT_USAGE, errno, "network namespace %s: %s", name,
				 strerror(errno));
	if (setns(fd, CLONE_NEWNET))
		r = error_set(err, EXIT_KERNEL, errno, "network namespace %s: %s%s", name,
			      strerror(errno), errno == EPERM ? ": needs root" : "");
	close(fd);
	return r;
}

static int parse_seconds(const char *text, double *ret, struct error *err)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0.01 && value <= 86400))
		return error_set(err, EXIT_USAGE, EINVAL,
				 "--watch '%s': expected seconds from 0.01 to 86400", text);
	*ret = value;
	return 0;
}

/* What libbpf says, for -v; and whom we wait for. */
static void print_message(const char *line)
{
	fprintf(stderr, "ndpx: %s\n", line);
}

/* Options that only set a member of struct command, and OPT_* of those that are a verb's own. */
static const struct {
	size_t member;
	int c;
	unsigned int option;
} flags[] = {
	{ offsetof(struct command, json), 'j', 0 },
	{ offsetof(struct command, quiet), 'q', 0 },
	{ offsetof(struct command, verbose), 'v', 0 },
	{ offsetof(struct command, stats), 's', OPT_STATS },
	{ offsetof(struct command, replace), OPTION_REPLACE, OPT_REPLACE },
	{ offsetof(struct command, paused), OPTION_PAUSED, OPT_PAUSED },
	{ offsetof(struct command, prune), OPTION_PRUNE, OPT_PRUNE },
	{ offsetof(struct command, fix), OPTION_FIX, OPT_DOCTOR },
	{ offsetof(struct command, no_probe), OPTION_NO_PROBE, OPT_DOCTOR },
	{ offsetof(struct command, teardown), OPTION_TEARDOWN, OPT_TEARDOWN },
};

static bool set_flag(int c, struct command *cmd, unsigned int *used)
{
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (flags[i].c != c)
			continue;
		*(bool *)((char *)cmd + flags[i].member) = true;
		*used |= flags[i].option;
		return true;
	}
	return false;
}

/* One option that is not a flag. */
static int set_option(int c, char **argv, struct command *cmd, unsigned int *used,
		      struct error *err)
{
	switch (c) {
	case 'c':
		cmd->config = optarg;
		cmd->config_given = true;
		return 0;
	case 'p':
		cmd->pretty = true;
		cmd->json = true;
		return 0;
	case 'N':
		cmd->netns = optarg;
		return 0;
	case OPTION_BPFFS:
		cmd->bpffs = optarg;
		return 0;
	case OPTION_WATCH:
		*used |= OPT_WATCH;
		return parse_seconds(optarg, &cmd->watch, err);
	case OPTION_TEXTFILE:
		*used |= OPT_TEXTFILE;
		cmd->textfile = optarg;
		return 0;
	case ':':
		return error_set(err, EXIT_USAGE, EINVAL, "option '%s' needs a value",
				 argv[optind - 1]);
	default:
		return error_set(err, EXIT_USAGE, EINVAL, "unknown option '%s'", argv[optind - 1]);
	}
}

/* Options into *cmd; *ret_used gets OPT_* of the verb's own. 1: done already (--help). */
static int parse_options(int argc, char **argv, struct command *cmd, unsigned int *ret_used,
			 struct error *err)
{
	unsigned int used = 0;
	bool help = false;
	int c, r = 0;

	while (!r && (c = getopt_long(argc, argv, ":c:jpqvN:shV", long_options, NULL)) != -1) {
		if (c == 'V') {
			cmd->argc = 0;
			verb_version(cmd);
			return 1;
		}
		if (c == 'h')
			help = true;
		else if (!set_flag(c, cmd, &used))
			r = set_option(c, argv, cmd, &used, err);
	}
	*ret_used = used;
	if (r || !help)
		return r;
	cmd->argc = optind < argc;
	cmd->argv = argv + optind;
	verb_help(cmd);
	return 1;
}

int main(int argc, char **argv)
{
	struct command cmd = { .config = DEFAULT_CONFIG, .bpffs = getenv("NDPX_BPFFS") };
	const struct verb *verb;
	unsigned int used = 0;
	struct error err;
	int r;

	if (!cmd.bpffs || !cmd.bpffs[0])
		cmd.bpffs = DEFAULT_BPFFS;
	r = parse_options(argc, argv, &cmd, &used, &err);
	if (r)
		return r < 0 ? command_fail(&cmd, &err) : EXIT_DONE;
	if (optind == argc) {
		error_set(&err, EXIT_USAGE, EINVAL, "missing command: see 'ndpx help'");
		return command_fail(&cmd, &err);
	}
	verb = find_verb(argv[optind]);
	cmd.argc = argc - optind - 1;
	cmd.argv = argv + optind + 1;
	if (!verb)
		error_set(&err, EXIT_USAGE, EINVAL, "unknown command '%s': see 'ndpx help'",
			  argv[optind]);
	else if (used & ~verb->options)
		error_set(&err, EXIT_USAGE, EINVAL,
			  "%s does not take that option: see 'ndpx help %s'", verb->name,
			  verb->name);
	else if (!cmd.netns || !enter_netns(cmd.netns, &err)) {
		dataplane_init(cmd.verbose ? print_message : NULL);
		if (!cmd.quiet && isatty(STDERR_FILENO))
			dataplane_on_wait(print_message);
		return verb->run(&cmd);
	}
	return command_fail(&cmd, &err);
}
