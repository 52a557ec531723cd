/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DIR/points/ID.json, the result of a point: its summary, headed by the point's id and a hash. What
 * was cut, changed, or copied from another point is no result, and the point is run again. */
#ifndef IPTFS_SWEEP_POINT_FILE_H
#define IPTFS_SWEEP_POINT_FILE_H

#include "base/error.h"
#include "text/quantity.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The path as a new string, NULL when memory ran out. */
char *iptfs_point_path(const char *directory, const struct iptfs_text *id);

/* Writes the file, never through a symbolic link. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_point_file_write(const json_t *summary, const char *directory,
                           const struct iptfs_text *id, struct iptfs_error *error);

/* Checks that the file is there and holds what iptfs_point_file_write has written for this point,
 * in a program of the same sources. IPTFS_E_IO with the reason, IPTFS_E_NO_MEMORY. */
int iptfs_point_file_check(const char *directory, const struct iptfs_text *id,
                           struct iptfs_error *error);

/* The same; its summary is a new reference in *summary. */
int iptfs_point_file_load(const char *directory, const struct iptfs_text *id, json_t **summary,
                          struct iptfs_error *error);

/* The ids of all files in DIR/points that have a name of a result, sorted, as a new array. */
struct iptfs_point_files {
    struct iptfs_text *ids;
    size_t count;
};

/* IPTFS_E_NO_MEMORY; a folder that is not there holds none. The caller frees files->ids. */
int iptfs_point_files_list(const char *directory, struct iptfs_point_files *files,
                           struct iptfs_error *error);
bool iptfs_point_files_have(const struct iptfs_point_files *files, const struct iptfs_text *id);

/* Removes all results in DIR/points, and what killed processes have left of them, but no other
 * file. IPTFS_E_IO. */
int iptfs_point_files_remove(const char *directory, struct iptfs_error *error);

#endif
