// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* `check`: the file alone; no kernel, no root. */
#include <errno.h>

#include "cli/command.h"

int verb_check(struct command *cmd)
{
	size_t i, j, guests = 0, denies = 0;
	struct model model = { 0 };
	struct output out;
	struct error err;
	int status;

	if (cmd->argc) {
		error_set(&err, EXIT_USAGE, EINVAL, "check: unknown argument '%s'", cmd->argv[0]);
		return command_fail(cmd, &err);
	}
	status = command_load_config(cmd, &model);
	if (status)
		return status;
	for (i = 0; i < model.n_uplinks; i++) {
		for (j = 0; j < model.uplinks[i].n_rules; j++) {
			if (model.uplinks[i].rules[j].action == NDPX_ACT_DENY)
				denies++;
			else
				guests++;
		}
	}
	if (!cmd->quiet || cmd->json) {
		out_start(&out, stdout, cmd->json, cmd->pretty);
		out_string(&out, "file", "%s: ok, ", cmd->config);
		out_number(&out, "uplinks", "uplinks %llu, ", model.n_uplinks);
		out_number(&out, "guests", "guests %llu, ", guests);
		out_number(&out, "denies", "denies %llu", denies);
		out_number(&out, "ports", model.n_ports ? ", ports %llu" : NULL, model.n_ports);
		out_text(&out, "\n");
		status = command_finish(cmd, &out, EXIT_DONE);
	}
	model_free(&model);
	return status;
}
