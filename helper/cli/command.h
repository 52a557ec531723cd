/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command of iptfs-sim, such as `iptfs-sim run`, and what all commands share. The help texts,
 * the man page and the completion are made from these structs. */
#ifndef IPTFS_CLI_COMMAND_H
#define IPTFS_CLI_COMMAND_H

#include "base/error.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#define IPTFS_PROGRAM "iptfs-sim"

struct iptfs_command {
    const char *name;
    const char *summary; /* one line, such as "Run a scenario" */
    /* Options, arguments, and as .doc the description, '\v' and notes. Examples, exit statuses and
     * the options of all commands (--help ...) are added by iptfs_command_parse. */
    const struct argp *argp;
    const char *const *examples;        /* command lines that work, NULL at the end; may be NULL */
    bool hidden;                        /* for the program itself: in no list and no completion */
    int (*main)(int argc, char **argv); /* returns the exit status; argv[0] is "iptfs-sim NAME" */
};

/* --help, --usage and --version, as an options table of argp. */
extern const struct argp_option iptfs_command_common_options[];

/* Parses a command line by command->argp; `flags` are argp's. --help, --version and mistakes end
 * the process; a mistake with IPTFS_EXIT_USAGE, and an unknown option with the nearest known one.
 */
void iptfs_command_parse(const struct iptfs_command *command, unsigned flags, int argc, char **argv,
                         void *input);

/* The exit status for a code. Unless it is 0, the error's text becomes one line on standard
 * error. */
int iptfs_command_finish(int code, const struct iptfs_error *error);

/* One line on standard error, "iptfs-sim: out of memory". Ends the process with
 * IPTFS_EXIT_FAILED. */
_Noreturn void iptfs_command_without_memory(void);

/* One line on standard error "iptfs-sim: ...", and the hint at --help. Ends the process with
 * IPTFS_EXIT_USAGE. */
_Noreturn void iptfs_command_usage_error(const char *title, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Zeroed memory for `count` pointers, one at least; ends the process when there is none. */
const char **iptfs_command_pointers(int count);

#endif
