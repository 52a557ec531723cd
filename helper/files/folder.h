/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removing files that the program has made, and no others. */
#ifndef IPTFS_FILES_FOLDER_H
#define IPTFS_FILES_FOLDER_H

#include "base/error.h"

#include <stdbool.h>

/* Whether a file of this name is one that the program makes in the folder. */
typedef bool iptfs_folder_is_ours(const char *name, void *ctx);

/* Removes the regular files of a folder whose names are ours. Where the folder itself is a symbolic
 * link nothing is removed. A folder that is not there holds none. IPTFS_E_IO. */
int iptfs_folder_remove_files(const char *path, iptfs_folder_is_ours *ours, void *ctx,
                              struct iptfs_error *error);

#endif
