// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The directory that holds the instances: the bpffs below it, its lock, what is in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "dataplane/internal.h"

#define MOUNT_SOURCE "ndpx" /* marks a bpffs that we mounted, in /proc/self/mountinfo */

static bool is_bpffs(const char *path)
{
	struct statfs st;

	return statfs(path, &st) == 0 && (unsigned long)st.f_type == BPF_FS_MAGIC;
}

/*
 * Would a mount made here vanish with this process? `ip netns exec` makes a mount
 * namespace and then becomes us, so our parent is in another one; where it is in
 * ours, as in a shell of a container, the mount stays at least as long as that.
 */
static bool in_private_mounts(void)
{
	struct stat ours, theirs;
	char parent[64];

	snprintf(parent, sizeof(parent), "/proc/%d/ns/mnt", getppid());
	return stat("/proc/self/ns/mnt", &ours) == 0 && stat(parent, &theirs) == 0 &&
	       ours.st_ino != theirs.st_ino;
}

static int make_dirs(const char *path)
{
	char part[PATH_MAX];
	char *p;

	snprintf(part, sizeof(part), "%s", path);
	for (p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0755) && errno != EEXIST && errno != EPERM && errno != EROFS)
			return -errno;
		*p = '/';
	}
	if (mkdir(part, 0700) && errno != EEXIST)
		return -errno;
	return 0;
}

/* The directory `path` on a bpffs; mounts one at /sys/fs/bpf or at `path` itself if need be. */
static int make_bpffs_dir(const char *path, struct error *err)
{
	static const char standard[] = "/sys/fs/bpf";
	const char *at = path;
	int r;

	if (!strncmp(path, standard, strlen(standard)) && !is_bpffs(standard))
		at = standard;
	else if (!strncmp(path, standard, strlen(standard)))
		at = NULL;
	if (at != standard) {
		r = make_dirs(path);
		if (r == -EPERM && strchr(path, '.'))
			return error_set(err, EXIT_KERNEL, EPERM,
					 "%s: names in a bpffs cannot contain a dot", path);
		if (r)
			return dataplane_fail(err, -r, path);
	}
	if (!at || is_bpffs(at))
		return 0;
	if (in_private_mounts())
		return error_set(
			err, EXIT_KERNEL, EINVAL,
			"%s: no bpffs here, and one mounted now would vanish with this mount "
			"namespace (ip netns exec?): use ndpx --netns or nsenter --net=FILE",
			at);
	if (mount(MOUNT_SOURCE, at, "bpf", 0, "mode=0700"))
		return dataplane_fail(err, errno, at);
	if (at == standard) {
		r = make_dirs(path);
		if (r)
			return dataplane_fail(err, -r, path);
	}
	return 0;
}

/*
 * In a bpffs that anybody may write to, another user can make our directory first, and what
 * he pins there would be run, and believed. 0 or -EPERM.
 */
static int check_owner(const char *path, const struct stat *st, struct error *err)
{
	if (st->st_uid != 0)
		return error_set(err, EXIT_KERNEL, EPERM,
				 "%s: belongs to user %u, not to root, so what is pinned there "
				 "cannot be trusted: remove it, or name another directory with "
				 "--bpffs",
				 path, st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, EXIT_KERNEL, EPERM,
				 "%s: writable by users other than root, so what is pinned there "
				 "cannot be trusted: check its contents, then chmod go-w %s",
				 path, path);
	return 0;
}

int dataplane_check_dir(const char *bpffs, struct error *err)
{
	char here[PATH_MAX];
	struct stat st;
	int r;

	/* What is missing or hidden from us is for whoever opens it to report. */
	r = stat(bpffs, &st) ? 0 : check_owner(bpffs, &st, err);
	if (r)
		return r;
	dataplane_netns_dir(bpffs, here);
	return stat(here, &st) ? 0 : check_owner(here, &st, err);
}

void dataplane_unlock(int lock)
{
	close(lock);
}

/* Is `path` a mount point with our source? mountinfo: ... path ... - bpf ndpx ... */
static bool we_mounted(const char *path)
{
	char line[2 * PATH_MAX], at[PATH_MAX], source[64];
	FILE *fp = fopen("/proc/self/mountinfo", "re");
	bool ours = false;

	while (fp && fgets(line, sizeof(line), fp)) {
		const char *tail = strstr(line, " - bpf ");

		if (tail && sscanf(line, "%*s %*s %*s %*s %4095s", at) == 1 &&
		    sscanf(tail, " - bpf %63s", source) == 1 && !strcmp(at, path) &&
		    !strcmp(source, MOUNT_SOURCE))
			ours = true;
	}
	if (fp)
		fclose(fp);
	return ours;
}

static bool is_empty(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	bool empty = dir != NULL;

	while (dir && (entry = readdir(dir)))
		empty &= entry->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

/* The whole directory, if it is empty. Not what is below it: somebody may be about to fill that. */
static void remove_whole(const char *bpffs)
{
	/* Whoever has this lock is about to make a directory, and will remove what is left. */
	int fd = open(bpffs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB)) {
		if (we_mounted(bpffs) && is_empty(bpffs))
			umount2(bpffs, MNT_DETACH);
		rmdir(bpffs);
	}
	if (fd >= 0)
		close(fd);
}

/* Opens a directory and takes its lock. -ENOENT: there is none, or it was removed meanwhile. */
static int lock_dir(const char *path, int *ret_fd, struct error *err)
{
	struct stat opened, named;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : dataplane_fail(err, errno, path);
	r = fstat(fd, &opened) ? dataplane_fail(err, errno, path) : check_owner(path, &opened, err);
	if (!r)
		r = lock_wait(fd, path, &opened, err);
	/* Whoever held the lock may have removed the directory. */
	if (!r &&
	    (stat(path, &named) || opened.st_ino != named.st_ino || opened.st_dev != named.st_dev))
		r = -ENOENT;
	if (r)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

/*
 * The lock of this namespace's directory. That of the whole one is held only while a directory
 * below it is made, so that a command that hangs in another namespace stops none here.
 */
static int lock_here(const char *bpffs, bool create, int *ret_lock, struct error *err)
{
	char here[PATH_MAX];
	int whole = -1, r;

	r = lock_dir(bpffs, &whole, err);
	if (r)
		return r;
	r = dataplane_adopt_old_layout(bpffs, err);
	dataplane_netns_dir(bpffs, here);
	if (!r && create && mkdir(here, 0700) && errno != EEXIST)
		r = dataplane_fail(err, errno, here);
	close(whole);
	return r ? r : lock_dir(here, ret_lock, err);
}

int dataplane_lock(const char *bpffs, bool create, int *ret_lock, struct error *err)
{
	int r;

	do {
		/* One that is not root's is refused below, so nobody else is to leave one. */
		if (create && geteuid() != 0 && access(bpffs, F_OK))
			return error_set(err, EXIT_KERNEL, EPERM, "%s: needs root to be made",
					 bpffs);
		if (create) {
			r = make_bpffs_dir(bpffs, err);
			if (r)
				return r;
		}
		r = lock_here(bpffs, create, ret_lock, err);
	} while (r == -ENOENT && create); /* a `down` was quicker */
	if (r == -ENOENT)
		remove_whole(bpffs);
	return r;
}

void dataplane_rmdir(const char *bpffs)
{
	char here[PATH_MAX];
	uint32_t *list = NULL;
	struct error ignored;
	size_t n = 1;

	/* The table goes with the last instance. */
	dataplane_netns_dir(bpffs, here);
	if (!dataplane_list(bpffs, &list, &n, &ignored) && !n && !dataplane_ports_pinned(bpffs))
		space_remove(here);
	free(list);
	rmdir(here);
	remove_whole(bpffs);
}

int dataplane_list(const char *bpffs, uint32_t **ret, size_t *ret_n, struct error *err)
{
	uint32_t *list = NULL, *more;
	struct dirent *entry;
	unsigned long ifindex;
	char here[PATH_MAX], *end;
	size_t n = 0;
	DIR *dir;
	int r;

	*ret = NULL;
	*ret_n = 0;
	dir = opendir(dataplane_netns_dir(bpffs, here));
	if (!dir)
		return errno == ENOENT ? 0 : dataplane_fail(err, errno, here);
	r = dataplane_check_dir(bpffs, err);
	if (r) {
		closedir(dir);
		return r;
	}
	while ((entry = readdir(dir))) {
		ifindex = strtoul(entry->d_name, &end, 10);
		if (*end || !ifindex || ifindex > INT_MAX)
			continue;
		more = realloc(list, (n + 1) * sizeof(*list));
		if (!more) {
			free(list);
			closedir(dir);
			return dataplane_fail(err, ENOMEM, bpffs);
		}
		list = more;
		list[n++] = (uint32_t)ifindex;
	}
	closedir(dir);
	*ret = list;
	*ret_n = n;
	return 0;
}
