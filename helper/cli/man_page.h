/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Man pages, made from the structs that the help texts are made from. */
#ifndef IPTFS_CLI_MAN_PAGE_H
#define IPTFS_CLI_MAN_PAGE_H

#include "cli/command.h"

#include <stdio.h>

/* Writes the page of a command, or with NULL that of the program, as roff with the macros of
 * man(7). */
void iptfs_man_page(const struct iptfs_command *command, FILE *out);

#endif
