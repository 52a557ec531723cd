/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that exist completely or not at all: written without a name, or under a temporary one, and
 * named when they are complete. What a killed process leaves is removed by the next write of the
 * same file. Devices and pipes, such as /dev/stdout, are written as they are, and links are
 * followed. */
#ifndef IPTFS_FILES_OUTFILE_H
#define IPTFS_FILES_OUTFILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* An amount of output that the files of a command share. */
struct iptfs_outfile_limit {
    uint64_t left; /* octets */
    bool reached;  /* a write was refused */
};

/* Must not move in memory while it is open. */
struct iptfs_outfile {
    FILE *file;      /* write here; it has no fileno() */
    int fd;          /* the same file */
    char *path;      /* its name */
    char *temporary; /* its name until then; NULL: it has none, or is a device or a pipe */
    bool nameless;   /* until then it has no name, and is removed with the process */
    int failure;     /* errno of the first write that failed: nothing was written since; 0: none */
    uint64_t octets; /* written to `fd` */
    struct iptfs_outfile_limit *limit; /* a write above it fails with EFBIG; NULL: no limit */
};

/* Opens a file that will be called `path`. IPTFS_E_IO, with a line of text. */
int iptfs_outfile_open(struct iptfs_outfile *out, const char *path, struct iptfs_error *error);

/* The same, for a file that only its owner may read (keys). */
int iptfs_outfile_open_private(struct iptfs_outfile *out, const char *path,
                               struct iptfs_error *error);

/* The same for "DIRECTORY/NAME", a file that the program has in a folder of its own: what has the
 * name is replaced, also a link or a device. Also IPTFS_E_NO_MEMORY. */
int iptfs_outfile_open_in(struct iptfs_outfile *out, const char *directory, const char *name,
                          struct iptfs_error *error);

/* Whether a name that continues so behind the name of a file is one of its temporary names; those
 * of version 0.2.0 were NAME.PID.tmp. */
bool iptfs_outfile_is_temporary(const char *behind);

/* Whether an open file is a device or a pipe, which is written as it is. */
bool iptfs_outfile_is_stream(const struct iptfs_outfile *out);

/* Writes all that the stream holds: where several files belong together, call it for each before
 * the first of them gets its name. IPTFS_E_IO when something could not be written. */
int iptfs_outfile_flush(struct iptfs_outfile *out, struct iptfs_error *error);

/* Closes the file and gives it its name, in place of an older one. IPTFS_E_IO when something could
 * not be written: then the older file, if any, is still there. */
int iptfs_outfile_commit(struct iptfs_outfile *out, struct iptfs_error *error);

/* The same; after a power cut too, the file has all its octets or not its name. To make sure that
 * it has its name, follow with iptfs_folder_sync. */
int iptfs_outfile_commit_synced(struct iptfs_outfile *out, struct iptfs_error *error);

/* Makes the names of the files in a directory permanent. IPTFS_E_IO. */
int iptfs_folder_sync(const char *path, struct iptfs_error *error);

/* Closes and removes a file that was not committed; harmless after a commit or on an all-zero
 * struct. */
void iptfs_outfile_discard(struct iptfs_outfile *out);

/* Makes a directory and those above it that are missing, and makes sure that files can be written
 * there. IPTFS_E_IO. */
int iptfs_make_directory(const char *path, struct iptfs_error *error);

/* "DIR/NAME" as a new string, NULL when memory ran out. */
char *iptfs_path_join(const char *directory, const char *name);

#endif
