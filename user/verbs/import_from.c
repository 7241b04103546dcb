// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `import-from`: the file that replaces what answers now. Reads, changes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "netlink/detail.h"
#include "netlink/netlink.h"
#include "migrate/conf_writer.h"
#include "migrate/from_kernel.h"
#include "migrate/from_ndppd.h"
#include "migrate/from_npd6.h"
#include "apply/groups.h"
#include "util/text_file.h"

static const struct source {
	const char *name, *file; /* file: read unless another is named; NULL: none is */
	int (*read)(const char *text, size_t len, struct conf_writer *conf, struct error *err);
	const char *end; /* what ends it, once the file is looked through */
} sources[] = {
	{ "kernel", NULL, NULL,
	  "set proxy_ndp to 0 and delete the entries (ip -6 neigh del proxy)" },
	{ "ndppd", "/etc/ndppd.conf", from_ndppd, "systemctl disable --now ndppd" },
	{ "npd6", "/etc/npd6.conf", from_npd6, "systemctl disable --now npd6" },
};

static int by_device_and_address(const void *a, const void *b)
{
	const struct nl_proxy *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

/* The entries that are not ndpx's own, each with its route, and the switches of their devices. */
static int ask_kernel(const struct nl_proxy *all, size_t n_all, struct proxied *entries,
		      struct proxy_switch *switches, struct kernel_proxies *k, struct error *err)
{
	size_t i;
	int r;

	for (i = 0; i < n_all; i++) {
		struct proxy_switch *s = &switches[k->n_switches];
		char name[IFNAMSIZ];

		if (all[i].protocol == GROUPS_PROTOCOL)
			continue;
		entries[k->n_entries].entry = all[i];
		r = nl_route_out(0, &all[i].addr, &entries[k->n_entries].out, err);
		if (r)
			return r;
		k->n_entries++;
		if ((k->n_switches && s[-1].ifindex == all[i].ifindex) ||
		    !if_indextoname(all[i].ifindex, name))
			continue;
		s->ifindex = all[i].ifindex;
		s->proxy_ndp = sysctl_ipv6(name, "proxy_ndp") > 0;
		s->forwarding = sysctl_ipv6(name, "forwarding") > 0;
		k->n_switches++;
	}
	return 0;
}

static int read_kernel(const struct nl_state *state, struct conf_writer *conf, struct error *err)
{
	struct kernel_proxies k = { .state = state };
	struct proxy_switch *switches;
	struct proxied *entries;
	struct nl_proxy *all = NULL;
	size_t n = 0;
	int r = nl_proxy_read(&all, &n, err);

	if (r)
		return r;
	if (n)
		qsort(all, n, sizeof(*all), by_device_and_address);
	entries = calloc(n + 1, sizeof(*entries));
	switches = calloc(n + 1, sizeof(*switches));
	if (entries && switches)
		r = ask_kernel(all, n, entries, switches, &k, err);
	else
		r = error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
	if (!r) {
		k.entries = entries;
		k.switches = switches;
		k.all_proxy_ndp = sysctl_ipv6("all", "proxy_ndp") > 0;
		from_kernel(&k, conf);
	}
	free(entries);
	free(switches);
	free(all);
	return r;
}

/* What comes out must pass `check`, whatever went in. */
static int check_result(const char *text, size_t len, struct error *err)
{
	struct config_errors errors = { 0 };
	struct model model = { 0 };
	struct error why;
	int r = config_parse(text, len, &model, &errors, &why);

	if (!r) {
		model_free(&model);
		return 0;
	}
	r = error_set(err, EXIT_USAGE, -r, "import-from: this does not fit into one ndpx.conf: %s",
		      errors.n ? errors.items[0].text : why.message);
	config_errors_free(&errors);
	return r;
}

static int print_conf(const struct command *cmd, struct conf_writer *conf, struct error *err)
{
	char *text = NULL;
	size_t len = 0, uplinks = 0, i;
	FILE *fp = open_memstream(&text, &len);
	int r = fp ? conf_writer_write(conf, fp, &uplinks) : -ENOMEM;

	if (fp && fclose(fp))
		r = -ENOMEM;
	if (r)
		r = error_set(err, EXIT_KERNEL, -r, "out of memory");
	else
		r = check_result(text, len, err);
	if (!r)
		r = command_print(text, err);
	free(text);
	for (i = 0; !r && i < conf->warnings.n; i++)
		command_note(cmd, "warning: line %d: %s", conf->warnings.items[i].line,
			     conf->warnings.items[i].text);
	if (!r && !uplinks)
		command_note(cmd, "warning: the file has no uplink: 'ndpx apply' with it would "
				  "remove all attached uplinks");
	if (!r && conf->lost)
		command_note(cmd, "warning: %zu %s the same way: see the comments in the output",
			     conf->lost,
			     conf->lost == 1 ? "thing will not be answered"
					     : "things will not be answered");
	return r;
}

static int read_file(const struct source *source, const char *path, struct conf_writer *conf,
		     struct error *err)
{
	struct error why;
	char *text;
	size_t len;
	int r = text_file_read(path, &text, &len, err);

	if (r)
		return r;
	r = source->read(text, len, conf, &why);
	free(text);
	if (r != -EINVAL) {
		if (r)
			*err = why;
		return r;
	}
	return error_set(err, EXIT_USAGE, EINVAL, "%s:%s", strcmp(path, "-") ? path : "<stdin>",
			 why.message);
}

static int import_from(const struct command *cmd, const struct source *source, struct error *err)
{
	const char *file = cmd->argc > 1 ? cmd->argv[1] : source->file;
	struct nl_state state = { 0 };
	struct conf_writer conf = { .state = &state };
	int r = nl_state_read(&state, err);

	if (r)
		return r;
	conf_writer_note(&conf, CONF_WRITER_HEAD, 0,
			 "Made by 'ndpx import-from %s%s%s', ndpx " NDPX_VERSION ".", source->name,
			 file ? " " : "", file ? file : "");
	conf_writer_note(&conf, CONF_WRITER_HEAD, 0,
			 "Review it; run 'ndpx check' and 'ndpx apply'; then %s;", source->end);
	conf_writer_note(
		&conf, CONF_WRITER_HEAD, 0,
		"and 'ndpx apply' again: a responder that exits may drop groups or allmulticast.");
	if (source->read && file)
		r = read_file(source, file, &conf, err);
	else
		r = read_kernel(&state, &conf, err);
	if (!r)
		r = print_conf(cmd, &conf, err);
	conf_writer_free(&conf);
	nl_state_free(&state);
	return r;
}

int verb_import_from(struct command *cmd)
{
	const char *name = cmd->argc ? cmd->argv[0] : "";
	const struct source *source = NULL;
	struct error err;
	size_t i;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (!strcmp(name, sources[i].name))
			source = &sources[i];
	}
	if (!source)
		error_set(&err, EXIT_USAGE, EINVAL,
			  "import-from '%s': expected kernel, ndppd or npd6", name);
	else if (cmd->argc > (source->read ? 2 : 1))
		error_set(&err, EXIT_USAGE, EINVAL, "import-from %s: unknown argument '%s'", name,
			  cmd->argv[cmd->argc - 1]);
	else if (cmd->json)
		error_set(&err, EXIT_USAGE, EINVAL,
			  "import-from: -j is not supported: the output is an ndpx.conf");
	else if (!import_from(cmd, source, &err))
		return EXIT_DONE;
	return command_fail(cmd, &err);
}
