/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim sweep`: runs the points of a sweep that have no result yet, on many cores by GNU
 * parallel or on a cluster by Slurm, and collects the results. Each point becomes one file that is
 * there whole or not at all, named by what the point is: so a sweep can be killed at any time and
 * resumed, and grow. */
#ifndef IPTFS_SWEEP_RUN_H
#define IPTFS_SWEEP_RUN_H

#include "base/error.h"
#include "sweep/sweep.h"
#include "text/progress.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum iptfs_sweep_engine {
    IPTFS_SWEEP_PARALLEL, /* GNU parallel */
    IPTFS_SWEEP_SLURM
};

/* What the caller adds to a sweep, such as its plots: this folder knows nothing of them. An error
 * ends the sweep. Each function may be NULL. */
struct iptfs_sweep_hooks {
    void *context;
    /* Checks the sweep before anything runs or is written. */
    int (*check)(void *context, const struct iptfs_sweep *sweep, struct iptfs_error *error);
    /* Prepares the folder, while its sweep.ini is still that of the sweep before. */
    int (*prepare)(void *context, const struct iptfs_sweep *sweep, const char *directory,
                   struct iptfs_error *error);
    /* Called when results.db is written and has at least one point. */
    int (*finish)(void *context, const char *directory, struct iptfs_error *error);
};

struct iptfs_sweep_request {
    const char *path;
    const char *out_dir;          /* NULL: out/NAME */
    uint64_t jobs;                /* 0: as many as there are cores */
    const char *const *sshlogins; /* for GNU parallel */
    size_t n_sshlogins;
    enum iptfs_sweep_engine engine;
    const char *const *sbatch; /* options for Slurm's sbatch */
    size_t n_sbatch;
    uint64_t shard;      /* points in a task of Slurm; 0: as many as it takes */
    bool no_wait;        /* Slurm: leave the rest to jobs of it */
    const char *command; /* as it was called, for the manifest */
    bool resume;
    bool force;
    bool dry_run;
    bool collect; /* run nothing, collect what there is */
    bool quiet;
    struct iptfs_sweep_hooks hooks;
    const struct iptfs_progress *progress; /* may be NULL */
};

/* Runs a sweep, or with dry_run lists its points after checking them all. Prints a summary to
 * `out` and reports failures as messages. IPTFS_E_INVALID, IPTFS_E_IO: what the user can mend, and
 * the finished points stay; IPTFS_E_ENGINE: points failed, the others are collected. */
int iptfs_sweep_command(const struct iptfs_sweep_request *request, FILE *out,
                        struct iptfs_error *error);

#endif
