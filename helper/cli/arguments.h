/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of options and arguments, checked. A mistake ends the process with IPTFS_EXIT_USAGE and a
 * line on standard error. */
#ifndef IPTFS_CLI_ARGUMENTS_H
#define IPTFS_CLI_ARGUMENTS_H

#include <argp.h>
#include <stdint.h>

/* A whole number from `minimum` to `maximum`; `option` is "--seed". */
uint64_t iptfs_argument_number(const char *option, const char *text, uint64_t minimum,
                               uint64_t maximum);

/* A time above 0, in picoseconds. */
int64_t iptfs_argument_time(const char *option, const char *text);

/* A number of octets, such as 10GB. */
uint64_t iptfs_argument_octets(const char *option, const char *text);

/* The option --max-output of commands that write packets: its default, and its help text. */
#define IPTFS_MAX_OUTPUT_OCTETS 10000000000u
#define IPTFS_MAX_OUTPUT_HELP                                                                      \
    "End with an error, and without files, when the files grow beyond this size (default 10GB; "   \
    "0: no limit)"

/* Stores the one argument that a command takes; a second one is refused. */
void iptfs_argument_take(struct argp_state *state, const char **argument, const char *text);

#endif
