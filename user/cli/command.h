/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What main() hands to a verb, and what the verbs share. Verbs print; nobody else does. */
#ifndef NDPX_COMMAND_H
#define NDPX_COMMAND_H

#include "util/notes.h"
#include "config/config.h"
#include "dataplane/instances.h"
#include "netlink/netlink.h"
#include "cli/output.h"

struct command {
	const char *config, *bpffs, *netns;
	bool config_given; /* -c, and not the default */
	bool json, pretty, quiet, verbose;
	bool stats, replace, paused; /* -s, --replace, --paused */
	bool prune;		     /* --prune */
	bool fix, no_probe;	     /* --fix, --no-probe */
	bool teardown;		     /* --teardown */
	double watch;		     /* --watch, seconds; 0: once */
	const char *textfile;	     /* --textfile */
	int argc;		     /* words after the verb */
	char **argv;
};

/* Options a verb takes beside the global ones. */
#define OPT_STATS    0x01u
#define OPT_REPLACE  0x02u
#define OPT_PAUSED   0x04u
#define OPT_WATCH    0x08u
#define OPT_TEXTFILE 0x10u
#define OPT_PRUNE    0x40u
#define OPT_DOCTOR   0x20u /* --fix, --no-probe */
#define OPT_TEARDOWN 0x80u

struct verb {
	const char *name;
	int (*run)(struct command *cmd); /* returns the exit status */
	unsigned int options;
	const char *usage; /* without "ndpx" */
	const char *help;
};

extern const struct verb verbs[];

int verb_announce(struct command *cmd);
int verb_apply(struct command *cmd);
int verb_check(struct command *cmd);
int verb_doctor(struct command *cmd);
int verb_down(struct command *cmd);
int verb_explain(struct command *cmd);
int verb_guest(struct command *cmd);
int verb_help(struct command *cmd);
int verb_import_from(struct command *cmd);
int verb_metrics(struct command *cmd);
int verb_monitor(struct command *cmd);
int verb_pause(struct command *cmd);
int verb_resume(struct command *cmd);
int verb_run(struct command *cmd);
int verb_stats(struct command *cmd);
int verb_status(struct command *cmd);
int verb_version(struct command *cmd);

/* Parts of `guest`, with the words behind it. */
int guest_show(struct command *cmd);
int guest_import(struct command *cmd);

/* Prints an error the way the user asked for; returns its exit status. */
int command_fail(const struct command *cmd, const struct error *err);
/* One line on stderr, unless -q: something worth knowing that is not an error. */
void command_note(const struct command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The notes of a change, each its line; details only with -v. */
void command_notes(const struct command *cmd, const struct notes *notes);
/* Finishes stdout; returns `status`, or prints why the output was lost. */
int command_finish(const struct command *cmd, struct output *out, int status);

/* Writes a report that was held back to stdout. */
int command_print(const char *text, struct error *err);

/* Prints every error of `file`, as text and, asked for, as JSON; returns the exit status. */
int command_errors(const struct command *cmd, const char *file, const struct config_errors *errors);

/* An altname (`ip link property add`) becomes the name the kernel lists; others stay. */
void command_real_name(char dev[DEV_NAME_LEN]);
/* Reads the file, or prints every error and returns the exit status; EXIT_DONE with *ret filled. */
int command_read_config(const struct command *cmd, struct model *ret);
/* The same, with interfaces by the names that the kernel lists today. */
int command_load_config(const struct command *cmd, struct model *ret);

/* "vif7.1" is an interface where there is one of that name: this_link_rename(). */
int command_rename(struct place *place, struct error *err);

/*
 * The words "dev DEV [vlan N]" from `argv`. *ret_found says whether DEV was there.
 * Refuses anything else.
 */
int command_parse_dev(int argc, char **argv, struct place *ret, bool *ret_found, struct error *err);

/*
 * Opens the attached instance of a device. With `ret_lock` it takes the lock, and
 * clears what an interrupted change left. A device or instance that is not there
 * is an error with exit status 3.
 */
int command_open(const struct command *cmd, const char *dev, struct dataplane **ret, int *ret_lock,
		 struct error *err);

/* The word behind "dev", as it was typed; NULL where there is none. */
const char *command_dev_arg(int argc, char **argv);

/* "native", "generic", "tc": the word of a mode as `status` says it. */
const char *mode_name(enum ndpx_mode mode);

/* The VLAN a rule of the command line goes to on this device: named, or the only one. */
int command_choose_vlan(const struct ndpx_record *record, const struct place *place, uint16_t *ret,
			struct error *err);

/* Seconds since 1970, with a fraction, as RFC 3339 in UTC. Returns `buf`. */
const char *time_text(double seconds, char buf[32]);

#endif
