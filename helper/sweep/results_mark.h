/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash of results.db, by which damage is found. It is written into the two fields of a
 * database's header that are left to applications, user_version and application_id, and counts them
 * as zero. */
#ifndef IPTFS_SWEEP_RESULTS_MARK_H
#define IPTFS_SWEEP_RESULTS_MARK_H

#include "base/error.h"

enum iptfs_results_mark {
    IPTFS_RESULTS_UNMARKED, /* of version 0.2.0 or before */
    IPTFS_RESULTS_WHOLE,
    IPTFS_RESULTS_CHANGED /* damaged, or changed by another program */
};

/* Writes the hash into a database that is closed, and waits until the file is on the disk.
 * IPTFS_E_IO. */
int iptfs_results_mark_write(const char *path, struct iptfs_error *error);

/* Compares the hash with the octets of the file. IPTFS_E_IO. */
int iptfs_results_mark_check(const char *path, enum iptfs_results_mark *mark,
                             struct iptfs_error *error);

#endif
