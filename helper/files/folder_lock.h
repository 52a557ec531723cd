/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lock on a folder, so that two processes do not write the same results. It ends with its
 * process, however that ends, and with the processes that inherit `fd`. */
#ifndef IPTFS_FILES_FOLDER_LOCK_H
#define IPTFS_FILES_FOLDER_LOCK_H

#include "base/error.h"

struct iptfs_folder_lock {
    int fd; /* of DIR/.lock; -1: none */
};

/* Locks the folder, or fails after two seconds with IPTFS_E_INVALID and the process that has it.
 * A file system without locks gives none, and no error. */
int iptfs_folder_lock_take(struct iptfs_folder_lock *lock, const char *directory,
                           struct iptfs_error *error);

/* Unlocks the folder, for processes that inherited the lock too. */
void iptfs_folder_lock_release(struct iptfs_folder_lock *lock);

#endif
