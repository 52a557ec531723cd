/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine on a cluster: job arrays of Slurm, by its commands sbatch, squeue and scancel. A task
 * of the array runs a shard of points. What it needs and says is in DIR/slurm:
 *   shards     a line of point numbers for each task
 *   task.sh    what a task does; collect.sh: what comes after them
 *   jobs       the numbers of the jobs, as long as they may be in the queue
 *   N.out      what task N says */
#ifndef IPTFS_SWEEP_SLURM_H
#define IPTFS_SWEEP_SLURM_H

#include "base/error.h"
#include "sweep/point.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_slurm_request {
    struct iptfs_point_call call;
    size_t n_shards;            /* lines in DIR/slurm/shards */
    uint64_t jobs;              /* tasks at the same time; 0: as Slurm likes */
    const char *const *options; /* for sbatch, before our own */
    size_t n_options;
};

/* The most tasks that an array may have here, at most 1000; asks Slurm. IPTFS_E_IO with a line when
 * it is not there or does not answer. */
int iptfs_slurm_limit(size_t *tasks, struct iptfs_error *error);

/* Makes DIR/slurm ready for new shards: removes what an earlier array has left, and takes that
 * array out of the queue if it is there. IPTFS_E_IO. */
int iptfs_slurm_prepare(const char *directory, struct iptfs_error *error);

/* Submits the array and hands each line of its tasks to the listener until all have ended.
 * SIGINT, SIGTERM and SIGHUP cancel the array, and so does the listener's stop: IPTFS_E_ENGINE.
 * IPTFS_E_IO when sbatch refuses. */
int iptfs_slurm_run(const struct iptfs_slurm_request *request, iptfs_point_listener *listener,
                    void *ctx, struct iptfs_error *error);

/* Submits the array, and a job behind it that collects. "5 6", the numbers of the jobs, in *jobs.
 */
struct iptfs_slurm_jobs {
    char text[64];
};
int iptfs_slurm_submit(const struct iptfs_slurm_request *request, struct iptfs_slurm_jobs *jobs,
                       struct iptfs_error *error);

/* Hands what the tasks of an array have said until now to the listener. */
void iptfs_slurm_hear(const char *directory, iptfs_point_listener *listener, void *ctx);

/* Removes DIR/slurm when its array has ended. */
void iptfs_slurm_clean(const char *directory);

#endif
