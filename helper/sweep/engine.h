/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runs the points of a sweep. An engine is a file in engines/ and a row of the table in
 * engine.c; --engine, its help, its errors and completion are made from the table. */
#ifndef IPTFS_SWEEP_ENGINE_H
#define IPTFS_SWEEP_ENGINE_H

#include "base/error.h"
#include "sweep/point.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Options of `iptfs-sim sweep` for engines. */
struct iptfs_engine_options {
    uint64_t jobs;                /* processes or tasks at the same time; 0: chosen by the engine */
    const char *const *sshlogins; /* other machines */
    size_t n_sshlogins;
    const char *const *sbatch; /* options for the command that submits to a cluster */
    size_t n_sbatch;
    uint64_t shard; /* points in a task; 0: chosen by the engine */
    bool no_wait;   /* leave the rest to jobs of the cluster */
};

/* The options that only some engines use, as bits. */
enum iptfs_engine_use {
    IPTFS_ENGINE_SSHLOGIN = 1 << 0,
    IPTFS_ENGINE_SBATCH = 1 << 1,
    IPTFS_ENGINE_SHARD = 1 << 2,
    IPTFS_ENGINE_NO_WAIT = 1 << 3
};

/* The work that an engine is given. */
struct iptfs_engine_work {
    struct iptfs_point_call call;
    struct iptfs_engine_options options;
    const struct iptfs_planned_point *points; /* the points to run */
    size_t n_points;                          /* at least 1 */
    int lock; /* a file that processes on this machine hold open to the end; -1: none */
    iptfs_point_listener *listener;
    void *ctx; /* of the listener */
};

/* Functions may be NULL where an engine has nothing to do. DIR is the sweep's folder. */
struct iptfs_sweep_engine {
    const char *name; /* as --engine takes it */
    const char *meaning;
    unsigned uses; /* bits of enum iptfs_engine_use */

    /* Stops what an earlier sweep has left running in DIR, and removes its files. IPTFS_E_IO. */
    int (*prepare)(const char *directory, struct iptfs_error *error);

    /* Runs all points and hands each line of their processes (point.h) to the listener, and the
     * engine's own messages. IPTFS_E_IO when the engine is missing; IPTFS_E_INTERRUPTED, with a
     * text where there is more to say, when a signal came (files/interrupt.h). Not NULL. */
    int (*run)(const struct iptfs_engine_work *work, struct iptfs_error *error);

    /* With IPTFS_ENGINE_NO_WAIT: hands the points, and what collects their results later, to a
     * cluster. Prints the numbers of the jobs to `out` (may be NULL). IPTFS_E_IO. */
    int (*submit)(const struct iptfs_engine_work *work, FILE *out, struct iptfs_error *error);

    /* Hands what points have written until now in DIR to the listener. */
    void (*read_output)(const char *directory, iptfs_point_listener *listener, void *ctx);

    /* Removes the engine's files in DIR when all points have ended. */
    void (*clean)(const char *directory);
};

/* The engines in the order of the table, the first being the default; NULL behind the last. */
const struct iptfs_sweep_engine *iptfs_sweep_engine_at(size_t index);

/* The engine of that name. IPTFS_E_INVALID with "found '...', allowed: ...". */
int iptfs_sweep_engine_find(const char *name, const struct iptfs_sweep_engine **engine,
                            struct iptfs_error *error);

/* Checks that the engine uses each option that was given. IPTFS_E_INVALID. */
int iptfs_sweep_engine_check(const struct iptfs_sweep_engine *engine,
                             const struct iptfs_engine_options *options, struct iptfs_error *error);

/* For engines: writes the shard "3:ID,4:ID,7:ID" of a process that runs at most `most` points, the
 * first of them work->points[first], without an end of line. Returns what the next shard begins
 * with. */
size_t iptfs_engine_write_shard(const struct iptfs_engine_work *work, size_t first, size_t most,
                                FILE *file);

#endif
