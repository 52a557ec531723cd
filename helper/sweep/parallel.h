/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine on many cores, and by ssh on many machines: GNU parallel. */
#ifndef IPTFS_SWEEP_PARALLEL_H
#define IPTFS_SWEEP_PARALLEL_H

#include "base/error.h"
#include "sweep/point.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct iptfs_parallel_request {
    struct iptfs_point_call call;
    FILE *shards;                 /* a line for each process; read from its beginning */
    uint64_t jobs;                /* at the same time, on each machine; 0: one a core */
    const char *const *sshlogins; /* where, in the words of GNU parallel; none: here */
    size_t n_sshlogins;
};

/* Runs all shards and hands each line they write to the listener, until the last has ended.
 * IPTFS_E_IO when GNU parallel cannot be started. When this process dies, so does the engine. */
int iptfs_parallel_run(const struct iptfs_parallel_request *request, iptfs_point_listener *listener,
                       void *ctx, struct iptfs_error *error);

#endif
