/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim point`: the process in which points of a sweep run, wherever an engine starts it, and
 * the lines it writes about them. */
#ifndef IPTFS_SWEEP_POINT_H
#define IPTFS_SWEEP_POINT_H

#include "base/error.h"
#include "text/quantity.h"

#include <stdio.h>

/* Runs points of a sweep ("3", "5-9", "1,4,7-8"), each in a process of its own, and writes their
 * results into DIR/points. Writes to `out`, without its buffer, how each ended: "+ POINT",
 * "- POINT STATUS MESSAGE", or "! MESSAGE" when no more results can be written. */
int iptfs_point_command(const char *path, const char *directory, const char *indices, FILE *out,
                        struct iptfs_error *error);

/* What an engine starts for each shard: PROGRAM point FILE --out DIR --index SHARD. All are
 * absolute paths, so that it does not matter where. */
struct iptfs_point_call {
    char *program;
    char *file;
    char *directory;
};

/* How a listener wants its engine to go on. */
enum iptfs_point_next {
    IPTFS_POINTS_GO_ON,
    IPTFS_POINTS_ALL_ENDED, /* no more lines are needed */
    IPTFS_POINTS_STOP       /* no more points may be started */
};

/* Takes a line that a process of points has written, without its end; NULL: time has passed. */
typedef enum iptfs_point_next iptfs_point_listener(void *ctx, const char *line);

#endif
