/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim sweep`: an engine runs the points of a sweep that have no result yet, then the results
 * are collected. Each result is one file, written whole or not at all and named by the hash of its
 * point (identity.h): so a sweep can be killed at any time and resumed, and grow. */
#ifndef IPTFS_SWEEP_RUN_H
#define IPTFS_SWEEP_RUN_H

#include "base/error.h"
#include "sweep/engine.h"
#include "sweep/outcomes.h"
#include "sweep/sweep.h"
#include "text/progress.h"

#include <stdbool.h>
#include <stdio.h>

/* What the caller adds to a sweep, such as its plots: this folder knows nothing of them. An error
 * ends the sweep. Each function may be NULL. */
struct iptfs_sweep_hooks {
    void *context;
    /* Sets *text to another text for the sweep, a new string, or leaves it NULL. The copy that
     * points read has it: it is not called where that copy is loaded. */
    int (*extend)(void *context, const struct iptfs_sweep *sweep, char **text,
                  struct iptfs_error *error);
    /* Checks the sweep before anything runs or is written. */
    int (*check)(void *context, const struct iptfs_sweep *sweep, struct iptfs_error *error);
    /* Prepares the folder, while its sweep.ini is still that of the sweep before. */
    int (*prepare)(void *context, const struct iptfs_sweep *sweep, const char *directory,
                   struct iptfs_error *error);
    /* Writes results.db and results.csv in place of iptfs_collect. */
    int (*collect)(void *context, const struct iptfs_sweep_outcomes *outcomes,
                   const char *directory, struct iptfs_error *error);
    /* Called when results.db is written and has at least one point. */
    int (*finish)(void *context, const char *directory, struct iptfs_error *error);
};

struct iptfs_sweep_request {
    const char *path;
    const char *out_dir;                     /* NULL: out/NAME */
    const struct iptfs_sweep_engine *engine; /* NULL: the first of the table */
    struct iptfs_engine_options options;     /* checked with iptfs_sweep_engine_check */
    const char *command;                     /* as it was called, for the manifest */
    const char *collector;                   /* the command that collects; NULL: sweep */
    bool resume;                             /* run what the folder lacks */
    bool force;                              /* run all points again */
    bool dry_run;                            /* only check and list the points */
    bool collect;                            /* run nothing, collect what there is */
    bool planned; /* read the copy in out_dir: the sweep as it was started, with collect */
    bool quiet;
    struct iptfs_sweep_hooks hooks;
    const struct iptfs_progress *progress; /* NULL: not reported */
};

/* Runs a sweep, or with dry_run lists its points after checking them all. Prints a summary to
 * `out`; failed points and the engine's own messages go to `progress`. IPTFS_E_INVALID, IPTFS_E_IO:
 * what the user can correct, and finished points stay; IPTFS_E_ENGINE: points failed, the others
 * are collected; IPTFS_E_INTERRUPTED: a signal (files/interrupt.h) ended it, finished points stay.
 */
int iptfs_sweep_command(const struct iptfs_sweep_request *request, FILE *out,
                        struct iptfs_error *error);

#endif
