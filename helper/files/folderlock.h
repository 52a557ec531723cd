/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lock on a folder, so that two processes do not write the same results. It ends with its
 * process, however that ends. */
#ifndef IPTFS_FOLDERLOCK_H
#define IPTFS_FOLDERLOCK_H

#include "base/error.h"

struct iptfs_folderlock {
    int fd; /* of DIR/.lock; -1: none */
};

/* Locks the folder, or fails after a second with IPTFS_E_INVALID and a line that tells who has it.
 * A file system without locks gives none, and no error. */
int iptfs_folderlock_take(struct iptfs_folderlock *lock, const char *directory,
                          struct iptfs_error *error);

void iptfs_folderlock_release(struct iptfs_folderlock *lock);

#endif
