// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the verbs share: errors to the user, the file, finding and opening instances. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "desired/this_link.h"
#include "util/names.h"

int command_fail(const struct command *cmd, const struct error *err)
{
	struct output out;

	fflush(stdout);
	fprintf(stderr, "ndpx: %s\n", err->message);
	if (cmd->json) {
		out_start(&out, stdout, true, cmd->pretty);
		out_object(&out, "error");
		out_string(&out, "code", NULL, error_name(err->code));
		out_string(&out, "message", NULL, err->message);
		out_close(&out, '}');
		out_finish(&out);
	}
	return err->status;
}

void command_note(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	if (cmd->quiet)
		return;
	fflush(stdout);
	fputs("ndpx: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int command_finish(const struct command *cmd, struct output *out, int status)
{
	struct error err;
	int r = out_finish(out);

	(void)cmd;
	if (!r)
		return status;
	error_set(&err, EXIT_KERNEL, -r, "writing the output: %s", strerror(-r));
	fprintf(stderr, "ndpx: %s\n", err.message);
	return err.status;
}

int command_print(const char *text, struct error *err)
{
	if (fputs(text, stdout) >= 0 && !fflush(stdout))
		return 0;
	return error_set(err, EXIT_KERNEL, EIO, "writing the output failed");
}

/* "LINE:COLUMN", or "LINE" where the column is not known. */
static const char *place_text(const struct config_error *m, char buf[32])
{
	snprintf(buf, 32, m->column ? "%d:%d" : "%d", m->line, m->column);
	return buf;
}

int command_errors(const struct command *cmd, const char *file, const struct config_errors *errors)
{
	char place[32];
	struct output out;
	size_t i;

	for (i = 0; i < errors->n; i++)
		fprintf(stderr, "ndpx: %s:%s: %s\n", file, place_text(&errors->items[i], place),
			errors->items[i].text);
	if (errors->more)
		fprintf(stderr, "ndpx: %s: and %zu more errors\n", file, errors->more);
	if (!cmd->json)
		return EXIT_USAGE;
	out_start(&out, stdout, true, cmd->pretty);
	out_object(&out, "error");
	out_string(&out, "code", NULL, "EINVAL");
	out_string(&out, "message", NULL, "the file has errors");
	out_array(&out, "errors");
	for (i = 0; i < errors->n; i++) {
		out_object(&out, NULL);
		out_string(&out, "file", NULL, file);
		out_number(&out, "line", NULL, (uint64_t)errors->items[i].line);
		if (errors->items[i].column)
			out_number(&out, "column", NULL, (uint64_t)errors->items[i].column);
		out_string(&out, "message", NULL, errors->items[i].text);
		out_close(&out, '}');
	}
	out_close(&out, ']');
	if (errors->more)
		out_number(&out, "more", NULL, errors->more);
	out_close(&out, '}');
	out_finish(&out);
	return EXIT_USAGE;
}

/* Is there an interface of the name that was read as DEV.VLAN? Mostly not. */
static bool is_there(const char *dev, uint16_t vlan)
{
	char name[DEV_NAME_LEN + 8];

	snprintf(name, sizeof(name), "%s.%u", dev, vlan);
	return nl_index_of(name) != 0;
}

static int rename_uplinks(struct model *model, struct error *err)
{
	struct nl_state state;
	bool any = false;
	size_t i;
	int r;

	for (i = 0; i < model->n_uplinks; i++)
		any |= model->uplinks[i].dotted &&
		       is_there(model->uplinks[i].dev, model->uplinks[i].vlan);
	if (!any)
		return 0;
	r = nl_links_read(&state, err);
	if (r)
		return r;
	this_link_rename_uplinks(&state, model);
	nl_state_free(&state);
	return 0;
}

void command_real_name(char dev[DEV_NAME_LEN])
{
	/* Of a million lines for one device, only the first asks the kernel. */
	static char asked[DEV_NAME_LEN], answer[IFNAMSIZ];
	uint32_t ifindex;

	if (!asked[0] || strcmp(asked, dev) != 0) {
		ifindex = nl_index_of(dev);
		snprintf(asked, sizeof(asked), "%s", dev);
		if (!ifindex || !if_indextoname(ifindex, answer))
			answer[0] = '\0';
	}
	if (answer[0])
		memcpy(dev, answer, sizeof(answer));
}

static int real_port(struct rule *rule, struct error *err)
{
	char name[DEV_NAME_LEN];

	if (!rule->port)
		return 0;
	snprintf(name, sizeof(name), "%s", rule->port);
	command_real_name(name);
	rule->port = name_keep(name);
	return rule->port ? 0 : error_set(err, EXIT_KERNEL, ENOMEM, "out of memory");
}

static int use_real_names(struct model *model, struct error *err)
{
	size_t i, j;
	int r = rename_uplinks(model, err);

	for (i = 0; i < model->n_uplinks && !r; i++) {
		struct uplink *u = &model->uplinks[i];

		command_real_name(u->dev);
		for (j = 0; j < u->n_rules; j++) {
			r = real_port(&u->rules[j], err);
			if (r)
				return r;
		}
	}
	return r ? r : model_sort_uplinks(model, err);
}

int command_read_config(const struct command *cmd, struct model *ret)
{
	struct config_errors errors = { 0 };
	struct error err;
	int r = config_load(cmd->config, ret, &errors, &err);

	if (!r)
		return EXIT_DONE;
	if (!errors.n)
		return command_fail(cmd, &err);
	command_errors(cmd, cmd->config, &errors);
	config_errors_free(&errors);
	return EXIT_USAGE;
}

int command_load_config(const struct command *cmd, struct model *ret)
{
	struct error err;
	int status = command_read_config(cmd, ret);

	if (status || !use_real_names(ret, &err))
		return status;
	model_free(ret);
	return command_fail(cmd, &err);
}

int command_rename(struct place *place, struct error *err)
{
	struct nl_state state;
	int r;

	if (!place->dotted || !is_there(place->dev, place->vlan))
		return 0;
	r = nl_links_read(&state, err);
	if (r)
		return r;
	this_link_rename(&state, place);
	nl_state_free(&state);
	return 0;
}

int command_parse_dev(int argc, char **argv, struct place *ret, bool *ret_found, struct error *err)
{
	struct place place = { 0 }, named = { 0 };
	unsigned long vid;
	struct error why;
	int i, r = 0;

	for (i = 0; i < argc; i += 2) {
		bool dev = !strcmp(argv[i], "dev"), vlan = !strcmp(argv[i], "vlan");

		if (!dev && !vlan)
			return error_set(err, EXIT_USAGE, EINVAL, "unknown argument '%s'", argv[i]);
		if (i + 1 == argc)
			return error_set(err, EXIT_USAGE, EINVAL, "'%s' needs a value", argv[i]);
		if ((dev && named.dev[0]) || (vlan && place.have_vlan))
			return error_set(err, EXIT_USAGE, EINVAL, "'%s' is given twice", argv[i]);
		if (dev) {
			r = parse_dev(argv[i + 1], &named, &why);
		} else {
			r = parse_number(argv[i + 1], 4094, &vid, &why);
			place.vlan = r ? 0 : (uint16_t)vid;
			place.have_vlan = true;
		}
		if (r)
			return error_set(err, EXIT_USAGE, EINVAL, "%s %s", argv[i], why.message);
	}
	r = command_rename(&named, err);
	if (r)
		return r;
	if (named.have_vlan && place.have_vlan && named.vlan != place.vlan)
		return error_set(err, EXIT_USAGE, EINVAL, "vlan %u contradicts %s.%u", place.vlan,
				 named.dev, named.vlan);
	if (!named.have_vlan) {
		named.vlan = place.vlan;
		named.have_vlan = place.have_vlan;
	}
	if (named.have_vlan && !named.dev[0])
		return error_set(err, EXIT_USAGE, EINVAL, "'vlan' requires 'dev DEV'");
	command_real_name(named.dev);
	*ret = named;
	*ret_found = named.dev[0] != '\0';
	return 0;
}

const char *command_dev_arg(int argc, char **argv)
{
	int i;

	for (i = 0; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "dev"))
			return argv[i + 1];
	}
	return NULL;
}

static int not_attached(const char *dev, struct error *err)
{
	return error_set(err, EXIT_NOT_ATTACHED, ENOENT,
			 "%s: not attached: name it in the file and run 'ndpx apply'", dev);
}

int command_open(const struct command *cmd, const char *dev, struct dataplane **ret, int *ret_lock,
		 struct error *err)
{
	uint32_t ifindex = if_nametoindex(dev);
	struct dataplane *dp = NULL;
	int lock = -1, r;

	if (!ifindex)
		return error_set(err, EXIT_NOT_ATTACHED, ENODEV, "%s: no such interface", dev);
	if (ret_lock) {
		r = dataplane_lock(cmd->bpffs, false, &lock, err);
		if (r)
			return r == -ENOENT ? not_attached(dev, err) : r;
	}
	r = dataplane_open(cmd->bpffs, ifindex, &dp, err);
	if (r == -ENOENT)
		r = not_attached(dev, err);
	if (!r && ret_lock) {
		r = dataplane_recover(dp, err);
		if (r)
			dataplane_close(dp);
	}
	if (r) {
		if (lock >= 0)
			dataplane_unlock(lock);
		return r;
	}
	*ret = dp;
	if (ret_lock)
		*ret_lock = lock;
	return 0;
}

const char *mode_name(enum ndpx_mode mode)
{
	switch (mode) {
	case NDPX_MODE_NATIVE:
		return "native";
	case NDPX_MODE_GENERIC:
		return "generic";
	case NDPX_MODE_TCX:
	case NDPX_MODE_CLSACT:
		return "tc";
	default:
		return "none";
	}
}

int command_choose_vlan(const struct ndpx_record *record, const struct place *place, uint16_t *ret,
			struct error *err)
{
	uint16_t desired = place->have_vlan ? place->vlan : 0;
	char list[256] = "";
	size_t i, at = 0;

	if (!place->have_vlan && record->n_vlans == 1) {
		*ret = record->vlans[0];
		return 0;
	}
	for (i = 0; i < record->n_vlans && i < NDPX_MAX_VLANS; i++) {
		if (record->vlans[i] == desired) {
			*ret = desired;
			return 0;
		}
		if (at < sizeof(list) - 8)
			at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%u", i ? ", " : "",
					       record->vlans[i]);
	}
	if (!place->have_vlan)
		return error_set(err, EXIT_USAGE, EINVAL,
				 "%s: missing 'vlan': attached VLANs are %s", place->dev, list);
	return error_set(err, EXIT_USAGE, EINVAL,
			 "%s: VLAN %u is not attached: attached VLANs are %s", place->dev, desired,
			 list);
}

void command_notes(const struct command *cmd, const struct notes *notes)
{
	size_t i;

	for (i = 0; i < notes->n; i++) {
		const struct note *note = &notes->items[i];

		if (note->severity != NOTE_DETAIL || cmd->verbose)
			command_note(cmd, "%s%s", note->severity == NOTE_WARNING ? "warning: " : "",
				     note->text);
	}
	if (notes->more)
		command_note(cmd, "and %zu more", notes->more);
}

const char *time_text(double seconds, char buf[32])
{
	time_t whole = (time_t)seconds;
	struct tm tm;

	gmtime_r(&whole, &tm);
	strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return buf;
}
