/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep: a scenario file with a [sweep] section, and the grid of points that it spans. Each point
 * is the scenario with some values set over it.
 *
 *   [sweep]
 *   tunnel.pkt-size = 256, 576, 1500       values; with '|' between them where they hold commas
 *   link.loss = 0 : 5% : 0.5%              from : to : step, both ends included
 *   link.delay = log(1ms, 100ms, 5)        five values with equal ratios, four digits each
 *   tunnel.reorder-window = 0 .. 16        whole numbers
 *   zip = link.loss, link.delay            these move together, not each with each
 *   case.NAME = tunnel.mode=esp; link.ce=0 named alternatives, each a set of values
 *   seed = 1 .. 20                         replications: [scenario] seed
 *   until = 2 % of goodput_bps             replications until the interval is narrow (until.h)
 *   compare = case.a, case.b               the difference of two, in pairs (comparison.h)
 *
 * Lines span the grid in their order, the last changing fastest, but seed always fastest of all. */
#ifndef IPTFS_SWEEP_H
#define IPTFS_SWEEP_H

#include "base/error.h"
#include "sweep/arena.h"
#include "sweep/track.h"
#include "sweep/until.h"

#include <jansson.h>
#include <stddef.h>

/* The name of the copy of a sweep's file in the folder of its results: what points read. */
#define IPTFS_SWEEP_COPY "sweep.ini"

/* Most points of a sweep. */
#define IPTFS_SWEEP_POINTS_MAX 1000000u

/* Most values that are set over the scenario in one point, and most columns. */
#define IPTFS_SWEEP_SETS_MAX 64u

/* Columns that take their values independently of the others. */
struct iptfs_sweep_axis {
    struct iptfs_sweep_track *tracks; /* which move together */
    size_t n_tracks;
    size_t n_steps; /* values of each */
    unsigned line;
};

/* Two values of a column whose points are compared in pairs. */
struct iptfs_sweep_comparison {
    unsigned line;
    size_t axis;
    const struct iptfs_sweep_track *track; /* of the axis */
    size_t steps[2];                       /* a and b */
};

struct iptfs_sweep {
    char *path; /* as given */
    char *text; /* of the whole file */
    struct iptfs_sweep_axis *axes;
    size_t n_axes;
    size_t n_points;
    size_t n_columns;
    struct iptfs_sweep_until until; /* then n_points counts the most replications */
    struct iptfs_sweep_comparison *comparisons;
    size_t n_comparisons;
    struct iptfs_arena arena; /* what the axes consist of */
};

/* Reads a file and its [sweep] section. Scenarios of points are not checked yet. On success the
 * caller frees it with iptfs_sweep_free. IPTFS_E_INVALID (no such section, too many points, a line
 * that breaks the rules), IPTFS_E_IO, IPTFS_E_NO_MEMORY, with "FILE:LINE: ...". */
int iptfs_sweep_load(struct iptfs_sweep *sweep, const char *path, struct iptfs_error *error);

/* The same for a text in memory; `path` stands for the file. */
int iptfs_sweep_parse_text(struct iptfs_sweep *sweep, const char *text, const char *path,
                           struct iptfs_error *error);

/* The same for a text that was read before: values are not searched for repeated ones again, so
 * that a process of points does not compute those of others. */
int iptfs_sweep_parse_planned(struct iptfs_sweep *sweep, const char *text, const char *path,
                              struct iptfs_error *error);

/* Reads the copy of a sweep that is in DIR (sweep.ini); `path` stands for the file that it was made
 * of, and names of files are relative to that. Repeated values are not looked for again. */
int iptfs_sweep_load_copy(struct iptfs_sweep *sweep, const char *directory, const char *path,
                          struct iptfs_error *error);
void iptfs_sweep_free(struct iptfs_sweep *sweep);

/* The scenario of the file as it is written, {"link.loss": "1%", ...}, without its description: a
 * new reference, NULL when memory ran out. */
json_t *iptfs_sweep_base(const struct iptfs_sweep *sweep);

#endif
