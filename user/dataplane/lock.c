// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Waiting for the lock of the bpffs directory: with a limit, because the holder may be stopped,
 * and not in silence. Who holds it is in /proc/locks.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "util/clock.h"

#define WAIT_MS	 10000 /* for one and the same holder; a queue that moves is waited for */
#define TELL_MS	 1500  /* a user who waits longer than this wonders why */
#define POLL_MS	 10    /* an `apply` that changes nothing takes 20 */
#define PROBE_MS 200   /* how often we look who holds it: /proc/locks lists every lock there is */

static void (*tell_waiting)(const char *line);
static bool never_wait;

void dataplane_lock_at_once(bool at_once)
{
	never_wait = at_once;
}

void dataplane_on_wait(void (*told)(const char *line))
{
	tell_waiting = told;
}

/* "1: FLOCK  ADVISORY  WRITE 1234 00:1c:56 0 EOF"; a waiter's line has "->" after the number. */
static pid_t holder_of(const struct stat *dir)
{
	unsigned int dev_major, dev_minor;
	unsigned long inode;
	char line[256];
	FILE *fp = fopen("/proc/locks", "re");
	int pid = 0, found;

	while (fp && !pid && fgets(line, sizeof(line), fp)) {
		if (sscanf(line, "%*s FLOCK %*s %*s %d %x:%x:%lu", &found, &dev_major, &dev_minor,
			   &inode) == 4 &&
		    inode == dir->st_ino && makedev(dev_major, dev_minor) == dir->st_dev)
			pid = found;
	}
	if (fp)
		fclose(fp);
	return pid;
}

/* "process 1234 (ndpx apply), which is stopped" */
static void name_holder(pid_t pid, char *text, size_t size)
{
	char path[64], words[96] = "", state = 0;
	size_t n = 0, i;
	FILE *fp;

	if (pid <= 0) {
		snprintf(text, size, "a process that /proc/locks does not name");
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fp = fopen(path, "re");
	if (fp) {
		n = fread(words, 1, sizeof(words) - 1, fp);
		fclose(fp);
	}
	for (i = 0; i + 1 < n; i++) {
		if (!words[i])
			words[i] = ' ';
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fp = fopen(path, "re");
	if (fp) {
		if (fscanf(fp, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(fp);
	}
	snprintf(text, size, "process %d (%s)%s", pid, words[0] ? words : "?",
		 state == 'T' || state == 't' ? ", which is stopped" : "");
}

static int give_up(const char *bpffs, pid_t pid, struct error *err)
{
	char holder[160], way_out[64] = "wait for it to end";

	name_holder(pid, holder, sizeof(holder));
	if (pid > 0)
		snprintf(way_out, sizeof(way_out), "wait for it, or 'kill -9 %d'", pid);
	return error_set(err, EXIT_KERNEL, EBUSY, "%s: locked by %s for more than %d s: %s", bpffs,
			 holder, WAIT_MS / 1000, way_out);
}

static int busy(const char *bpffs, pid_t pid, struct error *err)
{
	char holder[160];

	name_holder(pid, holder, sizeof(holder));
	return error_set(err, EXIT_KERNEL, EBUSY, "%s: locked by %s", bpffs, holder);
}

int lock_wait(int fd, const char *bpffs, const struct stat *dir, struct error *err)
{
	long begin = clock_ms(), since = begin, probed = 0, now;
	pid_t holder = 0, seen;
	bool told = false;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return dataplane_fail(err, errno, bpffs);
		if (never_wait)
			return busy(bpffs, holder_of(dir), err);
		now = clock_ms();
		if (now - probed >= PROBE_MS) {
			probed = now;
			seen = holder_of(dir);
			if (seen && seen != holder) {
				holder = seen;
				since = now;
			}
		}
		if (now - since >= WAIT_MS)
			return give_up(bpffs, holder, err);
		if (!told && now - begin >= TELL_MS && tell_waiting) {
			char text[160], line[200];

			name_holder(holder, text, sizeof(text));
			snprintf(line, sizeof(line), "waiting for %s", text);
			tell_waiting(line);
			told = true;
		}
		usleep(POLL_MS * 1000);
	}
	return 0;
}
