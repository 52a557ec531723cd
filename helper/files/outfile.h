/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that exist completely or not at all: written under a temporary name, then renamed. Devices
 * and pipes, such as /dev/stdout, are written as they are, and links are followed. */
#ifndef IPTFS_FILES_OUTFILE_H
#define IPTFS_FILES_OUTFILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

struct iptfs_outfile {
    FILE *file;      /* write here */
    char *path;      /* what it will be called */
    char *temporary; /* what it is called until then; NULL for a device or a pipe */
    bool nameless;   /* until then it has no name, and is removed with the process */
};

/* Opens a file that will be called `path`. IPTFS_E_IO, with a line of text. */
int iptfs_outfile_open(struct iptfs_outfile *out, const char *path, struct iptfs_error *error);

/* The same for "DIRECTORY/NAME". Also IPTFS_E_NO_MEMORY. */
int iptfs_outfile_open_in(struct iptfs_outfile *out, const char *directory, const char *name,
                          struct iptfs_error *error);

/* Closes the file and gives it its name, in place of an older one. IPTFS_E_IO when something could
 * not be written: then the older file, if any, is still there. */
int iptfs_outfile_commit(struct iptfs_outfile *out, struct iptfs_error *error);

/* Closes and removes a file that was not committed; harmless after a commit or on an all-zero
 * struct. */
void iptfs_outfile_discard(struct iptfs_outfile *out);

/* Makes a directory and those above it that are missing, and makes sure that files can be written
 * there. IPTFS_E_IO. */
int iptfs_make_directory(const char *path, struct iptfs_error *error);

/* "DIR/NAME" as a new string, NULL when memory ran out. */
char *iptfs_path_join(const char *directory, const char *name);

#endif
