/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds an option that a command does not have, before argp does: argp cannot suggest the nearest
 * one. */
#ifndef IPTFS_CLI_UNKNOWN_OPTION_H
#define IPTFS_CLI_UNKNOWN_OPTION_H

#include <argp.h>
#include <stdbool.h>

struct iptfs_unknown_option {
    char name[64];       /* without "--" and value, cut if it is longer */
    const char *nearest; /* the known option that is nearest to it, without "--", or NULL */
};

/* True when argv holds a long option that is neither in `options` (may be NULL) nor common to all
 * commands, nor the beginning of one: *unknown describes it. With ARGP_IN_ORDER only the words
 * before the first argument are looked at. */
bool iptfs_unknown_option(const struct argp_option *options, unsigned flags, int argc, char **argv,
                          struct iptfs_unknown_option *unknown);

/* True for the row that ends a table of options. */
bool iptfs_option_is_last(const struct argp_option *option);

/* The long option of this name, of which `length` characters count (a part of a name may do), or
 * NULL. Looks at the options common to all commands too. */
const struct argp_option *iptfs_option_named(const struct argp_option *options, const char *name,
                                             size_t length);

/* The option of this letter, or NULL. */
const struct argp_option *iptfs_option_lettered(const struct argp_option *options, char letter);

#endif
