/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim show`: the results of a sweep as a table. */
#ifndef IPTFS_SWEEP_SHOW_H
#define IPTFS_SWEEP_SHOW_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct iptfs_show_request {
    const char *directory;
    const char *columns; /* "a,b"; NULL: parameters, seed and the main values */
    const char *by;      /* "a,b": means over the points that have these in common; NULL: none */
    bool list;           /* the columns there are, instead */
    bool compare;        /* the differences of `compare`; columns: its measures, or "all" */
    bool until;          /* how the replications of each combination ended */
    bool csv;
    bool json;      /* an array with an object a row */
    uint64_t point; /* the command that repeats this point, instead; 0: none */
};

/* Writes a table, from results.db of the directory. IPTFS_E_IO (no results there), IPTFS_E_INVALID
 * (no such column or point). */
int iptfs_show(const struct iptfs_show_request *request, FILE *out, struct iptfs_error *error);

#endif
