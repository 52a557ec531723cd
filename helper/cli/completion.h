/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion of command lines by the shell: commands, options, topics, keys of --set. */
#ifndef IPTFS_CLI_COMPLETION_H
#define IPTFS_CLI_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

/* Writes the script for "bash" or "zsh", which calls `iptfs-sim __complete`; false for any other
 * shell. */
bool iptfs_completion_script(const char *shell, FILE *out);

/* Writes what may stand in place of the last of `count` words behind "iptfs-sim": one candidate a
 * line, with a tabulator and its meaning where it has one. Instead of candidates, one line ":files"
 * or ":directories" asks the shell for those. */
void iptfs_completion_write(char **words, size_t count, FILE *out);

#endif
