/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of the environment that change what ns-3 and libgcrypt do, and so results. The program
 * removes them before those libraries see them. The project's library leaves them to its user. */
#ifndef IPTFS_CLI_ENVIRONMENT_H
#define IPTFS_CLI_ENVIRONMENT_H

#include <stddef.h>
#include <stdio.h>

/* The names of the variables; NULL after the last. Static storage. */
const char *iptfs_environment_ignored_at(size_t index);

/* Removes those variables from a list of "NAME=VALUE". It calls no function of a library, since it
 * runs before their start-up code. */
void iptfs_environment_remove(char **variables);

/* Writes a line for each variable that was removed. */
void iptfs_environment_report(FILE *notes);

#endif
