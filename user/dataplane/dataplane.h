/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The instances in the kernel: one an uplink, pinned in DIR/COOKIE/IFINDEX, and one for all
 * guest ports, in DIR/COOKIE/ports, which is named by DATAPLANE_PORTS. COOKIE is the network
 * namespace's, so that several can share DIR. Only the files of
 * dataplane/ know libbpf and the skeleton; nobody else includes them.
 */
#ifndef NDPX_DATAPLANE_H
#define NDPX_DATAPLANE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/entry.h"
#include "util/error.h"

struct dataplane;

#define DATAPLANE_PORTS 0u /* where an ifindex is asked for: the instance of the guest ports */

/* How an instance hangs in the kernel right now. */
struct attachment {
	enum ndpx_mode mode; /* NDPX_MODE_NONE: not attached */
	uint32_t prog_id;
	uint32_t link_id; /* 0: clsact, which has no link */
};

/* Once, first: takes libbpf's messages, for errors; each goes to `message` as well unless NULL. */
void dataplane_init(void (*message)(const char *line));

/* Where a line goes that says who is being waited for; NULL, the default: nowhere. */
void dataplane_on_wait(void (*told)(const char *line));
/*
 * DIR and DIR/COOKIE must belong to root and be writable by nobody else. 0 as well where there
 * is none; -EPERM with *err set.
 */
int dataplane_check_dir(const char *bpffs, struct error *err);
/*
 * Takes this network namespace's lock in a bpffs directory, waiting ten seconds for whoever
 * holds it, then -EBUSY. With `create` the directory is made, on a bpffs that is mounted if there is none; without, a
 * missing directory is -ENOENT, and *err is not touched. dataplane_unlock() gives
 * it back; the kernel does if the process dies.
 */
int dataplane_lock(const char *bpffs, bool create, int *ret_lock, struct error *err);
void dataplane_unlock(int lock);
/* From now on dataplane_lock() does not wait: -EBUSY at once. For an event loop. */
void dataplane_lock_at_once(bool at_once);
/* Under the lock: removes the directories that are empty, and the mount if dataplane_lock() made it. */
void dataplane_rmdir(const char *bpffs);

/* The ifindexes that have something pinned, whole or not. The array is the caller's to free. */
int dataplane_list(const char *bpffs, uint32_t **ret, size_t *ret_n, struct error *err);

/*
 * Opens the instance of an interface. -ENOENT, *err untouched: there is none, or
 * a killed `apply` left less than a whole one. -EPROTO: it is of another ABI.
 * Callers that change it hold the lock. dataplane_close() after success.
 */
int dataplane_open(const char *bpffs, uint32_t ifindex, struct dataplane **ret, struct error *err);

/*
 * Only the record of an instance, of whatever version, as far as all versions agree:
 * up to NDPX_RECORD_FROZEN. For telling how it is attached, and for undoing it.
 */
int dataplane_open_record(const char *bpffs, uint32_t ifindex, struct dataplane **ret);

/*
 * Makes the maps of a new instance, in memory only: rules go in, then dataplane_pin(). The
 * counters are those of the instance that is pinned there, if any: it goes on counting.
 */
int dataplane_new(const char *bpffs, uint32_t ifindex, const char *dev, struct dataplane **ret,
		  struct error *err);
/* What is pinned for an interface, which may be gone, and is to be taken over. */
struct dataplane_old {
	struct ndpx_record record;
	struct entry *rules;	   /* owned; all that were in force, sorted */
	struct entry_stats *stats; /* owned; theirs */
	size_t n_rules;
	struct entry *shadows; /* owned; those that a higher origin overrides, sorted */
	size_t n_shadows;
	bool paused;
	struct abi4_maps *abi4; /* for dataplane_old_counted(); NULL: it is of this layout */
};

/*
 * Reads it: an instance of this version, of another number but this layout, or of ABI 4.
 * -EPROTO for others, -ENOENT where it is not whole. dataplane_old_free() after success.
 */
int dataplane_read_old(const char *bpffs, uint32_t ifindex, struct dataplane_old *ret);
void dataplane_old_free(struct dataplane_old *old);
/*
 * What its program has counted by now, where that does not count in this version's table: rules
 * and statistics alone. -errno; to be freed after success.
 */
int dataplane_old_counted(const struct dataplane_old *old, struct dataplane_old *ret);
/*
 * Adds what was counted for the rules of an old instance, beyond what `before` says (NULL: all
 * of it), to the same keys' in a new one; nothing, where these are the same rules.
 */
void dataplane_take_stats(struct dataplane *dp, const struct dataplane_old *old,
			  const struct dataplane_old *before);
/* Pins a new instance, over what was left of an old one. */
int dataplane_pin(struct dataplane *dp, struct error *err);
void dataplane_close(struct dataplane *dp);

/* Only detaches; what is pinned stays. 0 when nothing was attached. */
int dataplane_detach_only(const char *bpffs, uint32_t ifindex, struct error *err);

/*
 * Unpins what was detached. `ifindex` need not exist any more, nor the instance be
 * whole. The record says what else it changed in the kernel; undoing that is the
 * caller's, before this.
 */
int dataplane_remove(const char *bpffs, uint32_t ifindex, struct error *err);

/* The record, in memory; dataplane_set_record() writes it. */
struct ndpx_record *dataplane_record(struct dataplane *dp);
int dataplane_set_record(struct dataplane *dp, struct error *err);

/* Asks the kernel, not the record. */
void dataplane_attachment(const struct dataplane *dp, struct attachment *ret);

/* What the attached program is, as far as the kernel tells: inspect.c. */
struct inspection {
	bool ours;    /* it reads the maps that are pinned; also where that cannot be told */
	bool current; /* of the BPF object in this binary */
	uint32_t other_device; /* the ifindex it hangs on, where that is not its own; else 0 */
	char name[16];
};
void dataplane_inspect(const struct dataplane *dp, const struct attachment *at,
		       struct inspection *ret);
/* A program's name into `ret`, "?" where it cannot be told: -1 then. */
int dataplane_program_name(uint32_t id, char ret[16]);

/* Counts programs' runs until the descriptor is closed (kernel 5.8); -errno. */
int dataplane_run_stats(void);
/* How often a program ran while that was on; -errno. */
int dataplane_run_count(uint32_t prog_id, uint64_t *ret);

/* A program or filter that gets a frame before ours does, and could keep it. */
enum before_hook { BEFORE_XDP, BEFORE_TCX, BEFORE_CLSACT };

struct before {
	enum before_hook hook;
	uint32_t prog_id;  /* 0: a filter that is not a BPF program */
	uint32_t priority; /* of a filter */
	bool stays;	   /* `apply` does not get ahead of it */
	char name[16];	   /* the program's, else the filter's kind */
};

#define DATAPLANE_BEFORE 8 /* that are told of, the first ones */

/* Those before an attachment, in the order in which they run; how many. before.c */
size_t attachment_before(uint32_t ifindex, const struct attachment *at,
			 struct before ret[DATAPLANE_BEFORE]);

#define BEFORE_TEXT_LEN 80

/* "TCX program 'pass' (id 12)", in `buf`. */
const char *before_text(const struct before *b, char buf[BEFORE_TEXT_LEN]);
/* "xdp", "tcx", "clsact". */
const char *before_hook_name(enum before_hook hook);

/* What dataplane_attach() did. */
struct attach_report {
	struct attachment now;
	bool attached;	/* newly: the driver may have reset the link */
	bool swapped;	/* another program inside the same link or filter, or before others */
	char note[256]; /* why not native, "" if nothing is to be said */
};

/*
 * Brings the instance to the mode wanted with this binary's program; nothing
 * happens where it is so already. `no_native` is a reason to not try native XDP,
 * or NULL. An existing attachment keeps answering until the new one does.
 */
int dataplane_attach(struct dataplane *dp, enum want_mode want, const char *no_native,
		     struct attach_report *ret, struct error *err);

/* --- rules and settings: rules.c, commit.c --- */

/*
 * All rules that hold, sorted by entry_compare(). *ret, and *ret_stats in the same
 * order unless NULL, are the caller's to free.
 */
int dataplane_read(struct dataplane *dp, struct entry **ret, struct entry_stats **ret_stats,
		   size_t *ret_n, struct error *err);
/*
 * The rules that a higher origin overrides, sorted by entry_compare(); key.origin is set.
 * Under the lock. The array is the caller's to free.
 */
int dataplane_read_shadows(struct dataplane *dp, struct entry **ret, size_t *ret_n,
			   struct error *err);
/*
 * One rule; where key->origin is set, that of a lower origin. -ENOENT, *ret and *err untouched,
 * when there is none.
 */
int dataplane_get(struct dataplane *dp, const struct ndpx_key *key, struct ndpx_policy *ret,
		  struct error *err);
/* What a section of guest ports says, in its own name or in that of all. Likewise. */
int dataplane_get_section(struct dataplane *dp, const struct ndpx_key *key, struct ndpx_policy *ret,
			  struct error *err);

struct ports_change;

/* A change of one instance. */
struct dataplane_change {
	struct dataplane *dp;
	/* The rules' steps. What is in force is taken from the table, not from `before`. */
	const struct plan *plan;
	/* To hold from now on, but for the prefix lengths, which are kept right here; NULL: as before. */
	const struct ndpx_settings *set;
	/* The keys of `links` to hold from now on, sorted; NULL: as before. */
	const struct ndpx_link_key *links;
	size_t n_links;
	const struct ports_change *ports; /* NULL: as before */
};

/*
 * Makes a whole change true at one instant, in as many instances of this network namespace as
 * it names: stages it invisibly, then moves the generation. Killed at any moment, either the
 * old or the new state holds, in all of them. dataplane_recover() clears what such a death left.
 */
int dataplane_commit_all(const struct dataplane_change *changes, size_t n, struct error *err);
/* The same for one instance. */
int dataplane_commit(struct dataplane *dp, const struct plan *plan, const struct ndpx_settings *set,
		     struct error *err);
/* The same for the guest ports, with these ports and sections. */
int dataplane_commit_ports(struct dataplane *dp, const struct plan *plan,
			   const struct ndpx_settings *set, const struct ports_change *ports,
			   struct error *err);
int dataplane_recover(struct dataplane *dp, struct error *err);

/* --- what is this link: links.c --- */

/* Are others in force? Also where that cannot be read. */
bool dataplane_links_differ(const struct dataplane *dp, const struct ndpx_link_key *links,
			    size_t n_links);
/* The same, of the interfaces alone: a guest port that gets an address changes nothing here. */
bool dataplane_members_differ(const struct dataplane *dp, const struct ndpx_link_key *links,
			      size_t n_links);
/* As the data plane tells it: is an interface this link, for frames of a VLAN? */
bool dataplane_is_this_link(const struct dataplane *dp, uint16_t vlan, uint32_t ifindex);

/* --- guest ports: ports.c; `dp` is of DATAPLANE_PORTS --- */

/* A guest port in the kernel. at.stack is 0 for one about to be attached or detached. */
struct port_state {
	uint32_t ifindex;
	uint32_t flags; /* NDPX_R_CLSACT */
	char dev[16];	/* as it was called when ndpx last looked; "": not known */
	struct ndpx_port_at at;
	struct attachment attachment; /* once dataplane_port_attachment() has looked */
};

/* All of them, by ifindex; the array is the caller's to free. */
int dataplane_ports_read(const struct dataplane *dp, struct port_state **ret, size_t *ret_n,
			 struct error *err);
/*
 * What a pinned instance of any version says of its ports: ifindex and flags alone are
 * filled. None if no such instance exists.
 */
int dataplane_ports_list(const char *bpffs, struct port_state **ret, size_t *ret_n,
			 struct error *err);
/*
 * For a new instance over what another version or a killed command left: takes over what
 * that one's entries say there is to undo. Before dataplane_pin().
 */
int dataplane_ports_inherit(struct dataplane *dp, const char *bpffs, struct error *err);
/* Is the directory of the guest ports there, whatever is in it? */
bool dataplane_ports_pinned(const char *bpffs);
/* What is in force for one; -ENOENT: it is none, nor is anything of it left to undo. */
int dataplane_port_get(const struct dataplane *dp, uint32_t ifindex, struct ndpx_port_at *ret,
		       struct error *err);
/* The sections in force. */
int dataplane_sections(const struct dataplane *dp, struct ndpx_sections *ret, struct error *err);

struct ports_change {
	const struct guest_port *ports; /* all of them */
	size_t n;
	const struct ndpx_sections *sections;
};

/* Does it change anything? */
bool dataplane_ports_differ(const struct dataplane *dp, const struct ports_change *change);
/*
 * What hangs on each, and what dataplane_port_attach() is to do. Where that is to attach many,
 * all of these get their qdisc here, so that the grace periods before their first filters are
 * one.
 */
void dataplane_ports_look(struct dataplane *dp, const struct guest_port *ports, size_t n,
			  struct attach_report *ret);
/*
 * Attaches the program to an interface, or swaps it for this binary's where the record
 * names another one, as dataplane_ports_look() says in *rep; what hangs there then is in
 * rep->now. Where it is not one of the ports in force the program does nothing yet.
 */
int dataplane_port_attach(struct dataplane *dp, const struct guest_port *port,
			  struct attach_report *rep, struct error *err);
/* What hangs on it, into port->attachment. */
void dataplane_port_attachment(const struct dataplane *dp, struct port_state *port);
/* After all are attached: writes down which program it was. */
int dataplane_ports_attached(struct dataplane *dp, struct error *err);
/* Detaches; the entry stays until it is forgotten, because it says what else to undo. */
int dataplane_port_detach(const char *bpffs, uint32_t ifindex, struct error *err);
/* Those detached, in one grace period. */
void dataplane_ports_forget(struct dataplane *dp, const uint32_t *ifindexes, size_t n);

/* How many rules of each kind an instance holds: kept with each commit, not counted here. */
int rule_counts_read(struct dataplane *dp, struct ndpx_counts *ret, struct error *err);

/* Which rule decides for an address: what the program finds, found by user space. */
struct match {
	struct entry entry; /* say.action NDPX_ACT_NONE: no rule */
	bool host;    /* an address of this host on another interface (P76), whose rule it is */
	bool anycast; /* the address is the first of this prefix: RFC 4861 7.2.7, not answered */
};

/*
 * The address itself, else the longest prefix, which speaks neither for link-local
 * targets nor, where it answers, for its own first address. 0, or -errno with *err set.
 */
int match_rule(struct dataplane *dp, uint16_t vlan, const struct in6_addr *addr, struct match *ret,
	       struct error *err);

/* The settings in force. The pointer lives as long as `dp`; another commit may change it. */
const struct ndpx_settings *dataplane_settings(const struct dataplane *dp);

/* --- what is new: news.c --- */

/* A guest of an uplink, by a rule in force that answers and is not paused. */
struct news_guest {
	uint32_t ifindex; /* the uplink */
	uint16_t vlan;
	uint8_t addr[16];
	uint32_t port;
};

/* The moment up to which changes are known: zero is before all of them. */
struct news_mark {
	uint64_t generation;
	uint32_t id; /* of the state: after `down` and `apply` it is another one */
};

/* Now. One look at the state, however many rules there are. -ENOENT: nothing is pinned; -errno. */
int dataplane_mark(const char *bpffs, struct news_mark *ret);

/*
 * A walk over all guests whose rules came or changed after one mark, up to another one; of one
 * uplink and VLAN, or of all where `ifindex` is 0.
 */
struct news_walk {
	struct news_mark after, upto;
	uint32_t ifindex;
	uint16_t vlan;
	bool unseen;	  /* those that are paused until they are seen, instead */
	uint64_t at;	  /* where in the table; 0: at its start */
	uint32_t resizes; /* of the table that `at` is of */
	bool done;
};

/*
 * The next ones, `room` at most, and at most so many buckets of the table, so that no call takes
 * long. Where the table is resized meanwhile, some come twice. Takes no lock. -ESTALE:
 * the state is another one; -errno.
 */
int dataplane_news(const char *bpffs, struct news_walk *walk, struct news_guest *ret, size_t room,
		   size_t *ret_n);

/* --- the lease: lease.c --- */

/* `run` is alive: lets the leases of all uplinks begin again. 0 where nothing is pinned; -errno. */
int dataplane_refresh_lease(const char *bpffs);
/* Does the uplink have a lease that has not been refreshed in time? */
bool dataplane_lease_is_over(const struct dataplane *dp);

/* The outcome of a test run. */
enum test_run_act { TEST_RUN_PASS, TEST_RUN_DROP, TEST_RUN_ANSWER };

struct test_run {
	enum ndpx_verdict verdict; /* NDPX_V_NONE: no solicitation */
	enum test_run_act act;
	uint8_t frame[2048]; /* as the program left it: the answer, where it answers */
	size_t len;
};

/*
 * Runs the program on a frame as if it had arrived on this device: an instance of its own over
 * the same maps. Nothing is sent, and no counter, statistics or token changes. -ESTALE where
 * another build of ndpx attached the program. The caller holds the lock.
 */
int dataplane_test_run(struct dataplane *dp, const uint8_t *frame, size_t len, struct test_run *ret,
		       struct error *err);

/* The same on a guest port; `dp` is of DATAPLANE_PORTS. */
int dataplane_test_run_port(struct dataplane *dp, const struct port_state *port,
			    const uint8_t *frame, size_t len, struct test_run *ret,
			    struct error *err);

/* Sums over all CPUs, by verdict. */
int dataplane_counters(const struct dataplane *dp, uint64_t ret[NDPX_COUNTERS], struct error *err);

/* "answered"; "none" for NDPX_V_NONE. Never NULL. */
const char *verdict_name(enum ndpx_verdict verdict);
/* What it means, a clause without a full stop. Never NULL. */
const char *verdict_text(enum ndpx_verdict verdict);

#endif
