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

/* Runs `nft -j list ruleset` in our namespace; NULL where there is no nft, or it fails. */
static json_t *ask_nft(void)
{
	static char *const paths[] = { "/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft" };
	char *argv[] = { "nft", "-j", "list", "ruleset", NULL };
	posix_spawn_file_actions_t actions;
	json_t *ruleset = NULL;
	int fds[2], status;
	FILE *fp = NULL;
	size_t i;
	pid_t pid;

	for (i = 0; i < sizeof(paths) / sizeof(*paths) && access(paths[i], X_OK); i++)
		;
	if (i == sizeof(paths) / sizeof(*paths) || pipe2(fds, O_CLOEXEC))
		return NULL;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	status = posix_spawn(&pid, paths[i], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (!status)
		fp = fdopen(fds[0], "r");
	if (fp) {
		ruleset = json_loadf(fp, 0, NULL);
		fclose(fp);
	} else {
		close(fds[0]);
	}
	if (!status && waitpid(pid, &status, 0) == pid && status) {
		json_decref(ruleset);
		ruleset = NULL;
	}
	return ruleset;
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
	ruleset = i < snap->n_uplinks ? ask_nft() : NULL;
	if (!ruleset)
		return 0;
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
