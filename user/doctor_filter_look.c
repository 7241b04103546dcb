// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* nft tells the rules; which device a netdev chain is on the kernel itself, for nft 1.0.6 does not. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor_filter.h"

extern char **environ;

struct devices {
	struct nl_hook *hooks;
	size_t n;
};

static bool is_on(const void *arg, const char *table, const char *chain, const char *dev)
{
	const struct devices *d = arg;
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (!strcmp(d->hooks[i].table, table) && !strcmp(d->hooks[i].chain, chain) &&
		    !strcmp(d->hooks[i].dev, dev))
			return true;
	}
	return false;
}

/* What a program prints, NULL where there is none of that name; ended with finish(). */
static FILE *ask(char *const argv[], pid_t *ret_pid)
{
	static const char *const dirs[] = { "/usr/sbin", "/sbin", "/usr/local/sbin" };
	posix_spawn_file_actions_t actions;
	char path[64];
	int fds[2], r;
	FILE *fp;
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], argv[0]);
		if (!access(path, X_OK))
			break;
	}
	if (i == sizeof(dirs) / sizeof(*dirs) || pipe2(fds, O_CLOEXEC))
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	r = posix_spawn(ret_pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	fp = r ? NULL : fdopen(fds[0], "r");
	if (!fp)
		close(fds[0]);
	if (!fp && !r)
		waitpid(*ret_pid, NULL, 0);
	return fp;
}

/* Did it end well? */
static bool finish(FILE *fp, pid_t pid)
{
	int status;

	fclose(fp);
	return waitpid(pid, &status, 0) == pid && !status;
}

static json_t *ask_nft(void)
{
	char *argv[] = { "nft", "-j", "list", "ruleset", NULL };
	json_t *ruleset = NULL;
	pid_t pid;
	FILE *fp = ask(argv, &pid);

	if (fp)
		ruleset = json_loadf(fp, 0, NULL);
	if (fp && !finish(fp, pid)) {
		json_decref(ruleset);
		ruleset = NULL;
	}
	return ruleset ? ruleset : json_pack("{s:[]}", "nftables");
}

/* ip6tables tells its rules better than nft does, where they are nftables' in truth. */
static void drop_ip6tables(json_t *ruleset)
{
	static const char *const tables[] = { "filter", "mangle", "raw", "security" };
	json_t *list = json_object_get(ruleset, "nftables");
	size_t i = 0, j;

	while (i < json_array_size(list)) {
		const json_t *chain = json_object_get(json_array_get(list, i), "chain");
		const char *family = json_string_value(json_object_get(chain, "family"));
		const char *table = json_string_value(json_object_get(chain, "table"));
		bool theirs = false;

		for (j = 0; family && table && !strcmp(family, "ip6") && j < 4; j++)
			theirs |= !strcmp(table, tables[j]);
		if (!theirs || json_array_remove(list, i))
			i++;
	}
}

static void ask_ip6tables(json_t *ruleset)
{
	static char *const programs[] = { "ip6tables-save", "ip6tables-legacy-save" };
	json_t *more = json_pack("{s:[]}", "nftables");
	bool nft = false;
	size_t i;

	for (i = 0; more && i < sizeof(programs) / sizeof(*programs); i++) {
		char *argv[] = { programs[i], NULL };
		pid_t pid;
		FILE *fp = ask(argv, &pid);

		if (!fp)
			continue;
		filter_read_save(fp, more, &nft);
		finish(fp, pid);
		if (!nft)
			break; /* it is the legacy one itself */
	}
	if (nft)
		drop_ip6tables(ruleset);
	json_array_extend(json_object_get(ruleset, "nftables"), json_object_get(more, "nftables"));
	json_decref(more);
}

int doctor_filters(struct doctor_snapshot *snap, struct error *err)
{
	struct devices devices = { 0 };
	struct error ignored;
	json_t *ruleset;
	size_t i, j;
	int r = 0;

	for (i = 0; i < snap->n_uplinks && !snap->uplinks[i].link; i++)
		;
	if (i == snap->n_uplinks)
		return 0;
	ruleset = ask_nft();
	if (ruleset)
		ask_ip6tables(ruleset);
	/* Without nftables in the kernel there is nothing to be read, nor to be found. */
	if (nl_hooks_read(&devices.hooks, &devices.n, &ignored))
		devices.n = 0;
	for (i = 0; i < snap->n_uplinks && !r; i++) {
		const struct doctor_uplink *up = &snap->uplinks[i];

		for (j = 0; up->link && j < up->n_stacks && !r; j++)
			r = filter_judge(ruleset, up->ifindex, up->link->name, up->stacks[j].name,
					 up->link->master != 0, is_on, &devices, &snap->filters,
					 &snap->n_filters);
	}
	json_decref(ruleset);
	free(devices.hooks);
	return r ? error_set(err, EXIT_KERNEL, -r, "out of memory") : 0;
}
