/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands. */
#ifndef IPTFS_CLI_COMMANDS_H
#define IPTFS_CLI_COMMANDS_H

#include "cli/command.h"

/* The command at this index, in the order of help texts; NULL behind the last one. */
const struct iptfs_command *iptfs_command_at(size_t index);

/* The command of this name, hidden ones too, or NULL. */
const struct iptfs_command *iptfs_command_named(const char *name);

/* The command of this name. An unknown name ends the process with IPTFS_EXIT_USAGE, the names there
 * are and the nearest one. `title` begins the message. */
const struct iptfs_command *iptfs_command_require(const char *title, const char *name);

/* "run, sweep, ...": the names of all commands that are not hidden; static storage. */
const char *iptfs_command_names(void);

/* Runs a command with argv[0] replaced by "iptfs-sim NAME"; returns the exit status. */
int iptfs_command_call(const struct iptfs_command *command, int argc, char **argv);

#endif
