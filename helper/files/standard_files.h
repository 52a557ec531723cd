/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard input, output and error of a process that was started without some of them. */
#ifndef IPTFS_FILES_STANDARD_FILES_H
#define IPTFS_FILES_STANDARD_FILES_H

#include <stdbool.h>

/* Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file opened later
 * gets its number, and with that the output of this or of another program. It is opened the other
 * way round: reading standard input and writing standard output still fail, as when they are
 * closed. Call it before any file is opened. False with errno when /dev/null cannot be opened. */
bool iptfs_open_standard_files(void);

#endif
