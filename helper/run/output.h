/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that `iptfs-sim run` writes: all of them or none. */
#ifndef IPTFS_RUN_OUTPUT_H
#define IPTFS_RUN_OUTPUT_H

#include "base/error.h"
#include "files/outfile.h"
#include "run/captures.h"
#include "run/run.h"
#include "run/run_command.h"
#include "run/series.h"
#include "run/trace_file.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_RUN_OUTPUT_FILES = 16
};

struct iptfs_run_output {
    struct iptfs_outfile json;
    struct iptfs_outfile csv;
    struct iptfs_trace_file trace;
    struct iptfs_run_captures captures;
    struct iptfs_series series;
    struct iptfs_outfile *files[IPTFS_RUN_OUTPUT_FILES]; /* those that are open */
    size_t count;
    struct iptfs_outfile_limit limit;
    uint64_t max_octets; /* 0: no limit */
};

/* Opens the files before the run, so that a path that cannot be written is reported before it. The
 * struct must not move then. Whatever the outcome, it is ended with iptfs_run_output_discard. */
int iptfs_run_output_open(struct iptfs_run_output *output, const struct iptfs_run_request *request,
                          const struct iptfs_scenario *scenario, const char *directory,
                          struct iptfs_error *error);

/* The octets written until now. */
uint64_t iptfs_run_output_octets(const struct iptfs_run_output *output);

/* IPTFS_E_IO when a write has failed until `now_ps` of the run, or the limit of the output is
 * reached. */
int iptfs_run_output_check(const struct iptfs_run_output *output, const struct iptfs_run *run,
                           int64_t now_ps, struct iptfs_error *error);

/* Writes the summary and the end of all files, and gives them their names when all are complete.
 * Errors are those of the files; IPTFS_E_IO. */
int iptfs_run_output_commit(struct iptfs_run_output *output,
                            const struct iptfs_run_request *request, const struct iptfs_run *run,
                            const json_t *summary, struct iptfs_error *error);

/* Closes the files and removes those that were not committed. */
void iptfs_run_output_discard(struct iptfs_run_output *output);

#endif
