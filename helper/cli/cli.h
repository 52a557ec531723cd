/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of iptfs-sim. */
#ifndef IPTFS_CLI_H
#define IPTFS_CLI_H

#include "cli/command.h"

/* The program itself as a command: its options and its help text, without the list of commands. */
extern const struct iptfs_command iptfs_command_program;

/* Runs the command that argv names and returns the exit status (cli/exit_status.h). Results go to
 * standard output, errors as one line "iptfs-sim: ..." to standard error. --help, --version and
 * mistakes in options end the process. */
int iptfs_cli(int argc, char **argv);

/* For atexit: ends the process with IPTFS_EXIT_FAILED and a line on standard error when standard
 * output could not be written. */
void iptfs_close_output(void);

#endif
