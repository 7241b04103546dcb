/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the files of dataplane/ alone. */
#ifndef NDPX_DATAPLANE_INTERNAL_H
#define NDPX_DATAPLANE_INTERNAL_H

#include <limits.h>

#include "dataplane/dataplane.h"
#include "dataplane/space.h"
#include "netlink/netlink.h"

enum map_id {
	MAP_RULES = SPACE_RULES, /* up to MAP_STATE the namespace's */
	MAP_RULE_STATS = SPACE_STATS,
	MAP_FILTER = SPACE_FILTER,
	MAP_HOT_STATS = SPACE_HOT,
	MAP_EVENTS = SPACE_EVENTS,
	MAP_LISTENERS = SPACE_LISTENERS,
	MAP_STATE = SPACE_STATE,
	MAP_COUNTERS = SPACE_MAPS,
	MAP_RATES,
	MAP_CONFIG,
	MAP_LINKS,    /* an uplink's alone */
	MAP_PORTS,    /* these two are the guest ports' */
	MAP_SECTIONS, /* alone */
	MAP_RECORD,   /* last: with it the instance is whole */
	MAP_COUNT,
};

struct dataplane {
	char dir[PATH_MAX];
	uint32_t ifindex;
	int fds[MAP_COUNT];
	struct ndpx_config *config; /* mapped from MAP_CONFIG */
	struct space *space;	    /* what it shares with others; the first of fds[] are its own */
	bool pinned;		    /* so programs may be reading */
	struct ndpx_record record;
	int port_prog;	 /* loaded for the first port that needs it, else -1 */
	bool many_ports; /* dataplane_ports_look() has found many to attach */
};

/* An instance without maps; NULL: out of memory. dataplane_close() frees it, whatever it has by then. */
struct dataplane *dataplane_allocate(const char *bpffs, uint32_t ifindex);
/* Opens an instance of this layout, whatever its ABI number is. -ENOENT, -EPROTO, -errno. */
int dataplane_open_any(const char *bpffs, uint32_t ifindex, struct dataplane **ret);
/* Finishes a dataplane_pin() that was killed when all was pinned; else nothing. pin.c. -errno. */
int dataplane_finish_pin(const char *dir);
/* Maps what is written as memory; -errno. */
int dataplane_map_config(struct dataplane *dp);

/*
 * Pins of versions up to ABI 4 had no directory for their namespace. Moves them where they are
 * looked for now; what is attached goes on answering. The caller has the lock of `bpffs`.
 */
int dataplane_adopt_old_layout(const char *bpffs, struct error *err);

/* Unlinks whatever is pinned in a directory, of whatever version; `last` at the end. */
void dataplane_unpin_all(const char *dir, const char *last);

/*
 * The record of a version that we do not know: its first bytes, which no version moves, say
 * what to undo. -EPROTO where not even those are there.
 */
int dataplane_read_frozen(int fd, struct ndpx_record *ret);

/*
 * Is it the map that this version makes? Else a look-up would copy as much as that map says
 * and not as much as there is room for, or an index would lead past its end.
 */
bool dataplane_map_fits(int fd, enum map_id id);
/* Does this instance have that map? */
bool dataplane_has_map(const struct dataplane *dp, enum map_id id);

enum program { PROGRAM_XDP, PROGRAM_TC, PROGRAM_PORT };

/* Names in the pin directory, by enum map_id. */
extern const char *const dataplane_map_names[MAP_COUNT];
#define DATAPLANE_LINK_PIN   "link"
#define DATAPLANE_TC_PROGRAM "ndpx_tc"
#define DATAPLANE_PORTS_DIR  "ports"

/*
 * Takes flock() on the directory open as `fd`, whose fstat() is `dir`. Waits for a holder
 * for ten seconds, then -EBUSY with *err naming it. lock.c.
 */
struct stat;
int lock_wait(int fd, const char *bpffs, const struct stat *dir, struct error *err);

/* What libbpf last complained about, one line, "" if nothing; cleared by the call. */
const char *dataplane_take_log(void);

/* An error of the kernel's with strerror(), and the remedy for EPERM. */
int dataplane_fail(struct error *err, int code, const char *what);

/* "DIR/name" into buf of PATH_MAX; returns buf. */
const char *dataplane_path(const char *dir, const char *name, char buf[PATH_MAX]);
/* The directory of this network namespace, DIR/COOKIE; its cookie never comes back (5.14). */
const char *dataplane_netns_dir(const char *bpffs, char dir[PATH_MAX]);
/* The pin directory of an instance that need not be whole, nor be there. */
const char *dataplane_instance_dir(const char *bpffs, uint32_t ifindex, char dir[PATH_MAX]);

/* Makes the maps of a new instance that dp->fds lacks yet. The skeleton's side of dataplane_new(). */
int dataplane_make_maps(struct dataplane *dp, struct error *err);

/* Loads a program over the instance's maps; a file descriptor the caller closes, or -errno. */
int dataplane_load(struct dataplane *dp, enum program program, struct error *err);
/*
 * The same for BPF_PROG_TEST_RUN alone: it changes nothing in the maps and returns
 * verdict << 8 | action. -ESTALE where another build attached the program.
 */
int dataplane_load_test_run(struct dataplane *dp, enum program program, struct error *err);

/* A number for the BPF object in this binary: another one means another program. */
uint64_t dataplane_object_hash(void);

/* Whose rule a key means, for the table. */
static inline __u64 dataplane_scope(const struct dataplane *dp, const struct ndpx_key *key)
{
	return NDPX_SCOPE(dp->ifindex, key->vlan, key->bits, key->origin);
}

/* Which of the two settings is in force. */
__u32 dataplane_which(const struct dataplane *dp);
/* Into the counts of a new instance: rules of its scope that are in the table already. */
void dataplane_count_rules(struct dataplane *dp);
/* Takes back what is staged in one instance; its rules are the space's. recover.c. -errno. */
int dataplane_undo(struct dataplane *dp);
/* Clears what a killed or failed change left in a namespace. -errno. */
int dataplane_recover_space(struct space *sp);
/* `n` more rules like this one; or fewer, where it is negative. counts.c */
void counts_add(struct ndpx_counts *counts, const struct ndpx_key *key,
		const struct ndpx_policy *policy, __u32 n);

/*
 * The half of a commit that is in `ports` and `sections`; the latter go with the settings in
 * set[which]. ports.c.
 */
struct ports_change;
int dataplane_ports_stage(struct dataplane *dp, const struct ports_change *change, __u64 generation,
			  __u32 which);
int dataplane_ports_recover(struct dataplane *dp);

/*
 * The half of a commit that is in `links`: the keys under a new epoch, which `set` then names;
 * the old ones go once that holds, or the new ones when it is never committed. links.c.
 */
int dataplane_links_stage(struct dataplane *dp, const struct ndpx_link_key *keys, size_t n,
			  __u32 epoch);
int dataplane_links_sweep(struct dataplane *dp);

/*
 * Calls `each` for every element of a hash, in any order, until it returns something else than
 * 0; that, or -errno. Key and value hold only during the call. hash.c.
 */
int dataplane_each(int fd, __u32 key_size, __u32 value_size,
		   int (*each)(void *arg, const void *key, const void *value), void *arg);

/* Where a program hangs, and its pin. hook.c; of guest ports TC alone. */
struct hook {
	const char *dir;
	char pin[32];
	uint32_t ifindex;
	const char *dev;     /* for messages */
	const char *program; /* its name in the kernel, of TC */
	bool many;	     /* one of many: a filter rather than a link, see hook_attach_tc() */
	/*
	 * Writes down that clsact is ours to remove, before it is made; or that it is not. 1: that
	 * is written already, by us or by a process killed right after.
	 */
	int (*clsact)(void *arg, uint32_t ifindex, bool ours, struct error *err);
	void *arg;
};

/* The path of its pin, in `path`. */
const char *hook_pin_path(const struct hook *h, char path[PATH_MAX]);
/* Finishes what a process killed between pinning and renaming left. */
void hook_finish_rename(const struct hook *h);
/*
 * What hangs there. *ret_behind: does a TC program or filter run before ours that attaching
 * again would get ahead of? NULL: not asked.
 */
void hook_look(const struct hook *h, struct attachment *ret, bool *ret_behind);
/* The pinned link, if it still hangs on a device; -1 where there is none. The caller closes it. */
int hook_open_link(const struct hook *h, struct attachment *ret);
/* Pins a link in place of the one that is there. */
int hook_pin(const struct hook *h, int fd, struct error *err);
/* Another program in the same place: no moment without an answer. */
int hook_swap(const struct hook *h, const struct attachment *now, int prog, struct error *err);
/* Releases the link, or our clsact filter. 0 when there was none. */
int hook_detach(const struct hook *h, struct error *err);

/* XDP, native or generic; `gone` is the program that was just detached, 0: none. attach_xdp.c */
int hook_attach_xdp(const struct hook *h, int prog, enum ndpx_mode mode, uint32_t gone,
		    struct error *err);
/* The XDP program on a device, of whatever mode; 0: none, or it cannot be told. */
uint32_t hook_xdp_there(uint32_t ifindex);

/*
 * TCX where the kernel has it, else clsact; before everybody else's, in place of ours. The
 * kernel waits for a grace period for each TCX link, holding the RTNL (13 ms on two CPUs), and
 * for none for a filter: one of many is a filter, unless there are TCX programs to get ahead
 * of. attach_tc.c
 */
int hook_attach_tc(const struct hook *h, int prog, enum ndpx_mode *ret_mode, struct error *err);
int hook_attach_tcx(const struct hook *h, int prog, struct error *err);
int hook_attach_clsact(const struct hook *h, int prog, struct error *err);
/* Which of the two it will be, on a kernel that has both. */
bool hook_wants_filter(const struct hook *h);
/* The qdisc alone, some time before the filter, which waits for a grace period after it. */
int hook_make_clsact(const struct hook *h, struct error *err);
/* Is our filter behind TCX programs, or our link not the first? */
bool hook_filter_is_behind_tcx(const struct hook *h);
bool hook_tcx_is_behind(const struct hook *h, uint32_t link_id);

/* Of a device's TCX programs at ingress, in the order in which they run. */
#define TCX_MAX 64 /* BPF_MPROG_MAX: as many as a kernel takes on a device */
struct tcx_list {
	uint32_t prog_ids[TCX_MAX], link_ids[TCX_MAX]; /* 0: attached without a link */
	uint32_t n;
};
/* Empty where the kernel has no TCX. */
void hook_tcx_list(uint32_t ifindex, struct tcx_list *ret);
/* Can a frame that may be a solicitation come to this filter? */
bool hook_sees_nd(const struct nl_filter *f);
/* Our clsact filter, the first of them; false: none. *ret_behind as in hook_look(). */
bool hook_clsact_find(const struct hook *h, uint32_t *ret_prog_id, bool *ret_behind);
/* Removes it. 0 when there was none. */
int hook_clsact_detach(const struct hook *h);

/*
 * Where a refusal with `code` (positive errno) may come of the kernel's age: ": ..."
 * with what is missing and which kernel has it, else "". Static text.
 */
const char *dataplane_kernel_hint(int code);

#endif
