// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A process is in our network namespace where its ns/net is the inode that ours is. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor/processes.h"

/* Daemons that answer for others' addresses: as /proc/PID/comm has them, 15 characters at most. */
static const char *const responders[] = { "ndppd", "npd6", "ndpresponder", "pndpd" };

static bool read_name(int pid, char name[16])
{
	char path[64];
	FILE *fp;
	bool ok;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	fp = fopen(path, "re");
	if (!fp)
		return false;
	ok = fgets(name, 16, fp) != NULL;
	fclose(fp);
	name[strcspn(name, "\n")] = '\0';
	return ok;
}

static bool is_here(int pid, const struct stat *ours)
{
	struct stat theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return !stat(path, &theirs) && theirs.st_ino == ours->st_ino &&
	       theirs.st_dev == ours->st_dev;
}

static bool is_responder(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(responders) / sizeof(*responders); i++) {
		if (!strcmp(responders[i], name))
			return true;
	}
	return false;
}

int doctor_processes(struct doctor_process **ret, size_t *ret_n, struct error *err)
{
	struct doctor_process *list = NULL, *more, p = { 0 };
	struct dirent *entry;
	struct stat ours;
	size_t n = 0;
	char *end;
	DIR *dir;

	*ret = NULL;
	*ret_n = 0;
	if (stat("/proc/self/ns/net", &ours))
		return error_set(err, EXIT_KERNEL, errno, "/proc/self/ns/net: %s", strerror(errno));
	dir = opendir("/proc");
	if (!dir)
		return error_set(err, EXIT_KERNEL, errno, "/proc: %s", strerror(errno));
	while ((entry = readdir(dir))) {
		p.pid = (int)strtol(entry->d_name, &end, 10);
		if (*end || p.pid <= 0 || !read_name(p.pid, p.name) || !is_responder(p.name) ||
		    !is_here(p.pid, &ours))
			continue;
		more = realloc(list, (n + 1) * sizeof(*list));
		if (!more) {
			free(list);
			closedir(dir);
			return error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
		}
		list = more;
		list[n++] = p;
	}
	closedir(dir);
	*ret = list;
	*ret_n = n;
	return 0;
}
