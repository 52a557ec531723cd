/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening files that others have written. What would wait for somebody else, such as a named pipe,
 * or has no end, such as a device, is refused. */
#ifndef IPTFS_FILES_INFILE_H
#define IPTFS_FILES_INFILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Opens a file that a user names: a regular file, or what is open already as /dev/stdin or
 * /dev/fd/N (the <(...) of shells), or /dev/null. The caller closes *file. IPTFS_E_IO with
 * "FILE: ..." for what does not exist, and for a named pipe, a device, a socket, a folder. */
int iptfs_infile_open(const char *path, FILE **file, struct iptfs_error *error);

/* Opens a file that the program itself has made in a folder of results: only a regular file, never
 * through a symbolic link. IPTFS_E_IO. */
int iptfs_infile_open_own(const char *path, FILE **file, struct iptfs_error *error);

/* Whether a path names a file that this process has open: /dev/stdin, /dev/fd/N. */
bool iptfs_infile_is_descriptor(const char *path);

#endif
