/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim point`: the process in which points of a sweep run, wherever an engine starts it, and
 * the lines it writes about them. */
#ifndef IPTFS_SWEEP_POINT_H
#define IPTFS_SWEEP_POINT_H

#include "base/error.h"
#include "text/quantity.h"

#include <stdio.h>

/* A point as the sweep has planned it. */
struct iptfs_planned_point {
    size_t index;
    const char *id; /* iptfs_sweep_id */
};

/* What an engine starts for each shard: PROGRAM point FILE --out DIR --sources HASH --shard SHARD.
 * All names are absolute paths, so that it does not matter where. */
struct iptfs_point_call {
    const char *program;
    const char *file;      /* of the sweep, for names in messages; the copy in DIR is read */
    const char *directory; /* of the results */
    const char *sources;   /* iptfs_program_sources of the program that planned the sweep */
    const char *collector; /* the command that collects the results: sweep or attack */
};

/* Runs points of a sweep, each in a process of its own, and writes their results into DIR/points.
 * The shard is a list "3:ID,4:ID,7:ID", "-" when it is to be read from standard input. Writes to
 * `out`, without its buffer, how each ended: "+ POINT", "- POINT STATUS MESSAGE", or "! MESSAGE"
 * when no more may be run: results cannot be written, the program is not the one that planned the
 * sweep, or a point is not the one that was planned, since a file that it reads has changed. */
int iptfs_point_command(const struct iptfs_point_call *call, const char *shard, FILE *out,
                        struct iptfs_error *error);

/* How a listener wants its engine to go on. */
enum iptfs_point_next {
    IPTFS_POINTS_GO_ON,
    IPTFS_POINTS_ALL_ENDED, /* no more lines are needed */
    IPTFS_POINTS_STOP       /* no more points may be started */
};

/* Takes a line that a process of points has written, without its end; NULL: time has passed. */
typedef enum iptfs_point_next iptfs_point_listener(void *ctx, const char *line);

#endif
