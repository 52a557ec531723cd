/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace records in a file: text in the format of Linux's ftrace, or CSV when its name ends in .csv.
 */
#ifndef IPTFS_RUN_TRACE_FILE_H
#define IPTFS_RUN_TRACE_FILE_H

#include "base/error.h"
#include "files/outfile.h"
#include "scenario/scenario.h"
#include "stats/trace.h"

#include <stdbool.h>
#include <stddef.h>

/* Records of one time, kept until a later one comes: those of the forward direction are written
 * before those of the reverse one, independent of the order of events of equal time. */
struct iptfs_trace_instant {
    struct iptfs_trace_record *records;
    size_t count;
    size_t capacity;
};

struct iptfs_trace_file {
    struct iptfs_outfile out;
    bool csv;
    bool failed; /* memory ran out */
    int64_t at_ps;
    struct iptfs_trace_instant instant[IPTFS_DIRECTIONS];
    struct iptfs_trace_end {
        struct iptfs_trace_file *file;
        enum iptfs_direction direction;
    } end[IPTFS_DIRECTIONS];
};

/* IPTFS_E_IO or IPTFS_E_NO_MEMORY with a line of text. The struct must not move in memory. */
int iptfs_trace_file_open(struct iptfs_trace_file *file, const char *path,
                          struct iptfs_error *error);

/* The trace that a tunnel of this direction sends its records to. */
struct iptfs_trace iptfs_trace_file_trace(struct iptfs_trace_file *file,
                                          enum iptfs_direction direction);

/* Writes the remaining records; the caller commits the file then. IPTFS_E_NO_MEMORY when records
 * are missing. */
int iptfs_trace_file_finish(struct iptfs_trace_file *file, struct iptfs_error *error);

/* Frees the file, and removes it when it was not committed; harmless on an all-zero struct. */
void iptfs_trace_file_free(struct iptfs_trace_file *file);

#endif
