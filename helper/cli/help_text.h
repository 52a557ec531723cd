/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The help texts that argp makes. */
#ifndef IPTFS_CLI_HELP_TEXT_H
#define IPTFS_CLI_HELP_TEXT_H

#include <argp.h>

/* What argp_help prints with these flags and this program name. argp itself aborts, or omits text,
 * when memory runs out; this returns NULL, or ends the process with a line on standard error and
 * IPTFS_EXIT_FAILED. The caller frees the text. */
char *iptfs_help_text(const struct argp *argp, unsigned flags, const char *name);

#endif
